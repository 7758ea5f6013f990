//! Field mappings: which host field is which vendor element, and under what rules.
//!
//! A mapping is data. A vendor crate states one [`FieldMapping`] per line of the vendor's "supported fields" page; comparison,
//! plans, documentation and forms read the same table.

mod convert;
mod relax;
mod table;

use std::fmt;

use crate::check::Problem;
use crate::model::{Cell, FieldId, FieldKind, Record, Schema, Side, Value};

pub use convert::Convert;
pub use relax::Relaxation;

/// Which way a field's values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Either way.
    #[default]
    Both,
    /// From the host to the vendor only.
    ToVendor,
    /// From the vendor to the host only.
    ToHost,
}

/// Whether the integration may change a value in the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Update {
    /// Any time.
    #[default]
    Always,
    /// It is sent once, when the person is created.
    OnCreation,
    /// The vendor works it out from another field; it is never sent.
    Derived,
    /// Only into an empty field.
    OnlyWhenEmpty,
    /// Not at present.
    Stopped(Stop),
}

/// Why updates of a field are stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The stable code.
    pub code: &'static str,
    /// The reason in words.
    pub why: &'static str,
}

/// Checks the text of a value and gives its normal form.
pub type ValueCheck = fn(&str) -> Result<String, Problem>;

/// Fields that go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The group's name.
    pub name: &'static str,
    /// Whether the host takes the group over only when every part is filled in the vendor.
    pub read_whole: bool,
}

/// A value without which the vendor does not take another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The field that it is in.
    pub field: FieldId,
    /// The stable code of what is found where it is missing.
    pub code: &'static str,
    /// What the vendor does not take, in words.
    pub why: &'static str,
    /// What to do about it.
    pub hint: &'static str,
}

/// One line of a mapping. Built as a constant:
///
/// ```
/// use hrsync_core::mapping::FieldMapping;
/// use hrsync_core::{Side, field};
///
/// const EMAIL: FieldMapping = FieldMapping::new(field::EMAIL, "base.email").required().unique_in(Side::Host);
/// assert!(EMAIL.required);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FieldMapping {
    /// The host's field.
    pub field: FieldId,
    /// The vendor element it is read from.
    pub read_path: &'static str,
    /// The vendor element it is written to, where that is another one.
    pub write_path: &'static str,
    /// Which way values go.
    pub direction: Direction,
    /// Needed to create the person; on a linked person an empty one is missing and never pushed as a deletion.
    pub required: bool,
    /// The sides on which no two people may have the same value.
    pub unique_in: &'static [Side],
    /// The most characters the vendor takes.
    pub max_len: Option<u16>,
    /// Whether the integration may empty the value in the vendor.
    pub clearable: bool,
    /// Whether the integration may change the value in the vendor.
    pub update: Update,
    /// The vendor never shows it.
    pub write_only: bool,
    /// The fields it goes together with.
    pub group: Option<&'static Group>,
    /// The field that tells apart what this one says something about: of which employment a last workday is, the first one says.
    pub follows: Option<FieldId>,
    /// Another field follows it.
    pub(crate) leads: bool,
    /// What else the vendor must have of a person to take it.
    pub needs: &'static [Need],
    /// How values are converted.
    pub convert: Convert,
    /// What else a host value must satisfy before it is sent.
    pub check: Option<ValueCheck>,
    /// Another field that the value can be worked out from when the host has none.
    pub derive: Option<Derive>,
}

/// How a missing host value is worked out from another one.
#[derive(Clone, Copy)]
pub struct Derive {
    /// What the function does. The name stands for it in the line's revision: change it when the function changes its results.
    pub name: &'static str,
    /// The other field.
    pub from: FieldId,
    /// Works it out, if it can.
    pub with: fn(&Value) -> Option<Value>,
}

impl fmt::Debug for Derive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.name, self.from)
    }
}

impl FieldMapping {
    /// A field that is read from and written to one element, without further rules.
    pub const fn new(field: FieldId, path: &'static str) -> Self {
        Self {
            field,
            read_path: path,
            write_path: path,
            direction: Direction::Both,
            required: false,
            unique_in: &[],
            max_len: None,
            clearable: true,
            update: Update::Always,
            write_only: false,
            group: None,
            follows: None,
            leads: false,
            needs: &[],
            convert: Convert::Same,
            check: None,
            derive: None,
        }
    }

    /// Needed to create the person.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// No two people on this side may have the same value.
    #[must_use]
    pub const fn unique_in(mut self, side: Side) -> Self {
        self.unique_in = match side {
            Side::Host => &[Side::Host],
            Side::Vendor => &[Side::Vendor],
        };
        self
    }

