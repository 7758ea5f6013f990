//! Applying a plan: what drifts, what is refused, and what is recorded.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use hrsync_core::finding::code;
use hrsync_core::guard::Guards;
use hrsync_core::host::{Changes, HostPage, HostWrite, Notification};
use hrsync_core::journal::Event;
use hrsync_core::mapping::{Convert, Mapping};
use hrsync_core::reconcile::{Decisions, ItemResult, Plan, Progress, Resolution, Select};
use hrsync_core::store::RowKind;
use hrsync_core::{
    Employee, Error, ErrorKind, FieldId, HostDirectory, HostId, KeyId, Notifier, Result, StaticKeys, field,
};
use hrsync_testkit::TestHost;
use hrsync_testkit::vendor::CallKind;
use tokio::sync::Notify;

use crate::world::{SETTLE_AFTER, TITLE, World, codes, host_id, kinds, person, results};

#[tokio::test]
async fn what_drifted_is_refused_and_the_rest_is_written() {
    type Change = fn(&World);
    let cases: [(&str, Change, ItemResult, Option<&str>); 6] = [
        ("nothing", |_| (), ItemResult::Done, Some("Chef 1")),
        ("the host", |world| world.host_sets(1, TITLE, Some("Late")), ItemResult::Drifted, Some("Baker")),
        ("the vendor", |world| world.vendor_sets(1, TITLE, Some("Late")), ItemResult::Drifted, Some("Late")),
        ("another field", |world| world.host_sets(1, field::PHONE, None), ItemResult::Done, Some("Chef 1")),
        (
            "somebody was faster",
            |world| world.vendor_sets(1, TITLE, Some("Chef 1")),
            ItemResult::AlreadyDone,
            Some("Chef 1"),
        ),
        (
            "the change was undone",
            |world| world.host_sets(1, TITLE, Some("Baker")),
            ItemResult::AlreadyDone,
            Some("Baker"),
        ),
    ];
    for (case, change, result, value) in cases {
        let world = World::linked(2).await;
        for n in 1..=2 {
            world.host_sets(n, TITLE, Some(&format!("Chef {n}")));
        }
        let plan = world.plan(&world.review().await, &Decisions::new());
        change(&world);
        let report = world.apply(&plan).await;
        assert_eq!(results(&report), [result, ItemResult::Done], "{case}");
        assert_eq!(world.values(1, TITLE).1.as_deref(), value, "{case}");
        assert_eq!(world.values(2, TITLE).1.as_deref(), Some("Chef 2"), "{case}");
        let drifted = result == ItemResult::Drifted;
        let expected: &[_] = if drifted { &[(code::DRIFTED, Some(TITLE))] } else { &[] };
        assert_eq!(codes(&report.findings), expected, "{case}");
        assert_eq!(world.logged().await.len(), expected.len(), "{case}");
    }
}

#[tokio::test]
async fn a_pull_that_drifted_is_refused() {
    type Change = fn(&World);
    let cases: [(&str, Change, ItemResult, &str); 4] = [
        ("the host", |world| world.host_sets(1, TITLE, Some("Late")), ItemResult::Drifted, "Late"),
        ("the vendor", |world| world.vendor_sets(1, TITLE, Some("Late")), ItemResult::Drifted, "Baker"),
        ("another field", |world| world.host_sets(1, field::PHONE, None), ItemResult::Done, "Cook"),
        ("somebody was faster", |world| world.host_sets(1, TITLE, Some("Cook")), ItemResult::AlreadyDone, "Cook"),
    ];
    for (case, change, result, value) in cases {
        let world = World::linked(1).await;
        world.vendor_sets(1, TITLE, Some("Cook"));
        let plan = world.plan(&world.review().await, &Decisions::new());
        change(&world);
        assert_eq!(results(&world.apply(&plan).await), [result], "{case}");
        assert_eq!(world.values(1, TITLE).0.as_deref(), Some(value), "{case}");
    }
}

