//! What an engine offers about absences.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::carry::Carrying;
use super::eligibility::AbsenceSettings;
use super::host::HostAbsences;
use super::report::{AbsencePreview, AbsenceReport};
use super::rows::{IntentRow, LedgerRow};
use super::standing::Again;
use super::types::AbsenceTypes;
use super::vendor::AbsenceConnector;
use crate::connection::{Actor, ConnectionState, NextStep};
use crate::error::{Error, ErrorKind, Result};
use crate::finding::code;
use crate::model::{AbsenceId, HostId};
use crate::reconcile::{Calls, Engine, LinkState, Way};
use crate::store::{self, RowKind};

/// Who acts when a host change is carried over as it comes.
const LIVE: &str = "live";

/// What an engine needs to carry absences over.
#[derive(Debug, Clone)]
pub(crate) struct Absences {
    pub(crate) host: Arc<dyn HostAbsences>,
    pub(crate) settings: AbsenceSettings,
}

impl Engine {
    /// Carries over what changed in the host about the absences of these people: what is to be sent is sent, what changed is changed,
    /// and what is not to stand in the payroll system any more is removed. Each absence that is not sent says why.
    ///
    /// Where the payroll system cannot be used at all, as with credentials that it does not accept any more, the run ends, and everything
    /// is gone on with by [`sweep_absences`](Self::sweep_absences). After three such runs the connection is let alone for a while, of which
    /// the host's [`Notifier`](crate::host::Notifier) is told; what a person starts is tried at once.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the payroll system takes no absences or the engine was built without the host's,
    /// there is no connection, or the store failed. Before the first synchronisation and while the connection is paused nobody is called,
    /// and what is to be done is kept for the sweeps after it. A person whose absences the host cannot tell is a finding, and is gone on with by the next sweep.
    pub async fn push_absences(&self, people: &[HostId]) -> Result<AbsenceReport> {
        let mut run = self.carrying_live().await?;
        run.people(people, &Task::default()).await?;
        run.finish().await
    }

    /// Does what is due without anybody asking: finds out what became of writes whose outcome was unknown, goes on with absences that
    /// were left when the payroll system could not be used, and tells the host and people what they were not told yet. Call it every
    /// few minutes: what it can do nothing about it leaves alone for longer and longer, up to six hours. Absences that waited for their
    /// person to be linked, for their type to be mapped or for the transfer are sent by the first sweep after that.
    ///
    /// # Errors
    /// As [`push_absences`](Self::push_absences).
    pub async fn sweep_absences(&self) -> Result<AbsenceReport> {
        let (mut people, mut unlinked, mut gone, now) = (BTreeSet::new(), Vec::new(), Vec::new(), self.clock.now());
        let settings = self.both()?.1.settings.revision();
        let mut let_alone = BTreeSet::new();
        self.each_row(RowKind::Absences, |row| {
            let person = HostId::new(row.key.id.clone());
            let decoded = store::decode::<LedgerRow>(row);
            if decoded.as_ref().is_ok_and(|row| row.is_let_alone(now)) {
                let_alone.insert(person.clone());
            }
            match decoded {
                Ok(row) if row.waits.person => gone.push(person),
                Ok(row) if !row.is_due(now, settings) && !row.waits.link => {}
                Ok(row) if !row.is_due(now, settings) => unlinked.push(person),
                // What cannot be read is told by whoever needs it.
                Ok(_) | Err(_) => drop(people.insert(person)),
            }
            Ok(())
        })
        .await?;
        for person in unlinked {
            if self.link(&person).await?.is_some_and(|link| link.state == LinkState::Linked) {
                people.insert(person);
            }
        }
        for person in gone {
            // A host that cannot tell now tells the next sweep.
            if self.host.fetch(&person).await.is_ok_and(|person| person.is_some()) {
                people.insert(person);
            }
        }
        self.each_row(RowKind::AbsenceIntent, |row| {
            let person = HostId::new(row.key.id.clone());
            let is_fresh = store::decode::<IntentRow>(row).is_ok_and(|intent| intent.is_fresh(now));
            if is_fresh || !let_alone.contains(&person) {
                people.insert(person);
            }
            Ok(())
        })
        .await?;
        let people: Vec<HostId> = people.into_iter().collect();
        let mut run = self.carrying_live().await?;
        run.people(&people, &Task { swept: true, ..Task::default() }).await?;
        run.finish().await
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
        run.people(people, &Task { again: true, ..Task::default() }).await?;
        run.finish().await
    }

    /// What [`review_absences`](Self::review_absences) would do, to the last entry. Nothing is written, on no side.
    ///
    /// # Errors
    /// As [`review_absences`](Self::review_absences).
    pub async fn preview_absences(&self, actor: &Actor, people: &[HostId]) -> Result<AbsencePreview> {
        self.may_configure(actor)?;
        let mut run = self.carrying(actor.id()).await?;
        run.people(people, &Task { again: true, dry: true, ..Task::default() }).await?;
        Ok(AbsencePreview { report: run.report, entries: run.planned })
    }

