//! Every request this crate builds: what it looks like, that its elements are in the vendor's order, and what is refused before
//! anything is sent.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod dtd;

use std::path::{Path, PathBuf};
use std::process::Command;

use bytes::Bytes;
use dtd::{Dtd, Node};
use hrsync_core::{ErrorKind, Outcome};
use hrsync_netvisor::codes::*;
use hrsync_netvisor::wire::employee::{
    AdditionalFieldWrite, BaseWrite, DegreeWrite, DimensionItem, DimensionWrite, EmployeeWrite, ForeignIdentification,
    ForeignIdentifier, Hierarchy, HierarchyKind, Method, PayrollWrite, SettingsWrite, SettlementPointWrite,
    SettlementPointsWrite, UnemploymentWrite, WorkPensionWrite,
};
use hrsync_netvisor::wire::patchemployee::{BasePatch, EmployeePatch, PayrollPatch};
use hrsync_netvisor::wire::period::{KevaRegistration, PeriodWrite};
use hrsync_netvisor::wire::{
    EmployeeKey, PeriodKey, Write, WriteProblem, WriteReason, editjobperiod, employee, getemployee, getemployees,
    patchemployee,
};
use time::macros::date;
use url::Url;

fn base() -> Url {
    Url::parse("https://integration.netvisor.fi").unwrap()
}

/// The request as it would be sent, with the body on several lines.
fn shown(request: &http::Request<Bytes>) -> String {
    let mut text = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
    }
    let body = std::str::from_utf8(request.body()).unwrap();
    text.push('\n');
    let mut depth = 0_usize;
    for part in body.split_inclusive('>') {
        if part.starts_with("</") {
            depth -= 1;
        }
        if part.starts_with('<') {
            text.push_str(&format!("\n{}", "  ".repeat(depth)));
        }
        text.push_str(part);
        if part.starts_with('<') && !part.starts_with("</") && !part.ends_with("/>") {
            depth += 1;
        } else if !part.starts_with('<') {
            depth -= 1;
        }
    }
    text
}

fn body(request: &http::Request<Bytes>) -> String {
    String::from_utf8(request.body().to_vec()).unwrap()
}

