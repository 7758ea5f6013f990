//! Comparison of one field of one linked person: the three-way merge.

use serde::{Deserialize, Serialize};

use super::employment::several;
use super::fingerprint::{Fingerprint, Fingerprinter, canonical_host, canonical_vendor};
use super::link::Pair;
use crate::mapping::{Asked, FieldMapping, Mapping};
use crate::model::{Cell, FieldKind, HostId, Record, Side};

/// How a field differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// Both sides have a value, nothing tells which is newer, or both changed. A person decides.
    Conflict,
    /// Only the vendor has a value. A person decides; filling it is offered.
    MissingInHost,
    /// Only the host has a value. A person decides; filling it is offered.
    MissingInVendor,
    /// Only the host changed since the field was settled.
    HostChanged,
    /// Only the vendor changed since the field was settled.
    VendorChanged,
    /// The host's value was written and the vendor still shows the old one.
    NotTaken,
    /// Nobody changed anything since the difference was left as it is.
    Left,
}

impl std::fmt::Display for DifferenceKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Conflict => "conflict",
            Self::MissingInHost => "missing in the host",
            Self::MissingInVendor => "missing in the payroll system",
            Self::HostChanged => "changed in the host",
            Self::VendorChanged => "changed in the payroll system",
            Self::NotTaken => "written and not taken by the payroll system",
            Self::Left => "left as it is",
        })
    }
}

impl DifferenceKind {
    /// True when nothing happens without a person's decision.
    pub fn needs_decision(self) -> bool {
        matches!(self, Self::Conflict | Self::MissingInHost | Self::MissingInVendor | Self::NotTaken)
    }
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// One side did not read the field: nothing can be said.
    Unknown,
    /// The sides agree.
    Agreed,
    /// A write that was not read back shows otherwise than it was sent: that rendering is now the baseline.
    Rendered,
    /// The sides differ.
    Differs(DifferenceKind),
}

/// The fingerprints of both halves of a field as they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Halves {
    /// What the host asks for.
    pub(crate) asked: Fingerprint,
    /// What the vendor shows.
    pub(crate) shown: Fingerprint,
    /// What the vendor shows, as if the host asked for it.
    pub(crate) shown_as_asked: Fingerprint,
}

impl Halves {
    pub(crate) fn new(
        prints: &Fingerprinter,
        link: &HostId,
        entry: &FieldMapping,
        host: &Record,
        vendor: &Record,
    ) -> Self {
        let (asked, shown) = canonical(entry, host, vendor);
        let print = |side, form| prints.field(link, side, entry.field, form);
        Self {
            asked: print(Side::Host, &asked),
            shown: print(Side::Vendor, &shown),
            shown_as_asked: print(Side::Host, &shown),
        }
    }
}

/// What the host asks for and what the vendor shows in a field, in canonical form.
fn canonical(entry: &FieldMapping, host: &Record, vendor: &Record) -> (Vec<u8>, Vec<u8>) {
    let (mut asked, mut shown) = (Vec::with_capacity(48), Vec::with_capacity(48));
    canonical_host(entry, host, &mut asked);
    canonical_vendor(entry, vendor, &mut shown);
    (asked, shown)
}

/// The pair that settles a field as it is now.
pub(crate) fn settled(
    prints: &Fingerprinter,
    link: &HostId,
    entry: &FieldMapping,
    host: &Record,
    vendor: &Record,
) -> Pair {
    let (asked, shown) = canonical(entry, host, vendor);
    let print = |side, form| prints.field(link, side, entry.field, form);
    if asked == shown {
        Pair::Same(print(Side::Host, &asked))
    } else {
        Pair::Split { asked: print(Side::Host, &asked), shown: print(Side::Vendor, &shown) }
    }
}

/// Whether both sides say the same now, whatever was before. `None` when one was not read.
pub(crate) fn agree_now(entry: &FieldMapping, host: &Record, vendor: &Record) -> Option<bool> {
    let shown = vendor.cell(entry.field);
    if entry.write_only && host.cell(entry.field).is_read() {
        return Some(false);
    }
    match (entry.ask(host), shown) {
        (Asked::NotRead, _) | (_, Cell::NotRead) => None,
        (Asked::Empty, Cell::Empty) => Some(true),
        (Asked::Value(asked), Cell::Value(shown)) => Some(
            entry.kind().same(&asked, shown)
                || host.cell(entry.field).value().is_some_and(|value| entry.agree(value, shown)),
        ),
        (Asked::Empty | Asked::Value(_) | Asked::Unusable(_), _) => Some(false),
    }
}

