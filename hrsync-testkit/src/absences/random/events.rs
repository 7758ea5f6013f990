//! What may happen: in the host, to the engine and its settings, at the desk of a payroll clerk, and on the way there.

use std::collections::BTreeSet;
use std::time::Duration;

use hrsync_core::absence::{Absence, AbsenceStatus, Counting, Entry, Extent, Hundredths, Portion, Slot, TypeMapping};
use hrsync_core::model::AbsenceId;
use hrsync_core::{Clock, ErrorKind, Outcome, Result};
use time::{Date, Duration as Days};

use super::super::AbsenceFate;
use super::model::{Model, engine, mapped, settings};
use super::{FIRST, KINDS, SPAN, Sheets};

/// Amounts that no absence comes to.
const ODD: [Hundredths; 3] = [Hundredths(111), Hundredths(222), Hundredths(333)];

impl<S: Sheets> Model<S> {
    pub(super) async fn event(&mut self) -> Result<()> {
        match self.dice.below(100) {
            0..30 => self.host_event(),
            30..40 => self.engine_event().await?,
            40..47 => self.another_mapping()?,
            47..50 => self.switch()?,
            50..66 => self.clerk(),
            66..72 => self.locks(),
            72..84 => self.wire(),
            84..92 => {
                let minutes = 1 + self.dice.below(20) as u64;
                self.pass(Duration::from_secs(60 * minutes));
            }
            92..93 => self.disconnect().await?,
            _ => self.arrive(),
        }
        self.remember();
        // A host pushes what changes, as a rule at once.
        if self.dice.per_mille(700) {
            self.push().await?;
        }
        Ok(())
    }

    fn day(&mut self) -> Date {
        FIRST + Days::days(self.dice.below(SPAN) as i64)
    }

    /// Time passes. What was put off is carried out in time, as every vendor promises who says when a write is settled.
    pub(super) fn pass(&mut self, time: Duration) {
        let settled = self.sheets.connector().info().settle_after;
        if self.put_off.is_some_and(|since| self.clock.now() + time >= since + settled) {
            self.arrive();
        }
        self.clock.advance(time);
        self.note(|| format!("{} minutes pass", time.as_secs() / 60));
    }

    fn host_event(&mut self) {
        let ids: Vec<AbsenceId> = self.absences.all().into_iter().map(|absence| absence.id).collect();
        if ids.is_empty() || self.dice.per_mille(350) {
            return self.new_absence();
        }
        let id = ids[self.dice.below(ids.len())].clone();
        let (what, other, days) = (self.dice.below(15), self.dice.below(1_000), self.dice.below(5) as i64);
        let (start, now) = (self.day(), self.clock.now());
        let mut done = "";
        let mut gone = false;
        let (was, before) = (self.absences.get(id.as_str()), self.former.get(&id).cloned());
        self.absences.change(id.as_str(), |one| {
            done = match what {
                0 | 1 => {
                    (one.start, one.end) = (start, Some(start + Days::days(days)));
                    "is moved"
                }
                2 => {
                    one.grade = Hundredths::whole([20, 40, 50, 100][other % 4]);
                    "has another grade"
                }
                3 => {
                    one.note = [None, Some(format!("note {other}"))][other % 2].clone();
                    "has another note"
                }
                4 => {
                    one.end = None;
                    "has no end"
                }
                5 => {
                    one.end = Some(one.start + Days::days(days));
                    "has an end"
                }
                6 => {
                    one.status = [AbsenceStatus::Requested, AbsenceStatus::Withdrawn][other % 2];
                    "is not approved any more"
                }
                7 => {
                    (one.status, one.approved_at) = (AbsenceStatus::Approved, Some(now));
                    "is approved"
                }
                8 => {
                    one.kind = KINDS[other % 3].into();
                    "has another type"
                }
                9 => {
                    one.counting = [Counting::WorkDays, Counting::CalendarDays][usize::from(other % 4 == 0)];
                    "is counted"
                }
                10 => {
                    one.extent = extent(other);
                    "takes another part of its days"
                }
                11 => {
                    gone = true;
                    "is deleted"
                }
                _ => match before {
                    Some(before) => {
                        *one = before;
                        "is as it was before"
                    }
                    None => "is left as it is",
                },
            };
        });
        if gone {
            self.absences.remove(id.as_str());
        }
        if let Some(mut was) = was {
            // The status that a refusal gave is nothing that somebody goes back to.
            if was.status == AbsenceStatus::RejectedByIntegration {
                was.status = AbsenceStatus::Approved;
            }
            self.former.insert(id.clone(), was);
        }
        *self.changes.entry(id.clone()).or_default() += 1;
        self.note(|| format!("host: {id} {done}"));
        if what == 9 && other % 3 == 0 {
            self.another_schedule();
        }
    }

