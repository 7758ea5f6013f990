//! What the service says when it does not do something.
//!
//! The body's `code` decides, then the HTTP status; never a text, whose language is that of the token's owner. A refusal with code
//! 18000 comes in two shapes: of bean validation, with paths that begin with the word `null`, and of business rules, without paths.
//! Both name fields. \[client\]

use bytes::Bytes;
use hrsync_core::{Error, ErrorKind, FieldId, Fixer, Outcome, Retry};
use hrsync_http::status_error;
use serde::Deserialize;

use crate::VENDOR;
use crate::auth::TOKEN_REFUSED;
use crate::mapping::field_at;
use crate::reconstructed::{LOCKED_FIELD, PASSING_CONFLICT};
use crate::rights::{RIGHT_MISSING, Right};
use crate::texts::{ACTIVITIES, API_ACCESS, MONTHLY_OVERVIEW, REGISTRATION};

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $right:expr, $gone:expr;)+) => {
        /// The requests there are, by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Operation { $($(#[$doc])* $name,)+ }

        impl Operation {
            /// The name in errors and traces.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The right that it takes. \[doc\]
            pub const fn right(self) -> Option<Right> {
                match self { $(Self::$name => $right,)+ }
            }

            /// What is not there when there is no such object.
            const fn gone(self) -> &'static Gone {
                match self { $(Self::$name => $gone,)+ }
            }
        }
    };
}

/// What is not there, and what to do about it.
struct Gone {
    message: &'static str,
    hint: Option<&'static str>,
}

const OBJECT: Gone = Gone { message: "Tripletex has no such object", hint: None };
const PERSON: Gone = Gone {
    message: "Tripletex has no such employee any more",
    hint: Some(
        "in the HR application link the person with the employee that they are in Tripletex now, or take the link away",
    ),
};
const EMPLOYMENT: Gone = Gone {
    message: "Tripletex has no such employment any more",
    hint: Some("compare the person's employments in Tripletex, and synchronise by hand"),
};
const PLACE: Gone = Gone {
    message: "Tripletex has no such department or business unit",
    hint: Some(
        "correct the ids of department and business unit in the settings of the integration, or leave them out where there is only one of each",
    ),
};
const OF_EMPLOYMENT: Gone = Gone {
    message: "Tripletex has no such business unit, or no such employee any more",
    hint: Some(
        "correct the id of the business unit in the settings of the integration; if it is the employee who is gone, link the person with the \
         employee that they are now, or take the link away",
    ),
};
const OF_ENTRY: Gone = Gone {
    message: "Tripletex has no such activity, employee or time sheet entry any more",
    hint: Some(
        "in the settings of absences map the type to an activity that is there; if it is the employee who is gone, link the person with \
         the employee that they are now, or take the link away",
    ),
};
const ENTRY: Gone = Gone { message: "Tripletex has no such time sheet entry any more", hint: None };

operations! {
    /// A session from the two tokens.
    CreateSession = "create session", None, &OBJECT;
    /// Who the token belongs to.
    WhoAmI = "who am I", None, &OBJECT;
    /// The token's rights.
    Entitlements = "list entitlements", Some(Right::Employees), &OBJECT;
    /// People.
    Employees = "list employees", Some(Right::Employees), &OBJECT;
    /// One person.
    Employee = "read employee", Some(Right::Employees), &PERSON;
    /// A new person.
    CreateEmployee = "create employee", Some(Right::AddPeople), &PLACE;
    /// A change of a person.
    UpdateEmployee = "update employee", Some(Right::Employees), &PERSON;
    /// The employments of a person.
    Employments = "list employments", Some(Right::Employees), &PERSON;
    /// A new employment.
    CreateEmployment = "create employment", Some(Right::Employees), &OF_EMPLOYMENT;
    /// A change of an employment.
    UpdateEmployment = "update employment", Some(Right::Employees), &EMPLOYMENT;
    /// The company's departments.
    Departments = "list departments", Some(Right::Company), &OBJECT;
    /// The company's business units.
    Divisions = "list business units", Some(Right::Company), &OBJECT;
    /// Activities.
    Activities = "list activities", Some(Right::TimeSheets), &OBJECT;
    /// The working days of a person.
    OwnStandards = "list standard times of an employee", Some(Right::Employees), &PERSON;
    /// The working days of the company.
    CompanyStandards = "list standard times of the company", Some(Right::Company), &OBJECT;
    /// Time sheet entries.
    Entries = "list time sheet entries", Some(Right::TimeSheets), &PERSON;
    /// New time sheet entries.
    CreateEntries = "create time sheet entries", Some(Right::TimeSheets), &OF_ENTRY;
    /// Changes of time sheet entries.
    UpdateEntries = "update time sheet entries", Some(Right::TimeSheets), &OF_ENTRY;
    /// Away with a time sheet entry.
    DeleteEntry = "delete time sheet entry", Some(Right::TimeSheets), &ENTRY;
    /// Months of time sheets.
    Months = "list time sheet months", Some(Right::TimeSheets), &PERSON;
    /// Weeks of time sheets.
    Weeks = "list time sheet weeks", Some(Right::TimeSheets), &PERSON;
}

