//! `employee.nv`: adds or edits a person.
//!
//! An edit finds the person by the identity number in the body, so that number cannot be changed here. The answer to an addition
//! holds no key: the new person is found in [`getemployees`](super::getemployees). \[doc, client\]
//!
//! On an edit an absent optional element stays as it is; elements documented as mandatory have to be there on an edit too. \[doc\]

use std::borrow::Cow;

use bytes::Bytes;
use time::Date;
use url::Url;

use super::Resource;
use super::period::PeriodWrite;
use super::request::post;
use super::write::{
    Attribute, Check, Record, Together, Value, Write, WriteProblem, WriteReason, XmlWriter, refuse, write_record,
};
use crate::codes::{
    EmployeeInsurance, ForeignIdentifierType, Gender, PayslipDelivery, SettlementHandling, Switch,
    UnemploymentHandling, WorkPensionHandling,
};

/// Whether the person exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The person is new.
    Add,
    /// The person exists.
    Edit,
}

impl Method {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Edit => "edit",
        }
    }
}

/// A foreign identifier with its kind. `Debug` shows the kind only. \[doc\]
#[derive(Clone, PartialEq, Eq)]
pub struct ForeignIdentifier {
    /// Identifier.
    pub identifier: String,
    /// Attribute `type`.
    pub kind: ForeignIdentifierType,
}

impl std::fmt::Debug for ForeignIdentifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ForeignIdentifier").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Value for ForeignIdentifier {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.identifier)
    }

    fn attributes(&self) -> Vec<Attribute<'_>> {
        vec![("type", Cow::Borrowed(self.kind.code()))]
    }
}

/// How a hierarchy is named. \[doc\]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HierarchyKind {
    /// By the vendor's key.
    Netvisor,
    /// By the company's own code.
    Customer,
}

/// A place in the company's hierarchy. \[doc\]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    /// Key or code.
    pub place: String,
    /// Which of the two.
    pub kind: HierarchyKind,
}

impl Value for Hierarchy {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.place)
    }

    fn attributes(&self) -> Vec<Attribute<'_>> {
        let kind = match self.kind {
            HierarchyKind::Netvisor => "netvisor",
            HierarchyKind::Customer => "customer",
        };
        vec![("type", Cow::Borrowed(kind))]
    }
}

/// An item of a dimension. \[doc\]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DimensionItem {
    /// Name.
    pub name: String,
    /// Attribute `fatherid`.
    pub father_id: Option<u64>,
}

impl Value for DimensionItem {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn attributes(&self) -> Vec<Attribute<'_>> {
        self.father_id.iter().map(|id| ("fatherid", Cow::Owned(id.to_string()))).collect()
    }
}

write_record! {
    /// `foreignemployeeidentification`: who it is, for a person without a Finnish identity number. \[doc\]
    pub struct ForeignIdentification {
        /// Identifier and its kind.
        identifier: Write<ForeignIdentifier> = Element::once("identifier");
        /// Country that issued it.
        issuing_country: Write<String> = Element::once("issuingcountry").max(2).with(&[("type", "ISO-3166")]);
        /// Gender.
        gender: Write<Gender> = Element::once("gender");
        /// Date of birth.
        date_of_birth: Write<Date> = Element::once("dateofbirth").with(&[("format", "ansi")]);
    }
}

impl Together for ForeignIdentification {}

write_record! {
    /// `employeebaseinformation`. `Debug` shows no value. \[doc\]
    pub struct BaseWrite {
        /// Instead of `employee_identifier`, for a person without a Finnish identity number.
        foreign_identification: Option<ForeignIdentification> = Element::optional("foreignemployeeidentification");
        /// Finnish identity number.
        employee_identifier: Write<String> = Element::optional("employeeidentifier");
        /// Business id of a company that is the payee.
        company_identifier: Write<String> = Element::optional("companyidentifier");
        /// Its name.
        company_name: Write<String> = Element::optional("companyname");
        /// Given names.
        first_name: Write<String> = Element::once("firstname").max(50);
        /// Family name.
        last_name: Write<String> = Element::once("lastname").max(50);
        /// Phone number.
        phone_number: Write<String> = Element::expected("phonenumber").max(50);
        /// E-mail address.
        email: Write<String> = Element::expected("email").max(100);
    }
}

impl Together for BaseWrite {
    fn check_together(&self, check: &mut Check) {
        match (self.foreign_identification.is_some(), !self.employee_identifier.is_keep()) {
            (true, true) => {
                check.add("employeeidentifier", WriteReason::Excludes("foreignemployeeidentification"));
            }
            (false, false) => check.add("employeeidentifier", WriteReason::Missing),
            _ => {}
        }
        if self.employee_identifier == Write::Clear {
            check.add("employeeidentifier", WriteReason::CannotClear);
        }
    }
}

