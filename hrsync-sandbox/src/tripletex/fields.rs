//! The `fields` grammar, and objects as answers show them.
//!
//! `name`, `*`, `name(sublist)`, comma-separated, to any depth; blanks after commas are allowed. Without `fields` an answer
//! holds `*`: every plain field, other objects as `{id, url}`.

use serde_json::{Map, Value, json};

use super::derived::value;
use super::model::{Access, Field, Kind, Model, Shape};
use super::record::Record;
use super::refusal::Refusal;
use super::state::State;

/// One name of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pick {
    name: String,
    sub: Option<Vec<Pick>>,
}

/// The fields that an answer about a model is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection(Vec<Pick>);

impl Selection {
    pub(crate) fn all() -> Self {
        Self(vec![Pick { name: "*".into(), sub: None }])
    }

    /// Every name is held against the model, also when there is nothing to show.
    pub(crate) fn parse(text: Option<&str>, kind: Kind) -> Result<Self, Refusal> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(Self::all()) };
        let mut rest = text;
        let picks = picks(&mut rest);
        if !rest.is_empty() {
            return Err(Refusal::fields(rest, kind.model().name));
        }
        check(&picks, kind.model())?;
        Ok(Self(picks))
    }

    pub(crate) fn show(&self, state: &State, kind: Kind, record: &Record) -> Value {
        object(state, kind, record, &self.0)
    }
}

/// Names up to the end or a closing bracket.
fn picks(rest: &mut &str) -> Vec<Pick> {
    let mut out = Vec::new();
    loop {
        let end = rest.find(['(', ')', ',']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        *rest = after;
        let mut pick = Pick { name: name.trim().to_owned(), sub: None };
        if let Some(inner) = rest.strip_prefix('(') {
            *rest = inner;
            pick.sub = Some(picks(rest));
            match rest.strip_prefix(')') {
                Some(after) => *rest = after.trim_start(),
                // The bracket is missing, which its name then says.
                None => pick.name.push('('),
            }
        }
        out.push(pick);
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return out,
        }
    }
}

fn check(picks: &[Pick], model: &Model) -> Result<(), Refusal> {
    for pick in picks {
        let field = model.field(&pick.name);
        let known = pick.name == "*" || model.has(&pick.name);
        let sub = field.and_then(|field| inner(field.shape));
        match (&pick.sub, sub) {
            _ if !known => return Err(Refusal::fields(&pick.name, model.name)),
            (None, _) => {}
            (Some(sub), Some(kind)) => check(sub, kind.model())?,
            (Some(sub), None) => {
                let name = sub.first().map_or("", |pick| &pick.name);
                return Err(Refusal::fields(name, &pick.name));
            }
        }
    }
    Ok(())
}

fn inner(shape: Shape) -> Option<Kind> {
    match shape {
        Shape::Reference(kind) | Shape::Own(kind) | Shape::Rows(kind) | Shape::Part(kind) => Some(kind),
        _ => None,
    }
}

pub(crate) fn url(state: &State, kind: Kind, id: u64) -> Value {
    format!("{}/{}/{id}", state.host, kind.model().path).into()
}

fn object(state: &State, kind: Kind, record: &Record, picks: &[Pick]) -> Value {
    let model = kind.model();
    let mut out = Map::new();
    for pick in picks {
        if pick.name == "*" {
            if !model.plain {
                out.insert("id".into(), record.id.into());
                out.insert("version".into(), record.version.into());
                out.insert("url".into(), url(state, kind, record.id));
            }
            for field in model.fields.iter().filter(|field| field.access != Access::OnDemand) {
                let shown = shown(state, field, &value(state, kind, record, field), None);
                out.entry(field.name).or_insert(shown);
            }
            continue;
        }
        let shown = match (pick.name.as_str(), model.field(&pick.name)) {
            (_, Some(field)) => shown(state, field, &value(state, kind, record, field), pick.sub.as_deref()),
            ("id", _) => record.id.into(),
            ("version", _) => record.version.into(),
            ("url", _) => url(state, kind, record.id),
            ("changes", _) => changes(record),
            _ => continue,
        };
        out.insert(pick.name.clone(), shown);
    }
    Value::Object(out)
}

fn changes(record: &Record) -> Value {
    let one = |(at, what): &(time::OffsetDateTime, &str)| {
        let (date, time) = (at.date(), at.time());
        let stamp = format!("{date}T{:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second());
        json!({"employeeId": null, "timestamp": stamp, "changeType": what})
    };
    record.changes.iter().map(one).collect()
}

fn shown(state: &State, field: &Field, value: &Value, sub: Option<&[Pick]>) -> Value {
    if field.access == Access::WriteOnly {
        return Value::Null;
    }
    let other = |kind: Kind, id: &Value| match (id.as_u64(), sub) {
        (None, _) => Value::Null,
        (Some(id), Some(picks)) => match state.get(kind, id) {
            Some(record) => object(state, kind, record, picks),
            None => json!({"id": id, "url": url(state, kind, id)}),
        },
        (Some(id), None) => json!({"id": id, "url": url(state, kind, id)}),
    };
    match field.shape {
        Shape::Reference(kind) | Shape::Own(kind) => other(kind, value),
        Shape::Rows(kind) => value.as_array().into_iter().flatten().map(|id| other(kind, id)).collect(),
        Shape::Part(kind) => part(state, kind, value, sub),
        _ => value.clone(),
    }
}

/// An object without an id: all of it, or what is named.
fn part(state: &State, kind: Kind, value: &Value, sub: Option<&[Pick]>) -> Value {
    let Value::Object(map) = value else { return Value::Null };
    let named = |field: &Field| match sub {
        None => Some(None),
        Some(picks) => {
            picks.iter().find(|pick| pick.name == "*" || pick.name == field.name).map(|pick| pick.sub.as_deref())
        }
    };
    let fields = kind.model().fields.iter().filter_map(|field| {
        let value = map.get(field.name).cloned().unwrap_or_else(|| field.unset());
        Some((field.name.to_owned(), shown(state, field, &value, named(field)?)))
    });
    Value::Object(fields.collect())
}

#[cfg(test)]
mod tests {
    use super::{Kind, Pick, Selection};

    fn pick(name: &str, sub: Option<Vec<Pick>>) -> Pick {
        Pick { name: name.into(), sub }
    }

    #[test]
    fn lists_nest_and_may_have_blanks() {
        let parsed =
            Selection::parse(Some("id, employments(id,employmentDetails(date)),*"), Kind::Employee).ok().unwrap();
        let details = pick("employmentDetails", Some(vec![pick("date", None)]));
        let expected = [pick("id", None), pick("employments", Some(vec![pick("id", None), details])), pick("*", None)];
        assert_eq!(parsed.0, expected);
        assert_eq!(Selection::parse(None, Kind::Employee).ok().unwrap(), Selection::all());
    }

    #[test]
    fn unknown_and_broken_names_are_refused() {
        for wrong in
            ["nope", "id,employments(nope)", "employments(id", "id)", "firstName(id)", "employments()", ",", "Id"]
        {
            let refusal = Selection::parse(Some(wrong), Kind::Employee).err().unwrap();
            assert_eq!((refusal.status, refusal.code), (400, 11_000), "{wrong}");
        }
    }
}
