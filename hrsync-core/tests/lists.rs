//! Laws of lists and timelines, over entries at random, through the public merge.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};

use hrsync_core::check::Problem;
use hrsync_core::model::{Dated, List, Moved, Timeline};
use hrsync_core::reconcile::{Decisions, DifferenceKind, Merged, Policies, Policy, Resolution, merge};
use hrsync_core::{Cell, Employee, FieldId, FieldMapping, HostId, Mapping, Record, Value, check, field};
use proptest::prelude::*;
use time::Date;

/// Entries by key.
type Entries = BTreeMap<u8, u8>;

fn mapping() -> Mapping {
    let lines = [field::JOB_TITLE, field::EMPLOYMENTS, field::WORKING_TIME];
    Mapping::new("laws", lines.map(|id| FieldMapping::new(id, "path")))
}

fn record(id: FieldId, text: Option<&str>) -> Record {
    let cell = text.map_or(Cell::NotRead, |text| Cell::from_text(text, |text| id.kind().parse(text)));
    assert!(!cell.is_unreadable(), "{text:?}");
    Record::new("1").with(id, cell)
}

fn employments(entries: impl IntoIterator<Item = (u8, u8)>) -> String {
    let row = |(key, title): (u8, u8)| format!(r#"{{"start":"20{key:02}-01-01","title":"t{title}"}}"#);
    format!("[{}]", entries.into_iter().map(row).collect::<Vec<_>>().join(","))
}

fn person(entries: &Entries) -> Record {
    record(field::EMPLOYMENTS, Some(&employments(entries.clone())))
}

/// The entries that a record holds.
fn entries(record: &Record) -> Entries {
    let list = record.cell(field::EMPLOYMENTS).value().and_then(Value::as_list);
    let entry = |entry: &hrsync_core::model::Entry| {
        let key = entry.key().as_date().unwrap().year() - 2000;
        let title = entry.parts().iter().flatten().next().unwrap().reveal().into_owned();
        (key as u8, title[1..].parse().unwrap())
    };
    list.map(|list| list.entries().iter().map(entry).collect()).unwrap_or_default()
}

fn merged(before: Option<(&Record, &Record)>, host: &Record, vendor: &Record, policy: Policy) -> Merged {
    merge(&mapping(), before, host, vendor, &Policies::new(policy), &Decisions::new()).unwrap()
}

fn some_entries() -> impl Strategy<Value = Entries> {
    prop::collection::btree_map(1..7u8, 0..3u8, 0..6)
}

fn policy() -> impl Strategy<Value = Policy> {
    prop::sample::select(vec![Policy::Ask, Policy::PreferHost, Policy::PreferVendor, Policy::Fill])
}

/// Rows of a timeline, with days close together.
fn line() -> impl Strategy<Value = Timeline<u8>> {
    let day = || prop::option::of((0..8i32).prop_map(|offset| Date::from_julian_day(2_460_000 + offset).unwrap()));
    let row = (day(), day(), 0..3u8).prop_map(|(from, to, value)| Dated { from, to, value });
    prop::collection::vec(row, 0..5).prop_map(|rows| {
        // What begins on one day is told apart by nothing else.
        let mut days = BTreeSet::new();
        let begins_first = |row: &Dated<u8>| row.from.zip(row.to).is_none_or(|(from, to)| from <= to);
        Timeline::new(rows.into_iter().filter(begins_first).filter(|row| days.insert(row.from)))
    })
}

fn percent(line: &Timeline<u8>) -> Record {
    let day = |name: &str, day: Option<Date>| day.map(|day| format!(r#","{name}":"{}""#, check::format_date(day)));
    let row = |row: &Dated<u8>| {
        let (from, to) = (day("from", row.from).unwrap_or_default(), day("to", row.to).unwrap_or_default());
        format!(r#"{{"percent":"{}"{from}{to}}}"#, row.value)
    };
    let rows: Vec<String> = line.rows().iter().map(row).collect();
    record(field::WORKING_TIME, Some(&format!("[{}]", rows.join(","))))
}

/// What a record says of the days in question and of those around them.
fn says(record: &Record) -> Vec<Option<String>> {
    let list = record.cell(field::WORKING_TIME).value().and_then(Value::as_list);
    let days = (-1..10i32).map(|offset| Value::Date(Date::from_julian_day(2_460_000 + offset).unwrap()));
    let held = |list: &List, day: &Value| Some(list.holding(day)?.parts()[0].as_ref()?.reveal().into_owned());
    days.map(|day| held(list?, &day)).collect()
}

fn moved(before: &Timeline<u8>, host: &Timeline<u8>, vendor: &Timeline<u8>) -> Vec<Option<Moved>> {
    let line = Timeline::compare(before, host, vendor);
    (-1..10i32).map(|offset| line.at(Date::from_julian_day(2_460_000 + offset).unwrap()).copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_entry_that_only_one_side_added_or_changed_is_on_both_afterwards(
        before in some_entries(), host in some_entries(), vendor in some_entries(), policy in policy(),
    ) {
        let base = person(&before);
        let merged = merged(Some((&base, &base)), &person(&host), &person(&vendor), policy);
        let (in_host, in_vendor) = (entries(&merged.host), entries(&merged.vendor));
        let mut conflicts = 0;
        for key in 1..7u8 {
            let [was, here, there] = [&before, &host, &vendor].map(|all| all.get(&key));
            let after = (in_host.get(&key), in_vendor.get(&key));
            match (here == was, there == was) {
                (false, true) => prop_assert_eq!(after, (here, here)),
                (true, false) => prop_assert_eq!(after, (there, there)),
                _ if here == there => prop_assert_eq!(after, (here, there)),
                _ if matches!(policy, Policy::Ask | Policy::Fill) => {
                    prop_assert_eq!(after, (here, there), "nobody decides");
                    conflicts += 1;
                }
                // What one side has is not removed because the other has none.
                _ => prop_assert!(after.0 == after.1 && after.0.is_some() && (after.0 == here || after.0 == there)),
            }
        }
        prop_assert_eq!(merged.open, vec![(field::EMPLOYMENTS, DifferenceKind::Conflict); conflicts]);
    }

    #[test]
    fn without_a_baseline_nothing_is_removed(host in some_entries(), vendor in some_entries(), policy in policy()) {
        let merged = merged(None, &person(&host), &person(&vendor), policy);
        for (side, own) in [(entries(&merged.host), &host), (entries(&merged.vendor), &vendor)] {
            prop_assert!(own.keys().all(|key| side.contains_key(key)));
        }
        if policy == Policy::Ask {
            prop_assert!(entries(&merged.host) == host && entries(&merged.vendor) == vendor);
        }
    }

    #[test]
    fn what_was_merged_is_settled(
        before in prop::option::of(some_entries()), host in some_entries(), vendor in some_entries(), policy in policy(),
    ) {
        let base = before.as_ref().map(person);
        let base = base.as_ref().map(|base| (base, base));
        let first = merged(base, &person(&host), &person(&vendor), policy);
        let again = merged(Some((&first.host, &first.vendor)), &first.host, &first.vendor, Policy::Ask);
        prop_assert!(again.host == first.host && again.vendor == first.vendor);
        prop_assert!(again.open.is_empty(), "{:?}", again.open);
        // What is open is asked again and again, and nothing else is.
        let still = merged(base, &first.host, &first.vendor, policy);
        prop_assert!(still.host == first.host && still.vendor == first.vendor && still.open == first.open);
    }

    #[test]
    fn a_decision_settles_every_entry(
        before in prop::option::of(some_entries()), host in some_entries(), vendor in some_entries(),
        side in prop::sample::select(vec![Resolution::Host, Resolution::Vendor]),
    ) {
        let base = before.as_ref().map(person);
        let base = base.as_ref().map(|base| (base, base));
        let decisions = Decisions::new().decide(&HostId::new("1"), field::EMPLOYMENTS, side);
        let merged =
            merge(&mapping(), base, &person(&host), &person(&vendor), &Policies::default(), &decisions).unwrap();
        let expected = if side == Resolution::Host { &host } else { &vendor };
        prop_assert!(merged.open.is_empty());
        prop_assert_eq!(&entries(&merged.host), expected);
        prop_assert_eq!(&entries(&merged.vendor), expected);
    }

    #[test]
    fn the_order_of_entries_says_nothing(all in some_entries(), seed in any::<prop::sample::Index>()) {
        let mut rows: Vec<(u8, u8)> = all.clone().into_iter().collect();
        if !rows.is_empty() {
            let by = seed.index(rows.len());
            rows.rotate_left(by);
            rows.reverse();
        }
        prop_assert!(record(field::EMPLOYMENTS, Some(&employments(rows))) == person(&all));
    }

    #[test]
    fn a_timeline_is_the_same_in_any_rows_and_order(line in line(), other in line()) {
        let mut reversed: Vec<_> = line.rows().to_vec();
        reversed.reverse();
        prop_assert!(percent(&Timeline::new(reversed)) == percent(&line));
        prop_assert!(percent(&line.normal()) == percent(&line));
        prop_assert_eq!(percent(&line) == percent(&other), line.same(&other));
    }

    #[test]
    fn days_on_which_only_one_side_moved_follow_it(before in line(), host in line(), vendor in line()) {
        let base = percent(&before);
        let [here, there] = [&host, &vendor].map(percent);
        let merged = merged(Some((&base, &base)), &here, &there, Policy::Ask);
        let (was_here, was_there) = (says(&here), says(&there));
        let (in_host, in_vendor) = (says(&merged.host), says(&merged.vendor));
        let moved = moved(&before, &host, &vendor);
        for (day, moved) in moved.iter().enumerate() {
            let after = (&in_host[day], &in_vendor[day]);
            let own = (&was_here[day], &was_there[day]);
            let expected = match moved {
                None | Some(Moved::Alike | Moved::Apart) => own,
                Some(Moved::Here) => (own.0, own.0),
                Some(Moved::There) => (own.1, own.1),
            };
            // Where a step of the baseline is gone from both sides, all that differs is asked about.
            prop_assert!(after == expected || (after == own && !merged.open.is_empty()), "day {day}: {after:?}");
        }
        let conflict = moved.contains(&Some(Moved::Apart));
        prop_assert!(!conflict || !merged.open.is_empty());
    }

    #[test]
    fn a_merged_timeline_is_settled(before in prop::option::of(line()), host in line(), vendor in line(), policy in policy()) {
        let base = before.as_ref().map(percent);
        let base = base.as_ref().map(|base| (base, base));
        let first = merged(base, &percent(&host), &percent(&vendor), policy);
        let again = merged(Some((&first.host, &first.vendor)), &first.host, &first.vendor, Policy::Ask);
        prop_assert!(again.host == first.host && again.vendor == first.vendor);
        prop_assert!(again.open.is_empty(), "{:?}", again.open);
    }

    #[test]
    fn a_list_survives_its_text_and_json(all in some_entries(), line in line()) {
        for record in [person(&all), percent(&line)] {
            let person = Employee::from_record(&record);
            let json = serde_json::to_string(&person).unwrap();
            prop_assert!(serde_json::from_str::<Employee>(&json).unwrap() == person);
            for (id, cell) in record.cells() {
                prop_assert!(person.to_record().cell(id) == cell);
            }
        }
    }
}

#[test]
fn what_is_no_list_is_kept_and_its_problem_named() {
    use hrsync_core::check::Problem;
    for (id, text, problem) in [
        (field::EMPLOYMENTS, "Baker", Problem::NotAList),
        (field::EMPLOYMENTS, r#"[{"start":"2001-01-01","colour":"red"}]"#, Problem::NotAList),
        (field::EMPLOYMENTS, r#"[{"title":"Baker"}]"#, Problem::NoKey),
        (field::EMPLOYMENTS, r#"[{"start":"1.1.2001"}]"#, Problem::NotADate),
        (
            field::EMPLOYMENTS,
            r#"[{"start":"2001-01-01","title":"Baker"},{"start":"2001-01-01","title":"Chef"}]"#,
            Problem::KeyTwice,
        ),
        (field::BANK_ACCOUNTS, r#"[{"iban":"FI00 0000"}]"#, Problem::NotAnIban),
        (field::WORKING_TIME, r#"[{"from":"2001-01-01","percent":"half"}]"#, Problem::NotANumber),
        (field::SALARY, r#"[{"from":"2001-01-01","amount":"1","per":"day"}]"#, Problem::UnknownCode),
    ] {
        let mut person = Employee::new("1");
        person.set_text(id, Some(text));
        let record = person.to_record();
        let Cell::AsGiven(given) = record.cell(id) else { panic!("{text}") };
        assert_eq!(given.problem(), problem, "{text}");
        assert!(Employee::from_record(&record).to_record() == record, "{text}");
        let json = serde_json::to_string(&person).unwrap();
        assert!(serde_json::from_str::<Employee>(&json).unwrap().to_record() == record, "{json}");
    }
}

#[test]
fn lists_in_json_are_arrays_and_errors_name_the_part() {
    let json = r#"{"id":"7","bank_accounts":[{"iban":"FI21 1234 5600 0007 85","bic":null}],"employments":[],
        "working_time":[{"from":"2024-01-01","to":"2024-12-31","percent":80}],
        "salary":[{"from":"2024-01-01","amount":"3200.50","currency":"EUR","per":"month"}]}"#;
    let aino: Employee = serde_json::from_str(json).unwrap();
    assert_eq!(aino.bank_accounts.as_ref().unwrap().len(), 1);
    assert_eq!(aino.employments.as_deref().map(<[_]>::len), Some(0));
    assert_eq!(aino.working_time.as_ref().unwrap().rows()[0].value.percent.as_deref(), Some("80"));
    let record = aino.to_record();
    assert!(record.cell(field::EMPLOYMENTS).is_empty());
    assert!(!Employee::new("7").to_record().cell(field::EMPLOYMENTS).is_read(), "a host without lists says nothing");
    let shown = format!("{record:?} {:?} {aino:?} {:?}", record.cell(field::SALARY), aino.salary);
    assert!(!shown.contains("3200") && !shown.contains("FI21"), "{shown}");
    for (json, expected) in [
        (r#"{"id":"7","salary":[{"sum":"1"}]}"#, r#"employee "7": there is no "sum" in salary"#),
        (
            r#"{"id":"7","salary":[{"amount":1.5}]}"#,
            r#"employee "7": salary.amount is neither text, a whole number nor null"#,
        ),
        (r#"{"id":"7","salary":["1"]}"#, r#"employee "7": salary is neither text, a whole number nor null"#),
    ] {
        let error = serde_json::from_str::<Employee>(json).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn what_is_mistyped_in_a_timeline_is_no_period_without_anything() {
    for (text, problem) in [
        (r#"[{"percent":"80","from":"2026-12-01","to":"2026-01-01"}]"#, Problem::EndsBeforeItBegins),
        (r#"[{"percent":"80","from":"2024-01-01"},{"from":"2026-12-01"}]"#, Problem::SaysNothing),
        ("[{}]", Problem::SaysNothing),
    ] {
        assert_eq!(field::WORKING_TIME.kind().parse(text), Err(problem), "{text}");
    }
    assert!(field::WORKING_TIME.kind().parse("[]").is_ok(), "which is said on purpose");
}
