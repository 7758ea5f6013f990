//! Telling the host, people and the log what came of absences.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::carry::Carrying;
use super::ledger::{Form, Owed};
use super::model::AbsenceStatus;
use super::person::Person;
use super::plan::{Refusal, Refused};
use super::report::AbsenceOutcome;
use super::standing::Standing;
use crate::error::{Error, Fixer, Result};
use crate::finding::{Finding, code};
use crate::host::Notification;
use crate::journal::Event;
use crate::keys::Sealed;
use crate::model::{AbsenceId, HostId, VendorId};

impl Carrying<'_> {
    /// The vendor does not let anything be read, so nothing can be written.
    pub(super) fn refuse_all(
        &mut self,
        person: &mut Person<'_>,
        standings: &BTreeMap<AbsenceId, Standing>,
        error: &Error,
    ) {
        for (absence, standing) in standings {
            let of = match standing {
                Standing::Wanted(_) if person.unchanged.contains(absence) => {
                    // Nothing of it was to be written, as far as is known.
                    self.found(Finding::from_error(error).of_host(person.id), error.sensitive_detail());
                    person.item(absence, AbsenceOutcome::Pending);
                    continue;
                }
                Standing::Wanted(_) => Refused::Absence,
                Standing::Removed(_) if person.ledger.holds(absence) => Refused::Removal,
                Standing::Removed(_) | Standing::Kept(_) | Standing::Never(_) => continue,
            };
            let (finding, words) = (Finding::from_error(error), error.sensitive_detail().map(str::to_owned));
            self.refuse(person, Refusal { absence: absence.clone(), finding, words, of });
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
                person.item(absence, AbsenceOutcome::Pending);
            }
        }
        person.open = true;
    }

    /// Keeps that a change was refused, for the host, for people and for the log.
    pub(super) fn refuse(&mut self, person: &mut Person<'_>, refusal: Refusal) {
        let Refusal { absence, finding, words, of } = refusal;
        let finding = about(finding, person, &absence);
        let now = person.absences.get(&absence);
        let form = now.map(Form::of);
        if of == Refused::Absence && person.unchanged.contains(&absence) {
            // Nobody changed it: a review found that something around it did, and what was sent stays as it is.
            self.found(finding, words.as_deref());
            person.item(&absence, AbsenceOutcome::Refused);
            return;
        }
        let vendor = person.vendor.clone().unwrap_or_else(|| VendorId::new(""));
        let there = !person.ledger.parts_of(&vendor, &absence).is_empty();
        let carried = person.ledger.absences.entry(absence.clone()).or_default();
        let first = match of {
            // Nobody is told of a note, so that they are when the rest of the absence is refused for the same cause.
            Refused::Note => carried.note_refused != form,
            Refused::Absence | Refused::Removal => carried.told.insert(finding.code.to_string()),
        };
        let mut owed = Owed { absence: absence.clone(), status: None, finding: None };
        let outcome = match of {
            Refused::Note => {
                carried.note_refused = form;
                AbsenceOutcome::NoteRefused
            }
            Refused::Removal => {
                carried.dirty = true;
                owed.finding = Some(finding.clone()).filter(|_| first);
                if form.is_some() && carried.refused == form && !carried.whole {
                    // Whole or not at all was not to be had.
                    carried.partly = there;
                    AbsenceOutcome::PartlySent
                } else {
                    person.open = true;
                    AbsenceOutcome::RemovalRefused
                }
            }
            Refused::Absence => {
                carried.refused = form;
                carried.dirty = true;
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
    pub(super) fn tell(&mut self, person: &mut Person<'_>, absence: &AbsenceId, finding: Finding, notify: bool) {
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
    pub(super) async fn deliver(&mut self, person: &mut Person<'_>) -> Result<()> {
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

    pub(super) async fn notify(&self, person: &HostId, absence: &AbsenceId, finding: &Finding) -> Result<()> {
        let told = self.absences.host.told(person).await?;
        let to = told.everybody();
        self.engine.notifier.notify(&Notification::Absence { to: &to, person, absence, finding }).await
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
        Some(vendor) => finding.of_vendor(vendor),
        None => finding,
    }
}
