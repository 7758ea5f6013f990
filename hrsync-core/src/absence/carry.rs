//! Carrying absences over: reading both sides, planning and writing, until there is nothing more to be done.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::days::days;
use super::engine::{Absences, Task};
use super::model::Absence;
use super::person::{LeftOut, Person};
use super::plan::{AbsencePlan, Input, plan};
use super::report::{AbsenceReport, PlannedEntry};
use super::slot::Piece;
use super::standing::{Rules, Standing};
use super::vendor::{AbsenceConnector, Looked, Window};
use super::write::{Wrote, is_refusal};
use crate::error::{Error, ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::journal::{Event, NewEntry};
use crate::model::{AbsenceId, HostId, Side};
use crate::reconcile::{Engine, LinkState, unusable_id};
use crate::store::Batch;

/// How often both sides are looked at again in one run when something else happens there meanwhile.
const ROUNDS: usize = 4;

/// A run that carries absences over.
pub(super) struct Carrying<'e> {
    pub(super) engine: &'e Engine,
    pub(super) vendor: &'e dyn AbsenceConnector,
    pub(super) absences: &'e Absences,
    pub(super) actor: String,
    pub(super) report: AbsenceReport,
    /// What goes into the journal with the next commit.
    pub(super) entries: Vec<NewEntry>,
    /// What would be written, when nothing is.
    pub(super) planned: Vec<PlannedEntry>,
}

