//! From the body of a request to a draft of an object, and the first look at it.
//!
//! Two steps, as in the service: mapping (names and types, code 16000) and, when that went through, the shape (what is
//! there and how long, code 18000). Each reports everything it finds.

use std::collections::BTreeMap;

use serde_json::Value;

use super::model::{Access, Demand, Field, Kind, Model, Shape};
use super::reconstructed;
use super::refusal::{Complaint, Refusal};
use super::texts::{EMPTY, LENGTH, NULL, UNKNOWN_FIELD, WRONG_TYPE};
use crate::clock::parse_date;

/// What a body says about an object: the keys that it has, with values as a [`Record`](super::record::Record) holds them.
// No Debug: personal data.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) id: Option<u64>,
    pub(crate) version: Option<u32>,
    pub(crate) values: BTreeMap<&'static str, Value>,
    /// Objects that are written together with this one.
    pub(crate) nested: Vec<(&'static Field, Vec<Draft>)>,
}

impl Draft {
    /// Whether the body has the key, be it with null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }
}

/// Where in the body something is: with dots only as `field`, with the places of lists as `path`.
#[derive(Clone)]
struct At {
    field: String,
    path: String,
}

impl At {
    fn top() -> Self {
        Self { field: String::new(), path: String::new() }
    }

    fn key(&self, name: &str) -> Self {
        let join = |text: &str| if text.is_empty() { name.to_owned() } else { format!("{text}.{name}") };
        Self { field: join(&self.field), path: join(&self.path) }
    }

    fn place(&self, index: usize) -> Self {
        Self { field: self.field.clone(), path: format!("{}[{index}]", self.path) }
    }

    fn wrong(&self) -> Complaint {
        Complaint::of(&*self.field, &WRONG_TYPE).at(&*self.path)
    }
}

/// One object.
pub(crate) fn one(body: &[u8], kind: Kind) -> Result<Draft, Refusal> {
    let value = parse(body)?;
    let mut wrong = Vec::new();
    let draft = object(kind.model(), &value, &At::top(), &mut wrong);
    finish(draft, wrong)
}

/// A list of objects.
pub(crate) fn many(body: &[u8], kind: Kind) -> Result<Vec<Draft>, Refusal> {
    let value = parse(body)?;
    let mut wrong = Vec::new();
    let drafts = list(kind.model(), &value, &At::top(), &mut wrong);
    finish(drafts, wrong)
}

fn parse(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::json())
}

fn finish<T>(read: Option<T>, wrong: Vec<Complaint>) -> Result<T, Refusal> {
    match read {
        Some(draft) if wrong.is_empty() => Ok(draft),
        _ => Err(Refusal::mapping(wrong)),
    }
}

fn list(model: &'static Model, value: &Value, at: &At, wrong: &mut Vec<Complaint>) -> Option<Vec<Draft>> {
    let Value::Array(items) = value else {
        wrong.push(at.wrong());
        return None;
    };
    items.iter().enumerate().map(|(index, item)| object(model, item, &at.place(index), wrong)).collect()
}

fn object(model: &'static Model, value: &Value, at: &At, wrong: &mut Vec<Complaint>) -> Option<Draft> {
    let Value::Object(map) = value else {
        wrong.push(at.wrong());
        return None;
    };
    let mut draft = Draft { id: None, version: None, values: BTreeMap::new(), nested: Vec::new() };
    for (name, value) in map {
        let at = at.key(name);
        match model.field(name) {
            Some(field) if field.access == Access::ReadOnly => {}
            Some(field) => take(field, value, &at, wrong, &mut draft),
            None if !model.plain && ["url", "changes"].contains(&name.as_str()) => {}
            None if !model.plain && name == "id" => draft.id = whole(value, &at, wrong),
            None if !model.plain && name == "version" => {
                draft.version = whole(value, &at, wrong).and_then(|number| u32::try_from(number).ok());
            }
            None => wrong.push(Complaint::of(&*at.field, &UNKNOWN_FIELD)),
        }
    }
    Some(draft)
}

/// A whole number or nothing.
fn whole(value: &Value, at: &At, wrong: &mut Vec<Complaint>) -> Option<u64> {
    if !value.is_null() && value.as_u64().is_none() {
        wrong.push(at.wrong());
    }
    value.as_u64()
}

fn take(field: &'static Field, value: &Value, at: &At, wrong: &mut Vec<Complaint>, draft: &mut Draft) {
    let fits = match field.shape {
        // Null empties a field.
        _ if value.is_null() => {
            draft.values.insert(field.name, field.unset());
            return;
        }
        Shape::Rows(kind) => {
            draft.nested.extend(list(kind.model(), value, at, wrong).map(|drafts| (field, drafts)));
            return;
        }
        Shape::Own(kind) => {
            draft.nested.extend(object(kind.model(), value, at, wrong).map(|own| (field, vec![own])));
            return;
        }
        Shape::Part(kind) => {
            if let Some(part) = object(kind.model(), value, at, wrong) {
                let whole = kind.model().unset().chain(part.values);
                draft
                    .values
                    .insert(field.name, Value::Object(whole.map(|(name, value)| (name.into(), value)).collect()));
            }
            return;
        }
        Shape::Reference(kind) => {
            draft.values.insert(field.name, reference(kind.model(), value, at, wrong));
            return;
        }
        Shape::Text(..) => value.is_string(),
        Shape::Date => value.as_str().is_some_and(|text| parse_date(text).is_some()),
        Shape::Decimal => value.is_number(),
        Shape::Whole => value.is_i64() || value.is_u64(),
        Shape::Flag => value.is_boolean(),
        Shape::Choice(names) => value.as_str().is_some_and(|name| names.contains(&name)),
    };
    if fits {
        draft.values.insert(field.name, value.clone());
    } else {
        wrong.push(at.wrong());
    }
}

