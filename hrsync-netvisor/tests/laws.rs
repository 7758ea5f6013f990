//! Laws of the mapping and of settlements, over people and changes at random.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::future::Future;

use hrsync_core::mapping::FieldMapping;
use hrsync_core::model::{Cell, FieldKind};
use hrsync_core::reconcile::{Decisions, Difference, ItemResult, Report, Resolution, ReviewRun};
use hrsync_core::{FieldId, HostId, Value, field};
use hrsync_netvisor::mapping::{EMPLOYMENT, mapping};
use hrsync_sandbox::netvisor::{finnish_iban, generate};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use world::World;
use world::linked::vendor_place;

/// A host value of a kind, as somebody may type it.
fn typed(kind: FieldKind) -> BoxedStrategy<String> {
    match kind {
        FieldKind::Email => "[a-zA-ZåÄ.+-]{1,12}@[a-z0-9]{1,8}\\.[a-zA-Z]{2,4}".boxed(),
        FieldKind::Phone => prop_oneof!["(\\+|00|0)?[ ()0-9-]{4,20}", "\\+358 \\(0\\)[0-9]{2} [0-9]{6}"].boxed(),
        FieldKind::Country => select(vec!["FI", "se", " NO", "Ee", "nl"]).prop_map(str::to_owned).boxed(),
        FieldKind::Date => (1..=9998i32, 1..=12u8, 1..=28u8)
            .prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
            .boxed(),
        FieldKind::Iban => "[0-9]{14}".prop_map(|digits| finnish_iban(&digits)).boxed(),
        FieldKind::Bic => "[a-zA-Z]{4}(FI|se|DE)[A-Z0-9]{2}([A-Z0-9]{3})?".boxed(),
        FieldKind::Code(codes) => select(codes).prop_map(str::to_owned).boxed(),
        _ => prop_oneof!["\\PC{1,20}", "[ 0-9]{1,12}", "[A-ZÅÄÖa-zåäö -]{1,20}"].boxed(),
    }
}

/// A line of the mapping with a host value for it.
fn entry_and_value() -> impl Strategy<Value = (FieldMapping, Value)> {
    let entries = (0..mapping().entries().len()).prop_map(|place| mapping().entries()[place].clone());
    let with_text = entries.prop_flat_map(|entry| {
        let text = typed(entry.field.kind());
        (Just(entry), text)
    });
    with_text.prop_filter_map("no value of the field", |(entry, text)| {
        let value = entry.field.kind().parse(&text).ok().filter(|_| !text.trim().is_empty())?;
        Some((entry, value))
    })
}

/// `write . read . write = write`, and what was written agrees with where it came from and with what it is read as.
fn assert_converts(entry: &FieldMapping, host: &Value) {
    let Ok(written) = entry.convert.write(host) else { return };
    let read = entry.convert.read(&written).unwrap_or_else(|problem| panic!("{}: {problem}", entry.field));
    let again = entry.convert.write(&read).unwrap_or_else(|problem| panic!("{}: {problem}", entry.field));
    assert_eq!(again.reveal(), written.reveal(), "{}", entry.field);
    assert!(entry.agree(host, &written) && entry.agree(&read, &written), "{}", entry.field);
    // What is stored as it was sent reads as what was sent. Employment methods are stored as codes.
    let shown = entry.parse_vendor(&written.reveal());
    assert_eq!(shown, Cell::Value((*written).clone()), "{}", entry.field);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    // rule: NV-42, NV-70
    #[test]
    fn writing_what_was_read_of_a_write_writes_the_same((entry, host) in entry_and_value()) {
        assert_converts(&entry, &host);
    }
}

// rule: NV-42
#[test]
fn each_of_the_25_pairs_of_type_and_method_comes_to_rest_after_one_step() {
    let mapping = mapping();
    let entry = mapping.entry(field::EMPLOYMENT_TYPE).unwrap();
    let value = |text: &str| Value::text(text);
    for host in ["casual", "consultant", "permanent", "temporary", "trainee"] {
        assert_converts(entry, &value(host));
        for method in ["Employed", "Leased employee", "Self employed", "Trainee", "Voluntary"] {
            let (host, method) = (value(host), value(method));
            let (written, read) = (entry.convert.write(&host).unwrap(), entry.read(&method).unwrap());
            // Either side may win; afterwards the two agree.
            assert!(entry.agree(&host, &written) && entry.agree(&read, &method));
            let agree = entry.agree(&host, &method);
            assert_eq!(agree, *written == method || read == host, "{} {}", host.reveal(), method.reveal());
        }
    }
}

