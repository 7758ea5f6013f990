//! Texts for a host's screens, as data: where things are in Netvisor, the settings to ask for, the steps of setting up, and what
//! the payroll clerk has to know.

use hrsync_core::connector::ReviewPoint;
use hrsync_core::setup::{EnteredBy, SettingDescriptor, SetupStep};

/// Where an administrator creates the credentials. \[doc\]
pub const API_IDENTIFIERS: &str = "company menu > API identifiers";

/// Where the business id of the company is shown. \[doc\]
pub const SERVICE_MANAGEMENT: &str = "company menu > Service Management";

/// Where an administrator allows the resources. \[doc\]
pub const RESOURCE_RIGHTS: &str = "company menu > API resource access rights, section Salaries";

/// Where the payroll clerk selects a person's insurances. \[doc\]
pub const SETTLEMENT_POINTS: &str = "Employee's information > Settlement points";

/// Labels of the settings, used in problems too.
pub(crate) mod label {
    pub(crate) const USER_ID: &str = "User ID";
    pub(crate) const KEY: &str = "Key";
    pub(crate) const BUSINESS_ID: &str = "Business ID";
    pub(crate) const PARTNER_ID: &str = "Partner ID";
    pub(crate) const PARTNER_KEY: &str = "Partner key";
    pub(crate) const SENDER: &str = "Sender";
    pub(crate) const BASE_URL: &str = "Base address";
    pub(crate) const VERSION: &str = "Settings version";
    pub(crate) const SALARY_MODEL: &str = "Salary model";
    pub(crate) const SETTLEMENT_POINT: &str = "Pension settlement point";
}

/// Words for the elements that an edit of an employment may lack.
pub(crate) const ELEMENTS: &[(&str, &str)] = &[
    ("employeeidentifier", "identification"),
    ("foreignidentifiertype", "kind of the foreign identification"),
    ("identifier", "identification"),
    ("issuingcountry", "country of the foreign identification"),
    ("gender", "gender"),
    ("dateofbirth", "date of birth"),
    ("firstname", "given name"),
    ("lastname", "family name"),
    ("phonenumber", "phone number"),
    ("email", "e-mail address"),
    ("streetaddress", "street address"),
    ("postnumber", "postal code"),
    ("city", "town"),
    ("municipality", "municipality"),
    ("payrollrulegroupname", "salary model"),
    ("companystartdate", "start of the continuous employment"),
    ("startdate", "employment start date"),
    ("probationenddate", "probation end date"),
    ("employmentmode", "employment method"),
    ("profession", "job title"),
    ("comment", "comment on the employment"),
    ("enddate", "employment end date"),
    ("endreason", "employment end reason"),
    ("employmentcontract", "term of employment"),
    ("employmentform", "full or part time"),
    ("regularworkinghours", "regular working hours"),
    ("groundsforemployment", "grounds for employment"),
    ("ispaymenttypemonthlywage", "monthly wage"),
    ("ispaymenttypehourlywage", "hourly wage"),
    ("ispaymenttypepiecewage", "piece wage"),
    ("stateemploymentfund", "state employment fund"),
    ("carbenefityear", "year of the car benefit"),
    ("isabroadcarbenefit", "car benefit abroad"),
    ("caremissionvalue", "emissions of the car"),
];

const SETTINGS: &[SettingDescriptor] = &[
    SettingDescriptor {
        name: "customer_id",
        label: label::USER_ID,
        help: "The first of the two values of an API identifier.",
        menu_path: Some(API_IDENTIFIERS),
        required: true,
        secret: false,
        entered_by: EnteredBy::Customer,
    },
    SettingDescriptor {
        name: "customer_key",
        label: label::KEY,
        help: "The second of the two values of an API identifier.",
        menu_path: Some(API_IDENTIFIERS),
        required: true,
        secret: true,
        entered_by: EnteredBy::Customer,
    },
    SettingDescriptor {
        name: "organisation_id",
        label: label::BUSINESS_ID,
        help: "The business id of the company, as in 1234567-1.",
        menu_path: Some(SERVICE_MANAGEMENT),
        required: true,
        secret: false,
        entered_by: EnteredBy::Customer,
    },
    SettingDescriptor {
        name: "partner_id",
        label: label::PARTNER_ID,
        help: "Given to the HR application by Netvisor's partner support; differs between test and production.",
        menu_path: None,
        required: true,
        secret: false,
        entered_by: EnteredBy::Operator,
    },
    SettingDescriptor {
        name: "partner_key",
        label: label::PARTNER_KEY,
        help: "Given together with the partner id.",
        menu_path: None,
        required: true,
        secret: true,
        entered_by: EnteredBy::Operator,
    },
    SettingDescriptor {
        name: "sender",
        label: label::SENDER,
        help: "The name under which the HR application appears in Netvisor's logs; plain ASCII.",
        menu_path: None,
        required: true,
        secret: false,
        entered_by: EnteredBy::Operator,
    },
];

/// The settings of a connection, in the order of a connect screen.
pub fn setting_descriptors() -> &'static [SettingDescriptor] {
    SETTINGS
}

