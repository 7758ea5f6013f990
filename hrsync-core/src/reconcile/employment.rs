//! Of several employments the one that both sides speak of.

use time::Date;

use super::compare::Halves;
use super::fingerprint::Fingerprinter;
use super::link::{Link, Pair};
use super::review::Prints;
use crate::check::Problem;
use crate::mapping::{FieldMapping, Mapping};
use crate::model::{Cell, Entry, FieldId, HostId, List, Record, Side, Value, field};

/// The part of an employment that is its last workday.
const END: &str = "end";

/// The days of an employment that a record has as fields of their own.
pub(crate) const WORKDAYS: [FieldId; 2] = [field::START_DATE, field::END_DATE];

/// What else a record has of an employment as a field of its own, by the part of the list.
const OTHERS: [(FieldId, &str); 2] = [(field::PROBATION_END, "probation_end"), (field::JOB_TITLE, "title")];

/// An employment does not end, nor its probation, before it begins.
pub(crate) fn in_order(id: FieldId, side: &Record) -> Result<(), Problem> {
    let of_employment = id == field::END_DATE || id == field::PROBATION_END;
    if of_employment && ends_before(side, id, side) { Err(Problem::BeforeStart) } else { Ok(()) }
}

/// Nor does it begin after it ends, where both are compared.
pub(crate) fn begins_in_order(mapping: &Mapping, id: FieldId, side: &Record) -> Result<(), Problem> {
    let begins = id == field::START_DATE && compares_workdays(mapping);
    if begins && ends_before(side, field::END_DATE, side) { Err(Problem::AfterEnd) } else { Ok(()) }
}

/// The fields that cannot be written to a side, since a day of the employment that stands there then would lie before its first one: both
/// workdays, where both are compared, or the end of a probation that is written to the vendor. The host may have what the vendor has.
pub(crate) fn out_of_order(
    mapping: &Mapping,
    (side, there): (Side, &Record),
    written: impl IntoIterator<Item = (FieldId, Cell)>,
) -> Vec<FieldId> {
    let of_employment = |id: &FieldId| WORKDAYS.contains(id) || *id == field::PROBATION_END;
    let written: Vec<(FieldId, Cell)> = written.into_iter().filter(|(id, _)| of_employment(id)).collect();
    let is_written = |id: FieldId| written.iter().any(|(one, _)| *one == id);
    let checks: [(bool, FieldId, &[FieldId]); 2] = [
        (WORKDAYS.into_iter().any(is_written) && compares_workdays(mapping), field::END_DATE, &WORKDAYS),
        (is_written(field::PROBATION_END) && side == Side::Vendor, field::PROBATION_END, &[field::PROBATION_END]),
    ];
    if checks.iter().all(|(is_due, ..)| !is_due) {
        return Vec::new();
    }
    let after = written.into_iter().fold(there.clone(), |after, (id, cell)| after.with(id, cell));
    let apart = checks.into_iter().filter(|(is_due, last, _)| *is_due && ends_before(&after, *last, &after));
    apart.flat_map(|(.., fields)| fields.to_vec()).collect()
}

fn compares_workdays(mapping: &Mapping) -> bool {
    WORKDAYS.iter().all(|id| mapping.entry(*id).is_some())
}

/// Whether a last day in one record lies before the first workday in the other.
fn ends_before(one: &Record, last: FieldId, other: &Record) -> bool {
    let date = |record: &Record, id| record.cell(id).value().and_then(Value::as_date);
    date(one, last).zip(date(other, field::START_DATE)).is_some_and(|(end, start)| end < start)
}

/// Of which employment the workdays of the two sides are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoken {
    /// Of one.
    One,
    /// They may be of two.
    Two,
    /// The vendor has several, and none that begins as the sides agreed last, or that cannot be read.
    Unknown,
}

/// Of which employment the workdays of the two sides are: of two where the vendor tells of several or of none, where the host tells of none any
/// more, or where there is no day on which both say that the person is employed. `agreed` is what both sides agreed on last, where they did.
pub(crate) fn spoken(mapping: &Mapping, host: &Record, vendor: &Record, agreed: Option<&Agreed<'_>>) -> Spoken {
    let ends_before = |one: &Record, other: &Record| ends_before(one, field::END_DATE, other);
    if matches!(vendor.cell(field::EMPLOYMENTS), Cell::AsGiven(_)) {
        return Spoken::Unknown;
    }
    if let Some(all) = several(mapping, vendor) {
        let is_there = |agreed: &Agreed<'_>| all.entries().iter().any(|one| agreed.shows(&with(vendor, all, one)));
        return if agreed.is_none_or(is_there) { Spoken::Two } else { Spoken::Unknown };
    }
    let begins = |record: &Record| !record.cell(field::START_DATE).is_empty();
    let gone = begins(host) && !begins(vendor);
    // Who says of an employment that it is none any more says nothing of its last day.
    let both_emptied = || host.cell(field::END_DATE).is_empty() && vendor.cell(field::END_DATE).value().is_some();
    let emptied = begins(vendor) && !begins(host) && agreed.map_or_else(both_emptied, |agreed| !agreed.asks(vendor));
    // A first workday that is entered before its last one is of another employment too.
    let in_the_middle = ends_before(host, host);
    let apart = gone || emptied || in_the_middle || ends_before(host, vendor) || ends_before(vendor, host);
    if apart { Spoken::Two } else { Spoken::One }
}

