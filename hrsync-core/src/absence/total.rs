//! What absences take together: of a slot, and of a day.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::cause;
use super::days::share;
use super::ledger::Part;
use super::model::Hundredths;
use super::plan::{Planner, Telling};
use super::slot::{Content, Slot};
use crate::model::AbsenceId;

/// What all absences together want of a slot.
#[derive(Default)]
pub(super) struct Total {
    pub(super) content: Option<Content>,
    pub(super) parts: BTreeMap<AbsenceId, Part>,
    /// Whether it is looked at: an absence that may have changed has or wants something of it.
    pub(super) open: bool,
}

/// What absences take of a day, whatever their types.
#[derive(Default)]
struct Crowd<'s> {
    sum: u32,
    /// What the day has, as far as it is known.
    most: u32,
    slots: BTreeSet<&'s Slot>,
    /// The absences that change on it.
    changing: Vec<&'s AbsenceId>,
}

/// That an absence takes more of a slot than others leave of it.
pub(super) struct Overlap {
    pub(super) absence: AbsenceId,
    pub(super) slot: Slot,
    /// Those that stand there already leave too little by themselves.
    pub(super) fixed: bool,
}

/// What no day has more of.
const DAY: Hundredths = Hundredths::whole(24);

/// The most of a slot, and what so many parts of it can come to by being rounded each.
fn rounded(most: Hundredths, parts: usize) -> u32 {
    most.0.saturating_add(u32::try_from(parts).unwrap_or(u32::MAX))
}

impl Planner<'_> {
    /// What all absences want of each slot.
    pub(super) fn totals(&self) -> BTreeMap<Slot, Total> {
        let mut totals: BTreeMap<Slot, Total> = BTreeMap::new();
        for (id, claim) in &self.claims {
            for (slot, part) in &claim.wanted {
                let total = totals.entry(slot.clone()).or_default();
                total.open |= claim.open;
                let before = total.content.take().unwrap_or_default();
                total.content = Some(before.and(&part.content));
                total.parts.insert(id.clone(), part.clone());
            }
            for slot in claim.held.keys() {
                totals.entry(slot.clone()).or_default().open |= claim.open;
            }
        }
        for (slot, total) in &mut totals {
            // Each part was rounded by itself: two halves of a day are no more than the day.
            if total.parts.len() > 1
                && let (Some(content), Some(most)) = (&mut total.content, self.most(slot))
                && content.amount.0 <= rounded(most, total.parts.len())
            {
                content.amount = content.amount.min(most);
            }
            // What no absence changes holds what was agreed on, whatever a day has by now.
            if let Some(held) = self.ours(slot).filter(|held| held.is_of(&total.parts)) {
                total.content = Some(held.content.clone());
            }
        }
        totals
    }

    /// The most that all absences together can take of a slot, where that is known.
    fn most(&self, slot: &Slot) -> Option<Hundredths> {
        self.claims.values().filter_map(|claim| claim.most.get(slot)).max().copied()
    }

    /// What a part that stays comes to by what its day has by now, where that is less.
    fn by_now(&self, id: &AbsenceId, slot: &Slot, part: &Part) -> Hundredths {
        let share = self.input.absences.get(id).and_then(|absence| share(absence, slot.from));
        let now = share.zip(self.most(slot)).map(|(share, most)| most.per_cent(share));
        now.map_or(part.content.amount, |now| now.min(part.content.amount))
    }

    /// Absences that take more of a slot than there is, beside those that were there before.
    pub(super) fn overlaps(&self, totals: &BTreeMap<Slot, Total>) -> Vec<Overlap> {
        let mut over = Vec::new();
        for (slot, total) in totals.iter().filter(|(_, total)| total.parts.len() > 1) {
            let most = match self.most(slot) {
                Some(most) => rounded(most, total.parts.len()),
                None if slot.from == slot.until => DAY.0,
                None => continue,
            };
            let largest = total.parts.values().map(|part| part.content.amount).max().unwrap_or_default();
            // A day that became shorter than what stands there is no overlap.
            let known = self.ours(slot).map(|held| held.content.amount).unwrap_or_default();
            let limit = most.max(largest.0).max(known.0);
            let (stay, new): (Vec<_>, Vec<_>) =
                total.parts.iter().partition(|(id, _)| self.claims.get(*id).is_some_and(|one| !one.changes(slot)));
            let stays: u32 = stay.iter().map(|(id, part)| self.by_now(id, slot, part).0).sum();
            let mut sum = stays;
            for (id, part) in new {
                let amount = part.content.amount.0;
                if sum + amount > limit {
                    let fixed = stays + amount > limit;
                    over.push(Overlap { absence: id.clone(), slot: slot.clone(), fixed });
                } else {
                    sum += amount;
                }
            }
        }
        over
    }

    /// Tells of absences that change and take, with others of other types, more of a day than it has.
    pub(super) fn tell_crowded(&mut self) {
        let mut days: BTreeMap<Date, Crowd<'_>> = BTreeMap::new();
        for (id, claim) in &self.claims {
            for (slot, part) in claim.wanted.iter().filter(|(slot, _)| slot.from == slot.until) {
                let day = days.entry(slot.from).or_default();
                day.sum += part.content.amount.0;
                day.most = day.most.max(claim.most.get(slot).map_or(0, |most| most.0));
                day.slots.insert(slot);
                day.changing.extend(claim.changes(slot).then_some(id));
            }
        }
        let crowded = |day: &Crowd<'_>| day.slots.len() > 1 && day.most > 0 && day.sum > day.most;
        let told = days.into_values().filter(crowded).flat_map(|day| day.changing.into_iter().cloned());
        let told: BTreeSet<AbsenceId> = told.collect();
        told.iter().for_each(|id| self.tell(id, cause::crowded(), Telling::LogOnce));
    }
}
