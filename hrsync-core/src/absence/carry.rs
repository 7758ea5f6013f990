//! Carrying absences over: reading both sides, planning, writing, and telling what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::days::days;
use super::eligibility::{AbsenceSettings, NotSent};
use super::host::HostAbsences;
use super::intent::Sent;
use super::ledger::{Carried, Form, Ledger, Owed};
use super::model::{Absence, AbsenceStatus};
use super::plan::{AbsencePlan, Group, Input, Refusal, Refused, SlotWrite, plan};
use super::report::{AbsenceItem, AbsenceOutcome, AbsenceReport};
use super::slot::{Piece, Slot};
use super::standing::{Rules, Standing};
use super::vendor::{AbsenceConnector, EntryResult, EntryWrite, Looked, Window};
use crate::connection::{Actor, ConnectionState};
use crate::error::{Error, ErrorKind, Fixer, Outcome, Result};
use crate::finding::{Finding, code};
use crate::host::Notification;
use crate::journal::{Event, NewEntry};
use crate::keys::{Key, Sealed};
use crate::model::{AbsenceId, HostId, Side, VendorId};
use crate::reconcile::{Calls, Engine, LinkState, of_host, unusable_id};
use crate::store::{self, Batch, Check, CommitError, Row, RowKey, RowKind};

/// Who acts when a host change is carried over as it comes.
const LIVE: &str = "live";

/// How often both sides are looked at again in one run when something else happens there meanwhile.
const ROUNDS: usize = 4;

/// What an engine needs to carry absences over.
#[derive(Debug, Clone)]
pub(crate) struct Absences {
    pub(crate) host: Arc<dyn HostAbsences>,
    pub(crate) settings: AbsenceSettings,
}

/// The row of a person's ledger.
#[derive(Serialize, Deserialize)]
struct LedgerRow {
    /// Something is to be done about it without anybody asking.
    open: bool,
    sealed: Sealed,
}

/// The row of a person's writes under way; it is the lock.
#[derive(Serialize, Deserialize)]
struct IntentRow {
    #[serde(with = "time::serde::rfc3339")]
    sent_at: OffsetDateTime,
    sealed: Sealed,
}

/// The rows about a person's absences.
pub(crate) fn absence_keys(person: &HostId) -> [RowKey; 2] {
    [ledger_key(person), intent_key(person)]
}

fn ledger_key(person: &HostId) -> RowKey {
    RowKey::new(RowKind::Absences, person.as_str())
}

fn intent_key(person: &HostId) -> RowKey {
    RowKey::new(RowKind::AbsenceIntent, person.as_str())
}

impl Engine {
    /// Carries over what changed in the host about the absences of these people: what is to be sent is sent, what changed is changed,
    /// and what is not to stand in the payroll system any more is removed. Each absence that is not sent says why.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the payroll system takes no absences or the engine was built without the host's,
    /// [`ErrorKind::ConfigInvalid`] with code `not_active` before the first synchronisation or while the connection is paused, or the
    /// store or the host failed.
    pub async fn push_absences(&self, people: &[HostId]) -> Result<AbsenceReport> {
        let mut run = self.carrying(LIVE).await?;
        for person in people {
            run.person(person, &Task::default()).await?;
        }
        run.finish().await
    }

    /// Does what is due without anybody asking: finds out what became of writes whose outcome was unknown, goes on with absences that
    /// were left when the payroll system could not be used, and tells the host and people what they were not told yet. Call it every
    /// few minutes.
    ///
    /// # Errors
    /// As [`push_absences`](Self::push_absences).
    pub async fn sweep_absences(&self) -> Result<AbsenceReport> {
        let mut people = BTreeSet::new();
        self.each_row(RowKind::Absences, |row| {
            let LedgerRow { open, .. } = store::decode(row)?;
            if open {
                people.insert(HostId::new(row.key.id.clone()));
            }
            Ok(())
        })
        .await?;
        self.each_row(RowKind::AbsenceIntent, |row| {
            people.insert(HostId::new(row.key.id.clone()));
            Ok(())
        })
        .await?;
        let people: Vec<HostId> = people.into_iter().collect();
        self.push_absences(&people).await
    }

    /// Looks at all absences of these people again, also at those that did not change: entries that somebody changed or removed in the
    /// payroll system are told of, and a work schedule or working time that changed is followed, but never in earlier months, which are
    /// listed.
    ///
    /// # Errors
    /// As [`push_absences`](Self::push_absences), and when the actor may not.
    pub async fn review_absences(&self, actor: &Actor, people: &[HostId]) -> Result<AbsenceReport> {
        self.may_configure(actor)?;
        let mut run = self.carrying(actor.id()).await?;
        for person in people {
            run.person(person, &Task { again: true, ..Task::default() }).await?;
        }
        run.finish().await
    }

