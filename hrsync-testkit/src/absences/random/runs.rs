//! Runs of the engine, one by one and several at once, as where a host has two servers.

use std::sync::{Arc, Mutex, PoisonError};

use hrsync_core::absence::{Absence, AbsenceReport, AbsenceStatus};
use hrsync_core::model::AbsenceId;
use hrsync_core::reconcile::Engine;
use hrsync_core::{Actor, ErrorKind, HostId, Result};

use super::Sheets;
use super::model::Model;

/// After how many steps through doors something happens meanwhile, at most: a run of one person takes about as many.
const STEPS: usize = 24;

/// The same of calls that write.
const WRITING: usize = 4;

/// A run.
#[derive(Debug, Clone)]
pub(super) enum Run {
    Push(Vec<HostId>),
    Sweep,
    Review(Vec<HostId>),
    Retry(HostId, AbsenceId),
}

impl Run {
    /// What comes of it; nothing of an absence that is gone by then, or of which the host does not tell.
    async fn on(&self, engine: &Engine, anna: &Actor) -> Result<Option<AbsenceReport>> {
        let done = match self {
            Self::Push(people) => engine.push_absences(people).await,
            Self::Sweep => engine.sweep_absences().await,
            Self::Review(people) => engine.review_absences(anna, people).await,
            Self::Retry(person, absence) => engine.retry_absence(anna, person, absence).await,
        };
        match (self, done) {
            (Self::Retry(..), Err(error)) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unavailable) => {
                Ok(None)
            }
            (_, done) => done.map(Some),
        }
    }
}

impl<S: Sheets> Model<S> {
    /// Carries a run out by itself.
    pub(super) async fn run(&mut self, run: Run) -> Result<Option<AbsenceReport>> {
        let report = run.on(&self.engine, &self.anna).await?;
        self.begun(&run);
        self.after(&format!("{run:?}"), report.as_slice(), false);
        Ok(report)
    }

    /// Remembers what was begun.
    fn begun(&mut self, run: &Run) {
        match run {
            Run::Push(people) => self.unpushed.retain(|person| !people.contains(person)),
            Run::Retry(_, id) => self.changed(id),
            Run::Sweep | Run::Review(_) => {}
        }
    }

    /// Those whose absences changed since they were pushed, or everybody.
    pub(super) async fn push(&mut self) -> Result<()> {
        let changed: Vec<HostId> = self.unpushed.iter().cloned().collect();
        let people = if self.dice.per_mille(500) || changed.is_empty() { self.hosts() } else { changed };
        self.run(Run::Push(people)).await.map(drop)
    }

    pub(super) async fn engine_event(&mut self) -> Result<()> {
        let run = self.some_run([0, 1, 2, 1]);
        self.run(run).await.map(drop)
    }

    /// A push, a sweep, a review or a retry, as often as is said.
    fn some_run(&mut self, [push, sweep, review, retry]: [usize; 4]) -> Run {
        let (which, one) = (self.dice.below(push + sweep + review + retry), self.dice.below(3));
        let people = self.hosts();
        // Everybody twice out of three times.
        let people = people.get(one).map_or(people.clone(), |one| vec![one.clone()]);
        match which {
            which if which < push => Run::Push(people),
            which if which < push + sweep => Run::Sweep,
            which if which < push + sweep + review => Run::Review(people),
            _ => self.some_retry().unwrap_or(Run::Sweep),
        }
    }

    /// A retry, of a rejected absence where there is one.
    fn some_retry(&mut self) -> Option<Run> {
        let all = self.absences.all();
        let rejected = |one: &&Absence| one.status == AbsenceStatus::RejectedByIntegration;
        let rejected: Vec<Absence> = all.iter().filter(rejected).cloned().collect();
        let among = if rejected.is_empty() { all } else { rejected };
        let one = among.get(self.dice.below(among.len()))?;
        Some(Run::Retry(one.person.clone(), one.id.clone()))
    }

    /// Two servers at once: while one carries a run out, the host changes, or the other carries out one, or both.
    pub(super) async fn at_once(&mut self) -> Result<()> {
        if self.dice.per_mille(800) {
            self.host_event();
            self.remember();
        }
        // What stands between a write and what is kept of it is where servers meet.
        let (first, writing) = (self.some_run([6, 2, 1, 2]), self.dice.per_mille(500));
        let steps = self.dice.below(if writing { WRITING } else { STEPS }) as u32;
        let change = self.dice.per_mille(650).then(|| self.host_change());
        let second = (change.is_none() || self.dice.per_mille(700)).then(|| self.some_run([6, 2, 1, 2]));
        let (absences, server, anna) = (self.absences.clone(), self.second.clone(), self.anna.clone());
        let (words, changed, change) = match change {
            Some(change) => (change.words.clone(), Some(change.person.clone()), Some(change)),
            None => (String::new(), None, None),
        };
        self.note(|| format!("at once, after {steps} steps ({writing}) of {first:?}: {words} {second:?}"));
        let answer = Arc::new(Mutex::new(Ok(None)));
        let (run, heard) = (second.clone(), Arc::clone(&answer));
        let deed = async move {
            if let Some(change) = change {
                change.apply(&absences);
            }
            if let Some(run) = run {
                let came = run.on(&server, &anna).await;
                *heard.lock().unwrap_or_else(PoisonError::into_inner) = came;
            }
        };
        self.doors.meanwhile(steps, writing, Box::pin(deed));
        let came = first.on(&self.engine, &self.anna).await;
        let meanwhile = match self.doors.undone() {
            Some(deed) => {
                deed.await;
                false
            }
            None => true,
        };
        self.begun(&first);
        self.unpushed.extend(changed);
        if let Some(second) = &second {
            self.begun(second);
        }
        self.remember();
        let other = std::mem::replace(&mut *answer.lock().unwrap_or_else(PoisonError::into_inner), Ok(None))?;
        let mut reports: Vec<AbsenceReport> = other.into_iter().chain(came?).collect();
        if !meanwhile {
            reports.reverse();
        }
        self.after(if meanwhile { "both" } else { "one after the other" }, &reports, true);
        Ok(())
    }
}
