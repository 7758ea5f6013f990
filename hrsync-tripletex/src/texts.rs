//! Texts for a host's screens, as data: where things are in Tripletex, the settings to ask for, and the steps of setting up.

use hrsync_core::setup::{EnteredBy, SettingDescriptor, SetupStep};

/// Where an employee token is made. \[doc\]
pub const API_ACCESS: &str = "Company > Employees (Selskap > Ansatt) > the employee who is to own the token > API access \
                              (API-tilgang) > New Token (Ny Nøkkel); who lacks the rights for that asks the system \
                              administrator of Tripletex";

/// Where the rights of a token are changed by the person who made it. \[doc\]
pub const TOKEN_RIGHTS: &str = "My Profile > More > API Access > the key between the HR application and Tripletex > Time Sheet: \
                                check the access to all time sheets (incl. approval) for the entire company; the employee who \
                                owns the token needs that access too";

/// Where the rights of the employee who owns the token are changed. \[doc\]
pub const EMPLOYEE_RIGHTS: &str = "Company > Employees (Selskap > Ansatt) > the employee who owns the token > Access \
                                   (Tilganger), and the same on the token under API access (API-tilgang)";

/// Where system access is given. \[doc\]
pub const SYSTEM_ACCESS: &str =
    "Company > Employees (Selskap > Ansatt) > the employee who owns the token > System access (Systemtilgang)";

/// Where hours of a week or month are approved and the approval is taken back. \[doc\]
pub const MONTHLY_OVERVIEW: &str = "Time sheet > Monthly overview (Månedsoversikt), or the week's approval";

/// Where it is said that hours may be registered on somebody. \[doc\]
pub const REGISTRATION: &str = "Company > Employees (Selskap > Ansatt) > the employee: others may register hours, travel \
                                expenses and the like on this person (Brukeren kan velges av andre brukere)";

/// Where activities are set up. \[doc\]
pub const ACTIVITIES: &str =
    "Projects > Settings > Activities (Aktiviteter): an internal activity that is not disabled";

/// Where departments are set up. \[client\]
pub const DEPARTMENTS: &str = "Company > Department (Selskap > Avdeling)";

/// Labels of the settings, used in problems too.
pub(crate) mod label {
    pub(crate) const EMPLOYEE_TOKEN: &str = "Employee token";
    pub(crate) const CONSUMER_TOKEN: &str = "Consumer token";
    pub(crate) const APPLICATION: &str = "Application";
    pub(crate) const BASE_URL: &str = "Base address";
    pub(crate) const VERSION: &str = "Settings version";
    pub(crate) const SESSION_DAYS: &str = "Session days";
    pub(crate) const HOURS_PER_DAY: &str = "Hours per day";
    pub(crate) const PART_TIME_STANDARD: &str = "Working hours of part-time employees";
    pub(crate) const COMPANY: &str = "Client company";
    pub(crate) const DEPARTMENT: &str = "Department";
    pub(crate) const DIVISION: &str = "Business unit";
    pub(crate) const LOG_IN_ACCESS: &str = "Log-in access in Tripletex";
    pub(crate) const ABSENCES: &str = "Create absence in Tripletex";
}

const fn setting(name: &'static str, label: &'static str, help: &'static str) -> SettingDescriptor {
    let (menu_path, required, secret, entered_by) = (None, false, false, EnteredBy::Customer);
    SettingDescriptor { name, label, help, menu_path, required, secret, entered_by }
}

