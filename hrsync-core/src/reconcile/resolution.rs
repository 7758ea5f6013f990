//! Which decisions are possible for a difference, and why the others are not.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::employment::{begins_in_order, in_order};
use crate::check::Problem;
use crate::mapping::{Asked, Direction, FieldMapping, Mapping, Need, Stop, Update};
use crate::model::{Cell, FieldId, Record, Side, Value, field};

/// A way to settle a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The host's value goes to the vendor.
    Host,
    /// The vendor's value goes to the host.
    Vendor,
    /// A value that a person enters goes to both.
    Enter,
    /// Both stay as they are.
    Leave,
}

impl Resolution {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Host, Self::Vendor, Self::Enter, Self::Leave];
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "use host",
            Self::Vendor => "use vendor",
            Self::Enter => "enter a value",
            Self::Leave => "leave as it is",
        })
    }
}

/// Why a decision is not possible.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", content = "detail")]
#[non_exhaustive]
pub enum WhyNot {
    /// The field's values go the other way only.
    OtherDirection,
    /// The integration cannot change this value in the vendor.
    CannotUpdate,
    /// The integration cannot remove this value in the vendor.
    CannotClear,
    /// The vendor works the value out itself.
    Derived,
    /// It is written only into an empty field.
    NotEmpty,
    /// Updates of the field are stopped on this connection.
    Stopped {
        /// The code of the reason.
        code: String,
        /// The reason in words.
        why: String,
    },
    /// A required value would be removed.
    Required,
    /// The host's value cannot be sent.
    Invalid(Problem),
    /// The vendor's value cannot be read.
    Unreadable(Problem),
    /// A field that goes together with this one is missing.
    GroupIncomplete(FieldId),
    /// A field that is written along with this one was not read.
    GroupNotRead(FieldId),
    /// The vendor takes the value only along with another one, which is missing there.
    Lacks {
        /// The field of the other one.
        field: FieldId,
        /// The code of the reason.
        code: String,
        /// The reason in words.
        why: String,
        /// What to do about it.
        hint: String,
    },
    /// Somebody else on this side has the value already.
    Duplicate(Side),
    /// The side has no value for the field, because it was not read.
    NotRead,
    /// Values are not entered into a list; its entries are changed on one of the sides.
    List,
    /// Identity number and name say that the two linked records are two people.
    OtherPerson,
    /// What stood there before has no form that can be sent.
    NoWayBack,
    /// What stood there before is of another employment.
    OtherEmployment,
    /// The vendor's record is a further one of the person's, and the host takes values over from the first one only.
    FurtherRecord,
}

impl From<Stop> for WhyNot {
    fn from(stop: Stop) -> Self {
        Self::Stopped { code: stop.code.to_owned(), why: stop.why.to_owned() }
    }
}

impl From<&Need> for WhyNot {
    fn from(need: &Need) -> Self {
        let Need { field, code, why, hint } = *need;
        Self::Lacks { field, code: code.to_owned(), why: why.to_owned(), hint: hint.to_owned() }
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherDirection => f.write_str("values of this field go the other way only"),
            Self::CannotUpdate => f.write_str("the integration cannot update this value in the payroll system"),
            Self::CannotClear => f.write_str("the integration cannot remove this value in the payroll system"),
            Self::Derived => f.write_str("the payroll system works this value out itself"),
            Self::NotEmpty => f.write_str("it is written only into an empty field"),
            Self::Stopped { why, .. } => write!(f, "updates of this field are stopped on this connection: {why}"),
            Self::Required => f.write_str("the value is required and would be removed"),
            Self::Invalid(problem) => write!(f, "the host's value {problem}"),
            Self::Unreadable(problem) => write!(f, "the payroll system's value {problem}"),
            Self::GroupIncomplete(field) => {
                write!(f, "it goes together with the {}, which is missing", field.def().label)
            }
            Self::GroupNotRead(field) => write!(
                f,
                "it is written together with the {}, which was not read and would be written over",
                field.def().label
            ),
            Self::Lacks { why, .. } => f.write_str(why),
            Self::Duplicate(Side::Host) => f.write_str("somebody else in the host has the same value"),
            Self::Duplicate(Side::Vendor) => f.write_str("somebody else in the payroll system has the same value"),
            Self::NotRead => f.write_str("the value was not read"),
            Self::List => f.write_str("an entry of a list is changed in the host or in the payroll system, not entered here"),
            Self::OtherEmployment => f.write_str(
                "with it the workdays would be those of another employment than the one that is there; correct them by hand",
            ),
            Self::NoWayBack => f.write_str("what stood there before cannot be sent to the payroll system"),
            Self::FurtherRecord => {
                f.write_str("it is a further record of the person, and values are taken over from the first one only")
            }
            Self::OtherPerson => f.write_str(
                "identity number and name say that these are two people; correct the number on one side, or disconnect them",
            ),
        }
    }
}

/// Tells whether a value is already somebody else's on a side.
pub(crate) trait Taken {
    /// Whether anybody but the person at hand has `value` in `field` on `side`.
    fn taken(&self, side: Side, field: FieldId, value: &Value) -> bool;
}

