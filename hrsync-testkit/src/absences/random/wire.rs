//! What happens on the way: calls get lost or come late, doors are closed, and time passes.

use std::collections::BTreeSet;
use std::time::Duration;

use hrsync_core::absence::Entry;
use hrsync_core::{Clock, ErrorKind, Outcome};
use time::macros::datetime;
use time::{Duration as Days, OffsetDateTime};

use super::super::AbsenceFate;
use super::Sheets;
use super::clerk::span;
use super::doors::Side;
use super::model::Model;

/// How sides are down. Credentials that are refused and too many requests end a run at once, and three such runs close the door.
const DOWN: [(Side, ErrorKind); 8] = [
    (Side::Vendor, ErrorKind::Unauthenticated),
    (Side::Vendor, ErrorKind::Unauthenticated),
    (Side::Vendor, ErrorKind::RateLimited),
    (Side::Vendor, ErrorKind::Connect),
    (Side::Host, ErrorKind::Unavailable),
    (Side::Host, ErrorKind::Unavailable),
    (Side::Mail, ErrorKind::Unavailable),
    (Side::Mail, ErrorKind::Unavailable),
];

/// When the days of a sequence are those of an earlier month.
const NEXT_MONTH: OffsetDateTime = datetime!(2026-12-02 09:00 UTC);

impl<S: Sheets> Model<S> {
    /// Time passes. What was put off is carried out in time, as every vendor promises who says when a write is settled.
    pub(super) fn pass(&mut self, time: Duration) {
        let settled = self.sheets.connector().info().settle_after;
        if self.put_off.is_some_and(|since| self.clock.now() + time >= since + settled) {
            self.arrive();
        }
        self.clock.advance(time);
        self.note(|| format!("{} minutes pass", time.as_secs() / 60));
    }

    pub(super) fn minutes(&mut self) {
        let minutes = 1 + self.dice.below(20) as u64;
        self.pass(Duration::from_secs(60 * minutes));
    }

    /// The month ends.
    pub(super) fn month(&mut self) {
        if let Ok(time) = Duration::try_from(NEXT_MONTH - self.clock.now()) {
            self.pass(time);
        }
    }

    pub(super) fn wire(&mut self) {
        let (from, days) = (self.day(), self.dice.below(3) as i64);
        let fate = match self.dice.below(8) {
            0 | 1 => AbsenceFate::ReplyLost,
            2 | 3 => AbsenceFate::Late,
            4 => AbsenceFate::Lost,
            5 | 6 => AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent),
            // Where nobody else touches the time sheets, nobody locks them either.
            _ if self.sort == 1 => AbsenceFate::Lost,
            _ => {
                let (from, until) = self.sheets.locked_with(from, from + Days::days(days));
                self.people.iter_mut().for_each(|person| person.disturbed.extend(span(from, until)));
                self.ambushed = true;
                AbsenceFate::Locked(from, until)
            }
        };
        self.sheets.next(fate);
        self.note(|| format!("wire: {fate:?} awaits the next call"));
    }

    pub(super) fn doors(&mut self) {
        let (side, error) = DOWN[self.dice.below(DOWN.len())];
        let calls = 1 + self.dice.below(10) as u32;
        self.doors.close(side, error, calls);
        self.note(|| format!("wire: {side:?} is down for {calls} calls: {error:?}"));
    }

    pub(super) fn arrive(&mut self) {
        self.sheets.carry_out_late();
        self.put_off = None;
        self.note(|| "wire: what was put off is carried out".to_owned());
        for person in 0..self.people.len() {
            let mapping = self.people[person].late.take().unwrap_or_else(|| self.mapping.clone());
            let before = self.people[person].seen.keys().cloned().collect::<BTreeSet<_>>();
            self.look(person);
            let new: Vec<Entry> =
                self.people[person].seen.values().filter(|entry| !before.contains(&entry.id)).cloned().collect();
            for entry in new {
                self.came(person, &entry, &mapping);
            }
        }
    }
}
