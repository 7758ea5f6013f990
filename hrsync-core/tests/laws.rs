//! Laws of records, checks and plans, over values at random.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::sync::Arc;

use hrsync_core::mapping::{Convert, FieldMapping};
use hrsync_core::reconcile::{Decisions, DifferenceKind, Engine, EngineBuilder, Plan, Resolution, ReviewRun};
use hrsync_core::store::{Batch, Row, RowKind};
use hrsync_core::{
    Actor, Authority, Employee, FieldId, HostId, KeyId, Mapping, MemoryStore, Record, Schema, StaticKeys, Store, check,
    field,
};
use hrsync_testkit::{MemoryVendor, SeededEntropy, TestClock, TestHost};
use proptest::prelude::*;
use time::macros::datetime;

/// A person with any text in any field.
fn employee() -> impl Strategy<Value = Employee> {
    let text = prop_oneof![
        Just(None),
        any::<String>().prop_map(Some),
        "[a-z]{1,5}@[a-z]{1,5}\\.fi".prop_map(Some),
        "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]".prop_map(Some),
        "\\+?[0-9 ]{4,16}".prop_map(Some),
        "casual|permanent|female|OTHER|fi|SE".prop_map(Some),
    ];
    let fields = Schema::EMPLOYEE.fields.len();
    ("[a-z0-9]{1,6}", any::<Option<String>>(), prop::collection::vec(text, fields)).prop_map(|(id, version, texts)| {
        let mut person = Employee::new(id);
        person.version = version;
        for (id, text) in Schema::EMPLOYEE.ids().zip(texts) {
            person.set_text(id, text.as_deref());
        }
        person
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_person_survives_json(person in employee()) {
        let json = serde_json::to_string(&person).unwrap();
        let back: Employee = serde_json::from_str(&json).unwrap();
        prop_assert!(back == person);
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), json);
    }

    #[test]
    fn a_record_survives_being_a_person(person in employee()) {
        let record = person.to_record();
        prop_assert!(Employee::from_record(&record).to_record() == record);
        prop_assert!(Record::from(&Employee::from(&record)) == record);
        prop_assert_eq!(record.cells().count(), Schema::EMPLOYEE.fields.len());
    }

    #[test]
    fn checks_never_panic_and_accept_what_they_gave(
        text in prop_oneof![
            any::<String>(),
            "\\PC{0,12}",
            "[0-9+ ()./-]{0,20}",
            "[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]",
            "[A-Za-z]{2}[0-9]{2}[A-Za-z0-9 ]{0,20}",
            "[a-zA-Z0-9å.]{0,5}@[a-z.-]{0,9}",
            "[0-9]{4}-[0-9]{2}-[0-9]{2}",
            "[A-Za-zÅß ]{0,11}",
        ]
    ) {
        if let Ok(date) = check::date(&text) {
            let shown = check::format_date(date);
            prop_assert_eq!(check::date(&shown), Ok(date));
            prop_assert_eq!(shown, text.clone());
        }
        if let Ok(mail) = check::email(&text) {
            prop_assert_eq!(check::email(mail), Ok(mail));
        }
        for code in [None, Some("358"), Some("47")] {
            if let Ok(phone) = check::phone(&text, code) {
                prop_assert_eq!(check::phone(&phone, code), Ok(phone.clone()));
            }
        }
        if let Ok(country) = check::country(&text) {
            prop_assert_eq!(check::country(country), Ok(country));
        }
        if let Ok(iban) = check::iban(&text) {
            prop_assert_eq!(check::iban(&iban), Ok(iban.clone()));
        }
        if let Ok(bic) = check::bic(&text) {
            prop_assert_eq!(check::bic(&bic), Ok(bic.clone()));
        }
        let born = check::birth_date_of_finnish_code(&text);
        match check::finnish_identity_code(&text) {
            Ok(code) => {
                prop_assert_eq!(check::finnish_identity_code(&code), Ok(code.clone()));
                prop_assert!(born.is_some());
            }
            Err(_) => prop_assert_eq!(born, None),
        }
    }
}

/// A connection between a host and a vendor in memory.
struct World {
    host: TestHost,
    vendor: MemoryVendor,
    store: MemoryStore,
    engine: Engine,
    anna: Actor,
}

fn engine(
    (host, vendor, store): (&TestHost, &MemoryVendor, &MemoryStore),
    keys: StaticKeys,
    set_up: impl FnOnce(EngineBuilder) -> EngineBuilder,
) -> Engine {
    let builder = Engine::builder(Arc::new(vendor.clone()), Arc::new(host.clone()))
        .guards(hrsync_core::guard::Guards::off())
        .store(store.clone())
        .clock(TestClock::at(datetime!(2026-11-22 09:00 UTC)))
        .keys(keys)
        .entropy(SeededEntropy::new(7));
    set_up(builder).build().unwrap()
}

