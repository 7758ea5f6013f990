//! The people of the company as the vendor stores them.

use std::fmt;

/// What kind of number identifies a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum IdentifierKind {
    /// A Finnish personal identity code.
    #[default]
    Finnish,
    /// A foreign identifier of some type and country.
    Foreign,
    /// The business id of a payee that is a company.
    Company,
}

impl IdentifierKind {
    /// The `type` attribute in read answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finnish => "finnishidentifier",
            Self::Foreign => "foreignidentifier",
            Self::Company => "companyidentifier",
        }
    }
}

/// The number that identifies a person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identifier {
    /// What kind of number it is.
    pub kind: IdentifierKind,
    /// The number.
    pub value: String,
    /// `taxidentificationnumber`, `foreignpersonalidentifier` or `other`; only for foreign identifiers.
    pub foreign_type: Option<String>,
    /// The country that issued a foreign identifier.
    pub issuing_country: String,
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identifier").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A person of the company. Texts are kept as the vendor would send them; an empty text is an unset one.
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "the vendor's record is a list of flags")]
pub struct Person {
    /// The vendor's key; 0 before the person is added.
    pub netvisorkey: u32,
    /// The number the company gives its people.
    pub employee_number: String,
    /// The identity number.
    pub identifier: Identifier,
    /// The name of a payee that is a company.
    pub company_name: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The telephone number, as typed.
    pub phone: String,
    /// The e-mail address.
    pub email: String,
    /// The street address.
    pub street: String,
    /// The postal code.
    pub postnumber: String,
    /// The post office.
    pub city: String,
    /// The municipality of residence.
    pub municipality: String,
    /// The country of residence, two letters.
    pub country: String,
    /// The nationality, two letters.
    pub nationality: String,
    /// The language, two letters.
    pub language: String,
    /// `male` or `female`.
    pub gender: String,
    /// The date of birth, normally `YYYY-MM-DD`.
    pub date_of_birth: String,
    /// The IBAN.
    pub bank_account: String,
    /// The BIC.
    pub bic: String,
    /// The name of the salary model.
    pub salary_model: String,
    /// The profession in the payroll information.
    pub profession: String,
    /// The first day of work in the payroll information.
    pub job_begin_date: String,
    /// The payroll service is on.
    pub payroll_service: bool,
    /// Travel expenses are on.
    pub resource_management: bool,
    /// The lunch benefit is on.
    pub lunch_benefit: bool,
    /// The person is active.
    pub activity: bool,
    /// The number of the accounting account.
    pub accounting_account: String,
    /// The name or key of the place in the hierarchy.
    pub hierarchy: String,
    /// 1 TyEL, 2 MYEL, 3 YEL, 4 not insured.
    pub employee_insurance_type: String,
    /// 1 local print, 2 print service, 3 e-payslip.
    pub payslip_delivery_method: String,
    /// The tax number.
    pub tax_number: String,
    /// The place of business.
    pub place_of_business: String,
    /// The person is under distraint.
    pub foreclosure: bool,
    /// How many people the person maintains, for the distraint.
    pub foreclosure_maintenance_persons: String,
    /// No social security payment.
    pub no_social_security_payment: bool,
    /// The person is a joint owner.
    pub joint_owner: bool,
    /// The person is an athlete.
    pub athlete: bool,
    /// The person is a performing artist.
    pub performing_artist: bool,
    /// The person works on a road ferry of the Åland Islands.
    pub road_ferry: bool,
    /// The person is an entrepreneur with an optional YEL or MYEL insurance.
    pub optional_yel_or_myel: bool,
    /// The salary comes from the EPPO insurance.
    pub eppo_insurance_salary: bool,
    /// The salary comes from a diplomatic embassy.
    pub embassy_salary: bool,
    /// The default dimensions.
    pub dimensions: Vec<Dimension>,
    /// Insurances, union, distraint: one entry for each settlement point.
    pub settlement_points: Vec<SettlementPoint>,
    /// The employments.
    pub periods: Vec<Period>,
    /// The education.
    pub degrees: Vec<Degree>,
    /// The company's own fields.
    pub additional_fields: Vec<AdditionalField>,
}

