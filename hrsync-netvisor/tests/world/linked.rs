//! One person whom both sides know alike, on an active connection.

use std::sync::Arc;

use hrsync_core::mapping::Mapping;
use hrsync_core::reconcile::{Decisions, Difference, Engine, Report, Resolution, ReviewRun};
use hrsync_core::{Authority, Employee, FieldId, Finding, HostId, MemoryStore, StaticKeys, VendorId, field};
use hrsync_http::RetryPolicy;
use hrsync_netvisor::{NetvisorConfig, NetvisorConnector, mapping};
use hrsync_sandbox::netvisor::{Identifier, Period, Person, SettlementPoint};
use hrsync_testkit::SeededEntropy;

use super::{World, as_employee};

/// A person of the vendor in whom every field is filled.
pub fn aino() -> Person {
    let period = Period {
        company_start: "2020-01-01".into(),
        start: "2020-01-01".into(),
        probation_end: "2020-04-30".into(),
        end: "2027-12-31".into(),
        end_reason: "6".into(),
        mode: "1".into(),
        profession: "Baker".into(),
        contract: "1".into(),
        form: "1".into(),
        grounds: "1".into(),
        ..Period::default()
    };
    Person {
        employee_number: "1407".into(),
        identifier: Identifier { value: "010190-900P".into(), ..Identifier::default() },
        first_name: "Aino".into(),
        last_name: "Virtanen".into(),
        phone: "+358501234567".into(),
        email: "aino.virtanen@yritys.example".into(),
        street: "Kuja 1".into(),
        postnumber: "00100".into(),
        city: "Helsinki".into(),
        municipality: "Helsinki".into(),
        country: "FI".into(),
        nationality: "FI".into(),
        language: "FI".into(),
        gender: "female".into(),
        date_of_birth: "1990-01-01".into(),
        bank_account: "FI2112345600000785".into(),
        bic: "NDEAFIHH".into(),
        salary_model: "Kuukausipalkka, perusmalli".into(),
        activity: true,
        settlement_points: vec![SettlementPoint {
            kind: "employeeworkpensioninsurance".into(),
            r#type: "automatichandling".into(),
            name: "TyEL".into(),
            key: 0,
        }],
        periods: vec![period],
        ..Person::default()
    }
}

/// Somebody else of the vendor, who shares no unique value with [`aino`].
pub fn eetu() -> Person {
    Person {
        employee_number: "1408".into(),
        identifier: Identifier { value: "010190-901R".into(), ..Identifier::default() },
        first_name: "Eetu".into(),
        phone: "+358507654321".into(),
        email: "eetu@yritys.example".into(),
        gender: "male".into(),
        ..aino()
    }
}

/// Where a field of the host is kept in the vendor. Employment methods are codes there.
pub fn vendor_place(person: &mut Person, id: FieldId) -> &mut String {
    let period = person.periods.last_mut().unwrap();
    match id {
        field::NATIONAL_ID => &mut person.identifier.value,
        field::GIVEN_NAME => &mut person.first_name,
        field::FAMILY_NAME => &mut person.last_name,
        field::EMAIL => &mut person.email,
        field::PHONE => &mut person.phone,
        field::BIRTH_DATE => &mut person.date_of_birth,
        field::GENDER => &mut person.gender,
        field::NATIONALITY => &mut person.nationality,
        field::EMPLOYEE_NUMBER => &mut person.employee_number,
        field::STREET => &mut person.street,
        field::TOWN => &mut person.municipality,
        field::POSTCODE => &mut person.postnumber,
        field::COUNTRY => &mut person.country,
        field::IBAN => &mut person.bank_account,
        field::BIC => &mut person.bic,
        field::START_DATE => &mut period.start,
        field::END_DATE => &mut period.end,
        field::PROBATION_END => &mut period.probation_end,
        field::EMPLOYMENT_TYPE => &mut period.mode,
        field::JOB_TITLE => &mut period.profession,
        other => panic!("{other} has no place in the vendor"),
    }
}

/// A world without anybody, with another mapping than the stated one.
pub async fn empty_world(mapping: Mapping, store: MemoryStore) -> World {
    let mut world = World::unconnected(0, |config| config);
    let credentials = world.sandbox.credentials();
    let (config, secrets) = NetvisorConfig::builder()
        .base_url(credentials.base_url)
        .user_id(credentials.customer_id)
        .key(&credentials.customer_key.into())
        .business_id(credentials.organisation_id)
        .partner(credentials.partner_id, &credentials.partner_key.into())
        .sender(credentials.sender)
        .build()
        .unwrap();
    let connector = NetvisorConnector::builder(config, secrets, Arc::new(world.sandbox.client()))
        .clock(Arc::new(world.clock.clone()))
        .retry(RetryPolicy::none())
        .mapping(mapping)
        .build()
        .unwrap();
    world.engine = Engine::builder(Arc::new(connector), Arc::new(world.host.clone()))
        .guards(hrsync_core::guard::Guards::off())
        .store(store)
        .keys(StaticKeys::new([7; 32]))
        .clock(world.clock.clone())
        .entropy(SeededEntropy::new(7))
        .build()
        .unwrap();
    world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
    world.sandbox.clear_calls();
    world
}