#[tokio::test]
async fn a_plan_applied_twice_writes_once() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.vendor_sets(1, field::DEPARTMENT, Some("200"));
    world.host.put(person(2));
    let decisions = Decisions::new().create_in_vendor(Select::All);
    let plan = world.plan(&world.review().await, &decisions);
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done; 3]);
    let (vendor, host) = (world.vendor.writes().len(), world.host.writes());
    let again = world.apply(&plan).await;
    assert_eq!(results(&again), [ItemResult::AlreadyDone, ItemResult::AlreadyDone, ItemResult::Drifted]);
    assert_eq!((world.vendor.writes().len(), world.host.writes()), (vendor, host));
    assert_eq!(world.vendor.ids().len(), 2);
}

fn refused_plan(world: &World, plan: &Plan, error: &Error) -> String {
    assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
    assert!(error.hint().is_some(), "{error}");
    assert_eq!((world.vendor.writes().len(), world.host.writes()), (0, 0), "{plan:?}");
    error.code().to_owned()
}

#[tokio::test]
async fn a_plan_that_is_not_as_it_was_made_is_refused_as_a_whole() {
    let altered = |change: fn(&mut serde_json::Value)| {
        move |plan: Plan| {
            let mut json = serde_json::to_value(plan).unwrap();
            change(&mut json);
            serde_json::from_value::<Plan>(json).unwrap()
        }
    };
    type Alter = Box<dyn Fn(Plan) -> Plan>;
    let cases: Vec<(&str, Alter)> = vec![
        ("plan_altered", Box::new(altered(|json| json["operations"][0]["vendor_id"] = "v2".into()))),
        ("plan_altered", Box::new(altered(|json| json["operations"][0]["changes"][0]["source"] = "vendor".into()))),
        ("plan_altered", Box::new(altered(|json| json["operations"] = serde_json::json!([])))),
        ("plan_altered", Box::new(altered(|json| json["actor"] = "eve".into()))),
        ("plan_altered", Box::new(altered(|json| json["seal"] = "00".repeat(16).into()))),
        ("plan_newer", Box::new(altered(|json| json["format"] = 2.into()))),
        ("plan_foreign", Box::new(altered(|json| json["connection"] = "another".into()))),
        ("plan_key_missing", Box::new(altered(|json| json["key"] = 9.into()))),
    ];
    for (place, (expected, alter)) in cases.into_iter().enumerate() {
        let world = World::linked(2).await;
        world.host_sets(1, TITLE, Some("Chef"));
        let plan = alter(world.plan(&world.review().await, &Decisions::new()));
        let error = world.engine.apply(&world.anna, &plan).await.unwrap_err();
        assert_eq!(refused_plan(&world, &plan, &error), expected, "case {place}");
    }
}

#[tokio::test]
async fn a_plan_of_another_connection_key_or_mapping_is_refused() {
    // A plan of another connection with the same keys.
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    let plan = world.plan(&world.review().await, &Decisions::new());
    let other = World::unconnected(|builder| builder.connection("another"));
    other.both(1);
    other.start().await;
    let error = other.engine.apply(&other.anna, &plan).await.unwrap_err();
    assert_eq!(refused_plan(&other, &plan, &error), "plan_foreign");

    // The mapping changed meanwhile.
    let convert = Convert::Codes { write: &[], read: &[], open: true };
    let entries = hrsync_testkit::vendor::mapping().entries().to_vec();
    let changed = entries.into_iter().map(|entry| if entry.field == TITLE { entry.convert(convert) } else { entry });
    world.vendor.set_mapping(Mapping::new("memory", changed));
    let error = world.engine.apply(&world.anna, &plan).await.unwrap_err();
    assert_eq!(refused_plan(&world, &plan, &error), "plan_outdated");

    // A newer key does no harm while the old one is there.
    world.vendor.set_mapping(hrsync_testkit::vendor::mapping());
    let world = world.again(|builder| builder.keys(StaticKeys::new([7; 32]).rotate(KeyId(2), [8; 32])));
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done]);
}

