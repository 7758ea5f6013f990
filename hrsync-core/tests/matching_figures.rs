//! Matching on invented people of four countries: nobody is taken for somebody else, and most are recognised.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::HashSet;

use hrsync_core::matching::{LinkedBy, match_people};
use hrsync_core::{Employee, FieldId, Record, field};
use hrsync_testkit::people::{Country, TwoLists, two_lists};

fn only(record: Record, fields: &[FieldId]) -> Record {
    let cells = record.cells().filter(|(field, _)| fields.contains(field));
    cells.fold(Record::new(record.id()), |cut, (field, cell)| cut.with(field, cell.clone()))
}

#[test]
fn nobody_is_taken_for_somebody_else_and_most_are_recognised() {
    let bare = [field::GIVEN_NAME, field::FAMILY_NAME, field::BIRTH_DATE, field::POSTCODE];
    for country in Country::ALL {
        for (people, seed) in [(8, 1), (80, 2), (800, 3)] {
            let TwoLists { host, vendor, pairs } = two_lists(country, people, seed);
            let records = |all: &[Employee]| all.iter().map(|one| only(one.to_record(), &bare)).collect::<Vec<_>>();
            let (links, candidates) = match_people(&records(&host), &records(&vendor));
            let truth: HashSet<(usize, usize)> = pairs.into_iter().collect();
            let case = format!("{country:?} {people}");
            for (h, v, by) in &links {
                assert!(truth.contains(&(*h, *v)), "{case}: {h} is taken for {v}");
                assert_eq!(*by, LinkedBy::Resemblance);
            }
            let shown = candidates.iter().map(|one| {
                let place = |id: &str| id[1..].parse::<usize>().unwrap();
                let there = vendor.iter().position(|person| person.id == one.vendor.as_str()).unwrap();
                (place(one.host.as_str()), there)
            });
            let reached: HashSet<(usize, usize)> = links.iter().map(|(h, v, _)| (*h, *v)).chain(shown).collect();
            let share = |count: usize| count as f64 / truth.len() as f64;
            // A small roster does not tell slips from other names, and there a person decides instead.
            let least = if people < 800 { 0.7 } else { 0.85 };
            assert!(share(links.len()) >= least, "{case}: {} of {} are linked", links.len(), truth.len());
            assert!(share(truth.intersection(&reached).count()) >= 0.985, "{case}");
            assert!(candidates.len() as f64 <= 1.5 * people as f64, "{case}");
            for person in &host {
                assert!(candidates.iter().filter(|one| one.host.as_str() == person.id).count() <= 5, "{case}");
            }
        }
    }
}
