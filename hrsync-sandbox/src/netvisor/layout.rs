//! The read answers as tables: elements in their documented order and where their text comes from.

use super::options::Options;
use super::person::{IdentifierKind, Period, Person};
use super::xml::{Attributes, Writer};

/// One element of a read answer.
#[derive(Debug)]
struct Leaf<T> {
    name: &'static str,
    attributes: Attributes<'static>,
    /// May be missing when it has no value.
    optional: bool,
    text: fn(&T) -> String,
}

const NONE: Attributes<'static> = &[];
const ANSI: Attributes<'static> = &[("format", "ansi")];
const NETVISOR: Attributes<'static> = &[("type", "netvisor")];
const COUNTRY: Attributes<'static> = &[("type", "ISO-3166")];

const fn always<T>(name: &'static str, attributes: Attributes<'static>, text: fn(&T) -> String) -> Leaf<T> {
    Leaf { name, attributes, optional: false, text }
}

const fn maybe<T>(name: &'static str, attributes: Attributes<'static>, text: fn(&T) -> String) -> Leaf<T> {
    Leaf { name, attributes, optional: true, text }
}

fn flag(value: bool) -> String {
    if value { "1" } else { "0" }.into()
}

fn or(value: &str, default: &str) -> String {
    if value.is_empty() { default } else { value }.into()
}

/// Base information after the identifier.
static BASE: &[Leaf<Person>] = &[
    maybe("issuingcountry", COUNTRY, |person| person.identifier.issuing_country.to_uppercase()),
    always("firstname", NONE, |person| person.first_name.clone()),
    always("lastname", NONE, |person| person.last_name.clone()),
    always("fullname", NONE, last_first),
    always("payrollservice", NONE, |person| flag(person.payroll_service)),
    always("resourcemanagement", NONE, |person| flag(person.resource_management)),
    always("lunchbenefit", NONE, |person| flag(person.lunch_benefit)),
    maybe("nationality", COUNTRY, |person| person.nationality.to_uppercase()),
    maybe("language", COUNTRY, |person| person.language.to_uppercase()),
    maybe("municipality", NONE, |person| person.municipality.clone()),
    always("gender", NONE, |person| person.gender.clone()),
    always("dateofbirth", NONE, |person| person.date_of_birth.clone()),
    always("streetaddress", NONE, |person| person.street.clone()),
    always("postnumber", NONE, |person| person.postnumber.clone()),
    always("city", NONE, |person| person.city.clone()),
    always("country", COUNTRY, |person| person.country.to_uppercase()),
    maybe("phonenumber", NONE, |person| person.phone.clone()),
    maybe("email", NONE, |person| person.email.clone()),
    maybe("bankaccountnumber", NONE, |person| person.bank_account.clone()),
    maybe("bankidentificationcode", NONE, |person| person.bic.clone()),
    always("activity", NONE, |person| flag(person.activity)),
];

static PERIOD: &[Leaf<Period>] = &[
    always("netvisorkey", NONE, |period| period.netvisorkey.to_string()),
    maybe("companystartdate", ANSI, |period| period.company_start.clone()),
    always("startdate", ANSI, |period| period.start.clone()),
    maybe("probationenddate", ANSI, |period| period.probation_end.clone()),
    maybe("employmentmode", NETVISOR, |period| period.mode.clone()),
    maybe("profession", NONE, |period| period.profession.clone()),
    maybe("comment", NONE, |period| period.comment.clone()),
    maybe("enddate", ANSI, |period| period.end.clone()),
    maybe("endreason", NETVISOR, |period| period.end_reason.clone()),
    maybe("occupationclassification", &[("type", "isco")], |period| period.occupation.clone()),
    maybe("employmentcontract", NETVISOR, |period| period.contract.clone()),
    maybe("employmentform", NETVISOR, |period| period.form.clone()),
    always("parttimepercent", NONE, |period| or(&period.part_time_percent, "0,0")),
    always("regularworkinghours", NONE, |period| or(&period.weekly_hours, "0,0")),
    maybe("groundsforemployment", NONE, |period| period.grounds.clone()),
    maybe("kevaprofessionalclasscode", NONE, |period| period.keva_class.clone()),
    always("kevaemploymentregistration", &[("type", "keva")], |period| period.keva_registration.clone()),
    always("ispaymenttypemonthlywage", NONE, |period| or(&period.monthly_wage, "0")),
    always("ispaymenttypehourlywage", NONE, |period| or(&period.hourly_wage, "0")),
    always("ispaymenttypepiecewage", NONE, |period| or(&period.piece_wage, "0")),
    maybe("collectiveagreement", &[("type", "cbacode")], |period| period.collective_agreement.clone()),
    always("stateemploymentfund", NONE, |period| or(&period.state_employment_fund, "0")),
    maybe("carbenefityear", NONE, |period| period.car_benefit_year.clone()),
    always("isabroadcarbenefit", NONE, |period| or(&period.car_benefit_abroad, "0")),
    // Spelled without the s of the write element.
    maybe("caremissionvalue", NONE, |period| period.car_emissions.clone()),
];

