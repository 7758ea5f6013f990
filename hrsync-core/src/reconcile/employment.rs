//! Of several employments the one that both sides speak of.

use crate::mapping::Mapping;
use crate::model::{Cell, Entry, Record, field};

/// The vendor's record with the employment that the host's dates are about, where that is not the one it shows: the one that stands for
/// all on the day it was read. The host means a later one where its first workday begins that one, or lies behind the last workday of
/// the one that is shown; then it is the next. Otherwise whoever is hired again before the first day of it would differ until then, and
/// what changes meanwhile would be written to the wrong employment.
pub(crate) fn meeting(mapping: &Mapping, host: &Record, vendor: &Record) -> Option<Record> {
    let all = vendor.cell(field::EMPLOYMENTS).value()?.as_list()?;
    // Where employments are compared as a list, each is compared with its own.
    if mapping.entry(field::EMPLOYMENTS).is_some() {
        return None;
    }
    let (wanted, shown) = (host.cell(field::START_DATE).value()?, vendor.cell(field::START_DATE).value()?);
    let mut later = all.entries().iter().filter(|entry| entry.key() > shown);
    let last = vendor.cell(field::END_DATE).value();
    let behind = |entry: &&Entry| last.is_some_and(|last| last < wanted && last < entry.key());
    let meant = later.clone().find(|entry| entry.key() == wanted).or_else(|| later.find(behind))?;
    let start = Cell::Value(meant.key().clone());
    let end = Cell::from(all.part(meant, "end").cloned());
    Some(vendor.clone().with(field::START_DATE, start).with(field::END_DATE, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::FieldMapping;
    use crate::model::FieldId;

    fn cell(id: FieldId, text: &str) -> Cell {
        Cell::from_text(text, |text| id.kind().parse(text))
    }

    fn dates(id: &str, start: &str, end: &str) -> Record {
        let record = Record::new(id).with(field::START_DATE, cell(field::START_DATE, start));
        record.with(field::END_DATE, cell(field::END_DATE, end))
    }

    #[test]
    fn the_employment_is_compared_that_the_host_means() {
        const ENDS: &str = r#"[{"start":"2024-01-01","end":"2026-11-30"},{"start":"2026-12-01","end":"2027-05-31"},{"start":"2027-06-01"}]"#;
        const OPEN: &str = r#"[{"start":"2024-01-01"},{"start":"2026-12-01","end":"2027-05-31"}]"#;
        let (ending, open) = (("2024-01-01", "2026-11-30"), ("2024-01-01", ""));
        let (next, last) = (Some(("2026-12-01", "2027-05-31")), Some(("2027-06-01", "")));
        for (all, shown, host, meant) in [
            (ENDS, ending, "2024-01-01", None),
            (ENDS, ending, "2024-02-01", None),
            (ENDS, ending, "", None),
            (ENDS, ending, "soon", None),
            (ENDS, ending, "2026-12-01", next),
            (ENDS, ending, "2026-12-15", next),
            (ENDS, ending, "2027-06-01", last),
            // What is past is not gone back to: the payroll clerk knows more.
            (ENDS, ("2026-12-01", "2027-05-31"), "2024-01-01", None),
            (OPEN, open, "2026-12-01", next),
            (OPEN, open, "2026-12-15", None),
            ("[]", ending, "2026-12-01", None),
            (r#"[{"start":"2026-12-01"},{"start":"2026-12-01","end":"2026-12-31"}]"#, ending, "2026-12-01", None),
        ] {
            let vendor = dates("7", shown.0, shown.1).with(field::EMPLOYMENTS, cell(field::EMPLOYMENTS, all));
            let host = dates("h7", host, "2030-01-01");
            let dated = |(start, end)| {
                vendor
                    .clone()
                    .with(field::START_DATE, cell(field::START_DATE, start))
                    .with(field::END_DATE, cell(field::END_DATE, end))
            };
            let mapping = Mapping::new("v", [FieldMapping::new(field::START_DATE, "start")]);
            assert_eq!(meeting(&mapping, &host, &vendor), meant.map(dated), "{all} {host:?}");
            let list = Mapping::new("v", [FieldMapping::new(field::EMPLOYMENTS, "employments")]);
            assert_eq!(meeting(&list, &host, &vendor), None);
        }
        assert_eq!(
            meeting(&Mapping::new("v", []), &dates("h7", "2026-12-01", ""), &dates("7", "2024-01-01", "")),
            None
        );
    }
}