    fn new_absence(&mut self) {
        let (start, person) = (self.day(), self.dice.below(self.people.len()));
        let host = self.people[person].host.clone();
        let absence = Absence::new(format!("a{}", self.next), host, KINDS[self.dice.below(3)], start);
        self.next += 1;
        let absence = absence.until(start + Days::days(self.dice.below(6) as i64)).approved(self.clock.now());
        let mut absence = absence.extent(extent(self.dice.below(1_000)));
        if self.dice.per_mille(200) {
            absence.note = Some(format!("note {}", self.next));
        }
        let (id, end) = (absence.id.clone(), absence.end);
        let host = self.people[person].host.clone();
        let kind = absence.kind.clone();
        self.note(|| format!("host: {id} of {host} is {kind} from {start} to {end:?}"));
        self.absences.put(absence);
    }

    fn another_schedule(&mut self) {
        let (day, person) = (self.day(), self.dice.below(self.people.len()));
        let works = self.dice.per_mille(500);
        let followed = self.is_reviewed();
        let person = &mut self.people[person];
        if !followed {
            person.disturbed.insert(day);
        }
        let schedule = std::mem::take(&mut person.schedule);
        person.schedule = if works { schedule.workday(day) } else { schedule.holiday(day) };
        self.absences.set_schedule(person.host.as_str(), person.schedule.clone());
        let host = person.host.clone();
        self.note(|| format!("host: {host} works on {day}: {works}"));
    }

    async fn engine_event(&mut self) -> Result<()> {
        match self.dice.below(4) {
            0 => {
                let report = self.engine.sweep_absences().await?;
                self.after("sweep", Some(&report));
            }
            1 | 2 => self.review().await?,
            _ => {
                let all = self.absences.all();
                if all.is_empty() {
                    return Ok(());
                }
                let Absence { id, person, .. } = &all[self.dice.below(all.len())];
                *self.changes.entry(id.clone()).or_default() += 1;
                let report = self.engine.retry_absence(&self.anna, person, id).await?;
                self.after("retry", Some(&report));
            }
        }
        Ok(())
    }

    pub(super) async fn push(&mut self) -> Result<()> {
        let people = self.hosts();
        let report = self.engine.push_absences(&people).await?;
        self.after("push", Some(&report));
        Ok(())
    }

    async fn review(&mut self) -> Result<()> {
        let people = self.hosts();
        let report = self.engine.review_absences(&self.anna, &people).await?;
        self.after("review", Some(&report));
        Ok(())
    }

    /// Two types of the host never have one counterpart, so that an entry tells of which type it is.
    fn another_mapping(&mut self) -> Result<()> {
        let types = self.sheets.types();
        let (kind, other) = (self.dice.below(3), self.dice.below(3));
        match self.dice.below(4) {
            0 => self.mapping.swap(kind, other),
            1 => self.mapping[kind] = Some(TypeMapping::DoNotSync),
            2 => self.mapping[kind] = None,
            _ => {
                let taken = |to: &TypeMapping| self.mapping.iter().flatten().any(|other| other == to);
                let free = types.into_iter().map(TypeMapping::To).find(|to| !taken(to));
                if free.is_some() {
                    self.mapping[kind] = free;
                }
            }
        }
        self.set()?;
        // What was entered before is not changed any more, and its days are not written.
        for person in &mut self.people {
            let away = person.seen.values().filter(|entry| {
                let of = self.origin.get(&entry.id);
                of.is_some_and(|of| mapped(&self.mapping, of) != Some(&entry.slot.kind))
            });
            let away: Vec<Date> = away.map(|entry| entry.slot.from).collect();
            person.disturbed.extend(away);
        }
        for absence in self.absences.all() {
            *self.changes.entry(absence.id).or_default() += 1;
        }
        let mapping = format!("{:?}", self.mapping);
        self.note(|| format!("admin: types are mapped to {mapping}"));
        Ok(())
    }