/// A person on both sides.
pub struct Linked {
    pub world: World,
    pub key: u32,
    pub id: HostId,
}

impl Linked {
    /// [`aino`], linked and settled.
    pub async fn new() -> Self {
        Self::of(aino(), |_| {}).await
    }

    /// A person whom the host knows with some difference that is left as it is, if there is any.
    pub async fn of(person: Person, differently: impl FnOnce(&mut Employee)) -> Self {
        let linked = Self::unsettled(mapping::mapping(), person, differently).await;
        linked.settled().await
    }

    /// [`aino`], linked and settled under another mapping.
    pub async fn under(mapping: Mapping) -> Self {
        Self::unsettled(mapping, aino(), |_| {}).await.settled().await
    }

    /// A person whom both sides know and nobody has compared yet.
    pub async fn unsettled(mapping: Mapping, person: Person, differently: impl FnOnce(&mut Employee)) -> Self {
        let world = empty_world(mapping, MemoryStore::new()).await;
        let mut employee = as_employee("h1", &person);
        differently(&mut employee);
        world.host.put(employee);
        let key = world.sandbox.add_person(person);
        Self { world, key, id: HostId::new("h1") }
    }

    async fn settled(self) -> Self {
        let review = self.review().await;
        let left = review.open().fold(Decisions::new(), |decisions, difference| {
            decisions.decide(&difference.host_id, difference.field, Resolution::Leave)
        });
        self.apply(&review, &left).await;
        assert_eq!(self.review().await.open().count(), 0);
        self.world.sandbox.clear_calls();
        self
    }

    /// The vendor's id of the person.
    pub fn vendor_id(&self) -> VendorId {
        VendorId::new(self.key.to_string())
    }

    /// Changes a field on the host's screens; `None` clears it.
    pub fn host_sets(&self, id: FieldId, text: Option<&str>) {
        assert!(self.world.host.change(self.id.as_str(), |person| person.set_text(id, text)));
    }

    /// Changes a field on the vendor's screens.
    pub fn vendor_sets(&self, id: FieldId, text: &str) {
        let set = |person: &mut Person| *vendor_place(person, id) = text.to_owned();
        assert!(self.world.sandbox.change_person(self.key, set));
    }

    /// What the host has.
    pub fn in_host(&self, id: FieldId) -> Option<String> {
        self.world.host.get(self.id.as_str()).unwrap().text(id).map(|text| text.into_owned())
    }

    /// What the vendor has.
    pub fn in_vendor(&self, id: FieldId) -> String {
        vendor_place(&mut self.world.sandbox.person(self.key).unwrap(), id).clone()
    }

    pub async fn review(&self) -> ReviewRun {
        self.world.engine.review(&self.world.anna).await.unwrap()
    }

    pub async fn apply(&self, review: &ReviewRun, decisions: &Decisions) -> Report {
        let plan = self.world.engine.plan(&self.world.anna, review, decisions).unwrap();
        self.world.engine.apply(&self.world.anna, &plan).await.unwrap()
    }

    /// Reviews and applies a decision about one field.
    pub async fn decide(&self, id: FieldId, resolution: Resolution) -> Report {
        let review = self.review().await;
        self.apply(&review, &Decisions::new().decide(&self.id, id, resolution)).await
    }

    pub async fn push(&self) -> Report {
        self.world.engine.push(std::slice::from_ref(&self.id)).await.unwrap()
    }

    /// How often the vendor was written.
    pub fn posts(&self) -> usize {
        self.world.vendor_writes().len()
    }
}

/// The only difference in a field.
pub fn difference(review: &ReviewRun, id: FieldId) -> &Difference {
    let mut found = review.differences.iter().filter(|difference| difference.field == id);
    match (found.next(), found.next()) {
        (Some(one), None) => one,
        _ => panic!("{id}: {:#?}", review.differences),
    }
}

/// The codes of the findings about a field.
pub fn codes(findings: &[Finding], id: FieldId) -> Vec<&str> {
    findings.iter().filter(|finding| finding.field == Some(id)).map(|finding| &*finding.code).collect()
}

/// The decisions that are offered.
pub fn offered(difference: &Difference) -> Vec<Resolution> {
    Resolution::ALL.into_iter().filter(|resolution| difference.allows(*resolution)).collect()
}