write_record! {
    /// `dimension`. \[doc\]
    pub struct DimensionWrite {
        /// Name of the dimension.
        name: Write<String> = Element::once("dimensionname");
        /// Item.
        item: Write<DimensionItem> = Element::once("dimensionitem");
    }
}

impl Together for DimensionWrite {}

write_record! {
    /// `employeepayrollinformation`: also what is read from the base information. `Debug` shows no value. \[doc\]
    pub struct PayrollWrite {
        /// Street address.
        street_address: Write<String> = Element::once("streetaddress").max(255);
        /// Postcode.
        post_number: Write<String> = Element::once("postnumber").max(50);
        /// Town.
        city: Write<String> = Element::once("city").max(255);
        /// Home municipality.
        municipality: Write<String> = Element::optional("municipality").max(255);
        /// Country code; the vendor takes Finland when there is none.
        country: Write<String> = Element::optional("country").max(2);
        /// Country code; the vendor takes Finland when there is none.
        nationality: Write<String> = Element::optional("nationality").max(2);
        /// Language code.
        language: Write<String> = Element::optional("language").max(2);
        /// Digits, unique in the company.
        employee_number: Write<String> = Element::optional("employeenumber").max(10);
        /// Job title.
        profession: Write<String> = Element::optional("profession").max(255);
        /// First day of work.
        job_begin_date: Write<Date> = Element::optional("jobbegindate").with(&[("format", "ansi")]);
        /// Salary model, by its name in the company.
        payroll_rule_group_name: Write<String> = Element::once("payrollrulegroupname").max(50);
        /// IBAN.
        bank_account_number: Write<String> = Element::optional("bankaccountnumber").max(34);
        /// BIC; goes with the account number.
        bank_identification_code: Write<String> = Element::optional("bankidentificationcode").max(20);
        /// Accounting account.
        accounting_account_number: Write<u64> = Element::optional("accountingaccountnumber");
        /// Place in the hierarchy.
        hierarchy: Write<Hierarchy> = Element::optional("hierarchy");
        /// Dimensions.
        dimensions: Vec<DimensionWrite> = Element::many("dimension");
        /// How payslips are delivered.
        payslip_delivery_method: Write<PayslipDelivery> =
            Element::optional("payslipdeliverymethod").with(&[("type", "netvisor")]);
        /// Joint owner.
        is_joint_owner: Write<bool> = Element::optional("isjointowner");
        /// Athlete.
        is_athlete: Write<bool> = Element::optional("isathlete");
        /// Performing artist.
        is_performing_artist: Write<bool> = Element::optional("isperformingartist");
        /// Insurance type.
        employee_insurance_type: Write<EmployeeInsurance> = Element::optional("employeeinsurancetype");
        /// Works on a road ferry on the Åland Islands.
        is_person_working_on_a_road_ferry_on_aland_islands: Write<bool> =
            Element::optional("ispersonworkingonaroadferryonalandislands");
        /// Entrepreneur with optional YEL or MYEL; needs the insurance type "not insured".
        is_entrepreneur_with_optional_yel_or_myel: Write<bool> = Element::optional("isentrepreneurwithoptionalyelormyel");
        /// No social security payment.
        no_social_security_payment: Write<bool> = Element::optional("nosocialsecuritypayment");
        /// Active person.
        activity: Write<bool> = Element::optional("activity");
        /// Foreclosure.
        foreclosure: Write<bool> = Element::optional("foreclosure");
        /// People maintained by a person under foreclosure.
        foreclosure_maintenance_persons: Write<u64> = Element::optional("foreclosuremaintenancepersons");
        /// Tax number.
        tax_number: Write<String> = Element::optional("taxnumber");
        /// Place of business.
        place_of_business: Write<String> = Element::optional("placeofbusiness");
    }
}

impl Together for PayrollWrite {
    fn check_together(&self, check: &mut Check) {
        bank_account(&self.bank_account_number, &self.bank_identification_code, check);
    }
}

/// The BIC goes with the IBAN whenever the IBAN is sent. \[doc\]
pub(super) fn bank_account(number: &Write<String>, code: &Write<String>, check: &mut Check) {
    if matches!(number, Write::Set(_)) && !matches!(code, Write::Set(_)) {
        check.add("bankaccountnumber", WriteReason::Needs("bankidentificationcode"));
    }
}

write_record! {
    /// `employeesettings`. \[doc\]
    pub struct SettingsWrite {
        /// The paid payroll service.
        payroll_service: Write<Switch> = Element::optional("payrollservice");
        /// Travel expenses.
        resource_management: Write<Switch> = Element::optional("resourcemanagement");
    }
}

impl Together for SettingsWrite {}

