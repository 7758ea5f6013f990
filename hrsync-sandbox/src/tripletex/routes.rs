//! The endpoints.

use super::listing::{Digest, Listing, Test};
use super::model::Kind;
use super::operation::Act;
use super::record::Record;
use super::state::State;
use super::{actions, session};

/// An endpoint.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) act: Act,
}

impl Route {
    /// As the log of calls and fault rules name it.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

const fn route(method: &'static str, path: &'static str, act: Act) -> Route {
    Route { method, path, act }
}

/// What a path leads to.
pub(crate) enum Found {
    Route(&'static Route, Option<String>),
    /// The path is there, but not with this method.
    Method,
    Nothing,
}

/// The endpoint of a path, by its decoded parts without `v2`. Literal paths come before those with an id.
pub(crate) fn find(method: &str, path: &[String]) -> Found {
    let mut known = false;
    for route in ROUTES {
        if let Some(argument) = matching(route.path, path) {
            if route.method == method {
                return Found::Route(route, argument);
            }
            known = true;
        }
    }
    if known { Found::Method } else { Found::Nothing }
}

/// What stands for `{id}`, when the path is of that pattern.
fn matching(pattern: &str, path: &[String]) -> Option<Option<String>> {
    let parts: Vec<&str> = pattern.split('/').skip(1).collect();
    if parts.len() != path.len() {
        return None;
    }
    let mut argument = None;
    for (part, text) in parts.into_iter().zip(path) {
        match part {
            "{id}" if !text.is_empty() => argument = Some(text.clone()),
            literal if literal == text => {}
            _ => return None,
        }
    }
    Some(argument)
}

const fn listing(kind: Kind, digest: Digest, parameters: &'static [(&'static str, Test)]) -> Listing {
    Listing { kind, digest, required: &[], parameters }
}

fn has_access(_: &State, employee: &Record) -> bool {
    employee.text("userType") != "NO_ACCESS"
}

fn is_contact(_: &State, employee: &Record) -> bool {
    employee.flag("isContact")
}

fn is_token(state: &State, employee: &Record) -> bool {
    state.tokens.iter().any(|token| token.shadow == employee.id)
}

fn is_inactive(state: &State, employee: &Record) -> bool {
    state.options.inactive_filter && !employee.flag("allowInformationRegistration")
}

static EMPLOYEES: Listing = listing(
    Kind::Employee,
    Digest::Unsupported,
    &[
        ("id", Test::Ids("id")),
        ("firstName", Test::Contains("firstName")),
        ("lastName", Test::Contains("lastName")),
        ("employeeNumber", Test::Equals("employeeNumber")),
        ("email", Test::Contains("email")),
        ("allowInformationRegistration", Test::Flag("allowInformationRegistration")),
        ("includeContacts", Test::Also(is_contact)),
        ("departmentId", Test::Ids("department")),
        ("onlyContacts", Test::Ask(is_contact)),
        ("hasSystemAccess", Test::Ask(has_access)),
        ("isInactive", Test::Ask(is_inactive)),
        ("onlyEmployeeTokens", Test::Unless(is_token)),
    ],
);

static CONTACTS: Listing = listing(
    Kind::Employee,
    Digest::None,
    &[
        ("id", Test::Ids("id")),
        ("firstName", Test::Contains("firstName")),
        ("lastName", Test::Contains("lastName")),
        ("email", Test::Contains("email")),
        ("isInactive", Test::Ask(is_inactive)),
        ("hasSystemAccess", Test::Ask(has_access)),
        ("onlyEmployeeTokens", Test::Unless(is_token)),
    ],
);

static EMPLOYMENTS: Listing = listing(Kind::Employment, Digest::None, &[("employeeId", Test::Id("employee"))]);

static DETAILS: Listing = listing(Kind::EmploymentDetails, Digest::None, &[("employmentId", Test::Ids("employment"))]);

static OCCUPATIONS: Listing = listing(
    Kind::OccupationCode,
    Digest::Supported,
    &[("id", Test::Ids("id")), ("nameNO", Test::Contains("nameNO")), ("code", Test::Contains("code"))],
);