/// The body of an error. \[spec\]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiError {
    code: Option<i64>,
    message: Option<String>,
    developer_message: Option<String>,
    validation_messages: Option<Vec<ValidationMessage>>,
    request_id: Option<String>,
}

#[derive(Deserialize)]
struct ValidationMessage {
    field: Option<String>,
    message: Option<String>,
    path: Option<String>,
}

impl ValidationMessage {
    /// The field it is about. A path is more exact where it has list indexes; that of bean validation begins with `null`. A parameter of
    /// the call is named after `arg:`. \[client\]
    fn field(&self) -> Option<&str> {
        let path = self.path.as_deref().map(|path| path.trim_start_matches("null.")).filter(|path| path.contains('['));
        // A name, and nothing that somebody may have typed.
        let is_name = |text: &&str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._[]".contains(&byte))
        };
        let field = self.field.as_deref().map(|field| field.trim_start_matches("arg:"));
        path.or(field).filter(is_name)
    }
}

/// The header under which the service tells the request's id. \[spec\]
const REQUEST_ID: &str = "x-tlx-request-id";

/// What a code means.
struct CodeRule {
    code: i64,
    kind: ErrorKind,
    name: &'static str,
    message: &'static str,
    retry: Retry,
    fixer: Fixer,
    hint: Option<&'static str>,
}

const fn rule(code: i64, kind: ErrorKind, name: &'static str, message: &'static str, fixer: Fixer) -> CodeRule {
    CodeRule { code, kind, name, message, retry: Retry::Never, fixer, hint: None }
}

/// The code of errors about a request that is not as the interface wants it.
pub(crate) const REQUEST_REFUSED: &str = "tripletex.request_refused";

/// The request is not as the interface wants it: a defect here, or a new version there.
const fn defect(code: i64, message: &'static str) -> CodeRule {
    rule(code, ErrorKind::InvalidData, REQUEST_REFUSED, message, Fixer::HostDeveloper)
}

/// Hours that cannot be written any more.
const LOCKED: CodeRule = CodeRule {
    hint: Some(MONTHLY_OVERVIEW),
    ..rule(
        10_000,
        ErrorKind::Locked,
        "tripletex.locked",
        "the period is approved in Tripletex, or its hours are invoiced or paid",
        Fixer::PayrollClerk,
    )
};

/// The code of errors about what is not there.
const NOT_FOUND: &str = "tripletex.not_found";

/// The code of errors about a value, until more is known of its field.
const VALUE_REFUSED: &str = "tripletex.value_refused";

/// The codes are documented; every one of them is a refusal, so that nothing was done.
const CODES: &[CodeRule] = &[
    CodeRule {
        hint: Some(API_ACCESS),
        ..rule(
            3000,
            ErrorKind::Unauthenticated,
            TOKEN_REFUSED,
            "Tripletex refuses the session or the token",
            Fixer::VendorAdministrator,
        )
    },
    rule(6000, ErrorKind::NotFound, NOT_FOUND, OBJECT.message, Fixer::HostAdministrator),
    rule(
        7000,
        ErrorKind::AlreadyExists,
        "tripletex.already_exists",
        "Tripletex has that entry already",
        Fixer::HostAdministrator,
    ),
    rule(
        14_000,
        ErrorKind::AlreadyExists,
        "tripletex.already_exists",
        "Tripletex has that entry already",
        Fixer::HostAdministrator,
    ),
    // It is of no use to send the same version again; the next run reads the new one.
    CodeRule {
        retry: Retry::Exhausted,
        ..rule(
            8000,
            ErrorKind::VersionMismatch,
            "tripletex.version",
            "somebody changed the object in Tripletex since it was read",
            Fixer::Nobody,
        )
    },
    rule(
        9000,
        ErrorKind::PermissionDenied,
        RIGHT_MISSING,
        "the employee token has not got the right to do this",
        Fixer::VendorAdministrator,
    ),
    LOCKED,
    rule(18_000, ErrorKind::InvalidData, VALUE_REFUSED, "Tripletex refuses a value", Fixer::HostAdministrator),
    defect(4000, "Tripletex does not take the request"),
    defect(11_000, "Tripletex does not know a field that was asked for"),
    defect(12_000, "Tripletex does not take a list of ids"),
    defect(15_000, "Tripletex does not take a parameter of the request"),
    defect(16_000, "Tripletex does not know a field that was sent, or not in that form"),
    defect(17_000, "Tripletex does not know a field to sort by"),
    defect(21_000, "Tripletex does not take an id in the address"),
    defect(22_000, "Tripletex does not take the request's content"),
    defect(23_000, "Tripletex does not give so long a list"),
    defect(24_000, "Tripletex could not decipher the request"),
];

