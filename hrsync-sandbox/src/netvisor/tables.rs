//! The write resources as tables: elements in their documented order.

use super::schema::Form::{Country, Date, Decimal, Digits, Free, Integer, OneOf};
use super::schema::Occurs::{Any, Filled, Many, Once, Optional, Present};
use super::schema::{AttributeRule, Form, Occurs, Rule};

const ANSI: &[AttributeRule] = &[("format", &["ansi"])];
const NETVISOR: &[AttributeRule] = &[("type", &["netvisor"])];
const ISO_COUNTRY: &[AttributeRule] = &[("type", &["ISO-3166"])];
const HIERARCHY: &[AttributeRule] = &[("type", &["netvisor", "customer"])];
const KEVA: &[AttributeRule] = &[("type", &["keva"]), ("pensionprovidercode", &[])];

const FLAG: Form = OneOf(&["0", "1"]);
const SWITCH: Form = OneOf(&["enabled", "disabled"]);
const END_REASONS: Form = OneOf(&["2", "4", "5", "6", "11", "12", "13"]);
const INSURANCE: Form = OneOf(&["1", "2", "3", "4"]);

const fn text(name: &'static str, occurs: Occurs, max: usize) -> Rule {
    Rule::text(name, occurs, Free, max)
}

const fn date(name: &'static str, occurs: Occurs) -> Rule {
    Rule::text(name, occurs, Date, 0).with(ANSI)
}

const fn form(name: &'static str, form: Form) -> Rule {
    Rule::text(name, Optional, form, 0)
}

/// `employee.nv`.
pub(crate) static EMPLOYEE: &[Rule] = &[Rule::group(
    "employee",
    Once,
    &[
        Rule::group("employeebaseinformation", Once, EMPLOYEE_BASE),
        Rule::group("employeepayrollinformation", Once, EMPLOYEE_PAYROLL),
        Rule::group("employmentperiods", Optional, &[Rule::group("employmentperiod", Many, EMPLOYEE_PERIOD)]),
        Rule::group("employeesettings", Optional, SETTINGS),
        Rule::group("employeesettlementpoints", Optional, SETTLEMENT_POINTS),
        Rule::group("employeeeducationalinformation", Optional, &[Rule::group("degree", Any, DEGREE)]),
        Rule::group(
            "employeeadditionalinformation",
            Optional,
            &[Rule::group("additionalinformationfield", Any, FIELD)],
        ),
    ],
)];

const EMPLOYEE_BASE: &[Rule] = &[
    Rule::group("foreignemployeeidentification", Optional, FOREIGN),
    text("employeeidentifier", Filled, 50),
    text("companyidentifier", Filled, 50),
    text("companyname", Optional, 255),
    text("firstname", Once, 50),
    text("lastname", Once, 50),
    // Documented as mandatory; the vendor's own sample and the clients leave out what is empty.
    text("phonenumber", Optional, 50),
    text("email", Optional, 100),
];

const FOREIGN: &[Rule] = &[
    text("identifier", Once, 50)
        .needing(&[("type", &["taxidentificationnumber", "foreignpersonalidentifier", "other"])]),
    Rule::text("issuingcountry", Once, Country, 2).with(ISO_COUNTRY),
    Rule::text("gender", Once, OneOf(&["male", "female"]), 0),
    date("dateofbirth", Once),
];

const EMPLOYEE_PAYROLL: &[Rule] = &[
    text("streetaddress", Once, 255),
    text("postnumber", Once, 50),
    text("city", Once, 255),
    text("municipality", Optional, 255),
    Rule::text("country", Optional, Country, 2).with(ISO_COUNTRY),
    Rule::text("nationality", Optional, Country, 2).with(ISO_COUNTRY),
    Rule::text("language", Optional, Country, 2).with(ISO_COUNTRY),
    Rule::text("employeenumber", Optional, Digits, 10),
    text("profession", Optional, 255),
    date("jobbegindate", Optional),
    text("payrollrulegroupname", Once, 50),
    text("bankaccountnumber", Optional, 34),
    text("bankidentificationcode", Optional, 20),
    text("accountingaccountnumber", Optional, 0),
    text("hierarchy", Optional, 0).with(HIERARCHY),
    Rule::group(
        "dimension",
        Any,
        &[text("dimensionname", Once, 0), text("dimensionitem", Once, 0).with(&[("fatherid", &[])])],
    ),
    form("payslipdeliverymethod", OneOf(&["1", "2", "3"])).with(NETVISOR),
    form("isjointowner", FLAG),
    form("isathlete", FLAG),
    form("isperformingartist", FLAG),
    form("employeeinsurancetype", INSURANCE),
    form("ispersonworkingonaroadferryonalandislands", FLAG),
    form("isentrepreneurwithoptionalyelormyel", FLAG),
    form("nosocialsecuritypayment", FLAG),
    form("activity", FLAG),
    form("foreclosure", FLAG),
    form("foreclosuremaintenancepersons", Digits),
    text("taxnumber", Optional, 0),
    text("placeofbusiness", Optional, 0),
];