/// Whether both sides show the same in every field, as far as that can be told at a glance. False proves nothing.
pub(crate) fn plainly_agree(mapping: &Mapping, host: &Record, vendor: &Record) -> bool {
    // Of several employments there is more to compare than what the two speak of.
    several(mapping, vendor).is_none()
        && host.beside(vendor).all(|(field, host, vendor)| match (mapping.entry(field), host, vendor) {
            (None, ..) => true,
            (Some(entry), Cell::Value(host), Cell::Value(vendor)) => entry.convert.plainly_writes(host, vendor),
            (Some(entry), Cell::Empty, Cell::Empty) => entry.derive.is_none(),
            _ => false,
        })
}

/// Judges one field. `halves` is asked for only when the sides differ and there is something to compare with.
pub(crate) fn judge(
    entry: &FieldMapping,
    host: &Record,
    vendor: &Record,
    pair: Pair,
    halves: impl FnOnce() -> Halves,
) -> Judgement {
    use DifferenceKind as D;
    match agree_now(entry, host, vendor) {
        None => return Judgement::Unknown,
        Some(true) => return Judgement::Agreed,
        Some(false) => {}
    }
    let host_empty = matches!(entry.ask(host), Asked::Empty);
    let kind = match pair {
        Pair::None if entry.write_only => return Judgement::Agreed,
        Pair::None if host_empty => D::MissingInHost,
        Pair::None if vendor.cell(entry.field).is_empty() => D::MissingInVendor,
        Pair::None => D::Conflict,
        Pair::Same(both) => {
            let now = halves();
            moved(now.asked != both, !entry.write_only && now.shown_as_asked != both)
        }
        Pair::Split { asked, shown } => {
            let now = halves();
            moved(now.asked != asked, !entry.write_only && now.shown != shown)
        }
        Pair::Written { asked, before } => {
            let now = halves();
            let host_moved = now.asked != asked;
            let (old_shown, ours_shown) = (now.shown == before, now.shown_as_asked == asked);
            match (host_moved, old_shown, ours_shown) {
                (false, ..) if entry.write_only => return Judgement::Agreed,
                (true, ..) if entry.write_only => D::HostChanged,
                (false, true, _) => D::NotTaken,
                // A day has one form.
                (false, false, _) if entry.kind() == FieldKind::Date => D::VendorChanged,
                (false, false, _) => return Judgement::Rendered,
                // What was written was of something that the vendor has no more.
                (true, true, _) if entry.leads => D::Conflict,
                (true, true, _) | (true, _, true) => D::HostChanged,
                (true, false, false) => D::Conflict,
            }
        }
    };
    if kind == D::Left && entry.write_only {
        return Judgement::Agreed;
    }
    Judgement::Differs(kind)
}

impl Pair {
    /// Whether the host asks for what was settled, or written.
    pub(crate) fn asks(self, now: &Halves) -> bool {
        match self {
            Self::None => false,
            Self::Same(asked) | Self::Split { asked, .. } | Self::Written { asked, .. } => now.asked == asked,
        }
    }

    /// Nothing, unless it counts.
    pub(crate) fn unless(self, over: bool) -> Self {
        if over { Self::None } else { self }
    }

    /// Whether the vendor shows what was settled, or written.
    pub(crate) fn shows(self, now: &Halves) -> bool {
        match self {
            Self::None => false,
            Self::Same(both) => now.shown_as_asked == both,
            Self::Split { shown, .. } => now.shown == shown,
            Self::Written { asked, .. } => now.shown_as_asked == asked,
        }
    }
}

fn moved(host: bool, vendor: bool) -> DifferenceKind {
    match (host, vendor) {
        (false, false) => DifferenceKind::Left,
        (true, false) => DifferenceKind::HostChanged,
        (false, true) => DifferenceKind::VendorChanged,
        (true, true) => DifferenceKind::Conflict,
    }
}