static STANDARD_TIMES: Listing = listing(Kind::StandardTime, Digest::None, &[("employeeId", Test::Own("employee"))]);

static COMPANY_STANDARD_TIMES: Listing = listing(Kind::CompanyStandardTime, Digest::None, &[]);

static RATES: Listing = listing(Kind::HourlyCostAndRate, Digest::None, &[("employeeId", Test::Own("employee"))]);

static ENTITLEMENTS: Listing = listing(Kind::Entitlement, Digest::None, &[("employeeId", Test::Own("employee"))]);

static DEPARTMENTS: Listing = listing(
    Kind::Department,
    Digest::Supported,
    &[
        ("id", Test::Ids("id")),
        ("name", Test::Contains("name")),
        ("departmentNumber", Test::Contains("departmentNumber")),
        ("departmentManagerId", Test::Ids("departmentManager")),
        ("isInactive", Test::Flag("isInactive")),
    ],
);

static DIVISIONS: Listing = listing(Kind::Division, Digest::Supported, &[("query", Test::Contains("name"))]);

static MUNICIPALITIES: Listing = listing(Kind::Municipality, Digest::Supported, &[]);

static COUNTRIES: Listing =
    listing(Kind::Country, Digest::Supported, &[("id", Test::Ids("id")), ("code", Test::OneOf("isoAlpha2Code"))]);

static CATEGORIES: Listing =
    listing(Kind::EmployeeCategory, Digest::Supported, &[("id", Test::Ids("id")), ("name", Test::Contains("name"))]);

static ACTIVITIES: Listing = listing(
    Kind::Activity,
    Digest::Supported,
    &[
        ("id", Test::Ids("id")),
        ("name", Test::Contains("name")),
        ("number", Test::Equals("number")),
        ("description", Test::Contains("description")),
        ("isProjectActivity", Test::Flag("isProjectActivity")),
        ("isGeneral", Test::Flag("isGeneral")),
        ("isChargeable", Test::Flag("isChargeable")),
        ("isTask", Test::Flag("isTask")),
        ("isInactive", Test::Flag("isDisabled")),
    ],
);

static HOLIDAYS: Listing =
    listing(Kind::CompanyHolidays, Digest::Supported, &[("ids", Test::Ids("id")), ("years", Test::Years("date"))]);

static ENTRIES: Listing = Listing {
    kind: Kind::TimesheetEntry,
    digest: Digest::Supported,
    required: &["dateFrom", "dateTo"],
    parameters: &[
        ("id", Test::Ids("id")),
        ("employeeId", Test::Ids("employee")),
        ("projectId", Test::Ids("project")),
        ("activityId", Test::Ids("activity")),
        ("dateFrom", Test::From("date")),
        ("dateTo", Test::Until("date")),
        ("comment", Test::Contains("comment")),
    ],
};

