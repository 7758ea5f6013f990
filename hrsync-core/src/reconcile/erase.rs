//! What is held about one person: sealing it under a key of the person's own, showing all of it, and destroying it.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::approve::{creation_hold_key, held_key, host_creation_hold_key};
use super::burst::Burst;
use super::engine::{Engine, TRIES};
use super::link::{Baseline, Link, LinkState, vendor_link_key};
use super::quarantine::{failures_key, set_aside_key};
use crate::absence::absence_keys;
use crate::connection::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::Finding;
use crate::guard::Sensitive;
use crate::journal::{Entry, Event, keep_approvals_of_the_others};
use crate::keys::{HEX, KEY_ERASED, KEY_MISSING, Key, Sealed};
use crate::model::{HostId, VendorId};
use crate::store::{self, Batch, Check, CommitError, Row, RowKey, RowKind};

/// The key of a person as it is stored: sealed under the host's ring.
#[derive(Serialize, Deserialize)]
struct WrappedKey {
    wrapped: Sealed,
}

/// Everything that is held about one person. It is personal data.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct Held {
    /// The stored rows, by kind; fingerprints and ids, and no value.
    pub rows: Vec<(RowKind, String)>,
    /// The journal's entries about the person.
    pub entries: Vec<Entry>,
    /// What is sealed in them, opened: by number of the entry.
    pub opened: Vec<(u64, String)>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was opened is to be handed over, not to be logged.
        let opened: Vec<u64> = self.opened.iter().map(|(entry, _)| *entry).collect();
        f.debug_struct("Held")
            .field("rows", &self.rows)
            .field("entries", &self.entries)
            .field("opened", &opened)
            .finish()
    }
}

pub(crate) fn of_host(person: &HostId) -> String {
    format!("host/{}", person.as_str())
}

fn of_vendor(person: &VendorId) -> String {
    format!("vendor/{}", person.as_str())
}

/// Under whose key something in an entry is sealed.
fn whose(event: &Event) -> Option<String> {
    match event {
        Event::Decided { host, .. } | Event::Intended { host: Some(host), .. } => Some(of_host(host)),
        Event::Found { finding: Finding { host_id: Some(host), .. }, .. } => Some(of_host(host)),
        Event::Found { finding: Finding { vendor_id: Some(vendor), .. }, .. } => Some(of_vendor(vendor)),
        _ => None,
    }
}

fn sealed_in(event: &mut Event) -> Option<&mut Sealed> {
    match event {
        Event::Decided { entered, .. } => entered.as_mut(),
        Event::Found { words, .. } => words.as_mut(),
        Event::Intended { replaced, .. } => replaced.as_mut(),
        _ => None,
    }
}

/// What is sealed is left out; the rest of the entry stays.
fn leave_out(event: &mut Event) {
    match event {
        Event::Decided { entered: sealed, .. }
        | Event::Found { words: sealed, .. }
        | Event::Intended { replaced: sealed, .. } => *sealed = None,
        _ => {}
    }
}