/// The first elements of a period, which differ in what is mandatory.
const fn period_start(occurs: Occurs) -> [Rule; 5] {
    [
        date("companystartdate", Optional),
        date("startdate", occurs),
        date("probationenddate", Optional),
        form("employmentmode", OneOf(&["1", "2", "3", "4", "5"])).with(NETVISOR),
        text("profession", occurs, 250),
    ]
}

const PERIOD_MIDDLE: [Rule; 9] = [
    text("comment", Optional, 500),
    date("enddate", Optional),
    form("endreason", END_REASONS).with(NETVISOR),
    text("occupationclassification", Optional, 0).with(&[("type", &["isco"])]),
    form("employmentcontract", OneOf(&["1", "2"])).with(NETVISOR),
    form("employmentform", OneOf(&["1", "2", "3"])).with(NETVISOR),
    form("parttimepercent", Decimal(100)),
    form("regularworkinghours", Decimal(168)),
    form("groundsforemployment", FLAG),
];

const PERIOD_END: [Rule; 7] = [
    form("ispaymenttypemonthlywage", FLAG),
    form("ispaymenttypehourlywage", FLAG),
    form("ispaymenttypepiecewage", FLAG),
    text("collectiveagreement", Optional, 0).with(&[("type", &["cbacode"])]),
    form("stateemploymentfund", FLAG),
    form("carbenefityear", Digits),
    form("isabroadcarbenefit", FLAG),
];

const EMPLOYEE_PERIOD: &[Rule] = &{
    let ([a, b, c, d, e], [f, g, h, i, j, k, l, m, n]) = (period_start(Once), PERIOD_MIDDLE);
    let [s, t, u, v, w, x, y] = PERIOD_END;
    let class = text("kevaprofessionalclasscode", Optional, 0);
    let registration = text("kevaemploymentregistration", Optional, 0).with(KEVA);
    let emissions = form("caremissionsvalue", Integer(100));
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, class, registration, s, t, u, v, w, x, y, emissions]
};

/// A period on its own: the Keva attributes sit on the class code, and the car's emissions are missing.
const fn lone_period(occurs: Occurs) -> [Rule; 22] {
    let ([a, b, c, d, e], [f, g, h, i, j, k, l, m, n]) = (period_start(occurs), PERIOD_MIDDLE);
    let [s, t, u, v, w, x, y] = PERIOD_END;
    let class = text("kevaprofessionalclasscode", Optional, 0).with(KEVA);
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, class, s, t, u, v, w, x, y]
}

/// `addjobperiod.nv`.
pub(crate) static ADD_PERIOD: &[Rule] =
    &[Rule::group("employmentperiods", Once, &[Rule::group("employmentperiod", Many, &lone_period(Once))])];

/// `editjobperiod.nv`.
pub(crate) static EDIT_PERIOD: &[Rule] =
    &[Rule::group("employmentperiods", Once, &[Rule::group("employmentperiod", Once, &lone_period(Filled))])];

const SETTINGS: &[Rule] = &[form("payrollservice", SWITCH), form("resourcemanagement", SWITCH)];

const ATTACHED: &[Rule] =
    &[Rule::text("type", Once, OneOf(&["nohandling", "attachedtosettlementpoint"]), 0), text("name", Once, 0)];

const PENSION: &[Rule] = &[
    Rule::text(
        "type",
        Once,
        OneOf(&[
            "nohandling",
            "automatichandling",
            "under17yearsold",
            "17to52yearsold",
            "53to62yearsold",
            "63to67yearsold",
            "over68yearsold",
        ]),
        0,
    ),
    text("name", Once, 0),
];

const UNEMPLOYMENT: &[Rule] = &[
    Rule::text(
        "type",
        Once,
        OneOf(&["nohandling", "automatichandling", "under17yearsold", "17to64yearsold", "over65yearsold", "partowner"]),
        0,
    ),
    text("name", Once, 0),
];

const SETTLEMENT_POINTS: &[Rule] = &[
    Rule::group("employeeworkpensioninsurance", Any, PENSION),
    Rule::group("employeeunemploymentinsurance", Any, UNEMPLOYMENT),
    Rule::group("employeeaccidentinsurance", Any, ATTACHED),
    Rule::group("employeegrouplifeinsurance", Any, ATTACHED),
    Rule::group("employeeotherinsurance", Any, ATTACHED),
    Rule::group("employeeunionmembershipfee", Any, ATTACHED),
    Rule::group("employeeforeclosure", Any, ATTACHED),
];

const DEGREE: &[Rule] = &[
    text("name", Once, 0),
    text("school", Once, 0),
    Rule::text("graduationyear", Once, Digits, 4),
    Rule::text("primarydegree", Once, FLAG, 0),
];

const FIELD: &[Rule] = &[text("name", Once, 0), text("value", Present, 0)];