fn new_person() -> EmployeeWrite {
    EmployeeWrite {
        base: BaseWrite {
            employee_identifier: Write::set("010190-902S"),
            first_name: Write::set("Tuulikki"),
            last_name: Write::set("Esimerkki & <Tytär>"),
            phone_number: Write::set("+358 40 000 0204"),
            email: Write::set("tuulikki.esimerkki@example.com"),
            ..Default::default()
        },
        payroll: PayrollWrite {
            street_address: Write::set("Mallikuja 4 B 12"),
            post_number: Write::set("99999"),
            city: Write::set("Keksittylä"),
            municipality: Write::set("Keksittylä"),
            country: Write::set("fi"),
            employee_number: Write::set("204"),
            payroll_rule_group_name: Write::set("No salary model"),
            bank_account_number: Write::set("FI2112345600000785"),
            bank_identification_code: Write::set("NDEAFIHH"),
            ..Default::default()
        },
        periods: vec![PeriodWrite {
            start_date: Write::Set(date!(2026 - 02 - 01)),
            employment_mode: Write::Set(EmploymentMode::Employed),
            profession: Write::set("Puutarhuri"),
            end_date: Write::Set(date!(2026 - 12 - 31)),
            end_reason: Write::Set(EndReason::OwnRequest),
            grounds_for_employment: Write::Set(Grounds::EmploymentRelationship),
            ..Default::default()
        }],
        settlement_points: Some(SettlementPointsWrite {
            work_pension: vec![WorkPensionWrite::new(WorkPensionHandling::NoHandling, "TyEL")],
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn foreigner() -> EmployeeWrite {
    let mut person = new_person();
    person.base.employee_identifier = Write::Keep;
    person.base.foreign_identification = Some(ForeignIdentification {
        identifier: Write::Set(ForeignIdentifier {
            identifier: "SE-77".into(),
            kind: ForeignIdentifierType::ForeignPersonalIdentifier,
        }),
        issuing_country: Write::set("SE"),
        gender: Write::Set(Gender::Male),
        date_of_birth: Write::Set(date!(1985 - 06 - 15)),
    });
    person
}

fn whole_period() -> PeriodWrite {
    PeriodWrite {
        company_start_date: Write::Set(date!(2021 - 03 - 01)),
        start_date: Write::Set(date!(2023 - 08 - 15)),
        probation_end_date: Write::Set(date!(2024 - 02 - 14)),
        employment_mode: Write::Set(EmploymentMode::Leased),
        profession: Write::set("Puutarhuri"),
        comment: Write::set("Huomautus"),
        end_date: Write::Set(date!(2026 - 12 - 31)),
        end_reason: Write::Set(EndReason::FixedTermEnded),
        occupation_classification: Write::set("61131"),
        employment_contract: Write::Set(EmploymentContract::FixedTerm),
        employment_form: Write::Set(EmploymentForm::PartTime),
        part_time_percent: Write::Set("80.5".parse().unwrap()),
        regular_working_hours: Write::Set("30".parse().unwrap()),
        grounds_for_employment: Write::Set(Grounds::Other),
        keva_professional_class_code: Write::set("1"),
        keva_employment_registration: Write::Set(KevaRegistration {
            registration: "2".into(),
            pension_provider_code: Some("20".into()),
        }),
        is_payment_type_monthly_wage: Write::Set(true),
        is_payment_type_hourly_wage: Write::Set(false),
        is_payment_type_piece_wage: Write::Set(false),
        collective_agreement: Write::set("77"),
        state_employment_fund: Write::Set(false),
        car_benefit_year: Write::Set(2024),
        is_abroad_car_benefit: Write::Set(false),
        car_emission_value: Write::Set(12),
    }
}

fn whole_job_period() -> PeriodWrite {
    PeriodWrite { keva_employment_registration: Write::Keep, car_emission_value: Write::Keep, ..whole_period() }
}

/// Every element of `employee.nv` at once (a foreign and a Finnish identity number exclude each other).
fn whole_person() -> EmployeeWrite {
    let mut person = new_person();
    person.base.company_identifier = Write::set("1234567-1");
    person.base.company_name = Write::set("Keksitty Oy");
    person.payroll = PayrollWrite {
        nationality: Write::set("fi"),
        language: Write::set("fi"),
        profession: Write::set("Puutarhuri"),
        job_begin_date: Write::Set(date!(2026 - 02 - 01)),
        accounting_account_number: Write::Set(5000),
        hierarchy: Write::Set(Hierarchy { place: "12".into(), kind: HierarchyKind::Customer }),
        dimensions: vec![DimensionWrite {
            name: Write::set("Projekti"),
            item: Write::Set(DimensionItem { name: "Kasvihuone".into(), father_id: Some(4) }),
        }],
        payslip_delivery_method: Write::Set(PayslipDelivery::Electronic),
        is_joint_owner: Write::Set(false),
        is_athlete: Write::Set(false),
        is_performing_artist: Write::Set(false),
        employee_insurance_type: Write::Set(EmployeeInsurance::Tyel),
        is_person_working_on_a_road_ferry_on_aland_islands: Write::Set(false),
        is_entrepreneur_with_optional_yel_or_myel: Write::Set(false),
        no_social_security_payment: Write::Set(false),
        activity: Write::Set(true),
        foreclosure: Write::Set(false),
        foreclosure_maintenance_persons: Write::Set(0),
        tax_number: Write::set("100000000204"),
        place_of_business: Write::set("Keksittylä"),
        ..person.payroll
    };
    person.periods = vec![whole_period()];
    person.settings = Some(SettingsWrite {
        payroll_service: Write::Set(Switch::Enabled),
        resource_management: Write::Set(Switch::Disabled),
    });
    let point = |name: &str| vec![SettlementPointWrite::new(SettlementHandling::Attached, name)];
    person.settlement_points = Some(SettlementPointsWrite {
        work_pension: vec![WorkPensionWrite::new(WorkPensionHandling::Automatic, "TyEL")],
        unemployment: vec![UnemploymentWrite::new(UnemploymentHandling::Automatic, "TVR")],
        accident: point("Tapaturma"),
        group_life: point("Ryhmähenki"),
        other: point("Muu"),
        union: point("Liitto"),
        foreclosure: point("Ulosotto"),
    });
    person.degrees = vec![DegreeWrite {
        name: Write::set("Puutarhuri"),
        school: Write::set("Keksittylän opisto"),
        graduation_year: Write::Set(2012),
        primary_degree: Write::Set(true),
    }];
    person.additional_fields =
        vec![AdditionalFieldWrite { name: Write::set("Kengännumero"), value: Write::set("39") }];
    person
}

fn small_patch() -> EmployeePatch {
    let mut patch = EmployeePatch::default();
    patch.base_mut().email = Write::set("uusi.osoite@example.com");
    patch.payroll_mut().bank_account_number = Write::set("FI2112345600000785");
    patch.payroll_mut().bank_identification_code = Write::set("NDEAFIHH");
    patch.payroll_mut().employee_number = Write::Clear;
    patch
}

fn whole_patch() -> EmployeePatch {
    let person = whole_person();
    let payroll = person.payroll;
    EmployeePatch {
        base: Some(BasePatch {
            company_name: person.base.company_name,
            first_name: person.base.first_name,
            last_name: person.base.last_name,
            phone_number: person.base.phone_number,
            email: person.base.email,
        }),
        payroll: Some(PayrollPatch {
            street_address: payroll.street_address,
            post_number: payroll.post_number,
            city: payroll.city,
            municipality: payroll.municipality,
            country: payroll.country,
            nationality: payroll.nationality,
            language: payroll.language,
            employee_number: payroll.employee_number,
            payroll_rule_group_name: payroll.payroll_rule_group_name,
            bank_account_number: payroll.bank_account_number,
            bank_identification_code: payroll.bank_identification_code,
            accounting_account_number: payroll.accounting_account_number,
            hierarchy: payroll.hierarchy,
            payslip_delivery_method: payroll.payslip_delivery_method,
            is_joint_owner: payroll.is_joint_owner,
            is_athlete: payroll.is_athlete,
            is_performing_artist: payroll.is_performing_artist,
            employee_insurance_type: payroll.employee_insurance_type,
            is_person_working_on_a_road_ferry_on_aland_islands: payroll
                .is_person_working_on_a_road_ferry_on_aland_islands,
            is_entrepreneur_with_optional_yel_or_myel: payroll.is_entrepreneur_with_optional_yel_or_myel,
            is_person_receiving_eppo_insurance_salary: Write::Set(false),
            no_social_security_payment: payroll.no_social_security_payment,
            receives_salary_from_diplomatic_embassy: Write::Set(false),
            activity: payroll.activity,
            foreclosure: payroll.foreclosure,
            foreclosure_maintenance_persons: payroll.foreclosure_maintenance_persons,
            tax_number: payroll.tax_number,
            place_of_business: payroll.place_of_business,
        }),
        settings: person.settings,
    }
}

fn end_of_employment() -> PeriodWrite {
    PeriodWrite {
        end_date: Write::Set(date!(2026 - 12 - 31)),
        end_reason: Write::Set(EndReason::OwnRequest),
        probation_end_date: Write::Clear,
        ..Default::default()
    }
}

#[test]
fn reads() {
    insta::assert_snapshot!(
        "getemployees_all",
        shown(&getemployees::request(&base(), getemployees::Ended::Included).unwrap())
    );
    insta::assert_snapshot!(
        "getemployees_current",
        shown(&getemployees::request(&base(), getemployees::Ended::LeftOut).unwrap())
    );
    insta::assert_snapshot!("getemployee", shown(&getemployee::request(&base(), EmployeeKey(31)).unwrap()));
}

#[test]
fn additions_and_edits() {
    let add = |person| shown(&employee::request(&base(), Method::Add, &person).unwrap());
    insta::assert_snapshot!("employee_add", add(new_person()));
    insta::assert_snapshot!("employee_add_foreigner", add(foreigner()));
    insta::assert_snapshot!("employee_add_whole", add(whole_person()));
    let mut edited = new_person();
    edited.payroll.municipality = Write::Clear;
    edited.periods[0].end_date = Write::Clear;
    edited.periods[0].end_reason = Write::Clear;
    insta::assert_snapshot!("employee_edit", shown(&employee::request(&base(), Method::Edit, &edited).unwrap()));
}

#[test]
fn patches() {
    let patch = |patch| shown(&patchemployee::request(&base(), EmployeeKey(31), &patch).unwrap());
    insta::assert_snapshot!("patchemployee", patch(small_patch()));
    insta::assert_snapshot!("patchemployee_whole", patch(whole_patch()));
    let mut only_payroll = EmployeePatch::default();
    only_payroll.payroll_mut().nationality = Write::set("se");
    insta::assert_snapshot!("patchemployee_only_payroll", patch(only_payroll));
}

#[test]
fn period_edits() {
    let edit = |change| shown(&editjobperiod::request(&base(), PeriodKey(501), &change).unwrap());
    insta::assert_snapshot!("editjobperiod", edit(end_of_employment()));
    insta::assert_snapshot!("editjobperiod_whole", edit(whole_job_period()));
}

fn empty_elements(node: &Node) -> Vec<String> {
    if node.children.is_empty() && node.text.is_empty() {
        return vec![node.name.clone()];
    }
    node.children.iter().flat_map(empty_elements).collect()
}

#[test]
fn an_absent_value_never_becomes_an_empty_element() {
    for request in [
        employee::request(&base(), Method::Add, &new_person()).unwrap(),
        employee::request(&base(), Method::Edit, &foreigner()).unwrap(),
        editjobperiod::request(&base(), PeriodKey(1), &whole_job_period()).unwrap(),
        patchemployee::request(&base(), EmployeeKey(1), &whole_patch()).unwrap(),
    ] {
        let body = body(&request);
        assert_eq!(empty_elements(&Node::parse(&body)), Vec::<String>::new(), "{}", request.uri());
        assert!(!body.contains("<?xml"));
    }
}

// ---- what is refused ----------------------------------------------------------------------------------------------------

fn reasons(problems: &[WriteProblem]) -> Vec<(&str, WriteReason)> {
    problems.iter().map(|problem| (problem.path.as_str(), problem.reason)).collect()
}

#[test]
fn an_incomplete_person_is_refused_before_sending_with_every_path() {
    let error = employee::request(&base(), Method::Add, &EmployeeWrite::default()).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::InvalidData, Outcome::NotSent));
    assert_eq!(
        error.field_paths(),
        [
            "employeebaseinformation.firstname",
            "employeebaseinformation.lastname",
            "employeebaseinformation.employeeidentifier",
            "employeepayrollinformation.streetaddress",
            "employeepayrollinformation.postnumber",
            "employeepayrollinformation.city",
            "employeepayrollinformation.payrollrulegroupname",
        ]
    );
}

#[test]
fn values_that_would_erase_or_overflow_are_refused_and_not_shown() {
    let mut person = new_person();
    person.base.first_name = Write::set("\u{2} ");
    person.base.last_name = Write::Clear;
    person.base.email = Write::set("å".repeat(101));
    person.payroll.bank_identification_code = Write::Clear;
    person.periods[0].profession = Write::Keep;
    let problems = person.problems();
    assert_eq!(
        reasons(&problems),
        [
            ("employeebaseinformation.firstname", WriteReason::Blank),
            ("employeebaseinformation.lastname", WriteReason::CannotClear),
            ("employeebaseinformation.email", WriteReason::TooLong { max: 100 }),
            ("employeepayrollinformation.bankaccountnumber", WriteReason::Needs("bankidentificationcode")),
            ("employmentperiods.employmentperiod.profession", WriteReason::Missing),
        ]
    );
    let error = employee::request(&base(), Method::Add, &person).unwrap_err();
    let shown = format!("{error} {error:?} {person:?} {problems:?} {:?} {:?}", foreigner(), whole_patch());
    for value in ["ååå", "Tuulikki", "FI2112345600000785", "010190-902S", "SE-77", "Puutarhuri", "2026"] {
        assert!(!shown.contains(value), "{value}: {shown}");
    }
    person = new_person();
    person.base.email = Write::set("å".repeat(100));
    assert!(person.problems().is_empty(), "the limit counts characters");
}

#[test]
fn both_or_no_identity_is_refused() {
    let mut both = foreigner();
    both.base.employee_identifier = Write::set("010190-902S");
    let path = "employeebaseinformation.employeeidentifier";
    assert_eq!(reasons(&both.problems()), [(path, WriteReason::Excludes("foreignemployeeidentification"))]);
    let mut none = new_person();
    none.base.employee_identifier = Write::Keep;
    assert_eq!(reasons(&none.problems()), [(path, WriteReason::Missing)]);
}

#[test]
fn a_patch_changes_something_and_an_account_has_its_bank() {
    let mut patch = EmployeePatch::default();
    assert!(patch.is_empty());
    assert_eq!(reasons(&patch.problems()), [("patchemployee", WriteReason::NothingToWrite)]);
    patch.payroll_mut().bank_account_number = Write::set("FI2112345600000785");
    let path = "patchemployee.employeepayrollinformation.bankaccountnumber";
    assert_eq!(reasons(&patch.problems()), [(path, WriteReason::Needs("bankidentificationcode"))]);
    patch.payroll_mut().bank_account_number = Write::Clear;
    assert_eq!(reasons(&patch.problems()), []);
}

#[test]
fn a_period_edit_takes_single_elements_but_not_all() {
    assert_eq!(
        reasons(&editjobperiod::problems(&PeriodWrite::default())),
        [("employmentperiod", WriteReason::NothingToWrite)]
    );
    let problems = editjobperiod::problems(&whole_period());
    assert_eq!(
        reasons(&problems),
        [("kevaemploymentregistration", WriteReason::NotHere), ("caremissionsvalue", WriteReason::NotHere)]
    );
    assert!(!editjobperiod::to_xml(&whole_period()).contains("keva="), "and they are never written");
}

// ---- order --------------------------------------------------------------------------------------------------------------

/// The order of the vendor's elements, typed a second time.
const BASE: &str = "foreignemployeeidentification employeeidentifier companyidentifier companyname firstname lastname \
    phonenumber email";
const PAYROLL: &str = "streetaddress postnumber city municipality country nationality language employeenumber profession \
    jobbegindate payrollrulegroupname bankaccountnumber bankidentificationcode accountingaccountnumber hierarchy dimension \
    payslipdeliverymethod isjointowner isathlete isperformingartist employeeinsurancetype \
    ispersonworkingonaroadferryonalandislands isentrepreneurwithoptionalyelormyel nosocialsecuritypayment activity foreclosure \
    foreclosuremaintenancepersons taxnumber placeofbusiness";
const PERIOD: &str = "companystartdate startdate probationenddate employmentmode profession comment enddate endreason \
    occupationclassification employmentcontract employmentform parttimepercent regularworkinghours groundsforemployment \
    kevaprofessionalclasscode kevaemploymentregistration ispaymenttypemonthlywage ispaymenttypehourlywage \
    ispaymenttypepiecewage collectiveagreement stateemploymentfund carbenefityear isabroadcarbenefit caremissionsvalue";
const PARTS: &str = "employeebaseinformation employeepayrollinformation employmentperiods employeesettings \
    employeesettlementpoints employeeeducationalinformation employeeadditionalinformation";
const SETTLEMENT: &str = "employeeworkpensioninsurance employeeunemploymentinsurance employeeaccidentinsurance \
    employeegrouplifeinsurance employeeotherinsurance employeeunionmembershipfee employeeforeclosure";
const PATCH_PAYROLL: &str = "streetaddress postnumber city municipality country nationality language employeenumber \
    payrollrulegroupname bankaccountnumber bankidentificationcode accountingaccountnumber hierarchy payslipdeliverymethod \
    isjointowner isathlete isperformingartist employeeinsurancetype ispersonworkingonaroadferryonalandislands \
    isentrepreneurwithoptionalyelormyel ispersonreceivingeppoinsurancesalary nosocialsecuritypayment \
    receivessalaryfromdiplomaticembassy activity foreclosure foreclosuremaintenancepersons taxnumber placeofbusiness";

fn children<'a>(node: &'a Node, path: &[&str]) -> Vec<&'a str> {
    let at = path.iter().fold(node, |node, name| node.children.iter().find(|child| child.name == *name).unwrap());
    at.children.iter().map(|child| child.name.as_str()).collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn elements_are_in_the_vendors_order() {
    let person = Node::parse(&whole_person().to_xml());
    assert_eq!(children(&person, &["employee"]), words(PARTS));
    let without_foreign = &words(BASE)[1..];
    assert_eq!(children(&person, &["employee", "employeebaseinformation"]), without_foreign);
    assert_eq!(children(&person, &["employee", "employeepayrollinformation"]), words(PAYROLL));
    assert_eq!(children(&person, &["employee", "employmentperiods", "employmentperiod"]), words(PERIOD));
    assert_eq!(children(&person, &["employee", "employeesettlementpoints"]), words(SETTLEMENT));
    let foreign = Node::parse(&foreigner().to_xml());
    assert_eq!(children(&foreign, &["employee", "employeebaseinformation"])[0], "foreignemployeeidentification");
    let patch = Node::parse(&whole_patch().to_xml());
    assert_eq!(
        children(&patch, &["patchemployee"]),
        words(PARTS).into_iter().enumerate().filter(|(i, _)| [0, 1, 3].contains(i)).map(|(_, p)| p).collect::<Vec<_>>()
    );
    assert_eq!(children(&patch, &["patchemployee", "employeepayrollinformation"]), words(PATCH_PAYROLL));
    let period = Node::parse(&editjobperiod::to_xml(&whole_job_period()));
    let expected: Vec<_> = words(PERIOD)
        .into_iter()
        .filter(|name| !["kevaemploymentregistration", "caremissionsvalue"].contains(name))
        .collect();
    assert_eq!(children(&period, &["employmentperiods", "employmentperiod"]), expected);
}

/// A document type or table rebuilt from the vendor's documentation, kept outside the repository.
fn reference(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vendors/netvisor-data/derived")).join(name);
    if path.exists() {
        return Some(path);
    }
    hrsync_testkit::skipped(&format!("the reference file {name}; the typed order table stands alone"));
    None
}

fn requests() -> Vec<(&'static str, String)> {
    vec![
        ("employee", new_person().to_xml()),
        ("employee", foreigner().to_xml()),
        ("employee", whole_person().to_xml()),
        ("patchemployee", small_patch().to_xml()),
        ("patchemployee", whole_patch().to_xml()),
        ("addjobperiod", editjobperiod::to_xml(&whole_job_period())),
    ]
}

/// Exchanges the first two elements that stand side by side inside `parent`.
fn swapped(xml: &str, first: &str, second: &str) -> String {
    let start = xml.find(&format!("<{first}")).unwrap();
    let middle = start + xml[start..].find(&format!("<{second}")).unwrap();
    let end_tag = format!("</{second}>");
    let end = middle + xml[middle..].find(&end_tag).unwrap() + end_tag.len();
    format!("{}{}{}{}", &xml[..start], &xml[middle..end], &xml[start..middle], &xml[end..])
}

#[test]
fn every_request_is_valid_by_the_reconstructed_document_types() {
    for (resource, xml) in requests() {
        let Some(path) = reference(&format!("{resource}.reconstructed.dtd")) else { return };
        let dtd = Dtd::parse(&std::fs::read_to_string(&path).unwrap());
        assert_eq!(dtd.check(&Node::parse(&xml)), Ok(()), "{resource}");
        xmllint(&path, &xml, true);
    }
}

#[test]
fn two_elements_in_the_wrong_order_are_not_valid() {
    let cases = [
        ("employee", new_person().to_xml(), "firstname", "lastname"),
        ("patchemployee", small_patch().to_xml(), "bankaccountnumber", "bankidentificationcode"),
        ("addjobperiod", editjobperiod::to_xml(&whole_job_period()), "startdate", "probationenddate"),
    ];
    for (resource, xml, first, second) in cases {
        let Some(path) = reference(&format!("{resource}.reconstructed.dtd")) else { return };
        let dtd = Dtd::parse(&std::fs::read_to_string(&path).unwrap());
        let xml = swapped(&xml, first, second);
        assert!(dtd.check(&Node::parse(&xml)).is_err(), "{resource}");
        xmllint(&path, &xml, false);
    }
}

/// The one known deviation: the documentation calls phone and e-mail mandatory, clients leave them out when there are none.
#[test]
fn a_person_without_phone_and_email_can_be_sent() {
    let mut person = new_person();
    person.base.phone_number = Write::Keep;
    person.base.email = Write::Keep;
    assert!(person.problems().is_empty());
    assert!(!person.to_xml().contains("phonenumber"));
}

/// A second opinion, where the tool is installed.
fn xmllint(dtd: &Path, xml: &str, valid: bool) {
    if Command::new("xmllint").arg("--version").output().is_err() {
        return;
    }
    let file = std::env::temp_dir().join(format!("hrsync-netvisor-{}-{}.xml", std::process::id(), xml.len()));
    std::fs::write(&file, xml).unwrap();
    let status = Command::new("xmllint").arg("--noout").arg("--dtdvalid").arg(dtd).arg(&file).output().unwrap().status;
    std::fs::remove_file(&file).unwrap();
    assert_eq!(status.success(), valid, "{dtd:?}");
}

/// Names, occurrence, lengths and fixed attributes of the element tables against the reference table of all writes.
#[test]
fn the_element_tables_agree_with_the_reference_table() {
    use hrsync_netvisor::wire::write::{Element, Occurs, Record};
    type Row = (String, String, Option<u64>, Vec<String>);
    let Some(path) = reference("write-elements.json") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let reference: serde_json::Value = serde_json::from_str(&text).unwrap();
    let below = |resource: &str, parent: &str| -> Vec<Row> {
        let rows = reference[resource].as_array().unwrap();
        let at = rows.iter().position(|row| row["name"] == parent).unwrap();
        let depth = rows[at]["depth"].as_u64().unwrap();
        rows[at + 1..]
            .iter()
            .take_while(|row| row["depth"].as_u64().unwrap() > depth)
            .filter(|row| row["depth"].as_u64().unwrap() == depth + 1)
            .map(|row| {
                let max = row["max"].as_u64();
                let attributes = row["attrs"].as_object().into_iter().flatten();
                let fixed = attributes
                    .filter(|(_, values)| values.as_array().is_some_and(|v| v.len() == 1 && v[0] != "*optional"))
                    .map(|(name, values)| format!("{name}={}", values[0].as_str().unwrap()));
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                (text("name"), text("occurs"), max, fixed.collect())
            })
            .collect()
    };
    let ours = |elements: &[Element]| -> Vec<Row> {
        elements
            .iter()
            .map(|element| {
                let fixed = element.attributes.iter().map(|(name, value)| format!("{name}={value}"));
                let occurs = match element.occurs {
                    Occurs::Once | Occurs::Expected => "1",
                    Occurs::Optional => "0..1",
                    Occurs::Many => "0..n",
                    other => panic!("{other:?}"),
                };
                (element.name.to_owned(), occurs.to_owned(), element.max.map(|max| max as u64), fixed.collect())
            })
            .collect()
    };
    assert_eq!(ours(BaseWrite::ELEMENTS), below("employee.nv", "employeebaseinformation"));
    assert_eq!(ours(ForeignIdentification::ELEMENTS), below("employee.nv", "foreignemployeeidentification"));
    assert_eq!(ours(PayrollWrite::ELEMENTS), below("employee.nv", "employeepayrollinformation"));
    assert_eq!(ours(PeriodWrite::ELEMENTS), below("employee.nv", "employmentperiod"));
    assert_eq!(ours(SettlementPointsWrite::ELEMENTS), below("employee.nv", "employeesettlementpoints"));
    assert_eq!(ours(SettingsWrite::ELEMENTS), below("employee.nv", "employeesettings"));
    assert_eq!(ours(BasePatch::ELEMENTS), below("patchemployee.nv", "employeebaseinformation"));
    assert_eq!(ours(PayrollPatch::ELEMENTS), below("patchemployee.nv", "employeepayrollinformation"));
    let period: Vec<Element> = PeriodWrite::ELEMENTS
        .iter()
        .copied()
        .filter(|element| !["kevaemploymentregistration", "caremissionsvalue"].contains(&element.name))
        // There everything may be left out.
        .map(|mut element| {
            element.occurs = Occurs::Optional;
            element
        })
        .collect();
    assert_eq!(ours(&period), below("editjobperiod.nv", "employmentperiod"));
}
