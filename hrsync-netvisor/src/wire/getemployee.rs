//! `getemployee.nv`: one person, in full. People are asked for by key; the resource does not find identity numbers. \[doc\]
//!
//! Values are as they came (dates, numbers with a comma, `1` and `0`), so that one unusable value never loses a person.
//! Address, bank account, nationality, language, activity and employee number are read from the base information and written
//! to the payroll information. \[doc\]

use bytes::Bytes;
use url::Url;

use super::Resource;
use super::envelope::{Unreadable, read_answer};
use super::keys::{EmployeeKey, PeriodKey};
use super::record::{leaf, leaves, read_record};
use super::request::get;
use super::xml::{Tag, XmlReader, utf8};
use crate::VENDOR;
use hrsync_core::{Error, ErrorKind, Fixer};

read_record! {
    /// `employeebaseinformation`. `Debug` shows the key only. \[doc, client\]
    pub struct BaseInformation {
        shown {
            /// Element `netvisorkey`.
            key: Option<EmployeeKey>,
        }
        hidden {
            /// Attribute `type` of `employeeidentifier`: `finnishidentifier`, `foreignidentifier` or `companyidentifier`.
            identifier_type: Option<String>,
            /// What kind of foreign identifier it is: `taxidentificationnumber`, `foreignpersonalidentifier` or `other`.
            /// Documented as an attribute of `employeeidentifier` and seen as an element; both are accepted.
            foreign_identifier_type: Option<String>,
        }
        elements {
            /// The number the company gave the person; may be empty.
            employee_number = "employeenumber",
            /// The identity number.
            identifier = "employeeidentifier",
            /// The country of a foreign identifier.
            issuing_country = "issuingcountry",
            /// Given names.
            first_name = "firstname",
            /// Family name.
            last_name = "lastname",
            /// Family name and given names in one.
            full_name = "fullname",
            /// The name of a company that is the payee; documented for writing, accepted when it comes.
            company_name = "companyname",
            /// `1` when the paid payroll service is on.
            payroll_service = "payrollservice",
            /// `1` when travel expenses are on.
            resource_management = "resourcemanagement",
            /// `1` when the lunch benefit is on.
            lunch_benefit = "lunchbenefit",
            /// Country code.
            nationality = "nationality",
            /// Language code.
            language = "language",
            /// Home municipality.
            municipality = "municipality",
            /// `male` or `female`.
            gender = "gender",
            /// Date of birth.
            date_of_birth = "dateofbirth",
            /// Street address.
            street_address = "streetaddress",
            /// Postcode.
            post_number = "postnumber",
            /// Town.
            city = "city",
            /// Country code.
            country = "country",
            /// Phone number.
            phone_number = "phonenumber",
            /// E-mail address.
            email = "email",
            /// IBAN.
            bank_account_number = "bankaccountnumber",
            /// BIC.
            bank_identification_code = "bankidentificationcode",
            /// `1` for an active person.
            activity = "activity",
        }
    }
}

read_record! {
    /// `employmentperiod`. `Debug` shows the key only. \[doc, client\]
    pub struct EmploymentPeriod {
        shown {
            /// Element `netvisorkey`.
            key: Option<PeriodKey>,
        }
        hidden {
            /// Attribute `pensionprovidercode` of `kevaemploymentregistration`.
            keva_pension_provider_code: Option<String>,
        }
        elements {
            /// Start of the uninterrupted employment.
            company_start_date = "companystartdate",
            /// First day.
            start_date = "startdate",
            /// Last day of the probation.
            probation_end_date = "probationenddate",
            /// A code of [`EmploymentMode`](crate::codes::EmploymentMode).
            employment_mode = "employmentmode",
            /// Job title.
            profession = "profession",
            /// Free text.
            comment = "comment",
            /// Last day.
            end_date = "enddate",
            /// A code of [`EndReason`](crate::codes::EndReason), or one that is not in use any more.
            end_reason = "endreason",
            /// Occupational class (TK10).
            occupation_classification = "occupationclassification",
            /// A code of [`EmploymentContract`](crate::codes::EmploymentContract).
            employment_contract = "employmentcontract",
            /// A code of [`EmploymentForm`](crate::codes::EmploymentForm).
            employment_form = "employmentform",
            /// Part-time percentage, with a comma.
            part_time_percent = "parttimepercent",
            /// Weekly hours, with a comma.
            regular_working_hours = "regularworkinghours",
            /// A code of [`Grounds`](crate::codes::Grounds).
            grounds_for_employment = "groundsforemployment",
            /// Professional class of the municipal pension fund.
            keva_professional_class_code = "kevaprofessionalclasscode",
            /// Registration with the municipal pension fund.
            keva_employment_registration = "kevaemploymentregistration",
            /// `1` or `0`.
            is_payment_type_monthly_wage = "ispaymenttypemonthlywage",
            /// `1` or `0`.
            is_payment_type_hourly_wage = "ispaymenttypehourlywage",
            /// `1` or `0`.
            is_payment_type_piece_wage = "ispaymenttypepiecewage",
            /// Collective agreement.
            collective_agreement = "collectiveagreement",
            /// `1` or `0`.
            state_employment_fund = "stateemploymentfund",
            /// Year of the car benefit.
            car_benefit_year = "carbenefityear",
            /// `1` or `0`.
            is_abroad_car_benefit = "isabroadcarbenefit",
            /// Emissions of the car; the element that is written has an `s` more.
            car_emission_value = "caremissionvalue",
        }
    }
}

