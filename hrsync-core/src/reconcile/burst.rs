//! Bursts of live changes: one person's own change goes through at once, many people's within an hour wait for a review.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::apply::Run;
use super::engine::TRIES;
use super::fresh::Fresh;
use super::plan::Change;
use crate::error::{Error, ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::guard::Sensitive;
use crate::model::HostId;
use crate::store::{self, Batch, Check, CommitError, RowKey, RowKind};

/// In seconds.
const WINDOW: u64 = 3_600;

/// Whose changes of a class were pushed within the hour, and when last, in seconds, as it is stored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Burst {
    people: BTreeMap<HostId, i64>,
}

impl Burst {
    /// Forgets whose changes are longer ago, which is told by how far away they are: a clock that is set back a little forgets nobody,
    /// and one that is set back by far locks nobody out.
    fn within(mut self, now: OffsetDateTime) -> Self {
        self.people.retain(|_, at| now.unix_timestamp().abs_diff(*at) < WINDOW);
        self
    }

    /// The row of a class.
    pub(crate) fn key(class: Sensitive) -> RowKey {
        RowKey::new(RowKind::Burst, class.as_str())
    }

    /// Whether a person is in it.
    pub(crate) fn has(&self, person: &HostId) -> bool {
        self.people.contains_key(person)
    }

    /// What is left without a person.
    pub(crate) fn without(mut self, person: &HostId) -> Self {
        self.people.remove(person);
        self
    }
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
                "more people's {class} changed within an hour than usual; nothing is written within the hour unless a review decides"
            );
            let finding = Finding::problem(code::BURST, message, Fixer::HostAdministrator)
                .with_param("class", class.as_str())
                .of_host(&fresh.link.host)
                .of_vendor(&fresh.link.vendor);
            self.found(finding, None);
            changes = self.unheld(&changes, |field| Sensitive::of(field) == Some(class));
        }
        Ok(changes)
    }

    /// Counts a person in; false when there are too many already.
    async fn counts(&mut self, class: Sensitive, person: &HostId) -> Result<bool> {
        if self.engine.guards.allowed(class, 0) == usize::MAX {
            return Ok(true);
        }
        let key = Burst::key(class);
        for _ in 0..TRIES {
            let now = self.engine.clock.now();
            let row = self.engine.store.get(&self.engine.id, &key).await?;
            let stored: Option<Burst> = row.as_ref().map(store::decode).transpose()?;
            let mut burst = stored.unwrap_or_default().within(now);
            // Another change of who has one within the hour adds nobody, and makes it last.
            let known = burst.people.insert(person.clone(), now.unix_timestamp()).is_some();
            if !known && self.too_many(class, burst.people.len()).await? {
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
