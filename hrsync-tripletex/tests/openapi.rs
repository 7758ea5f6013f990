//! Every request that the connector makes is one that the vendor's OpenAPI document knows: path, parameters, the fields that are asked
//! for, and the keys of the body with their types.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::collections::BTreeSet;
use std::fs;

use hrsync_core::absence::Hundredths;
use hrsync_core::reconcile::{Decisions, Missing, Resolution, Select};
use hrsync_core::{Connector, Employee};
use hrsync_sandbox::tripletex::{Call, Kind};
use serde_json::{Value, json};
use time::macros::date;
use world::{World, connector, nov, vacation};

/// The vendor's document.
struct Document(Value);

impl Document {
    fn read() -> Option<Self> {
        let path = "/../../shared/vendors/tripletex-data/tripletex-openapi-2.74.00-trimmed-lite.json";
        match fs::read_to_string(format!("{}{path}", env!("CARGO_MANIFEST_DIR"))) {
            Ok(text) => Some(Self(serde_json::from_str(&text).unwrap())),
            Err(_) => {
                hrsync_testkit::skipped("the OpenAPI document of Tripletex");
                None
            }
        }
    }

    /// A schema, looked up where it is a reference.
    fn schema<'d>(&'d self, schema: &'d Value) -> &'d Value {
        match schema["$ref"].as_str() {
            Some(name) => &self.0["components"]["schemas"][name.rsplit('/').next().unwrap()],
            None => schema,
        }
    }

    /// What is wrong with a request.
    fn problems(&self, method: &str, path: &str, query: &str, body: &[u8]) -> Vec<String> {
        let operation = &self.0["paths"][path][method.to_lowercase()];
        if operation.is_null() {
            return vec![format!("{method} {path} is no operation")];
        }
        let mut problems = Vec::new();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let named = |name: &str| parameters.iter().find(|one| one["in"] == "query" && one["name"] == name);
        let given: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (name, value) in &given {
            let number = named(name).is_some_and(|one| one["schema"]["type"] == "integer");
            // `fields` is taken by writes too, and left out of the document there. [client]
            if named(name).is_none() && name != "fields" {
                problems.push(format!("{method} {path}: no parameter {name}"));
            } else if number && value.parse::<u64>().is_err() {
                problems.push(format!("{method} {path}: {name} is no number"));
            }
        }
        for one in parameters.iter().filter(|one| one["in"] == "query" && one["required"] == true) {
            if !given.iter().any(|(name, _)| one["name"] == name.as_str()) {
                problems.push(format!("{method} {path}: {} is missing", one["name"]));
            }
        }
        if let Some((_, fields)) = given.iter().find(|(name, _)| name == "fields") {
            let answer = operation["responses"].as_object().unwrap().values().next().unwrap();
            let content = answer["content"].as_object().unwrap().values().next().unwrap();
            let wrapper = self.schema(&content["schema"]);
            let value = &wrapper["properties"]["value"];
            let model = if value.is_null() { &wrapper["properties"]["values"]["items"] } else { value };
            self.fields(self.schema(model), fields, &mut problems);
        }
        if let Some(content) = operation["requestBody"]["content"].as_object() {
            let schema = &content.values().next().unwrap()["schema"];
            let body: Value = serde_json::from_slice(body).unwrap();
            self.value(schema, &body, &format!("{method} {path}"), &mut problems);
        } else if !body.is_empty() {
            problems.push(format!("{method} {path} takes no body"));
        }
        problems
    }

    /// `a,b(c,d)` of a model.
    fn fields(&self, model: &Value, text: &str, problems: &mut Vec<String>) {
        let (mut depth, mut start) = (0, 0);
        let mut parts = Vec::new();
        for (place, letter) in text.char_indices() {
            match letter {
                '(' => depth += 1,
                ')' => depth -= 1,
                ',' if depth == 0 => {
                    parts.push(&text[start..place]);
                    start = place + 1;
                }
                _ => {}
            }
        }
        parts.push(&text[start..]);
        for part in parts {
            let (name, inner) = match part.split_once('(') {
                Some((name, inner)) => (name, inner.strip_suffix(')')),
                None => (part, None),
            };
            let property = &model["properties"][name];
            if property.is_null() {
                problems.push(format!("no field {name}"));
            } else if let Some(inner) = inner {
                let of = if property["items"].is_null() { property } else { &property["items"] };
                self.fields(self.schema(of), inner, problems);
            }
        }
    }

