//! Updates of linked people on either side.

use std::collections::HashMap;

use super::apply::{Run, Sent, about, drifted, free, intent_key, put_link, unchanged};
use super::approve::approval_key;
use super::baseline::{self, Verdict};
use super::compare::{Halves, Judgement, agree_now};
use super::employment::out_of_order;
use super::engine::TRIES;
use super::entries::{Subject, Unit, changed_entries, judge_field, keys_of, subject, taking};
use super::findings::refusal;
use super::fresh::{Fresh, NotRead};
use super::link::{Link, LinkState};
use super::merge::taken;
use super::plan::{Change, Nobody, Operation, Source, Why, entered_cell};
use super::quarantine::{let_go, set_aside_key};
use super::report::ItemResult;
use super::resolution::{complete, host_wins, vendor_wins};
use super::undo::{previous_cell, put_back, says};
use crate::connector::{Evidence, Reading, Step, StepNature, Write};
use crate::error::{Error, Fixer, Result};
use crate::finding::{Finding, code};
use crate::host::{Changes, HostWrite};
use crate::journal::Event;
use crate::keys::{KEY_ERASED, KeyId};
use crate::mapping::{Asked, FieldMapping};
use crate::matching::are_two_people;
use crate::model::{Cell, Employee, FieldId, HostId, Record, Side, Value, VendorId};
use crate::reconcile::apply::SetAside;
use crate::store::{self, Batch, CommitError};

/// Both sides of a person while the vendor is written.
struct Sides<'r> {
    /// The host, with the values that changes carry.
    host: &'r Record,
    as_read: &'r Record,
    vendor: &'r Reading,
}