/// Whether the rules let the integration write what the host asks for.
pub(crate) fn host_wins(
    mapping: &Mapping,
    entry: &FieldMapping,
    host: &Record,
    vendor: &Record,
    taken: &dyn Taken,
) -> Result<(), WhyNot> {
    let asked = entry.ask(host);
    writable(entry, host.cell(entry.field), &asked, vendor.cell(entry.field), taken)?;
    in_order(entry.field, host).map_err(WhyNot::Invalid)?;
    begins_in_order(mapping, entry.field, host).map_err(WhyNot::Invalid)?;
    let asks = |field| mapping.entry(field).is_some_and(|entry| matches!(entry.ask(host), Asked::Value(_)));
    complete(entry, vendor, asks)?;
    let Some(group) = entry.group else { return Ok(()) };
    for other in mapping.group(group).filter(|other| other.field != entry.field) {
        let part = other.ask(host);
        if matches!(part, Asked::Empty) != matches!(asked, Asked::Empty) {
            return Err(WhyNot::GroupIncomplete(other.field));
        }
        // It is written along, and nobody would know over what.
        if !other.write_only && matches!(vendor.cell(other.field), Cell::NotRead) {
            return Err(WhyNot::GroupNotRead(other.field));
        }
        writable(other, host.cell(other.field), &part, vendor.cell(other.field), taken)?;
    }
    Ok(())
}

/// Whether the vendor has all that it takes a value only along with, or it `comes` with the value. What is hidden may be there.
pub(crate) fn complete(entry: &FieldMapping, vendor: &Record, comes: impl Fn(FieldId) -> bool) -> Result<(), WhyNot> {
    let lacks = |need: &&Need| vendor.cell(need.field).is_empty() && !comes(need.field);
    entry.needs.iter().find(lacks).map_or(Ok(()), |need| Err(need.into()))
}

fn writable(entry: &FieldMapping, own: &Cell, asked: &Asked, shown: &Cell, taken: &dyn Taken) -> Result<(), WhyNot> {
    if entry.direction == Direction::ToHost {
        return Err(WhyNot::OtherDirection);
    }
    match entry.update {
        Update::Always => {}
        Update::OnCreation => return Err(WhyNot::CannotUpdate),
        Update::Derived => return Err(WhyNot::Derived),
        Update::OnlyWhenEmpty if shown.is_empty() => {}
        Update::OnlyWhenEmpty => return Err(WhyNot::NotEmpty),
        Update::Stopped(stop) => return Err(stop.into()),
    }
    match asked {
        Asked::NotRead => Err(WhyNot::NotRead),
        Asked::Unusable(problem) => Err(WhyNot::Invalid(*problem)),
        Asked::Empty if !entry.clearable => Err(WhyNot::CannotClear),
        Asked::Empty if entry.required => Err(WhyNot::Required),
        Asked::Empty => Ok(()),
        Asked::Value(value) => {
            entry.accepts(value).map_err(WhyNot::Invalid)?;
            shared(entry, own, value, taken)
        }
    }
}

/// Whether somebody else has a value that the host asks the vendor to store, `own` in the host's words. What must be unique on one side
/// must not come twice from the other either: of two who bring the same, nobody is to win by being first.
pub(crate) fn shared(entry: &FieldMapping, own: &Cell, asked: &Value, taken: &dyn Taken) -> Result<(), WhyNot> {
    duplicate(entry, Side::Vendor, asked, taken)?;
    match own.value() {
        Some(own) if !entry.unique_in.is_empty() && taken.taken(Side::Host, entry.field, own) => {
            Err(WhyNot::Duplicate(Side::Host))
        }
        _ => Ok(()),
    }
}

/// Whether the vendor's value can be taken over into the host.
pub(crate) fn vendor_wins(
    mapping: &Mapping,
    entry: &FieldMapping,
    vendor: &Record,
    taken: &dyn Taken,
) -> Result<(), WhyNot> {
    if entry.direction == Direction::ToVendor || entry.write_only {
        return Err(WhyNot::OtherDirection);
    }
    match vendor.cell(entry.field) {
        Cell::NotRead => return Err(WhyNot::NotRead),
        Cell::AsGiven(given) => return Err(WhyNot::Unreadable(given.problem())),
        Cell::Empty if entry.required => return Err(WhyNot::Required),
        Cell::Empty => {}
        Cell::Value(value) => {
            let read = entry.read(value).map_err(WhyNot::Unreadable)?;
            let ends = if entry.field == field::END_DATE { in_order(entry.field, vendor) } else { Ok(()) };
            ends.and_then(|()| begins_in_order(mapping, entry.field, vendor)).map_err(WhyNot::Unreadable)?;
            duplicate(entry, Side::Host, &read, taken)?;
        }
    }
    match entry.group {
        Some(group) if group.read_whole => {
            let missing = mapping.group(group).find(|part| vendor.cell(part.field).value().is_none());
            missing.map_or(Ok(()), |part| Err(WhyNot::GroupIncomplete(part.field)))
        }
        _ => Ok(()),
    }
}

fn duplicate(entry: &FieldMapping, side: Side, value: &Value, taken: &dyn Taken) -> Result<(), WhyNot> {
    if entry.unique_in.contains(&side) && taken.taken(side, entry.field, value) {
        return Err(WhyNot::Duplicate(side));
    }
    Ok(())
}

/// Whether a person's entered value could be written to both sides.
pub(crate) fn enterable(entry: &FieldMapping) -> Result<(), WhyNot> {
    match (entry.direction, entry.update) {
        (Direction::ToHost | Direction::ToVendor, _) => Err(WhyNot::OtherDirection),
        (Direction::Both, Update::Always) => Ok(()),
        (Direction::Both, Update::OnCreation) => Err(WhyNot::CannotUpdate),
        (Direction::Both, Update::Derived) => Err(WhyNot::Derived),
        (Direction::Both, Update::OnlyWhenEmpty) => Err(WhyNot::NotEmpty),
        (Direction::Both, Update::Stopped(stop)) => Err(stop.into()),
    }
}
