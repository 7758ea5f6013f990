//! A person as the engine sees one: a row of cells.

use std::fmt;

use compact_str::CompactString;

use super::schema::{FieldId, Schema, field};
use super::value::{Text, Value};
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

    /// All employments that a vendor's record has, by the parts of [`EMPLOYMENTS`](crate::field::EMPLOYMENTS), an open one without its last
    /// day: of several the engine compares and writes the one that the host means, and it does not guess where one of them cannot be read.
    /// The end of probation and the title are told of each where they are fields of the record.
    ///
    /// ```
    /// use hrsync_core::model::Cell;
    /// use hrsync_core::{Record, field};
    ///
    /// let all = Cell::employments([
    ///     [("start", Some("2024-01-01")), ("end", Some("2026-11-30"))],
    ///     [("start", Some("2026-12-01")), ("end", None)],
    /// ]);
    /// let record = Record::new("7").with(field::EMPLOYMENTS, all);
    /// assert!(record.cell(field::EMPLOYMENTS).value().is_some());
    /// ```
    pub fn employments<'t, E>(all: impl IntoIterator<Item = E>) -> Self
    where
        E: IntoIterator<Item = (&'static str, Option<&'t str>)>,
    {
        let row = |parts: E| {
            let parts = parts.into_iter().map(|(name, text)| (name.to_owned(), text.into()));
            serde_json::Value::Object(parts.collect())
        };
        let rows = serde_json::Value::from_iter(all.into_iter().map(row));
        Self::from_text(&rows.to_string(), |text| field::EMPLOYMENTS.kind().parse(text))
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

/// A bit for each field, and one for the version.
type Slots = u32;

/// The version's slot, after those of the fields.
const VERSION: u32 = Slots::BITS - 1;

const _: () = assert!(Schema::EMPLOYEE.fields.len() <= VERSION as usize, "Slots has to be wider for so many fields");

/// One person on one side: an id, the version the side gave it, and a cell for each field of the schema.
///
/// A field that was not read, or that holds nothing, takes no memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    id: CompactString,
    /// The fields that were read and hold nothing.
    empty: Slots,
    /// The slots that hold something. What they hold stands in `held`, in their order and without gaps.
    holding: Slots,
    held: Box<[Cell]>,
}

