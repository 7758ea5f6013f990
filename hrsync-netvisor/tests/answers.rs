//! Answers: every fixture, and what becomes of bytes that are no answer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use hrsync_core::{Error, ErrorKind, Fixer, Outcome};
use hrsync_netvisor::wire::getemployee::{self, SettlementKind};
use hrsync_netvisor::wire::getemployees::{self, EntryProblem};
use hrsync_netvisor::wire::{EmployeeKey, FailureCode, PeriodKey, Resource, classify};
use proptest::prelude::*;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/", $name)).as_slice()
    };
}

const ALL: &[&[u8]] = &[
    fixture!("getemployees/people.xml"),
    fixture!("getemployees/empty.xml"),
    fixture!("getemployees/absent.xml"),
    fixture!("getemployees/mixed-case.xml"),
    fixture!("getemployees/control-characters.xml"),
    fixture!("getemployees/broken-entries.xml"),
    fixture!("getemployee/full.xml"),
    fixture!("getemployee/minimal.xml"),
    fixture!("getemployee/foreign-attribute.xml"),
    fixture!("getemployee/foreign-element.xml"),
    fixture!("getemployee/not-found.xml"),
    fixture!("envelope/ok.xml"),
    fixture!("envelope/invalid-data.xml"),
    fixture!("envelope/authentication.xml"),
    fixture!("envelope/gateway.html"),
    fixture!("envelope/cut.xml"),
    fixture!("envelope/no-status.xml"),
];

// ---- getemployees.nv ----------------------------------------------------------------------------------------------------

#[test]
fn a_list_of_people() {
    let list = getemployees::decode(fixture!("getemployees/people.xml")).unwrap();
    assert_eq!(list.problems, []);
    let [first, second] = list.employees.as_slice() else { panic!("two people") };
    assert_eq!(first.key, EmployeeKey(31));
    assert_eq!(first.employee_number.as_deref(), Some("204"));
    assert_eq!(first.personal_id.as_deref(), Some("010190-902S"));
    assert_eq!(first.personal_id_type.as_deref(), Some("finnishidentifier"));
    assert_eq!(first.first_name.as_deref(), Some("Tuulikki"));
    assert_eq!(first.real_name.as_deref(), Some("Esimerkki Tuulikki"));
    assert_eq!(first.employment_status.as_deref(), Some("1"));
    assert_eq!(first.lunch_benefit.as_deref(), Some("0"));
    assert_eq!(second.key, EmployeeKey(32));
    assert_eq!(second.employee_number, None, "an empty element is absent");
    assert_eq!(second.last_name.as_deref(), Some("Påhittad & Son"));
    assert_eq!(second.personal_id_type.as_deref(), Some("foreignidentifier"));
    assert_eq!(second.lunch_benefit, None);
}

#[test]
fn an_empty_list_is_a_list_and_an_absent_one_is_not() {
    assert_eq!(getemployees::decode(fixture!("getemployees/empty.xml")).unwrap(), Default::default());
    let error = getemployees::decode(fixture!("getemployees/absent.xml")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.message(), "Netvisor answered with XML without the element employees");
}

#[test]
fn names_match_in_any_case() {
    let mixed = getemployees::decode(fixture!("getemployees/mixed-case.xml")).unwrap();
    let plain = getemployees::decode(fixture!("getemployees/people.xml")).unwrap();
    assert_eq!(mixed.employees[0].key, plain.employees[0].key);
    assert_eq!(mixed.employees[0].personal_id, plain.employees[0].personal_id);
    assert_eq!(mixed.employees[0].personal_id_type, plain.employees[0].personal_id_type);
    assert_eq!(mixed.employees[0].last_name, plain.employees[0].last_name);
}

#[test]
fn illegal_characters_are_dropped() {
    let list = getemployees::decode(fixture!("getemployees/control-characters.xml")).unwrap();
    assert_eq!(list.employees[0].first_name.as_deref(), Some("Tuulikki"));
    assert_eq!(list.employees[0].last_name.as_deref(), Some("Esimerkki"));
}

