//! Failures that repeat: what keeps failing is let alone for a while, and comes back by itself or by hand.
//!
//! A write of a person that was refused several times in a row is not sent again in live pushes, while another change of the same
//! person goes through at once. A connection whose runs were stopped several times in a row pushes nothing. Each pause is twice as
//! long as the one before. What a person starts is always tried, and ends the pause when it succeeds.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::apply::{FAILURES_IN_A_ROW, Run, about};
use super::engine::{Engine, is_outage, stops_a_run};
use super::link::{Link, pair_id};
use super::plan::{Action, Operation};
use super::report::ItemResult;
use crate::clock;
use crate::connection::Actor;
use crate::error::{Error, ErrorKind, Fixer, Result, Retry};
use crate::finding::{Finding, code};
use crate::host::Notification;
use crate::journal::Event;
use crate::model::{HostId, OperationId, VendorId};
use crate::store::{self, Batch, CommitError, RowKey, RowKind};

/// How many failures in a row are needed.
const LIMIT: u32 = 3;

/// The first pause.
const PAUSE: Duration = Duration::from_secs(15 * 60);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Failures in a row, of a person's write or of a connection's runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// The code of the last one.
    pub code: String,
    /// When the first one was.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Until when nothing is tried by itself; `None` while there were too few.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub until: Option<OffsetDateTime>,
    /// When the last one was.
    #[serde(with = "time::serde::rfc3339")]
    last: OffsetDateTime,
    /// The write that fails, and whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<OperationId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<HostId>,
}

impl Failures {
    /// One more failure after `earlier`.
    fn after(earlier: Option<Self>, code: &str, operation: Option<&Operation>, now: OffsetDateTime) -> Self {
        let id = operation.map(|operation| &operation.id);
        let earlier = earlier.filter(|earlier| earlier.operation.as_ref() == id);
        let count = earlier.as_ref().map_or(0, |earlier| earlier.count).saturating_add(1);
        let pause = |over: u32| PAUSE.saturating_mul(2_u32.saturating_pow(over)).min(LONGEST);
        Self {
            count,
            code: code.to_owned(),
            since: earlier.map_or(now, |earlier| earlier.since),
            until: count.checked_sub(LIMIT).map(|over| clock::after(now, pause(over))),
            last: now,
            operation: id.cloned(),
            person: operation.and_then(|operation| operation.host_id.clone()),
        }
    }

    /// How long to wait; `None` when it may be tried. A clock that was set back ends the pause, or it could last for ever.
    fn wait(&self, now: OffsetDateTime) -> Option<Duration> {
        let until = self.until.filter(|until| self.last <= now && now < *until)?;
        Duration::try_from(until - now).ok()
    }
}

/// How it stands with the way to the vendor in a run, which does not knock for ever on a closed door.
#[derive(Debug, Default)]
pub(crate) struct Way {
    failures: u32,
}

impl Way {
    /// The vendor answered.
    pub(crate) fn answered(&mut self) {
        self.failures = 0;
    }

    /// Whether nothing failed on it last.
    pub(crate) fn is_open(&self) -> bool {
        self.failures == 0
    }

    /// Counts a failure; whether the run ends by it.
    pub(crate) fn failed(&mut self, error: &Error) -> bool {
        self.failures = if is_outage(error) { self.failures + 1 } else { 0 };
        let closed = stops_a_run(error) && error.kind() != ErrorKind::PermissionDenied;
        closed || self.failures >= FAILURES_IN_A_ROW
    }
}

/// The row of the writes of one record of a person.
pub(crate) fn failures_key(person: &HostId, vendor: &VendorId) -> RowKey {
    RowKey::new(RowKind::Failures, pair_id(person, vendor))
}

/// The row that sets one record of a person aside.
pub(crate) fn set_aside_key(person: &HostId, vendor: &VendorId) -> RowKey {
    RowKey::new(RowKind::SetAside, pair_id(person, vendor))
}

