//! What others do in the payroll system: they enter, change, remove and retype hours, lock days, and say how long a day is.

use hrsync_core::Result;
use hrsync_core::absence::{Hundredths, Slot, Window};
use hrsync_core::model::AbsenceTypeId;
use time::{Date, Duration as Days};

use super::model::{Model, Somebody, mapped, on};
use super::{FIRST, KINDS, SPAN, Sheets};

/// Amounts that no absence comes to.
const ODD: [Hundredths; 3] = [Hundredths(111), Hundredths(222), Hundredths(333)];

/// How long a day can become.
const STANDARDS: [Hundredths; 2] = [Hundredths(800), Hundredths(750)];

impl<S: Sheets> Model<S> {
    pub(super) fn clerk(&mut self) {
        let person = self.dice.below(self.people.len());
        let vendor = self.people[person].vendor.clone();
        let entries = self.sheets.entries(&vendor);
        let odd = ODD[self.dice.below(3)];
        let types = self.sheets.types();
        let kind = types[self.dice.below(3)].clone();
        let what = self.dice.below(6);
        if entries.is_empty() || what == 0 {
            let slot = Slot::day(kind, self.day());
            if entries.iter().any(|entry| entry.slot == slot) {
                return;
            }
            // Perhaps just what an absence will want.
            let amount = if self.dice.per_mille(400) { Hundredths(750) } else { odd };
            return self.entered(person, &slot, amount);
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
                let to = if what == 4 { Slot::day(kind, day) } else { Slot::day(of.clone(), self.day()) };
                if !self.sheets.relocate(&vendor, &entry, &to) {
                    return;
                }
                self.retyped.insert(entry.id.clone());
                self.moved.entry(entry.id.clone()).or_insert(entry.slot.clone());
                let days = &mut self.people[person];
                days.disturbed.insert(to.from);
                days.taken.insert(to.from);
                format!("makes {} on {} of {of} on {day} of {vendor}", to.kind, to.from)
            }
        };
        self.people[person].disturbed.insert(day);
        if what > 2 {
            self.people[person].taken.insert(day);
        }
        self.note(|| format!("clerk: {did}"));
        self.look(person);
    }

    /// Hours of another type are entered on a day of an absence, and the host gives it that type.
    pub(super) fn in_the_way(&mut self) {
        let all = self.absences.all();
        let Some(one) = all.get(self.dice.below(all.len())) else { return };
        let (kind, day) =
            (AbsenceTypeId::from(KINDS[self.dice.below(3)]), one.start + Days::days(self.dice.below(3) as i64));
        let Some(to) = mapped(&self.mapping, &kind).cloned() else { return };
        let Some(person) = self.people.iter().position(|person| person.host == one.person) else { return };
        let (vendor, slot) = (self.people[person].vendor.clone(), Slot::day(to, day));
        if self.sheets.entries(&vendor).iter().any(|entry| entry.slot == slot) {
            return;
        }
        let odd = ODD[self.dice.below(3)];
        self.entered(person, &slot, odd);
        self.changed(&one.id);
        self.unpushed.insert(one.person.clone());
        self.note(|| format!("host: {} is {} now", one.id, kind.as_str()));
        self.absences.change(one.id.as_str(), |one| one.kind = kind);
    }

    fn entered(&mut self, person: usize, slot: &Slot, amount: Hundredths) {
        let Somebody { host, vendor, disturbed, .. } = &mut self.people[person];
        disturbed.insert(slot.from);
        self.foreign.insert((host.clone(), slot.from));
        self.sheets.enter(vendor, slot, amount);
        let what = format!("clerk: enters {amount} of {} on {} for {vendor}", slot.kind, slot.from);
        self.note(|| what);
        self.look(person);
    }

    pub(super) fn locks(&mut self) {
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

    /// From a day on a person's days have other hours.
    pub(super) async fn another_standard(&mut self) -> Result<()> {
        let (person, from) = (self.dice.below(self.people.len()), self.day());
        let hours = STANDARDS[self.dice.below(2)];
        let vendor = self.people[person].vendor.clone();
        self.sheets.standard(&vendor, from, hours);
        let until = FIRST + Days::days(SPAN as i64 * 2);
        let window = Window { pieces: true, ..Window::new(vendor.clone(), FIRST, until) };
        let looked = on(&*self.sheets.connector()).look(&[window]).await?;
        self.people[person].looked = looked.into_iter().next().unwrap_or_default();
        self.people[person].rescheduled.extend(span(from, until));
        self.note(|| format!("clerk: days of {vendor} have {hours} hours from {from} on"));
        Ok(())
    }

    /// Of a type nothing new is taken any more, or it is again.
    pub(super) fn another_refused(&mut self) {
        let types = self.sheets.types();
        let kind = &types[self.dice.below(3)];
        let refused = !self.doors.refuses(kind);
        self.doors.refuse(kind, refused);
        self.note(|| format!("clerk: nothing new is taken of {kind}: {refused}"));
    }
}

pub(super) fn span(from: Date, until: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.next_day()).take_while(move |day| *day <= until)
}