#[tokio::test]
async fn every_write_has_an_intent_and_an_outcome_in_the_journal() {
    let world = World::linked(2).await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.vendor_sets(2, TITLE, Some("Cook"));
    world.host.put(person(3));
    world.vendor.put("v4", &person(4));
    let decisions = Decisions::new().create_in_host(Select::All).create_in_vendor(Select::All);
    let plan = world.plan(&world.review().await, &decisions);
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done; 4]);
    let entry = |step: &str, what: &str| (step.to_owned(), what.to_owned());
    let expected: Vec<_> = ["update", "host.update", "host.create", "create"]
        .iter()
        .flat_map(|step| [entry(step, "intended"), entry(step, "done")])
        .collect();
    assert_eq!(world.written().await, expected);
    for entry in world.journal().await {
        let (Event::Intended { operation, .. } | Event::Outcome { operation, .. }) = &entry.entry.event else {
            continue;
        };
        assert!(plan.operations.iter().any(|other| other.id == *operation), "{entry:?}");
    }
}

#[tokio::test]
async fn a_refused_write_is_recorded_and_gives_the_person_free() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    let refusal = Error::new(ErrorKind::InvalidData, "the title is not in the list").with_sensitive_detail("Chef?");
    world.vendor.fail_next(CallKind::Update, refusal);
    let report = world.sync(&Decisions::new()).await;
    assert_eq!(results(&report), [ItemResult::Refused]);
    assert_eq!(codes(&report.findings), [("invalid_data", None)]);
    assert_eq!(report.findings[0].host_id, Some(host_id(1)));
    let written = world.written().await;
    assert_eq!(written, [("update".into(), "intended".into()), ("update".into(), "refused".into())]);
    let log = world.engine.error_log(&world.anna, 0, usize::MAX).await.unwrap();
    assert_eq!(log[0].words.as_deref(), Some("Chef?"), "the vendor's words are kept");
    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Done]);
}

#[tokio::test]
async fn findings_survive_a_commit_that_is_refused() {
    let world = World::linked(2).await;
    for n in 1..=2 {
        world.host_sets(n, TITLE, Some("Chef"));
    }
    // The write of person 2 is under way already; that of person 1 drifts, which waits for the journal at that moment.
    world.vendor.fail_next(CallKind::Update, Error::new(ErrorKind::Timeout, "no answer"));
    world.push(2).await;
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.host_sets(1, TITLE, Some("Late"));
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::Drifted, ItemResult::NotAttempted]);
    let logged = world.logged().await;
    assert!(logged.contains(&code::DRIFTED.to_owned()), "{logged:?}");
    assert!(logged.contains(&code::WRITE_PENDING.to_owned()), "{logged:?}");
}

#[tokio::test]
async fn a_write_in_several_calls_is_recorded_call_by_call() {
    let refuse = || Error::new(ErrorKind::InvalidData, "the account is closed");
    let cases = [(false, ItemResult::Done, vec![]), (true, ItemResult::PartlyDone, vec![field::IBAN, field::BIC])];
    for (refused, result, open) in cases {
        let world = World::linked(1).await;
        world.vendor.several_steps(true);
        world.host_sets(1, TITLE, Some("Chef"));
        world.host_sets(1, field::IBAN, Some("FI4250001510000023"));
        world.host_sets(1, field::BIC, Some("OKOYFIHH"));
        let plan = world.plan(&world.review().await, &Decisions::new());
        assert_eq!(plan.expected.calls, 3, "a reading and two writes");
        if refused {
            world.vendor.fail_after(1, CallKind::Update, refuse());
        }
        assert_eq!(results(&world.apply(&plan).await), [result]);
        let steps: Vec<(String, String)> = world.written().await;
        let last = if refused { "refused" } else { "done" };
        let expected = [("update", "intended"), ("update", "done"), ("update_bank", "intended"), ("update_bank", last)];
        assert_eq!(steps, expected.map(|(step, what)| (step.to_owned(), what.to_owned())));
        let left: Vec<_> = kinds(&world.review().await).into_iter().map(|(field, _)| field).collect();
        assert_eq!(left, open, "what was written is settled, and what was not is still to be");
    }
}

/// A host in which somebody else does something at the worst moment: after the engine read, before it writes.
#[derive(Debug, Clone)]
struct Racing {
    host: TestHost,
    before_write: Arc<Mutex<Option<(&'static str, &'static str)>>>,
    fails: Arc<Mutex<Option<&'static str>>>,
}

