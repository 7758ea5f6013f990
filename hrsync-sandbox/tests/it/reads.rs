use hrsync_sandbox::netvisor::{IdentifierKind, NetvisorSandbox, Options, Period};

use crate::support::{Draft, company, company_of_one, empty_company, get, texts};

const ALL: &str = "employmentperiods=1&employeepayrollinformation=1&educationalinformation=1&\
additionalinformationfields=1&employeesettlementpoints=1";

fn names(body: &str) -> Vec<String> {
    body.split('<')
        .skip(1)
        .filter(|part| !part.starts_with(['/', '?']))
        .map(|part| part.split([' ', '>', '/']).next().unwrap_or_default().to_owned())
        .collect()
}

fn full(sandbox: &NetvisorSandbox, key: u32) -> String {
    let said = get(sandbox, &format!("getemployee.nv?netvisorkey={key}&{ALL}"));
    assert_eq!(said.code, "OK", "{}", said.text);
    said.body
}

#[test]
fn the_list_leaves_out_who_has_left() {
    let sandbox = company();
    let current = get(&sandbox, "getemployees.nv").body;
    let all = get(&sandbox, "getemployees.nv?IncludeEndedEmployments=1").body;
    assert_eq!(texts(&all, "netvisorkey").len(), 25);
    let employed = texts(&all, "employmentstatus").iter().filter(|status| *status == "1").count();
    assert!(employed < 25 && employed > 15);
    assert_eq!(texts(&current, "netvisorkey").len(), employed);
    assert!(texts(&current, "employmentstatus").iter().all(|status| status == "1"));
    assert_eq!(get(&sandbox, "getemployees.nv?includeendedemployments=yes").code, "INVALID_DATA");
}

#[test]
fn empty_lists_are_empty_elements() {
    let sandbox = empty_company(Options::default());
    assert!(get(&sandbox, "getemployees.nv").body.contains("\r\n    <employees />\r\n"));
}

#[test]
fn list_entries_in_documented_order() {
    let (sandbox, person) = company_of_one();
    let body = get(&sandbox, "getemployees.nv").body;
    let entry = body.split("<employee>").nth(1).unwrap();
    let expected = [
        "employeenumber",
        "netvisorkey",
        "personalid",
        "firstname",
        "lastname",
        "realname",
        "employmentstatus",
        "payrollservice",
        "resourcemanagement",
        "lunchbenefit",
    ];
    assert_eq!(names(entry), expected);
    assert!(entry.contains("<personalid type=\"finnishidentifier\">010190-900P</personalid>"));
    assert_eq!(texts(entry, "realname"), ["Esimerkki Aino"]);
    assert_eq!(texts(entry, "netvisorkey"), [person.netvisorkey.to_string()]);
}

#[test]
fn an_employment_counts_until_the_evening_of_its_last_finnish_day() {
    let (sandbox, person) = company_of_one();
    let listed = |end: &str| {
        sandbox.change_person(person.netvisorkey, |person| person.periods[0].end = end.into());
        texts(&get(&sandbox, "getemployees.nv").body, "netvisorkey").len()
    };
    assert_eq!([listed(""), listed("2026-03-02"), listed("2026-03-01"), listed("maaliskuussa")], [1, 1, 0, 1]);
    sandbox.change_person(person.netvisorkey, |person| {
        person.periods[0].end = "2026-03-01".into();
        person.periods.push(Period { start: "2027-01-01".into(), ..Period::default() });
    });
    assert_eq!(texts(&get(&sandbox, "getemployees.nv").body, "netvisorkey").len(), 1);
}

#[test]
fn blocks_come_only_when_asked_for() {
    let (sandbox, person) = company_of_one();
    let key = person.netvisorkey;
    let plain = get(&sandbox, &format!("getemployee.nv?netvisorkey={key}")).body;
    let blocks = [
        ("employmentperiods", "employmentperiods"),
        ("employeepayrollinformation", "employeepayrollinformation"),
        ("educationalinformation", "employeeeducationalinformation"),
        ("additionalinformationfields", "employeeadditionalinformationfields"),
        ("employeesettlementpoints", "employeesettlementpoints"),
    ];
    for (parameter, element) in blocks {
        assert!(!plain.contains(element));
        let asked = get(&sandbox, &format!("getemployee.nv?employeenumber=4711&{parameter}=1")).body;
        assert!(asked.contains(element));
        assert_eq!(blocks.iter().filter(|(_, other)| asked.contains(&format!("<{other}"))).count(), 1);
    }
    for wrong in
        ["", "?netvisorkey=1&employeenumber=4711", "?netvisorkey=abc", "?netvisorkey=4000000", "?employeenumber=1"]
    {
        assert_eq!(get(&sandbox, &format!("getemployee.nv{wrong}")).code, "INVALID_DATA", "{wrong}");
    }
}