const SETTINGS: &[SettingDescriptor] = &[
    SettingDescriptor {
        menu_path: Some(API_ACCESS),
        required: true,
        secret: true,
        ..setting(
            "employee_token",
            label::EMPLOYEE_TOKEN,
            "The value that Tripletex shows once, when the token is made.",
        )
    },
    setting(
        "log_in_access",
        label::LOG_IN_ACCESS,
        "Whether people who are added may log in to Tripletex, at the basic level; more is granted in Tripletex only.",
    ),
    setting(
        "absences",
        label::ABSENCES,
        "Whether approved absences are carried over, those that are counted as work days.",
    ),
    SettingDescriptor {
        menu_path: Some(DEPARTMENTS),
        ..setting(
            "department",
            label::DEPARTMENT,
            "The id of the department of people who are added, where there are several: that of GET /department in the interface, \
             which is no department number.",
        )
    },
    setting(
        "division",
        label::DIVISION,
        "The id of the business unit (virksomhet) of employments, where there are several.",
    ),
    setting(
        "hours_per_day",
        label::HOURS_PER_DAY,
        "How many hours a full working day has, such as 7.5, where that is not to be read from Tripletex.",
    ),
    setting(
        "part_time_standard",
        label::PART_TIME_STANDARD,
        "Whether the working hours that Tripletex has for one employee hold the percentage of the employment already: recognised (by \
         the number), included (6 hours for 80 per cent of 7.5) or not_included (7.5 hours also for 80 per cent).",
    ),
    setting(
        "company_id",
        label::COMPANY,
        "For the token of an accountant only: the id of the client company that is to be synchronised; 0 is the company of the token.",
    ),
    SettingDescriptor {
        required: true,
        secret: true,
        entered_by: EnteredBy::Operator,
        ..setting("consumer_token", label::CONSUMER_TOKEN, "Given to the HR application by Tripletex.")
    },
    SettingDescriptor {
        required: true,
        entered_by: EnteredBy::Operator,
        ..setting(
            "application_name",
            label::APPLICATION,
            "The name under which Tripletex lists the HR application when a token is made.",
        )
    },
];

/// The settings of a connection, in the order of a connect screen.
pub fn setting_descriptors() -> &'static [SettingDescriptor] {
    SETTINGS
}

const SETUP: &[SetupStep] = &[
    SetupStep {
        title: "Who can do this",
        text: "Making an employee token takes somebody who is logged in to Tripletex and authorised to create employee tokens. \
               Who is not asks the system administrator of Tripletex. If the employee who is to own the token lacks a right that \
               the application needs, Tripletex shows an error message and makes no token; if the employee loses rights later, \
               the token loses them too.",
    },
    SetupStep {
        title: "Check the owner's access",
        text: "The employee who is to own the token needs an active system access (Systemtilgang), access to employee related \
               accounting reports (Ansattrelaterte regnskapsrapporter), full access to company information (Full tilgang til \
               selskapsinformasjon) and full access to employee information (Full tilgang til ansattinformasjon); to add people, it \
               has to be a user administrator (Brukeradministrator). Where absences \
               are to be carried over also access to all time sheets incl. approval (Tilgang til alle timelister inkl. \
               godkjenning), for the entire company and on the token itself.",
    },
    SetupStep {
        title: "Make an employee token",
        text: "In Tripletex open Company > Employees (Selskap > Ansatt) and select the employee who is to own the token. On the tab \
               API access (API-tilgang) choose New Token (Ny Nøkkel), select the HR application in the list of applications \
               (Applikasjon) and create the token. It is shown once: keep it at hand.",
    },
    SetupStep {
        title: "Set up activities for absences",
        text: "In Tripletex absences are hours on activities. The activity Ferie (vacation) is there; an administrator of Tripletex \
               sets up others, as internal activities. The integration creates none.",
    },
    SetupStep {
        title: "Connect",
        text: "In the HR application, with a role that may change settings of the whole organisation, open the Tripletex \
               integration and start its set-up. Enter the employee token and confirm that you are entitled to connect the company.",
    },
    SetupStep {
        title: "Choose the settings",
        text: "Choose whether people who are added may log in to Tripletex, and whether absences are carried over. Then map each \
               type of absence to an activity, or exclude it.",
    },
    SetupStep {
        title: "Decide about differences",
        text: "The HR application compares both systems and lists every conflict and every value that one side lacks. Decide for \
               each whether Tripletex' value is replaced, the HR application's value is replaced, or both stay as they are.",
    },
    SetupStep {
        title: "Decide about people, and synchronise",
        text: "Next, choose which people who exist on one side only are added to the other. Then start the synchronisation. You get \
               a message with its result.",
    },
    SetupStep {
        title: "From then on",
        text: "The connection is active. A change to a supported field in the HR application goes to Tripletex at once. A change in \
               Tripletex does not come back by itself: synchronise by hand, as often as you like, to take it over. People without a \
               date of birth are added inactive: add the date, and synchronise by hand.",
    },
];