impl Person {
    /// Whether the work pension insurance stands on "no handling".
    #[must_use]
    pub fn pension_is_unhandled(&self) -> bool {
        self.settlement_points
            .iter()
            .any(|point| point.kind == "employeeworkpensioninsurance" && point.r#type == "nohandling")
    }
}

impl fmt::Debug for Person {
    // Everything but the key is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("netvisorkey", &self.netvisorkey).finish_non_exhaustive()
    }
}

/// One employment of a person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Period {
    /// The vendor's key; 0 before the period is added.
    pub netvisorkey: u32,
    /// The first day with the company.
    pub company_start: String,
    /// The first day.
    pub start: String,
    /// The last day of the probation.
    pub probation_end: String,
    /// 1 employed, 2 leased, 3 self-employed, 4 trainee, 5 voluntary work.
    pub mode: String,
    /// The profession.
    pub profession: String,
    /// A free remark.
    pub comment: String,
    /// The last day.
    pub end: String,
    /// Why it ended.
    pub end_reason: String,
    /// The occupational class (ISCO).
    pub occupation: String,
    /// 1 until further notice, 2 fixed term.
    pub contract: String,
    /// 1 full time, 2 part time, 3 not available.
    pub form: String,
    /// The share of full time in per cent, with a decimal comma.
    pub part_time_percent: String,
    /// Regular hours a week, with a decimal comma.
    pub weekly_hours: String,
    /// 0 other ground, 1 employment or civil-service relationship.
    pub grounds: String,
    /// The professional class of Keva.
    pub keva_class: String,
    /// The registration with Keva.
    pub keva_registration: String,
    /// `1`: monthly wage.
    pub monthly_wage: String,
    /// `1`: hourly wage.
    pub hourly_wage: String,
    /// `1`: piece wage.
    pub piece_wage: String,
    /// The code of the collective agreement.
    pub collective_agreement: String,
    /// `1`: State Employment Fund.
    pub state_employment_fund: String,
    /// The year of the car benefit.
    pub car_benefit_year: String,
    /// `1`: the car benefit is used abroad.
    pub car_benefit_abroad: String,
    /// The CO₂ emissions of the car.
    pub car_emissions: String,
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Period").field("netvisorkey", &self.netvisorkey).finish_non_exhaustive()
    }
}

/// One settlement point of a person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SettlementPoint {
    /// The element name of the kind, for example `employeeworkpensioninsurance`.
    pub kind: String,
    /// How it is handled, for example `automatichandling`.
    pub r#type: String,
    /// The name of the settlement point.
    pub name: String,
    /// The vendor's key; 0 before it is added.
    pub key: u32,
}

impl fmt::Debug for SettlementPoint {
    // A union or a distraint is nobody else's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettlementPoint").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A value of a dimension.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dimension {
    /// The dimension.
    pub name: String,
    /// Its item.
    pub item: String,
}

/// A degree.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Degree {
    /// The degree.
    pub name: String,
    /// The school.
    pub school: String,
    /// The year.
    pub graduation_year: String,
    /// It is the main one.
    pub primary: bool,
}

impl fmt::Debug for Degree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Degree").finish_non_exhaustive()
    }
}

/// A field of the company's own.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AdditionalField {
    /// The vendor's key; 0 before the field is added.
    pub netvisorkey: u32,
    /// The name of the field.
    pub name: String,
    /// Its value.
    pub value: String,
    /// 1 basic, 2 contact, 3 education.
    pub group: String,
}

impl fmt::Debug for AdditionalField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdditionalField").field("name", &self.name).finish_non_exhaustive()
    }
}
