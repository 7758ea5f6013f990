//! Matching on invented people of four countries: nobody is taken for somebody else, and most are recognised.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::HashSet;

use hrsync_core::matching::{Agreement, Candidate, LinkedBy, match_people};
use hrsync_core::{Employee, FieldId, Record, check, field};
use hrsync_testkit::people::{Country, TwoLists, two_lists};

fn only(record: Record, fields: &[FieldId]) -> Record {
    let cells = record.cells().filter(|(field, _)| fields.contains(field));
    cells.fold(Record::new(record.id()), |cut, (field, cell)| cut.with(field, cell.clone()))
}

const BARE: [FieldId; 4] = [field::GIVEN_NAME, field::FAMILY_NAME, field::BIRTH_DATE, field::POSTCODE];

#[test]
fn nobody_is_taken_for_somebody_else_and_most_are_recognised() {
    for country in Country::ALL {
        for (people, seed) in [(8, 1), (80, 2), (800, 3)] {
            let TwoLists { host, vendor, pairs } = two_lists(country, people, seed);
            let records = |all: &[Employee]| all.iter().map(|one| only(one.to_record(), &BARE)).collect::<Vec<_>>();
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

/// Seeds in which a looser rule takes somebody for somebody else: people who have name and nearly the date of birth in common and
/// nothing else, and twins of whom one side knows only one.
#[test]
fn rosters_of_thousands_have_no_false_link_either() {
    let full: Vec<FieldId> = BARE.into_iter().chain([field::STREET, field::EMAIL, field::PHONE]).collect();
    let cases = [
        // Who has another given name or another date of birth is asked about, however many addresses are the same.
        (Country::Norway, 20_261_126, &full[..], 0.91),
        (Country::Finland, 15, &BARE[..], 0.89),
        (Country::Sweden, 18, &BARE[..], 0.89),
        (Country::Netherlands, 14, &BARE[..], 0.89),
    ];
    for (country, seed, fields, recall) in cases {
        let TwoLists { host, vendor, pairs } = two_lists(country, 5_000, seed);
        let records = |all: &[Employee]| all.iter().map(|one| only(one.to_record(), fields)).collect::<Vec<_>>();
        let (links, _) = match_people(&records(&host), &records(&vendor));
        let truth: HashSet<(usize, usize)> = pairs.into_iter().collect();
        let wrong = links.iter().filter(|(h, v, _)| !truth.contains(&(*h, *v))).count();
        assert_eq!(wrong, 0, "{country:?} {seed}");
        assert!(links.len() as f64 >= recall * truth.len() as f64, "{country:?} {seed}: {}", links.len());
    }
}

fn anna(id: &str, given: &str, born: &str, reached: Option<&str>) -> Record {
    let mut person = Employee::new(id);
    (person.given_name, person.family_name) = (Some(given.into()), Some("Lindqvist-Ek".into()));
    person.birth_date = check::date(born).ok();
    person.address.postcode = Some("20100".into());
    person.email = reached.map(|who| format!("{who}@a.example"));
    person.phone = reached.map(|who| format!("+35850{:07}", 1_000_003 * who.len()));
    person.to_record()
}

/// Who is linked, and who is a candidate, by ids.
fn outcome(host: &[Record], vendor: &[Record]) -> (Vec<(String, String)>, Vec<Candidate>) {
    let (links, candidates) = match_people(host, vendor);
    (links.iter().map(|(h, v, _)| (host[*h].id().into(), vendor[*v].id().into())).collect(), candidates)
}

#[test]
fn who_is_reached_in_other_ways_altogether_is_the_same_only_when_nothing_else_differs() {
    for (born, reached, linked) in [
        ("1980-03-17", Some("anna"), true),
        ("1980-03-17", Some("somebody"), true),
        ("1980-03-17", None, true),
        ("1980-08-17", Some("anna"), true),
        ("1980-08-17", None, true),
        ("1980-08-17", Some("somebody"), false),
    ] {
        let host = [anna("h", "Anna-Katariina", "1980-03-17", Some("anna"))];
        let (links, candidates) = outcome(&host, &[anna("v", "Anna-Katariina", born, reached)]);
        assert_eq!((links.len(), candidates.len()), (usize::from(linked), usize::from(!linked)), "{born} {reached:?}");
    }
}

#[test]
fn of_twins_of_whom_one_side_knows_one_nobody_is_linked_without_something_of_their_own() {
    let twins = [anna("h1", "Anna", "1980-03-17", Some("one")), anna("h2", "Beata", "1980-03-17", Some("other"))];
    let one = anna("v1", "Anna", "1980-03-17", None);
    let (links, candidates) = outcome(&twins, std::slice::from_ref(&one));
    assert_eq!(links, []);
    let same = candidates.iter().filter(|one| one.evidence.iter().all(|field| field.agreement == Agreement::Same));
    assert_eq!(same.map(|one| one.host.as_str()).collect::<Vec<_>>(), ["h1"]);
    // With both on both sides it is plain, and so it is where one is reached in her own way.
    let (mut links, _) = outcome(&twins, &[one, anna("v2", "Beata", "1980-03-17", None)]);
    links.sort();
    assert_eq!(links, [("h1".into(), "v1".into()), ("h2".into(), "v2".into())]);
    let (links, _) = outcome(&twins, &[anna("v2", "Beata", "1980-03-17", Some("other"))]);
    assert_eq!(links, [("h2".into(), "v2".into())]);
}