/// `patchemployee.nv`.
pub(crate) static PATCH: &[Rule] = &[Rule::group(
    "patchemployee",
    Once,
    &[
        // Documented as mandatory, though it may be empty; one client types it as optional.
        Rule::group("employeebaseinformation", Once, PATCH_BASE),
        Rule::group("employeepayrollinformation", Optional, PATCH_PAYROLL),
        Rule::group("employeesettings", Optional, SETTINGS),
    ],
)];

const PATCH_BASE: &[Rule] = &[
    text("companyname", Optional, 255),
    text("firstname", Filled, 50),
    text("lastname", Filled, 50),
    text("phonenumber", Optional, 50),
    text("email", Optional, 100),
];

const PATCH_PAYROLL: &[Rule] = &[
    text("streetaddress", Filled, 255),
    text("postnumber", Filled, 50),
    text("city", Filled, 255),
    text("municipality", Optional, 255),
    Rule::text("country", Optional, Country, 2).with(ISO_COUNTRY),
    Rule::text("nationality", Optional, Country, 2).with(ISO_COUNTRY),
    Rule::text("language", Optional, Country, 2).with(ISO_COUNTRY),
    Rule::text("employeenumber", Optional, Digits, 10),
    text("payrollrulegroupname", Filled, 50),
    text("bankaccountnumber", Optional, 34),
    text("bankidentificationcode", Optional, 20),
    text("accountingaccountnumber", Optional, 0),
    text("hierarchy", Optional, 0).with(HIERARCHY),
    form("payslipdeliverymethod", OneOf(&["1", "2", "3"])).with(NETVISOR),
    form("isjointowner", FLAG),
    form("isathlete", FLAG),
    form("isperformingartist", FLAG),
    form("employeeinsurancetype", INSURANCE),
    form("ispersonworkingonaroadferryonalandislands", FLAG),
    form("isentrepreneurwithoptionalyelormyel", FLAG),
    form("ispersonreceivingeppoinsurancesalary", FLAG),
    form("nosocialsecuritypayment", FLAG),
    form("receivessalaryfromdiplomaticembassy", FLAG),
    form("activity", FLAG),
    form("foreclosure", FLAG),
    form("foreclosuremaintenancepersons", Digits),
    text("taxnumber", Optional, 0),
    text("placeofbusiness", Optional, 0),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::{ADD_PERIOD, EMPLOYEE, Occurs, PATCH, Rule};

    const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vendors/netvisor-data/derived");

    /// Where the tables leave the document types, with the sign that these have: clients leave out an empty telephone
    /// number or e-mail address; the documentation of the patch says once, its clients say perhaps.
    const DEVIATIONS: &[(&str, &str)] = &[
        ("root/employee/employeebaseinformation/phonenumber", ""),
        ("root/employee/employeebaseinformation/email", ""),
        ("root/patchemployee/employeebaseinformation", "?"),
    ];

    /// The children of every element of a document type in order, each with its sign of occurrence.
    fn sequences(dtd: &str) -> BTreeMap<&str, Vec<(&str, &str)>> {
        let elements = dtd.split("<!ELEMENT ").skip(1).filter_map(|part| part.split_once(" ("));
        elements
            .map(|(name, rest)| {
                let list = rest.split(")>").next().unwrap();
                let children =
                    list.split(", ").map(|child| child.split_at(child.trim_end_matches(['?', '*', '+']).len()));
                (name, children.filter(|(child, _)| !child.starts_with('#')).collect())
            })
            .collect()
    }

    /// The sign of occurrence that a document type has for the rule.
    fn sign(path: &str, rule: &Rule) -> &'static str {
        match DEVIATIONS.iter().find(|(deviating, _)| *deviating == path) {
            Some((_, sign)) => sign,
            None => match rule.occurs() {
                Occurs::Once | Occurs::Present => "",
                Occurs::Optional | Occurs::Filled => "?",
                Occurs::Any => "*",
                Occurs::Many => "+",
            },
        }
    }

    fn compare(path: &str, rules: &[Rule], sequences: &BTreeMap<&str, Vec<(&str, &str)>>) {
        let inside = |rule: &Rule| format!("{path}/{}", rule.name());
        let actual: Vec<(&str, &str)> = rules.iter().map(|rule| (rule.name(), sign(&inside(rule), rule))).collect();
        let parent = path.rsplit('/').next().unwrap();
        assert_eq!(&actual, &sequences[parent], "{path}");
        for rule in rules.iter().filter(|rule| !rule.children().is_empty()) {
            compare(&inside(rule), rule.children(), sequences);
        }
    }

    #[test]
    fn the_tables_have_the_order_and_occurrence_of_the_reference() {
        let folder = Path::new(REFERENCE);
        if !folder.is_dir() {
            hrsync_testkit::skipped("the reference document types");
            return;
        }
        for (file, rules) in [("employee", EMPLOYEE), ("patchemployee", PATCH), ("addjobperiod", ADD_PERIOD)] {
            let dtd = std::fs::read_to_string(folder.join(format!("{file}.reconstructed.dtd"))).unwrap();
            compare("root", rules, &sequences(&dtd));
        }
    }
}