/// A reference counts by its id only: one by any other key is silently none.
fn reference(model: &'static Model, value: &Value, at: &At, wrong: &mut Vec<Complaint>) -> Value {
    object(model, value, at, wrong).and_then(|other| other.id).map_or(Value::Null, Value::from)
}

/// The complaints of the first look. `creating`: what is not there is missing.
pub(crate) fn look(kind: Kind, draft: &Draft, creating: bool, place: Option<usize>) -> Result<(), Refusal> {
    let mut complaints = Vec::new();
    let at = At { field: String::new(), path: reconstructed::list_path(place) };
    shape(kind.model(), draft, creating, &at, &mut complaints);
    if complaints.is_empty() { Ok(()) } else { Err(Refusal::shape(complaints)) }
}

fn shape(model: &'static Model, draft: &Draft, creating: bool, at: &At, complaints: &mut Vec<Complaint>) {
    for field in model.fields {
        let at = at.key(field.name);
        let complain = |text| Complaint::of(&*at.field, text).at(&*at.path);
        let sent = draft.values.get(field.name);
        let missing = match sent {
            None => creating,
            Some(value) => value.is_null() || (field.demand != Demand::Present && value.as_str() == Some("")),
        };
        match field.demand {
            Demand::Present if missing => complaints.push(complain(&NULL)),
            Demand::Filled if missing => complaints.extend([complain(&NULL), complain(&EMPTY)]),
            Demand::NotEmpty if missing => complaints.push(complain(&EMPTY)),
            _ => {}
        }
        if let (Shape::Text(min, max), Some(Value::String(text))) = (field.shape, sent)
            && !(min..=max).contains(&text.chars().count())
        {
            complaints.push(complain(&LENGTH).with(vec![min.to_string(), max.to_string()]));
        }
    }
    for (field, drafts) in &draft.nested {
        let (Shape::Rows(kind) | Shape::Own(kind)) = field.shape else { continue };
        let at = at.key(field.name);
        for (index, nested) in drafts.iter().enumerate() {
            let at = if matches!(field.shape, Shape::Rows(_)) { at.place(index) } else { at.clone() };
            shape(kind.model(), nested, creating && nested.id.is_none(), &at, complaints);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Kind, look, many, one};
    use crate::tripletex::refusal::Refusal;
    use crate::tripletex::texts::Language;

    fn said(refusal: Refusal) -> (u32, Vec<(Value, Value)>) {
        let envelope = refusal.envelope(Language::Norwegian, "");
        let complaints = envelope["validationMessages"].as_array().unwrap();
        (refusal.code, complaints.iter().map(|one| (one["field"].clone(), one["path"].clone())).collect())
    }

    fn refused(kind: Kind, body: &Value) -> (u32, Vec<(Value, Value)>) {
        let body = body.to_string();
        let outcome = one(body.as_bytes(), kind).and_then(|draft| look(kind, &draft, true, None));
        said(outcome.err().unwrap())
    }

    #[test]
    fn names_and_types_come_first() {
        assert_eq!(
            refused(Kind::Employee, &json!({"startDate": "2026-01-01"})),
            (16_000, vec![(json!("startDate"), Value::Null)])
        );
        assert_eq!(
            refused(Kind::TimesheetEntry, &json!({"employee": {"id": "x"}, "date": "1.1.2026", "hours": "7"})),
            (16_000, ["date", "employee.id", "hours"].map(|name| (json!(name), json!(name))).to_vec(),)
        );
        assert_eq!(
            refused(Kind::Employee, &json!({"employments": [{"employmentDetails": [{"employmentType": "X"}]}]})),
            (
                16_000,
                vec![(
                    json!("employments.employmentDetails.employmentType"),
                    json!("employments[0].employmentDetails[0].employmentType")
                )]
            )
        );
        assert_eq!(said(many(b"{}", Kind::Activity).err().unwrap()), (16_000, vec![(json!(""), json!(""))]));
        assert_eq!(one(b"{", Kind::Activity).err().unwrap().code, 22_000);
    }

    #[test]
    fn read_only_keys_are_ignored_and_references_count_by_id() {
        let body =
            json!({"id": 5, "version": 2, "url": "x", "displayName": 7, "department": {"name": "X"}, "email": null});
        let draft = one(body.to_string().as_bytes(), Kind::Employee).ok().unwrap();
        assert_eq!((draft.id, draft.version), (Some(5), Some(2)));
        assert_eq!(draft.values.into_iter().collect::<Vec<_>>(), [("department", Value::Null), ("email", json!(""))]);
    }

    #[test]
    fn then_the_shape() {
        assert_eq!(
            refused(Kind::TimesheetEntry, &json!({})),
            (
                18_000,
                [("activity", "null.activity"), ("date", "null.date"), ("employee", "null.employee")]
                    .map(|(field, path)| (json!(field), json!(path)))
                    .to_vec()
            )
        );
        assert_eq!(refused(Kind::Department, &json!({})).1.len(), 2);
        assert_eq!(refused(Kind::Division, &json!({})).1.len(), 1);
        assert_eq!(
            refused(Kind::Employee, &json!({"firstName": "", "lastName": "x".repeat(101)})).1,
            [(json!("firstName"), json!("null.firstName")), (json!("lastName"), json!("null.lastName"))]
        );
    }
}