/// Values to change a field to: in the host, and where the vendor keeps it. The last one is none of the field.
fn values(id: FieldId) -> [(&'static str, &'static str); 4] {
    let same = |texts: [&'static str; 4]| texts.map(|text| (text, text));
    match id {
        field::EMAIL => same(["", "uusi@yritys.example", "Toinen@Yritys.example", "ei osoite"]),
        field::NATIONAL_ID => same(["", "010190-902S", "010190-903T", "010190-902A"]),
        field::PHONE => [("", ""), ("040 765 4321", "+358407654321"), ("+46701234567", "+46701234567"), ("x", "x")],
        field::START_DATE => same(["", "2021-01-01", "2022-02-02", "eilen"]),
        field::END_DATE => same(["", "2027-06-30", "2028-02-29", "huomenna"]),
        field::PROBATION_END => same(["", "2022-06-30", "2023-01-31", "2023-02-29"]),
        field::BIRTH_DATE => same(["", "1990-01-01", "1991-02-02", "1991-02-30"]),
        field::EMPLOYMENT_TYPE => [("casual", "1"), ("consultant", "3"), ("temporary", "5"), ("muu", "9")],
        field::GENDER => same(["", "male", "female", "muu"]),
        field::NATIONALITY | field::COUNTRY => same(["", "SE", "EE", "Suomi"]),
        field::EMPLOYEE_NUMBER => same(["", "777001", "777002", "77-7"]),
        field::IBAN => same(["", "FI1410093000123458", "FI2112345600000785", "FI2112345600000786"]),
        field::BIC => same(["", "OKOYFIHH", "NDEAFIHH", "PANKKI"]),
        _ => same(["", "Kolmas", "Neljäs", "Viides kuudes"]),
    }
}

/// A change of one field of one person on one or both sides.
#[derive(Debug, Clone)]
struct Change {
    person: Index,
    field: Index,
    host: Option<Index>,
    vendor: Option<Index>,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = (any::<Index>(), any::<Index>(), any::<Option<Index>>(), any::<Option<Index>>());
    let change = change.prop_map(|(person, field, host, vendor)| Change { person, field, host, vendor });
    prop::collection::vec(change, 1..8)
}

/// How a round is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// What follows by itself: agreements and changes on one side.
    Nothing,
    Decided(Resolution),
    Push,
}

fn way() -> impl Strategy<Value = Way> {
    select(vec![
        Way::Nothing,
        Way::Decided(Resolution::Leave),
        Way::Decided(Resolution::Host),
        Way::Decided(Resolution::Vendor),
        Way::Push,
    ])
}

/// Random people whom both sides know.
struct Company {
    world: World,
    keys: Vec<u32>,
}

impl Company {
    async fn new(seed: u64) -> Self {
        let world = World::connected(0).await;
        let keys: Vec<u32> = generate(seed, 3).into_iter().map(|person| world.sandbox.add_person(person)).collect();
        keys.iter().for_each(|key| drop(world.copy_to_host(*key)));
        Self { world, keys }
    }

    fn hosts(&self) -> Vec<HostId> {
        self.keys.iter().map(|key| HostId::new(format!("h{key}"))).collect()
    }

    fn change(&self, change: &Change) {
        let mapping = mapping();
        let id = change.field.get(mapping.entries()).field;
        let key = *change.person.get(&self.keys);
        if let Some(index) = &change.host {
            let text = index.get(&values(id)).0;
            self.world.host.change(&format!("h{key}"), |person| person.set_text(id, Some(text)));
        }
        if let Some(index) = &change.vendor {
            let text = index.get(&values(id)).1;
            self.world.sandbox.change_person(key, |person| {
                if !person.periods.is_empty() {
                    text.clone_into(vendor_place(person, id));
                }
            });
        }
    }

    /// A review, of which nothing is left behind on either side.
    async fn review(&self) -> ReviewRun {
        let state = || (self.world.host.people(), format!("{:?}", self.world.sandbox.people()));
        let counts = || (self.world.host.writes(), self.world.vendor_writes().len());
        let (before, writes) = (state(), counts());
        let review = self.world.engine.review(&self.world.anna).await.unwrap();
        assert_eq!(counts(), writes, "a review writes nothing");
        assert!(state() == before, "a review changes nobody");
        review
    }

    async fn apply(&self, review: &ReviewRun, decisions: &Decisions) -> Report {
        let plan = self.world.engine.plan(&self.world.anna, review, decisions).unwrap();
        assert!(plan.findings.iter().all(|finding| finding.code != "plan.decision_impossible"), "{:#?}", plan.findings);
        self.world.engine.apply(&self.world.anna, &plan).await.unwrap()
    }

    /// How many periods each person has in the vendor.
    fn periods(&self) -> Vec<usize> {
        let count = |key: &u32| self.world.sandbox.person(*key).map_or(0, |person| person.periods.len());
        self.keys.iter().map(count).collect()
    }