static ROUTES: &[Route] = &[
    route("PUT", "/token/session/:create", Act::Own(session::create_by_query)),
    route("POST", "/token/session/:create", Act::Own(session::create_by_body)),
    route("GET", "/token/session/>whoAmI", Act::Own(session::who_am_i)),
    route("DELETE", "/token/session/{id}", Act::Own(session::delete)),
    route("PUT", "/token/employee/:create", Act::Closed),
    route("GET", "/company/>withLoginAccess", Act::Own(actions::client_companies)),
    route("GET", "/company/{id}", Act::Get(Kind::Company)),
    route("GET", "/employee", Act::List(&EMPLOYEES)),
    route("POST", "/employee", Act::Create(Kind::Employee)),
    route("POST", "/employee/list", Act::CreateMany(Kind::Employee)),
    route("GET", "/employee/searchForEmployeesAndContacts", Act::List(&CONTACTS)),
    route("GET", "/employee/employment", Act::List(&EMPLOYMENTS)),
    route("POST", "/employee/employment", Act::Create(Kind::Employment)),
    route("GET", "/employee/employment/details", Act::List(&DETAILS)),
    route("POST", "/employee/employment/details", Act::Create(Kind::EmploymentDetails)),
    route("GET", "/employee/employment/details/{id}", Act::Get(Kind::EmploymentDetails)),
    route("PUT", "/employee/employment/details/{id}", Act::Update(Kind::EmploymentDetails)),
    route("GET", "/employee/employment/occupationCode", Act::List(&OCCUPATIONS)),
    route("GET", "/employee/employment/occupationCode/{id}", Act::Get(Kind::OccupationCode)),
    route("GET", "/employee/employment/{id}", Act::Get(Kind::Employment)),
    route("PUT", "/employee/employment/{id}", Act::Update(Kind::Employment)),
    route("GET", "/employee/standardTime", Act::List(&STANDARD_TIMES)),
    route("POST", "/employee/standardTime", Act::Create(Kind::StandardTime)),
    route("GET", "/employee/standardTime/byDate", Act::Own(actions::standard_time_of_day)),
    route("GET", "/employee/standardTime/{id}", Act::Get(Kind::StandardTime)),
    route("PUT", "/employee/standardTime/{id}", Act::Update(Kind::StandardTime)),
    route("GET", "/employee/hourlyCostAndRate", Act::List(&RATES)),
    route("POST", "/employee/hourlyCostAndRate", Act::Create(Kind::HourlyCostAndRate)),
    route("GET", "/employee/hourlyCostAndRate/{id}", Act::Get(Kind::HourlyCostAndRate)),
    route("PUT", "/employee/hourlyCostAndRate/{id}", Act::Update(Kind::HourlyCostAndRate)),
    route("GET", "/employee/entitlement", Act::List(&ENTITLEMENTS)),
    route("PUT", "/employee/entitlement/:grantEntitlementsByTemplate", Act::Own(actions::grant_by_template)),
    route("GET", "/employee/entitlement/{id}", Act::Get(Kind::Entitlement)),
    route("GET", "/employee/category", Act::List(&CATEGORIES)),
    route("POST", "/employee/category", Act::Create(Kind::EmployeeCategory)),
    route("GET", "/employee/category/{id}", Act::Get(Kind::EmployeeCategory)),
    route("PUT", "/employee/category/{id}", Act::Update(Kind::EmployeeCategory)),
    route("GET", "/employee/{id}", Act::Get(Kind::Employee)),
    route("PUT", "/employee/{id}", Act::Update(Kind::Employee)),
    route("DELETE", "/employee/{id}", Act::Closed),
    route("GET", "/salary/settings/standardTime", Act::List(&COMPANY_STANDARD_TIMES)),
    route("POST", "/salary/settings/standardTime", Act::Create(Kind::CompanyStandardTime)),
    route("GET", "/salary/settings/standardTime/byDate", Act::Own(actions::company_standard_time_of_day)),
    route("GET", "/salary/settings/standardTime/{id}", Act::Get(Kind::CompanyStandardTime)),
    route("PUT", "/salary/settings/standardTime/{id}", Act::Update(Kind::CompanyStandardTime)),
    route("GET", "/department", Act::List(&DEPARTMENTS)),
    route("POST", "/department", Act::Create(Kind::Department)),
    route("POST", "/department/list", Act::CreateMany(Kind::Department)),
    route("PUT", "/department/list", Act::UpdateMany(Kind::Department)),
    route("GET", "/department/{id}", Act::Get(Kind::Department)),
    route("PUT", "/department/{id}", Act::Update(Kind::Department)),
    route("DELETE", "/department/{id}", Act::Delete(Kind::Department)),
    route("GET", "/division", Act::List(&DIVISIONS)),
    route("POST", "/division", Act::Create(Kind::Division)),
    route("PUT", "/division/{id}", Act::Update(Kind::Division)),
    route("GET", "/municipality", Act::List(&MUNICIPALITIES)),
    route("GET", "/country", Act::List(&COUNTRIES)),
    route("GET", "/country/{id}", Act::Get(Kind::Country)),
    route("GET", "/activity", Act::List(&ACTIVITIES)),
    route("POST", "/activity", Act::Create(Kind::Activity)),
    route("POST", "/activity/list", Act::CreateMany(Kind::Activity)),
    route("GET", "/activity/>forTimeSheet", Act::Own(actions::for_time_sheet)),
    route("GET", "/activity/{id}", Act::Get(Kind::Activity)),
    route("GET", "/timesheet/entry", Act::List(&ENTRIES)),
    route("POST", "/timesheet/entry", Act::Create(Kind::TimesheetEntry)),
    route("POST", "/timesheet/entry/list", Act::CreateMany(Kind::TimesheetEntry)),
    route("PUT", "/timesheet/entry/list", Act::UpdateMany(Kind::TimesheetEntry)),
    route("GET", "/timesheet/entry/>totalHours", Act::Own(actions::total_hours)),
    route("GET", "/timesheet/entry/{id}", Act::Get(Kind::TimesheetEntry)),
    route("PUT", "/timesheet/entry/{id}", Act::Update(Kind::TimesheetEntry)),
    route("DELETE", "/timesheet/entry/{id}", Act::Delete(Kind::TimesheetEntry)),
    route("GET", "/timesheet/month/byMonthNumber", Act::Own(actions::months)),
    route("GET", "/timesheet/month/byMonthNumberList", Act::Own(actions::months)),
    route("PUT", "/timesheet/month/:approve", Act::Own(actions::approve_months)),
    route("PUT", "/timesheet/month/:complete", Act::Own(actions::complete_months)),
    route("PUT", "/timesheet/month/:reopen", Act::Own(actions::reopen_months)),
    route("PUT", "/timesheet/month/:unapprove", Act::Own(actions::unapprove_months)),
    route("GET", "/timesheet/month/{id}", Act::Get(Kind::MonthlyStatus)),
    route("GET", "/timesheet/week", Act::Own(actions::weeks)),
    route("PUT", "/timesheet/week/:approve", Act::Own(actions::approve_week)),
    route("PUT", "/timesheet/week/:complete", Act::Own(actions::complete_week)),
    route("PUT", "/timesheet/week/:reopen", Act::Own(actions::reopen_week)),
    route("PUT", "/timesheet/week/:unapprove", Act::Own(actions::unapprove_week)),
    route("GET", "/timesheet/companyHoliday", Act::List(&HOLIDAYS)),
    route("POST", "/timesheet/companyHoliday", Act::Create(Kind::CompanyHolidays)),
    route("GET", "/timesheet/companyHoliday/{id}", Act::Get(Kind::CompanyHolidays)),
    route("DELETE", "/timesheet/companyHoliday/{id}", Act::Delete(Kind::CompanyHolidays)),
    route("GET", "/timesheet/settings", Act::Own(actions::time_sheet_settings)),
];

#[cfg(test)]
mod tests {
    use super::{Found, find};

    #[test]
    fn literal_paths_come_before_those_with_an_id() {
        let parts = |path: &str| path.split('/').skip(1).map(str::to_owned).collect::<Vec<_>>();
        let found = |method, path: &str| match find(method, &parts(path)) {
            Found::Route(route, argument) => format!("{} {argument:?}", route.name()),
            Found::Method => "method".into(),
            Found::Nothing => "nothing".into(),
        };
        assert_eq!(found("POST", "/timesheet/entry/list"), "POST /timesheet/entry/list None");
        assert_eq!(found("GET", "/timesheet/entry/7"), "GET /timesheet/entry/{id} Some(\"7\")");
        assert_eq!(found("GET", "/employee/type"), "GET /employee/{id} Some(\"type\")");
        assert_eq!(found("PATCH", "/employee"), "method");
        assert_eq!(found("GET", "/employee/1/2"), "nothing");
        assert_eq!(found("GET", "/nothing"), "nothing");
        assert_eq!(found("GET", "/employee/"), "nothing");
        assert!(matches!(find("DELETE", &["token", "session", "a/b="].map(str::to_owned)), Found::Route(..)));
    }
}
