//! How the absences of a person are stored: the ledger of what stands in the payroll system, and writes under way.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::carry::Carrying;
use super::eligibility::{AbsenceSettings, NotSent};
use super::ledger::{Form, Ledger, Part};
use super::model::{Absence, AbsenceStatus};
use super::person::Person;
use super::standing::Standing;
use crate::error::{Error, ErrorKind, Result};
use crate::keys::{Key, Sealed};
use crate::model::{AbsenceId, HostId};
use crate::reconcile::of_host;
use crate::store::{self, Batch, Check, CommitError, Row, RowKey, RowKind};

/// The row of a person's ledger.
#[derive(Serialize, Deserialize)]
pub(super) struct LedgerRow {
    /// Something is to be done about it without anybody asking.
    pub(super) open: bool,
    /// How often a sweep left it as it was.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) tries: u8,
    /// When the next sweep is to look at it; at once when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub(super) not_before: Option<OffsetDateTime>,
    /// What absences wait for of which no payroll system tells.
    #[serde(default, skip_serializing_if = "Waits::is_nothing")]
    pub(super) waits: Waits,
    pub(super) sealed: Sealed,
}

/// What a person's absences wait for, when somebody has to do something that is no change of an absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Waits {
    /// That the host tells of the person again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) person: bool,
    /// That the person is linked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) link: bool,
    /// That the settings are others than those of this number: a type has to be mapped, or the transfer switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) settings: Option<u64>,
}

impl Waits {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What absences wait for by what is to become of them. Of a type that is mapped otherwise since it was sent nothing is sent by that
    /// alone, but what changed since is; and one that is not to be sent waits for nothing.
    pub(super) fn of(
        standings: &BTreeMap<AbsenceId, Standing>,
        absences: &BTreeMap<AbsenceId, Absence>,
        ledger: &Ledger,
        settings: &AbsenceSettings,
    ) -> Self {
        let changed = |id: &AbsenceId| {
            let sent = ledger.absences.get(id).and_then(|carried| carried.sent.as_ref());
            sent.is_none() || sent != absences.get(id).map(Form::of).as_ref()
        };
        let is_sent = |id: &AbsenceId| ledger.absences.get(id).is_some_and(|carried| carried.sent.is_some());
        let unmapped = |id: &AbsenceId| {
            let parts = ledger.entries.iter().filter_map(|held| held.parts.get(id));
            parts.into_iter().any(|part| settings.mapping(&part.kind).is_none())
        };
        // What changed while its entries were disconnected is carried over when the mapping is the former one again.
        let disconnected = |id: &AbsenceId| {
            let dirty = ledger.absences.get(id).is_some_and(|carried| carried.dirty);
            let waits = |part: &Part| dirty || !part.stands_as.is_empty();
            ledger.entries.iter().any(|held| held.disconnected && held.parts.get(id).is_some_and(waits))
        };
        let mut waits = Self::default();
        for (id, standing) in standings {
            match standing {
                Standing::Wanted(_) | Standing::Kept(None) | Standing::Removed(_) if disconnected(id) => {
                    waits.settings = Some(settings.revision());
                }
                Standing::Removed(Some(NotSent::Unmapped)) if changed(id) => {
                    waits.settings = Some(settings.revision());
                }
                Standing::Removed(Some(NotSent::Excluded)) if is_sent(id) && changed(id) => {
                    waits.settings = Some(settings.revision());
                }
                Standing::Removed(why) if *why != Some(NotSent::Unmapped) && unmapped(id) => {
                    waits.settings = Some(settings.revision())
                }
                Standing::Kept(Some(NotSent::NotLinked)) | Standing::Never(NotSent::NotLinked) => waits.link = true,
                Standing::Kept(Some(NotSent::TransferOff))
                | Standing::Never(NotSent::TransferOff | NotSent::Unmapped) => {
                    waits.settings = Some(settings.revision())
                }
                Standing::Kept(_) | Standing::Never(_) | Standing::Wanted(_) | Standing::Removed(_) => {}
            }
        }
        waits
    }
}

/// A person's ledger as it is stored.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) version: u64,
    pub(super) ledger: Ledger,
    pub(super) open: bool,
    /// How often sweeps left it as it was.
    tries: u8,
    pub(super) waits: Waits,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(tries: &u8) -> bool {
    *tries == 0
}

impl LedgerRow {
    /// Whether a sweep looks at it now, whether or not the person is linked.
    pub(super) fn is_due(&self, now: OffsetDateTime, settings: u64) -> bool {
        let set_anew = self.waits.settings.is_some_and(|before| before != settings);
        // A clock that was ahead, and set right, keeps nobody waiting for years.
        set_anew || (self.open && !self.is_let_alone(now))
    }