    /// What [`review_absences`](Self::review_absences) would do. Nothing is written, on no side.
    ///
    /// # Errors
    /// As [`review_absences`](Self::review_absences).
    pub async fn preview_absences(&self, actor: &Actor, people: &[HostId]) -> Result<AbsenceReport> {
        self.may_configure(actor)?;
        let mut run = self.carrying(actor.id()).await?;
        for person in people {
            run.person(person, &Task { again: true, dry: true, ..Task::default() }).await?;
        }
        Ok(run.report)
    }

    /// Tries an absence again that the payroll system refused.
    ///
    /// # Errors
    /// As [`review_absences`](Self::review_absences).
    pub async fn retry_absence(&self, actor: &Actor, person: &HostId, absence: &AbsenceId) -> Result<AbsenceReport> {
        self.may_configure(actor)?;
        let mut run = self.carrying(actor.id()).await?;
        run.person(person, &Task { retried: Some(absence.clone()), ..Task::default() }).await?;
        run.finish().await
    }

    async fn carrying(&self, actor: &str) -> Result<Carrying<'_>> {
        let (_, connection) = self.connected().await?;
        let unsupported = |message: &'static str| Error::new(ErrorKind::Unsupported, message);
        let vendor = self.connector.absences().ok_or_else(|| unsupported("this payroll system takes no absences"))?;
        let absences = self.absences.as_ref();
        let absences = absences.ok_or_else(|| unsupported("the engine was built without the host's absences"))?;
        if connection.state != ConnectionState::Active {
            let message = "absences are carried over only while the connection is active";
            return Err(Error::new(ErrorKind::ConfigInvalid, message).with_code("not_active"));
        }
        let run = self.new_run()?;
        let report =
            AbsenceReport { run: run.clone(), items: Vec::new(), findings: Vec::new(), calls: Calls::default() };
        Ok(Carrying { engine: self, vendor, absences, actor: actor.to_owned(), report, entries: Vec::new() })
    }
}

/// What is to be done about a person.
#[derive(Default)]
struct Task {
    /// Also absences that did not change are looked at.
    again: bool,
    /// Nothing is written.
    dry: bool,
    /// An absence that is tried again.
    retried: Option<AbsenceId>,
}

/// A run that carries absences over.
struct Carrying<'e> {
    engine: &'e Engine,
    vendor: &'e dyn AbsenceConnector,
    absences: &'e Absences,
    actor: String,
    report: AbsenceReport,
    /// What goes into the journal with the next commit.
    entries: Vec<NewEntry>,
}

/// One person of a run.
struct Person<'p> {
    id: &'p HostId,
    vendor: Option<VendorId>,
    /// The host's absences.
    absences: BTreeMap<AbsenceId, Absence>,
    ledger: Ledger,
    /// The ledger as it is stored.
    stored: Option<(u64, Ledger, bool)>,
    /// It is to be gone on with later.
    open: bool,
    items: BTreeMap<AbsenceId, AbsenceItem>,
}

/// What came of a group of writes.
#[derive(PartialEq, Eq)]
enum Wrote {
    All,
    /// Something was refused, or is otherwise than it was seen.
    NotAll,
    /// Nobody knows, or the payroll system cannot be used.
    Pending,
}