const SETUP: &[SetupStep] = &[
    SetupStep {
        title: "Create an API identifier",
        text: "Sign in to Netvisor as an administrator and open company menu > API identifiers. Add an identifier and keep its \
               two values, the User ID and the Key, at hand. The identifier belongs to the person who creates it and stops \
               working when that person loses the right to the company.",
    },
    SetupStep {
        title: "Allow the resources",
        text: "Open company menu > API resource access rights, go to the section Salaries and set these four to Allow: \
               employee.nv, getemployee.nv, getemployees.nv and patchemployee.nv.",
    },
    SetupStep {
        title: "Find the Business ID",
        text: "Open company menu > Service Management and note the Business ID of the company.",
    },
    SetupStep {
        title: "Inform the payroll clerk",
        text: "People who are added to Netvisor from the HR application need some manual work there. Show the information for \
               the payroll clerk before you go on.",
    },
    SetupStep {
        title: "Connect",
        text: "In the HR application, with a role that may change settings of the whole organisation, open the Netvisor \
               integration and start its set-up. Enter User ID, Key and Business ID, and confirm that you are entitled to \
               connect the company.",
    },
    SetupStep {
        title: "Decide about differences",
        text: "The HR application compares both systems and lists every conflict and every value that one side lacks. Decide \
               for each whether Netvisor's value is replaced, the HR application's value is replaced, or both stay as they \
               are.",
    },
    SetupStep {
        title: "Decide about people, and synchronise",
        text: "Next, choose which people who exist on one side only are added to the other; in either direction, and nobody \
               unless you say so. Then start the synchronisation. You get a message with its result.",
    },
    SetupStep {
        title: "From then on",
        text: "The connection is active. A change to a supported field in the HR application goes to Netvisor at once. A change \
               in Netvisor does not come back by itself: synchronise by hand, as often as you like, to take it over.",
    },
];

/// The steps of setting up, in order.
pub fn setup_guide() -> &'static [SetupStep] {
    SETUP
}

const INFORMATION: &str = "Employee's information";
const EMPLOYMENTS: &str = "Employments";

pub(crate) const PAYROLL_CLERK: &[ReviewPoint] = &[
    ReviewPoint {
        code: "salary_model",
        place: INFORMATION,
        field: "Payroll information: salary model",
        what_happens: "It is 'No salary model', unless the connection's settings name another one.",
        to_do: "Select the salary model.",
    },
    ReviewPoint {
        code: "work_pension_insurance",
        place: INFORMATION,
        field: "Settlement points: TyEL",
        what_happens: "It is 'No handling'. Netvisor refuses updates of the person until that is changed.",
        to_do: "Select an employment pension insurance.",
    },
    ReviewPoint {
        code: "term_of_employment",
        place: EMPLOYMENTS,
        field: "Term of employment",
        what_happens: "It is not set.",
        to_do: "Set the term of employment.",
    },
    ReviewPoint {
        code: "end_reason",
        place: EMPLOYMENTS,
        field: "Employment end reason",
        what_happens: "When the employment has an end date, it is 'Employee's own request'; otherwise it is not set.",
        to_do: "Correct the reason when it is another one.",
    },
    ReviewPoint {
        code: "occupational_class",
        place: EMPLOYMENTS,
        field: "Occupational class",
        what_happens: "It is not set.",
        to_do: "Set the occupational class.",
    },
    ReviewPoint {
        code: "employment_periods",
        place: EMPLOYMENTS,
        field: "Employment periods",
        what_happens: "Changes to an employment in the HR application update one single period; no period is added.",
        to_do: "Keep further periods, if the person needs any.",
    },
    ReviewPoint {
        code: "grounds_for_employment",
        place: EMPLOYMENTS,
        field: "Grounds for employment",
        what_happens: "They are 'Working or employment relationship'.",
        to_do: "Change the grounds when they are others.",
    },
];

/// What to tell the payroll clerk before the first synchronisation, and what to review for each person who was added.
pub fn payroll_clerk_information() -> &'static [ReviewPoint] {
    PAYROLL_CLERK
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: NV-12
    #[test]
    fn the_customer_enters_three_required_values() {
        let labels: Vec<_> = setting_descriptors()
            .iter()
            .filter(|setting| setting.entered_by == EnteredBy::Customer)
            .map(|setting| (setting.label, setting.required))
            .collect();
        assert_eq!(labels, [("User ID", true), ("Key", true), ("Business ID", true)]);
    }

    // rule: NV-11
    #[test]
    fn the_guide_names_the_places_and_every_right() {
        let guide: String = setup_guide().iter().map(|step| step.text).collect::<Vec<_>>().join(" ");
        for needle in [API_IDENTIFIERS, SERVICE_MANAGEMENT, "API resource access rights", "administrator", "entitled"] {
            assert!(guide.contains(needle), "{needle}");
        }
        for resource in crate::Resource::NEEDED {
            assert!(guide.contains(resource.name()), "{resource}");
        }
    }

    // rule: NV-31
    // rule: NV-36
    #[test]
    fn the_clerk_is_told_seven_things() {
        let codes: Vec<_> = payroll_clerk_information().iter().map(|point| point.code).collect();
        let expected = [
            "salary_model",
            "work_pension_insurance",
            "term_of_employment",
            "end_reason",
            "occupational_class",
            "employment_periods",
            "grounds_for_employment",
        ];
        assert_eq!(codes, expected);
        let pension = payroll_clerk_information().iter().find(|p| p.code == "work_pension_insurance").unwrap();
        assert!(pension.to_do.contains("employment pension insurance"));
    }
}