impl Carrying<'_> {
    /// One person after the other. Of somebody whom the host cannot tell nobody else suffers.
    pub(super) async fn people(&mut self, people: &[HostId], task: &Task) -> Result<()> {
        for id in people {
            match self.person(id, task).await {
                Err(error) if error.kind() == ErrorKind::Store => return Err(error),
                Err(error) => {
                    self.found(Finding::from_error(&error).of_host(id), error.sensitive_detail());
                    if !task.dry {
                        self.go_on_later(id).await?;
                    }
                }
                Ok(()) => {}
            }
            if task.swept {
                self.wait(id).await?;
            }
        }
        Ok(())
    }

    /// Leaves a person to the next sweep.
    async fn go_on_later(&mut self, id: &HostId) -> Result<()> {
        let mut person = self.stored(id).await?;
        person.open = true;
        self.store(&mut person, Batch::default()).await.map(drop)
    }

    async fn person(&mut self, id: &HostId, task: &Task) -> Result<()> {
        if !id.is_usable() {
            self.found(unusable_id(Side::Host, id.as_str()), None);
            return Ok(());
        }
        let settled = if task.dry { !self.is_under_way(id).await? } else { self.settle(id).await? };
        if !settled {
            return Ok(());
        }
        let Some(mut person) = self.read(id, task).await? else { return Ok(()) };
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
    pub(super) async fn read<'p>(&mut self, id: &'p HostId, task: &Task) -> Result<Option<Person<'p>>> {
        let mut person = self.stored(id).await?;
        if self.engine.host.fetch(id).await?.is_none() {
            if person.stored.is_some() {
                // Whether their absences were real, whoever deleted them knows; that they are gone says nothing of them.
                let message = "the person is gone from the host; what was sent of their absences stays as it is";
                let finding = Finding::problem(code::LINKED_PERSON_GONE, message, Fixer::HostAdministrator);
                self.found(finding.of_host(id), None);
                if !task.dry {
                    // There is nobody left to tell, and nothing to go on with.
                    person.ledger.owed.clear();
                    self.store(&mut person, Batch::default()).await?;
                }
            }
            return Ok(None);
        }
        let link = self.engine.link(id).await?.filter(|link| link.state == LinkState::Linked);
        let absences = self.absences.host.of(id).await?;
        Ok(Some(Person {
            vendor: link.map(|link| link.vendor),
            absences: absences.into_iter().map(|absence| (absence.id.clone(), absence)).collect(),
            read: true,
            ..person
        }))
    }

    /// Looks, plans and writes until there is nothing more to be done, or nothing can be.
    pub(super) async fn rounds(&mut self, person: &mut Person<'_>, task: &Task) -> Result<()> {
        let mut retried = task.retried.clone();
        let unchanged = self.standings(person, false, retried.as_ref()).into_iter();
        person.unchanged = unchanged.filter(|(_, one)| *one == Standing::Kept(None)).map(|(id, _)| id).collect();
        for round in 0..ROUNDS {
            person.tidy();
            let standings = self.standings(person, task.again && round == 0, retried.as_ref());
            person.tell_standings(&standings);
            let Some(window) = person.window(&standings) else { return Ok(()) };
            let looked = self.vendor.look(&window).await;
            self.report.calls.reads += 1;
            let looked = match looked {
                Ok(looked) => looked,
                Err(error) if is_refusal(&error) => {
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
            let AbsencePlan { ledger, groups, refusals, findings, noteless } = plan(&Input {
                window: &window,
                settings: &self.absences.settings,
                ledger: &person.ledger,
                absences: &person.absences,
                standings: &standings,
                pieces: &pieces,
                looked: &looked,
                retried: retried.as_ref(),
                today,
            });
            person.ledger = ledger;
            let nothing = |pieces: &Result<Vec<Piece>>| pieces.as_ref().is_ok_and(Vec::is_empty);
            let empty = pieces.iter().filter(|(_, pieces)| nothing(pieces)).map(|(id, _)| id.clone()).collect();
            let left_out = LeftOut { notes: noteless, all: empty };
            let mut failed: BTreeSet<AbsenceId> = refusals.iter().map(|refusal| refusal.absence.clone()).collect();
            for told in findings {
                self.tell(person, &told.absence, told.finding, told.notify);
            }
            for refusal in refusals {
                self.refuse(person, refusal);
            }
            if task.dry {
                for group in &groups {
                    person.count(group, &standings);
                    self.planned.extend(group.writes.iter().map(|write| write.planned(person.id)));
                }
                person.settled(&standings, &failed, &left_out);
                return Ok(());
            }
            let mut again = false;
            for group in &groups {
                person.count(group, &standings);
                let wrote = self.write(person, &standings, group).await?;
                if wrote != Wrote::All {
                    failed.extend(group.absences.iter().cloned());
                    // What could not be removed a moment ago cannot be removed now.
                    again |= !group.absences.iter().all(|id| person.is_stuck(id));
                }
                if wrote == Wrote::Pending {
                    return Ok(());
                }
            }
            person.settled(&standings, &failed, &left_out);
            if !again {
                return Ok(());
            }
            // It was tried.
            retried = None;
        }
        person.open = true;
        Ok(())
    }

    pub(super) fn standings(
        &self,
        person: &Person<'_>,
        again: bool,
        retried: Option<&AbsenceId>,
    ) -> BTreeMap<AbsenceId, Standing> {
        let rules = Rules {
            settings: &self.absences.settings,
            conditions: self.vendor.conditions(),
            vendor: person.vendor.as_ref(),
            again,
        };
        let ids = person.absences.keys().chain(person.ledger.absences.keys());
        ids.map(|id| {
            let (absence, carried) = (person.absences.get(id), person.ledger.absences.get(id));
            (id.clone(), rules.standing(absence, carried, retried == Some(id)))
        })
        .collect()
    }

    pub(super) async fn pieces(
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

    pub(super) fn event(
        &self,
        person: &HostId,
        absences: &BTreeSet<AbsenceId>,
        entries: usize,
        result: &str,
    ) -> NewEntry {
        let event = Event::AbsencesWritten {
            host: person.clone(),
            absences: absences.iter().cloned().collect(),
            entries: u32::try_from(entries).unwrap_or(u32::MAX),
            result: result.to_owned(),
        };
        self.engine.entry(&self.report.run, &self.actor, event)
    }

    pub(super) async fn finish(mut self) -> Result<AbsenceReport> {
        if !self.entries.is_empty() {
            let mut batch = Batch { entries: std::mem::take(&mut self.entries), ..Batch::default() };
            self.engine.seal_for_people(&mut batch, &mut HashMap::new()).await.map_err(Error::from)?;
            self.engine.store.commit(&self.engine.id, batch).await?;
        }
        Ok(self.report)
    }
}