    fn switch(&mut self) -> Result<()> {
        self.on = !self.on;
        let on = self.on;
        self.note(|| format!("admin: absences are sent: {on}"));
        self.set()
    }

    fn set(&mut self) -> Result<()> {
        self.engines += 1;
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(self.engines);
        let parts = (&self.host, &self.absences, &self.mailbox, &self.clock, &self.store);
        self.engine = engine(&self.sheets, parts, settings(self.on, &self.mapping), seed)?;
        Ok(())
    }

    async fn disconnect(&mut self) -> Result<()> {
        let person = self.dice.below(self.people.len());
        if !std::mem::take(&mut self.people[person].linked) {
            return Ok(());
        }
        let host = self.people[person].host.clone();
        self.note(|| format!("admin: {host} is disconnected"));
        self.engine.disconnect(&self.anna, &host).await
    }

    fn clerk(&mut self) {
        let person = self.dice.below(self.people.len());
        let vendor = self.people[person].vendor.clone();
        let entries = self.sheets.entries(&vendor);
        let odd = ODD[self.dice.below(3)];
        let types = self.sheets.types();
        let kind = types[self.dice.below(3)].clone();
        let what = self.dice.below(5);
        if entries.is_empty() || what == 0 {
            let slot = Slot::day(kind, self.day());
            if entries.iter().any(|entry| entry.slot == slot) {
                return;
            }
            // Perhaps just what an absence will want.
            let amount = if self.dice.per_mille(400) { Hundredths(750) } else { odd };
            self.people[person].disturbed.insert(slot.from);
            self.sheets.enter(&vendor, &slot, amount);
            self.note(|| format!("clerk: enters {amount} of {} on {} for {vendor}", slot.kind, slot.from));
            return self.look(person);
        }
        let entry = entries[self.dice.below(entries.len())].clone();
        let (day, of) = (entry.slot.from, entry.slot.kind.clone());
        let did = match what {
            1 | 2 => {
                self.sheets.edit(&vendor, &entry, odd);
                format!("changes {of} on {day} of {vendor} to {odd}")
            }
            3 => {
                self.sheets.remove(&vendor, &entry);
                format!("removes {of} on {day} of {vendor}")
            }
            _ => {
                if !self.sheets.retype(&vendor, &entry, &kind) {
                    return;
                }
                self.retyped.insert(entry.id.clone());
                format!("makes {kind} of {of} on {day} of {vendor}")
            }
        };
        self.people[person].disturbed.insert(day);
        self.note(|| format!("clerk: {did}"));
        self.look(person);
    }

    fn locks(&mut self) {
        if self.dice.per_mille(350) {
            self.sheets.unlock();
            return self.note(|| "clerk: unlocks everything".to_owned());
        }
        let (person, from) = (self.dice.below(self.people.len()), self.day());
        let until = from + Days::days(self.dice.below(4) as i64);
        let vendor = self.people[person].vendor.clone();
        let (from, until) = self.sheets.locked_with(from, until);
        self.sheets.lock(&vendor, from, until);
        self.note(|| format!("clerk: locks {from} to {until} of {vendor}"));
        self.people[person].disturbed.extend(span(from, until));
    }

    fn wire(&mut self) {
        let (from, days) = (self.day(), self.dice.below(3) as i64);
        let fate = match self.dice.below(7) {
            0 | 1 => AbsenceFate::ReplyLost,
            2 | 3 => AbsenceFate::Late,
            4 => AbsenceFate::Lost,
            5 => AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent),
            _ => {
                let (from, until) = self.sheets.locked_with(from, from + Days::days(days));
                self.people.iter_mut().for_each(|person| person.disturbed.extend(span(from, until)));
                AbsenceFate::Locked(from, until)
            }
        };
        self.sheets.next(fate);
        self.note(|| format!("wire: {fate:?} awaits the next call"));
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

fn extent(dice: usize) -> Extent {
    let half = |yes: bool| if yes { Portion::Half } else { Portion::Whole };
    match dice % 10 {
        0 => Extent::Hours(Hundredths::whole(2)),
        1 => Extent::Days { first: Portion::Half, last: Portion::Whole },
        2 | 3 => Extent::Days { first: half(true), last: half(true) },
        _ => Extent::default(),
    }
}

fn span(from: Date, until: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.next_day()).take_while(move |day| *day <= until)
}
