//! The laws, checked once everything has come to rest.

use std::collections::{BTreeMap, HashSet};

use hrsync_core::finding::code;
use hrsync_core::journal::{self, Entry, Event};
use hrsync_core::mapping::{Asked, FieldMapping, Update};
use hrsync_core::reconcile::{DifferenceKind, ItemResult, Link, LinkState, Operation, ReviewRun};
use hrsync_core::store::RowKind;
use hrsync_core::{Cell, Connector, FieldId, HostId, Record, Result, Store, VendorId, field};

use super::world::{Process, World, is_active};

/// How often it is gone on with until nothing changes any more.
const ROUNDS: usize = 8;

/// How everything stood when nothing changed any more.
pub(crate) struct AtRest {
    pub(crate) review: ReviewRun,
    /// What waits for approval.
    held: Vec<Operation>,
}

impl AtRest {
    /// Whether a person is asked about this one of the host, or of the vendor.
    fn asks(&self, host: Option<&str>, vendor: Option<&str>) -> bool {
        let is = |of_host: Option<&HostId>, of_vendor: Option<&VendorId>| {
            host.is_some() && of_host.map(HostId::as_str) == host
                || vendor.is_some() && of_vendor.map(VendorId::as_str) == vendor
        };
        let found = self.review.findings.iter().any(|finding| {
            QUESTIONS.contains(&finding.code.as_ref()) && is(finding.host_id.as_ref(), finding.vendor_id.as_ref())
        });
        found
            || self.review.candidates.iter().any(|pair| is(Some(&pair.host), Some(&pair.vendor)))
            || self.held.iter().any(|operation| is(operation.host_id.as_ref(), operation.vendor_id.as_ref()))
    }

    /// Whether a change of the field waits for approval.
    fn holds(&self, host: &HostId, field: FieldId) -> bool {
        let theirs = self.held.iter().filter(|operation| operation.host_id.as_ref() == Some(host));
        theirs.flat_map(|operation| operation.action.changes()).any(|change| change.field == field)
    }
}

/// Findings that ask a person what is to become of somebody.
const QUESTIONS: [&str; 5] =
    [code::AMBIGUOUS_MATCH, code::DUPLICATE_VALUE, code::WRITE_UNKNOWN, code::LINKED_PERSON_GONE, code::CREATED_GONE];

/// Waits until nothing sent before can be carried out any more, and goes on until nothing changes.
pub(crate) async fn come_to_rest<S: Store + Clone>(world: &mut World<S>) -> (Process, Option<AtRest>) {
    world.wire.expect(None, []);
    world.wire.interleave(false);
    world.outwait().await;
    world.wire.note(|| "coming to rest".to_owned());
    let process = world.process();
    let mut before = None;
    for _ in 0..ROUNDS {
        match round(world, &process).await {
            Ok((rest, 0)) => return (process, Some(rest)),
            Ok((rest, _)) => before = Some(rest),
            Err(error) => {
                let code = error.code().to_owned();
                world.wire.violated(format!("a run without faults ended with an error: {error} ({code})"));
                return (process, None);
            }
        }
    }
    world.wire.violated("it does not come to rest");
    (process, before)
}

/// One round; how much it changed.
async fn round<S: Store + Clone>(world: &World<S>, process: &Process) -> Result<(AtRest, usize)> {
    let swept = match is_active(process).await? {
        true => process.engine.sweep().await?.items.len(),
        false => 0,
    };
    let (review, plan, report) = world.sync(process).await?;
    world.wire.note(|| {
        let items = report.items.iter().map(|item| format!("{} {:?} {:?}", item.action, item.host_id, item.result));
        format!("round: {:?}, settlements {}", items.collect::<Vec<_>>(), plan.settlements.len())
    });
    let held = |operation: &Operation| {
        report.items.iter().any(|item| item.operation == operation.id && item.result == ItemResult::Held)
    };
    let held: Vec<Operation> = plan.operations.iter().filter(|operation| held(operation)).cloned().collect();
    let changed = swept + plan.operations.len() - held.len() + plan.settlements.len() + report.linked;
    Ok((AtRest { review, held }, changed))
}

/// Checks every law that can be checked at rest; what is broken is kept by the wire.
pub(crate) async fn check<S: Store + Clone>(world: &World<S>, process: &Process, rest: &AtRest) {
    for (law, broken) in [
        ("1", one_record_a_person(world, process, rest).await),
        ("2, 4", journal_is_whole(world).await),
        ("3", both_sides_agree(world, process, rest).await),
        ("5", no_intent_is_left(world, rest).await),
        ("rows", rows_fit_together(world).await),
    ] {
        match broken {
            Ok(broken) => broken.into_iter().for_each(|what| world.wire.violated(format!("{law}: {what}"))),
            Err(error) => world.wire.violated(format!("{law}: could not be checked: {error}")),
        }
    }
}

