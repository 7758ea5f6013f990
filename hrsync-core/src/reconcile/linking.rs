//! Links as they are stored, and what a person says about them: disconnected, forgotten, kept apart.

use std::collections::HashSet;
use std::slice;

use super::apply::VendorLink;
use super::engine::Engine;
use super::link::{Link, LinkKind, LinkState, before_pairs_of, link_key, pair_id, vendor_link_key};
use super::quarantine::let_go;
use crate::absence::{absence_keys, waiting_for_a_link};
use crate::connection::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::code;
use crate::journal::Event;
use crate::mapping::Mapping;
use crate::model::{HostId, VendorId};
use crate::store::{self, Batch, Check, Row, RowKey, RowKind};

/// How many rows of one person are read at a time.
const SCAN: usize = 100;

impl Engine {
    /// All links, with their baselines under `mapping`.
    pub(crate) async fn links(&self, mapping: &Mapping) -> Result<Vec<Link>> {
        let mut links = Vec::new();
        for kind in [RowKind::Link, RowKind::FurtherLink] {
            self.each_row(kind, |row| {
                links.push(Link::from_row(row)?);
                Ok(())
            })
            .await?;
        }
        self.under(mapping, &mut links).await?;
        Ok(links)
    }

    /// How many people are linked: those with several records count once.
    pub(crate) async fn linked_people(&self) -> Result<usize> {
        let mut people = 0;
        self.each_row(RowKind::Link, |row| {
            people += usize::from(Link::from_row(row)?.state == LinkState::Linked);
            Ok(())
        })
        .await?;
        Ok(people)
    }

    /// The link of a person in the host: the first one, where the person has several records in the vendor.
    ///
    /// # Errors
    /// The store failed.
    pub async fn link(&self, person: &HostId) -> Result<Option<Link>> {
        let row = self.store.get(&self.id, &link_key(person)).await?;
        row.as_ref().map(Link::from_row).transpose()
    }

    /// All links of a person in the host, the first one in front; more than one for who has several records in the vendor.
    ///
    /// # Errors
    /// The store failed.
    pub async fn links_of(&self, person: &HostId) -> Result<Vec<Link>> {
        let mut links: Vec<Link> = self.link(person).await?.into_iter().collect();
        let (mut after, from) = (before_pairs_of(person), links.len());
        // The rows of one person follow each other.
        loop {
            let rows = self.store.scan(&self.id, RowKind::FurtherLink, Some(&after), SCAN).await?;
            let all = rows.iter().map(Link::from_row).collect::<Result<Vec<Link>>>()?;
            let read = all.len();
            links.extend(all.into_iter().take_while(|link| link.host == *person));
            match rows.last() {
                Some(last) if read == SCAN && links[from..].last().is_some_and(|link| link.key() == last.key) => {
                    after.clone_from(&last.key.id);
                }
                _ => return Ok(links),
            }
        }
    }

    /// The link between two records, with its baseline under `mapping`.
    pub(crate) async fn link_between(
        &self,
        mapping: &Mapping,
        host: &HostId,
        vendor: &VendorId,
    ) -> Result<Option<Link>> {
        let mut link = self.link(host).await?.filter(|link| link.vendor == *vendor);
        if link.is_none() {
            let row = self.store.get(&self.id, &LinkKind::Further.key(host, vendor)).await?;
            link = row.as_ref().map(Link::from_row).transpose()?;
        }
        self.under(mapping, link.as_mut_slice()).await?;
        Ok(link)
    }

    /// Takes a person's linked records apart and remembers it: they are neither compared nor linked again by themselves.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the person is not linked, or the store failed.
    pub async fn disconnect(&self, actor: &Actor, person: &HostId) -> Result<()> {
        let links = self.links_of(person).await?;
        self.unlink(actor, &links, "disconnected").await
    }

