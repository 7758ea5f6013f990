//! Bursts of live changes: one person's own change goes through at once, many people's within an hour wait for a review.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::apply::Run;
use super::plan::Change;
use super::update::Fresh;
use crate::error::{Error, ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::guard::Sensitive;
use crate::model::HostId;
use crate::store::{self, Batch, Check, CommitError, RowKey, RowKind};

const WINDOW: Duration = Duration::HOUR;

/// How often a count is tried again when somebody else counts at the same time.
const TRIES: u32 = 10;

/// Whose changes of a class were pushed since the window began, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Burst {
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
    people: BTreeSet<HostId>,
}

impl Run<'_> {
    /// Leaves out sensitive changes when too many people had some within the hour.
    pub(crate) async fn without_burst(&mut self, fresh: &Fresh, mut changes: Vec<Change>) -> Result<Vec<Change>> {
        let classes: BTreeSet<Sensitive> = changes.iter().filter_map(|change| Sensitive::of(change.field)).collect();
        for class in classes {
            if self.counts(class, &fresh.link.host).await? {
                continue;
            }
            let message = format!(
                "more people's {class} changed within an hour than usual; nothing is written until a review decides"
            );
            let finding = Finding::problem(code::BURST, message, Fixer::HostAdministrator)
                .with_param("class", class.as_str())
                .of_host(&fresh.link.host)
                .of_vendor(&fresh.link.vendor);
            self.found(finding, None);
            changes.retain(|change| Sensitive::of(change.field) != Some(class));
        }
        Ok(changes)
    }

    /// Counts a person in; false when there are too many already.
    async fn counts(&mut self, class: Sensitive, person: &HostId) -> Result<bool> {
        let key = RowKey::new(RowKind::Burst, class.as_str());
        for _ in 0..TRIES {
            let now = self.engine.clock.now();
            let row = self.engine.store.get(&self.engine.id, &key).await?;
            let stored: Option<Burst> = row.as_ref().map(store::decode).transpose()?;
            // A clock that was set back ends the window too, or it could last for ever.
            let running = stored.filter(|burst| burst.since <= now && now - burst.since < WINDOW);
            let mut burst = running.unwrap_or(Burst { since: now, people: BTreeSet::new() });
            if !burst.people.insert(person.clone()) {
                return Ok(true);
            }
            if self.too_many(class, burst.people.len()).await? {
                return Ok(false);
            }
            let check = row.map_or(Check::Absent, |row| Check::At(row.version));
            let batch = Batch::default().put(key.clone(), Some(check), store::encode(&burst)?);
            match self.engine.store.commit(&self.engine.id, batch).await {
                Err(CommitError::Stale) => {}
                other => return other.map(|()| true).map_err(Into::into),
            }
        }
        Err(Error::new(ErrorKind::VersionMismatch, "too many pushes at the same time"))
    }

    async fn too_many(&mut self, class: Sensitive, changing: usize) -> Result<bool> {
        let guards = &self.engine.guards;
        // Everybody is counted only when the number alone does not allow it.
        if changing <= guards.allowed(class, 0) {
            return Ok(false);
        }
        let linked = match self.linked_people {
            Some(linked) => linked,
            None => *self.linked_people.insert(self.engine.linked_people().await?),
        };
        Ok(changing > guards.allowed(class, linked))
    }
}