fn key() -> StaticKeys {
    StaticKeys::new([7; 32])
}

fn person(n: usize) -> Employee {
    let mut person = Employee::new(format!("h{n}"));
    let texts = [
        (field::NATIONAL_ID, format!("010190-{n:04}")),
        (field::GIVEN_NAME, "Aino".into()),
        (field::FAMILY_NAME, format!("Virtanen {n}")),
        (field::EMAIL, format!("aino{n}@a.example")),
        (field::PHONE, format!("+35850123{n:04}")),
        (field::EMPLOYEE_NUMBER, format!("{}", 1000 + n)),
        (field::START_DATE, "2024-01-15".into()),
        (field::EMPLOYMENT_TYPE, "permanent".into()),
        (field::JOB_TITLE, "Baker".into()),
        (field::DEPARTMENT, "Bakery".into()),
    ];
    texts.iter().for_each(|(id, text)| person.set_text(*id, Some(text)));
    person
}

impl World {
    async fn linked(people: usize) -> Self {
        let (host, vendor, store) = (TestHost::default(), MemoryVendor::new(), MemoryStore::new());
        let engine = engine((&host, &vendor, &store), key(), |builder| builder);
        let world = Self { host, vendor, store, engine, anna: Actor::administrator("anna") };
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        for n in 1..=people {
            world.host.put(person(n));
            world.vendor.put(&format!("v{n}"), &person(n));
        }
        let plan = world.plan(&world.review().await, &Decisions::new());
        world.engine.apply(&world.anna, &plan).await.unwrap();
        assert!(world.review().await.is_in_step());
        world
    }

    /// The same after a restart with other keys.
    fn with_keys(self, keys: StaticKeys) -> Self {
        let engine = engine((&self.host, &self.vendor, &self.store), keys, |builder| builder);
        Self { engine, ..self }
    }

    async fn review(&self) -> ReviewRun {
        self.engine.review(&self.anna).await.unwrap()
    }

    fn plan(&self, review: &ReviewRun, decisions: &Decisions) -> Plan {
        self.engine.plan(&self.anna, review, decisions).unwrap()
    }

    fn host_sets(&self, n: usize, id: FieldId, text: &str) {
        assert!(self.host.change(&format!("h{n}"), |person| person.set_text(id, Some(text))));
    }

    fn writes(&self) -> (usize, usize) {
        (self.host.writes(), self.vendor.writes().len())
    }