    /// Takes one of several records of a person in the vendor away from them, as [`disconnect`](Self::disconnect) does with all.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the two are not linked, [`ErrorKind::ConfigInvalid`] with code `first_link` for the link that
    /// further ones hang on, or the store failed.
    pub async fn disconnect_record(&self, actor: &Actor, person: &HostId, vendor: &VendorId) -> Result<()> {
        let link = self.one_of(person, vendor).await?;
        self.unlink(actor, link.as_slice(), "disconnected").await
    }

    /// Forgets a person's links, with what both sides agreed on: the records are free to be recognised, connected or created anew,
    /// for instance when a person came back under another id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the person has no link, [`ErrorKind::VersionMismatch`] while a write of the person is under
    /// way, or the store failed.
    pub async fn forget(&self, actor: &Actor, person: &HostId) -> Result<()> {
        let links = self.links_of(person).await?;
        self.unlink(actor, &links, "forgotten").await
    }

    /// Forgets the link to one of several records of a person in the vendor, as [`forget`](Self::forget) does with all.
    ///
    /// # Errors
    /// As [`disconnect_record`](Self::disconnect_record) and [`forget`](Self::forget).
    pub async fn forget_record(&self, actor: &Actor, person: &HostId, vendor: &VendorId) -> Result<()> {
        let link = self.one_of(person, vendor).await?;
        self.unlink(actor, link.as_slice(), "forgotten").await
    }

    /// Remembers that two records are not the same person: they are neither linked nor shown as candidates again. Said of a
    /// linked pair it takes the link away. [`let_together`](Self::let_together) takes it back.
    ///
    /// # Errors
    /// The actor may not, [`ErrorKind::VersionMismatch`] when the link changes meanwhile or a write of the person is under way,
    /// [`ErrorKind::ConfigInvalid`] with code `first_link` for a link that further ones hang on, or the store failed.
    pub async fn keep_apart(&self, actor: &Actor, host: &HostId, vendor: &VendorId) -> Result<()> {
        self.may_configure(actor)?;
        let linked = self.one_of(host, vendor).await?.filter(|link| link.state == LinkState::Linked);
        let mut batch = match linked {
            Some(link) => self.unlinking(&link, "forgotten").await?,
            // Two that were disconnected or erased stay so.
            None => {
                let link = self.link(host).await?;
                let check = link.map_or(Check::Absent, |link| Check::At(link.row_version));
                Batch { checks: vec![(link_key(host), check)], ..Batch::default() }
            }
        };
        batch = batch.put(
            apart_key(host, vendor),
            None,
            store::encode(Apart { host: host.clone(), vendor: vendor.clone() })?,
        );
        self.say_of(actor, [(host, vendor)], "kept_apart", batch).await
    }

    /// Takes back [`keep_apart`](Self::keep_apart): the two records may be recognised and shown as candidates again.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] with code `not_kept_apart` when nobody said so, or the store failed.
    pub async fn let_together(&self, actor: &Actor, host: &HostId, vendor: &VendorId) -> Result<()> {
        self.may_configure(actor)?;
        let key = apart_key(host, vendor);
        let Some(row) = self.store.get(&self.id, &key).await? else {
            let message = "nobody said that the two are two people";
            return Err(Error::new(ErrorKind::NotFound, message).with_code("not_kept_apart"));
        };
        let checks = vec![(key.clone(), Check::At(row.version))];
        let batch = Batch { checks, ..Batch::default() }.delete(key);
        self.say_of(actor, [(host, vendor)], "let_together", batch).await
    }

    /// Whether somebody said that two records are two people's.
    pub(crate) async fn are_apart(&self, host: &HostId, vendor: &VendorId) -> Result<bool> {
        Ok(self.store.get(&self.id, &apart_key(host, vendor)).await?.is_some())
    }

    pub(crate) async fn kept_apart(&self) -> Result<HashSet<(HostId, VendorId)>> {
        let mut pairs = HashSet::new();
        self.each_row(RowKind::Apart, |row| {
            let Apart { host, vendor } = store::decode(row)?;
            pairs.insert((host, vendor));
            Ok(())
        })
        .await?;
        Ok(pairs)
    }

