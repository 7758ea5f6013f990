//! Employment types of the host and employment methods of the vendor: two tables that are no inverses of each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use hrsync_core::mapping::FieldMapping;
use hrsync_core::reconcile::{Decisions, Difference, DifferenceKind, Resolution, ReviewRun, Select};
use hrsync_core::{EmploymentType, HostId, MemoryStore, Value, field};
use hrsync_netvisor::mapping::mapping;
use hrsync_sandbox::netvisor::{Identifier, hetu};
use time::macros::date;
use world::linked::{Linked, aino, empty_world};
use world::{World, as_employee};

const TYPES: [&str; 5] = ["casual", "consultant", "permanent", "temporary", "trainee"];

/// The employment methods with their codes.
const METHODS: [(&str, &str); 5] =
    [("Employed", "1"), ("Leased employee", "2"), ("Self employed", "3"), ("Trainee", "4"), ("Voluntary", "5")];

/// Host to vendor.
const WRITTEN: [(&str, &str); 5] = [
    ("casual", "Employed"),
    ("consultant", "Leased employee"),
    ("permanent", "Employed"),
    ("temporary", "Employed"),
    ("trainee", "Trainee"),
];

/// Vendor to host.
const READ: [(&str, &str); 5] = [
    ("Employed", "permanent"),
    ("Leased employee", "consultant"),
    ("Self employed", "permanent"),
    ("Trainee", "trainee"),
    ("Voluntary", "temporary"),
];

/// The pairs that say the same.
const AGREEING: [(&str, &str); 7] = [
    ("casual", "Employed"),
    ("consultant", "Leased employee"),
    ("permanent", "Employed"),
    ("permanent", "Self employed"),
    ("temporary", "Employed"),
    ("temporary", "Voluntary"),
    ("trainee", "Trainee"),
];

fn look_up(table: &[(&'static str, &'static str)], from: &str) -> &'static str {
    table.iter().find(|(key, _)| *key == from).unwrap().1
}

fn code(method: &str) -> String {
    look_up(&METHODS, method).to_owned()
}

fn agree(host: &str, method: &str) -> bool {
    AGREEING.contains(&(host, method))
}

/// Every type with every method.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    TYPES.into_iter().flat_map(|host| METHODS.into_iter().map(move |(method, _)| (host, method)))
}

fn entry() -> FieldMapping {
    mapping().entry(field::EMPLOYMENT_TYPE).unwrap().clone()
}

/// 25 people, one for each pair, whom both sides know.
struct Company {
    world: World,
    keys: Vec<u32>,
}

impl Company {
    /// Nobody was compared yet.
    async fn unsettled() -> Self {
        let world = empty_world(mapping(), MemoryStore::new()).await;
        let mut keys = Vec::new();
        for (place, (host, method)) in (0u32..).zip(pairs()) {
            let mut person = aino();
            let value = hetu(date!(1990 - 01 - 01), 900 + place, false);
            person.identifier = Identifier { value, ..Identifier::default() };
            person.employee_number = (100 + place).to_string();
            person.email = format!("person{place}@yritys.example");
            person.phone = format!("+3585012345{place:02}");
            person.periods[0].mode = code(method);
            let mut employee = as_employee(&id(place as usize), &person);
            employee.employment.kind = EmploymentType::from_code(host);
            world.host.put(employee);
            keys.push(world.sandbox.add_person(person));
        }
        Self { world, keys }
    }

    /// Everybody is linked, and what differs was left as it is.
    async fn settled() -> Self {
        let company = Self::unsettled().await;
        company.world.synchronise(&Decisions::new().for_conflicts(Resolution::Leave)).await;
        company.world.sandbox.clear_calls();
        company
    }

    async fn review(&self) -> ReviewRun {
        self.world.engine.review(&self.world.anna).await.unwrap()
    }