/// The batch after which the records of these links are let alone no longer.
pub(crate) fn let_go(links: &[Link]) -> Batch {
    links.iter().fold(Batch::default(), |batch, Link { host, vendor, .. }| {
        batch.delete(failures_key(host, vendor)).delete(set_aside_key(host, vendor))
    })
}

fn of_connection() -> RowKey {
    RowKey::new(RowKind::Failures, "connection")
}

impl Engine {
    async fn failures(&self, key: &RowKey) -> Result<Option<Failures>> {
        self.store.get(&self.id, key).await?.as_ref().map(store::decode).transpose()
    }

    /// Why nothing is pushed by itself for a while, and until when; `None` when pushes go on.
    ///
    /// # Errors
    /// The store failed.
    pub async fn quarantine(&self) -> Result<Option<Failures>> {
        let now = self.clock.now();
        Ok(self.failures(&of_connection()).await?.filter(|failures| failures.wait(now).is_some()))
    }

    /// Refuses to push while the connection is quarantined.
    pub(crate) async fn not_quarantined(&self) -> Result<()> {
        let Some(failures) = self.failures(&of_connection()).await? else { return Ok(()) };
        let Some(wait) = failures.wait(self.clock.now()) else { return Ok(()) };
        let message = format!(
            "the last {} runs were stopped ({}), so nothing is pushed for {} minutes; a review or a synchronisation started by a \
             person is tried at once",
            failures.count,
            failures.code,
            wait.as_secs().div_ceil(60)
        );
        Err(Error::new(ErrorKind::Unavailable, message)
            .with_code(code::QUARANTINED)
            .with_retry(Retry::Later(Some(wait)))
            .with_fixer(Fixer::HostAdministrator))
    }

    /// Takes up by hand what was let alone after repeated failures: a person, or the connection for `None`.
    ///
    /// # Errors
    /// The actor may not, there is no connection, or the store failed.
    pub async fn take_up(&self, actor: &Actor, person: Option<&HostId>) -> Result<()> {
        self.may_configure(actor)?;
        self.connected().await?;
        let run = self.new_run()?;
        let batch = match person {
            Some(person) => let_go(&self.links_of(person).await?),
            None => Batch::default().delete(of_connection()).record(self.entry(&run, actor.id(), taken_up())),
        };
        Ok(self.store.commit(&self.id, batch).await?)
    }

    /// People whose write is to be tried again now.
    pub(crate) async fn due_again(&self) -> Result<Vec<HostId>> {
        let (now, mut due) = (self.clock.now(), Vec::new());
        self.each_row(RowKind::Failures, |row| {
            let failures: Failures = store::decode(row)?;
            let person = failures.person.as_ref().filter(|_| failures.wait(now).is_none());
            due.extend(person.cloned());
            Ok(())
        })
        .await?;
        Ok(due)
    }

    /// Counts a run that was stopped, or forgets earlier ones after one that was not. What is found when there were too many.
    pub(crate) async fn count_run(&self, actor: &str, stopped: Option<&str>) -> Result<Option<Finding>> {
        let earlier = self.failures(&of_connection()).await?;
        let Some(stopped) = stopped else {
            let Some(earlier) = earlier else { return Ok(None) };
            let mut batch = Batch::default().delete(of_connection());
            if earlier.until.is_some() {
                batch = batch.record(self.entry(&self.new_run()?, actor, taken_up()));
            }
            self.store.commit(&self.id, batch).await?;
            return Ok(None);
        };
        let failures = Failures::after(earlier, stopped, None, self.clock.now());
        let mut batch = Batch::default().put(of_connection(), None, store::encode(&failures)?);
        let Some(until) = failures.until else {
            self.store.commit(&self.id, batch).await?;
            return Ok(None);
        };
        let message = format!(
            "the last {} runs were stopped, so nothing is pushed until {until}; it goes on by itself then, or when a person starts \
             a run that succeeds",
            failures.count
        );
        let finding = Finding::problem(code::QUARANTINED, message, Fixer::HostAdministrator)
            .with_param("reason", failures.code.as_str());
        let state = "quarantined".into();
        batch = batch.record(self.entry(&self.new_run()?, actor, Event::StateChanged { state }));
        self.store.commit(&self.id, batch).await?;
        let notification = Notification::Quarantined { failures: &failures };
        Ok(Some(match self.notifier.notify(&notification).await {
            Ok(()) => finding,
            Err(error) => finding.with_param("not_notified", error.code()),
        }))
    }
}