impl Carrying<'_> {
    async fn person(&mut self, id: &HostId, task: &Task) -> Result<()> {
        if !id.is_usable() {
            self.found(unusable_id(Side::Host, id.as_str()), None);
            return Ok(());
        }
        if !task.dry && !self.settle(id).await? {
            return Ok(());
        }
        let Some(mut person) = self.read(id).await? else { return Ok(()) };
        self.rounds(&mut person, task).await?;
        self.report.items.extend(std::mem::take(&mut person.items).into_values());
        if task.dry {
            return Ok(());
        }
        if self.store(&mut person, Batch::default()).await? {
            self.deliver(&mut person).await?;
            self.store(&mut person, Batch::default()).await?;
        }
        Ok(())
    }

    /// Both sides of a person as far as they are known here; `None` when there is nothing to be done about them.
    async fn read<'p>(&mut self, id: &'p HostId) -> Result<Option<Person<'p>>> {
        let person = self.stored(id).await?;
        if self.engine.host.fetch(id).await?.is_none() {
            if person.stored.is_some() {
                // Whether their absences were real, whoever deleted them knows; that they are gone says nothing of them.
                let message = "the person is gone from the host; what was sent of their absences stays as it is";
                let finding = Finding::problem(code::LINKED_PERSON_GONE, message, Fixer::HostAdministrator);
                self.found(finding.of_host(id), None);
            }
            return Ok(None);
        }
        let link = self.engine.link(id).await?.filter(|link| link.state == LinkState::Linked);
        let absences = self.absences.host.of(id).await?;
        Ok(Some(Person {
            vendor: link.map(|link| link.vendor),
            absences: absences.into_iter().map(|absence| (absence.id.clone(), absence)).collect(),
            ..person
        }))
    }

    async fn open_ledger(&self, row: &Row) -> Result<(u64, Ledger, bool)> {
        let LedgerRow { open, sealed } = store::decode(row)?;
        let text = self.engine.open(&sealed).await?;
        let unreadable = |_| Error::new(ErrorKind::Store, "what was stored of a person's absences cannot be read");
        Ok((row.version, serde_json::from_str(&text).map_err(unreadable)?, open))
    }

    /// Looks, plans and writes until there is nothing more to be done, or nothing can be.
    async fn rounds(&mut self, person: &mut Person<'_>, task: &Task) -> Result<()> {
        let mut retried = task.retried.clone();
        for round in 0..ROUNDS {
            person.tidy();
            let standings = self.standings(person, task.again && round == 0, retried.as_ref());
            person.tell_standings(&standings);
            let Some(window) = person.window(&standings) else { return Ok(()) };
            let looked = self.vendor.look(&window).await;
            self.report.calls.reads += 1;
            let looked = match looked {
                Ok(looked) => looked,
                Err(error) if is_refusal(&error) && !task.dry => {
                    self.refuse_all(person, &standings, &error);
                    return Ok(());
                }
                Err(error) => {
                    self.pending(person, &standings, &error);
                    return Ok(());
                }
            };
            let pieces = self.pieces(person, &standings, &window, &looked).await?;
            let today = self.engine.as_of();
            let AbsencePlan { ledger, groups, refusals, findings } = plan(&Input {
                vendor: &window.person,
                settings: &self.absences.settings,
                ledger: &person.ledger,
                absences: &person.absences,
                standings: &standings,
                pieces: &pieces,
                looked: &looked,
                today,
            });
            person.ledger = ledger;
            let mut failed: BTreeSet<AbsenceId> = refusals.iter().map(|refusal| refusal.absence.clone()).collect();
            for told in findings {
                self.tell(person, &told.absence, told.finding, told.notify);
            }
            for refusal in refusals {
                self.refuse(person, refusal);
            }
            if task.dry {
                groups.iter().for_each(|group| person.count(group, &standings));
                person.settled(&standings, &failed);
                return Ok(());
            }
            let mut again = false;
            for group in &groups {
                person.count(group, &standings);
                let wrote = self.write(person, &standings, group).await?;
                if wrote != Wrote::All {
                    failed.extend(group.absences.iter().cloned());
                    again = true;
                }
                if wrote == Wrote::Pending {
                    return Ok(());
                }
            }
            person.settled(&standings, &failed);
            if !again {
                return Ok(());
            }
            // It was tried.
            retried = None;
        }
        person.open = true;
        Ok(())
    }

    fn standings(
        &self,
        person: &Person<'_>,
        again: bool,
        retried: Option<&AbsenceId>,
    ) -> BTreeMap<AbsenceId, Standing> {
        let rules = Rules {
            settings: &self.absences.settings,
            conditions: self.vendor.conditions(),
            linked: person.vendor.is_some(),
            again,
        };
        let ids = person.absences.keys().chain(person.ledger.absences.keys());
        ids.map(|id| {
            let (absence, carried) = (person.absences.get(id), person.ledger.absences.get(id));
            (id.clone(), rules.standing(absence, carried, retried == Some(id)))
        })
        .collect()
    }

    async fn pieces(
        &self,
        person: &Person<'_>,
        standings: &BTreeMap<AbsenceId, Standing>,
        window: &Window,
        looked: &Looked,
    ) -> Result<BTreeMap<AbsenceId, Result<Vec<Piece>>>> {
        let mut wanted = Vec::new();
        for (id, standing) in standings {
            if let (Standing::Wanted(kind), Some(absence)) = (standing, person.absences.get(id)) {
                wanted.push((absence, kind));
            }
        }
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let schedule = self.absences.host.schedule(person.id, window.from, window.until).await?;
        let pieces = |absence: &Absence, kind| match days(absence, &schedule) {
            Ok(days) => self.vendor.pieces(absence, kind, &days, looked),
            // What is wrong with it was asked before it was wanted.
            Err(problem) => Err(Error::new(ErrorKind::InvalidData, problem.as_str())),
        };
        Ok(wanted.into_iter().map(|(absence, kind)| (absence.id.clone(), pieces(absence, kind))).collect())
    }

    /// Sends a group of writes and keeps what came of it.
    async fn write(
        &mut self,
        person: &mut Person<'_>,
        standings: &BTreeMap<AbsenceId, Standing>,
        group: &Group,
    ) -> Result<Wrote> {
        let Some(vendor) = person.vendor.clone() else { return Ok(Wrote::Pending) };
        let sent = Sent::new(&vendor, &group.writes);
        let key = self.engine.key_of(&of_host(person.id)).await?;
        let row = IntentRow { sent_at: self.engine.clock.now(), sealed: self.seal(&key, person.id, &sent)? };
        let batch = Batch::default().put(intent_key(person.id), Some(Check::Absent), store::encode(&row)?);
        let batch = batch.record(self.event(person.id, &group.absences, group.writes.len(), "intended"));
        if !self.store(person, batch).await? {
            return Ok(Wrote::Pending);
        }
        let writes: Vec<EntryWrite> = group.writes.iter().map(|one| one.write.clone()).collect();
        let results = self.vendor.write(&vendor, &writes).await;
        self.report.calls.writes += 1;
        let unknown = |result: &&EntryResult| matches!(result, Err(error) if error.outcome() == Outcome::Unknown);
        let error = results.iter().find(unknown).and_then(|result| result.as_ref().err());
        // An answer that tells of fewer entries than were sent is none about the rest.
        if error.is_some() || results.len() != writes.len() {
            return self.unknown(person, group, error.map(|error| &**error)).await;
        }
        self.known(person, standings, group, &sent, &results).await
    }

    /// Nobody knows what came of a group of writes: the intent stays.
    async fn unknown(&mut self, person: &mut Person<'_>, group: &Group, error: Option<&Error>) -> Result<Wrote> {
        let after = self.engine.connector.info().settle_after.as_secs().div_ceil(60);
        let told = error.map_or("the answer was not understood", |error| error.message());
        let message =
            format!("{told}; it is not known whether the absence was written, and is found out after {after} minutes");
        let finding = Finding::problem(code::WRITE_UNKNOWN, message, Fixer::Nobody);
        for absence in &group.absences {
            self.found(about(finding.clone(), person, absence), error.and_then(Error::sensitive_detail));
            person.item(absence, AbsenceOutcome::Pending);
        }
        person.open = true;
        let event = self.event(person.id, &group.absences, group.writes.len(), "unknown");
        self.store(person, Batch::default().record(event)).await?;
        Ok(Wrote::Pending)
    }

    /// Keeps what came of a group of writes, each of which is known.
    async fn known(
        &mut self,
        person: &mut Person<'_>,
        standings: &BTreeMap<AbsenceId, Standing>,
        group: &Group,
        sent: &Sent,
        results: &[EntryResult],
    ) -> Result<Wrote> {
        let mut refused: BTreeMap<&AbsenceId, Vec<(&SlotWrite, &Error)>> = BTreeMap::new();
        let (mut passing, mut failed, mut created) = (None, 0, 0);
        for (place, (write, result)) in group.writes.iter().zip(results).enumerate() {
            match result {
                Ok(entry) => sent.done(place, entry.clone(), &mut person.ledger),
                Err(error) => {
                    failed += 1;
                    created += usize::from(matches!(write.write, EntryWrite::Create { .. }));
                    if is_stale(error, &write.write) {
                        // It is looked at again.
                    } else if is_refusal(error) {
                        write.changed.keys().for_each(|id| refused.entry(id).or_default().push((write, error)));
                    } else {
                        passing = Some(error);
                    }
                }
            }
        }
        for (absence, errors) in refused {
            let removal = matches!(standings.get(absence), Some(Standing::Removed(_)));
            let note = errors.iter().all(|(write, _)| write.changed.get(absence) == Some(&true));
            let Some((_, error)) = errors.first() else { continue };
            let (finding, words) = (Finding::from_error(error), error.sensitive_detail().map(str::to_owned));
            let of = match (removal, note) {
                (true, _) => Refused::Removal,
                (_, true) => Refused::Note,
                _ => Refused::Absence,
            };
            self.refuse(person, Refusal { absence: absence.clone(), finding, words, of });
        }
        if created > 1 && passing.is_none() {
            // Whether a call that creates several entries creates all or none is not promised.
            self.look_again(person, sent).await?;
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
                person.item(absence, AbsenceOutcome::Pending);
            }
            person.open = true;
            return Ok(Wrote::Pending);
        }
        Ok(if failed == 0 { Wrote::All } else { Wrote::NotAll })
    }

    /// Looks what a refused call left behind.
    async fn look_again(&mut self, person: &mut Person<'_>, sent: &Sent) -> Result<()> {
        let Some(window) = sent.window() else { return Ok(()) };
        self.report.calls.reads += 1;
        match self.vendor.look(&window).await {
            Ok(looked) => sent.found(&looked.entries, &mut person.ledger),
            // The next round looks anyway, and takes what is there for somebody else's.
            Err(error) => self.found(Finding::from_error(&error).of_host(person.id), error.sensitive_detail()),
        }
        Ok(())
    }

    /// Finds out what became of writes under way; false while that cannot be known.
    async fn settle(&mut self, id: &HostId) -> Result<bool> {
        let Some(row) = self.engine.store.get(&self.engine.id, &intent_key(id)).await? else { return Ok(true) };
        let IntentRow { sent_at, sealed } = store::decode(&row)?;
        let pending = |run: &mut Self, finding: Finding| {
            run.found(finding.of_host(id), None);
            Ok(false)
        };
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
            return pending(self, Finding::notice(code::WRITE_PENDING, message));
        }
        let unreadable = |_| Error::new(ErrorKind::Store, "what was stored of a write of absences cannot be read");
        let sent: Sent = serde_json::from_str(&self.engine.open(&sealed).await?).map_err(unreadable)?;
        let mut person = self.stored(id).await?;
        if let Some(window) = sent.window() {
            self.report.calls.reads += 1;
            match self.vendor.look(&window).await {
                Ok(looked) => sent.found(&looked.entries, &mut person.ledger),
                Err(error) => return pending(self, Finding::from_error(&error)),
            }
        }
        let mut batch = Batch::default().delete(row.key.clone());
        batch.checks.push((row.key, Check::At(row.version)));
        let event = self.event(id, &BTreeSet::new(), sent.writes.len(), "settled");
        person.open = true;
        self.store(&mut person, batch.record(event)).await
    }

    /// A person as the ledger has them.
    async fn stored<'p>(&self, id: &'p HostId) -> Result<Person<'p>> {
        let row = self.engine.store.get(&self.engine.id, &ledger_key(id)).await?;
        let stored = match &row {
            Some(row) => Some(self.open_ledger(row).await?),
            None => None,
        };
        let ledger = stored.as_ref().map(|(_, ledger, _)| ledger.clone()).unwrap_or_default();
        let (vendor, absences, items) = (None, BTreeMap::new(), BTreeMap::new());
        Ok(Person { id, vendor, absences, ledger, stored, open: false, items })
    }

    /// The vendor does not let anything be read, so nothing can be written.
    fn refuse_all(&mut self, person: &mut Person<'_>, standings: &BTreeMap<AbsenceId, Standing>, error: &Error) {
        for (absence, standing) in standings {
            let of = match standing {
                Standing::Wanted(_) => Refused::Absence,
                Standing::Removed(_) => Refused::Removal,
                Standing::Kept(_) | Standing::Never(_) => continue,
            };
            let (finding, words) = (Finding::from_error(error), error.sensitive_detail().map(str::to_owned));
            self.refuse(person, Refusal { absence: absence.clone(), finding, words, of });
        }
    }

    /// The vendor cannot be used now.
    fn pending(&mut self, person: &mut Person<'_>, standings: &BTreeMap<AbsenceId, Standing>, error: &Error) {
        self.found(Finding::from_error(error).of_host(person.id), error.sensitive_detail());
        for (absence, standing) in standings {
            if matches!(standing, Standing::Wanted(_) | Standing::Removed(_)) {
                person.item(absence, AbsenceOutcome::Pending);
            }
        }
        person.open = true;
    }

    /// Keeps that a change was refused, for the host, for people and for the log.
    fn refuse(&mut self, person: &mut Person<'_>, refusal: Refusal) {
        let Refusal { absence, finding, words, of } = refusal;
        let finding = about(finding, person, &absence);
        let now = person.absences.get(&absence);
        let (form, note) = (now.map(Form::of), now.and_then(|now| now.note.clone()));
        let vendor = person.vendor.clone().unwrap_or_else(|| VendorId::new(""));
        let there = !person.ledger.parts_of(&vendor, &absence).is_empty();
        let carried = person.ledger.absences.entry(absence.clone()).or_default();
        let first = match of {
            // Nobody is told of a note, so that they are when the rest of the absence is refused for the same cause.
            Refused::Note => carried.note_refused.as_ref() != Some(&note),
            Refused::Absence | Refused::Removal => carried.told.insert(finding.code.to_string()),
        };
        let mut owed = Owed { absence: absence.clone(), status: None, finding: None };
        let outcome = match of {
            Refused::Note => {
                carried.note_refused = Some(note);
                AbsenceOutcome::NoteRefused
            }
            Refused::Removal => {
                owed.finding = Some(finding.clone()).filter(|_| first);
                if carried.refused.is_some() && carried.sent.is_none() {
                    // Whole or not at all was not to be had.
                    carried.partly = true;
                    AbsenceOutcome::PartlySent
                } else {
                    person.open = true;
                    AbsenceOutcome::RemovalRefused
                }
            }
            Refused::Absence => {
                carried.refused = form;
                carried.shown_rejected = false;
                owed.status = Some(AbsenceStatus::RejectedByIntegration);
                owed.finding = Some(finding.clone()).filter(|_| first);
                AbsenceOutcome::Refused
            }
        };
        let partly = there && outcome == AbsenceOutcome::PartlySent;
        if owed.status.is_some() || owed.finding.is_some() {
            person.ledger.owed.push(owed);
        }
        if first || of == Refused::Absence {
            self.found(finding, words.as_deref());
        }
        if partly {
            let message = "a part of the absence is in the payroll system though it was refused as a whole";
            let finding = Finding::problem(code::ABSENCE_PARTLY_SENT, message, Fixer::PayrollClerk);
            self.found(about(finding, person, &absence), None);
        }
        person.item(&absence, outcome);
    }

    /// Tells about an absence, once for each cause.
    fn tell(&mut self, person: &mut Person<'_>, absence: &AbsenceId, finding: Finding, notify: bool) {
        let finding = about(finding, person, absence);
        let carried = person.ledger.absences.entry(absence.clone()).or_default();
        if !notify {
            self.found(finding, None);
        } else if carried.told.insert(finding.code.to_string()) {
            self.found(finding.clone(), None);
            person.ledger.owed.push(Owed { absence: absence.clone(), status: None, finding: Some(finding) });
        }
    }

    /// Tells the host and people what they are owed. What cannot be told now is told later.
    async fn deliver(&mut self, person: &mut Person<'_>) -> Result<()> {
        let mut left = Vec::new();
        for mut owed in std::mem::take(&mut person.ledger.owed) {
            if let Some(status) = owed.status {
                match self.absences.host.set_status(&owed.absence, status).await {
                    Ok(()) => {
                        owed.status = None;
                        if let Some(carried) = person.ledger.absences.get_mut(&owed.absence) {
                            carried.shown_rejected = status == AbsenceStatus::RejectedByIntegration;
                        }
                    }
                    Err(error) => {
                        let finding = Finding::from_error(&error);
                        self.found(about(finding, person, &owed.absence), error.sensitive_detail());
                    }
                }
            }
            if let Some(finding) = &owed.finding {
                match self.notify(person.id, &owed.absence, finding).await {
                    Ok(()) => owed.finding = None,
                    Err(error) => {
                        let finding = Finding::from_error(&error);
                        self.found(about(finding, person, &owed.absence), error.sensitive_detail());
                    }
                }
            }
            if owed.status.is_some() || owed.finding.is_some() {
                left.push(owed);
            }
        }
        person.ledger.owed = left;
        Ok(())
    }

    async fn notify(&self, person: &HostId, absence: &AbsenceId, finding: &Finding) -> Result<()> {
        let told = self.absences.host.told(person).await?;
        let to = told.everybody();
        self.engine.notifier.notify(&Notification::Absence { to: &to, person, absence, finding }).await
    }

    /// Stores a person's ledger where it changed, with `batch`; false when somebody else stored it meanwhile.
    async fn store(&mut self, person: &mut Person<'_>, mut batch: Batch) -> Result<bool> {
        person.tidy();
        let open = person.open || person.ledger.is_open();
        let known = person.stored.as_ref();
        let changed = match known {
            Some((_, ledger, was_open)) => *ledger != person.ledger || *was_open != open,
            None => person.ledger != Ledger::default() || open,
        };
        if changed {
            let key = self.engine.key_of(&of_host(person.id)).await?;
            let row = LedgerRow { open, sealed: self.seal(&key, person.id, &person.ledger)? };
            let check = known.map_or(Check::Absent, |(version, ..)| Check::At(*version));
            batch = batch.put(ledger_key(person.id), Some(check), store::encode(&row)?);
        } else if !batch.puts.is_empty() {
            // What was planned was planned from this ledger.
            let check = known.map_or(Check::Absent, |(version, ..)| Check::At(*version));
            batch.checks.push((ledger_key(person.id), check));
        }
        batch.entries.splice(0..0, self.entries.iter().cloned());
        if batch.puts.is_empty() && batch.deletes.is_empty() && batch.entries.is_empty() {
            return Ok(true);
        }
        self.engine.seal_for_people(&mut batch, &mut std::collections::HashMap::new()).await.map_err(Error::from)?;
        match self.engine.store.commit(&self.engine.id, batch).await {
            Ok(()) => self.entries.clear(),
            Err(CommitError::Stale) => {
                let message = "the absences of this person are being carried over by somebody else";
                self.found(Finding::notice(code::WRITE_PENDING, message).of_host(person.id), None);
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        if changed {
            let row = self.engine.store.get(&self.engine.id, &ledger_key(person.id)).await?;
            person.stored = row.map(|row| (row.version, person.ledger.clone(), open));
        }
        Ok(true)
    }

    fn seal<T: Serialize>(&self, key: &Key, person: &HostId, body: &T) -> Result<Sealed> {
        let text = serde_json::to_string(body)
            .map_err(|_| Error::new(ErrorKind::Unexpected, "a row could not be written as JSON"))?;
        Sealed::for_person(key, &*self.engine.entropy, &of_host(person), &text)
    }

    fn event(&self, person: &HostId, absences: &BTreeSet<AbsenceId>, entries: usize, result: &str) -> NewEntry {
        let event = Event::AbsencesWritten {
            host: person.clone(),
            absences: absences.iter().cloned().collect(),
            entries: u32::try_from(entries).unwrap_or(u32::MAX),
            result: result.to_owned(),
        };
        self.engine.entry(&self.report.run, &self.actor, event)
    }

    /// Keeps a finding for report and journal.
    fn found(&mut self, finding: Finding, words: Option<&str>) {
        if self.report.findings.contains(&finding) {
            return;
        }
        let about = finding.host_id.as_ref().map_or("nobody", HostId::as_str);
        // Without randomness the words are not kept; the finding is.
        let words = words.and_then(|words| Sealed::new(&*self.engine.keys, &*self.engine.entropy, about, words).ok());
        let event = Event::Found { finding: finding.clone(), words };
        self.entries.push(self.engine.entry(&self.report.run, &self.actor, event));
        self.report.findings.push(finding);
    }

    async fn finish(mut self) -> Result<AbsenceReport> {
        if !self.entries.is_empty() {
            let mut batch = Batch { entries: std::mem::take(&mut self.entries), ..Batch::default() };
            self.engine
                .seal_for_people(&mut batch, &mut std::collections::HashMap::new())
                .await
                .map_err(Error::from)?;
            self.engine.store.commit(&self.engine.id, batch).await?;
        }
        Ok(self.report)
    }
}

impl Person<'_> {
    /// The days that have to be looked at: those of absences of which something is wanted or to be removed, and of what stands in the
    /// payroll system of them.
    fn window(&self, standings: &BTreeMap<AbsenceId, Standing>) -> Option<Window> {
        let vendor = self.vendor.clone()?;
        let mut spans: Vec<(Date, Date)> = Vec::new();
        for (id, standing) in standings {
            let wanted = match standing {
                Standing::Wanted(_) => true,
                Standing::Removed(_) => false,
                Standing::Kept(_) | Standing::Never(_) => continue,
            };
            let absence = self.absences.get(id).filter(|_| wanted);
            spans.extend(absence.and_then(|absence| Some((absence.start, absence.end?))));
            spans.extend(self.ledger.slots_of(id).map(|slot: &Slot| (slot.from, slot.until)));
        }
        let from = spans.iter().map(|(from, _)| *from).min()?;
        let until = spans.iter().map(|(_, until)| *until).max()?;
        let pieces = standings.values().any(|standing| matches!(standing, Standing::Wanted(_)));
        Some(Window { person: vendor, from, until, pieces })
    }

    fn item(&mut self, absence: &AbsenceId, outcome: AbsenceOutcome) {
        let item = self.items.entry(absence.clone()).or_insert_with(|| AbsenceItem {
            person: self.id.clone(),
            absence: absence.clone(),
            outcome,
            entries: (0, 0, 0),
        });
        item.outcome = outcome;
    }

    /// What is said of absences before the payroll system is looked at.
    fn tell_standings(&mut self, standings: &BTreeMap<AbsenceId, Standing>) {
        for (id, standing) in standings {
            let outcome = match standing {
                Standing::Kept(Some(why)) => AbsenceOutcome::Kept(*why),
                Standing::Never(why) => AbsenceOutcome::NotSent(*why),
                Standing::Removed(Some(NotSent::Rejected)) => AbsenceOutcome::NotSent(NotSent::Rejected),
                Standing::Kept(None) | Standing::Wanted(_) | Standing::Removed(_) => continue,
            };
            if !self.items.contains_key(id) {
                self.item(id, outcome);
            }
        }
    }

    /// Counts the entries that a group writes for each absence.
    fn count(&mut self, group: &Group, standings: &BTreeMap<AbsenceId, Standing>) {
        for write in &group.writes {
            for absence in write.changed.keys() {
                let removed = matches!(standings.get(absence), Some(Standing::Removed(_)));
                if !self.items.contains_key(absence) {
                    self.item(absence, if removed { AbsenceOutcome::Removed } else { AbsenceOutcome::Sent });
                }
                let Some(item) = self.items.get_mut(absence) else { continue };
                match write.write {
                    EntryWrite::Create { .. } => item.entries.0 += 1,
                    EntryWrite::Change { .. } => item.entries.1 += 1,
                    EntryWrite::Delete { .. } => item.entries.2 += 1,
                }
            }
        }
    }

    /// Keeps what stands in the payroll system as it is in the host now.
    fn settled(&mut self, standings: &BTreeMap<AbsenceId, Standing>, failed: &BTreeSet<AbsenceId>) {
        for (id, standing) in standings.iter().filter(|(id, _)| !failed.contains(*id)) {
            match standing {
                Standing::Wanted(_) => {
                    let Some(absence) = self.absences.get(id) else { continue };
                    let shown = absence.status == AbsenceStatus::RejectedByIntegration;
                    let carried = self.ledger.absences.entry(id.clone()).or_default();
                    let note_refused = carried.note_refused.take().filter(|note| *note == absence.note);
                    let mut told = std::mem::take(&mut carried.told);
                    // What was refused and is no longer is told again when it is refused again.
                    told.retain(|cause| cause == code::ABSENCE_DISCONNECTED);
                    *carried = Carried { sent: Some(Form::of(absence)), note_refused, told, ..Carried::default() };
                    if shown {
                        let status = Some(AbsenceStatus::Approved);
                        self.ledger.owed.push(Owed { absence: id.clone(), status, finding: None });
                    }
                    self.item(id, AbsenceOutcome::Sent);
                }
                Standing::Removed(why) => {
                    match self.ledger.absences.get_mut(id) {
                        // What was refused stays remembered as that.
                        Some(_) if *why == Some(NotSent::Rejected) => continue,
                        Some(carried) => {
                            *carried = Carried { told: std::mem::take(&mut carried.told), ..Carried::default() }
                        }
                        None => continue,
                    }
                    self.item(id, AbsenceOutcome::Removed);
                }
                Standing::Kept(_) | Standing::Never(_) => {}
            }
        }
        // A note that was refused is not tried again by itself, and the rest of the absence is there.
        for id in failed {
            let Some(absence) = self.absences.get(id) else { continue };
            let note_only = self.items.get(id).is_some_and(|item| item.outcome == AbsenceOutcome::NoteRefused);
            if let (true, Some(carried)) = (note_only, self.ledger.absences.get_mut(id)) {
                carried.sent = Some(Form::of(absence));
            }
        }
    }

    /// Remembers every absence that has something in an entry, also where nobody heard yet that it was written, and forgets those of
    /// which there is nothing to remember.
    fn tidy(&mut self) {
        let Self { ledger: Ledger { entries, absences, owed }, absences: host, .. } = self;
        for id in entries.iter().flat_map(|held| held.parts.keys()) {
            absences.entry(id.clone()).or_default();
        }
        absences.retain(|id, carried| {
            let remembered = carried.sent.is_some() || carried.refused.is_some();
            let there = entries.iter().any(|held| held.parts.contains_key(id));
            there || owed.iter().any(|owed| owed.absence == *id) || (remembered && host.contains_key(id))
        });
    }
}

fn about(finding: Finding, person: &Person<'_>, absence: &AbsenceId) -> Finding {
    let finding = finding.of_host(person.id).with_param("absence", absence.as_str());
    match &person.vendor {
        Some(vendor) => finding.of_vendor(vendor),
        None => finding,
    }
}

/// Whether an error says that the payroll system does not take what was asked, as opposed to that it cannot be used now.
fn is_refusal(error: &Error) -> bool {
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
