//! Writing entries, and finding out what became of them.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::{Carrying, ROUNDS, busy};
use super::intent::Sent;
use super::ledger::Form;
use super::person::Person;
use super::plan::{Group, Refusal, Refused, SlotWrite};
use super::rows::{IntentRow, intent_key};
use super::standing::Standing;
use super::tell::about;
use super::vendor::{EntryResult, EntryWrite};
use crate::error::{Error, ErrorKind, Fixer, Outcome, Result};
use crate::finding::{Finding, code};
use crate::model::{AbsenceId, HostId};
use crate::reconcile::of_host;
use crate::store::{self, Batch, Check, CommitError};

/// What came of a group of writes.
#[derive(PartialEq, Eq)]
pub(super) enum Wrote {
    All,
    /// Something was refused, and the rest is there.
    Refused,
    /// Something is otherwise than it was seen, or was not tried: it is looked at again.
    Stale,
    /// Something was refused of absences that share an entry.
    OneByOne,
    /// Nobody knows, or the payroll system cannot be used.
    Pending,
}

impl Carrying<'_> {
    /// Sends a group of writes and keeps what came of it.
    pub(super) async fn write(
        &mut self,
        person: &mut Person<'_>,
        standings: &BTreeMap<AbsenceId, Standing>,
        group: &Group,
    ) -> Result<Wrote> {
        let Some(vendor) = person.vendor.clone() else { return Ok(Wrote::Pending) };
        let sent = Sent::new(&vendor, &group.writes);
        // From here on what stands there may be otherwise than what was sent, until it is certain that nothing was.
        let before = person.ledger.tries_of(&group.absences);
        let changed: Vec<&AbsenceId> = group.absences.iter().filter(|id| !person.is_unchanged(id)).collect();
        for absence in changed {
            let wanted = matches!(standings.get(absence), Some(Standing::Wanted(_)));
            let form = person.absences.get(absence).filter(|_| wanted).map(Form::of);
            person.ledger.absences.entry(absence.clone()).or_default().try_as(form);
        }
        person.midway = true;
        let key = self.engine.key_of(&of_host(person.id)).await?;
        let row = IntentRow { sent_at: self.engine.clock.now(), sealed: self.seal(&key, person.id, &sent)? };
        let batch = Batch::default().put(intent_key(person.id), Some(Check::Absent), store::encode(&row)?);
        let batch = batch.record(self.event(person.id, &group.absences, group.writes.len(), "intended"));
        if !self.store(person, batch).await? {
            return Ok(Wrote::Pending);
        }
        person.wrote = true;
        let writes: Vec<EntryWrite> = group.writes.iter().map(|one| one.write.clone()).collect();
        let results = self.vendor.write(&vendor, &writes).await;
        self.report.calls.writes += 1;
        let unknown = |result: &&EntryResult| matches!(result, Err(error) if error.outcome() == Outcome::Unknown);
        let error = results.iter().find(unknown).and_then(|result| result.as_ref().err());
        // An answer that tells of fewer entries than were sent is none about the rest.
        if error.is_some() || results.len() != writes.len() {
            error.into_iter().for_each(|error| self.failed(error));
            return self.unknown(person, group, error.map(|error| &**error)).await;
        }
        if results.iter().all(|result| matches!(result, Err(error) if error.outcome() == Outcome::NotSent)) {
            person.ledger.take_back(before);
        }
        self.known(person, standings, group, &sent, &results).await
    }

    /// Nobody knows what came of a group of writes: the intent stays.
    pub(super) async fn unknown(
        &mut self,
        person: &mut Person<'_>,
        group: &Group,
        error: Option<&Error>,
    ) -> Result<Wrote> {
        let after = self.engine.connector.info().settle_after.as_secs().div_ceil(60);
        let told = error.map_or("the answer was not understood", |error| error.message());
        let message =
            format!("{told}; it is not known whether the absence was written, and is found out after {after} minutes");
        let finding = Finding::problem(code::WRITE_UNKNOWN, message, Fixer::Nobody);
        for absence in &group.absences {
            self.found(about(finding.clone(), person, absence), error.and_then(Error::sensitive_detail));
            person.left(absence);
        }
        person.open = true;
        let event = self.event(person.id, &group.absences, group.writes.len(), "unknown");
        self.store(person, Batch::default().record(event)).await?;
        Ok(Wrote::Pending)
    }

    /// Keeps what came of a group of writes, each of which is known.
    pub(super) async fn known(
        &mut self,
        person: &mut Person<'_>,
        standings: &BTreeMap<AbsenceId, Standing>,
        group: &Group,
        sent: &Sent,
        results: &[EntryResult],
    ) -> Result<Wrote> {
        let mut refused: BTreeMap<&AbsenceId, Vec<(&SlotWrite, &Error)>> = BTreeMap::new();
        let (mut passing, mut untried, mut stale) = (None, None, false);
        let (mut failed, mut listed, mut taken) = (0, 0, false);
        for (place, (write, result)) in group.writes.iter().zip(results).enumerate() {
            match result {
                Ok(entry) => {
                    sent.done(place, entry.clone(), &mut person.ledger);
                    person.count(write, standings);
                }
                Err(error) => {
                    failed += 1;
                    listed += usize::from(!matches!(write.write, EntryWrite::Delete { .. }));
                    taken |= error.kind() == ErrorKind::AlreadyExists;
                    if is_stale(error, &write.write) && !person.settling {
                        // It is looked at again.
                        stale = true;
                    } else if is_refusal(error) {
                        write.changed.keys().for_each(|id| refused.entry(id).or_default().push((write, error)));
                    } else if error.kind() == ErrorKind::Cancelled {
                        // It was not sent, since something before it did not succeed.
                        untried = Some(error);
                    } else {
                        passing = Some(error);
                    }
                }
            }
        }
        match passing {
            Some(error) => self.failed(error),
            None => self.way.answered(),
        }
        let passing = passing.or(untried.filter(|_| refused.is_empty() && !stale));
        let stale = stale || untried.is_some();
        // Whose fault it is where several share an entry, only each by itself tells.
        let one_by_one = group.absences.len() > 1 && !refused.is_empty();
        for (absence, errors) in refused.into_iter().filter(|_| !one_by_one) {
            let removal = matches!(standings.get(absence), Some(Standing::Removed(_)));
            let note = errors.iter().all(|(write, _)| write.changed.get(absence) == Some(&true))
                && person.ledger.only_note_changed(person.vendor.as_ref(), person.absences.get(absence))
                || person.ledger.is_of_the_note(person.vendor.as_ref(), person.absences.get(absence));
            if note && stale {
                // What is said of the note holds for the whole absence, and the rest of it is not there yet.
                continue;
            }
            let Some((_, error)) = errors.first() else { continue };
            let (finding, words) = (Finding::from_error(error), error.sensitive_detail().map(str::to_owned));
            let of = match (removal, note) {
                (true, _) => Refused::Removal,
                (_, true) => Refused::Note,
                _ => Refused::Absence,
            };
            self.refuse(person, Refusal { absence: absence.clone(), finding, words, of });
        }
        if listed > 1 && passing.is_none() {
            // Whether a call that writes several entries writes all or none is not promised.
            self.look_again(person, sent, taken).await?;
        }
        let result = if failed == 0 { "done" } else { "refused" };
        let event = self.event(person.id, &group.absences, group.writes.len() - failed, result);
        if !self.store(person, Batch::default().delete(intent_key(person.id)).record(event)).await? {
            return Ok(Wrote::Pending);
        }
        if let Some(error) = passing {
            let finding = Finding::from_error(error);
            for absence in &group.absences {
                self.found(about(finding.clone(), person, absence), error.sensitive_detail());
                person.left(absence);
            }
            person.open = true;
            return Ok(Wrote::Pending);
        }
        Ok(match failed {
            0 => Wrote::All,
            _ if one_by_one => Wrote::OneByOne,
            _ if stale => Wrote::Stale,
            _ => Wrote::Refused,
        })
    }

    /// Looks what a refused call left behind; what stands where it was refused because something was there already, may be that.
    pub(super) async fn look_again(&mut self, person: &mut Person<'_>, sent: &Sent, taken: bool) -> Result<()> {
        let Some(window) = sent.window() else { return Ok(()) };
        match self.look(&window).await {
            Ok(looked) => sent.found(&looked.entries, taken, &mut person.ledger),
            // That nothing may be read is told with the write, which is refused for the same.
            Err(error) if is_refusal(&error) => self.reported(Finding::from_error(&error).of_host(person.id)),
            // The next round looks anyway, and takes what is there for somebody else's.
            Err(error) => self.unusable(person.id, &error),
        }
        Ok(())
    }

    /// Whether writes are under way, of which it is then said that nothing can be.
    pub(super) async fn is_under_way(&mut self, id: &HostId) -> Result<bool> {
        let under_way = self.engine.store.get(&self.engine.id, &intent_key(id)).await?.is_some();
        if under_way {
            let message = "a write of an absence is not settled yet; what is written next cannot be said before it is";
            self.found(Finding::notice(code::WRITE_PENDING, message).of_host(id), None);
        }
        Ok(under_way)
    }

    /// Finds out what became of writes under way; false while that cannot be known.
    pub(super) async fn settle(&mut self, id: &HostId) -> Result<bool> {
        for _ in 0..ROUNDS {
            if let Some(settled) = self.try_to_settle(id).await? {
                return Ok(settled);
            }
        }
        Err(busy())
    }

    /// The same; `None` when somebody else settled it at the same time.
    async fn try_to_settle(&mut self, id: &HostId) -> Result<Option<bool>> {
        let Some(row) = self.engine.store.get(&self.engine.id, &intent_key(id)).await? else { return Ok(Some(true)) };
        let IntentRow { sent_at, sealed } = store::decode(&row)?;
        let (now, after) = (self.engine.clock.now(), self.engine.connector.info().settle_after);
        if sent_at - now > after {
            // It was stamped before the clock was set back; how long ago, nobody knows.
            let batch = Batch::default().put(
                row.key.clone(),
                Some(Check::At(row.version)),
                store::encode(&IntentRow { sent_at: now, sealed: sealed.clone() })?,
            );
            match self.engine.store.commit(&self.engine.id, batch).await {
                Ok(()) | Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if now - sent_at < after {
            let message =
                "a write of an absence is not settled yet: it may still be carried out, and is looked at later";
            self.found(Finding::notice(code::WRITE_PENDING, message).of_host(id), None);
            return Ok(Some(false));
        }
        let unreadable = |_| store::corrupt("what was stored of a write of absences cannot be read");
        let sent: Sent = serde_json::from_str(&self.engine.open(&sealed).await?).map_err(unreadable)?;
        let mut person = self.stored(id).await?;
        if let Some(window) = sent.window() {
            match self.look(&window).await {
                Ok(looked) => sent.found(&looked.entries, false, &mut person.ledger),
                Err(error) => {
                    self.unusable(id, &error);
                    return Ok(Some(false));
                }
            }
        }
        let mut batch = Batch::default().delete(row.key.clone());
        batch.checks.push((row.key, Check::At(row.version)));
        let event = self.event(id, &BTreeSet::new(), sent.writes.len(), "settled");
        person.open = true;
        Ok(self.store(&mut person, batch.record(event)).await?.then_some(true))
    }
}

/// Whether an error says that the payroll system does not take what was asked, as opposed to that it cannot be used now.
pub(super) fn is_refusal(error: &Error) -> bool {
    error.outcome() != Outcome::Unknown
        && matches!(
            error.kind(),
            ErrorKind::PermissionDenied
                | ErrorKind::NotFound
                | ErrorKind::AlreadyExists
                | ErrorKind::VersionMismatch
                | ErrorKind::InvalidData
                | ErrorKind::Locked
                | ErrorKind::Unsupported
                | ErrorKind::Unexpected
                | ErrorKind::Decode
        )
}

/// Whether an error says that what was seen is no longer so.
fn is_stale(error: &Error, write: &EntryWrite) -> bool {
    let created = matches!(write, EntryWrite::Create { .. });
    match error.kind() {
        ErrorKind::VersionMismatch => true,
        ErrorKind::AlreadyExists => created,
        ErrorKind::NotFound => !created,
        _ => false,
    }
}