#[test]
fn the_full_person_in_documented_order() {
    let (sandbox, person) = company_of_one();
    let body = full(&sandbox, person.netvisorkey);
    let base =
        body.split("<employeebaseinformation>").nth(1).unwrap().split("</employeebaseinformation>").next().unwrap();
    let expected = [
        "netvisorkey",
        "employeenumber",
        "employeeidentifier",
        "issuingcountry",
        "firstname",
        "lastname",
        "fullname",
        "payrollservice",
        "resourcemanagement",
        "lunchbenefit",
        "nationality",
        "language",
        "municipality",
        "gender",
        "dateofbirth",
        "streetaddress",
        "postnumber",
        "city",
        "country",
        "phonenumber",
        "email",
        "bankaccountnumber",
        "bankidentificationcode",
        "activity",
    ];
    assert_eq!(names(base), expected);
    assert_eq!(texts(base, "gender"), ["female"]);
    assert_eq!(texts(base, "dateofbirth"), ["1990-01-01"]);
    assert!(base.contains("<country type=\"ISO-3166\">FI</country>"));
    let period = body.split("<employmentperiod>").nth(1).unwrap().split("</employmentperiod>").next().unwrap();
    let expected = [
        "netvisorkey",
        "companystartdate",
        "startdate",
        "probationenddate",
        "employmentmode",
        "profession",
        "comment",
        "enddate",
        "endreason",
        "occupationclassification",
        "employmentcontract",
        "employmentform",
        "parttimepercent",
        "regularworkinghours",
        "groundsforemployment",
        "kevaprofessionalclasscode",
        "kevaemploymentregistration",
        "ispaymenttypemonthlywage",
        "ispaymenttypehourlywage",
        "ispaymenttypepiecewage",
        "collectiveagreement",
        "stateemploymentfund",
        "carbenefityear",
        "isabroadcarbenefit",
        "caremissionvalue",
    ];
    assert_eq!(names(period), expected);
    assert!(period.contains("<regularworkinghours>37,5</regularworkinghours>"));
    let payroll = body
        .split("<employeepayrollinformation>")
        .nth(1)
        .unwrap()
        .split("</employeepayrollinformation>")
        .next()
        .unwrap();
    let expected = [
        "payrollrulegroup",
        "netvisorkey",
        "name",
        "taxnumber",
        "foreclosure",
        "foreclosuremaintenancepersons",
        "nosocialsecuritypayment",
        "accountingaccount",
        "netvisorkey",
        "name",
        "number",
        "hierarchy",
        "netvisorkey",
        "name",
        "placeofbusiness",
        "payslipdeliverymethod",
        "isjointowner",
        "isathlete",
        "isperformingartist",
        "employeeinsurancetype",
        "ispersonworkingonaroadferryonalandislands",
        "isentrepreneurwithoptionalyelormyel",
    ];
    assert_eq!(names(payroll), expected);
}

#[test]
fn every_generated_person_can_be_read_and_none_leaks_in_debug_output() {
    let sandbox = company();
    for person in sandbox.people() {
        let body = full(&sandbox, person.netvisorkey);
        assert_eq!(texts(&body, "employeeidentifier"), [person.identifier.value.as_str()]);
        let shown = format!("{person:?} {:?} {:?} {:?}", person.identifier, person.periods, person.settlement_points);
        assert!(!shown.contains(&person.last_name) && !shown.contains(&person.identifier.value));
        assert!(!shown.contains("handling") && !shown.contains(&person.periods[0].start));
    }
    let answer = sandbox.handle(&Draft::new(&sandbox.credentials(), "GET", "getemployees.nv", "").request());
    let shown = format!("{:?} {answer:?} {sandbox:?}", sandbox.calls());
    assert!(shown.contains("getemployee.nv") && !shown.contains("netvisorkey=") && !shown.contains("firstname"));
}

#[test]
fn switches_of_the_read_layout() {
    let sandbox = company();
    let foreigner =
        sandbox.people().into_iter().find(|person| person.identifier.kind == IdentifierKind::Foreign).unwrap();
    let kind = foreigner.identifier.foreign_type.clone().unwrap();
    let element = full(&sandbox, foreigner.netvisorkey);
    assert_eq!(texts(&element, "foreignidentifiertype"), [kind.as_str()]);
    sandbox.set_options(|options| {
        options.foreign_type_as_attribute = true;
        options.omit_empty = true;
    });
    let attribute = full(&sandbox, foreigner.netvisorkey);
    assert!(attribute.contains(&format!("foreignidentifiertype=\"{kind}\"")));
    assert!(texts(&attribute, "foreignidentifiertype").is_empty());
    assert!(!attribute.contains("<comment") && !attribute.contains("<placeofbusiness"));
    assert!(element.contains("<comment />") && element.contains("<placeofbusiness />"));
    sandbox.set_options(|options| options.control_characters = true);
    let tainted = full(&sandbox, foreigner.netvisorkey);
    assert!(tainted.contains("&#x2;</fullname>"));
    assert!(get(&sandbox, "getemployees.nv").body.contains("&#x2;</realname>"));
}

#[test]
fn payroll_parties_are_listed() {
    let body = get(&company(), "getpayrollparties.nv").body;
    assert!(texts(&body, "partyinternaltype").contains(&"employeeworkpensioninsurance".to_owned()));
}
