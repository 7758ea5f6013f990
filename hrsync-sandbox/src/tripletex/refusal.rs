//! Refusals and the error envelope.

use serde_json::{Value, json};

use super::reconstructed::{RATE_LIMIT_CODE, RATE_LIMIT_MESSAGE};
use super::texts::{CONSUMER_TOKEN, ID_LIST, Language, NULL, RANGE, Text, VALIDATION};

/// One complaint about a field.
// No Debug: details may be personal data.
#[derive(Clone)]
pub(crate) struct Complaint {
    field: Option<String>,
    path: Option<String>,
    text: &'static Text,
    details: Vec<String>,
}

impl Complaint {
    /// About a field, as the business rules word it: without a path.
    pub(crate) fn of(field: impl Into<String>, text: &'static Text) -> Self {
        Self { field: Some(field.into()), path: None, text, details: Vec::new() }
    }

    /// About the object as a whole.
    pub(crate) fn whole(text: &'static Text) -> Self {
        Self { field: None, path: None, text, details: Vec::new() }
    }

    pub(crate) fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    pub(crate) fn with(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }

    fn envelope(&self, language: Language) -> Value {
        json!({
            "field": self.field,
            "message": self.text.say(language, &self.details),
            "path": self.path,
            "rootId": null,
        })
    }
}

/// What the message of a refusal is.
#[derive(Clone)]
enum Said {
    Null,
    Fixed(String),
    /// A text in the caller's language.
    Told(&'static Text, Vec<String>),
}

/// Why a request was refused.
// No Debug: details may be personal data.
#[derive(Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: u32,
    message: Said,
    developer: Option<&'static str>,
    complaints: Option<Vec<Complaint>>,
}

impl Refusal {
    fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: Said::Fixed(message.into()), developer: None, complaints: None }
    }

    fn complaining(status: u16, code: u32, message: impl Into<String>, complaints: Vec<Complaint>) -> Self {
        Self { complaints: Some(complaints), ..Self::new(status, code, message) }
    }

    pub(crate) fn unauthorized() -> Self {
        let developer = Some("Could not log in. Check login info in Authorization header.");
        Self { developer, ..Self::new(401, 3000, "Unauthorized") }
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(403, 9000, "You do not have permission to access this feature.")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, 6000, "Object not found")
    }

    pub(crate) fn method() -> Self {
        Self::new(400, 4000, "HTTP 405 Method Not Allowed")
    }

    /// A name in `fields` that the model has not.
    pub(crate) fn fields(name: &str, model: &str) -> Self {
        let message =
            format!("Illegal field in fields filter: {name}. {name} does not match a field in the model: {model}DTO");
        Self::new(400, 11_000, message)
    }

    pub(crate) fn sorting(name: &str) -> Self {
        let message = format!("Field specified for use in sorting does not exist: '{name}'");
        Self::complaining(422, 17_000, message, Vec::new())
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(422, 23_000, format!("Result set too large. Limit of {limit} reached."))
    }

    pub(crate) fn not_a_number(input: &str) -> Self {
        Self::new(422, 21_000, format!("Wrong data format! Expected number. For input string: \"{input}\""))
    }

    pub(crate) fn id_list(parameter: &str) -> Self {
        let message = Said::Told(&ID_LIST, vec![parameter.into()]);
        Self { message, ..Self::new(422, 12_000, "") }
    }

    /// Query parameters that are missing or cannot be read.
    pub(crate) fn parameters(complaints: Vec<Complaint>) -> Self {
        Self::complaining(422, 15_000, "Validation failed", complaints)
    }

    pub(crate) fn missing(parameters: &[&str]) -> Self {
        Self::parameters(parameters.iter().map(|name| Complaint::of(*name, &NULL)).collect())
    }

    /// A body that is not an object of the model.
    pub(crate) fn mapping(complaints: Vec<Complaint>) -> Self {
        Self::complaining(422, 16_000, "Request mapping failed", complaints)
    }

    pub(crate) fn json() -> Self {
        Self::new(422, 22_000, "Invalid JSON")
    }

    /// The first look at a body: shape.
    pub(crate) fn shape(complaints: Vec<Complaint>) -> Self {
        let message = Said::Told(&VALIDATION, Vec::new());
        Self { message, ..Self::complaining(422, 18_000, "", complaints) }
    }

    /// The second look: business rules.
    pub(crate) fn rules(complaints: Vec<Complaint>) -> Self {
        Self { developer: Some("VALIDATION_ERROR"), ..Self::shape(complaints) }
    }

    pub(crate) fn rule(field: &str, text: &'static Text) -> Self {
        Self::rules(vec![Complaint::of(field, text)])
    }

    /// The consumer token is of nobody.
    pub(crate) fn consumer_token() -> Self {
        Self::argument("arg:consumerToken", &CONSUMER_TOKEN)
    }

    /// A complaint about an argument of a session's creation.
    pub(crate) fn argument(name: &str, text: &'static Text) -> Self {
        Self::shape(vec![Complaint::of(name, text).at(name)])
    }

    /// An object that exists.
    pub(crate) fn exists(text: &'static Text) -> Self {
        Self { message: Said::Told(text, Vec::new()), ..Self::new(409, 7000, "") }
    }

    pub(crate) fn conflict(code: u32, message: &str) -> Self {
        Self::new(409, code, message)
    }

    /// The range of a filter is empty.
    pub(crate) fn empty_range(from: &str, to: &str) -> Self {
        Self::rules(vec![Complaint::whole(&RANGE).with(vec![from.into(), to.into()])])
    }

    pub(crate) fn rate() -> Self {
        Self::new(429, RATE_LIMIT_CODE, RATE_LIMIT_MESSAGE)
    }

    /// What the service says when something broke: nothing.
    pub(crate) fn unspecified(status: u16) -> Self {
        let message = if status < 500 { Said::Fixed("Unspecified exception".into()) } else { Said::Null };
        Self { message, ..Self::new(status, 1000, "") }
    }

    pub(crate) fn envelope(&self, language: Language, request_id: &str) -> Value {
        let message = match &self.message {
            Said::Null => Value::Null,
            Said::Fixed(text) => text.as_str().into(),
            Said::Told(text, details) => text.say(language, details).into(),
        };
        let complaints = self.complaints.as_ref().map(|all| all.iter().map(|one| one.envelope(language)).collect());
        json!({
            "status": self.status,
            "code": self.code,
            "message": message,
            "link": "https://tripletex.no/v2-docs/",
            "developerMessage": self.developer,
            "validationMessages": complaints.map_or(Value::Null, Value::Array),
            "requestId": request_id,
        })
    }
}
