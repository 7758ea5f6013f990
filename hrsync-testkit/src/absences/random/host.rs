//! What happens in the host: absences come, change and go, and people work otherwise.

use hrsync_core::absence::{Absence, AbsenceStatus, Counting, Extent, Hundredths, Portion};
use hrsync_core::model::AbsenceId;
use hrsync_core::{Clock, HostId};
use time::{Date, Duration as Days, OffsetDateTime};

use super::model::Model;
use super::{FIRST, KINDS, SPAN, Sheets};
use crate::TestAbsences;

/// What was drawn for a change.
pub(super) struct Drawn {
    start: Date,
    days: i64,
    other: usize,
    now: OffsetDateTime,
    before: Option<Absence>,
}

/// How an absence changes: how often, in words, and what becomes of it.
type Change = (usize, &'static str, fn(&mut Absence, Drawn));

const CHANGES: [Change; 11] = [
    (2, "is moved", |one, drawn| (one.start, one.end) = (drawn.start, Some(drawn.start + Days::days(drawn.days)))),
    (1, "has another grade", |one, drawn| one.grade = Hundredths::whole([20, 40, 50, 100][drawn.other % 4])),
    (2, "has another note", |one, drawn| {
        one.note = [None, Some(format!("note {}", drawn.other))][usize::from(drawn.other % 3 > 0)].clone();
    }),
    (1, "has no end", |one, _| one.end = None),
    (1, "has an end", |one, drawn| one.end = Some(one.start + Days::days(drawn.days))),
    (1, "is not approved any more", |one, drawn| {
        one.status = [AbsenceStatus::Requested, AbsenceStatus::Withdrawn][drawn.other % 2];
    }),
    (1, "is approved", |one, drawn| (one.status, one.approved_at) = (AbsenceStatus::Approved, Some(drawn.now))),
    (2, "has another type", |one, drawn| one.kind = KINDS[drawn.other % 3].into()),
    (1, "is counted", |one, drawn| {
        one.counting = [Counting::WorkDays, Counting::CalendarDays][usize::from(drawn.other % 4 == 0)];
    }),
    (1, "takes another part of its days", |one, drawn| one.extent = extent(drawn.other)),
    (3, "is as it was before", |one, drawn| *one = drawn.before.unwrap_or_else(|| one.clone())),
];

/// How often an absence is deleted, beside these changes.
const DELETED: usize = 1;

/// A change in the host that is still to be made.
pub(super) struct HostChange {
    pub(super) words: String,
    pub(super) person: HostId,
    what: What,
}

enum What {
    New(Vec<Absence>),
    Other(AbsenceId, Change, Box<Drawn>),
    Gone(AbsenceId),
}

impl HostChange {
    pub(super) fn apply(self, absences: &TestAbsences) {
        match self.what {
            What::New(new) => new.into_iter().for_each(|one| absences.put(one)),
            What::Other(id, (.., change), drawn) => {
                absences.change(id.as_str(), |one| change(one, *drawn));
            }
            What::Gone(id) => drop(absences.remove(id.as_str())),
        }
    }
}

impl<S: Sheets> Model<S> {
    /// A day, more often than not one on which somebody is away.
    pub(super) fn day(&mut self) -> Date {
        let taken: Vec<Date> = self.absences.all().iter().map(|absence| absence.start).collect();
        match taken.get(self.dice.below(taken.len() * 2 + 1)) {
            Some(day) => *day,
            None => FIRST + Days::days(self.dice.below(SPAN) as i64),
        }
    }

    pub(super) fn host_event(&mut self) {
        let change = self.host_change();
        self.unpushed.insert(change.person.clone());
        self.note(|| format!("host: {}", change.words));
        change.apply(&self.absences);
    }

    /// A change that is about to happen in the host.
    pub(super) fn host_change(&mut self) -> HostChange {
        let all = self.absences.all();
        if all.is_empty() || self.dice.per_mille(350) {
            return self.new_absences();
        }
        let mut was = all[self.dice.below(all.len())].clone();
        let (id, person) = (was.id.clone(), was.person.clone());
        let before = self.former.get(&id).cloned();
        let start = self.day();
        let (days, other) = (self.dice.below(5) as i64, self.dice.below(1_000));
        let drawn = Drawn { start, days, other, now: self.clock.now(), before };
        // The status that a refusal gave is nothing that somebody goes back to.
        if was.status == AbsenceStatus::RejectedByIntegration {
            was.status = AbsenceStatus::Approved;
        }
        self.former.insert(id.clone(), was);
        self.changed(&id);
        let mut place = self.dice.below(CHANGES.iter().map(|(often, ..)| often).sum::<usize>() + DELETED);
        for change in CHANGES {
            if place < change.0 {
                let words = format!("{id} {} (from {start}, {days}, {other})", change.1);
                return HostChange { words, person, what: What::Other(id, change, Box::new(drawn)) };
            }
            place -= change.0;
        }
        HostChange { words: format!("{id} is deleted"), person, what: What::Gone(id) }
    }

    /// One, or two that share a day.
    fn new_absences(&mut self) -> HostChange {
        let (start, person) = (self.day(), self.dice.below(self.people.len()));
        let person = self.people[person].host.clone();
        let (kind, now) = (KINDS[self.dice.below(3)], self.clock.now());
        let two = self.dice.per_mille(200);
        let mut new = Vec::new();
        for _ in 0..=usize::from(two) {
            let absence = Absence::new(format!("a{}", self.next), person.clone(), kind, start).approved(now);
            self.next += 1;
            let days = self.dice.below(6) as i64;
            let mut absence = absence.until(start + Days::days(days)).extent(extent(self.dice.below(1_000)));
            if two {
                let last = if days == 0 { Portion::Half } else { Portion::Whole };
                absence.extent = Extent::Days { first: Portion::Half, last };
            }
            if self.dice.per_mille(200) {
                absence.note = Some(format!("note {}", self.next));
            }
            new.push(absence);
        }
        let one = |one: &Absence| format!("{} from {} to {:?}, {:?}", one.id, one.start, one.end, one.extent);
        let words = format!("{person} is away for {kind}: {}", new.iter().map(one).collect::<Vec<_>>().join(" and "));
        HostChange { words, person, what: What::New(new) }
    }

    pub(super) fn another_schedule(&mut self) {
        let (day, person) = (self.day(), self.dice.below(self.people.len()));
        let works = self.dice.per_mille(500);
        let person = &mut self.people[person];
        person.rescheduled.insert(day);
        let schedule = std::mem::take(&mut person.schedule);
        person.schedule = if works { schedule.workday(day) } else { schedule.holiday(day) };
        self.absences.set_schedule(person.host.as_str(), person.schedule.clone());
        let host = person.host.clone();
        self.note(|| format!("host: {host} works on {day}: {works}"));
    }
}

fn extent(dice: usize) -> Extent {
    let half = |yes: bool| if yes { Portion::Half } else { Portion::Whole };
    match dice % 10 {
        0 => Extent::Hours(Hundredths::whole(2)),
        1 => Extent::Days { first: Portion::Half, last: Portion::Whole },
        2 | 3 => Extent::Days { first: half(true), last: half(true) },
        _ => Extent::default(),
    }
}
