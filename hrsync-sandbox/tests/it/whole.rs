//! Every element that can be written and read again.

use hrsync_sandbox::netvisor::Options;

use crate::support::{HETU, code, empty_company, get, post, texts};

/// The element of the write, its value, the element of the read, what it shows.
type Row = (&'static str, &'static str, &'static str, &'static str);

const PERSON: &[(&str, &[Row])] = &[
    (
        "employeebaseinformation",
        &[
            ("employeeidentifier", HETU, "employeeidentifier", HETU),
            ("firstname", "Aino", "firstname", "Aino"),
            ("lastname", "Esimerkki", "fullname", "Esimerkki Aino"),
            ("phonenumber", "050 000 1234", "phonenumber", "050 000 1234"),
            ("email", "aino@yritys.example", "email", "aino@yritys.example"),
        ],
    ),
    (
        "employeepayrollinformation",
        &[
            ("streetaddress", "Koekatu 1", "streetaddress", "Koekatu 1"),
            ("postnumber", "00100", "postnumber", "00100"),
            ("city", "Helsinki", "city", "Helsinki"),
            ("municipality", "Espoo", "municipality", "Espoo"),
            ("country", "ee", "country", "EE"),
            ("nationality", "se", "nationality", "SE"),
            ("language", "fi", "language", "FI"),
            ("employeenumber", "4711", "employeenumber", "4711"),
            ("payrollrulegroupname", "Tuntipalkka, perusmalli", "payrollrulegroup", ""),
            ("bankaccountnumber", "FI2112345600000785", "bankaccountnumber", "FI2112345600000785"),
            ("bankidentificationcode", "NDEAFIHH", "bankidentificationcode", "NDEAFIHH"),
            ("accountingaccountnumber", "5123", "number", "5123"),
            ("payslipdeliverymethod", "3", "payslipdeliverymethod", "3"),
            ("isjointowner", "1", "isjointowner", "1"),
            ("isathlete", "1", "isathlete", "1"),
            ("isperformingartist", "1", "isperformingartist", "1"),
            ("employeeinsurancetype", "4", "employeeinsurancetype", "4"),
            ("ispersonworkingonaroadferryonalandislands", "1", "ispersonworkingonaroadferryonalandislands", "1"),
            ("isentrepreneurwithoptionalyelormyel", "1", "isentrepreneurwithoptionalyelormyel", "1"),
            ("nosocialsecuritypayment", "1", "nosocialsecuritypayment", "1"),
            ("activity", "0", "activity", "0"),
            ("foreclosure", "1", "foreclosure", "1"),
            ("foreclosuremaintenancepersons", "2", "foreclosuremaintenancepersons", "2"),
            ("taxnumber", "77", "taxnumber", "77"),
            ("placeofbusiness", "Pori", "placeofbusiness", "Pori"),
        ],
    ),
];

const PERIOD: &[(&str, &str)] = &[
    ("companystartdate", "2026-01-01"),
    ("startdate", "2026-02-01"),
    ("probationenddate", "2026-05-31"),
    ("employmentmode", "4"),
    ("profession", "Kokki"),
    ("comment", "Huomautus"),
    ("enddate", "2026-12-31"),
    ("endreason", "6"),
    ("occupationclassification", "51201"),
    ("employmentcontract", "2"),
    ("employmentform", "2"),
    ("parttimepercent", "60,5"),
    ("regularworkinghours", "22,5"),
    ("groundsforemployment", "0"),
    ("kevaprofessionalclasscode", "123"),
    ("kevaemploymentregistration", "7"),
    ("ispaymenttypemonthlywage", "1"),
    ("ispaymenttypehourlywage", "1"),
    ("ispaymenttypepiecewage", "1"),
    ("collectiveagreement", "42"),
    ("stateemploymentfund", "1"),
    ("carbenefityear", "2025"),
    ("isabroadcarbenefit", "1"),
    ("caremissionsvalue", "99"),
];

const REST: &str = "<employeesettings><payrollservice>enabled</payrollservice>\
<resourcemanagement>enabled</resourcemanagement></employeesettings>\
<employeesettlementpoints><employeeunionmembershipfee><type>attachedtosettlementpoint</type><name>Liitto</name>\
</employeeunionmembershipfee></employeesettlementpoints>\
<employeeeducationalinformation><degree><name>Maisteri</name><school>Yliopisto</school>\
<graduationyear>2015</graduationyear><primarydegree>1</primarydegree></degree></employeeeducationalinformation>\
<employeeadditionalinformation><additionalinformationfield><name>Koko</name><value>M</value>\
</additionalinformationfield></employeeadditionalinformation>";