read_record! {
    /// Something with a key, a name and perhaps a number. \[doc\]
    pub struct Reference {
        elements {
            /// Internal id.
            key = "netvisorkey",
            /// Name.
            name = "name",
            /// Number.
            number = "number",
        }
    }
}

read_record! {
    /// One default dimension. \[doc\]
    pub struct Dimension {
        elements {
            /// Name of the dimension.
            name = "dimensionname",
            /// Chosen item.
            item = "dimensionitem",
        }
    }
}

read_record! {
    /// `employeepayrollinformation`. \[doc, client\]
    pub struct PayrollInformation {
        hidden {
            /// `payrollrulegroup`: the salary model.
            salary_model: Option<Reference>,
            /// `accountingaccount`
            accounting_account: Option<Reference>,
            /// `hierarchy`
            hierarchy: Option<Reference>,
            /// `defaultdimensions`
            default_dimensions: Vec<Dimension>,
        }
        elements {
            /// Tax number.
            tax_number = "taxnumber",
            /// `1` or `0`.
            foreclosure = "foreclosure",
            /// People maintained by a person under foreclosure.
            foreclosure_maintenance_persons = "foreclosuremaintenancepersons",
            /// `1` or `0`.
            no_social_security_payment = "nosocialsecuritypayment",
            /// Place of business.
            place_of_business = "placeofbusiness",
            /// A code of [`PayslipDelivery`](crate::codes::PayslipDelivery).
            payslip_delivery_method = "payslipdeliverymethod",
            /// `1` or `0`.
            is_joint_owner = "isjointowner",
            /// `1` or `0`.
            is_athlete = "isathlete",
            /// `1` or `0`.
            is_performing_artist = "isperformingartist",
            /// A code of [`EmployeeInsurance`](crate::codes::EmployeeInsurance).
            employee_insurance_type = "employeeinsurancetype",
            /// `1` or `0`.
            is_person_working_on_a_road_ferry_on_aland_islands = "ispersonworkingonaroadferryonalandislands",
            /// `1` or `0`.
            is_entrepreneur_with_optional_yel_or_myel = "isentrepreneurwithoptionalyelormyel",
        }
    }
}

read_record! {
    /// One settlement point of a person. `Debug` shows its kind only. \[doc\]
    pub struct SettlementPoint {
        shown {
            /// Which insurance or payment it is for.
            kind: SettlementKind,
        }
        elements {
            /// Internal id of the settlement point.
            key = "netvisorkey",
            /// How it is handled; `nohandling` and others.
            handling = "type",
            /// Name of the settlement point.
            name = "name",
        }
    }
}

read_record! {
    /// One degree of a person. \[doc\]
    pub struct Degree {
        elements {
            /// Name of the degree.
            name = "name",
            /// School.
            school = "school",
            /// Year.
            graduation_year = "graduationyear",
            /// `1` or `0`; the element that is written is `primarydegree`.
            is_primary_degree = "isprimarydegree",
        }
    }
}

read_record! {
    /// One additional information field of a person. \[doc\]
    pub struct AdditionalField {
        hidden {
            /// Attribute `type` of `value`.
            value_type: Option<String>,
        }
        elements {
            /// Internal id of the field.
            key = "netvisorkey",
            /// Name of the field.
            name = "name",
            /// Value.
            value = "value",
            /// `1` basic, `2` contact, `3` education.
            group = "group",
        }
    }
}

