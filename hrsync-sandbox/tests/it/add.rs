use hrsync_sandbox::netvisor::{IdentifierKind, Options};

use crate::support::{HETU, code, company_of_one, employee, empty_company, post};

const ADD: &str = "employee.nv?method=add";

#[test]
fn an_added_person_is_stored_and_no_key_comes_back() {
    let sandbox = empty_company(Options::default());
    let said = post(&sandbox, ADD, &employee(&[]));
    assert_eq!(said.code, "OK");
    assert!(!said.body.contains("Replies"));
    let person = sandbox.person_by_identifier(HETU).unwrap();
    assert_eq!(person.identifier.kind, IdentifierKind::Finnish);
    assert_eq!((person.gender.as_str(), person.date_of_birth.as_str()), ("female", "1990-01-01"));
    assert_eq!((person.country.as_str(), person.salary_model.as_str()), ("FI", "No salary model"));
    assert!(person.payroll_service && person.activity && !person.resource_management);
    assert_eq!(person.periods.len(), 1);
    assert_ne!(person.periods[0].netvisorkey, 0);
    assert_eq!((person.periods[0].mode.as_str(), person.periods[0].weekly_hours.as_str()), ("1", "37,5"));
}

#[test]
fn foreigners_bring_gender_and_date_of_birth_along() {
    let sandbox = empty_company(Options::default());
    let identity = "<foreignemployeeidentification><identifier type=\"other\">X-1</identifier>\
<issuingcountry>se</issuingcountry><gender>male</gender><dateofbirth format=\"ansi\">1970-01-23</dateofbirth>\
</foreignemployeeidentification>";
    let finnish = format!("<employeeidentifier>{HETU}</employeeidentifier>");
    assert_eq!(code(&sandbox, ADD, &employee(&[(&finnish, identity)])), "OK");
    let person = sandbox.person_by_identifier("x-1").unwrap();
    assert_eq!(person.identifier.kind, IdentifierKind::Foreign);
    assert_eq!(person.identifier.foreign_type.as_deref(), Some("other"));
    assert_eq!((person.gender.as_str(), person.date_of_birth.as_str()), ("male", "1970-01-23"));
    let both = format!("{identity}{finnish}");
    assert_eq!(code(&sandbox, ADD, &employee(&[(&finnish, &both)])), "INVALID_DATA");
    assert_eq!(code(&sandbox, ADD, &employee(&[(&finnish, "")])), "INVALID_DATA");
    let untyped = identity.replace(" type=\"other\"", "");
    assert_eq!(code(&sandbox, ADD, &employee(&[(&finnish, &untyped)])), "INVALID_DATA");
}

#[test]
fn a_company_can_be_a_payee() {
    let sandbox = empty_company(Options::default());
    let finnish = format!("<employeeidentifier>{HETU}</employeeidentifier>");
    let company = "<companyidentifier>1234567-1</companyidentifier><companyname>Oy</companyname>";
    assert_eq!(code(&sandbox, ADD, &employee(&[(&finnish, company)])), "OK");
    assert_eq!(sandbox.people()[0].identifier.kind, IdentifierKind::Company);
    let wrong = "<companyidentifier>1234567-8</companyidentifier>";
    assert_eq!(code(&sandbox, ADD, &employee(&[(&finnish, wrong)])), "INVALID_DATA");
}

/// What is wrong, and the code; nothing may be stored.
const WRONG: &[(&str, &str, &str)] = &[
    // order
    (
        "<firstname>Aino</firstname><lastname>Esimerkki</lastname>",
        "<lastname>Esimerkki</lastname><firstname>Aino</firstname>",
        "INVALID_DATA",
    ),
    (
        "<city>Helsinki</city><municipality>Helsinki</municipality>",
        "<municipality>Helsinki</municipality><city>Helsinki</city>",
        "INVALID_DATA",
    ),
    (
        "<employmentmode type=\"netvisor\">1</employmentmode><profession>Kokki</profession>",
        "<profession>Kokki</profession><employmentmode>1</employmentmode>",
        "INVALID_DATA",
    ),
    // unknown, repeated, missing, empty
    ("<city>Helsinki</city>", "<city>Helsinki</city><state>X</state>", "INVALID_DATA"),
    ("<city>Helsinki</city>", "<city>Helsinki</city><city>Helsinki</city>", "INVALID_DATA"),
    ("<city>Helsinki</city>", "", "INVALID_DATA"),
    ("<city>Helsinki</city>", "<city/>", "INVALID_DATA"),
    ("<city>Helsinki</city>", "<city> </city>", "INVALID_DATA"),
    ("<firstname>Aino</firstname>", "", "INVALID_DATA"),
    ("<payrollrulegroupname>No salary model</payrollrulegroupname>", "", "INVALID_DATA"),
    ("<profession>Kokki</profession>", "", "INVALID_DATA"),
    ("<city>Helsinki</city>", "<city><b>Helsinki</b></city>", "INVALID_DATA"),
    ("<city>Helsinki</city>", "<city kind=\"x\">Helsinki</city>", "INVALID_DATA"),
    ("format=\"ansi\"", "format=\"iso\"", "INVALID_DATA"),
    ("<employeesettings>", "<employeesettings>text", "INVALID_DATA"),
    // values
    ("2026-02-01", "1.2.2026", "INVALID_DATA"),
    ("2026-02-01", "2026-02-30", "INVALID_DATA"),
    ("37,5", "37.5", "INVALID_DATA"),
    ("37,5", "169", "INVALID_DATA"),
    (">1</employmentmode>", ">6</employmentmode>", "INVALID_DATA"),
    ("enabled", "1", "INVALID_DATA"),
    ("4711", "A12", "INVALID_DATA"),
    ("No salary model", "Kuukausipalkka", "INVALID_DATA"),
    ("010190-900P", "010190-900R", "INVALID_DATA"),
    ("010190-900P", "320190-900P", "INVALID_DATA"),
    ("<employeenumber>", "<country>fin</country><employeenumber>", "INVALID_DATA_SIZE"),
    ("<employeenumber>", "<country>f1</country><employeenumber>", "INVALID_DATA"),
    // sizes
    ("4711", "12345678901", "INVALID_DATA_SIZE"),
    ("Aino<", "Ainoainoainoainoainoainoainoainoainoainoainoainoaino<", "INVALID_DATA_SIZE"),
    // account and BIC belong together
    (
        "</payrollrulegroupname>",
        "</payrollrulegroupname><bankaccountnumber>FI2112345600000785</bankaccountnumber>",
        "INVALID_DATA",
    ),
    (
        "</payrollrulegroupname>",
        "</payrollrulegroupname><bankaccountnumber>FI2112345600000785</bankaccountnumber><bankidentificationcode/>",
        "INVALID_DATA",
    ),
    // business rules
    ("<profession>Kokki</profession>", "<profession>Kokki</profession><enddate>2026-01-31</enddate>", "INVALID_DATA"),
    (
        "<regularworkinghours>",
        "<employmentform>1</employmentform><parttimepercent>50</parttimepercent><regularworkinghours>",
        "INVALID_DATA",
    ),
    ("<profession>Kokki</profession>", "<profession>Kokki</profession><endreason>1</endreason>", "INVALID_DATA"),
    (
        "</employee></root>",
        "<employeeadditionalinformation><additionalinformationfield><name>a</name></additionalinformationfield></employeeadditionalinformation></employee></root>",
        "INVALID_DATA",
    ),
    // not a message
    ("</root>", "", "INVALID_DATA"),
    ("<root>", "<?xml version=\"1.0\"?><root>", "INVALID_DATA"),
    ("<root>", "<root><other/>", "INVALID_DATA"),
    ("<root>", "<root lang=\"fi\">", "INVALID_DATA"),
];