/// One vendor record per person where the vendor has a unique key, else one or an open question.
async fn one_record_a_person<S: Store + Clone>(
    world: &World<S>,
    process: &Process,
    rest: &AtRest,
) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let mut vendor: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for id in world.vendor.ids() {
        if let Some(number) = world.vendor.value(&id, field::NATIONAL_ID) {
            vendor.entry(number).or_default().push(id);
        }
    }
    let mut host: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for person in world.host.people() {
        host.entry(person.national_id.unwrap_or_default()).or_default().push(person.id);
    }
    let asked = |id: &str| rest.asks(None, Some(id));
    let disconnected = |link: &Option<Link>| link.as_ref().is_some_and(|link| link.state != LinkState::Linked);
    let apart: HashSet<String> = disconnected_in_vendor(world, process).await?;
    for (number, ids) in &vendor {
        if ids.len() > 1 && (world.vendor.is_unique() || !ids.iter().all(|id| asked(id))) {
            broken.push(format!("the person {number} is in the vendor as {ids:?}"));
        }
        if !host.contains_key(number) && !ids.iter().all(|id| asked(id) || apart.contains(id)) {
            broken.push(format!("the person {ids:?} of the vendor is not in the host"));
        }
    }
    for (number, ids) in &host {
        if ids.len() > 1 {
            broken.push(format!("the person {number} is in the host as {ids:?}"));
        }
        let none = Vec::new();
        let records = vendor.get(number).unwrap_or(&none);
        for id in ids {
            let link = process.engine.link(&HostId::new(id.clone())).await?;
            if disconnected(&link) {
                continue;
            }
            if records.is_empty() {
                if !rest.asks(Some(id), None) {
                    broken.push(format!("the person {id} of the host is not in the vendor"));
                }
                continue;
            }
            let linked = link.as_ref().is_some_and(|link| records.iter().any(|record| record == link.vendor.as_str()));
            if !linked && !records.iter().all(|record| asked(record)) {
                broken.push(format!("the person {id} is not linked to one of {records:?} but {link:?}"));
            }
        }
    }
    Ok(broken)
}

/// The records of the vendor that were disconnected on purpose, or whose person was erased.
async fn disconnected_in_vendor<S: Store + Clone>(world: &World<S>, process: &Process) -> Result<HashSet<String>> {
    let mut apart = HashSet::new();
    for row in world.store.scan(&world.connection, RowKind::Link, None, 100).await? {
        let link = process.engine.link(&HostId::new(row.key.id)).await?;
        apart.extend(link.filter(|link| link.state != LinkState::Linked).map(|link| link.vendor.as_str().to_owned()));
    }
    Ok(apart)
}

pub(crate) async fn journal_of<S: Store + Clone>(world: &World<S>) -> Result<Vec<Entry>> {
    world.store.journal(&world.connection, 0, usize::MAX >> 1).await
}

/// The chain verifies, and every intent that was stored is in it.
async fn journal_is_whole<S: Store + Clone>(world: &World<S>) -> Result<Vec<String>> {
    let entries = journal_of(world).await?;
    let mut broken = Vec::new();
    if !journal::verify(&entries, "") || entries.first().is_some_and(|first| first.seq != 1) {
        broken.push("the journal does not verify".to_owned());
    }
    let told: HashSet<(&str, &str)> = entries
        .iter()
        .filter_map(|entry| match &entry.entry.event {
            Event::Intended { operation, step, .. } => Some((operation.as_str(), step.as_str())),
            _ => None,
        })
        .collect();
    for (operation, step) in world.wire.intended() {
        if !told.contains(&(operation.as_str(), step.as_str())) {
            broken.push(format!("the journal does not name {step} of {operation}"));
        }
    }
    Ok(broken)
}

/// Both sides agree, or a conflict is open. This looks at the values themselves, not at what a baseline says of them.
async fn both_sides_agree<S: Store + Clone>(world: &World<S>, process: &Process, rest: &AtRest) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let there: HashSet<String> = world.vendor.ids().into_iter().collect();
    let mapping = world.vendor.mapping(&Default::default());
    for person in world.host.people() {
        let id = HostId::new(person.id.clone());
        let Some(link) = process.engine.link(&id).await?.filter(|link| link.state == LinkState::Linked) else {
            continue;
        };
        if !there.contains(link.vendor.as_str()) {
            if !rest.asks(Some(&person.id), None) {
                broken.push(format!("{id} is linked to somebody who is gone, and nobody is asked"));
            }
            continue;
        }
        let record = person.to_record();
        for entry in mapping.entries() {
            let shown = world.vendor.value(link.vendor.as_str(), entry.field);
            if agree(entry, &record, shown.as_deref()) {
                continue;
            }
            let open = rest.holds(&id, entry.field)
                || rest.review.differences.iter().any(|difference| {
                    difference.host_id == id
                        && difference.field == entry.field
                        && (difference.is_open() || difference.kind == DifferenceKind::Left)
                });
            if !open {
                broken.push(format!(
                    "the {} of {id} differs and nobody is asked: {:?} in the host, {shown:?} in the vendor",
                    entry.field.name(),
                    person.text(entry.field),
                ));
            }
        }
    }
    Ok(broken)
}