    async fn refused(&self, plan: &Plan) -> String {
        let before = self.writes();
        let error = self.engine.apply(&self.anna, plan).await.unwrap_err();
        assert_eq!(self.writes(), before, "nothing is written");
        error.code().to_owned()
    }
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_inputs_give_equal_plans(
        changes in prop::collection::vec((1..4usize, any::<bool>(), "[A-Z][a-z]{2,8}"), 1..6),
        resolution in prop::sample::select(Resolution::ALL.to_vec()),
    ) {
        run(async {
            let fields = [field::JOB_TITLE, field::GIVEN_NAME, field::FAMILY_NAME];
            let world = World::linked(3).await;
            for (turn, (n, host, text)) in changes.iter().enumerate() {
                let id = fields[turn % fields.len()];
                if *host {
                    world.host_sets(*n, id, text);
                } else {
                    world.vendor.change(&format!("v{n}"), id, Some(text));
                }
            }
            let decisions = || Decisions::new().for_conflicts(resolution);
            let first = world.plan(&world.review().await, &decisions());
            let second = world.plan(&world.review().await, &decisions());
            prop_assert_eq!(&first.operations, &second.operations);
            prop_assert_eq!(&first.settlements, &second.settlements);
            let json = serde_json::to_string(&first).unwrap();
            let back: Plan = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&back, &first);
            prop_assert!(changes.iter().all(|(_, _, text)| !json.contains(text.as_str())), "no value is in it");
            world.engine.apply(&world.anna, &back).await.unwrap();
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_plan_that_was_altered_is_refused() {
    let world = World::linked(2).await;
    world.host_sets(1, field::JOB_TITLE, "Chef");
    let plan = world.plan(&world.review().await, &Decisions::new());
    let json = serde_json::to_value(&plan).unwrap();
    type Alter = fn(&mut serde_json::Value);
    let alterations: [(&str, Alter); 5] = [
        ("the person", |plan| plan["operations"][0]["host_id"] = "h2".into()),
        ("the field", |plan| plan["operations"][0]["changes"][0]["field"] = "given_name".into()),
        ("the action", |plan| plan["operations"][0]["action"] = "update_host".into()),
        ("the actor", |plan| plan["actor"] = "eve".into()),
        ("fewer operations", |plan| plan["operations"] = serde_json::json!([])),
    ];
    for (what, alter) in alterations {
        let mut altered = json.clone();
        alter(&mut altered);
        assert_ne!(altered, json, "{what}");
        let altered: Plan = serde_json::from_value(altered).unwrap();
        assert_eq!(world.refused(&altered).await, "plan_altered", "{what}");
    }
    let same: Plan = serde_json::from_value(json).unwrap();
    assert!(world.engine.apply(&world.anna, &same).await.unwrap().is_clean());
}

#[tokio::test]
async fn a_plan_of_another_connection_is_refused() {
    let world = World::linked(1).await;
    world.host_sets(1, field::JOB_TITLE, "Chef");
    let plan = world.plan(&world.review().await, &Decisions::new());
    let sides = (&world.host, &world.vendor, &world.store);
    let other = engine(sides, key(), |builder| builder.connection("another"));
    other.connect(&world.anna, Authority::Confirmed).await.unwrap();
    let error = other.apply(&world.anna, &plan).await.unwrap_err();
    assert_eq!(error.code(), "plan_foreign");
    // Nor does it help to say that it is of this one.
    let mut json = serde_json::to_value(&plan).unwrap();
    json["connection"] = "another".into();
    let error = other.apply(&world.anna, &serde_json::from_value(json).unwrap()).await.unwrap_err();
    assert_eq!(error.code(), "plan_altered");
    assert_eq!(world.writes(), (0, 0));
}

#[tokio::test]
async fn a_new_key_beside_the_old_one_opens_no_conflict() {
    let world = World::linked(2).await;
    world.host_sets(1, field::JOB_TITLE, "Chef");
    let world = world.with_keys(key().rotate(KeyId(2), [8; 32]));
    let review = world.review().await;
    let kinds: Vec<_> = review.differences.iter().map(|one| (one.field, one.kind)).collect();
    assert_eq!(kinds, [(field::JOB_TITLE, DifferenceKind::HostChanged)]);
    let report = world.engine.push(&[HostId::new("h1"), HostId::new("h2")]).await.unwrap();
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(world.writes(), (0, 1));
    // Without the old key, too, what agrees is no conflict.
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.engine.apply(&world.anna, &plan).await.unwrap();
    let without_old = StaticKeys::random(&SeededEntropy::new(9)).unwrap().rotate(KeyId(2), [8; 32]);
    let world = world.with_keys(without_old);
    assert!(world.review().await.is_in_step());
    assert_eq!(world.writes(), (0, 1));
}

#[tokio::test]
async fn under_an_unknown_key_equal_values_are_stamped_anew_and_others_are_conflicts() {
    let world = World::linked(2).await;
    world.host_sets(1, field::JOB_TITLE, "Chef");
    // A ring with another key of another number: the old one is gone.
    let world = world.with_keys(StaticKeys::random(&SeededEntropy::new(9)).unwrap());
    let report = world.engine.push(&[HostId::new("h1"), HostId::new("h2")]).await.unwrap();
    assert!(report.items.is_empty(), "never a push: {report:#?}");
    let review = world.review().await;
    let kinds: Vec<_> = review.differences.iter().map(|one| (one.field, one.kind, one.is_open())).collect();
    assert_eq!(kinds, [(field::JOB_TITLE, DifferenceKind::Conflict, true)]);
    let plan = world.plan(&review, &Decisions::new());
    assert!(plan.is_empty(), "{plan:#?}");
    assert_eq!(plan.settlements.len(), 2, "both are stamped anew");
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(world.writes(), (0, 0));
    // What agreed is known again: a change of it is a change on one side.
    world.host_sets(2, field::JOB_TITLE, "Cook");
    let report = world.engine.push(&[HostId::new("h1"), HostId::new("h2")]).await.unwrap();
    assert_eq!((report.items.len(), world.writes()), (1, (0, 1)));
    let review = world.review().await;
    let open: Vec<_> = review.open().map(|one| (one.host_id.as_str(), one.kind)).collect();
    assert_eq!(open, [("h1", DifferenceKind::Conflict)]);
}

/// What happens to a baseline between two reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    /// A new key beside the old one.
    Rotated,
    /// The old key is gone.
    KeyLost,
    /// Fingerprints are made in another way.
    Scheme,
    /// The mapping is another one.
    Mapping,
}

/// What happens to a field meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    None,
    Host,
    Vendor,
    BothAlike,
    BothApart,
}

impl Edit {
    fn kind(self, baseline: bool) -> Option<DifferenceKind> {
        match self {
            Self::None | Self::BothAlike => None,
            Self::Host if baseline => Some(DifferenceKind::HostChanged),
            Self::Vendor if baseline => Some(DifferenceKind::VendorChanged),
            // Nobody knows who changed it.
            Self::Host | Self::Vendor | Self::BothApart => Some(DifferenceKind::Conflict),
        }
    }
}

impl World {
    async fn links(&self) -> Vec<Row> {
        self.store.scan(&"default".into(), RowKind::Link, None, 1000).await.unwrap()
    }