impl Racing {
    fn over(host: &TestHost) -> Self {
        Self { host: host.clone(), before_write: Arc::default(), fails: Arc::default() }
    }
}

#[async_trait]
impl HostDirectory for Racing {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        self.host.page(after).await
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        let fails = *self.fails.lock().unwrap();
        if fails == Some(id.as_str()) {
            return Err(Error::new(ErrorKind::Store, "the host's database is locked"));
        }
        self.host.fetch(id).await
    }

    async fn create(&self, employee: Employee, once: &str) -> Result<HostId> {
        self.host.create(employee, once).await
    }

    async fn update(&self, id: &HostId, changes: &Changes, version: Option<&str>, once: &str) -> Result<HostWrite> {
        if let Some((id, phone)) = self.before_write.lock().unwrap().take() {
            self.host.change(id, |person| person.phone = Some(phone.to_owned()));
        }
        self.host.update(id, changes, version, once).await
    }
}

#[tokio::test]
async fn a_host_record_that_changed_in_between_is_not_overwritten() {
    let host = TestHost::default();
    let racing = Racing::over(&host);
    let world = World::over(host, racing.clone(), |builder| builder);
    world.both(1);
    world.start().await;
    world.vendor_sets(1, TITLE, Some("Cook"));
    *racing.before_write.lock().unwrap() = Some(("h1", "+358509999999"));
    let report = world.sync(&Decisions::new()).await;
    assert_eq!(results(&report), [ItemResult::Drifted]);
    assert_eq!(codes(&report.findings), [(code::DRIFTED, None)]);
    assert_eq!(world.values(1, TITLE).0.as_deref(), Some("Baker"));
    assert_eq!(world.values(1, field::PHONE).0.as_deref(), Some("+358509999999"));
    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Done, ItemResult::Done], "then both go");
}

#[tokio::test]
async fn a_person_whom_the_host_cannot_read_does_not_end_the_run() {
    let host = TestHost::default();
    let racing = Racing::over(&host);
    let world = World::over(host, racing.clone(), |builder| builder);
    (1..=2).for_each(|n| world.both(n));
    world.start().await;
    for n in 1..=2 {
        world.host_sets(n, TITLE, Some("Chef"));
    }
    let plan = world.plan(&world.review().await, &Decisions::new());
    *racing.fails.lock().unwrap() = Some("h1");
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::NotAttempted, ItemResult::Done]);
    assert_eq!(codes(&report.findings), [("store", None)]);
}

#[tokio::test]
async fn what_the_host_refuses_is_found_and_its_words_are_sealed() {
    let world = World::linked(1).await;
    world.vendor_sets(1, TITLE, Some("Cook"));
    world.vendor.put("v2", &person(2));
    world.host.refuse(Some("Cook is not a title here"));
    let report = world.sync(&Decisions::new().create_in_host(Select::All)).await;
    assert_eq!(results(&report), [ItemResult::Refused, ItemResult::Refused]);
    assert_eq!(codes(&report.findings), [(code::HOST_REFUSED, None), (code::HOST_REFUSED, None)]);
    assert!(!format!("{report:?}").contains("Cook"));
    assert!(world.rows(RowKind::Intent).await.is_empty(), "nobody stays locked");
    world.host.refuse(None);
    let again = world.sync(&Decisions::new().create_in_host(Select::All)).await;
    assert_eq!(results(&again), [ItemResult::Done, ItemResult::Done]);
}

/// Delivers nothing.
#[derive(Debug)]
struct Unreachable;

#[async_trait]
impl Notifier for Unreachable {
    async fn notify(&self, _: &Notification<'_>) -> Result<()> {
        Err(Error::new(ErrorKind::Unavailable, "the mail server is down").with_code("mail_down"))
    }
}