fn agree(entry: &FieldMapping, host: &Record, shown: Option<&str>) -> bool {
    if entry.write_only || entry.update == Update::Derived {
        return true;
    }
    let shown = shown.map_or(Cell::Empty, |text| entry.parse_vendor(text));
    match (entry.ask(host), &shown) {
        (Asked::Empty, Cell::Empty) => true,
        (Asked::Value(asked), Cell::Value(shown)) => {
            entry.field.kind().same(&asked, shown)
                || host.cell(entry.field).value().is_some_and(|value| entry.agree(value, shown))
        }
        _ => false,
    }
}

/// No intent remains, unless it is about somebody who was deleted in the host meanwhile, and a person is asked.
async fn no_intent_is_left<S: Store + Clone>(world: &World<S>, rest: &AtRest) -> Result<Vec<String>> {
    let rows = world.store.scan(&world.connection, RowKind::Intent, None, 100).await?;
    let asked = |id: &str| {
        let host = id.strip_prefix("host/");
        host.is_some_and(|host| world.host.get(host).is_none() && rest.asks(Some(host), None))
    };
    Ok(rows
        .into_iter()
        .filter(|row| !asked(&row.key.id))
        .map(|row| format!("the intent {} is still there", row.key.id))
        .collect())
}

/// What belongs together was stored together.
async fn rows_fit_together<S: Store + Clone>(world: &World<S>) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let mut links = world.store.scan(&world.connection, RowKind::Link, None, 100).await?;
    // Who was erased without a link is remembered without a record.
    links.retain(|row| !row.body.contains(r#""vendor":"""#));
    let back = world.store.scan(&world.connection, RowKind::VendorLink, None, 100).await?;
    if links.len() != back.len() {
        broken.push(format!("{} links, and {} ways back into them", links.len(), back.len()));
    }
    let entries = journal_of(world).await?;
    let told = |host: &str, by: Option<&VendorId>| {
        entries.iter().any(|entry| match &entry.entry.event {
            Event::Linked { host: of, vendor, .. } => of.as_str() == host && by.is_none_or(|by| by == vendor),
            _ => false,
        })
    };
    for row in &links {
        if !told(&row.key.id, None) {
            broken.push(format!("the journal does not tell that {} was linked", row.key.id));
        }
    }
    Ok(broken)
}

/// A value that a person wrote.
#[derive(Debug, Clone)]
pub(crate) struct Wrote {
    pub(crate) person: usize,
    pub(crate) on_host: bool,
    pub(crate) id: String,
    /// The ids of that person on both sides by then.
    pub(crate) ids: Vec<String>,
    pub(crate) field: FieldId,
    pub(crate) value: Option<String>,
    /// How many entries the journal had by then.
    pub(crate) entries: u64,
}

/// The value is still there, or, of the person with these ids on either side, an entry of the journal names the operation that wrote over it: one that was not over before.
pub(crate) fn nothing_disappears(
    wrote: &Wrote,
    ids: &[String],
    now: Option<&str>,
    entries: &[Entry],
) -> Option<String> {
    if now == wrote.value.as_deref() {
        return None;
    }
    let named = entries.iter().any(|intended| {
        let Event::Intended { operation, host, vendor, step, fields, .. } = &intended.entry.event else { return false };
        let theirs = host.as_ref().is_some_and(|host| ids.iter().any(|id| id == host.as_str()))
            || vendor.as_ref().is_some_and(|vendor| ids.iter().any(|id| id == vendor.as_str()));
        let same = theirs && step.starts_with("host.") == wrote.on_host;
        let over = entries.iter().any(|entry| match &entry.entry.event {
            Event::Outcome { operation: of, step: which, result, .. } => {
                (of, which) == (operation, step)
                    && entry.seq > intended.seq
                    && entry.seq <= wrote.entries
                    && result != "unknown"
            }
            _ => false,
        });
        same && fields.contains(&wrote.field) && !over
    });
    let side = if wrote.on_host { "host" } else { "vendor" };
    (!named).then(|| format!("2: the {} written for {} in the {side} disappeared", wrote.field.name(), wrote.id))
}

#[cfg(test)]
mod tests {
    use hrsync_core::MemoryStore;

    use super::super::spin;
    use super::super::world::person;
    use super::*;

    #[test]
    fn somebody_who_is_there_twice_is_found() {
        let violations = spin(async {
            let mut world = World::new("twice".to_owned(), MemoryStore::new(), 1);
            world.host.put(person(1));
            world.vendor.put("v1", &person(1));
            world.open().await;
            world.vendor.unique(false);
            world.vendor.put("v2", &person(1));
            world.vendor.unique(true);
            let (process, rest) = come_to_rest(&mut world).await;
            if let Some(rest) = &rest {
                check(&world, &process, rest).await;
            }
            world.wire.violations()
        });
        assert!(violations.iter().any(|broken| broken.starts_with("1: ")), "{violations:?}");
    }
}