#[test]
fn one_broken_entry_does_not_lose_the_others() {
    let list = getemployees::decode(fixture!("getemployees/broken-entries.xml")).unwrap();
    let keys: Vec<_> = list.employees.iter().map(|employee| employee.key.0).collect();
    assert_eq!(keys, [31, 33]);
    assert_eq!(
        list.problems,
        [
            EntryProblem::NoKey { position: 1 },
            EntryProblem::NoKey { position: 3 },
            EntryProblem::RepeatedKey { position: 4, key: EmployeeKey(31) },
        ]
    );
}

#[test]
fn a_list_that_ends_early_is_no_list() {
    let whole = fixture!("getemployees/people.xml");
    for length in 0..whole.len() - 1 {
        let error = getemployees::decode(&whole[..length]).expect_err("a part is no list");
        assert_eq!(error.kind(), ErrorKind::Decode, "{length}");
    }
}

#[test]
fn a_latin_answer_is_read_by_its_declaration() {
    let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?><Root><ResponseStatus><Status>OK</Status></ResponseStatus>\
                <employees><employee><netvisorkey>1</netvisorkey><lastname>P\u{e5}hittad</lastname></employee></employees></Root>";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(getemployees::decode(&latin).unwrap().employees[0].last_name.as_deref(), Some("Påhittad"));
    let undeclared = &latin[latin.windows(5).position(|w| w == b"<Root").unwrap()..];
    assert_eq!(
        getemployees::decode(undeclared).unwrap_err().message(),
        "Netvisor answered with text that is not UTF-8"
    );
}

// ---- getemployee.nv -----------------------------------------------------------------------------------------------------

#[test]
fn a_full_person() {
    let employee = getemployee::decode(fixture!("getemployee/full.xml")).unwrap();
    let base = &employee.base;
    assert_eq!(base.key, Some(EmployeeKey(31)));
    assert_eq!(base.identifier_type.as_deref(), Some("finnishidentifier"));
    assert_eq!(base.issuing_country, None);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let shown = [
        text(&base.employee_number),
        text(&base.first_name),
        text(&base.full_name),
        text(&base.nationality),
        text(&base.gender),
        text(&base.date_of_birth),
        text(&base.street_address),
        text(&base.post_number),
        text(&base.municipality),
        text(&base.country),
        text(&base.phone_number),
        text(&base.email),
        text(&base.bank_account_number),
        text(&base.bank_identification_code),
        text(&base.activity),
    ];
    assert_eq!(
        shown,
        [
            "204",
            "Tuulikki",
            "Esimerkki Tuulikki",
            "FI",
            "female",
            "1990-01-01",
            "Mallikuja 4 B 12",
            "99999",
            "Keksittylä",
            "FI",
            "+358 40 000 0204",
            "tuulikki.esimerkki@example.com",
            "FI2112345600000785",
            "NDEAFIHH",
            "1"
        ]
    );
    let periods = employee.periods.as_deref().unwrap();
    assert_eq!(periods.len(), 2);
    assert_eq!(periods[0].key, Some(PeriodKey(501)));
    assert_eq!(periods[0].start_date.as_deref(), Some("2023-08-15"));
    assert_eq!(periods[0].comment.as_deref(), Some("Rivi yksi\nRivi kaksi"));
    assert_eq!(periods[0].end_reason.as_deref(), Some("6"));
    assert_eq!(periods[0].part_time_percent.as_deref(), Some("80,0"));
    assert_eq!(periods[0].keva_pension_provider_code.as_deref(), Some("20"));
    assert_eq!(periods[0].keva_employment_registration, None);
    assert_eq!(periods[0].car_emission_value.as_deref(), Some("12,5"));
    assert_eq!(periods[1].start_date.as_deref(), Some("31.12.2026"), "as it came");
    let payroll = employee.payroll.as_ref().unwrap();
    assert_eq!(payroll.salary_model.as_ref().unwrap().name.as_deref(), Some("Kuukausipalkka, perusmalli"));
    assert_eq!(payroll.accounting_account.as_ref().unwrap().number.as_deref(), Some("5000"));
    assert_eq!(payroll.default_dimensions[0].item.as_deref(), Some("Kasvihuone"));
    assert_eq!(payroll.employee_insurance_type.as_deref(), Some("1"));
    let points = employee.settlement_points.as_deref().unwrap();
    assert_eq!(
        points.iter().map(|point| point.kind).collect::<Vec<_>>(),
        [SettlementKind::Accident, SettlementKind::WorkPension]
    );
    assert_eq!(points[1].handling.as_deref(), Some("nohandling"));
    assert_eq!(employee.degrees.as_ref().unwrap()[0].graduation_year.as_deref(), Some("2012"));
    let field = &employee.additional_fields.as_ref().unwrap()[0];
    assert_eq!(
        (field.value.as_deref(), field.value_type.as_deref(), field.group.as_deref()),
        (Some("39"), Some("text"), Some("1"))
    );
}

