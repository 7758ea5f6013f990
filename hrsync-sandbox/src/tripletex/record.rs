//! One object of the service as it is stored.

use std::collections::BTreeMap;

use serde_json::Value;
use time::OffsetDateTime;

use super::model::Kind;

static NULL: Value = Value::Null;

/// An object: references by id, dates as `YYYY-MM-DD`, everything else as in JSON. What follows from other objects is not
/// stored; see `derived`.
// No Debug: personal data.
#[derive(Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) version: u32,
    pub(super) values: BTreeMap<&'static str, Value>,
    /// When it was created, changed, locked.
    pub(crate) changes: Vec<(OffsetDateTime, &'static str)>,
}

impl Record {
    /// An object of which nothing is set. It gets an id when it is stored.
    pub(crate) fn new(kind: Kind) -> Self {
        Self { id: 0, version: 0, values: kind.model().unset().collect(), changes: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.values.insert(name, value.into());
    }

    pub(crate) fn get(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or(&NULL)
    }

    /// A text; empty when there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }

    /// A number; 0 when there is none.
    pub(crate) fn number(&self, name: &str) -> f64 {
        self.get(name).as_f64().unwrap_or_default()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name).as_bool().unwrap_or_default()
    }

    /// The id of a referenced object.
    pub(crate) fn reference(&self, name: &str) -> Option<u64> {
        self.get(name).as_u64()
    }
}

/// The hours of entries together. Those of none are `0.0`, while a sum of no floats is `-0.0`.
pub(crate) fn hours<'a>(entries: impl IntoIterator<Item = &'a Record>) -> f64 {
    0.0 + entries.into_iter().map(|entry| entry.number("hours")).sum::<f64>()
}
