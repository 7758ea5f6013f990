//! Telling the host, people and the log what came of absences.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::carry::{Carrying, ROUNDS};
use super::cause;
use super::eligibility::{NotSent, TypeMapping};
use super::ledger::{Form, Owed, Rejection, is_of_a_change};
use super::model::AbsenceStatus;
use super::person::Person;
use super::plan::{Refusal, Refused, Telling};
use super::report::AbsenceOutcome;
use super::standing::Standing;
use crate::error::{Error, Result};
use crate::finding::{Finding, code};
use crate::host::Notification;
use crate::journal::Event;
use crate::keys::Sealed;
use crate::model::{AbsenceId, HostId, VendorId};
use crate::store::Batch;

impl Carrying<'_> {
    /// Tells what is wrong with absences as they stand in the host: once, until they change.
    pub(super) fn tell_problems(&mut self, person: &mut Person<'_>, standings: &BTreeMap<AbsenceId, Standing>) {
        let is_problem = |why: &NotSent| matches!(why, NotSent::Problem(_) | NotSent::ApprovedSometime);
        let never = |id: &AbsenceId| matches!(standings.get(id), Some(Standing::Never(why)) if is_problem(why));
        person.ledger.unusable.retain(|id, _| never(id));
        for (id, standing) in standings {
            let has_problem = matches!(standing, Standing::Kept(Some(NotSent::Problem(_))));
            if let Some(carried) = person.ledger.absences.get_mut(id).filter(|_| !has_problem) {
                carried.logged.remove(code::ABSENCE_UNUSABLE);
            }
            match standing {
                Standing::Kept(Some(why @ NotSent::Problem(_))) => {
                    self.tell(person, id, cause::problem(*why), Telling::LogOnce);
                }
                Standing::Never(why) if is_problem(why) => {
                    let finding = about(cause::problem(*why), person, id);
                    let of_what = Form::number(person.absences.get(id).map(Form::of).as_ref());
                    match person.ledger.unusable.insert(id.clone(), of_what) == Some(of_what) {
                        true => self.reported(finding),
                        false => self.found(finding, None),
                    }
                }
                _ => {}
            }
        }
    }

    /// The vendor does not let anything be read, so nothing can be written.
    pub(super) fn refuse_all(
        &mut self,
        person: &mut Person<'_>,
        standings: &BTreeMap<AbsenceId, Standing>,
        error: &Error,
    ) {
        for (absence, standing) in standings {
            let of = match standing {
                Standing::Wanted(_) if person.is_unchanged(absence) => {
                    // Nothing of it was to be written, as far as is known. Each sweep tries it again, and the log has it once.
                    self.log_refusal(person, absence, error);
                    person.left(absence);
                    continue;
                }
                Standing::Wanted(_) => {
                    let note = person.ledger.is_of_the_note(person.vendor.as_ref(), person.absences.get(absence));
                    if note { Refused::Note } else { Refused::Absence }
                }
                // Of a type that is not sent any more nothing is removed.
                Standing::Removed(Some(why @ (NotSent::Unmapped | NotSent::Excluded)))
                    if !self.is_sent(person, absence) && !person.is_otherwise(absence) =>
                {
                    person.item(absence, AbsenceOutcome::NotSent(*why));
                    continue;
                }
                // Nothing is to be removed, and people know.
                Standing::Removed(_) if person.is_known_apart(absence) => {
                    person.item(absence, AbsenceOutcome::Disconnected);
                    continue;
                }
                Standing::Removed(_) if person.holds(absence) => Refused::Removal,
                // What stands in another record is told once something can be read.
                Standing::Removed(_) if person.ledger.holds(absence) => {
                    self.log_refusal(person, absence, error);
                    person.item(absence, AbsenceOutcome::InOtherRecord);
                    continue;
                }
                Standing::Removed(_) | Standing::Kept(_) | Standing::Never(_) => continue,
            };
            let refusal = |of| Refusal {
                absence: absence.clone(),
                finding: Finding::from_error(error),
                words: error.sensitive_detail().map(str::to_owned),
                of,
            };
            self.refuse(person, refusal(of));
            if person.is_partly_there(absence) {
                self.refuse(person, refusal(Refused::Removal));
            }
        }
    }

    /// Logs once that nothing can be read for an absence of which nothing is refused by that; sweeps go on with the person.
    fn log_refusal(&mut self, person: &mut Person<'_>, absence: &AbsenceId, error: &Error) {
        self.log_once(person, absence, Finding::from_error(error).of_host(person.id), error.sensitive_detail());
        person.open = true;
    }

    /// Whether something of an absence stands there as the types are mapped.
    fn is_sent(&self, person: &Person<'_>, absence: &AbsenceId) -> bool {
        let settings = &self.absences.settings;
        person.ledger.entries.iter().any(|held| {
            let to = TypeMapping::To(held.slot.kind.clone());
            held.parts.get(absence).is_some_and(|part| settings.mapping(&part.kind) == Some(&to))
        })
    }

    /// Says of refused absences that a part of them is there and stays, because its type is mapped otherwise by now.
    pub(super) fn tell_apart(&mut self, person: &mut Person<'_>, standings: &BTreeMap<AbsenceId, Standing>) {
        for (id, standing) in standings {
            if *standing == Standing::Removed(Some(NotSent::Rejected)) && person.is_apart(id) {
                self.log_once(person, id, about(cause::partly_sent(), person, id), None);
                person.item(id, AbsenceOutcome::PartlySent);
            }
        }
    }

    /// Logs something about an absence once for as long as it stays as it is.
    fn log_once(&mut self, person: &mut Person<'_>, absence: &AbsenceId, finding: Finding, words: Option<&str>) {
        let of_what = Form::number(person.absences.get(absence).map(Form::of).as_ref());
        let carried = person.ledger.absences.entry(absence.clone()).or_default();
        match carried.logged.insert(finding.code.to_string(), of_what) == Some(of_what) {
            true => self.reported(finding),
            false => self.found(finding, words),
        }
    }

    /// The vendor cannot be used now.
    pub(super) fn pending(
        &mut self,
        person: &mut Person<'_>,
        standings: &BTreeMap<AbsenceId, Standing>,
        error: &Arc<Error>,
    ) {
        self.unusable(person.id, error);
        for (absence, standing) in standings {
            if matches!(standing, Standing::Wanted(_) | Standing::Removed(_)) {
                person.left(absence);
            }
        }
        person.open = true;
    }

    /// Keeps the refusals of these absences.
    pub(super) fn refuse_those(
        &mut self,
        person: &mut Person<'_>,
        refusals: Vec<Refusal>,
        those: impl Fn(&AbsenceId) -> bool,
    ) {
        for refusal in refusals.into_iter().filter(|refusal| those(&refusal.absence)) {
            self.refuse(person, refusal);
        }
    }

    /// Keeps that a change was refused, for the host, for people and for the log.
    pub(super) fn refuse(&mut self, person: &mut Person<'_>, refusal: Refusal) {
        let Refusal { absence, finding, words, of } = refusal;
        let finding = about(finding, person, &absence);
        let now = person.absences.get(&absence);
        let form = now.map(Form::of);
        let agreed = now.is_some_and(|absence| absence.status.is_agreed());
        if of == Refused::Absence && person.is_unchanged(&absence) {
            // Nobody changed it: a review found that something around it did, and what was sent stays as it is.
            let carried = person.ledger.absences.entry(absence.clone()).or_default();
            carried.look = false;
            self.log_once(person, &absence, finding, words.as_deref());
            person.item(&absence, AbsenceOutcome::Refused);
            return;
        }
        let vendor = person.vendor.clone().unwrap_or_else(|| VendorId::new(""));
        let there = !person.ledger.parts_of(&vendor, &absence).is_empty();
        let carried = person.ledger.absences.entry(absence.clone()).or_default();
        let first = match of {
            // Nobody is told of a note, so that they are when the rest of the absence is refused for the same cause.
            Refused::Note => carried.note_refused != form,
            Refused::Absence | Refused::Removal => {
                // That it cannot be changed says nothing of that it cannot be removed, once that is what the host says.
                let of_removal = if of == Refused::Removal && !agreed { " removal" } else { "" };
                let number = Form::number(form.as_ref());
                carried.told.insert(format!("{}{of_removal}", finding.code), number).is_none()
            }
        };
        let (mut shown, mut told) = (None, None);
        let outcome = match of {
            Refused::Note => {
                carried.note_refused = form;
                AbsenceOutcome::NoteRefused
            }
            Refused::Removal => {
                carried.dirty = true;
                told = Some(finding.clone()).filter(|_| first);
                if agreed && carried.refused == form && !carried.whole {
                    // Whole or not at all was not to be had.
                    carried.partly = there;
                    AbsenceOutcome::PartlySent
                } else {
                    person.open = true;
                    AbsenceOutcome::RemovalRefused
                }
            }
            Refused::Absence => {
                (carried.refused, carried.refused_in) = (form, person.vendor.clone());
                (carried.dirty, carried.rejection) = (true, Rejection::Made);
                // What is there of it is to go once more.
                carried.partly = false;
                // That an earlier rejection is over is told no more.
                person.ledger.owed.retain(|one| one.absence != absence || one.status != Some(AbsenceStatus::Approved));
                shown = Some(AbsenceStatus::RejectedByIntegration);
                told = Some(finding.clone()).filter(|_| first);
                AbsenceOutcome::Refused
            }
        };
        let partly = there && outcome == AbsenceOutcome::PartlySent;
        let owed = Owed::telling(&absence, shown, told, &self.report.run);
        if !owed.is_nothing() {
            person.ledger.owed.push(owed);
        }
        if first || of == Refused::Absence {
            self.found(finding, words.as_deref());
        } else {
            self.reported(finding);
        }
        if partly {
            self.found(about(cause::partly_sent(), person, &absence), None);
        }
        person.item(&absence, outcome);
    }

    /// Tells about an absence.
    pub(super) fn tell(&mut self, person: &mut Person<'_>, absence: &AbsenceId, finding: Finding, to: Telling) {
        let finding = about(finding, person, absence);
        // One that is not to be sent any more is nothing, as one that is gone.
        let form = person.absences.get(absence).filter(|absence| absence.status.is_agreed()).map(Form::of);
        // Nobody is told of a note.
        let days = Form::number(form.as_ref().map(Form::days).as_ref());
        let (cause, of_what) = match (to, &finding.vendor_id) {
            (Telling::People, Some(record)) => (format!("{} {record}", finding.code), 0),
            (Telling::People | Telling::EachChange, _) => (finding.code.to_string(), days),
            _ => (finding.code.to_string(), Form::number(form.as_ref())),
        };
        let carried = person.ledger.absences.entry(absence.clone()).or_default();
        let first = |known: &mut BTreeMap<String, u64>| known.insert(cause.clone(), of_what) != Some(of_what);
        match to {
            Telling::People | Telling::EachChange if first(&mut carried.told) => {
                // What people heard last of it counts, for whatever cause.
                carried.told.retain(|cause, of| !is_of_a_change(cause) || *of == days);
                self.found(finding.clone(), None);
                person.ledger.owed.push(Owed::telling(absence, None, Some(finding), &self.report.run));
            }
            Telling::People | Telling::EachChange => {}
            // What people were told is in the log too.
            Telling::LogOnce if carried.told.get(&cause) == Some(&days) || !first(&mut carried.logged) => {
                self.reported(finding);
            }
            Telling::Log | Telling::LogOnce => self.found(finding, None),
        }
    }

    /// Tells the host and people what they are owed, which nobody else does meanwhile. What cannot be told now is told later.
    pub(super) async fn deliver(&mut self, person: &mut Person<'_>, owed: Vec<Owed>) -> Result<()> {
        if owed.is_empty() {
            return Ok(());
        }
        let mut told = Vec::with_capacity(owed.len());
        for was in owed {
            let mut left = Owed { taken: None, ..was.clone() };
            if let Some(status) = was.status {
                match self.absences.host.set_status(&was.absence, status).await {
                    Ok(()) => left.status = None,
                    Err(error) => self.not_told(person, &was.absence, &error),
                }
            }
            if let Some(finding) = &was.finding {
                match self.notify(person.id, &was, finding).await {
                    Ok(somebody) => {
                        left.finding = None;
                        if !somebody {
                            self.found(about(cause::nobody_told(), person, &was.absence), None);
                        }
                    }
                    Err(error) => self.not_told(person, &was.absence, &error),
                }
            }
            told.push((was, left));
        }
        for _ in 0..ROUNDS {
            person.open |= person.ledger.told(&told);
            if self.store(person, Batch::default()).await? {
                break;
            }
            // Whatever happened to the rest of it meanwhile, this was told.
            let now = self.stored(person.id).await?;
            person.open |= now.stored.as_ref().is_some_and(|stored| stored.open);
            // What was read of the host may be older than that.
            (person.ledger, person.stored, person.read) = (now.ledger, now.stored, false);
        }
        Ok(())
    }

    fn not_told(&mut self, person: &Person<'_>, absence: &AbsenceId, error: &Error) {
        self.found(about(Finding::from_error(error), person, absence), error.sensitive_detail());
    }

    pub(super) async fn notify(
        &self,
        person: &HostId,
        Owed { absence, key, .. }: &Owed,
        finding: &Finding,
    ) -> Result<bool> {
        let told = self.absences.host.told(person).await?;
        let to = told.everybody();
        if !to.is_empty() {
            self.engine.notifier.notify(&Notification::Absence { to: &to, person, absence, finding, key }).await?;
        }
        Ok(!to.is_empty())
    }

    /// Keeps a finding for the report alone: it is in the log.
    pub(super) fn reported(&mut self, finding: Finding) {
        if !self.report.findings.contains(&finding) {
            self.report.findings.push(finding);
        }
    }

    /// Keeps a finding for report and journal.
    pub(super) fn found(&mut self, finding: Finding, words: Option<&str>) {
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
}

pub(super) fn about(finding: Finding, person: &Person<'_>, absence: &AbsenceId) -> Finding {
    let finding = finding.of_host(person.id).with_param("absence", absence.as_str());
    match &person.vendor {
        Some(vendor) if finding.vendor_id.is_none() => finding.of_vendor(vendor),
        _ => finding,
    }
}