    fn host(&self, place: usize) -> &'static str {
        self.world.host.get(&id(place)).unwrap().employment.kind.unwrap().as_str()
    }

    fn method(&self, place: usize) -> &'static str {
        let mode = self.world.sandbox.person(self.keys[place]).unwrap().periods[0].mode.clone();
        METHODS.iter().find(|(_, code)| *code == mode).unwrap().0
    }

    fn set_method(&self, place: usize, method: &str) {
        self.world.sandbox.change_person(self.keys[place], |person| person.periods[0].mode = code(method));
    }

    fn everybody(&self) -> Vec<HostId> {
        (0..self.keys.len()).map(|place| HostId::new(id(place))).collect()
    }

    /// Nothing more happens by itself: neither side is written, however often a review is applied or a push is made.
    async fn assert_at_rest(&self) {
        let before: Vec<_> = (0..25).map(|place| (self.host(place), self.method(place))).collect();
        let (writes, posts) = (self.world.host.writes(), self.world.vendor_writes().len());
        for _ in 0..2 {
            let review = self.review().await;
            assert_eq!(review.open().map(shown).collect::<Vec<_>>(), Vec::<String>::new());
            let plan = self.world.engine.plan(&self.world.anna, &review, &Decisions::new()).unwrap();
            assert!(plan.is_empty(), "{plan:#?}");
            self.world.engine.apply(&self.world.anna, &plan).await.unwrap();
            self.world.engine.push(&self.everybody()).await.unwrap();
        }
        assert_eq!((self.world.host.writes(), self.world.vendor_writes().len()), (writes, posts));
        let after: Vec<_> = (0..25).map(|place| (self.host(place), self.method(place))).collect();
        assert_eq!(after, before);
    }
}

fn id(place: usize) -> String {
    format!("h{place:02}")
}

fn shown(difference: &Difference) -> String {
    format!("{} {} {:?}", difference.host_id, difference.field, difference.kind)
}

// rule: NV-42
// rule: NV-64
#[test]
fn both_tables_are_as_stated_and_the_pairs_they_yield_agree() {
    let entry = entry();
    assert_eq!(entry.read_path, "employmentperiods[].employmentperiod.employmentmode");
    for (host, method) in WRITTEN {
        assert_eq!(entry.convert.write(&Value::text(host)).unwrap().as_text(), Some(method), "{host}");
        assert!(entry.agree(&Value::text(host), &Value::text(method)), "{host} {method}");
    }
    for (method, host) in READ {
        assert_eq!(entry.read(&Value::text(method)).unwrap().as_text(), Some(host), "{method}");
        assert!(entry.agree(&Value::text(host), &Value::text(method)), "{host} {method}");
    }
    for (host, method) in pairs() {
        assert_eq!(entry.agree(&Value::text(host), &Value::text(method)), agree(host, method), "{host} {method}");
    }
}

// rule: NV-42
#[tokio::test]
async fn of_the_25_pairs_those_of_the_tables_agree_and_the_others_are_conflicts() {
    let company = Company::unsettled().await;
    let review = company.review().await;
    assert_eq!(review.recognised.len(), 25);
    assert!(review.differences.iter().all(|difference| difference.field == field::EMPLOYMENT_TYPE));
    for (place, (host, method)) in pairs().enumerate() {
        let found: Vec<_> = review.differences.iter().filter(|one| one.host_id.as_str() == id(place)).collect();
        if agree(host, method) {
            assert!(found.is_empty(), "{host} {method}");
        } else {
            assert_eq!(found.len(), 1, "{host} {method}");
            assert_eq!(found[0].kind, DifferenceKind::Conflict);
            assert_eq!(
                (found[0].host_value().as_deref(), found[0].vendor_value().as_deref()),
                (Some(host), Some(method))
            );
            assert!(Resolution::ALL.iter().all(|resolution| found[0].allows(*resolution)));
        }
    }
}

// rule: NV-42
#[tokio::test]
async fn every_settlement_of_every_pair_lasts() {
    for resolution in [Resolution::Host, Resolution::Vendor, Resolution::Leave] {
        let company = Company::unsettled().await;
        let report = company.world.synchronise(&Decisions::new().for_conflicts(resolution)).await;
        assert!(report.is_clean(), "{report:#?}");
        for (place, (host, method)) in pairs().enumerate() {
            let expected = match resolution {
                _ if agree(host, method) => (host, method),
                Resolution::Host => (host, look_up(&WRITTEN, host)),
                Resolution::Vendor => (look_up(&READ, method), method),
                _ => (host, method),
            };
            assert_eq!((company.host(place), company.method(place)), expected, "{resolution}: {host} {method}");
        }
        let (writes, posts) = (company.world.host.writes(), company.world.vendor_writes().len());
        let written = match resolution {
            Resolution::Host => (0, 18),
            Resolution::Vendor => (18, 0),
            _ => (0, 0),
        };
        assert_eq!((writes, posts), written, "{resolution}");
        company.assert_at_rest().await;
        // What was left is still to be seen, without being open.
        let left = company.review().await.differences.iter().filter(|one| one.kind == DifferenceKind::Left).count();
        assert_eq!(left, if resolution == Resolution::Leave { 18 } else { 0 });
    }
}