#[tokio::test]
async fn the_person_who_started_a_run_is_told_and_a_run_stands_without() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    let report = world.sync(&Decisions::new()).await;
    let mails = world.mailbox.mails();
    let last = mails.last().unwrap();
    assert_eq!((last.to.as_str(), &last.report), ("anna", &report));

    let world = world.again(|builder| builder.notifier(Unreachable));
    world.host_sets(1, TITLE, Some("Cook"));
    let report = world.sync(&Decisions::new()).await;
    assert_eq!(results(&report), [ItemResult::Done]);
    assert_eq!(codes(&report.findings), [("mail_down", None)]);
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Cook"));
}

#[tokio::test]
async fn progress_is_told_step_by_step() {
    let told: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let listener = Arc::clone(&told);
    let world = World::unconnected(|builder| {
        builder.on_progress(move |progress| listener.lock().unwrap().push(progress.clone()))
    });
    (1..=2).for_each(|n| world.both(n));
    world.start().await;
    told.lock().unwrap().clear();
    for n in 1..=2 {
        world.host_sets(n, TITLE, Some("Chef"));
        world.vendor_sets(n, TITLE, Some("Cook"));
    }
    let plan = world.plan(&world.review().await, &Decisions::new().for_conflicts(Resolution::Host));
    world.vendor_sets(2, TITLE, Some("Late"));
    world.apply(&plan).await;
    let ids: Vec<_> = plan.operations.iter().map(|operation| operation.id.clone()).collect();
    let applied = |done: usize, result| Progress::Applied { done, of: 2, operation: ids[done - 1].clone(), result };
    let expected = [
        Progress::HostRead { people: 2 },
        Progress::VendorRead { done: 1, of: 2 },
        Progress::VendorRead { done: 2, of: 2 },
        applied(1, ItemResult::Done),
        applied(2, ItemResult::Drifted),
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

#[tokio::test]
async fn what_a_write_teaches_is_remembered() {
    let world = World::linked(2).await;
    world.vendor.teach(hrsync_core::connector::Memory::default().with("stopped", "yes"));
    world.host_sets(1, TITLE, Some("Chef"));
    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Done]);
    // The connector stops updates of titles now, also after a restart.
    let world = world.again(|builder| builder);
    world.host_sets(2, TITLE, Some("Chef"));
    let review = world.review().await;
    assert_eq!(codes(&review.findings), [("memory.stopped", Some(TITLE))]);
    assert!(world.plan(&review, &Decisions::new()).is_empty());
}

#[tokio::test]
async fn what_is_written_along_with_its_group_and_changed_since_is_written_over_nothing() {
    // Something is planned for one field of a group; then another of the group changes, on one of the sides.
    type Event = fn(&World);
    let host_street: Event = |world| world.host_sets(1, field::STREET, Some("Uusikuja 9"));
    let vendor_street: Event = |world| world.vendor_sets(1, field::STREET, Some("Tie 9"));
    let host_town: Event = |world| world.host_sets(1, field::TOWN, Some("Oulu"));
    let vendor_town: Event = |world| world.vendor_sets(1, field::TOWN, Some("Oulu"));
    for (planned, meanwhile) in
        [(host_street, host_town), (host_street, vendor_town), (vendor_street, host_town), (vendor_street, vendor_town)]
    {
        let world = World::linked(1).await;
        planned(&world);
        let plan = world.plan(&world.review().await, &Decisions::new());
        meanwhile(&world);
        let before = (world.values(1, field::TOWN), world.values(1, field::STREET));
        let report = world.apply(&plan).await;
        assert_eq!(results(&report), [ItemResult::Drifted]);
        assert_eq!(codes(&report.findings), [(code::DRIFTED, Some(field::TOWN))]);
        assert_eq!((world.values(1, field::TOWN), world.values(1, field::STREET)), before);
    }
}

#[tokio::test]
async fn an_approved_change_of_a_bank_account_carries_no_other_part_of_it() {
    const ACCOUNT: &str = "FI5810171000000122";
    for on_host in [true, false] {
        let world = World::linked(1).await.again(|builder| builder.guards(Guards::default()));
        world.host_sets(1, field::BIC, Some("HELSFIHH"));
        let plan = world.plan(&world.review().await, &Decisions::new());
        world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
        match on_host {
            true => world.host_sets(1, field::IBAN, Some(ACCOUNT)),
            false => world.vendor_sets(1, field::IBAN, Some(ACCOUNT)),
        }
        let before = world.values(1, field::IBAN);
        assert_eq!(results(&world.apply(&plan).await), [ItemResult::Drifted]);
        assert_eq!(world.values(1, field::IBAN), before);
    }
}