    async fn becomes(self, between: Between) -> Self {
        match between {
            Between::Rotated => self.with_keys(key().rotate(KeyId(2), [8; 32])),
            Between::KeyLost => self.with_keys(StaticKeys::random(&SeededEntropy::new(9)).unwrap()),
            Between::Scheme => {
                for row in self.links().await {
                    let mut body: serde_json::Value = serde_json::from_str(&row.body).unwrap();
                    body["scheme"] = 200.into();
                    let batch = Batch::default().put(row.key, None, body.to_string());
                    self.store.commit(&"default".into(), batch).await.unwrap();
                }
                self
            }
            Between::Mapping => {
                let open = Convert::Codes { write: &[], read: &[], open: true };
                let entries = hrsync_testkit::vendor::mapping().entries().to_vec();
                let other = |entry: FieldMapping| match entry.field {
                    field::JOB_TITLE | field::GIVEN_NAME => entry.convert(open),
                    _ => entry,
                };
                self.vendor.set_mapping(Mapping::new("memory", entries.into_iter().map(other)));
                self
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rotation, another scheme and another mapping between two reviews write nothing and open no conflict where both sides are
    /// equal. Where the old baseline can still be read, who changed what is known; where it cannot, a difference is a
    /// conflict and never a push.
    #[test]
    fn what_becomes_of_a_baseline_is_no_change_of_anybodys(
        between in prop::sample::select(vec![Between::Rotated, Between::KeyLost, Between::Scheme, Between::Mapping]),
        before in any::<bool>(),
        edits in prop::collection::vec(
            prop::sample::select(vec![Edit::None, Edit::Host, Edit::Vendor, Edit::BothAlike, Edit::BothApart]), 6),
        text in "[A-Z][a-z]{2,8}",
    ) {
        run(async {
            let fields = [field::JOB_TITLE, field::GIVEN_NAME];
            let mut world = World::linked(3).await;
            if !before {
                world = world.becomes(between).await;
            }
            let mut expected = Vec::new();
            for (place, edit) in edits.iter().enumerate() {
                let (n, id) = (place / 2 + 1, fields[place % 2]);
                let text = format!("{text} {place}");
                if matches!(edit, Edit::Host | Edit::BothAlike | Edit::BothApart) {
                    world.host_sets(n, id, &text);
                }
                let there = if *edit == Edit::BothApart { format!("{text} there") } else { text };
                if matches!(edit, Edit::Vendor | Edit::BothAlike | Edit::BothApart) {
                    world.vendor.change(&format!("v{n}"), id, Some(&there));
                }
                if let Some(kind) = edit.kind(between == Between::Rotated) {
                    expected.push((format!("h{n}"), id, kind));
                }
            }
            if before {
                world = world.becomes(between).await;
            }
            let rows = world.links().await;
            let review = world.review().await;
            let mut found: Vec<_> =
                review.differences.iter().map(|one| (one.host_id.as_str().to_owned(), one.field, one.kind)).collect();
            found.sort_by_key(|(host, field, _)| (host.clone(), fields.iter().position(|other| other == field)));
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(world.writes(), (0, 0));
            prop_assert_eq!(world.links().await, rows, "a review writes nothing");
            if between == Between::Rotated {
                return Ok(());
            }
            // Without a baseline: neither a push nor a plan that nobody decided on writes, also not once it was stamped anew.
            let people: Vec<HostId> = (1..=3).map(|n| HostId::new(format!("h{n}"))).collect();
            for _ in 0..2 {
                world.engine.push(&people).await.unwrap();
                let plan = world.plan(&world.review().await, &Decisions::new());
                prop_assert!(plan.operations.is_empty(), "{:#?}", plan.operations);
                world.engine.apply(&world.anna, &plan).await.unwrap();
            }
            prop_assert_eq!(world.writes(), (0, 0));
            let open = world.review().await.open().count();
            prop_assert_eq!(open, expected.len());
            Ok(())
        })?;
    }
}