/// With which first workday both sides agreed last.
pub(crate) struct Agreed<'a> {
    pair: Pair,
    prints: &'a Fingerprinter,
    id: &'a HostId,
    entry: &'a FieldMapping,
    host: &'a Record,
}

impl<'a> Agreed<'a> {
    /// Nothing where they never did.
    pub(crate) fn new(
        mapping: &'a Mapping,
        prints: &'a Fingerprinter,
        id: &'a HostId,
        host: &'a Record,
        pair: impl Fn(usize) -> Pair,
    ) -> Option<Self> {
        let place = mapping.place(field::START_DATE)?;
        let (entry, pair) = (&mapping.entries()[place], pair(place));
        (pair != Pair::None).then_some(Self { pair, prints, id, entry, host })
    }

    fn halves(&self, vendor: &Record) -> Halves {
        Halves::new(self.prints, self.id, self.entry, self.host, vendor)
    }

    /// Whether a record of the vendor begins so.
    pub(crate) fn shows(&self, vendor: &Record) -> bool {
        self.pair.shows(&self.halves(vendor))
    }

    /// Whether the host still says so.
    fn asks(&self, vendor: &Record) -> bool {
        self.pair.asks(&self.halves(vendor))
    }
}

/// The vendor's record with the employment that the host's dates are about, and with those that either side may speak of: what is past counts
/// no more, unless the host begins with it or both agreed on it. Nothing where that is what the record shows, the employment that stands for
/// all on the day it was read, `as_of`.
///
/// It is looked for among that one, others that stand beside it and later ones: the one that begins on the host's first workday, else the one
/// that begins as both sides agreed last, else, of those that end as they agreed, or of all, the nearest. Otherwise whoever is hired again
/// before the first day of it would differ until then, and what changes meanwhile would be written to the wrong employment.
pub(crate) fn meeting(
    mapping: &Mapping,
    revision: u64,
    prints: &mut Prints<'_>,
    link: Option<&Link>,
    (host, vendor): (&Record, &Record),
    as_of: Option<Date>,
) -> Option<Record> {
    let all = several(mapping, vendor)?;
    let opened = link.and_then(|link| Some((link.host.clone(), prints.open(link, mapping, revision)?)));
    let agreed = |id: FieldId, one: &Entry| {
        let (Some((host_id, (prints, pairs))), Some(place)) = (&opened, mapping.place(id)) else { return false };
        let record = with(vendor, all, one);
        pairs.get(place).shows(&Halves::new(prints, host_id, &mapping.entries()[place], host, &record))
    };
    let shown = vendor.cell(field::START_DATE).value()?;
    // What is past is not gone back to; one that stands beside the one that is shown is.
    let today = as_of.or_else(|| shown.as_date());
    let is_over = |entry: &Entry| all.part(entry, END).and_then(Value::as_date).is_some_and(|end| Some(end) < today);
    let stands = |entry: &&Entry| entry.key() == shown || !is_over(entry);
    let candidates: Vec<&Entry> = all.entries().iter().filter(stands).collect();
    let meant = meant(&candidates, host, shown, agreed)?;
    let begins = host.cell(field::START_DATE).value();
    // Of one on which both agreed somebody may still speak.
    let named = |entry: &Entry| Some(entry.key()) == begins || agreed(field::START_DATE, entry);
    let spoken_of = all.keeping(|entry| stands(&entry) || named(entry));
    if meant.key() == shown && spoken_of.entries().len() == all.entries().len() {
        return None;
    }
    let employments = Cell::Value(Value::List(Box::new(spoken_of)));
    Some(with(vendor, all, meant).with(field::EMPLOYMENTS, employments))
}

/// The employments that a record tells of, where the engine chooses among them: not where they are compared as a list, each with its own.
pub(crate) fn several<'r>(mapping: &Mapping, vendor: &'r Record) -> Option<&'r List> {
    let all = vendor.cell(field::EMPLOYMENTS).value()?.as_list()?;
    (mapping.entry(field::EMPLOYMENTS).is_none() && all.entries().len() > 1).then_some(all)
}

/// The record with one of its employments.
pub(crate) fn with(vendor: &Record, all: &List, one: &Entry) -> Record {
    let part = |part| Cell::from(all.part(one, part).cloned());
    let days = vendor.clone().with(field::START_DATE, Cell::Value(one.key().clone())).with(field::END_DATE, part(END));
    // What is told of none is not told.
    let is_told = |name| all.entries().iter().any(|one| all.part(one, name).is_some());
    let others = OTHERS.iter().filter(|(_, name)| is_told(name));
    others.fold(days, |record, (id, name)| record.with(*id, part(name)))
}