static PAYROLL_START: &[Leaf<Person>] = &[
    maybe("taxnumber", NONE, |person| person.tax_number.clone()),
    always("foreclosure", NONE, |person| flag(person.foreclosure)),
    always("foreclosuremaintenancepersons", NONE, |person| or(&person.foreclosure_maintenance_persons, "0")),
    always("nosocialsecuritypayment", NONE, |person| flag(person.no_social_security_payment)),
];

static PAYROLL_END: &[Leaf<Person>] = &[
    maybe("payslipdeliverymethod", NETVISOR, |person| person.payslip_delivery_method.clone()),
    always("isjointowner", NONE, |person| flag(person.joint_owner)),
    always("isathlete", NONE, |person| flag(person.athlete)),
    always("isperformingartist", NONE, |person| flag(person.performing_artist)),
    maybe("employeeinsurancetype", NONE, |person| person.employee_insurance_type.clone()),
    always("ispersonworkingonaroadferryonalandislands", NONE, |person| flag(person.road_ferry)),
    always("isentrepreneurwithoptionalyelormyel", NONE, |person| flag(person.optional_yel_or_myel)),
];

/// The kinds of settlement points in the order of reads, which is not that of writes.
const READ_KINDS: &[&str] = &[
    "employeeunemploymentinsurance",
    "employeeaccidentinsurance",
    "employeegrouplifeinsurance",
    "employeeunionmembershipfee",
    "employeeotherinsurance",
    "employeeworkpensioninsurance",
    "employeeforeclosure",
];

/// `Lastname Firstname`.
fn last_first(person: &Person) -> String {
    format!("{} {}", person.last_name, person.first_name).trim().to_owned()
}

/// The blocks of `getemployee.nv` that were asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Blocks {
    pub(crate) periods: bool,
    pub(crate) payroll: bool,
    pub(crate) education: bool,
    pub(crate) fields: bool,
    pub(crate) settlement_points: bool,
}

/// Writes read answers as the options say.
pub(crate) struct Layout<'a> {
    pub(crate) options: &'a Options,
    pub(crate) out: &'a mut Writer,
}