    /// Settles what there is, and proves that it stays settled.
    async fn settle(&self, way: Way) {
        let periods = self.periods();
        let mut settled: Vec<(HostId, FieldId)> = Vec::new();
        let report = match way {
            Way::Push if self.is_active().await => self.world.engine.push(&self.hosts()).await.unwrap(),
            Way::Decided(resolution) => {
                let review = self.review().await;
                let (decisions, left) = decide(&review, resolution);
                settled.extend(left);
                self.apply(&review, &decisions).await
            }
            Way::Nothing | Way::Push => {
                let review = self.review().await;
                self.apply(&review, &Decisions::new()).await
            }
        };
        let failed: Vec<_> = report.items.iter().filter(|item| !is_done(item.result)).collect();
        for item in report.items.iter().filter(|item| is_done(item.result)) {
            settled.extend(item.fields.iter().map(|id| (item.host_id.clone().unwrap(), *id)));
        }
        settled.retain(|(person, _)| failed.iter().all(|item| item.host_id.as_ref() != Some(person)));
        // An edit that names no period by its first day, because that cannot be read or is another one now, adds a period. Which one
        // stands for the employment then is for a person to see.
        let added = self.hosts().into_iter().zip(periods.iter().zip(self.periods()));
        let added: Vec<HostId> =
            added.filter(|(_, (before, after))| after > *before).map(|(person, _)| person).collect();
        settled.retain(|(person, id)| !EMPLOYMENT.contains(id) || !added.contains(person));
        let next = self.review().await;
        for difference in next.open() {
            let this = (difference.host_id.clone(), difference.field);
            assert!(!settled.contains(&this), "{way:?}: {}", shown(difference));
        }
        // Nothing that was settled is written again by itself.
        let plan = self.world.engine.plan(&self.world.anna, &next, &Decisions::new()).unwrap();
        for operation in &plan.operations {
            for change in operation.action.changes() {
                let this = (operation.host_id.clone().unwrap(), change.field);
                assert!(!settled.contains(&this), "{way:?}: {this:?} {}", operation.action.name());
            }
        }
    }

    async fn is_active(&self) -> bool {
        let connection = self.world.engine.connection().await.unwrap();
        connection.is_some_and(|connection| connection.state == hrsync_core::ConnectionState::Active)
    }
}

fn is_done(result: ItemResult) -> bool {
    matches!(result, ItemResult::Done | ItemResult::AlreadyDone)
}

fn shown(difference: &Difference) -> String {
    let values = (difference.host_value(), difference.vendor_value());
    format!("{} {} {:?} {values:?}", difference.host_id, difference.field, difference.kind)
}

/// Decides everything so, where it is possible for the field and those it goes together with, and leaves the rest as it is.
fn decide(review: &ReviewRun, resolution: Resolution) -> (Decisions, Vec<(HostId, FieldId)>) {
    let (mut decisions, mut left) = (Decisions::new(), Vec::new());
    for difference in &review.differences {
        let together = |other: &&Difference| {
            other.host_id == difference.host_id
                && (other.field == difference.field || (other.group.is_some() && other.group == difference.group))
        };
        let possible = review.differences.iter().filter(together).all(|other| other.allows(resolution));
        let chosen = if possible { resolution } else { Resolution::Leave };
        if chosen == Resolution::Leave {
            left.push((difference.host_id.clone(), difference.field));
        }
        decisions = decisions.decide(&difference.host_id, difference.field, chosen);
    }
    (decisions, left)
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    // rule: NV-42
    #[test]
    fn what_was_settled_is_not_open_at_the_next_review(
        seed in 0..1000u64,
        rounds in prop::collection::vec((changes(), way()), 1..4),
    ) {
        run(async {
            let company = Company::new(seed).await;
            for (changes, way) in &rounds {
                changes.iter().for_each(|change| company.change(change));
                company.settle(*way).await;
            }
        });
    }
}

// Agreement at first sight settles as well.
proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn people_who_agree_are_linked_and_nothing_is_left_to_do(seed in 0..1000u64) {
        run(async {
            let company = Company::new(seed).await;
            let report = company.world.synchronise(&Decisions::new()).await;
            prop_assert_eq!((company.world.host.writes(), company.world.vendor_writes().len()), (0, 0));
            prop_assert_eq!((report.linked, report.items.len()), (3, 0));
            let review = company.review().await;
            prop_assert!(review.is_in_step() && review.differences.is_empty(), "{:#?}", review.differences);
            let report = company.world.engine.push(&company.hosts()).await.unwrap();
            prop_assert!(report.items.is_empty());
            Ok(())
        })?;
    }
}
