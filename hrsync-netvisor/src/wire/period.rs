//! `employmentperiod` as it is written, by [`employee`](super::employee) and by [`editjobperiod`](super::editjobperiod).

use std::borrow::Cow;

use time::Date;

use super::write::{Attribute, Decimal, Together, Value, Write, write_record};
use crate::codes::{EmploymentContract, EmploymentForm, EmploymentMode, EndReason, Grounds};

const ANSI: &[(&str, &str)] = &[("format", "ansi")];
const NETVISOR: &[(&str, &str)] = &[("type", "netvisor")];

/// Registration with the municipal pension fund. \[doc\]
#[derive(Clone, PartialEq, Eq)]
pub struct KevaRegistration {
    /// Registration.
    pub registration: String,
    /// Attribute `pensionprovidercode`.
    pub pension_provider_code: Option<String>,
}

impl std::fmt::Debug for KevaRegistration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KevaRegistration").finish_non_exhaustive()
    }
}

impl Value for KevaRegistration {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.registration)
    }

    fn attributes(&self) -> Vec<Attribute<'_>> {
        self.pension_provider_code.iter().map(|code| ("pensionprovidercode", Cow::Borrowed(code.as_str()))).collect()
    }
}

write_record! {
    /// An employment period to write. `Debug` shows no value. \[doc; order of the last third: client\]
    pub struct PeriodWrite {
        /// Start of the uninterrupted employment.
        company_start_date: Write<Date> = Element::optional("companystartdate").with(ANSI);
        /// First day; mandatory except in `editjobperiod.nv`.
        start_date: Write<Date> = Element::once("startdate").with(ANSI);
        /// Last day of the probation.
        probation_end_date: Write<Date> = Element::optional("probationenddate").with(ANSI);
        /// Employment method.
        employment_mode: Write<EmploymentMode> = Element::optional("employmentmode").with(NETVISOR);
        /// Job title; mandatory except in `editjobperiod.nv`.
        profession: Write<String> = Element::once("profession").max(250);
        /// Free text.
        comment: Write<String> = Element::optional("comment").max(500);
        /// Last day.
        end_date: Write<Date> = Element::optional("enddate").with(ANSI);
        /// Why it ended.
        end_reason: Write<EndReason> = Element::optional("endreason").with(NETVISOR);
        /// Occupational class (TK10).
        occupation_classification: Write<String> = Element::optional("occupationclassification").with(&[("type", "isco")]);
        /// Term of employment.
        employment_contract: Write<EmploymentContract> = Element::optional("employmentcontract").with(NETVISOR);
        /// Full or part time.
        employment_form: Write<EmploymentForm> = Element::optional("employmentform").with(NETVISOR);
        /// Part-time percentage, 0 to 100; the form has to be part time.
        part_time_percent: Write<Decimal> = Element::optional("parttimepercent");
        /// Weekly hours, 0 to 168.
        regular_working_hours: Write<Decimal> = Element::optional("regularworkinghours");
        /// Grounds for employment.
        grounds_for_employment: Write<Grounds> = Element::optional("groundsforemployment");
        /// Professional class of the municipal pension fund.
        keva_professional_class_code: Write<String> = Element::optional("kevaprofessionalclasscode");
        /// Registration with the municipal pension fund; not in `editjobperiod.nv`.
        keva_employment_registration: Write<KevaRegistration> =
            Element::optional("kevaemploymentregistration").with(&[("type", "keva")]);
        /// Paid by the month.
        is_payment_type_monthly_wage: Write<bool> = Element::optional("ispaymenttypemonthlywage");
        /// Paid by the hour.
        is_payment_type_hourly_wage: Write<bool> = Element::optional("ispaymenttypehourlywage");
        /// Paid by the piece.
        is_payment_type_piece_wage: Write<bool> = Element::optional("ispaymenttypepiecewage");
        /// Collective agreement.
        collective_agreement: Write<String> = Element::optional("collectiveagreement").with(&[("type", "cbacode")]);
        /// State employment fund.
        state_employment_fund: Write<bool> = Element::optional("stateemploymentfund");
        /// Year of the car benefit.
        car_benefit_year: Write<u64> = Element::optional("carbenefityear");
        /// Car benefit from abroad.
        is_abroad_car_benefit: Write<bool> = Element::optional("isabroadcarbenefit");
        /// Emissions of the car, 0 to 100; not in `editjobperiod.nv`; the element that is read has an `s` less.
        car_emission_value: Write<u64> = Element::optional("caremissionsvalue");
    }
}

impl Together for PeriodWrite {}