impl Record {
    /// A record of which nothing but the id is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: CompactString::from(id.into()), empty: 0, holding: 0, held: Box::default() }
    }

    /// The id on its side.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version that its side gave it, for updates that must not overwrite a newer one.
    pub fn version(&self) -> Option<&str> {
        self.slot(VERSION).text()
    }

    /// Sets the version.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.put(VERSION, Cell::Value(Value::Text(Text::as_it_is(version.into()))));
        self
    }

    /// The cell of a field.
    pub fn cell(&self, field: FieldId) -> &Cell {
        self.slot(field.index() as u32)
    }

    /// Sets the cell of a field.
    pub fn set(&mut self, field: FieldId, cell: Cell) {
        self.put(field.index() as u32, cell);
    }

    /// Sets a field and returns the record.
    #[must_use]
    pub fn with(mut self, field: FieldId, cell: Cell) -> Self {
        self.set(field, cell);
        self
    }

    /// The fields that were read, with their cells.
    pub fn cells(&self) -> impl Iterator<Item = (FieldId, &Cell)> {
        Schema::EMPLOYEE.ids().map(|field| (field, self.cell(field))).filter(|(_, cell)| cell.is_read())
    }

    /// The cells of all fields beside those of another record. Walking both is cheaper than asking for each cell.
    pub(crate) fn beside<'r>(&'r self, other: &'r Self) -> impl Iterator<Item = (FieldId, &'r Cell, &'r Cell)> {
        let (mut own, mut others) = (0, 0);
        Schema::EMPLOYEE.ids().map(move |field| {
            let slot = field.index() as u32;
            (field, self.next(slot, &mut own), other.next(slot, &mut others))
        })
    }

    /// The cell of a slot, when so many slots before it hold something; counts it in.
    fn next(&self, slot: u32, before: &mut usize) -> &Cell {
        let bit = 1 << slot;
        if self.holding & bit != 0 {
            let cell = self.held.get(*before).unwrap_or(&Cell::NotRead);
            *before += 1;
            cell
        } else if self.empty & bit != 0 {
            &Cell::Empty
        } else {
            &Cell::NotRead
        }
    }

    /// Where the content of a slot stands, or would have to.
    fn place(&self, slot: u32) -> usize {
        (self.holding & ((1 << slot) - 1)).count_ones() as usize
    }

    fn slot(&self, slot: u32) -> &Cell {
        self.next(slot, &mut self.place(slot))
    }

    fn put(&mut self, slot: u32, cell: Cell) {
        let (bit, place) = (1 << slot, self.place(slot));
        let (held, holds) = (self.holding & bit != 0, !matches!(cell, Cell::NotRead | Cell::Empty));
        self.empty &= !bit;
        self.holding &= !bit;
        if cell.is_empty() {
            self.empty |= bit;
        } else if holds {
            self.holding |= bit;
        }
        match (held, holds) {
            (false, false) => {}
            (true, true) => self.held[place] = cell,
            (false, true) => {
                let mut cells = std::mem::take(&mut self.held).into_vec();
                cells.reserve_exact(1);
                cells.insert(place, cell);
                self.held = cells.into_boxed_slice();
            }
            (true, false) => {
                let mut cells = std::mem::take(&mut self.held).into_vec();
                cells.remove(place);
                self.held = cells.into_boxed_slice();
            }
        }
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
    use proptest::prelude::*;

    #[test]
    fn a_cell_is_no_larger_than_its_value() {
        assert_eq!(size_of::<Cell>(), size_of::<Value>());
    }

    #[test]
    fn a_record_takes_memory_for_what_it_holds_only() {
        assert_eq!(size_of::<Record>(), size_of::<CompactString>() + 8 + size_of::<Box<[Cell]>>());
        let blank = Schema::EMPLOYEE.ids().fold(Record::new("7"), |record, field| record.with(field, Cell::Empty));
        assert_eq!((blank.held.len(), blank.cells().count()), (0, Schema::EMPLOYEE.fields.len()));
        let person = blank.with(field::JOB_TITLE, Cell::Value(Value::text("Baker"))).with_version("3");
        assert_eq!(person.held.len(), 2);
    }

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::NotRead),
            Just(Cell::Empty),
            "[a-z]{1,30}".prop_map(|text| Cell::Value(Value::text(&text))),
            "[0-9]{1,30}".prop_map(|text| Cell::as_given(&text, Problem::NotADate)),
        ]
    }

    proptest! {
        /// A record is an array of cells, whatever is set in whatever order, and the way there does not show.
        #[test]
        fn every_cell_is_what_it_was_set_to_last(
            steps in prop::collection::vec((0..Schema::EMPLOYEE.fields.len(), cell()), 1..80),
            version in prop::option::of(" ?[a-z0-9]{0,30} ?"),
        ) {
            let ids: Vec<FieldId> = Schema::EMPLOYEE.ids().collect();
            let mut plain = vec![Cell::NotRead; ids.len()];
            let mut record = Record::new("7");
            let half = steps.len() / 2;
            for (step, (place, cell)) in steps.into_iter().enumerate() {
                if let (true, Some(version)) = (step == half, &version) {
                    record = record.with_version("old").with_version(version.clone());
                }
                plain[place] = cell.clone();
                record.set(ids[place], cell);
                for (id, cell) in ids.iter().zip(&plain) {
                    prop_assert_eq!(record.cell(*id), cell);
                }
            }
            let read: Vec<(FieldId, &Cell)> =
                ids.iter().copied().zip(&plain).filter(|(_, cell)| cell.is_read()).collect();
            prop_assert_eq!(record.cells().collect::<Vec<_>>(), read);
            let blank = Record::new("8");
            let beside: Vec<&Cell> = record.beside(&blank).map(|(_, own, _)| own).collect();
            prop_assert!(beside.into_iter().eq(&plain) && blank.beside(&record).map(|(_, _, other)| other).eq(&plain));
            prop_assert_eq!(record.version(), version.as_deref());
            let mut again = Record::new("7");
            for (id, cell) in ids.iter().zip(&plain).rev() {
                again.set(*id, cell.clone());
            }
            if let Some(version) = &version {
                again = again.with_version(version.clone());
            }
            prop_assert_eq!(again, record);
        }
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