#[tokio::test]
async fn what_was_entered_goes_to_both_sides_or_to_none_also_when_one_of_them_is_held() {
    let world = World::linked(1).await;
    world.vendor_sets(1, TITLE, Some("Cook"));
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.engine.hold(&world.anna, &plan, &Select::All).await.unwrap();
    world.host_sets(1, TITLE, Some("Chef"));
    world.vendor_sets(1, field::GIVEN_NAME, Some("Toinen"));
    let before = world.values(1, TITLE);
    let report = world.sync(&Decisions::new().enter(&host_id(1), TITLE, "Pastry chef")).await;
    assert_eq!(results(&report), [ItemResult::Done, ItemResult::Held], "the name is taken over");
    assert_eq!(world.values(1, TITLE), before);
    assert_eq!(report.items[0].fields, [field::GIVEN_NAME], "what was held was not written");
    assert!(!report.is_clean());
}

#[tokio::test]
async fn a_slow_change_of_the_host_takes_nobody_elses_lock() {
    let host = TestHost::default();
    let (asked, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = Some((Arc::clone(&asked), Arc::clone(&go_on)));
    let slow = Unreliable { inner: host.clone(), slow, loses: AtomicBool::new(false) };
    let world = World::over(host, slow, |builder| builder);
    world.both(1);
    world.start().await;
    world.vendor_sets(1, TITLE, Some("Cook"));
    let plan = world.plan(&world.review().await, &Decisions::new());
    let others = async {
        asked.notified().await;
        world.clock.advance(SETTLE_AFTER);
        world.host_sets(1, field::PHONE, Some("+358501112222"));
        let lost = Error::new(ErrorKind::Timeout, "no answer in time").with_outcome(hrsync_core::Outcome::Unknown);
        world.vendor.apply_late(CallKind::Update, lost);
        assert_eq!(results(&world.push(1).await), [ItemResult::Unknown]);
        go_on.notify_one();
    };
    let (report, ()) = tokio::join!(world.apply(&plan), others);
    assert_eq!(results(&report), [ItemResult::Drifted], "the person changed meanwhile");
    assert_eq!(world.rows(RowKind::Intent).await.len(), 1, "the other's write is still under way");
}

#[tokio::test]
async fn a_change_of_the_host_is_made_again_after_a_lost_answer_when_somebody_took_it_back() {
    let host = TestHost::default();
    let world =
        World::over(host.clone(), Unreliable { inner: host, slow: None, loses: AtomicBool::new(true) }, |builder| {
            builder
        });
    world.both(1);
    world.start().await;
    world.vendor_sets(1, TITLE, Some("Cook"));
    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Unknown]);
    assert_eq!(world.values(1, TITLE).0.as_deref(), Some("Cook"), "it was carried out");
    world.clock.advance(SETTLE_AFTER);
    world.host_sets(1, TITLE, Some("Baker"));
    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Done]);
    assert_eq!(world.values(1, TITLE).0.as_deref(), Some("Cook"), "what is told as done is done");
}

/// A host whose changes take as long as they are let, and whose answer to one may be lost.
#[derive(Debug)]
struct Unreliable {
    inner: TestHost,
    /// It was asked, and it may go on.
    slow: Option<(Arc<Notify>, Arc<Notify>)>,
    loses: AtomicBool,
}

#[async_trait]
impl HostDirectory for Unreliable {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        self.inner.page(after).await
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        self.inner.fetch(id).await
    }

    async fn create(&self, employee: Employee, once: &str) -> Result<HostId> {
        self.inner.create(employee, once).await
    }

    async fn update(&self, id: &HostId, changes: &Changes, version: Option<&str>, once: &str) -> Result<HostWrite> {
        if let Some((asked, go_on)) = &self.slow {
            asked.notify_one();
            go_on.notified().await;
        }
        let done = self.inner.update(id, changes, version, once).await;
        match self.loses.swap(false, Ordering::Relaxed) {
            true => Err(Error::new(ErrorKind::Timeout, "no answer in time")),
            false => done,
        }
    }
}

