//! A person as the engine sees one: a row of cells.

use std::fmt;

use compact_str::CompactString;

use super::schema::{FieldId, Schema};
use super::value::Value;
use crate::check::Problem;

/// What one side says of one field.
///
/// A right that hides a field must never look like a cleared one, and a value that cannot be read must not lose the person;
/// hence four cases and not `Option`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Cell {
    /// The field was not read: nothing is known of it.
    #[default]
    NotRead,
    /// The field was read and holds nothing.
    Empty,
    /// The field's value.
    Value(Value),
    /// Text that is not a value of the field.
    AsGiven(Box<AsGiven>),
}

/// Text that could not be read as a value, kept as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct AsGiven {
    raw: Box<str>,
    problem: Problem,
}

impl AsGiven {
    /// The text as it came. This is personal data.
    pub fn reveal(&self) -> &str {
        &self.raw
    }

    /// Why it is not a value.
    pub fn problem(&self) -> Problem {
        self.problem
    }
}

impl fmt::Debug for AsGiven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsGiven").field("problem", &self.problem).finish_non_exhaustive()
    }
}

impl Cell {
    /// Reads a cell from text: blank or a list without entries is [`Cell::Empty`], what `read` refuses is kept [`Cell::AsGiven`].
    pub fn from_text(text: &str, read: impl FnOnce(&str) -> Result<Value, Problem>) -> Self {
        if text.trim().is_empty() {
            return Self::Empty;
        }
        match read(text) {
            Ok(value) if value.as_list().is_some_and(|list| list.entries().is_empty()) => Self::Empty,
            Ok(value) => Self::Value(value),
            Err(problem) => Self::as_given(text, problem),
        }
    }

    /// A cell that keeps unusable text.
    pub fn as_given(raw: &str, problem: Problem) -> Self {
        Self::AsGiven(Box::new(AsGiven { raw: raw.into(), problem }))
    }

    /// The value, when there is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::NotRead | Self::Empty | Self::AsGiven(_) => None,
        }
    }

    /// The text of a text value.
    pub fn text(&self) -> Option<&str> {
        self.value().and_then(Value::as_text)
    }

    /// True when the field was read.
    pub fn is_read(&self) -> bool {
        !matches!(self, Self::NotRead)
    }

    /// True when the field holds text that is no value of it.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::AsGiven(_))
    }

    /// True when the field was read and holds nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

impl From<Option<Value>> for Cell {
    fn from(value: Option<Value>) -> Self {
        value.map_or(Self::Empty, Self::Value)
    }
}

/// One person on one side: an id, the version the side gave it, and a cell for each field of the schema.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    id: CompactString,
    version: Option<Box<str>>,
    cells: Box<[Cell]>,
}

impl Record {
    /// A record of which nothing but the id is known.
    pub fn new(id: impl Into<String>) -> Self {
        let cells = vec![Cell::NotRead; Schema::EMPLOYEE.fields.len()].into_boxed_slice();
        Self { id: CompactString::from(id.into()), version: None, cells }
    }

    /// The id on its side.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version that its side gave it, for updates that must not overwrite a newer one.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Sets the version.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into().into_boxed_str());
        self
    }

    /// The cell of a field.
    pub fn cell(&self, field: FieldId) -> &Cell {
        self.cells.get(field.index()).unwrap_or(&Cell::NotRead)
    }

    /// Sets the cell of a field.
    pub fn set(&mut self, field: FieldId, cell: Cell) {
        if let Some(place) = self.cells.get_mut(field.index()) {
            *place = cell;
        }
    }

    /// Sets a field and returns the record.
    #[must_use]
    pub fn with(mut self, field: FieldId, cell: Cell) -> Self {
        self.set(field, cell);
        self
    }

    /// The fields that were read, with their cells.
    pub fn cells(&self) -> impl Iterator<Item = (FieldId, &Cell)> {
        Schema::EMPLOYEE.ids().zip(self.cells.iter()).filter(|(_, cell)| cell.is_read())
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let read: Vec<FieldId> = self.cells().map(|(field, _)| field).collect();
        f.debug_struct("Record").field("id", &self.id).field("read", &read).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::field;
    use super::*;

    #[test]
    fn a_cell_is_no_larger_than_its_value() {
        assert_eq!(size_of::<Cell>(), size_of::<Value>());
    }

    #[test]
    fn unreadable_text_is_kept_and_not_shown() {
        let cell = Cell::from_text("31.12.2024", |text| field::BIRTH_DATE.kind().parse(text));
        let Cell::AsGiven(given) = &cell else { panic!("{cell:?}") };
        assert_eq!((given.reveal(), given.problem()), ("31.12.2024", Problem::NotADate));
        let record = Record::new("7").with(field::BIRTH_DATE, cell);
        assert_eq!(format!("{record:?}"), r#"Record { id: "7", read: [birth_date], .. }"#);
    }
}