    /// What a person said about a person of the host and records that are not theirs, as it is stored.
    pub(crate) async fn apart_rows_of(&self, person: &HostId) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.each_row(RowKind::Apart, |row| {
            let Apart { host, .. } = store::decode(row)?;
            if host == *person {
                rows.push(row.clone());
            }
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The link of two records; no link that further ones hang on.
    async fn one_of(&self, person: &HostId, vendor: &VendorId) -> Result<Option<Link>> {
        let links = self.links_of(person).await?;
        let further = links.iter().any(|link| link.kind == LinkKind::Further && link.state == LinkState::Linked);
        match links.into_iter().find(|link| link.vendor == *vendor) {
            Some(link) if link.kind == LinkKind::First && further => {
                let message = "further records hang on this link; take those away first, or all at once";
                Err(Error::new(ErrorKind::ConfigInvalid, message).with_code("first_link"))
            }
            found => Ok(found),
        }
    }

    async fn unlink(&self, actor: &Actor, links: &[Link], how: &str) -> Result<()> {
        self.may_configure(actor)?;
        if links.is_empty() {
            return Err(Error::new(ErrorKind::NotFound, "the person is not linked").with_code(code::NOT_LINKED));
        }
        let mut batch = Batch::default();
        for link in links {
            batch = batch.and(self.unlinking(link, how).await?);
        }
        self.say_of(actor, links.iter().map(|link| (&link.host, &link.vendor)), how, batch).await
    }

    /// The batch that disconnects or forgets a link.
    async fn unlinking(&self, link: &Link, how: &str) -> Result<Batch> {
        let mut batch = let_go(slice::from_ref(link));
        let [absences, _] = absence_keys(&link.host);
        if let (LinkKind::First, Some(row)) = (&link.kind, self.store.get(&self.id, &absences).await?) {
            batch = batch.and(waiting_for_a_link(&row)?);
        }
        if how == "disconnected" {
            let apart = Link { state: LinkState::Disconnected, ..link.clone() };
            return Ok(batch.put(link.key(), Some(Check::At(link.row_version)), apart.to_body()?));
        }
        batch = batch.delete(link.key()).put(forgotten_key(&link.vendor), None, store::encode(Forgotten {})?);
        if self.leads_back(link).await? {
            batch = batch.delete(vendor_link_key(&link.vendor));
        }
        batch.checks.push((link.key(), Check::At(link.row_version)));
        batch.checks.push((RowKey::new(RowKind::Intent, format!("host/{}", link.host.as_str())), Check::Absent));
        Ok(batch)
    }

    /// Whether the way back from the vendor's record leads to this link; it leads to another one after a re-hire.
    async fn leads_back(&self, link: &Link) -> Result<bool> {
        let Some(row) = self.store.get(&self.id, &vendor_link_key(&link.vendor)).await? else { return Ok(false) };
        Ok(store::decode::<VendorLink>(&row)?.host == link.host)
    }

    async fn say_of<'l>(
        &self,
        actor: &Actor,
        pairs: impl IntoIterator<Item = (&'l HostId, &'l VendorId)>,
        how: &str,
        mut batch: Batch,
    ) -> Result<()> {
        let run = self.new_run()?;
        for (host, vendor) in pairs {
            let event = Event::Linked { host: host.clone(), vendor: vendor.clone(), by: how.into() };
            batch = batch.record(self.entry(&run, actor.id(), event));
        }
        Ok(self.store.commit(&self.id, batch).await?)
    }
}

/// Two records that are two people's, as they are stored.
#[derive(serde::Serialize, serde::Deserialize)]
struct Apart {
    host: HostId,
    vendor: VendorId,
}

/// That a link was forgotten, as it is stored: how often shows in the row's version.
#[derive(serde::Serialize)]
struct Forgotten {}

pub(crate) fn forgotten_key(vendor: &VendorId) -> RowKey {
    RowKey::new(RowKind::Forgotten, vendor.as_str())
}

pub(crate) fn apart_key(host: &HostId, vendor: &VendorId) -> RowKey {
    RowKey::new(RowKind::Apart, pair_id(host, vendor))
}