/// What a refusal of a field means.
struct FieldRule {
    field: &'static str,
    name: &'static str,
    message: &'static str,
    fixer: Fixer,
    hint: &'static str,
}

const fn field(field: &'static str, name: &'static str, message: &'static str, hint: &'static str) -> FieldRule {
    FieldRule { field, name, message, fixer: Fixer::HostAdministrator, hint }
}

const BIRTH_DATE: &str = "add the date of birth in the HR application, then synchronise by hand";
const DEPARTMENT: &str = "the company has several departments, or none: enter the id of the one for people who are added under \
                          Department in the settings of the integration (GET /department of the interface tells ids and names); \
                          departments are set up in Tripletex under Company > Department (Selskap > Avdeling). If the person is there, \
                          choose the department on their page: Company > Employees (Selskap > Ansatt)";
const DIVISION: &str = "choose the business unit of employments in the settings of the integration; give the employment one in \
                        Tripletex, if it is there";

/// Fields whose refusal has one meaning. \[client\]
const FIELDS: &[FieldRule] = &[
    field(
        "dateOfBirth",
        "tripletex.birth_date",
        "Tripletex refuses the date of birth, or takes nothing of this person without one",
        BIRTH_DATE,
    ),
    field(
        "employee.dateOfBirth",
        "tripletex.birth_date",
        "Tripletex takes no employment of a person without a date of birth",
        BIRTH_DATE,
    ),
    field("department.id", "tripletex.department", "Tripletex wants a department for this person", DEPARTMENT),
    field("division.id", "tripletex.division", "Tripletex wants a business unit for the employment", DIVISION),
    field(
        "employments.division.id",
        "tripletex.division",
        "Tripletex wants a business unit for the employment",
        DIVISION,
    ),
    field(
        "email",
        "tripletex.email",
        "Tripletex refuses the e-mail address: it is missing for somebody who may log in, malformed, or another user has it",
        "correct the e-mail address in the HR application; letters beyond a to z are not taken",
    ),
    field(
        "employeeNumber",
        "tripletex.employee_number",
        "Tripletex refuses the employment ID: somebody else has it already",
        "give one of the two people another employment ID",
    ),
    field(
        "bankAccountNumber",
        "tripletex.bank_account",
        "Tripletex refuses the bank account number",
        "correct the account in the HR application",
    ),
    FieldRule {
        fixer: Fixer::PayrollClerk,
        ..field(
            "startDate",
            "tripletex.employment_start",
            "Tripletex refuses the first workday: employments overlap, or pay was changed before that day",
            "compare the person's employments in Tripletex",
        )
    },
    FieldRule {
        fixer: Fixer::VendorAdministrator,
        ..field("activity.id", "tripletex.activity", "Tripletex does not let the activity be used", ACTIVITIES)
    },
    FieldRule {
        fixer: Fixer::VendorAdministrator,
        ..field(
            "employee.id",
            "tripletex.no_registration",
            "Tripletex lets no hours be registered on this employee",
            REGISTRATION,
        )
    },
];

/// Judges an answer.
///
/// # Errors
/// The service did not do what was asked, and why.
pub fn classify(operation: Operation, answer: &http::Response<Bytes>) -> Result<(), Error> {
    let Some(by_status) = status_error(VENDOR, operation.name(), answer) else { return Ok(()) };
    let header = answer.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).map(str::to_owned);
    let Ok(body) = serde_json::from_slice::<ApiError>(answer.body()) else {
        let by_status = by_right(by_status, operation);
        return Err(header.into_iter().fold(by_status, |error, id| error.with_request_id(id)));
    };
    Err(describe(operation, answer.status().as_u16(), by_status, body, header))
}

