//! What is computed for a year's absences: of many people, and of people with many entries.

#![allow(missing_docs, clippy::print_stdout, reason = "a benchmark")]

use std::time::Duration;

use hrsync_benches::{Year, many_short, mixed, one_long};
use hrsync_core::absence::Absence;

/// What somebody is away for.
type Away = fn(usize) -> Vec<Absence>;

/// People, what they are away for, and the longest that a look at all of it may take: where nothing is there, and where all is.
const CASES: [(&str, usize, Away, [Duration; 2]); 3] = [
    ("a year of 10,000 people", 10_000, mixed, [Duration::from_secs(2), Duration::from_secs(4)]),
    ("259 days in one absence, 200 people", 200, one_long, [Duration::from_millis(250), Duration::from_millis(450)]),
    ("259 days in 53 absences, 200 people", 200, many_short, [Duration::from_millis(400), Duration::from_millis(600)]),
];

fn main() {
    for (what, people, absences, [nothing, all]) in CASES {
        let year = Year::new(people, absences);
        let (pieces, cost) = year.pieces();
        let entries: usize = pieces.iter().map(Vec::len).sum();
        println!("{what}: {entries} entries");
        cost.print("  days and entries wanted", people, None);
        let (created, cost) = year.preview();
        assert_eq!(created, entries);
        cost.print("  decisions, nothing is there", people, Some(nothing));
        year.fill(&pieces);
        let (created, cost) = year.preview();
        assert_eq!(created, 0);
        cost.print("  decisions, all is there", people, Some(all));
        year.push().print("  of that reading what is remembered", people, None);
    }
}