// rule: NV-42
#[tokio::test]
async fn an_entered_type_goes_to_both_sides_and_lasts() {
    for entered in TYPES {
        let company = Company::unsettled().await;
        let review = company.review().await;
        let decisions = review.open().fold(Decisions::new(), |decisions, difference| {
            decisions.enter(&difference.host_id, difference.field, entered)
        });
        let plan = company.world.engine.plan(&company.world.anna, &review, &decisions).unwrap();
        company.world.engine.apply(&company.world.anna, &plan).await.unwrap();
        for (place, (host, method)) in pairs().enumerate().filter(|(_, (host, method))| !agree(host, method)) {
            assert_eq!(company.host(place), entered, "{host} {method}");
            assert!(agree(entered, company.method(place)), "{host} {method}: {entered} {}", company.method(place));
        }
        company.assert_at_rest().await;
    }
}

// rule: NV-42
// rule: NV-64
#[tokio::test]
async fn a_change_in_the_host_is_pushed_unless_the_vendor_has_what_it_asks_for() {
    for turn in 1..5 {
        let company = Company::settled().await;
        for (place, (host, _)) in pairs().enumerate() {
            let at = TYPES.iter().position(|one| *one == host).unwrap();
            let changed = EmploymentType::from_code(TYPES[(at + turn) % 5]);
            company.world.host.change(&id(place), |person| person.employment.kind = changed);
        }
        let report = company.world.engine.push(&company.everybody()).await.unwrap();
        assert!(report.findings.is_empty(), "{report:#?}");
        for (place, (before, method)) in pairs().enumerate() {
            let now = company.host(place);
            let asked = look_up(&WRITTEN, now);
            // A method that was settled against "Employed" is not overwritten by another type that asks for "Employed".
            let stays = agree(now, method) || asked == look_up(&WRITTEN, before);
            let expected = if stays { method } else { asked };
            assert_eq!(company.method(place), expected, "{method}: {before} -> {now}");
        }
        assert_eq!(company.world.host.writes(), 0);
        company.assert_at_rest().await;
    }
}

// rule: NV-42
#[tokio::test]
async fn a_change_in_the_vendor_is_taken_over_unless_the_host_has_a_type_of_it() {
    for turn in 1..5 {
        let company = Company::settled().await;
        for (place, (_, method)) in pairs().enumerate() {
            let at = METHODS.iter().position(|(one, _)| *one == method).unwrap();
            company.set_method(place, METHODS[(at + turn) % 5].0);
        }
        let report = company.world.synchronise(&Decisions::new()).await;
        assert!(report.is_clean(), "{report:#?}");
        for (place, (host, before)) in pairs().enumerate() {
            let now = company.method(place);
            let expected = if agree(host, now) { host } else { look_up(&READ, now) };
            assert_eq!(company.host(place), expected, "{host}: {before} -> {now}");
        }
        assert_eq!(company.world.vendor_writes(), []);
        company.assert_at_rest().await;
    }
}

// rule: NV-43
// rule: NV-44
// rule: NV-45
// rule: NV-46
// rule: NV-47
// rule: NV-64
#[tokio::test]
async fn a_pushed_type_is_the_stated_method_and_stays_in_the_host() {
    for (host, method) in WRITTEN {
        // From a method that the type does not become.
        let mut person = aino();
        person.periods[0].mode = code(if method == "Trainee" { "Employed" } else { "Trainee" });
        let linked = Linked::of(person, |_| {}).await;
        linked.host_sets(field::EMPLOYMENT_TYPE, Some(host));
        let report = linked.push().await;
        assert!(report.is_clean(), "{host}: {report:#?}");
        assert_eq!(linked.in_vendor(field::EMPLOYMENT_TYPE), code(method), "{host}");
        let review = linked.review().await;
        assert!(review.is_in_step() && review.differences.is_empty(), "{host}: {:#?}", review.differences);
        assert_eq!(linked.in_host(field::EMPLOYMENT_TYPE).as_deref(), Some(host));
        assert_eq!(linked.world.host.writes(), 0);
    }
}