    /// Whether sweeps leave it alone for a while.
    pub(super) fn is_let_alone(&self, now: OffsetDateTime) -> bool {
        self.open && self.not_before.is_some_and(|at| now < at && at - now <= LONGEST)
    }
}

/// That a person's absences wait for the next link, since what stands in one record does not stand in another.
pub(crate) fn waiting_for_a_link(row: &Row) -> Result<Batch> {
    // Of one that cannot be read, whoever needs it tells.
    let Ok(ledger) = store::decode::<LedgerRow>(row) else { return Ok(Batch::default()) };
    let waits = LedgerRow { waits: Waits { link: true, ..ledger.waits }, ..ledger };
    Ok(Batch::default().put(row.key.clone(), Some(Check::At(row.version)), store::encode(&waits)?))
}

/// How long sweeps leave alone what the last one could not do anything about: five minutes, twice as long each time, six hours at most.
fn patience(tries: u8) -> Duration {
    Duration::from_secs(300).saturating_mul(1 << u32::from(tries.min(8))).min(LONGEST)
}

/// How long sweeps leave somebody alone at most.
const LONGEST: Duration = Duration::from_secs(6 * 3_600);

/// For how long every sweep looks what became of a write.
const FRESH: Duration = Duration::from_secs(30 * 60);

/// A version that no row has.
const GONE: u64 = 0;

/// The row of a person's writes under way; it is the lock.
#[derive(Serialize, Deserialize)]
pub(super) struct IntentRow {
    #[serde(with = "time::serde::rfc3339")]
    pub(super) sent_at: OffsetDateTime,
    pub(super) sealed: Sealed,
}

impl IntentRow {
    /// Whether it is looked at by every sweep: however patient they are with the person, this write is none of what they wait with.
    pub(super) fn is_fresh(&self, now: OffsetDateTime) -> bool {
        (now - self.sent_at).abs() < FRESH
    }
}

/// The rows about a person's absences.
pub(crate) fn absence_keys(person: &HostId) -> [RowKey; 2] {
    [ledger_key(person), intent_key(person)]
}

pub(super) fn ledger_key(person: &HostId) -> RowKey {
    RowKey::new(RowKind::Absences, person.as_str())
}

pub(super) fn intent_key(person: &HostId) -> RowKey {
    RowKey::new(RowKind::AbsenceIntent, person.as_str())
}