/// The kinds of settlement points, in the order in which they are written. \[doc\]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SettlementKind {
    /// Employment pension insurance (TyEL).
    #[default]
    WorkPension,
    /// Unemployment insurance.
    Unemployment,
    /// Accident insurance.
    Accident,
    /// Group life insurance.
    GroupLife,
    /// Another insurance.
    Other,
    /// Union membership fee.
    Union,
    /// Foreclosure.
    Foreclosure,
}

impl SettlementKind {
    const ELEMENTS: [(Self, &'static str); 7] = [
        (Self::WorkPension, "employeeworkpensioninsurance"),
        (Self::Unemployment, "employeeunemploymentinsurance"),
        (Self::Accident, "employeeaccidentinsurance"),
        (Self::GroupLife, "employeegrouplifeinsurance"),
        (Self::Other, "employeeotherinsurance"),
        (Self::Union, "employeeunionmembershipfee"),
        (Self::Foreclosure, "employeeforeclosure"),
    ];

    fn of(tag: &Tag<'_>) -> Option<Self> {
        Self::ELEMENTS.iter().find(|(_, element)| tag.is(element)).map(|&(kind, _)| kind)
    }
}

/// The answer. A part is `None` when it did not come, whether or not it was asked for. `Debug` shows keys only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Employee {
    /// Who it is; always comes.
    pub base: BaseInformation,
    /// `employmentperiods`
    pub periods: Option<Vec<EmploymentPeriod>>,
    /// `employeepayrollinformation`
    pub payroll: Option<PayrollInformation>,
    /// `employeesettlementpoints`
    pub settlement_points: Option<Vec<SettlementPoint>>,
    /// `employeeeducationalinformation`
    pub degrees: Option<Vec<Degree>>,
    /// `employeeadditionalinformationfields`
    pub additional_fields: Option<Vec<AdditionalField>>,
}

impl Employee {
    /// True when the answer holds nothing about anybody.
    fn is_blank(&self) -> bool {
        self.base == BaseInformation::default()
            && self.periods.as_ref().is_none_or(Vec::is_empty)
            && self.payroll.as_ref().is_none_or(|payroll| *payroll == PayrollInformation::default())
            && self.settlement_points.as_ref().is_none_or(Vec::is_empty)
    }
}

/// Asks for one person with employment periods, payroll information and settlement points, none of which comes unasked.
///
/// # Errors
/// Fails when no request can be built from the base address.
pub fn request(base: &Url, key: EmployeeKey) -> hrsync_core::Result<http::Request<Bytes>> {
    let key = key.to_string();
    let parameters = [
        ("netvisorkey", key.as_str()),
        ("employmentperiods", "1"),
        ("employeepayrollinformation", "1"),
        ("employeesettlementpoints", "1"),
    ];
    get(base, Resource::GetEmployee, &parameters)
}

/// Reads one person.
///
/// # Errors
/// Fails with the vendor's reason; as not found when the answer is `OK` with an empty person (reconstructed); and when the
/// answer cannot be read to its end.
pub fn decode(body: &[u8]) -> hrsync_core::Result<Employee> {
    const RESOURCE: Resource = Resource::GetEmployee;
    let body = utf8(body);
    let mut found = None;
    read_answer(RESOURCE, &body, |xml, tag| {
        if tag.is("employee") && found.is_none() {
            found = Some(read_employee(xml, tag)?);
            Ok(())
        } else {
            xml.skip(tag)
        }
    })?;
    match found {
        None => Err(Unreadable::Missing("employee").into_error(RESOURCE)),
        Some(employee) if employee.is_blank() => Err(not_found()),
        Some(employee) => Ok(employee),
    }
}

/// There is nobody with the key that was asked for.
pub(crate) fn not_found() -> Error {
    Error::new(ErrorKind::NotFound, "Netvisor has no person with this key")
        .with_vendor(VENDOR)
        .with_operation(Resource::GetEmployee.name())
        .with_fixer(Fixer::PayrollClerk)
}