macro_rules! settlement_point {
    ($(#[$meta:meta])* $Name:ident: $Handling:ty) => {
        write_record! {
            $(#[$meta])*
            pub struct $Name {
                /// How it is handled.
                handling: Write<$Handling> = Element::once("type");
                /// Name of the settlement point.
                name: Write<String> = Element::once("name");
            }
        }

        impl Together for $Name {}

        impl $Name {
            /// A settlement point by its name.
            pub fn new(handling: $Handling, name: impl Into<String>) -> Self {
                Self { handling: Write::Set(handling), name: Write::Set(name.into()) }
            }
        }
    };
}

settlement_point! {
    /// `employeeworkpensioninsurance`. \[doc\]
    WorkPensionWrite: WorkPensionHandling
}

settlement_point! {
    /// `employeeunemploymentinsurance`. \[doc\]
    UnemploymentWrite: UnemploymentHandling
}

settlement_point! {
    /// The other settlement points. \[doc\]
    SettlementPointWrite: SettlementHandling
}

write_record! {
    /// `employeesettlementpoints`. \[doc\]
    pub struct SettlementPointsWrite {
        /// Employment pension insurance.
        work_pension: Vec<WorkPensionWrite> = Element::many("employeeworkpensioninsurance");
        /// Unemployment insurance.
        unemployment: Vec<UnemploymentWrite> = Element::many("employeeunemploymentinsurance");
        /// Accident insurance.
        accident: Vec<SettlementPointWrite> = Element::many("employeeaccidentinsurance");
        /// Group life insurance.
        group_life: Vec<SettlementPointWrite> = Element::many("employeegrouplifeinsurance");
        /// Other insurances.
        other: Vec<SettlementPointWrite> = Element::many("employeeotherinsurance");
        /// Union membership fees.
        union: Vec<SettlementPointWrite> = Element::many("employeeunionmembershipfee");
        /// Foreclosures.
        foreclosure: Vec<SettlementPointWrite> = Element::many("employeeforeclosure");
    }
}

impl Together for SettlementPointsWrite {}

write_record! {
    /// `degree`. \[doc\]
    pub struct DegreeWrite {
        /// Name.
        name: Write<String> = Element::once("name");
        /// School.
        school: Write<String> = Element::once("school");
        /// Year.
        graduation_year: Write<u64> = Element::once("graduationyear");
        /// The person's main degree; the element that is read is `isprimarydegree`.
        primary_degree: Write<bool> = Element::once("primarydegree");
    }
}

impl Together for DegreeWrite {}

write_record! {
    /// `additionalinformationfield`. \[doc\]
    pub struct AdditionalFieldWrite {
        /// Name of the field.
        name: Write<String> = Element::once("name");
        /// Value.
        value: Write<String> = Element::once("value");
    }
}

impl Together for AdditionalFieldWrite {}

write_record! {
    /// A person to add or to edit. `Debug` shows no value. \[doc; order of the last four parts: client\]
    pub struct EmployeeWrite {
        /// Who it is.
        base: BaseWrite = Element::once("employeebaseinformation");
        /// Address, account, numbers, tax and insurance.
        payroll: PayrollWrite = Element::once("employeepayrollinformation");
        /// Employment periods.
        periods: Vec<PeriodWrite> = Element::many("employmentperiod").within("employmentperiods");
        /// Services.
        settings: Option<SettingsWrite> = Element::optional("employeesettings");
        /// Insurances and payments.
        settlement_points: Option<SettlementPointsWrite> = Element::optional("employeesettlementpoints");
        /// Degrees.
        degrees: Vec<DegreeWrite> = Element::many("degree").within("employeeeducationalinformation");
        /// The company's own fields.
        additional_fields: Vec<AdditionalFieldWrite> =
            Element::many("additionalinformationfield").within("employeeadditionalinformation");
    }
}

impl Together for EmployeeWrite {}

impl EmployeeWrite {
    /// What keeps the person from being sent; empty when nothing does.
    pub fn problems(&self) -> Vec<WriteProblem> {
        let mut check = Check::default();
        Record::check(self, &mut check);
        check.into_problems()
    }

    /// The body.
    pub fn to_xml(&self) -> String {
        XmlWriter::document(&["root", "employee"], self)
    }
}

/// Adds or edits a person.
///
/// # Errors
/// Fails, with every problem's path, when [`problems`](EmployeeWrite::problems) finds any; and when no request can be built from
/// the base address.
pub fn request(base: &Url, method: Method, employee: &EmployeeWrite) -> hrsync_core::Result<http::Request<Bytes>> {
    refuse(Resource::Employee, &employee.problems())?;
    post(base, Resource::Employee, &[("method", method.as_str())], employee.to_xml())
}
