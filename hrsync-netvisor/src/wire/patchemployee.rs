//! `patchemployee.nv`: changes single elements of a person.
//!
//! It cannot change identity number, gender, date of birth, employment periods, settlement points or dimensions. The answer
//! holds nothing but the status. \[doc, client\]

use bytes::Bytes;
use url::Url;

use super::Resource;
use super::employee::{Hierarchy, SettingsWrite, bank_account};
use super::keys::EmployeeKey;
use super::request::post;
use super::write::{Check, Record, Together, Write, WriteProblem, WriteReason, XmlWriter, refuse, write_record};
use crate::codes::{EmployeeInsurance, PayslipDelivery};
use crate::reconstructed::PATCH_ALWAYS_HAS_BASE_INFORMATION;

write_record! {
    /// `employeebaseinformation`. `Debug` shows no value. \[doc\]
    pub struct BasePatch {
        /// Name of a company that is the payee.
        company_name: Write<String> = Element::optional("companyname");
        /// Given names.
        first_name: Write<String> = Element::optional("firstname").max(50);
        /// Family name.
        last_name: Write<String> = Element::optional("lastname").max(50);
        /// Phone number.
        phone_number: Write<String> = Element::optional("phonenumber").max(50);
        /// E-mail address.
        email: Write<String> = Element::optional("email").max(100);
    }
}

impl Together for BasePatch {}

write_record! {
    /// `employeepayrollinformation`. `Debug` shows no value. \[doc\]
    pub struct PayrollPatch {
        /// Street address.
        street_address: Write<String> = Element::optional("streetaddress").max(255);
        /// Postcode.
        post_number: Write<String> = Element::optional("postnumber").max(50);
        /// Town.
        city: Write<String> = Element::optional("city").max(255);
        /// Home municipality.
        municipality: Write<String> = Element::optional("municipality").max(255);
        /// Country code.
        country: Write<String> = Element::optional("country").max(2);
        /// Country code.
        nationality: Write<String> = Element::optional("nationality").max(2);
        /// Language code.
        language: Write<String> = Element::optional("language").max(2);
        /// Digits, unique in the company.
        employee_number: Write<String> = Element::optional("employeenumber").max(10);
        /// Salary model, by its name in the company.
        payroll_rule_group_name: Write<String> = Element::optional("payrollrulegroupname").max(50);
        /// IBAN.
        bank_account_number: Write<String> = Element::optional("bankaccountnumber").max(34);
        /// BIC; goes with the account number.
        bank_identification_code: Write<String> = Element::optional("bankidentificationcode").max(20);
        /// Accounting account.
        accounting_account_number: Write<u64> = Element::optional("accountingaccountnumber");
        /// Place in the hierarchy.
        hierarchy: Write<Hierarchy> = Element::optional("hierarchy");
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
        /// Receives insurance salary.
        is_person_receiving_eppo_insurance_salary: Write<bool> = Element::optional("ispersonreceivingeppoinsurancesalary");
        /// No social security payment.
        no_social_security_payment: Write<bool> = Element::optional("nosocialsecuritypayment");
        /// Paid by a diplomatic embassy.
        receives_salary_from_diplomatic_embassy: Write<bool> = Element::optional("receivessalaryfromdiplomaticembassy");
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

impl Together for PayrollPatch {
    fn check_together(&self, check: &mut Check) {
        bank_account(&self.bank_account_number, &self.bank_identification_code, check);
    }
}

write_record! {
    /// The elements to change. `Debug` shows no value. \[doc\]
    pub struct EmployeePatch {
        /// Names, phone and e-mail.
        base: Option<BasePatch> = Element::optional("employeebaseinformation");
        /// Everything else.
        payroll: Option<PayrollPatch> = Element::optional("employeepayrollinformation");
        /// Services.
        settings: Option<SettingsWrite> = Element::optional("employeesettings");
    }
}

impl Together for EmployeePatch {
    fn check_together(&self, check: &mut Check) {
        if Record::is_keep(self) {
            check.add("", WriteReason::NothingToWrite);
        }
    }
}

impl EmployeePatch {
    /// The base information, to be filled in.
    pub fn base_mut(&mut self) -> &mut BasePatch {
        self.base.get_or_insert_default()
    }

    /// The payroll information, to be filled in.
    pub fn payroll_mut(&mut self) -> &mut PayrollPatch {
        self.payroll.get_or_insert_default()
    }

    /// True when the patch would change nothing.
    pub fn is_empty(&self) -> bool {
        Record::is_keep(self)
    }

    /// What keeps the patch from being sent; empty when nothing does.
    pub fn problems(&self) -> Vec<WriteProblem> {
        let mut check = Check::default();
        check.inside("patchemployee", |check| Record::check(self, check));
        check.into_problems()
    }

    /// The body. Parts without a change are left out, except the base information (reconstructed).
    pub fn to_xml(&self) -> String {
        let changed = |part: bool| !part;
        let mut patch = self.clone();
        patch.base = patch.base.filter(|base| changed(Record::is_keep(base)));
        patch.payroll = patch.payroll.filter(|payroll| changed(Record::is_keep(payroll)));
        patch.settings = patch.settings.filter(|settings| changed(Record::is_keep(settings)));
        if PATCH_ALWAYS_HAS_BASE_INFORMATION {
            patch.base_mut();
        }
        XmlWriter::document(&["root", "patchemployee"], &patch)
    }
}

/// Changes single elements of the person with this key.
///
/// # Errors
/// Fails, with every problem's path, when [`problems`](EmployeePatch::problems) finds any; and when no request can be built from
/// the base address.
pub fn request(base: &Url, key: EmployeeKey, patch: &EmployeePatch) -> hrsync_core::Result<http::Request<Bytes>> {
    refuse(Resource::PatchEmployee, &patch.problems())?;
    let key = key.to_string();
    let parameters = [("identifiertype", "netvisorkey"), ("identifier", key.as_str())];
    post(base, Resource::PatchEmployee, &parameters, patch.to_xml())
}