const NUMBER: FieldId = field::EMPLOYEE_NUMBER;

#[tokio::test]
async fn a_number_that_somebody_has_by_now_is_not_written_and_the_rest_is() {
    // Who is changed, also the title of the first; what comes of each, and how often the list is read.
    type Case = (&'static str, &'static [usize], bool, &'static [ItemResult], u32);
    let cases: [Case; 4] = [
        ("a number", &[1], false, &[ItemResult::Refused], 1),
        ("a number and a title", &[1], true, &[ItemResult::PartlyDone], 1),
        ("several numbers", &[1, 3, 4], false, &[ItemResult::Refused, ItemResult::Done, ItemResult::Done], 1),
        ("a title", &[], true, &[ItemResult::Done], 0),
    ];
    for (case, numbers, title, expected, lists) in cases {
        let world = World::linked(4).await;
        numbers.iter().for_each(|n| world.host_sets(*n, NUMBER, Some(&format!("55{n}"))));
        if title {
            world.host_sets(1, TITLE, Some("Chef"));
        }
        let plan = world.plan(&world.review().await, &Decisions::new());
        world.vendor_sets(2, NUMBER, Some("551"));
        let report = world.apply(&plan).await;
        assert_eq!(results(&report), expected, "{case}: {report:#?}");
        assert_eq!(report.calls.lists, lists, "{case}");
        let refused = u32::from(expected == [ItemResult::Refused] || numbers.len() > 1);
        assert_eq!(plan.expected.calls, report.calls.total() + refused, "{case}: but for what is refused");
        let found: Vec<_> = numbers.iter().take(1).map(|_| (code::DUPLICATE_VALUE, Some(NUMBER))).collect();
        assert_eq!(codes(&report.findings), found, "{case}");
        assert!(report.findings.iter().all(|finding| finding.host_id == Some(host_id(1))), "{case}");
        let values = [1, 2, 3, 4].map(|n| world.values(n, NUMBER).1.unwrap());
        let of = |n: usize| if numbers.contains(&n) { format!("55{n}") } else { format!("{}", 1000 + n) };
        assert_eq!(values, ["1001".to_owned(), "551".to_owned(), of(3), of(4)], "{case}");
        assert_eq!(world.values(1, TITLE).1.as_deref(), Some(if title { "Chef" } else { "Baker" }), "{case}");
    }
}

#[tokio::test]
async fn whether_a_number_is_free_cannot_be_told_without_the_list_and_the_rest_goes_on() {
    let world = World::linked(2).await;
    world.host_sets(1, NUMBER, Some("551"));
    world.host_sets(2, TITLE, Some("Chef"));
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.vendor.fail_next(CallKind::List, Error::new(ErrorKind::Unavailable, "down for the night"));
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::NotAttempted, ItemResult::Done]);
    assert_eq!(codes(&report.findings), [("unavailable", None)]);
    assert_eq!(report.findings[0].host_id, Some(host_id(1)));
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done, ItemResult::AlreadyDone]);
}

/// What people enter is known to the run that writes it only.
#[tokio::test]
async fn a_number_that_is_entered_twice_is_written_once() {
    let world = World::linked(2).await;
    for n in [1, 2] {
        world.host_sets(n, NUMBER, Some(&format!("55{n}")));
        world.vendor_sets(n, NUMBER, Some(&format!("66{n}")));
    }
    let entered = [1, 2].into_iter().fold(Decisions::new(), |all, n| all.enter(&host_id(n), NUMBER, "77"));
    let report = world.sync(&entered).await;
    assert_eq!(results(&report).last(), Some(&ItemResult::Refused), "{report:#?}");
    assert_eq!(codes(&report.findings), [(code::DUPLICATE_VALUE, Some(NUMBER))]);
    assert_eq!([1, 2].map(|n| world.values(n, NUMBER).1.unwrap()), ["77", "662"]);
}