fn taken_up() -> Event {
    Event::StateChanged { state: "taken_up".into() }
}

impl Run<'_> {
    /// Whether a write of a person was refused so often that it is let alone for now, which is told.
    pub(crate) async fn is_let_alone(&mut self, operation: &Operation) -> Result<bool> {
        let (Some(person), Some(vendor)) = (&operation.host_id, &operation.vendor_id) else { return Ok(false) };
        let failures = self.engine.failures(&failures_key(person, vendor)).await?;
        let Some(failures) = failures.filter(|failures| failures.operation.as_ref() == Some(&operation.id)) else {
            return Ok(false);
        };
        let Some(wait) = failures.wait(self.engine.clock.now()) else { return Ok(false) };
        let message = format!(
            "set aside: the same change was refused {} times ({}); it is tried again in {} minutes, or at once when something changes",
            failures.count,
            failures.code,
            wait.as_secs().div_ceil(60)
        );
        let finding = Finding::problem(code::SET_ASIDE, message, Fixer::HostAdministrator);
        self.found(about(finding.with_param("reason", failures.code), operation), None);
        Ok(true)
    }

    /// Counts a write that was refused, or forgets earlier refusals after one that was carried out. Only updates of the vendor are
    /// counted: nothing else is tried again by itself.
    pub(crate) async fn count_write(&mut self, operation: &Operation, result: ItemResult) -> Result<()> {
        let refusal = self.refusal.take();
        let (Some(person), Some(vendor), Action::UpdateVendor { .. }) =
            (&operation.host_id, &operation.vendor_id, &operation.action)
        else {
            return Ok(());
        };
        let key = failures_key(person, vendor);
        let earlier = self.engine.failures(&key).await?;
        let batch = match (result, earlier) {
            (ItemResult::Refused | ItemResult::PartlyDone | ItemResult::Unknown, earlier) => {
                let code = refusal.as_deref().unwrap_or("refused");
                let failures = Failures::after(earlier, code, Some(operation), self.engine.clock.now());
                // Where the way to the vendor failed, nothing is said of the write: it is tried again and not held against it.
                let outage = !self.way.is_open() || self.stopped();
                let failures = match outage && result != ItemResult::Unknown {
                    true => Failures { count: failures.count - 1, until: None, ..failures },
                    false => failures,
                };
                Batch::default().put(key, None, store::encode(&failures)?)
            }
            (ItemResult::Done | ItemResult::AlreadyDone, Some(_)) => Batch::default().delete(key),
            _ => return Ok(()),
        };
        match self.commit(batch).await {
            Ok(()) | Err(CommitError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn pauses_double_up_to_a_day_and_another_write_starts_anew() {
        let now = datetime!(2026-11-22 09:00 UTC);
        let operation = |id: &str| Operation {
            id: OperationId::new(id),
            host_id: None,
            vendor_id: None,
            action: Action::UpdateVendor { changes: Vec::new() },
            holds: Vec::new(),
        };
        let (one, other) = (operation("1"), operation("2"));
        let (mut failures, mut minutes) = (None, Vec::new());
        for _ in 0..14 {
            let next = Failures::after(failures, "invalid_data", Some(&one), now);
            minutes.push(next.wait(now).map_or(0, |wait| wait.as_secs() / 60));
            failures = Some(next);
        }
        assert_eq!(minutes, [0, 0, 15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440, 1440, 1440]);
        let last = failures.clone().unwrap();
        assert_eq!(last.wait(last.until.unwrap()), None, "it comes back by itself");
        assert_eq!(
            last.wait(now - Duration::from_secs(1)),
            None,
            "a clock that was set back does not lock out for ever"
        );
        assert_eq!(Failures::after(failures, "x", Some(&other), now).count, 1);
    }
}