    /// No two people on either side may have the same value.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique_in = &[Side::Host, Side::Vendor];
        self
    }

    /// The vendor takes at most this many characters.
    #[must_use]
    pub const fn max_len(mut self, characters: u16) -> Self {
        self.max_len = Some(characters);
        self
    }

    /// The integration cannot empty it in the vendor.
    #[must_use]
    pub const fn cannot_clear(mut self) -> Self {
        self.clearable = false;
        self
    }

    /// Sent once, on creation; the integration can neither update nor clear it afterwards.
    #[must_use]
    pub const fn only_on_creation(mut self) -> Self {
        self.update = Update::OnCreation;
        self.clearable = false;
        self
    }

    /// The vendor works it out itself; it is never sent.
    #[must_use]
    pub const fn derived(mut self) -> Self {
        self.update = Update::Derived;
        self.clearable = false;
        self
    }

    /// Written only into an empty field.
    #[must_use]
    pub const fn only_when_empty(mut self) -> Self {
        self.update = Update::OnlyWhenEmpty;
        self.clearable = false;
        self
    }

    /// The vendor never shows it.
    #[must_use]
    pub const fn write_only(mut self) -> Self {
        self.write_only = true;
        self.direction = Direction::ToVendor;
        self
    }

    /// Values go this way only.
    #[must_use]
    pub const fn direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// Written to another element than it is read from.
    #[must_use]
    pub const fn write_path(mut self, path: &'static str) -> Self {
        self.write_path = path;
        self
    }

    /// Goes together with the other fields of the group.
    #[must_use]
    pub const fn group(mut self, group: &'static Group) -> Self {
        self.group = Some(group);
        self
    }

    /// Says something about what another field tells apart: a last workday is of the employment that the first one names. While the two
    /// sides speak of two employments, the fields are decided together, and neither is written without the other.
    #[must_use]
    pub const fn follows(mut self, field: FieldId) -> Self {
        self.follows = Some(field);
        self
    }

    /// The vendor takes it only of who has these values there, or with them.
    #[must_use]
    pub const fn needs(mut self, needs: &'static [Need]) -> Self {
        self.needs = needs;
        self
    }

    /// Values are converted so.
    #[must_use]
    pub const fn convert(mut self, convert: Convert) -> Self {
        self.convert = convert;
        self
    }

    /// A host value must satisfy this before it is sent.
    #[must_use]
    pub const fn check(mut self, check: ValueCheck) -> Self {
        self.check = Some(check);
        self
    }

    /// A missing host value is worked out from another field. The name says how, and changes when the results do.
    #[must_use]
    pub const fn derived_from(mut self, from: FieldId, name: &'static str, with: fn(&Value) -> Option<Value>) -> Self {
        self.derive = Some(Derive { name, from, with });
        self
    }

    /// A number that changes when values of the field mean something else than before: with its conversions, with what it is derived
    /// from, and when the vendor begins to show it. Rules alone do not count, so relaxing one loses no baseline.
    pub(crate) fn revision(&self) -> u64 {
        let shown = if self.write_only { "write only" } else { "shown" };
        short_hash([self.field.name(), shown, &format!("{:?} {:?}", self.convert, self.derive)])
    }

    /// Reads the vendor's text into a cell of the vendor's value space.
    pub fn parse_vendor(&self, text: &str) -> Cell {
        Cell::from_text(text, |text| self.convert.parse_vendor(self.field.kind(), text))
    }

    /// What the host's value asks the vendor to store.
    pub fn ask(&self, host: &Record) -> Asked {
        match host.cell(self.field) {
            Cell::NotRead => Asked::NotRead,
            Cell::AsGiven(given) => Asked::Unusable(given.problem()),
            Cell::Empty => match self.derive.and_then(|derive| (derive.with)(host.cell(derive.from).value()?)) {
                Some(value) => Asked::Value(value),
                None => Asked::Empty,
            },
            Cell::Value(value) => match self.convert.write(value) {
                Ok(value) => Asked::Value(value.into_owned()),
                Err(problem) => Asked::Unusable(problem),
            },
        }
    }

    /// Whether the vendor would take this value.
    ///
    /// # Errors
    /// The problem with it.
    pub fn accepts(&self, vendor_value: &Value) -> Result<(), Problem> {
        let text = vendor_value.reveal();
        if let Some(most) = self.max_len.filter(|max| text.chars().count() > usize::from(*max)) {
            return Err(Problem::TooLong(most));
        }
        match self.check {
            Some(check) => check(&text).map(|_| ()),
            None => Ok(()),
        }
    }

    /// The host's counterpart of a vendor value.
    ///
    /// # Errors
    /// There is none, or the value is not one of the field.
    pub fn read(&self, vendor_value: &Value) -> Result<Value, Problem> {
        self.convert.read(vendor_value).map(std::borrow::Cow::into_owned)
    }

    /// Whether a host value and a vendor value say the same: writing the one gives the other, or reading the other gives
    /// the one. The two need not be inverses of each other.
    pub fn agree(&self, host: &Value, vendor: &Value) -> bool {
        let kind = self.field.kind();
        self.convert.write(host).is_ok_and(|asked| kind.same(&asked, vendor))
            || self.convert.read(vendor).is_ok_and(|read| kind.same(&read, host))
    }

    pub(crate) fn kind(&self) -> FieldKind {
        self.field.kind()
    }
}

