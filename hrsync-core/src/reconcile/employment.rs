//! Of several employments the one that both sides speak of.

use time::Date;

use super::compare::Halves;
use super::fingerprint::Fingerprinter;
use super::link::{Link, Pair};
use super::review::Prints;
use crate::mapping::Mapping;
use crate::model::{Cell, Entry, HostId, List, Record, Value, field};

/// The part of an employment that is its last workday.
const END: &str = "end";

/// Whether the sides may speak of two employments: the vendor tells of several, or there is no day on which both say that the person is
/// employed.
pub(crate) fn are_apart(mapping: &Mapping, host: &Record, vendor: &Record) -> bool {
    let date = |record: &Record, id| record.cell(id).value().and_then(Value::as_date);
    let ends_before = |one: &Record, other: &Record| {
        date(one, field::END_DATE).zip(date(other, field::START_DATE)).is_some_and(|(end, start)| end < start)
    };
    // A first workday that is entered before its last one is of another employment too.
    let in_the_middle = ends_before(host, host);
    several(mapping, vendor).is_some() || in_the_middle || ends_before(host, vendor) || ends_before(vendor, host)
}

/// The vendor's record with the employment that the host's dates are about, where that is not the one it shows: the one that stands for
/// all on the day it was read. It is looked for among that one, others that stand beside it and later ones: the one that begins on the
/// host's first workday, else the one on which both sides agreed last, else the nearest. Otherwise whoever is hired again before the first day of it would differ until
/// then, and what changes meanwhile would be written to the wrong employment.
pub(crate) fn meeting(
    mapping: &Mapping,
    revision: u64,
    prints: &mut Prints<'_>,
    link: Option<&Link>,
    (host, vendor): (&Record, &Record),
) -> Option<Record> {
    let all = several(mapping, vendor)?;
    let agreed = link.and_then(|link| {
        let (prints, pairs) = prints.open(link, mapping, revision)?;
        let place = mapping.place(field::START_DATE)?;
        Some((prints, link.host.clone(), pairs.get(place)))
    });
    let shown = vendor.cell(field::START_DATE).value()?;
    // What is past is not gone back to; one that stands beside the one that is shown is.
    let stands = |entry: &&Entry| all.part(entry, END).is_none_or(|end| end >= shown);
    let candidates: Vec<&Entry> = all.entries().iter().filter(stands).collect();
    let meant = meant(mapping, &candidates, host, vendor, agreed)?;
    if meant.key() == shown {
        return None;
    }
    Some(with(vendor, all, meant))
}

/// The employments that a record tells of, where the engine chooses among them: not where they are compared as a list, each with its own.
pub(crate) fn several<'r>(mapping: &Mapping, vendor: &'r Record) -> Option<&'r List> {
    let all = vendor.cell(field::EMPLOYMENTS).value()?.as_list()?;
    (mapping.entry(field::EMPLOYMENTS).is_none() && all.entries().len() > 1).then_some(all)
}

/// The record with the dates of one of its employments.
fn with(vendor: &Record, all: &List, one: &Entry) -> Record {
    let start = Cell::Value(one.key().clone());
    let end = Cell::from(all.part(one, END).cloned());
    vendor.clone().with(field::START_DATE, start).with(field::END_DATE, end)
}

fn meant<'e>(
    mapping: &Mapping,
    candidates: &[&'e Entry],
    host: &Record,
    vendor: &Record,
    agreed: Option<(Fingerprinter, HostId, Pair)>,
) -> Option<&'e Entry> {
    let wanted = host.cell(field::START_DATE).value();
    if let Some(same) = candidates.iter().find(|entry| Some(entry.key()) == wanted) {
        return Some(same);
    }
    let entry = mapping.entry(field::START_DATE)?;
    let is_agreed = |candidate: &&&Entry| {
        let record = vendor.clone().with(field::START_DATE, Cell::Value(candidate.key().clone()));
        agreed.as_ref().is_some_and(|(prints, id, pair)| pair.shows(&Halves::new(prints, id, entry, host, &record)))
    };
    if let Some(known) = candidates.iter().find(is_agreed) {
        return Some(known);
    }
    let wanted = wanted.and_then(Value::as_date)?;
    let away = |day: Option<Date>| day.map(|day| (day - wanted).abs());
    candidates.iter().min_by_key(|entry| away(entry.key().as_date())).copied()
}

#[cfg(test)]
mod tests {
    use super::super::baseline;
    use super::super::baseline::Verdict;
    use super::*;
    use crate::keys::StaticKeys;
    use crate::mapping::FieldMapping;
    use crate::model::{ConnectionId, FieldId, VendorId};

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
            let came = meeting(&mapping, revision, &mut prints, Some(&link), (&host, &vendor));
            assert_eq!(came, meant.map(instead), "{all} {host:?} {agreed}");
            let list = Mapping::new("v", [FieldMapping::new(field::EMPLOYMENTS, "employments")]);
            assert_eq!(meeting(&list, list.revision(), &mut prints, Some(&link), (&host, &vendor)), None);
        }
    }
}