fn meant<'e>(
    candidates: &[&'e Entry],
    host: &Record,
    shown: &Value,
    agreed: impl Fn(FieldId, &Entry) -> bool,
) -> Option<&'e Entry> {
    let wanted = host.cell(field::START_DATE).value();
    let same = candidates.iter().find(|entry| Some(entry.key()) == wanted);
    if let Some(known) = same.or_else(|| candidates.iter().find(|entry| agreed(field::START_DATE, entry))) {
        return Some(known);
    }
    let Some(wanted) = wanted.and_then(Value::as_date) else {
        return candidates.iter().copied().find(|entry| entry.key() == shown);
    };
    let away = |entry: &&Entry| entry.key().as_date().map(|day| (day - wanted).abs());
    let ending = candidates.iter().copied().filter(|entry| agreed(field::END_DATE, entry));
    ending.min_by_key(away).or_else(|| candidates.iter().copied().min_by_key(away))
}

#[cfg(test)]
mod tests {
    use super::super::baseline;
    use super::super::baseline::Verdict;
    use super::*;
    use crate::keys::StaticKeys;
    use crate::model::{ConnectionId, VendorId};

    const START: FieldMapping = FieldMapping::new(field::START_DATE, "start");

    fn cell(id: FieldId, text: &str) -> Cell {
        Cell::from_text(text, |text| id.kind().parse(text))
    }

    fn dates(id: &str, (start, end): (&str, &str)) -> Record {
        let record = Record::new(id).with(field::START_DATE, cell(field::START_DATE, start));
        record.with(field::END_DATE, cell(field::END_DATE, end))
    }

    #[test]
    fn the_employment_is_compared_that_the_host_means() {
        const THREE: &str = r#"[{"start":"2024-01-01","end":"2026-11-30"},{"start":"2026-12-01","end":"2027-05-31"},{"start":"2027-09-01"}]"#;
        const DELAYED: &str = r#"[{"start":"2024-01-01","end":"2026-12-05"},{"start":"2026-12-06"}]"#;
        const TWICE: &str = r#"[{"start":"2026-12-01"},{"start":"2026-12-01","end":"2026-12-31"}]"#;
        let first = ("2024-01-01", "2026-11-30");
        let second = Some(("2026-12-01", "2027-05-31"));
        let third = Some(("2027-09-01", ""));
        // All, the one that stands today, the host's first workday, the one that both agreed on; which one is compared instead.
        for (all, shown, host, agreed, meant) in [
            (THREE, first, "2024-01-01", "", None),
            (THREE, first, "2024-02-01", "", None),
            (THREE, first, "", "", None),
            (THREE, first, "soon", "", None),
            (THREE, first, "2026-12-01", "", second),
            (THREE, first, "2026-11-25", "", second),
            (THREE, first, "2027-09-01", "", third),
            (THREE, first, "2027-08-15", "", third),
            // Moved in the host.
            (THREE, first, "2026-11-25", "2026-12-01", second),
            (THREE, first, "2027-08-15", "2026-12-01", second),
            (THREE, first, "2027-03-01", "2027-09-01", third),
            (THREE, first, "2026-11-25", "2024-01-01", None),
            (THREE, first, "", "2026-12-01", second),
            // Moved in the payroll system.
            (DELAYED, ("2024-01-01", "2026-12-05"), "2026-12-01", "2026-12-01", Some(("2026-12-06", ""))),
            // What is past is not gone back to: the payroll clerk knows more.
            (THREE, ("2026-12-01", "2027-05-31"), "2024-01-01", "2024-01-01", None),
            ("[]", first, "2026-12-01", "", None),
            (TWICE, first, "2026-12-01", "", None),
        ] {
            let (keys, connection) = (StaticKeys::new([7; 32]), ConnectionId::from("c"));
            let mut prints = Prints::new(&keys, &connection);
            let vendor = dates("7", shown).with(field::EMPLOYMENTS, cell(field::EMPLOYMENTS, all));
            let host = dates("h7", (host, "2030-01-01"));
            let mapping = Mapping::new("v", [START]);
            let revision = mapping.revision();
            let mut link = Link::new(HostId::from("h7"), VendorId::from("7"));
            if !agreed.is_empty() {
                let (here, there) = (dates("h7", (agreed, "")), dates("7", (agreed, "")));
                let sides = (&here, &there);
                let settled = |_: usize, _: Option<&Value>| Verdict::Settled;
                link.baseline = baseline::make(&mapping, revision, &mut prints, &link.host, sides, None, settled);
            }
            let instead = |(start, end)| {
                let record = vendor.clone().with(field::START_DATE, cell(field::START_DATE, start));
                record.with(field::END_DATE, cell(field::END_DATE, end))
            };
            let came = meeting(&mapping, revision, &mut prints, Some(&link), (&host, &vendor), None);
            assert_eq!(came, meant.map(instead), "{all} {host:?} {agreed}");
            let list = Mapping::new("v", [FieldMapping::new(field::EMPLOYMENTS, "employments")]);
            assert_eq!(meeting(&list, list.revision(), &mut prints, Some(&link), (&host, &vendor), None), None);
        }
    }
}
