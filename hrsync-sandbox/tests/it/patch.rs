use crate::support::{HETU, code, company_of_one, employee, post};

fn patch(blocks: &str) -> String {
    format!("<root><patchemployee>{blocks}</patchemployee></root>")
}

fn base(elements: &str) -> String {
    patch(&format!("<employeebaseinformation>{elements}</employeebaseinformation>"))
}

fn payroll(elements: &str) -> String {
    patch(&format!("<employeebaseinformation/><employeepayrollinformation>{elements}</employeepayrollinformation>"))
}

#[test]
fn a_person_is_found_by_key_number_or_identity() {
    let (sandbox, person) = company_of_one();
    for (kind, identifier) in [
        ("netvisorkey", person.netvisorkey.to_string().as_str()),
        ("number", "4711"),
        ("personalidentificationnumber", HETU),
        ("NetvisorKey", person.netvisorkey.to_string().as_str()),
    ] {
        let resource = format!("patchemployee.nv?identifierType={kind}&identifier={identifier}");
        let said = post(&sandbox, &resource, &base(&format!("<email>{}@b.example</email>", kind.to_lowercase())));
        assert_eq!(said.code, "OK", "{}", said.text);
        assert!(!said.body.contains("Replies"));
        assert!(sandbox.people()[0].email.starts_with(&kind.to_lowercase()));
    }
    for query in
        ["", "?identifiertype=number", "?identifiertype=name&identifier=Aino", "?identifiertype=number&identifier=1"]
    {
        assert_eq!(code(&sandbox, &format!("patchemployee.nv{query}"), &base("")), "INVALID_DATA", "{query}");
    }
}

#[test]
fn only_what_is_sent_changes_and_empty_blanks() {
    let (sandbox, person) = company_of_one();
    let resource = "patchemployee.nv?identifiertype=number&identifier=4711";
    assert_eq!(code(&sandbox, resource, &payroll("<municipality/><taxnumber>123</taxnumber>")), "OK");
    let mut expected = person.clone();
    expected.municipality = String::new();
    expected.tax_number = "123".into();
    assert!(sandbox.person(person.netvisorkey).unwrap() == expected);
    assert_eq!(code(&sandbox, resource, &base("")), "OK");
    assert!(sandbox.person(person.netvisorkey).unwrap() == expected);
}

#[test]
fn an_account_without_bic_that_a_clerk_left_does_not_stop_other_changes() {
    let (sandbox, person) = company_of_one();
    let resource = "patchemployee.nv?identifiertype=number&identifier=4711";
    sandbox.change_person(person.netvisorkey, |person| person.bank_account = "FI2112345600000785".into());
    assert_eq!(code(&sandbox, resource, &base("<email>new@b.example</email>")), "OK");
    assert_eq!(code(&sandbox, resource, &payroll("<bankidentificationcode/>")), "INVALID_DATA");
    assert_eq!(code(&sandbox, resource, &payroll("<bankidentificationcode>NDEAFIHH</bankidentificationcode>")), "OK");
    assert_eq!(code(&sandbox, resource, &payroll("<bankidentificationcode/>")), "INVALID_DATA");
    assert_eq!(code(&sandbox, resource, &payroll("<bankaccountnumber/><bankidentificationcode/>")), "OK");
}

#[test]
fn wrong_patches_are_refused_and_change_nothing() {
    let (sandbox, person) = company_of_one();
    let other = employee(&[(HETU, "020290-9016"), ("4711", "4712")]);
    assert_eq!(code(&sandbox, "employee.nv?method=add", &other), "OK");
    let resource = "patchemployee.nv?identifiertype=number&identifier=4711";
    let long = "x".repeat(101);
    let wrong = [
        ("<root/>".to_owned(), "INVALID_DATA"),
        (String::new(), "INVALID_DATA"),
        (base("<email>a</email><phonenumber>1</phonenumber>"), "INVALID_DATA"),
        (base("<firstname/>"), "INVALID_DATA"),
        (base("<employeeidentifier>x</employeeidentifier>"), "INVALID_DATA"),
        (payroll("<streetaddress> </streetaddress>"), "INVALID_DATA"),
        (payroll("<bankaccountnumber>FI2112345600000785</bankaccountnumber>"), "INVALID_DATA"),
        (payroll("<payrollrulegroupname>Nothing</payrollrulegroupname>"), "INVALID_DATA"),
        (payroll("<employeenumber>4712</employeenumber>"), "DUPLICATE_DATA"),
        (payroll("<employeeinsurancetype>5</employeeinsurancetype>"), "INVALID_DATA"),
        (payroll("<isentrepreneurwithoptionalyelormyel>1</isentrepreneurwithoptionalyelormyel>"), "INVALID_DATA"),
        (base(&format!("<email>{long}</email>")), "INVALID_DATA_SIZE"),
        (patch("<employeebaseinformation/><employmentperiods/>"), "INVALID_DATA"),
        (payroll("<taxnumber>1</taxnumber>").replace("<employeebaseinformation/>", ""), "INVALID_DATA"),
    ];
    for (body, expected) in wrong {
        assert_eq!(code(&sandbox, resource, &body), expected, "{body}");
        assert!(sandbox.person(person.netvisorkey).unwrap() == person);
    }
}