#[test]
fn wrong_messages_are_refused_and_change_nothing() {
    let sandbox = empty_company(Options::default());
    for (from, to, expected) in WRONG {
        let said = post(&sandbox, ADD, &employee(&[(from, to)]));
        assert_eq!(said.code, *expected, "{to}: {}", said.text);
        assert!(sandbox.people().is_empty());
    }
}

#[test]
fn the_right_counterparts_are_accepted() {
    let right = [
        ("<phonenumber>050 000 1234</phonenumber><email>aino@yritys.example</email>", ""),
        (
            "</payrollrulegroupname>",
            "</payrollrulegroupname><bankaccountnumber>FI2112345600000785</bankaccountnumber><bankidentificationcode>NDEAFIHH</bankidentificationcode>",
        ),
        (
            "<profession>Kokki</profession>",
            "<profession>Kokki</profession><enddate>2026-02-01</enddate><endreason type=\"netvisor\">4</endreason>",
        ),
        (
            "<regularworkinghours>",
            "<employmentform>2</employmentform><parttimepercent>50,5</parttimepercent><regularworkinghours>",
        ),
        (
            "<municipality>Helsinki</municipality>",
            "<municipality/><country>se</country><nationality type=\"ISO-3166\">SE</nationality><language/>",
        ),
        ("Aino<", "Áinoäinoainoainoainoainoainoainoainoainoainoainoai<"),
    ];
    for (from, to) in right {
        let sandbox = empty_company(Options::default());
        let said = post(&sandbox, ADD, &employee(&[(from, to)]));
        assert_eq!(said.code, "OK", "{to}: {}", said.text);
    }
}

#[test]
fn order_can_be_relaxed() {
    let sandbox = empty_company(Options { strict_order: false, ..Options::default() });
    let (from, to, _) = WRONG[0];
    assert_eq!(code(&sandbox, ADD, &employee(&[(from, to)])), "OK");
}

#[test]
fn duplicates_are_refused() {
    let (sandbox, _) = company_of_one();
    assert_eq!(code(&sandbox, ADD, &employee(&[("4711", "4712")])), "DUPLICATE_DATA");
    let lower = employee(&[("4711", "4712"), (HETU, &HETU.to_lowercase())]);
    assert_eq!(code(&sandbox, ADD, &lower), "DUPLICATE_DATA");
    assert_eq!(code(&sandbox, ADD, &employee(&[(HETU, "010190-9023")])), "INVALID_DATA");
    let other = employee(&[(HETU, "020290-9016")]);
    assert_eq!(code(&sandbox, ADD, &other), "DUPLICATE_DATA");
    assert_eq!(code(&sandbox, ADD, &other.replace("4711", "4712")), "OK");
}

#[test]
fn temporary_codes_can_be_refused_as_the_vendor_does() {
    let sandbox = empty_company(Options { accept_temporary_hetu: false, ..Options::default() });
    assert_eq!(code(&sandbox, ADD, &employee(&[])), "INVALID_DATA");
    assert_eq!(code(&sandbox, ADD, &employee(&[(HETU, "131052-308T")])), "OK");
}

#[test]
fn the_method_has_to_be_named() {
    let sandbox = empty_company(Options::default());
    for resource in ["employee.nv", "employee.nv?method=", "employee.nv?method=delete"] {
        assert_eq!(code(&sandbox, resource, &employee(&[])), "INVALID_DATA");
    }
    assert_eq!(code(&sandbox, "EMPLOYEE.NV?METHOD=ADD", &employee(&[])), "OK");
}
