//! What holds whatever is sent.

use std::collections::BTreeSet;

use hrsync_sandbox::tripletex::{Entry, Kind};
use serde_json::{Value, json};
use time::macros::date;

use super::{Company, Said, company};

/// SplitMix64, as small as it gets.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.below(items.len() as u64)).unwrap()].clone()
    }
}

/// An entry's body that is sometimes wrong somewhere.
fn entry(company: &Company, dice: &mut Dice) -> Value {
    let people = company.sandbox.ids(Kind::Employee);
    let activities = company.sandbox.ids(Kind::Activity);
    let mut body = json!({
        "employee": {"id": dice.pick(&people[..4])},
        "activity": {"id": dice.pick(&activities[..6])},
        "date": format!("2026-03-{:02}", 1 + dice.below(6)),
        "hours": dice.pick(&[0.0, 1.5, 3.75, 7.5]),
    });
    if dice.below(5) == 0 {
        let name =
            dice.pick(&["employee", "activity", "date", "hours", "comment", "project", "unknown", "version", "id"]);
        body[name] =
            dice.pick(&[json!(null), json!("x"), json!(-1), json!({"id": 7}), json!([]), json!(true), json!({})]);
    }
    body
}

/// One request of any kind.
fn send(company: &Company, dice: &mut Dice) -> Said {
    let ids: Vec<u64> = company.sandbox.entries().iter().map(|entry| entry.id).chain([1]).collect();
    let id = dice.pick(&ids);
    let version =
        dice.pick(&["", "?version=0", "?version=1", "?version=x", "?fields=id", "?fields=nope", "?fields=project(*)"]);
    let person = dice.pick(&company.sandbox.ids(Kind::Employee)[..4]);
    match dice.below(9) {
        0 | 1 => company.post("/timesheet/entry", &entry(company, dice)),
        2 => {
            let bodies: Vec<Value> = (0..1 + dice.below(4)).map(|_| entry(company, dice)).collect();
            company.post("/timesheet/entry/list", &json!(bodies))
        }
        3 => company.put(&format!("/timesheet/entry/{id}{version}"), &entry(company, dice)),
        4 => {
            let change = |dice: &mut Dice| json!({"id": dice.pick(&ids), "hours": 2, "version": dice.below(3)});
            let bodies: Vec<Value> = (0..1 + dice.below(3)).map(|_| change(dice)).collect();
            company.put("/timesheet/entry/list", &json!(bodies))
        }
        5 => company.delete(&format!("/timesheet/entry/{id}{version}")),
        6 => {
            let action = dice.pick(&["approve", "unapprove", "complete", "reopen"]);
            let until = dice.pick(&["", "&approvedUntilDate=2026-03-03", "&approvedUntilDate=x"]);
            company.act(&format!("/timesheet/month/:{action}?employeeIds={person}&monthYear=2026-03{until}"))
        }
        7 => {
            let action = dice.pick(&["approve", "unapprove"]);
            company.act(&format!("/timesheet/week/:{action}?employeeId={person}&weekYear=2026-10"))
        }
        _ => {
            let path = dice.pick(&[
                "/timesheet/entry",
                "/employee",
                "/activity",
                "/timesheet/week",
                "/nothing",
                "/employee/x",
            ]);
            let query = dice.pick(&[
                "dateFrom=2026-03-01&dateTo=2026-04-01",
                "dateFrom=2026-03-01",
                "from=x&sorting=-id",
                "count=0&sorting=,",
                "fields=((",
                "id=1,,2&isInactive=maybe",
                "%ff%00=%&&&=",
            ]);
            company.get(&format!("{path}?{query}"))
        }
    }
}

#[test]
fn a_refusal_changes_nothing_and_no_two_entries_are_of_one_place() {
    let mut outcomes = BTreeSet::new();
    for seed in 0..12 {
        let company = company();
        let mut dice = Dice(seed);
        for _ in 0..120 {
            let before = company.sandbox.entries();
            let locked = |entry: &Entry| {
                company.sandbox.object(Kind::TimesheetEntry, entry.id).unwrap()["locked"] == json!(true)
            };
            let closed: Vec<Entry> = before.iter().filter(|entry| locked(entry)).cloned().collect();
            let said = send(&company, &mut dice);
            let after = company.sandbox.entries();
            outcomes.insert((said.status, said.code()));
            assert!(said.header("x-tlx-request-id").is_some());
            if said.status >= 400 {
                assert_eq!(before, after, "{said:?}");
                assert_eq!(said.body["status"], said.status);
                assert!(said.body["code"].is_u64() && said.body["requestId"].is_string(), "{said:?}");
            }
            for entry in closed {
                assert!(after.contains(&entry), "{said:?}");
            }
            let places: BTreeSet<_> =
                after.iter().map(|entry| (entry.employee, entry.date, entry.activity, entry.project)).collect();
            assert_eq!(places.len(), after.len());
        }
    }
    // All of this was met on the way.
    let met = [(201, 0), (200, 0), (204, 0), (409, 7000), (409, 8000), (409, 10_000), (404, 6000), (400, 11_000)];
    for outcome in met.into_iter().chain([12_000, 15_000, 16_000, 17_000, 18_000, 21_000].map(|code| (422, code))) {
        assert!(outcomes.contains(&outcome), "{outcome:?} {outcomes:?}");
    }
}

#[test]
fn pages_laid_together_are_the_whole() {
    let company = company();
    let whole = company.get("/employee?fields=id&count=1000").body["values"].clone();
    for size in 1..=14 {
        let (mut pages, mut from) = (Vec::new(), 0);
        loop {
            let page = company.get(&format!("/employee?fields=id&from={from}&count={size}")).body;
            let values = page["values"].as_array().unwrap().clone();
            from += values.len();
            let more = page["fullResultSize"].as_u64().unwrap() > from as u64;
            pages.extend(values);
            if !more {
                break;
            }
        }
        assert_eq!(json!(pages), whole, "{size}");
    }
}

#[test]
fn what_others_do_is_seen_at_once() {
    let company = company();
    let (person, activity) = (company.somebody(), company.activity("Ferie"));
    let mut dice = Dice(1);
    for day in 0..28 {
        let entry = Entry::new(person, activity, date!(2026 - 03 - 02) + time::Duration::days(day), 7.5);
        let id = company.sandbox.put_entry(&entry);
        if dice.below(2) == 0 {
            assert!(company.sandbox.change_entry(id, |entry| entry.hours = 2.0));
        }
        if dice.below(3) == 0 {
            assert!(company.sandbox.remove_entry(id));
        }
    }
    let said = company.get("/timesheet/entry?dateFrom=2026-03-01&dateTo=2026-04-01&fields=id,hours");
    let stands = company.sandbox.entries();
    assert_eq!(said.body["count"], stands.len());
    assert_eq!(said.body["sumAllHours"].as_f64(), Some(stands.iter().map(|entry| entry.hours).sum()));
    // An activity with hours cannot be deleted; Ferie never can.
    let deletable =
        |name: &str| company.sandbox.object(Kind::Activity, company.activity(name)).unwrap()["deletable"].clone();
    assert_eq!((deletable("Ferie"), deletable("Egenmelding")), (json!(false), json!(true)));
    let sick = company.post("/timesheet/entry", &company.sick("2026-03-02", 1.0)).id();
    assert_eq!(deletable("Egenmelding"), false);
    company.delete(&format!("/timesheet/entry/{sick}"));
    assert_eq!(deletable("Egenmelding"), true);
}