    /// A value of a body. References are looked into as far as they are objects that are made along.
    fn value(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let schema = self.schema(schema);
        match value {
            Value::Object(keys) => {
                for (key, value) in keys {
                    let property = &schema["properties"][key];
                    if property.is_null() {
                        problems.push(format!("{at}: no key {key}"));
                    } else if property["readOnly"] == true {
                        problems.push(format!("{at}: {key} is read only"));
                    } else {
                        self.value(property, value, &format!("{at}.{key}"), problems);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.value(&schema["items"], item, at, problems)),
            Value::Null => {}
            other => {
                let fits = match schema["type"].as_str() {
                    Some("string") => other.is_string(),
                    Some("integer") => other.is_u64(),
                    Some("number") => other.is_number(),
                    Some("boolean") => other.is_boolean(),
                    _ => false,
                };
                let listed = schema["enum"].as_array().is_none_or(|values| values.contains(other));
                if !fits || !listed {
                    problems.push(format!("{at} is of another type"));
                }
            }
        }
    }
}

/// Lets the connector do everything that it can, and gives what it asked for.
async fn everything() -> Vec<Call> {
    let mut world = World::new(2).await;
    world.reconfigure(|builder| builder.department(None).log_in_access(true));
    let tripletex = connector(&world.sandbox, &world.clock, |builder| builder.department(None));
    tripletex.preflight().await.unwrap();
    tripletex.absences().unwrap().types().await.unwrap();
    world.copy_everybody();
    world.synchronise(&Decisions::new()).await;
    // Only one department is left, so that it is the one of new people.
    for department in world.sandbox.ids(Kind::Department).into_iter().skip(1) {
        world.sandbox.change(Kind::Department, department, &json!({"isInactive": true}));
    }
    let mut new = Employee::new("h9");
    new.given_name = Some("Ny".to_owned());
    new.family_name = Some("Oppdiktet".to_owned());
    new.email = Some("ny@firma.example".to_owned());
    new.birth_date = Some(date!(1990 - 01 - 01));
    new.phone = Some("+4792345678".to_owned());
    new.employee_number = Some("77".to_owned());
    new.bank.iban = Some("NO9386011117947".to_owned());
    new.employment.start = Some(date!(2026 - 01 - 01));
    let mut unborn = new.clone();
    unborn.id = "h8".to_owned();
    (unborn.email, unborn.birth_date) = (Some("u@firma.example".to_owned()), None);
    (unborn.employee_number, unborn.family_name) = (None, Some("Ufødt".to_owned()));
    world.host.put(new);
    world.host.put(unborn);
    let decisions =
        Decisions::new().create_in_vendor(Select::All).for_missing(Missing::Fill).for_conflicts(Resolution::Host);
    world.synchronise(&decisions).await;
    world.host.change("h8", |one| one.birth_date = Some(date!(1991 - 02 - 03)));
    world.host.change("h9", |one| {
        (one.phone, one.employment.end) = (None, Some(date!(2027 - 01 - 31)));
        one.employee_number = Some("78".to_owned());
    });
    world.synchronise(&decisions).await;
    let mut absence = vacation();
    (absence.person, absence.note) = ("h9".into(), Some("n".to_owned()));
    world.absences.put(absence);
    let push = || async { world.engine.push_absences(&["h9".into()]).await.unwrap() };
    push().await;
    world.absences.change("a1", |one| (one.grade, one.note, one.start) = (Hundredths::whole(50), None, nov(24)));
    push().await;
    world.sandbox.calls()
}

#[tokio::test(start_paused = true)]
async fn every_request_is_one_of_the_document() {
    let Some(document) = Document::read() else { return };
    let calls = everything().await;
    let mut seen = BTreeSet::new();
    for call in &calls {
        assert!(call.status < 300, "{call:?}");
        let (method, path) = call.resource.split_once(' ').unwrap();
        let problems = document.problems(method, path, &call.query, &call.body);
        assert!(problems.is_empty(), "{problems:?}");
        seen.insert(call.resource.as_str());
    }
    let all = [
        "DELETE /timesheet/entry/{id}",
        "GET /activity",
        "GET /department",
        "GET /division",
        "GET /employee",
        "GET /employee/employment",
        "GET /employee/entitlement",
        "GET /employee/standardTime",
        "GET /employee/{id}",
        "GET /salary/settings/standardTime",
        "GET /timesheet/entry",
        "GET /timesheet/month/byMonthNumberList",
        "GET /timesheet/week",
        "GET /token/session/>whoAmI",
        "POST /employee",
        "POST /employee/employment",
        "POST /timesheet/entry/list",
        "POST /token/session/:create",
        "PUT /employee/employment/{id}",
        "PUT /employee/{id}",
        "PUT /timesheet/entry/list",
    ];
    assert_eq!(seen, BTreeSet::from(all));
}

#[test]
fn a_request_that_is_wrong_is_found() {
    let Some(document) = Document::read() else { return };
    for (method, path, query, body) in [
        ("GET", "/employees", "", ""),
        ("GET", "/employee", "nameContains=x", ""),
        ("GET", "/employee", "fields=id,startDate", ""),
        ("GET", "/employee", "fields=id,employments(id,begin)", ""),
        ("GET", "/employee", "from=first", ""),
        ("GET", "/timesheet/entry", "dateFrom=2026-11-01", ""),
        ("POST", "/employee", "", r#"{"startDate":"2026-11-01"}"#),
        ("POST", "/employee", "", r#"{"userType":"ADMIN"}"#),
        ("POST", "/employee", "", r#"{"displayName":"x"}"#),
        ("POST", "/employee", "", r#"{"employments":[{"startDate":20261101}]}"#),
        ("POST", "/timesheet/entry/list", "", r#"[{"hours":"7.5"}]"#),
        ("GET", "/employee", "", "{}"),
    ] {
        assert!(!document.problems(method, path, query, body.as_bytes()).is_empty(), "{method} {path} {query} {body}");
    }
}