impl Engine {
    /// Seals what stands in a batch's entries under the keys of the people it is about.
    pub(crate) async fn seal_for_people(
        &self,
        batch: &mut Batch,
        known: &mut HashMap<String, Key>,
    ) -> Result<(), CommitError> {
        let failed = |error: Error| CommitError::Failed(Box::new(error));
        for entry in &mut batch.entries {
            let Some(person) = whose(&entry.event) else { continue };
            let Some(sealed) = sealed_in(&mut entry.event).filter(|sealed| sealed.person().is_none()) else { continue };
            if !known.contains_key(&person) {
                match self.key_of(&person).await {
                    Ok(key) => drop(known.insert(person.clone(), key)),
                    // The ring's key that it is wrapped under is gone. It may come back, so the person's key is not replaced; without
                    // it the words are not kept. The finding is.
                    Err(error) if error.code() == KEY_MISSING => {
                        leave_out(&mut entry.event);
                        continue;
                    }
                    Err(error) => return Err(failed(error)),
                }
            }
            let text = sealed.open(&*self.keys).map_err(failed)?;
            if let Some(key) = known.get(&person) {
                *sealed = Sealed::for_person(key, &*self.entropy, &person, &text).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// The key of a person, made when there is none yet.
    pub(crate) async fn key_of(&self, person: &str) -> Result<Key> {
        let key = RowKey::new(RowKind::PersonKey, person);
        for _ in 0..TRIES {
            if let Some(row) = self.store.get(&self.id, &key).await? {
                return self.unwrap(&row);
            }
            let mut bytes = [0; 32];
            self.entropy.fill(&mut bytes)?;
            let wrapped = Sealed::new(&*self.keys, &*self.entropy, &wrapping(person), &HEX.encode(&bytes))?;
            let body = store::encode(WrappedKey { wrapped })?;
            match self.store.commit(&self.id, Batch::default().put(key.clone(), Some(Check::Absent), body)).await {
                Ok(()) => return Ok(Key::new(bytes)),
                Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::new(ErrorKind::VersionMismatch, "the key of a person could not be made"))
    }

    fn unwrap(&self, row: &Row) -> Result<Key> {
        let WrappedKey { wrapped } = store::decode(row)?;
        let text = wrapped.open(&*self.keys)?;
        let bytes = HEX.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        let broken = || store::corrupt("the key of a person cannot be read");
        Ok(Key::new(bytes.ok_or_else(broken)?))
    }

    /// Opens what is sealed, in the journal or elsewhere. What comes out is personal data.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] with code `erased` when the person was erased, [`ErrorKind::ConfigInvalid`] with code
    /// `key_missing` when the host's key is gone, or the store failed.
    pub async fn open(&self, sealed: &Sealed) -> Result<String> {
        let Some(person) = sealed.person() else { return sealed.open(&*self.keys) };
        match self.store.get(&self.id, &RowKey::new(RowKind::PersonKey, person)).await? {
            Some(row) => sealed.open_with(&self.unwrap(&row)?),
            None => Err(Error::new(ErrorKind::NotFound, "the value went with the person's key").with_code(KEY_ERASED)),
        }
    }

    /// Everything that is held about a person, for who asks what is known about them. To the entries belong who approved or held
    /// operations on the person.
    ///
    /// # Errors
    /// The journal is not whole (as [`verify_journal`](Self::verify_journal)), or the store failed.
    pub async fn export(&self, person: &HostId) -> Result<Held> {
        let ids = self.ids_of(person).await?;
        let mut held = Held::default();
        // The way back from the vendor's record is the same for all ids.
        let mut shown = HashSet::new();
        for (id, links) in &ids {
            for key in keys_about(id, links).into_iter().filter(|key| shown.insert(key.clone())) {
                // Keys are not shown: with them everything could be opened.
                if let Some(row) = self.store.get(&self.id, &key).await?.filter(|_| key.kind != RowKind::PersonKey) {
                    held.rows.push((key.kind, row.body));
                }
            }
            held.rows.extend(self.apart_rows_of(id).await?.into_iter().map(|row| (row.key.kind, row.body)));
        }
        let about = |event: &Event| {
            ids.iter().any(|(id, links)| {
                event.is_about(id, None) || vendors_of(links).any(|vendor| event.is_about(id, Some(vendor)))
            })
        };
        let take = |entries: &mut Vec<Entry>, entry: Entry| {
            let approval = matches!(entry.entry.event, Event::Approved { .. });
            entries.extend(Some(entry).filter(|entry| approval || about(&entry.entry.event)));
        };
        held.entries = self.each_entry(Vec::new, take).await?;
        keep_approvals_of_the_others(&mut held.entries);
        for entry in &mut held.entries {
            let Some(sealed) = sealed_in(&mut entry.entry.event).cloned() else { continue };
            match self.open(&sealed).await {
                Ok(text) => held.opened.push((entry.seq, text)),
                Err(error) if error.code() == KEY_ERASED => {}
                Err(error) => return Err(error),
            }
        }
        Ok(held)
    }

    /// Erases a person: the key of everything that was sealed, baselines and whatever else is stored by person. The journal keeps
    /// its entries, which name ids and fields, and its chain still verifies. Neither of the two records is linked or created again
    /// by itself, also where there was no link; [`forget`](Self::forget) takes that back. Who came back under another id is erased under the earlier ones too; an earlier id
    /// alone does not lead to the later ones.
    ///
    /// # Errors
    /// The actor may not, [`ErrorKind::VersionMismatch`] while a write of the person is under way, or the store failed.
    pub async fn erase(&self, actor: &Actor, person: &HostId) -> Result<()> {
        self.may_configure(actor)?;
        let run = self.new_run()?;
        let mut batch = Batch::default();
        let ids = self.ids_of(person).await?;
        for key in self.former_keys(&ids).await? {
            batch = batch.delete(key);
        }
        for class in Sensitive::ALL {
            let Some(row) = self.store.get(&self.id, &Burst::key(class)).await? else { continue };
            let burst: Burst = store::decode(&row)?;
            if ids.iter().any(|(id, _)| burst.has(id)) {
                let left = ids.iter().fold(burst, |burst, (id, _)| burst.without(id));
                batch = batch.put(row.key, Some(Check::At(row.version)), store::encode(&left)?);
            }
        }
        for (id, links) in ids {
            batch.checks.push((RowKey::new(RowKind::Intent, of_host(&id)), Check::Absent));
            batch.checks.push((RowKey::new(RowKind::AbsenceIntent, id.as_str()), Check::Absent));
            if links.is_empty() {
                // What remembers that nobody is to take the person up by itself.
                let nobody = Link { state: LinkState::Erased, ..Link::new(id.clone(), VendorId::new("")) };
                batch = batch.put(nobody.key(), Some(Check::Absent), nobody.to_body()?);
            }
            let vendors: Vec<_> = vendors_of(&links).cloned().map(Some).collect();
            let none = vendors.is_empty().then_some(None);
            for vendor in vendors.into_iter().chain(none) {
                let event = Event::Erased { host: id.clone(), vendor };
                batch = batch.record(self.entry(&run, actor.id(), event));
            }
            for key in keys_about(&id, &links) {
                // The links and the ways back stay, so that no record is taken for a new one.
                if !matches!(key.kind, RowKind::Link | RowKind::FurtherLink | RowKind::VendorLink) {
                    batch = batch.delete(key);
                }
            }
            for row in self.apart_rows_of(&id).await? {
                batch = batch.delete(row.key);
            }
            for link in links {
                let erased = Link { state: LinkState::Erased, baseline: Baseline::default(), ..link.clone() };
                batch = batch.put(link.key(), Some(Check::At(link.row_version)), erased.to_body()?);
            }
        }
        Ok(self.store.commit(&self.id, batch).await?)
    }

    /// The keys of records in the vendor that were the person's once and are nobody's now.
    async fn former_keys(&self, ids: &[(HostId, Vec<Link>)]) -> Result<Vec<RowKey>> {
        let take = |vendors: &mut HashSet<VendorId>, entry: Entry| match entry.entry.event {
            Event::Linked { host, vendor, .. } if ids.iter().any(|(id, _)| *id == host) => drop(vendors.insert(vendor)),
            _ => {}
        };
        let vendors = match self.each_entry(HashSet::new, take).await {
            Ok(vendors) => vendors,
            // A journal that is not whole must keep nobody from being erased.
            Err(error) if error.code().starts_with("journal_") || error.code() == KEY_MISSING => HashSet::new(),
            Err(error) => return Err(error),
        };
        let mut keys = Vec::new();
        for vendor in vendors {
            let free = self.store.get(&self.id, &vendor_link_key(&vendor)).await?.is_none();
            keys.extend(free.then(|| RowKey::new(RowKind::PersonKey, of_vendor(&vendor))));
        }
        Ok(keys)
    }

    /// The ids that a person has and had in the host, with the links of each.
    async fn ids_of(&self, person: &HostId) -> Result<Vec<(HostId, Vec<Link>)>> {
        let links = self.links_of(person).await?;
        let mut earlier = Vec::new();
        self.each_row(RowKind::Link, |row| {
            let link = Link::from_row(row)?;
            let moved = link.state == LinkState::Moved && link.host != *person;
            if moved && links.iter().any(|own| own.vendor == link.vendor) {
                earlier.push(link.host);
            }
            Ok(())
        })
        .await?;
        let mut ids = vec![(person.clone(), links)];
        for id in earlier {
            let links = self.links_of(&id).await?;
            ids.push((id, links));
        }
        Ok(ids)
    }
}

/// The records in the vendor to which links lead. What remembers an erased person who had none leads nowhere.
fn vendors_of(links: &[Link]) -> impl Iterator<Item = &VendorId> {
    links.iter().map(|link| &link.vendor).filter(|vendor| !vendor.as_str().is_empty())
}

/// What the wrapping of a key is about.
fn wrapping(person: &str) -> String {
    format!("person-key/{person}")
}

/// The rows that are about a person with these links.
fn keys_about(person: &HostId, links: &[Link]) -> Vec<RowKey> {
    let person_key = |of: String| RowKey::new(RowKind::PersonKey, of);
    let write = RowKey::new(RowKind::Intent, of_host(person));
    let own = [write, creation_hold_key(person), person_key(of_host(person))];
    let of_link = |link: &Link| {
        let Link { host, vendor, .. } = link;
        let let_alone = [failures_key(host, vendor), set_aside_key(host, vendor)];
        let held = [held_key(host, vendor), host_creation_hold_key(vendor)];
        let_alone.into_iter().chain(held).chain([link.key(), vendor_link_key(vendor), person_key(of_vendor(vendor))])
    };
    own.into_iter().chain(absence_keys(person)).chain(links.iter().flat_map(of_link)).collect()
}