/// What the host asks the vendor to store in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The host did not read the field.
    NotRead,
    /// Nothing.
    Empty,
    /// This value, in the vendor's value space.
    Value(Value),
    /// The host's value cannot be converted.
    Unusable(Problem),
}

/// A vendor's table of supported fields.
#[derive(Debug, Clone)]
pub struct Mapping {
    vendor: &'static str,
    entries: Vec<FieldMapping>,
    places: Vec<Option<u8>>,
    relaxations: &'static [Relaxation],
    relaxed: Vec<&'static str>,
}

impl Mapping {
    /// The mapping of `vendor`. A field that stands twice counts once, with its last line.
    pub fn new(vendor: &'static str, entries: impl IntoIterator<Item = FieldMapping>) -> Self {
        let mut mapping = Self {
            vendor,
            entries: Vec::new(),
            places: vec![None; Schema::EMPLOYEE.fields.len()],
            relaxations: &[],
            relaxed: Vec::new(),
        };
        for entry in entries {
            match mapping.places[entry.field.index()] {
                Some(place) => mapping.entries[usize::from(place)] = entry,
                None => {
                    mapping.places[entry.field.index()] = Some(mapping.entries.len() as u8);
                    mapping.entries.push(entry);
                }
            }
        }
        let led: Vec<FieldId> = mapping.entries.iter().filter_map(|entry| entry.follows).collect();
        mapping.entries.iter_mut().for_each(|entry| entry.leads = led.contains(&entry.field));
        mapping
    }

    /// The vendor.
    pub fn vendor(&self) -> &'static str {
        self.vendor
    }

    /// The lines, in the vendor's order.
    pub fn entries(&self) -> &[FieldMapping] {
        &self.entries
    }

    /// The line of a field.
    pub fn entry(&self, field: FieldId) -> Option<&FieldMapping> {
        self.entries.get(self.place(field)?)
    }

    /// The place of a field's line.
    pub(crate) fn place(&self, field: FieldId) -> Option<usize> {
        self.places.get(field.index()).copied().flatten().map(usize::from)
    }

    /// The fields that follow a field, and the one that it follows.
    pub(crate) fn followed(&self, field: FieldId) -> impl Iterator<Item = FieldId> {
        let entries = self.entries.iter();
        entries.filter_map(move |entry| match entry.follows? {
            leader if entry.field == field => Some(leader),
            leader => (leader == field).then_some(entry.field),
        })
    }

    /// The lines of a group.
    pub fn group(&self, group: &Group) -> impl Iterator<Item = &FieldMapping> {
        self.entries.iter().filter(move |entry| entry.group.is_some_and(|other| other.name == group.name))
    }

    /// Stops updates of some fields.
    pub fn stop_updates(&mut self, fields: &[FieldId], stop: Stop) {
        for entry in self.entries.iter_mut().filter(|entry| fields.contains(&entry.field)) {
            entry.update = Update::Stopped(stop);
        }
    }

    /// A number that changes when values mean something else than before: other fields, or other conversions. Rules alone
    /// do not count, so relaxing one loses no baseline. It has 48 bits, so that every JSON reader keeps it exactly.
    pub fn revision(&self) -> u64 {
        short_hash(self.entries.iter().map(|entry| entry.revision().to_string()))
    }
}

/// 48 bits of a hash over the parts, in order.
pub(crate) fn short_hash(parts: impl IntoIterator<Item = impl AsRef<str>>) -> u64 {
    use sha2::Digest;
    let mut hash = sha2::Sha256::new();
    for part in parts {
        hash.update(part.as_ref());
        hash.update([0]);
    }
    hash.finalize().iter().take(6).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