#[test]
fn a_person_with_next_to_nothing() {
    let employee = getemployee::decode(fixture!("getemployee/minimal.xml")).unwrap();
    assert_eq!(employee.base.key, Some(EmployeeKey(32)));
    assert_eq!(employee.periods, Some(vec![]), "asked for and empty");
    assert_eq!(employee.payroll, None, "did not come");
}

#[test]
fn the_kind_of_a_foreign_identifier_is_an_attribute_or_an_element() {
    let attribute = getemployee::decode(fixture!("getemployee/foreign-attribute.xml")).unwrap();
    let element = getemployee::decode(fixture!("getemployee/foreign-element.xml")).unwrap();
    assert_eq!(attribute, element);
    assert_eq!(attribute.base.foreign_identifier_type.as_deref(), Some("foreignpersonalidentifier"));
    assert_eq!(attribute.base.date_of_birth.as_deref(), Some("not a date"), "one unusable value loses nobody");
}

#[test]
fn an_empty_person_is_not_found() {
    let error = getemployee::decode(fixture!("getemployee/not-found.xml")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let body = b"<Root><ResponseStatus><Status>OK</Status></ResponseStatus><employee><employeebaseinformation/>\
                 <employmentperiods/></employee></Root>";
    assert_eq!(getemployee::decode(body).unwrap_err().kind(), ErrorKind::NotFound);
    let body = b"<Root><ResponseStatus><Status>OK</Status></ResponseStatus></Root>";
    assert_eq!(getemployee::decode(body).unwrap_err().kind(), ErrorKind::Decode);
}

// ---- failures -----------------------------------------------------------------------------------------------------------

fn error(resource: Resource, status: u16, body: &[u8]) -> Error {
    classify(resource, status, body).unwrap_err().into()
}

#[test]
fn failures_are_told_apart() {
    assert_eq!(classify(Resource::PatchEmployee, 200, fixture!("envelope/ok.xml")), Ok(()));
    let table = [
        (fixture!("envelope/invalid-data.xml"), ErrorKind::InvalidData, Fixer::HostAdministrator),
        (fixture!("envelope/duplicate.xml"), ErrorKind::AlreadyExists, Fixer::HostAdministrator),
        (fixture!("envelope/no-right.xml"), ErrorKind::PermissionDenied, Fixer::VendorAdministrator),
        (fixture!("envelope/maintenance.xml"), ErrorKind::Unavailable, Fixer::Nobody),
        (fixture!("envelope/authentication.xml"), ErrorKind::Unauthenticated, Fixer::VendorAdministrator),
        (fixture!("envelope/unknown-partner.xml"), ErrorKind::Unauthenticated, Fixer::VendorAdministrator),
        (fixture!("envelope/gateway.html"), ErrorKind::Decode, Fixer::VendorSupport),
        (fixture!("envelope/cut.xml"), ErrorKind::Decode, Fixer::VendorSupport),
        (fixture!("envelope/no-status.xml"), ErrorKind::Decode, Fixer::VendorSupport),
    ];
    for (body, kind, fixer) in table {
        let error = error(Resource::Employee, 200, body);
        assert_eq!((error.kind(), error.fixer()), (kind, fixer));
        let decoded = getemployees::decode(body).unwrap_err();
        assert_eq!(decoded.kind(), kind, "decoding says the same");
        let shown = error.to_string();
        let beginning = shown.split(" (").next().unwrap_or_default().to_lowercase();
        assert_eq!(beginning.matches("netvisor").count(), 1, "named once: {error}");
        for text in [format!("{error} {error:?}"), format!("{decoded} {decoded:?}")] {
            for private in ["010190-902S", "Esimerkki", "topsecret", "Tiiviste"] {
                assert!(!text.contains(private), "{text}");
            }
        }
    }
    let maintenance = error(Resource::Employee, 503, fixture!("envelope/maintenance.xml"));
    assert_eq!((maintenance.outcome(), maintenance.is_retryable()), (Outcome::Rejected, true));
    let gateway = error(Resource::Employee, 503, fixture!("envelope/gateway.html"));
    assert_eq!((gateway.kind(), gateway.outcome()), (ErrorKind::Unavailable, Outcome::Unknown));
    assert_eq!(gateway.message(), "Netvisor is not available; it answered with an HTML page");
    assert_eq!(
        classify(Resource::Employee, 400, fixture!("envelope/duplicate.xml")).unwrap_err().code(),
        Some(FailureCode::DuplicateData)
    );
}

#[test]
fn the_vendors_own_words_are_kept_for_who_may_see_them() {
    let refused = error(Resource::Employee, 400, fixture!("envelope/invalid-data.xml"));
    assert_eq!(refused.sensitive_detail(), Some("Data form incorrect:. Työntekijää 010190-902S ei löydy :: Esimerkki"));
    let echoed = error(Resource::GetEmployees, 401, fixture!("envelope/authentication.xml"));
    assert_eq!(echoed.sensitive_detail(), Some("Tiiviste ei täsmää. Tiivisteen merkkijono: [signing text removed]"));
    assert_eq!(echoed.hint(), Some("company menu > API identifiers"));
}

// ---- what is shown ------------------------------------------------------------------------------------------------------

#[test]
fn debug_shows_keys_only() {
    let list = getemployees::decode(fixture!("getemployees/people.xml")).unwrap();
    let person = getemployee::decode(fixture!("getemployee/full.xml")).unwrap();
    insta::assert_snapshot!("debug_of_answers", format!("{list:#?}\n{person:#?}"));
    let shown = format!("{list:?}{person:?}");
    let values = [
        "Tuulikki",
        "Esimerkki",
        "010190",
        "FI21",
        "Mallikuja",
        "1990",
        "Puutarhuri",
        "TyEL",
        "example.com",
        "204",
        "Påhittad",
    ];
    for value in values {
        assert!(!shown.contains(value), "{value}");
    }
}

#[test]
fn public_types_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<getemployees::Employees>();
    crosses::<getemployee::Employee>();
    crosses::<hrsync_netvisor::Signer>();
    crosses::<hrsync_netvisor::NetvisorConfig>();
    crosses::<hrsync_netvisor::NetvisorCredentials>();
    crosses::<hrsync_netvisor::wire::Failure>();
    crosses::<hrsync_netvisor::wire::employee::EmployeeWrite>();
}

