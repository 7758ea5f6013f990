//! From the elements of a message to the stored record.

use crate::netvisor::person::{AdditionalField, Degree, Dimension, Period, Person, SettlementPoint};
use crate::netvisor::reconstructed::{DEFAULT_COUNTRY, edit_degrees, edit_dimensions, edit_fields};
use crate::netvisor::xml::Element;

/// How an element's text is stored. An empty text blanks.
type Store<T> = (&'static str, fn(&mut T, &str));

macro_rules! text {
    ($name:literal, $field:ident) => {
        ($name, |record, text| record.$field = text.to_owned())
    };
}

macro_rules! flag {
    ($name:literal, $field:ident) => {
        ($name, |record, text| record.$field = text == "1")
    };
}

macro_rules! switch {
    ($name:literal, $field:ident) => {
        ($name, |record, text| record.$field = text.eq_ignore_ascii_case("enabled"))
    };
}

/// The elements of the base, payroll and settings blocks of both resources that write people.
static PERSON: &[Store<Person>] = &[
    text!("companyname", company_name),
    text!("firstname", first_name),
    text!("lastname", last_name),
    text!("phonenumber", phone),
    text!("email", email),
    text!("streetaddress", street),
    text!("postnumber", postnumber),
    text!("city", city),
    text!("municipality", municipality),
    ("country", |person, text| {
        let country = if text.is_empty() { DEFAULT_COUNTRY } else { text };
        person.country = country.to_uppercase();
    }),
    ("nationality", |person, text| person.nationality = text.to_uppercase()),
    ("language", |person, text| person.language = text.to_uppercase()),
    text!("employeenumber", employee_number),
    text!("profession", profession),
    text!("jobbegindate", job_begin_date),
    text!("payrollrulegroupname", salary_model),
    text!("bankaccountnumber", bank_account),
    text!("bankidentificationcode", bic),
    text!("accountingaccountnumber", accounting_account),
    text!("hierarchy", hierarchy),
    text!("payslipdeliverymethod", payslip_delivery_method),
    flag!("isjointowner", joint_owner),
    flag!("isathlete", athlete),
    flag!("isperformingartist", performing_artist),
    text!("employeeinsurancetype", employee_insurance_type),
    flag!("ispersonworkingonaroadferryonalandislands", road_ferry),
    flag!("isentrepreneurwithoptionalyelormyel", optional_yel_or_myel),
    flag!("ispersonreceivingeppoinsurancesalary", eppo_insurance_salary),
    flag!("nosocialsecuritypayment", no_social_security_payment),
    flag!("receivessalaryfromdiplomaticembassy", embassy_salary),
    flag!("activity", activity),
    flag!("foreclosure", foreclosure),
    text!("foreclosuremaintenancepersons", foreclosure_maintenance_persons),
    text!("taxnumber", tax_number),
    text!("placeofbusiness", place_of_business),
    switch!("payrollservice", payroll_service),
    switch!("resourcemanagement", resource_management),
];

static PERIOD: &[Store<Period>] = &[
    text!("companystartdate", company_start),
    text!("startdate", start),
    text!("probationenddate", probation_end),
    text!("employmentmode", mode),
    text!("profession", profession),
    text!("comment", comment),
    text!("enddate", end),
    text!("endreason", end_reason),
    text!("occupationclassification", occupation),
    text!("employmentcontract", contract),
    text!("employmentform", form),
    text!("parttimepercent", part_time_percent),
    text!("regularworkinghours", weekly_hours),
    text!("groundsforemployment", grounds),
    text!("kevaprofessionalclasscode", keva_class),
    text!("kevaemploymentregistration", keva_registration),
    text!("ispaymenttypemonthlywage", monthly_wage),
    text!("ispaymenttypehourlywage", hourly_wage),
    text!("ispaymenttypepiecewage", piece_wage),
    text!("collectiveagreement", collective_agreement),
    text!("stateemploymentfund", state_employment_fund),
    text!("carbenefityear", car_benefit_year),
    text!("isabroadcarbenefit", car_benefit_abroad),
    text!("caremissionsvalue", car_emissions),
];

fn store<T>(table: &[Store<T>], record: &mut T, block: &Element) {
    for child in &block.children {
        if let Some((_, store)) = table.iter().find(|(name, _)| *name == child.name) {
            store(record, child.value());
        }
    }
}

/// Takes over the base, payroll and settings blocks below `parent`.
pub(super) fn person(person: &mut Person, parent: &Element) {
    for block in ["employeebaseinformation", "employeepayrollinformation", "employeesettings"] {
        if let Some(block) = parent.child(block) {
            store(PERSON, person, block);
        }
    }
    let dimensions = parent
        .child("employeepayrollinformation")
        .into_iter()
        .flat_map(|block| block.all("dimension"))
        .map(|dimension| Dimension { name: copy(dimension, "dimensionname"), item: copy(dimension, "dimensionitem") })
        .collect();
    edit_dimensions(&mut person.dimensions, dimensions);
}

/// Takes over the elements of one period.
pub(super) fn period(period: &mut Period, element: &Element) {
    store(PERIOD, period, element);
}

/// The settlement points below `parent`; none when the block is absent.
pub(super) fn settlement_points(parent: &Element) -> Option<Vec<SettlementPoint>> {
    let point = |element: &Element| SettlementPoint {
        kind: element.name.clone(),
        r#type: copy(element, "type").to_ascii_lowercase(),
        name: copy(element, "name"),
        key: 0,
    };
    parent.child("employeesettlementpoints").map(|block| block.children.iter().map(point).collect())
}

/// Education and the company's own fields.
pub(super) fn extras(person: &mut Person, parent: &Element) {
    let degree = |element: &Element| Degree {
        name: copy(element, "name"),
        school: copy(element, "school"),
        graduation_year: copy(element, "graduationyear"),
        primary: element.text_of("primarydegree") == Some("1"),
    };
    if let Some(block) = parent.child("employeeeducationalinformation") {
        edit_degrees(&mut person.degrees, block.children.iter().map(degree).collect());
    }
    let field = |element: &Element| AdditionalField {
        name: copy(element, "name"),
        value: copy(element, "value"),
        group: "1".into(),
        netvisorkey: 0,
    };
    if let Some(block) = parent.child("employeeadditionalinformation") {
        edit_fields(&mut person.additional_fields, block.children.iter().map(field).collect());
    }
}

fn copy(element: &Element, name: &str) -> String {
    element.text_of(name).unwrap_or_default().to_owned()
}