impl Run<'_> {
    /// Reads both sides of a linked person. `Err` inside is what came of the operation instead, and why.
    pub(crate) async fn fresh(
        &mut self,
        host: &HostId,
        vendor: &VendorId,
    ) -> Result<Result<Fresh, (ItemResult, Finding)>> {
        let person = |finding: Finding| finding.of_host(host).of_vendor(vendor);
        let not_linked = || {
            let message = "the person is not linked any more";
            (ItemResult::Refused, person(Finding::problem(code::NOT_LINKED, message, Fixer::HostAdministrator)))
        };
        let unread = |error: &Error| {
            let finding = Finding::from_error(error).with_param("consequence", code::UNREAD_PERSON);
            let message = format!("{}; the person could not be read, so nothing was written", error.message());
            (ItemResult::NotAttempted, person(Finding { message: message.into(), ..finding }))
        };
        let link = self.engine.link_between(&self.mapping, host, vendor).await?;
        let Some(link) = link.filter(|link| link.state == LinkState::Linked) else { return Ok(Err(not_linked())) };
        let mapping = self.mapping.clone();
        let both = self.engine.read_both(&link, &mapping, &mut self.prints, &mut self.report.calls.reads).await;
        Ok(both.map_err(|why| match why {
            NotRead::Gone(side) => (ItemResult::Refused, super::findings::gone(&link, side)),
            NotRead::Failed(side, error) => {
                if side == Side::Vendor {
                    self.count_failure(&error);
                }
                unread(&error)
            }
        }))
    }

    async fn fresh_or_report(&mut self, operation: &Operation) -> Result<Result<Fresh, ItemResult>> {
        let (Some(host), Some(vendor)) = (&operation.host_id, &operation.vendor_id) else {
            return Ok(Err(ItemResult::NotAttempted));
        };
        Ok(self.fresh(host, vendor).await?.map_err(|(result, finding)| {
            self.found(finding, None);
            result
        }))
    }

    /// Writes changes to the vendor. Who brings what was just read has seen that the person is not set aside.
    pub(crate) async fn update_vendor(
        &mut self,
        operation: &Operation,
        changes: &[Change],
        key: KeyId,
        fresh: Option<Fresh>,
    ) -> Result<ItemResult> {
        let fresh = match fresh {
            Some(fresh) => fresh,
            None => {
                let fresh = match self.fresh_or_report(operation).await? {
                    Ok(fresh) => fresh,
                    Err(result) => return Ok(result),
                };
                if self.is_set_aside(&fresh, operation).await? {
                    return Ok(ItemResult::SetAside);
                }
                fresh
            }
        };
        let Fresh { link, mut host, vendor } = fresh;
        if are_two_people(&host, &vendor.record) {
            self.found(super::findings::other_person(&link.host, &link.vendor), None);
            return Ok(ItemResult::Refused);
        }
        let as_read = host.clone();
        let sides = (&mut host, &vendor.record);
        let (fields, decided, refused) = match self.all_due(operation, changes, &link, sides, key).await? {
            Ok(due) => due,
            Err(result) => return Ok(result),
        };
        if fields.is_empty() && refused {
            return Ok(ItemResult::Refused);
        }
        if fields.is_empty() {
            self.settle_as(&link, (if undoes(changes) { &as_read } else { &host }, &vendor.record)).await?;
            return Ok(ItemResult::AlreadyDone);
        }
        if !self.know_owners(fields.iter().copied(), |finding| about(finding, operation)).await {
            return Ok(ItemResult::NotAttempted);
        }
        let Some((wanted, send)) = self.wanted(operation, (&fields, &decided), &host, &vendor.record) else {
            return Ok(ItemResult::Refused);
        };
        if let Some(other) = self.carried_over(&link, (&as_read, &vendor.record), &send, changes) {
            self.found(drifted(operation, Some(other)), None);
            return Ok(ItemResult::Drifted);
        }
        let written = send.iter().map(|field| (*field, wanted.cell(*field).clone()));
        if let Some(day) = out_of_order(&self.mapping, (Side::Vendor, &vendor.record), written).pop() {
            self.found(drifted(operation, Some(day)), None);
            return Ok(ItemResult::Drifted);
        }
        let write = Write { current: Some(&vendor), wanted: &wanted, changed: &send, memory: &self.memory };
        let steps = match self.engine.connector.steps(&write) {
            Ok(steps) => steps,
            Err(error) => {
                self.found(about(Finding::from_error(&error), operation), error.sensitive_detail());
                return Ok(ItemResult::Refused);
            }
        };
        self.tell_of(&steps, operation);
        if steps.steps.is_empty() {
            return Ok(ItemResult::Refused);
        }
        let complete = !refused && steps.left_out.is_empty() && fields.iter().all(|field| send.contains(field));
        let sides = Sides { host: &host, as_read: &as_read, vendor: &vendor };
        let result =
            self.write_vendor(operation, changes, &link, sides, (&wanted, &decided, &fields), &steps.steps).await?;
        Ok(if result == ItemResult::Done && !complete { ItemResult::PartlyDone } else { result })
    }

    /// What of the changes is still to be written: fields, entries of lists, and whether something is refused. `Err` inside is
    /// what came of the operation instead.
    async fn all_due(
        &mut self,
        operation: &Operation,
        changes: &[Change],
        link: &Link,
        (host, vendor): (&mut Record, &Record),
        key: KeyId,
    ) -> Result<Result<(Vec<FieldId>, Vec<(FieldId, Value)>, bool), ItemResult>> {
        let Some(carried) = self.carried(operation, changes).await? else { return Ok(Err(ItemResult::Refused)) };
        let as_read = host.clone();
        let (mut fields, mut decided, mut refused) = (Vec::new(), Vec::new(), false);
        for change in changes {
            let Some(entry) = self.mapping.entry(change.field).cloned() else { continue };
            let carried = carried.get(&change.field).map(String::as_str);
            match self.due(link, &entry, (&mut *host, &as_read, vendor), (change, carried), key)? {
                Due::Write(None) => {
                    // A list that is written back as it was is settled in the entries that go back.
                    decided.extend(changed_entries(&entry, host.cell(change.field), vendor.cell(change.field)));
                    fields.push(change.field);
                }
                Due::Write(Some(unit)) => {
                    if let Err(why) = host_wins(&self.mapping, &entry, &unit.host, &unit.vendor, &Nobody) {
                        self.found(about(refusal(&why), operation).on(entry.field), None);
                        refused = true;
                        continue;
                    }
                    decided.push((change.field, unit.key));
                    if !fields.contains(&change.field) {
                        fields.push(change.field);
                    }
                }
                Due::Already => {}
                Due::Drifted => {
                    self.found(drifted(operation, Some(change.field)), None);
                    return Ok(Err(ItemResult::Drifted));
                }
            }
        }
        Ok(Ok((fields, decided, refused)))
    }

    /// Sends the steps of an update, one after the other.
    async fn write_vendor(
        &mut self,
        operation: &Operation,
        changes: &[Change],
        link: &Link,
        Sides { host, as_read, vendor }: Sides<'_>,
        (wanted, decided, due): (&Record, &[(FieldId, Value)], &[FieldId]),
        steps: &[Step],
    ) -> Result<ItemResult> {
        let (mut done_before, mut shown) = (false, vendor.record.clone());
        for (place, step) in steps.iter().enumerate() {
            let partly = if done_before { ItemResult::PartlyDone } else { ItemResult::Refused };
            let checks = if done_before {
                // Whoever looks after confirmed writes may have taken the person over, and be writing.
                match self.still_held(operation).await? {
                    Some(held) => vec![held],
                    None => return Ok(self.taken_over(operation)),
                }
            } else {
                vec![free(operation), unchanged(link)]
            };
            let replaced = self.replaced(&link.host, &step.fields, &vendor.record, wanted)?;
            match self.send(operation, step, None, checks, replaced).await? {
                Sent::Done(done) => {
                    self.now_has(Some(&link.vendor), wanted, &step.fields, true);
                    self.learn(&done, operation).await?;
                    let Some(held) = self.still_held(operation).await? else {
                        let done = self.outcome(operation, step.name, "done");
                        self.entries.push(done);
                        return Ok(self.taken_over(operation));
                    };
                    let last = place + 1 == steps.len();
                    let batch = if last {
                        Batch::default().delete(intent_key(operation))
                    } else {
                        // The person stays locked until the last step.
                        let fields = step.fields.clone();
                        let mut intent =
                            self.intent(operation, (step.name, step.nature), step.evidence.clone(), fields);
                        intent.confirmed = true;
                        Batch::default().put(intent_key(operation), None, store::encode(&intent)?)
                    };
                    let mut batch = batch
                        .delete(approval_key(&operation.id))
                        .delete(set_aside_key(&link.host, &link.vendor))
                        .record(self.outcome(operation, step.name, "done"));
                    batch.checks.push(held);
                    let batch = self.decided(operation, changes, &step.fields, batch);
                    for field in &step.fields {
                        shown.set(*field, wanted.cell(*field).clone());
                    }
                    // What an undo carries along is as it was, and may wait to be written.
                    let put_back: Vec<FieldId> =
                        step.fields.iter().filter(|field| due.contains(field)).copied().collect();
                    let (sides, written, verdict) = match undoes(changes) {
                        true => ((as_read, &shown), &put_back, Verdict::Settled),
                        false => ((host, &vendor.record), &step.fields, Verdict::Written),
                    };
                    self.store_link(link, sides, (written, decided, verdict), batch).await?;
                    done_before = true;
                }
                Sent::Refused(error) => {
                    self.refused(operation, step.name, &error).await?;
                    // What is refused for another reason is no matter of the hold.
                    if let Some(hold) = vendor.hold.filter(|hold| error.code() == *hold) {
                        self.set_aside(link, hold).await?;
                        return Ok(if done_before { partly } else { ItemResult::SetAside });
                    }
                    return Ok(partly);
                }
                Sent::Unknown(error) => {
                    self.now_has(Some(&link.vendor), wanted, &step.fields, false);
                    self.unknown(operation, step.name, &error).await?;
                    return Ok(ItemResult::Unknown);
                }
                Sent::Locked => {
                    let locked = self.locked(operation);
                    return Ok(if done_before { partly } else { locked });
                }
                Sent::Denied => {
                    let denied = self.denied(operation, step.name);
                    if done_before {
                        self.release(operation, None).await?;
                    }
                    return Ok(if done_before { partly } else { denied });
                }
            }
        }
        Ok(ItemResult::Done)
    }

    /// The values that changes carry with them, opened; `None` when one was destroyed with the person's key, which is told.
    async fn carried(&mut self, operation: &Operation, changes: &[Change]) -> Result<Option<HashMap<FieldId, String>>> {
        let mut carried = HashMap::new();
        for change in changes {
            let (Source::Entered(sealed) | Source::Previous(sealed)) = &change.source else { continue };
            match self.engine.open(sealed).await {
                Ok(text) => drop(carried.insert(change.field, text)),
                Err(error) if error.code() == KEY_ERASED => {
                    self.found(about(Finding::from_error(&error), operation).on(change.field), None);
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Some(carried))
    }

    /// Whether a change is still to be made, as it was decided. A value that it carries is put into `host`.
    fn due(
        &mut self,
        link: &Link,
        entry: &FieldMapping,
        (host, as_read, vendor): (&mut Record, &Record, &Record),
        (change, carried): (&Change, Option<&str>),
        key: KeyId,
    ) -> Result<Due> {
        let Some(prints) = self.prints.with(key.0) else { return Ok(Due::Drifted) };
        match subject(prints, &link.host, entry, (host, vendor), change.entry) {
            Subject::Field => {}
            Subject::Gone => return Ok(Due::Already),
            Subject::Unreadable => return Ok(Due::Drifted),
            Subject::Entry(unit) => {
                let halves = unit.halves(prints, &link.host, entry);
                let same = halves.shown == change.vendor && halves.asked == change.host;
                return Ok(match agree_now(entry, &unit.host, &unit.vendor) {
                    Some(true) => Due::Already,
                    _ if same => Due::Write(Some(unit)),
                    _ => Due::Drifted,
                });
            }
        }
        let halves = Halves::new(prints, &link.host, entry, as_read, vendor);
        let vendor_same = halves.shown == change.vendor;
        match &change.source {
            Source::Previous(_) => {
                let before = previous_cell(entry, carried.unwrap_or_default())?;
                if put_back(entry, host, &before).is_err() {
                    return Ok(Due::Drifted);
                }
                if says(entry, vendor.cell(entry.field), &before) {
                    return Ok(Due::Already);
                }
                // A newer value of the host's is not to be settled away.
                Ok(if vendor_same && halves.asked == change.host { Due::Write(None) } else { Due::Drifted })
            }
            Source::Entered(_) => {
                let Ok(cell) = entered_cell(entry, carried.unwrap_or_default()) else { return Ok(Due::Drifted) };
                host.set(entry.field, cell);
                if agree_now(entry, host, vendor) == Some(true) {
                    return Ok(Due::Already);
                }
                Ok(if vendor_same { Due::Write(None) } else { Due::Drifted })
            }
            Source::Host | Source::Vendor => {
                if agree_now(entry, host, vendor) == Some(true) {
                    return Ok(Due::Already);
                }
                Ok(if vendor_same && halves.asked == change.host { Due::Write(None) } else { Due::Drifted })
            }
        }
    }

    /// Of the fields that are written along with others of their group the first that nobody decided about and that differs now: it
    /// changed since, and would be written over.
    fn carried_over(
        &mut self,
        link: &Link,
        (host, vendor): (&Record, &Record),
        written: &[FieldId],
        changes: &[Change],
    ) -> Option<FieldId> {
        let mapping = self.mapping.clone();
        let opened = self.prints.open(link, &mapping, self.revision);
        let named = |field: FieldId| changes.iter().any(|change| change.field == field);
        written.iter().copied().filter(|field| !named(*field)).find(|field| {
            let (Some(entry), Some(place)) = (mapping.entry(*field), mapping.place(*field)) else { return false };
            let pair = opened.as_ref().map(|(_, pairs)| pairs.get(place)).unwrap_or_default();
            let prints = opened.as_ref().map_or(&self.prints.current, |(prints, _)| prints);
            let halves = || Halves::new(prints, &link.host, entry, host, vendor);
            matches!(judge_field(entry, host, vendor, pair, halves), Judgement::Differs(_))
        })
    }

    /// What to send for `fields`, groups in full. A field that the rules do not let be sent after all is reported and left
    /// out; `None` when nothing remains.
    fn wanted(
        &mut self,
        operation: &Operation,
        (fields, decided): (&[FieldId], &[(FieldId, Value)]),
        host: &Record,
        vendor: &Record,
    ) -> Option<(Record, Vec<FieldId>)> {
        let mapping = self.mapping.clone();
        let mut send = Vec::new();
        for entry in fields.iter().filter_map(|field| mapping.entry(*field)) {
            let others = self.others_in_vendor(operation.vendor_id.as_ref());
            let possible = match entry.kind().list() {
                None => host_wins(&mapping, entry, host, vendor, &others)
                    .and_then(|()| complete(entry, vendor, |field| fields.contains(&field))),
                // The entries were asked about, one by one.
                Some(_) => Ok(()),
            };
            if let Err(why) = possible {
                self.found(about(refusal(&why), operation).on(entry.field), None);
                continue;
            }
            let group: Vec<FieldId> = match entry.group {
                Some(group) => mapping.group(group).map(|part| part.field).collect(),
                None => vec![entry.field],
            };
            send.extend(group.into_iter().filter(|field| !send.contains(field)).collect::<Vec<_>>());
        }
        if send.is_empty() {
            return None;
        }
        let mut wanted = Record::new(vendor.id());
        for entry in send.iter().filter_map(|field| mapping.entry(*field)) {
            let cell = match entry.ask(host) {
                Asked::Value(value) => Cell::Value(value),
                Asked::Empty => Cell::Empty,
                Asked::NotRead | Asked::Unusable(_) => Cell::NotRead,
            };
            let cell = match entry.kind().list() {
                // The vendor's own list, with what was decided.
                Some(def) => taking(def, vendor.cell(entry.field), &cell, &keys_of(decided, entry.field)),
                None => cell,
            };
            wanted.set(entry.field, cell);
        }
        Some((wanted, send))
    }

    /// Stores a link after fields were written to either side.
    async fn store_link(
        &mut self,
        link: &Link,
        sides: (&Record, &Record),
        written: (&[FieldId], &[(FieldId, Value)], Verdict),
        batch: Batch,
    ) -> Result<()> {
        // Whoever read before may store the link at the same time; it is made from the newer one then.
        for _ in 0..TRIES {
            let Some(mut link) = self.engine.link_between(&self.mapping, &link.host, &link.vendor).await? else {
                break;
            };
            link.baseline = self.make_baseline(&link, sides, written);
            match self.commit(batch.clone().and(put_link(&link)?)).await {
                Err(CommitError::Stale) => {}
                other => return Ok(other?),
            }
        }
        let entries = batch.entries.clone();
        let alone = match written.2 {
            // The next comparison finds out.
            Verdict::Written => self.commit(batch).await,
            // It would not, where the two differ. Whoever looks after the write sees to it that it is asked about.
            Verdict::Settled | Verdict::Compared => Err(CommitError::Stale),
        };
        match alone {
            Err(CommitError::Stale) => self.entries.extend(entries),
            other => other?,
        }
        Ok(())
    }

    fn make_baseline(
        &mut self,
        link: &Link,
        sides: (&Record, &Record),
        (written, decided, so): (&[FieldId], &[(FieldId, Value)], Verdict),
    ) -> super::link::Baseline {
        let mapping = self.mapping.clone();
        let is_decided = |field, key: &Value| decided.iter().any(|(of, decided)| *of == field && decided == key);
        let verdict = |place: usize, key: Option<&Value>| match mapping.entries().get(place) {
            Some(entry) if !written.contains(&entry.field) => Verdict::Compared,
            Some(entry) if key.is_none_or(|key| is_decided(entry.field, key)) => so,
            _ => Verdict::Compared,
        };
        baseline::make(&mapping, self.revision, &mut self.prints, &link.host, sides, Some(link), verdict)
    }

    /// Stores a link's baseline when it changed.
    async fn settle_as(&mut self, link: &Link, sides: (&Record, &Record)) -> Result<()> {
        let baseline = self.make_baseline(link, sides, (&[], &[], Verdict::Compared));
        match baseline == link.baseline {
            true => Ok(()),
            false => self.renew(&Link { baseline, ..link.clone() }).await,
        }
    }

    /// Stores a link that remembers something else, unless a newer one is stored already.
    pub(super) async fn renew(&mut self, renewed: &Link) -> Result<()> {
        match self.commit(put_link(renewed)?).await {
            Ok(()) => self.report.settled += 1,
            Err(CommitError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn decided(&self, operation: &Operation, changes: &[Change], fields: &[FieldId], batch: Batch) -> Batch {
        let Some(host) = &operation.host_id else { return batch };
        let decided = |change: &&Change| change.why != Why::Changed && fields.contains(&change.field);
        changes.iter().filter(decided).fold(batch, |batch, change| {
            let (decision, entered) = match &change.source {
                Source::Host => ("host", None),
                Source::Vendor => ("vendor", None),
                Source::Entered(sealed) => ("enter", Some(sealed.clone())),
                Source::Previous(_) => ("undo", None),
            };
            batch.record(self.entry(Event::Decided {
                host: host.clone(),
                field: change.field,
                entry: change.entry,
                decision: decision.into(),
                why: change.why,
                entered,
            }))
        })
    }

    /// Whether the person is set aside, which is told.
    pub(crate) async fn is_set_aside(&mut self, fresh: &Fresh, operation: &Operation) -> Result<bool> {
        let aside = self.still_set_aside(&fresh.link, &fresh.vendor).await?;
        if aside {
            self.found(set_aside_finding(operation), None);
        }
        Ok(aside)
    }

    /// Whether the person is set aside for a reason that still holds. When it no longer does, the next write goes on.
    async fn still_set_aside(&self, link: &Link, vendor: &Reading) -> Result<bool> {
        let key = set_aside_key(&link.host, &link.vendor);
        let Some(row) = self.engine.store.get(&self.engine.id, &key).await? else { return Ok(false) };
        let aside: SetAside = store::decode(&row)?;
        Ok(vendor.hold == Some(aside.hold.as_str()))
    }

    /// Forgets that a person was set aside, when nothing is to be written for them any more.
    pub(crate) async fn no_longer_set_aside(&mut self, links: &[Link]) -> Result<()> {
        for key in let_go(links).deletes {
            if self.engine.store.get(&self.engine.id, &key).await?.is_some() {
                self.commit(Batch::default().delete(key)).await?;
            }
        }
        Ok(())
    }

    async fn set_aside(&mut self, link: &Link, hold: &str) -> Result<()> {
        let row = SetAside { host: link.host.clone(), hold: hold.to_owned(), since: self.engine.clock.now() };
        let key = set_aside_key(&link.host, &link.vendor);
        Ok(self.commit(Batch::default().put(key, None, store::encode(&row)?)).await?)
    }

    /// Writes changes to the host.
    pub(crate) async fn update_host(
        &mut self,
        operation: &Operation,
        changes: &[Change],
        key: KeyId,
    ) -> Result<ItemResult> {
        let Fresh { link, host, vendor } = match self.fresh_or_report(operation).await? {
            Ok(fresh) => fresh,
            Err(result) => return Ok(result),
        };
        let Some(carried) = self.carried(operation, changes).await? else { return Ok(ItemResult::Refused) };
        let mapping = self.mapping.clone();
        let mut writes = Changes::default();
        let (mut fields, mut decided, mut undone) = (Vec::<FieldId>::new(), Vec::new(), Vec::new());
        for change in changes {
            let Some(entry) = mapping.entry(change.field) else { continue };
            let Some(prints) = self.prints.with(key.0) else { return Ok(ItemResult::Drifted) };
            let unit = match subject(prints, &link.host, entry, (&host, &vendor.record), change.entry) {
                Subject::Field => None,
                Subject::Entry(unit) => Some(unit),
                Subject::Gone => continue,
                Subject::Unreadable => {
                    self.found(drifted(operation, Some(change.field)), None);
                    return Ok(ItemResult::Drifted);
                }
            };
            let (of_host, of_vendor) = unit.as_ref().map_or((&host, &vendor.record), |unit| (&unit.host, &unit.vendor));
            let halves = Halves::new(prints, &link.host, entry, of_host, of_vendor);
            let entered = matches!(change.source, Source::Entered(_));
            if halves.asked != change.host || (!entered && halves.shown != change.vendor) {
                if !entered && agree_now(entry, of_host, of_vendor) == Some(true) {
                    continue;
                }
                self.found(drifted(operation, Some(change.field)), None);
                return Ok(ItemResult::Drifted);
            }
            let carried = carried.get(&change.field).map(String::as_str);
            if let Some(cell) = carried.map(|text| brought(entry, change, text)).transpose()? {
                let Some(cell) = cell else { return Ok(ItemResult::Refused) };
                undone.extend(changed_entries(entry, &cell, host.cell(entry.field)));
                writes.push(entry.field, cell.value().map(|value| value.reveal().into_owned()));
                fields.push(entry.field);
                continue;
            }
            if let Err(why) = vendor_wins(&mapping, entry, of_vendor, &Nobody) {
                self.found(about(refusal(&why), operation).on(entry.field), None);
                return Ok(ItemResult::Refused);
            }
            if let Some(unit) = unit {
                decided.push((entry.field, unit.key));
                continue;
            }
            for part in whole_group(&mapping, entry) {
                if !fields.contains(&part.field) {
                    let value = vendor.record.cell(part.field).value().and_then(|value| part.read(value).ok());
                    writes.push(part.field, value.map(|value| value.reveal().into_owned()));
                    fields.push(part.field);
                }
            }
        }
        for entry in mapping.entries() {
            let keys = keys_of(&decided, entry.field);
            let (Some(def), false) = (entry.kind().list(), keys.is_empty()) else { continue };
            // The host's own list, with what was decided.
            let list = taking(def, host.cell(entry.field), &taken(entry, &vendor.record), &keys);
            writes.push(entry.field, list.value().map(|value| value.reveal().into_owned()));
            fields.push(entry.field);
        }
        decided.extend(undone);
        if let Some(other) = self.carried_over(&link, (&host, &vendor.record), &fields, changes) {
            self.found(drifted(operation, Some(other)), None);
            return Ok(ItemResult::Drifted);
        }
        if fields.is_empty() {
            self.settle_as(&link, (&host, &vendor.record)).await?;
            return Ok(ItemResult::AlreadyDone);
        }
        let written = writes.iter().map(|(field, text)| {
            (field, text.map_or(Cell::Empty, |text| Cell::from_text(text, |text| field.kind().parse(text))))
        });
        if let Some(day) = out_of_order(&mapping, (Side::Host, &host), written).pop() {
            self.found(drifted(operation, Some(day)), None);
            return Ok(ItemResult::Drifted);
        }
        self.write_host(operation, changes, (link, host, vendor), writes, (fields, decided)).await
    }

    async fn write_host(
        &mut self,
        operation: &Operation,
        changes: &[Change],
        (link, host, vendor): (Link, Record, Reading),
        writes: Changes,
        (fields, decided): (Vec<FieldId>, Vec<(FieldId, Value)>),
    ) -> Result<ItemResult> {
        const STEP: &str = "host.update";
        let intent = self.intent(operation, (STEP, StepNature::Converge), Evidence::default(), fields.clone());
        let mut employee = Employee::from_record(&host);
        writes.apply_to(&mut employee);
        let after = employee.to_record();
        let replaced = self.replaced(&link.host, &fields, &host, &after)?;
        let intended = self.intended(operation, STEP, fields.clone(), replaced);
        let batch =
            Batch::default().put(intent_key(operation), None, store::encode(&intent)?).record(self.entry(intended));
        let batch = Batch { checks: vec![free(operation), unchanged(&link)], ..batch };
        match self.commit(batch).await {
            Ok(()) => {}
            Err(CommitError::Stale) => return Ok(self.locked(operation)),
            Err(error) => return Err(error.into()),
        }
        // The same change may have to be made again some day, and is not the same call then.
        let once = format!("{}-{}", self.run, operation.id.as_str());
        let written = self.engine.host.update(&link.host, &writes, host.version(), &once).await;
        let result = match written {
            Ok(HostWrite::Written) => {
                let Some(held) = self.still_held(operation).await? else {
                    let done = self.outcome(operation, STEP, "done");
                    self.entries.push(done);
                    return Ok(self.taken_over(operation));
                };
                let mut release = Batch::default().delete(intent_key(operation));
                release.checks.push(held);
                let batch = release.delete(approval_key(&operation.id)).record(self.outcome(operation, STEP, "done"));
                let batch = self.decided(operation, changes, &fields, batch);
                // What was taken over is settled as it is now, also where the host makes something else of it, as of an emptied
                // value that it works out from another. What was entered is settled when the vendor has it too.
                let entered = |field: &FieldId| {
                    changes.iter().any(|change| change.field == *field && matches!(change.source, Source::Entered(_)))
                };
                let taken: Vec<FieldId> = fields.iter().copied().filter(|field| !entered(field)).collect();
                self.store_link(&link, (&after, &vendor.record), (&taken, &decided, Verdict::Settled), batch).await?;
                return Ok(ItemResult::Done);
            }
            Ok(HostWrite::Drifted) => {
                self.found(drifted(operation, None), None);
                ItemResult::Drifted
            }
            Ok(HostWrite::Refused(reason)) => {
                let finding =
                    Finding::problem(code::HOST_REFUSED, "the host refused the change", Fixer::HostAdministrator);
                self.found(about(finding, operation), Some(&reason));
                ItemResult::Refused
            }
            Err(error) if error.may_have_been_applied() => {
                // Until it can no longer be carried out late, over what is written in between, the person stays locked. Then the
                // next comparison shows whether it has to be repeated.
                self.unknown(operation, STEP, &error).await?;
                return Ok(ItemResult::Unknown);
            }
            Err(error) => {
                self.found(about(Finding::from_error(&error), operation), error.sensitive_detail());
                ItemResult::Refused
            }
        };
        let refused = self.outcome(operation, STEP, "refused");
        self.release(operation, Some(refused)).await?;
        Ok(result)
    }
}

/// Whether changes write back what stood there before. That is no value of the host's: the host keeps its own, and the two are left as
/// they are then.
pub(crate) fn undoes(changes: &[Change]) -> bool {
    changes.iter().any(|change| matches!(change.source, Source::Previous(_)))
}

/// The host's cell for a value that a change carries; `None` when it cannot be taken.
fn brought(entry: &FieldMapping, change: &Change, text: &str) -> Result<Option<Cell>> {
    match change.source {
        Source::Previous(_) => previous_cell(entry, text).map(Some),
        _ => Ok(entered_cell(entry, text).ok()),
    }
}

enum Due {
    /// The field, or this entry of it.
    Write(Option<Box<Unit>>),
    Already,
    Drifted,
}

/// The fields that are taken over together with `entry`.
fn whole_group<'m>(mapping: &'m crate::mapping::Mapping, entry: &'m FieldMapping) -> Vec<&'m FieldMapping> {
    match entry.group {
        Some(group) if group.read_whole => mapping.group(group).collect(),
        _ => vec![entry],
    }
}

fn set_aside_finding(operation: &Operation) -> Finding {
    let message =
        "set aside: the payroll system refuses updates of this person until the reason reported before is removed";
    about(Finding::problem(code::SET_ASIDE, message, Fixer::PayrollClerk), operation)
}