// ---- arbitrary bytes ----------------------------------------------------------------------------------------------------

fn read_as_everything(body: &[u8]) {
    let _ = getemployees::decode(body).map_err(|error| error.to_string());
    let _ = getemployee::decode(body).map_err(|error| error.to_string());
    let _ = classify(Resource::Employee, 200, body).map_err(|failure| Error::from(failure).to_string());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_as_everything(&body);
    }

    #[test]
    fn markup_soup_never_panics(parts in proptest::collection::vec(prop_oneof![
        Just("<Root>"), Just("</Root>"), Just("<ResponseStatus>"), Just("</ResponseStatus>"), Just("<Status>"), Just("OK"),
        Just("</Status>"), Just("<employees>"), Just("<employee>"), Just("<netvisorkey>"), Just("7"), Just("</netvisorkey>"),
        Just("&#x2;"), Just("&"), Just(";"), Just("&amp;"), Just("<![CDATA["), Just("]]>"), Just("<!--"), Just("-->"),
        Just("<!DOCTYPE"), Just("<?"), Just("?>"), Just("<"), Just(">"), Just("/>"), Just(" :: "), Just("\u{0}"), Just("å"), Just("'"), Just("\""), Just("a="), Just("!"), Just("["),
    ], 0..40)) {
        read_as_everything(parts.concat().as_bytes());
    }

    #[test]
    fn damaged_answers_never_panic(
        which in 0..ALL.len(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let mut body = ALL[which].to_vec();
        for (at, byte) in damage {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if !whole {
            body.truncate(cut.index(body.len()));
        }
        read_as_everything(&body);
    }
}
