//! People who came back: recognised in a review, and linked again in place of what they were linked to.

use std::collections::{HashMap, HashSet};

use super::apply::{Run, VendorLink};
use super::link::{Link, LinkKind, LinkState, vendor_link_key};
use super::linking::apart_key;
use super::quarantine::let_go;
use super::review::Roster;
use crate::error::Result;
use crate::journal::Event;
use crate::matching::{Candidate, CandidateReason, Places};
use crate::model::{HostId, Record, Value, VendorId, field};
use crate::store::{self, Batch, Check, RowKey, RowKind};

/// Tells candidates who came back from those who are merely linked elsewhere: one of the two records is linked, and the record at
/// the other end of that link is gone, as a complete list proves, or is of an employment that ended before the new one began. Who was
/// disconnected on purpose or erased did not come back.
pub(crate) fn recognise(candidates: &mut [Candidate], links: &[Link], host: &Roster, vendor: &Roster) {
    if candidates.is_empty() || links.is_empty() {
        return;
    }
    // Only links of candidates are looked up, and there are few of those.
    let asked: (HashSet<&str>, HashSet<&str>) =
        candidates.iter().map(|candidate| (candidate.host.as_str(), candidate.vendor.as_str())).unzip();
    let (mut of_host, mut of_vendor) = (HashMap::new(), HashMap::new());
    // A link that holds comes before one that does not.
    let holds = |link: &&Link| link.state == LinkState::Linked;
    for link in links.iter().filter(|link| !holds(link)).chain(links.iter().filter(holds)) {
        let (host, vendor) = (link.host.as_str(), link.vendor.as_str());
        of_host.extend(asked.0.contains(host).then_some((host, link)));
        of_vendor.extend(asked.1.contains(vendor).then_some((vendor, link)));
    }
    let (hosts, vendors) = (People::new(host), People::new(vendor));
    for candidate in candidates {
        let (host, vendor) = (candidate.host.as_str(), candidate.vendor.as_str());
        let (link, came_back) = match (of_host.get(host), of_vendor.get(vendor)) {
            (None, Some(link)) => (link, hosts.came_back(link.host.as_str(), host)),
            (Some(link), None) => (link, vendors.came_back(link.vendor.as_str(), vendor)),
            _ => continue,
        };
        if came_back && link.state == LinkState::Linked && link.kind == LinkKind::First {
            candidate.reasons = vec![CandidateReason::ReHire];
            candidate.old = Some((link.host.clone(), link.vendor.clone()));
        }
    }
}

/// One side's people by id.
struct People<'r> {
    roster: &'r Roster,
    places: Places,
}

impl<'r> People<'r> {
    fn new(roster: &'r Roster) -> Self {
        Self { roster, places: Places::new(&roster.records) }
    }

    fn get(&self, id: &str) -> Option<&'r Record> {
        self.places.get(&self.roster.records, id).and_then(|place| self.roster.records.get(place))
    }

    /// Whether the record `new` takes the place of `old`.
    fn came_back(&self, old: &str, new: &str) -> bool {
        let date = |record: &Record, field| record.cell(field).value().and_then(Value::as_date);
        match (self.get(old), self.get(new)) {
            (None, _) => self.roster.everybody().is_some(),
            (Some(old), Some(new)) => matches!(
                (date(old, field::END_DATE), date(new, field::START_DATE)),
                (Some(ended), Some(began)) if ended < began
            ),
            (Some(_), None) => false,
        }
    }
}

impl Run<'_> {
    /// The batch that makes `link` in place of the link `old`; `None` when that is not there any more, or not as it was when somebody
    /// decided so, which is at the version that `link` has. The former record stays known as disconnected or moved, so that nothing
    /// links or creates it again by itself. What a person holds in the old records is held in the new ones.
    pub(crate) async fn moving(&self, link: &Link, old: &(HostId, VendorId)) -> Result<Option<Batch>> {
        let links = self.engine.links_of(&old.0).await?;
        let first = |one: &&Link| one.kind == LinkKind::First && one.vendor == old.1 && one.state == LinkState::Linked;
        let Some(first) = links.iter().find(first).filter(|first| first.row_version == link.row_version) else {
            return Ok(None);
        };
        let former = Link::new(old.0.clone(), old.1.clone());
        let was = Some(Check::At(first.row_version));
        let back = store::encode(VendorLink { host: link.host.clone() })?;
        let mut batch = let_go(&links);
        for busy in [format!("host/{}", old.0), format!("host/{}", link.host), format!("vendor/{}", link.vendor)] {
            batch.checks.push((RowKey::new(RowKind::Intent, busy), Check::Absent));
        }
        // Somebody may have said since that these are two people.
        batch.checks.push((apart_key(&link.host, &link.vendor), Check::Absent));
        batch = batch.and(self.holds_moved((&old.0, &old.1), (&link.host, &link.vendor)).await?);
        if link.host == old.0 {
            let former = Link { kind: LinkKind::Further, state: LinkState::Disconnected, ..former };
            batch = batch
                .put(first.key(), was, link.to_body()?)
                .put(vendor_link_key(&link.vendor), Some(Check::Absent), back)
                .put(former.key(), Some(Check::Absent), former.to_body()?);
        } else {
            batch = batch
                .put(first.key(), was, Link { state: LinkState::Moved, ..former }.to_body()?)
                .put(link.key(), Some(Check::Absent), link.to_body()?)
                .put(vendor_link_key(&link.vendor), None, back.clone());
            for further in links.iter().filter(|one| one.kind == LinkKind::Further) {
                let moved = Link {
                    state: further.state,
                    kind: LinkKind::Further,
                    ..Link::new(link.host.clone(), further.vendor.clone())
                };
                batch = batch
                    .put(moved.key(), Some(Check::Absent), moved.to_body()?)
                    .put(vendor_link_key(&moved.vendor), None, back.clone())
                    .delete(further.key());
                batch.checks.push((further.key(), Check::At(further.row_version)));
                let pairs = ((&old.0, &further.vendor), (&link.host, &further.vendor));
                batch = batch.and(self.holds_moved(pairs.0, pairs.1).await?);
            }
        }
        let event = Event::Linked { host: link.host.clone(), vendor: link.vendor.clone(), by: "re_hire".into() };
        Ok(Some(batch.record(self.entry(event))))
    }
}