fn elements<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    pairs.into_iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect()
}

fn body() -> String {
    let blocks: String = PERSON
        .iter()
        .map(|(block, rows)| {
            let inside = elements(rows.iter().map(|(name, value, ..)| (*name, *value)));
            format!("<{block}>{inside}</{block}>")
        })
        .collect();
    let dimension =
        "<dimension><dimensionname>Osasto</dimensionname><dimensionitem>Keittiö</dimensionitem></dimension>";
    let blocks =
        blocks.replace("<payslipdelivery", &format!("<hierarchy>Myynti</hierarchy>{dimension}<payslipdelivery"));
    let period = elements(PERIOD.iter().copied());
    format!(
        "<root><employee>{blocks}<employmentperiods><employmentperiod>{period}</employmentperiod></employmentperiods>\
{REST}</employee></root>"
    )
}

#[test]
fn what_is_written_can_be_read() {
    let sandbox = empty_company(Options::default());
    let said = post(&sandbox, "employee.nv?method=add", &body());
    assert_eq!(said.code, "OK", "{}", said.text);
    let read = |blocks: &str| get(&sandbox, &format!("getemployee.nv?employeenumber=4711{blocks}")).body;
    let person = read("&employeepayrollinformation=1");
    for (_, _, name, value) in PERSON.iter().flat_map(|(_, rows)| *rows) {
        let shown = texts(&person, name);
        assert_eq!(shown.first().map(|text| text.trim()), Some(*value), "{name}");
    }
    assert_eq!(texts(&person, "name"), ["Tuntipalkka, perusmalli", "Palkat", "Myynti"]);
    assert_eq!([texts(&person, "payrollservice"), texts(&person, "resourcemanagement")], [["1"], ["1"]]);
    assert_eq!([texts(&person, "dimensionname"), texts(&person, "dimensionitem")], [["Osasto"], ["Keittiö"]]);
    let periods = read("&employmentperiods=1");
    for (name, value) in PERIOD {
        let name = if *name == "caremissionsvalue" { "caremissionvalue" } else { name };
        assert_eq!(texts(&periods, name), [*value], "{name}");
    }
    let points = read("&employeesettlementpoints=1");
    assert!(points.contains("<employeeunionmembershipfee>"));
    assert_eq!([texts(&points, "type"), texts(&points, "name")], [["attachedtosettlementpoint"], ["Liitto"]]);
    let education = read("&educationalinformation=1");
    assert_eq!([texts(&education, "name"), texts(&education, "school")], [["Maisteri"], ["Yliopisto"]]);
    assert_eq!([texts(&education, "graduationyear"), texts(&education, "isprimarydegree")], [["2015"], ["1"]]);
    let fields = read("&additionalinformationfields=1");
    assert_eq!([texts(&fields, "name"), texts(&fields, "value")], [["Koko"], ["M"]]);
}

#[test]
fn an_edit_replaces_degrees_and_dimensions_and_merges_own_fields() {
    let sandbox = empty_company(Options::default());
    assert_eq!(code(&sandbox, "employee.nv?method=add", &body()), "OK");
    let changed = body()
        .replace("Keittiö", "Sali")
        .replace("Maisteri", "Tohtori")
        .replace("<name>Koko</name><value>M</value>", "<name>Kieli</name><value>sv</value>");
    assert_eq!(code(&sandbox, "employee.nv?method=edit", &changed), "OK");
    let person = sandbox.person_by_identifier(HETU).unwrap();
    let items: Vec<&str> = person.dimensions.iter().map(|dimension| dimension.item.as_str()).collect();
    let degrees: Vec<&str> = person.degrees.iter().map(|degree| degree.name.as_str()).collect();
    assert_eq!((items, degrees), (vec!["Sali"], vec!["Tohtori"]));
    let fields: Vec<_> = person.additional_fields.iter().map(|field| (field.name.as_str(), &*field.value)).collect();
    assert_eq!(fields, [("Koko", "M"), ("Kieli", "sv")]);
    assert_eq!((person.settlement_points.len(), person.periods.len()), (1, 1));
    let emptied = changed
        .replace("<name>Kieli</name><value>sv</value>", "<name>Koko</name><value/>")
        .replace("<dimension><dimensionname>Osasto</dimensionname><dimensionitem>Sali</dimensionitem></dimension>", "");
    assert_eq!(code(&sandbox, "employee.nv?method=edit", &emptied), "OK");
    let person = sandbox.person_by_identifier(HETU).unwrap();
    assert_eq!((person.dimensions.len(), person.additional_fields[0].value.as_str()), (1, ""));
}