fn describe(operation: Operation, status: u16, by_status: Error, body: ApiError, header: Option<String>) -> Error {
    let messages = body.validation_messages.unwrap_or_default();
    let known = body.code.and_then(|code| CODES.iter().find(|rule| rule.code == code));
    // After a failure of the service nobody knows what was done, whatever its code.
    let mut error = match known.filter(|_| status < 500 && status != 429) {
        Some(rule) => {
            let error = Error::new(rule.kind, rule.message)
                .with_code(rule.name)
                .with_vendor(VENDOR)
                .with_operation(operation.name())
                .with_http_status(status)
                .with_outcome(Outcome::Rejected)
                .with_retry(rule.retry)
                .with_fixer(rule.fixer);
            rule.hint.into_iter().fold(error, Error::with_hint)
        }
        None if status == 409 && body.code == Some(PASSING_CONFLICT) => {
            by_status.with_retry(Retry::Later(None)).with_code("tripletex.conflict")
        }
        None => by_status,
    };
    error = by_right(error, operation);
    if error.code() == NOT_FOUND {
        let Gone { message, hint } = operation.gone();
        error = hint
            .iter()
            .fold(said(&error, error.kind(), *message).with_code(NOT_FOUND), |error, hint| error.with_hint(*hint));
    }
    let mut fields: Vec<&str> = messages.iter().filter_map(ValidationMessage::field).collect();
    fields.sort_unstable();
    fields.dedup();
    if error.code() == VALUE_REFUSED {
        error = by_field(error, operation, &fields);
    }
    for field in fields {
        let known = field_at(field).map(FieldId::name);
        error = error.with_field_path(known.map_or_else(|| field.to_owned(), str::to_owned));
    }
    if let Some(code) = body.code {
        error = error.with_vendor_code(code.to_string());
    }
    if let Some(id) = body.request_id.or(header).filter(|id| id.bytes().all(|byte| byte.is_ascii_graphic())) {
        error = error.with_request_id(id);
    }
    let words = words(body.message.as_deref(), body.developer_message.as_deref(), &messages);
    if words.is_empty() { error } else { error.with_sensitive_detail(words) }
}

/// Names the right that is missing.
fn by_right(error: Error, operation: Operation) -> Error {
    match (error.kind(), operation.right()) {
        (ErrorKind::PermissionDenied, Some(right)) => right.refused(said(&error, error.kind(), right.missing())),
        _ => error,
    }
}

/// Says what the refusal of a field means, where it has one meaning.
fn by_field(error: Error, operation: Operation, fields: &[&str]) -> Error {
    let of_hours = matches!(operation, Operation::CreateEntries | Operation::UpdateEntries | Operation::DeleteEntry);
    if of_hours && fields == [LOCKED_FIELD] {
        return said(&error, ErrorKind::Locked, LOCKED.message)
            .with_code(LOCKED.name)
            .with_fixer(LOCKED.fixer)
            .with_hint(MONTHLY_OVERVIEW);
    }
    match FIELDS.iter().find(|rule| fields.contains(&rule.field)) {
        Some(rule) => {
            said(&error, error.kind(), rule.message).with_code(rule.name).with_fixer(rule.fixer).with_hint(rule.hint)
        }
        None => error,
    }
}

/// The error with another message.
fn said(error: &Error, kind: ErrorKind, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    let said = Error::new(kind, message)
        .with_vendor(VENDOR)
        .with_outcome(error.outcome())
        .with_retry(error.retry())
        .with_fixer(error.fixer());
    let said = error.operation().into_iter().fold(said, Error::with_operation);
    error.http_status().into_iter().fold(said, Error::with_http_status)
}

/// The vendor's own words, for those who are entitled to see them.
fn words(message: Option<&str>, developer: Option<&str>, messages: &[ValidationMessage]) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(message.map(str::to_owned));
    words.extend(developer.filter(|text| *text != "VALIDATION_ERROR").map(str::to_owned));
    for one in messages {
        let text = one.message.as_deref().unwrap_or_default();
        words.push(match one.field.as_deref().filter(|field| !field.is_empty()) {
            Some(field) => format!("{field}: {text}"),
            None => text.to_owned(),
        });
    }
    words.join("\n")
}