impl Layout<'_> {
    /// One line of `getemployees.nv`.
    pub(crate) fn list_entry(&mut self, person: &Person, employed: bool) {
        let kind = person.identifier.kind.as_str();
        self.out.open("employee");
        self.out.leaf("employeenumber", NONE, &person.employee_number);
        self.out.leaf("netvisorkey", NONE, &person.netvisorkey.to_string());
        self.out.leaf("personalid", &[("type", kind)], &person.identifier.value);
        self.out.leaf("firstname", NONE, &person.first_name);
        self.out.leaf("lastname", NONE, &person.last_name);
        let realname = self.tainted(last_first(person));
        self.out.leaf("realname", NONE, &realname);
        self.out.leaf("employmentstatus", NONE, &flag(employed));
        self.out.leaf("payrollservice", NONE, &flag(person.payroll_service));
        self.out.leaf("resourcemanagement", NONE, &flag(person.resource_management));
        self.out.leaf("lunchbenefit", NONE, &flag(person.lunch_benefit));
        self.out.close();
    }

    /// The whole of `getemployee.nv`.
    pub(crate) fn employee(&mut self, person: &Person, model_key: u32, blocks: Blocks) {
        self.out.open("employee");
        self.base(person);
        if blocks.periods {
            self.out.open("employmentperiods");
            for period in &person.periods {
                self.out.open("employmentperiod");
                self.leaves(PERIOD, period);
                self.out.close();
            }
            self.out.close();
        }
        if blocks.payroll {
            self.payroll(person, model_key);
        }
        if blocks.education {
            self.out.open("employeeeducationalinformation");
            for degree in &person.degrees {
                self.out.open("degree");
                self.out.leaf("name", NONE, &degree.name);
                self.out.leaf("school", NONE, &degree.school);
                self.out.leaf("graduationyear", NONE, &degree.graduation_year);
                self.out.leaf("isprimarydegree", NONE, &flag(degree.primary));
                self.out.close();
            }
            self.out.close();
        }
        if blocks.fields {
            self.out.open("employeeadditionalinformationfields");
            for field in &person.additional_fields {
                self.out.open("additionalinformationfield");
                self.out.leaf("netvisorkey", NONE, &field.netvisorkey.to_string());
                self.out.leaf("name", NONE, &field.name);
                self.out.leaf("value", &[("type", "string")], &field.value);
                self.out.leaf("group", NETVISOR, &or(&field.group, "1"));
                self.out.close();
            }
            self.out.close();
        }
        if blocks.settlement_points {
            self.settlement_points(person);
        }
        self.out.close();
    }

    fn base(&mut self, person: &Person) {
        let identifier = &person.identifier;
        let foreign = match identifier.kind {
            IdentifierKind::Foreign => identifier.foreign_type.as_deref(),
            _ => None,
        };
        self.out.open("employeebaseinformation");
        self.out.leaf("netvisorkey", NONE, &person.netvisorkey.to_string());
        self.out.leaf("employeenumber", NONE, &person.employee_number);
        let mut attributes = vec![("type", identifier.kind.as_str())];
        attributes.extend(
            foreign.filter(|_| self.options.foreign_type_as_attribute).map(|kind| ("foreignidentifiertype", kind)),
        );
        self.out.leaf("employeeidentifier", &attributes, &identifier.value);
        if let Some(kind) = foreign.filter(|_| !self.options.foreign_type_as_attribute) {
            self.out.leaf("foreignidentifiertype", NONE, kind);
        }
        self.leaves(BASE, person);
        self.out.close();
    }

    fn payroll(&mut self, person: &Person, model_key: u32) {
        self.out.open("employeepayrollinformation");
        self.out.open("payrollrulegroup");
        self.out.leaf("netvisorkey", NONE, &model_key.to_string());
        self.out.leaf("name", NONE, &person.salary_model);
        self.out.close();
        self.leaves(PAYROLL_START, person);
        self.out.open("accountingaccount");
        let account = or(&person.accounting_account, "5000");
        self.out.leaf("netvisorkey", NONE, "512");
        self.out.leaf("name", NONE, "Palkat");
        self.out.leaf("number", NONE, &account);
        self.out.close();
        self.out.open("hierarchy");
        self.out.leaf("netvisorkey", NONE, "1");
        self.out.leaf("name", NONE, &or(&person.hierarchy, "Yritys"));
        self.out.close();
        if !(person.place_of_business.is_empty() && self.options.omit_empty) {
            self.out.leaf("placeofbusiness", NONE, &person.place_of_business);
        }
        if !person.dimensions.is_empty() {
            self.out.open("defaultdimensions");
            for dimension in &person.dimensions {
                self.out.open("defaultdimension");
                self.out.leaf("dimensionname", NONE, &dimension.name);
                self.out.leaf("dimensionitem", NONE, &dimension.item);
                self.out.close();
            }
            self.out.close();
        }
        self.leaves(PAYROLL_END, person);
        self.out.close();
    }

    fn settlement_points(&mut self, person: &Person) {
        self.out.open("employeesettlementpoints");
        for &kind in READ_KINDS {
            for point in person.settlement_points.iter().filter(|point| point.kind == kind) {
                self.out.open(kind);
                self.out.leaf("netvisorkey", NONE, &point.key.to_string());
                self.out.leaf("type", NONE, &point.r#type);
                self.out.leaf("name", NONE, &point.name);
                self.out.close();
            }
        }
        self.out.close();
    }

    fn leaves<T>(&mut self, leaves: &[Leaf<T>], item: &T) {
        for leaf in leaves {
            let mut text = (leaf.text)(item);
            if text.is_empty() && leaf.optional && self.options.omit_empty {
                continue;
            }
            if leaf.name == "fullname" {
                text = self.tainted(text);
            }
            self.out.leaf(leaf.name, leaf.attributes, &text);
        }
    }

    /// The text with an illegal character at its end, when that switch is on.
    fn tainted(&self, mut text: String) -> String {
        if self.options.control_characters {
            text.push('\u{2}');
        }
        text
    }
}