fn read_employee<'a>(xml: &mut XmlReader<'a>, parent: &Tag<'a>) -> Result<Employee, Unreadable> {
    let mut employee = Employee::default();
    while let Some(tag) = xml.child(parent)? {
        if tag.is("employeebaseinformation") {
            employee.base = read_base(xml, &tag)?;
        } else if tag.is("employmentperiods") {
            employee.periods = Some(list(xml, &tag, "employmentperiod", read_period)?);
        } else if tag.is("employeepayrollinformation") {
            employee.payroll = Some(read_payroll(xml, &tag)?);
        } else if tag.is("employeesettlementpoints") {
            employee.settlement_points = Some(read_settlement_points(xml, &tag)?);
        } else if tag.is("employeeeducationalinformation") {
            employee.degrees = Some(list(xml, &tag, "degree", leaves)?);
        } else if tag.is("employeeadditionalinformationfields") {
            employee.additional_fields = Some(list(xml, &tag, "additionalinformationfield", read_additional_field)?);
        } else {
            xml.skip(&tag)?;
        }
    }
    Ok(employee)
}

/// The children of `parent` called `name`, each read by `read`.
fn list<'a, T>(
    xml: &mut XmlReader<'a>,
    parent: &Tag<'a>,
    name: &str,
    read: impl Fn(&mut XmlReader<'a>, &Tag<'a>) -> Result<T, Unreadable>,
) -> Result<Vec<T>, Unreadable> {
    let mut found = Vec::new();
    while let Some(tag) = xml.child(parent)? {
        if tag.is(name) {
            found.push(read(xml, &tag)?);
        } else {
            xml.skip(&tag)?;
        }
    }
    Ok(found)
}

fn read_base<'a>(xml: &mut XmlReader<'a>, parent: &Tag<'a>) -> Result<BaseInformation, Unreadable> {
    let mut base = BaseInformation::default();
    while let Some(tag) = xml.child(parent)? {
        if tag.is("netvisorkey") {
            base.key = xml.parsed(&tag)?;
        } else if tag.is("foreignidentifiertype") {
            base.foreign_identifier_type = xml.text(&tag)?.or(base.foreign_identifier_type);
        } else {
            if tag.is("employeeidentifier") {
                base.identifier_type = tag.attribute("type");
                base.foreign_identifier_type =
                    base.foreign_identifier_type.or_else(|| tag.attribute("foreignidentifiertype"));
            }
            leaf(xml, &tag, &mut base)?;
        }
    }
    Ok(base)
}

fn read_period<'a>(xml: &mut XmlReader<'a>, parent: &Tag<'a>) -> Result<EmploymentPeriod, Unreadable> {
    let mut period = EmploymentPeriod::default();
    while let Some(tag) = xml.child(parent)? {
        if tag.is("netvisorkey") {
            period.key = xml.parsed(&tag)?;
        } else {
            if tag.is("kevaemploymentregistration") {
                period.keva_pension_provider_code = tag.attribute("pensionprovidercode");
            }
            leaf(xml, &tag, &mut period)?;
        }
    }
    Ok(period)
}

fn read_payroll<'a>(xml: &mut XmlReader<'a>, parent: &Tag<'a>) -> Result<PayrollInformation, Unreadable> {
    let mut payroll = PayrollInformation::default();
    while let Some(tag) = xml.child(parent)? {
        if tag.is("payrollrulegroup") {
            payroll.salary_model = Some(leaves(xml, &tag)?);
        } else if tag.is("accountingaccount") {
            payroll.accounting_account = Some(leaves(xml, &tag)?);
        } else if tag.is("hierarchy") {
            payroll.hierarchy = Some(leaves(xml, &tag)?);
        } else if tag.is("defaultdimensions") {
            payroll.default_dimensions = list(xml, &tag, "defaultdimension", leaves)?;
        } else {
            leaf(xml, &tag, &mut payroll)?;
        }
    }
    Ok(payroll)
}

fn read_settlement_points<'a>(xml: &mut XmlReader<'a>, parent: &Tag<'a>) -> Result<Vec<SettlementPoint>, Unreadable> {
    let mut points = Vec::new();
    while let Some(tag) = xml.child(parent)? {
        match SettlementKind::of(&tag) {
            Some(kind) => points.push(SettlementPoint { kind, ..leaves(xml, &tag)? }),
            None => xml.skip(&tag)?,
        }
    }
    Ok(points)
}

fn read_additional_field<'a>(xml: &mut XmlReader<'a>, parent: &Tag<'a>) -> Result<AdditionalField, Unreadable> {
    let mut field = AdditionalField::default();
    while let Some(tag) = xml.child(parent)? {
        if tag.is("value") {
            field.value_type = tag.attribute("type");
        }
        leaf(xml, &tag, &mut field)?;
    }
    Ok(field)
}