// rule: NV-43
// rule: NV-44
// rule: NV-45
// rule: NV-46
// rule: NV-47
#[tokio::test]
async fn a_person_created_in_the_vendor_has_the_stated_method() {
    for (host, method) in WRITTEN {
        let world = empty_world(mapping(), MemoryStore::new()).await;
        let mut employee = as_employee("h1", &aino());
        employee.employment.kind = EmploymentType::from_code(host);
        world.host.put(employee);
        let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
        assert_eq!(report.linked, 1, "{host}: {report:#?}");
        assert_eq!(world.sandbox.people()[0].periods[0].mode, code(method), "{host}");
        let review = world.engine.review(&world.anna).await.unwrap();
        assert!(review.is_in_step() && review.differences.is_empty(), "{host}: {:#?}", review.differences);
    }
}

// rule: NV-48
// rule: NV-49
// rule: NV-50
// rule: NV-51
// rule: NV-52
#[tokio::test]
async fn a_person_taken_over_has_the_stated_type_and_the_vendor_keeps_its_method() {
    for (method, host) in READ {
        let world = empty_world(mapping(), MemoryStore::new()).await;
        let mut person = aino();
        person.periods[0].mode = code(method);
        let key = world.sandbox.add_person(person);
        let report = world.synchronise(&Decisions::new().create_in_host(Select::All)).await;
        assert!(report.is_clean(), "{method}: {report:#?}");
        let people = world.host.people();
        assert_eq!(people[0].employment.kind.map(EmploymentType::as_str), Some(host), "{method}");
        let review = world.engine.review(&world.anna).await.unwrap();
        assert!(review.is_in_step() && review.differences.is_empty(), "{method}: {:#?}", review.differences);
        world.engine.push(&[HostId::new(people[0].id.clone())]).await.unwrap();
        assert_eq!(world.sandbox.person(key).unwrap().periods[0].mode, code(method));
        assert_eq!(world.vendor_writes(), []);
    }
}

// rule: NV-48
// rule: NV-49
// rule: NV-50
// rule: NV-51
// rule: NV-52
#[tokio::test]
async fn a_method_decided_for_a_linked_person_is_the_stated_type() {
    for (method, host) in READ {
        let mut person = aino();
        person.periods[0].mode = code(method);
        let other = if host == "trainee" { "casual" } else { "trainee" };
        let differently = |employee: &mut hrsync_core::Employee| {
            employee.employment.kind = EmploymentType::from_code(other);
        };
        let linked = Linked::unsettled(mapping(), person, differently).await;
        let report = linked.decide(field::EMPLOYMENT_TYPE, Resolution::Vendor).await;
        assert!(report.is_clean(), "{method}: {report:#?}");
        assert_eq!(linked.in_host(field::EMPLOYMENT_TYPE).as_deref(), Some(host), "{method}");
        let review = linked.review().await;
        assert!(review.is_in_step() && review.differences.is_empty(), "{method}: {:#?}", review.differences);
        assert_eq!((linked.in_vendor(field::EMPLOYMENT_TYPE), linked.posts()), (code(method), 0));
    }
}

#[tokio::test]
async fn a_method_that_is_not_in_the_table_is_reported_and_left_alone() {
    let linked = Linked::new().await;
    linked.vendor_sets(field::EMPLOYMENT_TYPE, "9");
    let review = linked.review().await;
    assert_eq!(world::linked::codes(&review.findings, field::EMPLOYMENT_TYPE), ["value.unreadable"]);
    let difference = world::linked::difference(&review, field::EMPLOYMENT_TYPE);
    assert!(!difference.allows(Resolution::Vendor));
    linked.apply(&review, &Decisions::new()).await;
    assert_eq!(linked.in_host(field::EMPLOYMENT_TYPE).as_deref(), Some("permanent"));
    assert_eq!((linked.in_vendor(field::EMPLOYMENT_TYPE).as_str(), linked.posts()), ("9", 0));
}