impl Carrying<'_> {
    /// A person as the ledger has them.
    pub(super) async fn stored<'p>(&self, id: &'p HostId) -> Result<Person<'p>> {
        let row = self.engine.store.get(&self.engine.id, &ledger_key(id)).await?;
        let stored = match &row {
            Some(row) => Some(self.open_ledger(row).await?),
            None => None,
        };
        let (ledger, waits) = stored.as_ref().map(|stored| (stored.ledger.clone(), stored.waits)).unwrap_or_default();
        let (vendor, absences, items) = (None, BTreeMap::new(), BTreeMap::new());
        let (read, unchanged) = (false, BTreeSet::new());
        let alone = Vec::new();
        let (swept, noted) = (false, false);
        Ok(Person {
            id,
            vendor,
            absences,
            read,
            unchanged,
            ledger,
            stored,
            open: false,
            waits,
            swept,
            noted,
            wrote: false,
            settling: false,
            midway: false,
            alone,
            items,
        })
    }

    pub(super) async fn open_ledger(&self, row: &Row) -> Result<Stored> {
        let LedgerRow { open, tries, waits, sealed, .. } = store::decode(row)?;
        let text = self.engine.open(&sealed).await?;
        let unreadable = |_| store::corrupt("what was stored of a person's absences cannot be read");
        Ok(Stored {
            version: row.version,
            ledger: serde_json::from_str(&text).map_err(unreadable)?,
            open,
            tries,
            waits,
        })
    }

    /// Stores a person's ledger where it changed, with `batch`; false when somebody else stored it meanwhile. That others only told what is
    /// to be told keeps nobody from it.
    pub(super) async fn store(&mut self, person: &mut Person<'_>, batch: Batch) -> Result<bool> {
        person.tidy();
        loop {
            let open = person.open || person.midway || person.ledger.is_open();
            let mut batch = batch.clone();
            let known = person.stored.as_ref();
            let check = known.map_or(Check::Absent, |stored| Check::At(stored.version));
            let changed = match known {
                Some(stored) => stored.ledger != person.ledger || (stored.open, stored.waits) != (open, person.waits),
                None => person.ledger != Ledger::default() || open || !person.waits.is_nothing(),
            };
            // What a push leaves is due at once, however long sweeps wait by now, and whoever stores at the same time has to see it.
            let left = person.open && !person.swept && !person.noted;
            let changed = changed || left;
            // What comes with a change is gone on with at once; that a sweep stores something on its way makes it no less patient.
            let tries = known.filter(|_| person.swept).map_or(0, |stored| stored.tries);
            let mut put = None;
            if changed {
                let key = self.engine.key_of(&of_host(person.id)).await?;
                let sealed = self.seal(&key, person.id, &person.ledger)?;
                let row = LedgerRow { open, tries, not_before: None, waits: person.waits, sealed };
                let body = store::encode(&row)?;
                put = Some(body.clone());
                batch = batch.put(ledger_key(person.id), Some(check), body);
            } else if !batch.puts.is_empty() {
                // What was planned was planned from this ledger.
                batch.checks.push((ledger_key(person.id), check));
            }
            batch.entries.splice(0..0, self.entries.iter().cloned());
            if batch.puts.is_empty() && batch.deletes.is_empty() && batch.entries.is_empty() {
                return Ok(true);
            }
            self.engine.seal_for_people(&mut batch, &mut HashMap::new()).await.map_err(Error::from)?;
            match self.engine.store.commit(&self.engine.id, batch).await {
                Ok(()) => {
                    self.entries.clear();
                    person.noted |= left;
                    if let Some(body) = put {
                        let row = self.engine.store.get(&self.engine.id, &ledger_key(person.id)).await?;
                        // What somebody else stored since is another row, on which nothing of this one is known.
                        let version = row.filter(|row| row.body == body).map_or(GONE, |row| row.version);
                        let (ledger, waits) = (person.ledger.clone(), person.waits);
                        person.stored = Some(Stored { version, ledger, open, tries, waits });
                    }
                    return Ok(true);
                }
                Err(CommitError::Stale) if self.rebase(person).await? => {}
                Err(CommitError::Stale) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Takes over what others told of a person meanwhile; false when it was nothing or more than that.
    async fn rebase(&self, person: &mut Person<'_>) -> Result<bool> {
        let Some(now) = self.stored(person.id).await?.stored else { return Ok(false) };
        let (version, was) = match &person.stored {
            Some(stored) => (Some(stored.version), stored.ledger.clone()),
            None => (None, Ledger::default()),
        };
        if version == Some(now.version) {
            return Ok(false);
        }
        let Some(shown) = person.ledger.rebase(&was, &now.ledger) else { return Ok(false) };
        for id in shown {
            let read = person.absences.get_mut(&id).filter(|absence| absence.status == AbsenceStatus::Approved);
            if let Some(absence) = read {
                // What was read of the host was older.
                absence.status = AbsenceStatus::RejectedByIntegration;
            }
        }
        person.open |= now.open;
        person.stored = Some(now);
        Ok(true)
    }

    /// Leaves a person alone for a while about whom a sweep could not do everything. What every sweep looks at anyway, and is no more patient
    /// for, is a fresh write under way.
    pub(super) async fn wait(&self, id: &HostId) -> Result<()> {
        let now = self.engine.clock.now();
        let intent = self.engine.store.get(&self.engine.id, &intent_key(id)).await?;
        if intent.is_some_and(|row| store::decode::<IntentRow>(&row).is_ok_and(|intent| intent.is_fresh(now))) {
            return Ok(());
        }
        let Some(row) = self.engine.store.get(&self.engine.id, &ledger_key(id)).await? else { return Ok(()) };
        // Of one that cannot be read it was told, and nothing can be kept in it.
        let Some(ledger) = store::decode::<LedgerRow>(&row).ok().filter(|ledger| ledger.open) else { return Ok(()) };
        let not_before = Some(now + patience(ledger.tries));
        let waits = LedgerRow { tries: ledger.tries.saturating_add(1), not_before, ..ledger };
        let batch = Batch::default().put(row.key, Some(Check::At(row.version)), store::encode(&waits)?);
        match self.engine.store.commit(&self.engine.id, batch).await {
            // Whoever stored it meanwhile had something to do.
            Ok(()) | Err(CommitError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn seal<T: Serialize>(&self, key: &Key, person: &HostId, body: &T) -> Result<Sealed> {
        let text = serde_json::to_string(body)
            .map_err(|_| Error::new(ErrorKind::Unexpected, "a row could not be written as JSON"))?;
        Sealed::for_person(key, &*self.engine.entropy, &of_host(person), &text)
    }
}