    /// Tries an absence again that the payroll system refused.
    ///
    /// # Errors
    /// As [`review_absences`](Self::review_absences), and [`ErrorKind::NotFound`] when the person has no such absence.
    pub async fn retry_absence(&self, actor: &Actor, person: &HostId, absence: &AbsenceId) -> Result<AbsenceReport> {
        self.may_configure(actor)?;
        let mut run = self.carrying(actor.id()).await?;
        if run.absences.host.of(person).await?.iter().all(|one| one.id != *absence) {
            return Err(Error::new(ErrorKind::NotFound, "the person has no such absence in the host"));
        }
        run.people(std::slice::from_ref(person), &Task { retried: Some(absence.clone()), ..Task::default() }).await?;
        run.finish().await
    }

    /// The types of both sides, for the form in which an administrator maps them. While absences are not sent nobody is asked: there are
    /// none then, and the payroll system is not read.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] as for [`push_absences`](Self::push_absences), or one of the sides cannot be read.
    pub async fn absence_types(&self) -> Result<AbsenceTypes> {
        let (vendor, Absences { host, settings }) = self.both()?;
        if !settings.is_on() {
            return Ok(AbsenceTypes::default());
        }
        Ok(AbsenceTypes::new(settings, host.types().await?, vendor.types().await?, vendor.more_types()))
    }

    /// What a person has to do next for the connection to become or stay of use. While absences are sent to a payroll system that takes
    /// them, the host's types are mapped before the first review, and when new ones come.
    ///
    /// # Errors
    /// The store failed, or the host's types cannot be read.
    pub async fn next_step(&self) -> Result<NextStep> {
        let Some(connection) = self.connection().await? else { return Ok(NextStep::Connect) };
        if let (Ok((_, Absences { host, settings })), NextStep::Review | NextStep::Apply | NextStep::Nothing) =
            (self.both(), connection.next_step())
            && settings.is_on()
            && !settings.unmapped(&host.types().await?).is_empty()
        {
            return Ok(NextStep::MapAbsenceTypes);
        }
        Ok(connection.next_step())
    }

    /// The absences of both sides.
    fn both(&self) -> Result<(&dyn AbsenceConnector, &Absences)> {
        let unsupported = |message: &'static str| Error::new(ErrorKind::Unsupported, message);
        let vendor = self.connector.absences().ok_or_else(|| unsupported("this payroll system takes no absences"))?;
        let absences = self.absences.as_ref();
        Ok((vendor, absences.ok_or_else(|| unsupported("the engine was built without the host's absences"))?))
    }

    /// A run that somebody started.
    async fn carrying(&self, actor: &str) -> Result<Carrying<'_>> {
        let run = self.carrying_for(actor)?;
        match self.inactive().await? {
            Some(error) => Err(error),
            None => Ok(run),
        }
    }

    /// A run that nobody started: while the connection is not active, or let alone after runs that were stopped, it only keeps what is to
    /// be done.
    async fn carrying_live(&self) -> Result<Carrying<'_>> {
        let run = self.carrying_for(LIVE)?;
        let stopped = match self.inactive().await? {
            Some(error) => Some(error),
            None => match self.not_quarantined().await {
                Ok(()) => None,
                Err(error) if error.code() == code::QUARANTINED => Some(error),
                Err(error) => return Err(error),
            },
        };
        Ok(Carrying { stopped: stopped.map(Arc::new), ..run })
    }

    /// Why nothing is carried over by this connection now, if it is not active.
    async fn inactive(&self) -> Result<Option<Error>> {
        let (_, connection) = self.connected().await?;
        let message = "absences are carried over only while the connection is active";
        let hint = "carry out the first synchronisation, or resume the connection";
        let error = || Error::new(ErrorKind::ConfigInvalid, message).with_code(code::NOT_ACTIVE).with_hint(hint);
        Ok((connection.state != ConnectionState::Active).then(error))
    }

    fn carrying_for(&self, actor: &str) -> Result<Carrying<'_>> {
        let (vendor, absences) = self.both()?;
        let run = self.new_run()?;
        let report =
            AbsenceReport { run: run.clone(), items: Vec::new(), findings: Vec::new(), calls: Calls::default() };
        Ok(Carrying {
            engine: self,
            vendor,
            absences,
            actor: actor.to_owned(),
            report,
            entries: Vec::new(),
            planned: Vec::new(),
            way: Way::default(),
            stopped: None,
        })
    }
}

/// What is to be done about a person.
#[derive(Clone, Default)]
pub(super) struct Task {
    /// Also absences that did not change are looked at.
    pub(super) again: bool,
    /// Nothing is written.
    pub(super) dry: bool,
    /// Nobody asked: it is due.
    pub(super) swept: bool,
    /// An absence that is tried again.
    pub(super) retried: Option<AbsenceId>,
}

impl Task {
    pub(super) fn again(&self) -> Again {
        if self.again { Again::All } else { Again::Due }
    }
}