/// The steps of setting up, in order.
pub fn setup_guide() -> &'static [SetupStep] {
    SETUP
}

const FEATURES: &[&str] = &[
    "People and absences are kept in step automatically, over one connection.",
    "Changes of supported fields in the HR application reach Tripletex at once; changes in Tripletex when somebody synchronises by hand.",
    "People who exist on one side only can be added to the other; with or without log-in access, at the basic level.",
    "Approved absences with an end date that are counted as work days become hours on the activity of their type.",
    "Changed, un-approved and deleted absences are changed and removed in Tripletex.",
    "Days are counted by the HR application's work schedule and holidays; hours by Tripletex' working-hours standard of the employee.",
    "What Tripletex refuses is told to the employee and to absence managers, and stands in the error log of the integration.",
];

/// What the integration does, in sentences.
pub fn supported_features() -> &'static [&'static str] {
    FEATURES
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: TT-05, TT-06, TT-07, TT-08
    #[test]
    fn who_may_make_a_token_is_said_before_it_is_asked_for() {
        let guide = setup_guide();
        let place = |needle: &str| guide.iter().position(|step| step.text.contains(needle)).unwrap();
        assert!(place("authorised to create employee tokens") < place("Enter the employee token"));
        assert_eq!(place("system administrator of Tripletex"), 0);
        assert!(guide[0].text.contains("makes no token") && guide[0].text.contains("loses them too"));
    }

    // rule: TT-04
    #[test]
    fn the_guide_says_that_the_application_has_to_be_chosen() {
        assert!(setup_guide().iter().any(|step| step.text.contains("select the HR application in the list")));
    }

    // rule: TT-11
    #[test]
    fn how_to_use_it_what_it_does_and_which_fields_can_be_shown_without_a_connection() {
        assert!(setup_guide().len() > 5);
        assert!(supported_features().len() > 5);
        assert_eq!(
            crate::mapping::mapping().to_markdown().lines().count(),
            2 + crate::mapping::mapping().entries().len()
        );
    }

    // rule: TT-65
    #[test]
    fn the_guide_says_who_sets_up_activities() {
        let step =
            setup_guide().iter().find(|step| step.text.contains("activities") || step.title.contains("activities"));
        let text = step.unwrap().text;
        assert!(text.contains("an administrator of Tripletex sets up others"), "{text}");
        assert!(text.contains("The integration creates none"), "{text}");
    }

    // rule: TT-12
    #[test]
    fn the_administrator_enters_the_employee_token_and_it_is_required() {
        let asked: Vec<_> = setting_descriptors()
            .iter()
            .filter(|setting| setting.entered_by == EnteredBy::Customer && setting.required)
            .map(|setting| (setting.label, setting.secret))
            .collect();
        assert_eq!(asked, [("Employee token", true)]);
    }

    // rule: TT-59, TT-60, TT-61, TT-62, TT-63
    #[test]
    fn the_guide_names_every_right_in_both_languages() {
        let guide: String = setup_guide().iter().map(|step| step.text).collect::<Vec<_>>().join(" ");
        for right in crate::rights::Right::ALL {
            assert!(guide.to_lowercase().contains(&right.name().to_lowercase()), "{}", right.name());
            assert!(guide.contains(right.norwegian()), "{}", right.norwegian());
        }
        assert!(guide.contains("Systemtilgang"));
    }
}
