//! Applying: what all runs that write have in common.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::create::Created;
use super::engine::Engine;
use super::fingerprint::Fingerprint;
use super::link::{Link, LinkKind, LinkState, vendor_link_key};
use super::linking::apart_key;
use super::owners::Owners;
use super::plan::{Action, Change, Left, Operation, Plan, Settlement, Source};
use super::progress::Progress;
use super::quarantine::Way;
use super::report::{Item, ItemResult, Report};
use super::review::Prints;
use super::update::undoes;
use crate::connection::{Actor, ConnectionState};
use crate::connector::{Evidence, Memory, Step, StepDone, StepNature, Steps};
use crate::error::{Error, ErrorKind, Fixer, Outcome, Result};
use crate::finding::{Finding, code};
use crate::journal::{Event, NewEntry};
use crate::keys::{Key, KeyId, Sealed};
use crate::mapping::Mapping;
use crate::matching::LinkedBy;
use crate::model::{FieldId, HostId, OperationId, Record, RunId, Side, VendorId};
use crate::store::{self, Batch, Check, CommitError, RowKey, RowKind};

/// How many settlements go into one commit.
const SETTLEMENTS_PER_COMMIT: usize = 100;

/// How many failures of the way to the vendor in a row end a run.
pub(crate) const FAILURES_IN_A_ROW: u32 = 3;

/// A write under way, as it is stored. The row is the person's lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) operation: OperationId,
    /// Who holds the person. Two runs that do the same have the same operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<RunId>,
    pub(crate) action: String,
    pub(crate) step: String,
    pub(crate) nature: StepNature,
    pub(crate) host: Option<HostId>,
    pub(crate) vendor: Option<VendorId>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) sent_at: OffsetDateTime,
    pub(crate) evidence: Evidence,
    /// The fields sent so far, those of the step included.
    #[serde(default)]
    pub(crate) fields: Vec<FieldId>,
    /// The vendor confirmed it: only the new record's id is missing, or further steps follow.
    #[serde(default)]
    pub(crate) confirmed: bool,
    /// The vendor confirmed an earlier step.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) later_step: bool,
    /// Of a creation, what stands for the identity number that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<(KeyId, Fingerprint)>,
    /// Of a creation, the records that had the same identity before: none of them came of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) others: Vec<VendorId>,
    /// It puts earlier values back, which are not those of the other side.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) undoes: bool,
    /// When a side could not be read last, to find out what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub(crate) unread_at: Option<OffsetDateTime>,
}

/// A creation under way.
pub(crate) struct Creating<'r> {
    /// What was sent so far.
    pub(crate) sent: &'r Record,
    pub(crate) later_step: bool,
    pub(crate) identity: Option<(KeyId, Fingerprint)>,
    /// The records that had the same identity before.
    pub(crate) others: &'r [VendorId],
}

impl Intent {
    /// Whether the vendor is known to have carried something out.
    pub(crate) fn began(&self) -> bool {
        self.confirmed || self.later_step
    }
}

/// A person set aside, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SetAside {
    /// Whose record it is.
    pub(crate) host: HostId,
    /// Why the vendor refuses updates; while it does, none is tried.
    pub(crate) hold: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) since: OffsetDateTime,
}

/// A run that writes.
pub(crate) struct Run<'e> {
    pub(crate) engine: &'e Engine,
    pub(crate) mapping: Arc<Mapping>,
    pub(crate) revision: u64,
    pub(crate) memory: Memory,
    pub(crate) prints: Prints<'e>,
    pub(crate) run: RunId,
    pub(crate) actor: String,
    pub(crate) report: Report,
    /// Entries that go into the journal with the next commit.
    pub(crate) entries: Vec<NewEntry>,
    /// Keys of people by name, as far as they were needed.
    person_keys: HashMap<String, Key>,
    /// What was found so far; nothing is told twice.
    told: HashSet<Finding>,
    /// Who was created and linked, by operation.
    pub(crate) made: HashMap<OperationId, (HostId, VendorId)>,
    /// Who was, or may have been, created in the host.
    pub(crate) made_in_host: Vec<Record>,
    /// Who has the values that must be unique in the vendor, once its list was read.
    pub(crate) owners: Option<Owners>,
    /// Steps for which the right was found missing, with what was found then.
    denied: HashMap<&'static str, Finding>,
    /// The code of what made the run stop.
    stopped: Option<String>,
    /// The code with which the last write was refused.
    pub(crate) refusal: Option<String>,
    pub(crate) way: Way,
    /// How many people are linked, once that was counted.
    pub(crate) linked_people: Option<usize>,
}

/// What came of sending a step.
pub(crate) enum Sent {
    Done(StepDone),
    Refused(Error),
    Unknown(Error),
    /// Another write of the person is under way.
    Locked,
    /// The right to do this was found missing earlier in the run.
    Denied,
}

impl Engine {
    /// Carries a plan out: stores links and baselines, then writes both sides, one operation after the other. What cannot be
    /// written is in the report; the rest goes on. Who is to be linked is looked at once more, on both sides: who was recognised by the
    /// identity number in one list of the vendor, everybody else by reading them.
    ///
    /// # Errors
    /// The plan is not one of this connection or was altered, or the store failed. What was written until then is recorded.
    pub async fn apply(&self, actor: &Actor, plan: &Plan) -> Result<Report> {
        let mut run = self.start(actor.id()).await?;
        plan.verify(&self.id, &run.mapping, &*self.keys)?;
        run.recover().await?;
        // Who was left out of the plan, and why, belongs into the report that people get.
        plan.findings.iter().for_each(|finding| run.found(finding.clone(), None));
        run.report.undecided.clone_from(&plan.undecided);
        if let Some(undone) = &plan.undoes {
            let undoing = run.entry(Event::Undoing { undone: undone.clone() });
            run.entries.push(undoing);
        }
        run.settle(&plan.settlements, plan.key()).await?;
        run.operations(plan).await?;
        if !run.stopped() {
            self.advance(actor.id(), ConnectionState::Active).await?;
        }
        let mut report = run.finish().await?;
        self.announce(&mut report).await;
        Ok(report)
    }

    pub(crate) async fn start(&self, actor: &str) -> Result<Run<'_>> {
        let (_, connection) = self.connected().await?;
        let mapping = self.connector.mapping(&connection.memory);
        self.keep_layout(&connection, &mapping).await?;
        let id = self.new_run()?;
        Ok(Run {
            engine: self,
            revision: mapping.revision(),
            mapping,
            memory: connection.memory,
            prints: Prints::new(&*self.keys, &self.id),
            report: Report::new(id.clone(), actor.to_owned(), self.clock.now()),
            run: id,
            actor: actor.to_owned(),
            entries: Vec::new(),
            person_keys: HashMap::new(),
            told: HashSet::new(),
            made: HashMap::new(),
            made_in_host: Vec::new(),
            owners: None,
            denied: HashMap::new(),
            stopped: None,
            refusal: None,
            way: Way::default(),
            linked_people: None,
        })
    }
}

impl Run<'_> {
    /// Finds out what became of earlier writes, and reports it.
    pub(crate) async fn recover(&mut self) -> Result<()> {
        let recovered = self.engine.recover(&self.run, &self.actor).await?;
        self.report.calls = recovered.calls;
        self.report.review_list.extend(recovered.review_list);
        recovered.findings.into_iter().for_each(|finding| self.found(finding, None));
        // It may have taught something about the company.
        let (_, connection) = self.engine.connected().await?;
        self.mapping = self.engine.connector.mapping(&connection.memory);
        self.memory = connection.memory;
        Ok(())
    }

    /// Stores links and baselines.
    async fn settle(&mut self, settlements: &[Settlement], key: KeyId) -> Result<()> {
        let listed = self.list_before_linking(settlements).await?;
        // What hangs on another link is stored after it, one by one.
        let hangs = |settlement: &&Settlement| {
            settlement.new_link.is_some() && (settlement.kind == LinkKind::Further || settlement.in_place_of.is_some())
        };
        let (hanging, plain): (Vec<&Settlement>, Vec<&Settlement>) = settlements.iter().partition(hangs);
        for chunk in plain.chunks(SETTLEMENTS_PER_COMMIT) {
            let mut batch = Batch::default();
            let chunk = self.as_seen(chunk, key, &listed).await?;
            for settlement in &chunk {
                batch = batch.and(self.settlement(settlement)?);
            }
            match self.engine.store.commit(&self.engine.id, batch).await {
                Ok(()) => chunk.iter().for_each(|settlement| self.settled(settlement)),
                Err(CommitError::Stale) => {
                    for settlement in chunk {
                        self.settle_one(settlement).await?;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        for settlement in hanging {
            for settlement in self.as_seen(&[settlement], key, &listed).await? {
                self.settle_one(settlement).await?;
            }
        }
        Ok(())
    }

    /// The vendor's list, where it tells whether somebody is still who they were when they were recognised. Without it they are read.
    async fn list_before_linking(&mut self, settlements: &[Settlement]) -> Result<HashMap<VendorId, Record>> {
        if !settlements.iter().any(Settlement::is_told_by_list) {
            return Ok(HashMap::new());
        }
        match self.vendor_list().await {
            Ok(roster) => Ok(roster.records.into_iter().map(|record| (VendorId::new(record.id()), record)).collect()),
            Err(error) => {
                self.count_failure(&error);
                self.found(Finding::from_error(&error), error.sensitive_detail());
                Ok(HashMap::new())
            }
        }
    }

    /// The settlements without those that would link people of whom one is not who they were any more.
    async fn as_seen<'s>(
        &mut self,
        settlements: &[&'s Settlement],
        key: KeyId,
        listed: &HashMap<VendorId, Record>,
    ) -> Result<Vec<&'s Settlement>> {
        let mut same = Vec::with_capacity(settlements.len());
        for settlement in settlements {
            let seen = settlement.new_link.is_none() || self.is_as_seen(settlement, key, listed).await?;
            same.extend(seen.then_some(*settlement));
        }
        Ok(same)
    }

    /// Whether two people who are to be linked still are who they were: what tells that on either side may have been corrected since.
    async fn is_as_seen(
        &mut self,
        settlement: &Settlement,
        key: KeyId,
        listed: &HashMap<VendorId, Record>,
    ) -> Result<bool> {
        let (host, vendor) = (&settlement.host_id, &settlement.vendor_id);
        let about = |finding: Finding| finding.of_host(host).of_vendor(vendor);
        if self.stopped() {
            self.found(about(not_attempted()), None);
            return Ok(false);
        }
        let (Some(seen), Some(prints)) = (&settlement.seen, self.prints.with(key.0).cloned()) else {
            self.found(drifted_link(settlement), None);
            return Ok(false);
        };
        let there = match self.engine.host.fetch(host).await {
            Ok(person) => person.is_some_and(|person| seen.is_still(&prints, Side::Host, &person.to_record())),
            Err(error) => {
                self.found(about(Finding::from_error(&error)), error.sensitive_detail());
                return Ok(false);
            }
        };
        let in_list = || listed.get(vendor).is_some_and(|listed| seen.is_told_by_list(&prints, listed));
        if there && settlement.is_told_by_list() && in_list() {
            return Ok(true);
        }
        let same = there && {
            self.report.calls.reads += self.engine.connector.info().calls_per_reading;
            match self.engine.connector.read(vendor, self.engine.as_of()).await {
                Ok(reading) => {
                    self.way.answered();
                    seen.is_still(&prints, Side::Vendor, &reading.record)
                }
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                Err(error) => {
                    self.count_failure(&error);
                    self.found(about(Finding::from_error(&error)), error.sensitive_detail());
                    return Ok(false);
                }
            }
        };
        if !same {
            self.found(drifted_link(settlement), None);
        }
        Ok(same)
    }

    async fn settle_one(&mut self, settlement: &Settlement) -> Result<()> {
        let batch = match (&settlement.in_place_of, settlement.new_link, settlement.kind) {
            (Some(old), ..) => self.moving(&settlement.link(), old).await?,
            (None, Some(_), LinkKind::Further) => self.hanging(settlement).await?,
            _ => Some(self.settlement(settlement)?),
        };
        let committed = match batch {
            Some(batch) => self.engine.store.commit(&self.engine.id, batch).await,
            None => Err(CommitError::Stale),
        };
        match committed {
            Ok(()) => self.settled(settlement),
            Err(CommitError::Stale) => self.found(drifted_link(settlement), None),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// The batch of a link to a further record; `None` when the person is not linked to a first one any more.
    async fn hanging(&self, settlement: &Settlement) -> Result<Option<Batch>> {
        let first = self.engine.link(&settlement.host_id).await?;
        let Some(first) = first.filter(|link| link.state == LinkState::Linked) else { return Ok(None) };
        let mut batch = self.settlement(settlement)?;
        batch.checks.push(unchanged(&first));
        Ok(Some(batch))
    }

    fn settled(&mut self, settlement: &Settlement) {
        match settlement.new_link {
            Some(_) => self.report.linked += 1,
            None => self.report.settled += 1,
        }
    }

    fn settlement(&self, settlement: &Settlement) -> Result<Batch> {
        let link = settlement.link();
        let mut batch = match settlement.new_link {
            Some(by) => {
                let mut batch = self.new_link(&link, by)?;
                // Whom somebody is creating in the host just now, they link; until then the person is not free to be written.
                let creating = RowKey::new(RowKind::Intent, format!("vendor/{}", link.vendor.as_str()));
                batch.checks.push((creating, Check::Absent));
                // Somebody may have said since the plan was made that these are two people.
                batch.checks.push((apart_key(&link.host, &link.vendor), Check::Absent));
                batch
            }
            None => put_link(&link)?,
        };
        for Left { field, entry, why } in &settlement.left {
            batch = batch.record(self.entry(Event::Decided {
                host: settlement.host_id.clone(),
                field: *field,
                entry: *entry,
                decision: "leave".into(),
                why: *why,
                entered: None,
            }));
        }
        Ok(batch)
    }

    /// The batch that makes a link; it fails when either of the two has one already.
    pub(crate) fn new_link(&self, link: &Link, by: LinkedBy) -> Result<Batch> {
        let back = store::encode(VendorLink { host: link.host.clone() })?;
        Ok(Batch::default()
            .put(link.key(), Some(Check::Absent), link.to_body()?)
            .put(vendor_link_key(&link.vendor), Some(Check::Absent), back)
            .record(self.entry(Event::Linked {
                host: link.host.clone(),
                vendor: link.vendor.clone(),
                by: if link.kind == LinkKind::Further { "further_record".to_owned() } else { by.to_string() },
            })))
    }

    pub(crate) async fn operations(&mut self, plan: &Plan) -> Result<()> {
        let of = plan.operations.len();
        let creates = plan.operations.iter().any(|operation| matches!(operation.action, Action::CreateInVendor { .. }));
        let before = if creates { self.list_before_creating().await? } else { None };
        let takes_up = plan.operations.iter().any(|operation| matches!(operation.action, Action::CreateInHost { .. }));
        let people = if takes_up { self.people_before_creating().await? } else { None };
        let lists = (before.as_ref(), people.as_ref());
        let mut created = Vec::new();
        // People whose update in the host was planned and did not succeed; it comes before the one in the vendor.
        let mut host_failed = HashSet::new();
        let withheld = self.entered_and_held(&plan.operations).await?;
        for (place, operation) in plan.operations.iter().enumerate() {
            let result = if self.stopped() {
                self.found(about(not_attempted(), operation), None);
                self.item(operation, ItemResult::NotAttempted)
            } else if enters(&operation.action) && host_failed.contains(&operation.host_id) {
                self.found(not_entered(operation), None);
                self.item(operation, ItemResult::NotAttempted)
            } else {
                let free = self.approved(operation).await?;
                match free.and_then(|operation| without_entered(operation, &withheld)) {
                    None => self.item(operation, ItemResult::Held),
                    Some(free) => {
                        let result = self.operation(&free, plan.key(), lists, &mut created).await?;
                        self.item(&free, result)
                    }
                }
            };
            self.count_write(operation, result).await?;
            if matches!(result, ItemResult::AlreadyDone | ItemResult::Drifted) {
                self.no_longer_approved(operation).await?;
            }
            let host = matches!(operation.action, Action::UpdateHost { .. });
            if host && !matches!(result, ItemResult::Done | ItemResult::AlreadyDone) {
                host_failed.insert(&operation.host_id);
            }
            let (operation, done) = (operation.id.clone(), place + 1);
            self.engine.tell(&Progress::Applied { done, of, operation, result });
        }
        self.link_created(created).await
    }

    /// Of what somebody entered, which goes to both sides or to none, the fields that are held on one of them.
    async fn entered_and_held(&mut self, operations: &[Operation]) -> Result<HashSet<(Option<HostId>, FieldId)>> {
        let mut withheld = HashSet::new();
        for operation in operations.iter().filter(|operation| enters(&operation.action)) {
            let free = self.approved(operation).await?;
            let free = |change: &Change| {
                free.iter().flat_map(|free| free.action.changes()).any(|other| other.field == change.field)
            };
            let held = operation.action.changes().iter().filter(|change| is_entered(change) && !free(change));
            withheld.extend(held.map(|change| (operation.host_id.clone(), change.field)));
        }
        Ok(withheld)
    }

    async fn operation(
        &mut self,
        operation: &Operation,
        key: KeyId,
        (before, people): (Option<&Vec<Record>>, Option<&Vec<Record>>),
        created: &mut Vec<Created>,
    ) -> Result<ItemResult> {
        match &operation.action {
            Action::UpdateVendor { changes } => self.update_vendor(operation, changes, key, None).await,
            Action::UpdateHost { changes } => self.update_host(operation, changes, key).await,
            Action::CreateInHost { source } => self.create_in_host(operation, *source, key, people).await,
            Action::CreateInVendor { source } => self.create_in_vendor(operation, *source, key, before, created).await,
        }
    }

    /// Whether the vendor cannot be used, so that nothing more is to be tried.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Keeps what came of an operation.
    pub(crate) fn item(&mut self, operation: &Operation, result: ItemResult) -> ItemResult {
        let (host_id, vendor_id) = match self.made.get(&operation.id) {
            Some((host, vendor)) => (Some(host.clone()), Some(vendor.clone())),
            None => (operation.host_id.clone(), operation.vendor_id.clone()),
        };
        self.report.items.push(Item {
            operation: operation.id.clone(),
            action: operation.action.name(),
            host_id,
            vendor_id,
            fields: operation.action.changes().iter().map(|change| change.field).collect(),
            result,
        });
        result
    }

    /// Sends a step: the intent is committed before, the outcome is the caller's to commit. An unknown outcome leaves the
    /// intent in place. `sent_before` are the fields of earlier steps, `checks` say what must hold for the person to be written,
    /// and `replaced` is what undoing will need.
    pub(crate) async fn send(
        &mut self,
        operation: &Operation,
        step: &Step,
        creating: Option<&Creating<'_>>,
        checks: Vec<(RowKey, Check)>,
        replaced: Option<Sealed>,
    ) -> Result<Sent> {
        if self.denied.contains_key(step.name) {
            return Ok(Sent::Denied);
        }
        let key = intent_key(operation);
        let before = creating.into_iter().flat_map(|person| person.sent.cells().map(|(field, _)| field));
        let fields = before.chain(step.fields.iter().copied()).collect();
        let mut intent = self.intent(operation, (step.name, step.nature), step.evidence.clone(), fields);
        if let Some(person) = creating {
            intent.later_step = person.later_step;
            intent.identity = person.identity;
            intent.others = person.others.to_vec();
        }
        let event = self.intended(operation, step.name, step.fields.clone(), replaced);
        let batch = Batch { checks, ..Batch::default() };
        let batch = batch.put(key, None, store::encode(&intent)?).record(self.entry(event));
        match self.commit(batch).await {
            Ok(()) => {}
            Err(CommitError::Stale) => return Ok(Sent::Locked),
            Err(error) => return Err(error.into()),
        }
        let sent = self.engine.connector.run(step, &self.memory).await;
        let left = sent.as_ref().err().is_none_or(|error| error.outcome() != Outcome::NotSent);
        self.report.calls.writes += u32::from(left);
        match sent {
            Ok(done) => {
                self.way.answered();
                Ok(Sent::Done(done))
            }
            Err(error) => {
                self.count_failure(&error);
                if error.kind() == ErrorKind::PermissionDenied {
                    self.denied.insert(step.name, Finding::from_error(&error));
                }
                Ok(if error.outcome() == Outcome::Unknown { Sent::Unknown(error) } else { Sent::Refused(error) })
            }
        }
    }

    pub(crate) fn intent(
        &self,
        operation: &Operation,
        (step, nature): (&str, StepNature),
        evidence: Evidence,
        fields: Vec<FieldId>,
    ) -> Intent {
        Intent {
            operation: operation.id.clone(),
            run: Some(self.run.clone()),
            action: operation.action.name().to_owned(),
            step: step.to_owned(),
            nature,
            host: operation.host_id.clone(),
            vendor: operation.vendor_id.clone(),
            sent_at: self.engine.clock.now(),
            evidence,
            fields,
            confirmed: false,
            later_step: false,
            identity: None,
            others: Vec::new(),
            undoes: undoes(operation.action.changes()),
            unread_at: None,
        }
    }

    pub(crate) fn intended(
        &self,
        operation: &Operation,
        step: &str,
        fields: Vec<FieldId>,
        replaced: Option<Sealed>,
    ) -> Event {
        Event::Intended {
            operation: operation.id.clone(),
            host: operation.host_id.clone(),
            vendor: operation.vendor_id.clone(),
            step: step.to_owned(),
            fields,
            replaced,
        }
    }

    pub(crate) fn outcome(&self, operation: &Operation, step: &str, result: &str) -> NewEntry {
        self.entry(Event::Outcome {
            operation: operation.id.clone(),
            host: operation.host_id.clone(),
            vendor: operation.vendor_id.clone(),
            step: step.to_owned(),
            result: result.to_owned(),
        })
    }

    /// Commits a batch and whatever waits for the journal, which goes on waiting when the commit is refused.
    pub(crate) async fn commit(&mut self, batch: Batch) -> Result<(), CommitError> {
        let waiting = Batch { entries: self.entries.clone(), ..Batch::default() };
        let mut batch = waiting.and(batch);
        self.engine.seal_for_people(&mut batch, &mut self.person_keys).await?;
        self.engine.store.commit(&self.engine.id, batch).await?;
        self.entries.clear();
        Ok(())
    }

    /// Records that a step was refused, and gives the person free.
    pub(crate) async fn refused(&mut self, operation: &Operation, step: &str, error: &Error) -> Result<()> {
        let finding = about(Finding::from_error(error), operation).with_param("step", step);
        self.found(finding, error.sensitive_detail());
        self.refusal = Some(error.code().to_owned());
        let refused = self.outcome(operation, step, "refused");
        self.release(operation, Some(refused)).await
    }

    /// Gives the person of an operation free, unless somebody else looks after the write by now.
    pub(crate) async fn release(&mut self, operation: &Operation, entry: Option<NewEntry>) -> Result<()> {
        let mut batch = Batch { entries: entry.into_iter().collect(), ..Batch::default() };
        let entries = batch.entries.clone();
        if let Some(held) = self.still_held(operation).await? {
            batch.checks.push(held);
            batch = batch.delete(intent_key(operation));
        }
        match self.commit(batch).await {
            Err(CommitError::Stale) => self.entries.extend(entries),
            other => other?,
        }
        Ok(())
    }

    /// Records that nobody knows whether a step was carried out. The intent stays.
    pub(crate) async fn unknown(&mut self, operation: &Operation, step: &str, error: &Error) -> Result<()> {
        let after = self.engine.connector.info().settle_after;
        let message = format!(
            "{}; it is not known whether the write was carried out, and is found out after {} minutes",
            error.message(),
            after.as_secs().div_ceil(60)
        );
        let finding = Finding::problem(code::WRITE_UNKNOWN, message, Fixer::Nobody).with_param("step", step);
        self.found(about(finding, operation), error.sensitive_detail());
        self.refusal = Some(error.code().to_owned());
        let batch = Batch::default().record(self.outcome(operation, step, "unknown"));
        Ok(self.commit(batch).await?)
    }

    /// Says that another write of the person is under way.
    pub(crate) fn locked(&mut self, operation: &Operation) -> ItemResult {
        let message = "another write for this person is under way, was just made or has an unknown outcome; nothing more is sent for now";
        self.found(about(Finding::notice(code::WRITE_PENDING, message), operation), None);
        ItemResult::NotAttempted
    }

    /// Tells what of a write cannot be sent, and what else there is to say about it.
    pub(crate) fn tell_of(&mut self, steps: &Steps, operation: &Operation) {
        for finding in &steps.findings {
            self.found(about(finding.clone(), operation), None);
        }
        for part in &steps.left_out {
            let mut finding = about(Finding::from_error(&part.error), operation);
            finding.field = part.fields.first().copied();
            self.found(finding, part.error.sensitive_detail());
        }
    }

    /// Says that a right is missing, which was reported with the first person it was missing for.
    pub(crate) fn denied(&mut self, operation: &Operation, step: &'static str) -> ItemResult {
        let Some(first) = self.denied.get(step) else { return ItemResult::NotAttempted };
        let message = format!("not attempted, because the right to it is missing: {}", first.message);
        let finding = Finding { code: code::NOT_ATTEMPTED.into(), message: message.into(), ..first.clone() };
        self.found(about(finding, operation).with_param("step", step), None);
        ItemResult::NotAttempted
    }

    /// Keeps a finding for report and journal; the vendor's own words are sealed.
    pub(crate) fn found(&mut self, finding: Finding, words: Option<&str>) {
        if !self.told.insert(finding.clone()) {
            return;
        }
        let person = finding.host_id.as_ref().map(HostId::as_str).or(finding.vendor_id.as_ref().map(VendorId::as_str));
        let about = person.unwrap_or("nobody").to_owned();
        // Without randomness the words are not kept; the finding is.
        let words = words.and_then(|words| Sealed::new(&*self.engine.keys, &*self.engine.entropy, &about, words).ok());
        let entry = self.entry(Event::Found { finding: finding.clone(), words });
        self.entries.push(entry);
        self.report.findings.push(finding);
    }

    pub(crate) fn entry(&self, event: Event) -> NewEntry {
        self.engine.entry(&self.run, &self.actor, event)
    }

    /// Counts a failure of the way to the vendor; a run does not knock for ever on a closed door.
    pub(crate) fn count_failure(&mut self, error: &Error) {
        if self.way.failed(error) {
            self.stopped = Some(error.code().to_owned());
        }
    }

    /// Takes over what a step taught about the company.
    pub(crate) async fn learn(&mut self, done: &StepDone, operation: &Operation) -> Result<()> {
        self.report.calls.reads += done.reads;
        for finding in &done.findings {
            self.found(about(finding.clone(), operation), None);
        }
        if let Some(memory) = &done.memory {
            self.engine.remember(memory.clone()).await?;
            self.memory = memory.clone();
            self.mapping = self.engine.connector.mapping(memory);
        }
        Ok(())
    }

    pub(crate) async fn finish(mut self) -> Result<Report> {
        if self.stopped() || self.report.calls.total() > 0 {
            let counted = self.engine.count_run(&self.actor, self.stopped.as_deref()).await?;
            counted.into_iter().for_each(|finding| self.found(finding, None));
        }
        if !self.entries.is_empty() {
            self.commit(Batch::default()).await?;
        }
        self.report.ended_at = self.engine.clock.now();
        Ok(self.report)
    }
}

/// The way back from a record of the vendor, as it is stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct VendorLink {
    pub(crate) host: HostId,
}

/// The batch that renews a link.
pub(crate) fn put_link(link: &Link) -> Result<Batch> {
    Ok(Batch::default().put(link.key(), Some(Check::At(link.row_version)), link.to_body()?))
}

/// That no write of the person is under way.
pub(crate) fn free(operation: &Operation) -> (RowKey, Check) {
    (intent_key(operation), Check::Absent)
}

/// That nothing was written for the person since the link was read. What was read then would be written over it.
pub(crate) fn unchanged(link: &Link) -> (RowKey, Check) {
    (link.key(), Check::At(link.row_version))
}

/// The row that locks the person of an operation.
pub(crate) fn intent_key(operation: &Operation) -> RowKey {
    let id = match (&operation.host_id, &operation.vendor_id) {
        (Some(host), _) => format!("host/{}", host.as_str()),
        (None, Some(vendor)) => format!("vendor/{}", vendor.as_str()),
        (None, None) => format!("operation/{}", operation.id),
    };
    RowKey::new(RowKind::Intent, id)
}

/// A finding about the person of an operation.
pub(crate) fn about(mut finding: Finding, operation: &Operation) -> Finding {
    finding.host_id.clone_from(&operation.host_id);
    if finding.vendor_id.is_none() {
        finding.vendor_id.clone_from(&operation.vendor_id);
    }
    finding
}

/// Whether an action writes a value that a person entered, which goes to both sides or to none.
fn enters(action: &Action) -> bool {
    action.changes().iter().any(is_entered)
}

fn is_entered(change: &Change) -> bool {
    matches!(change.source, Source::Entered(_))
}

/// The operation without what was entered and is held on one of the sides; `None` when nothing is left of it.
fn without_entered(operation: Operation, withheld: &HashSet<(Option<HostId>, FieldId)>) -> Option<Operation> {
    let held = |change: &Change| is_entered(change) && withheld.contains(&(operation.host_id.clone(), change.field));
    if !operation.action.changes().iter().any(held) {
        return Some(operation);
    }
    let free: Vec<Change> = operation.action.changes().iter().filter(|change| !held(change)).cloned().collect();
    let action = match &operation.action {
        _ if free.is_empty() => return None,
        Action::UpdateHost { .. } => Action::UpdateHost { changes: free },
        Action::UpdateVendor { .. } => Action::UpdateVendor { changes: free },
        creation @ (Action::CreateInHost { .. } | Action::CreateInVendor { .. }) => creation.clone(),
    };
    Some(Operation { action, ..operation })
}

fn not_entered(operation: &Operation) -> Finding {
    let message = "not attempted, because the value that was entered could not be written to the host";
    about(Finding::problem(code::NOT_ATTEMPTED, message, Fixer::HostAdministrator), operation)
}

/// Two people are not linked, or their baseline is not renewed, because something is not as it was.
fn drifted_link(settlement: &Settlement) -> Finding {
    let message =
        "the link, or who one of the two is, changed since the plan was made; the next review takes it up again";
    Finding::notice(code::DRIFTED, message).of_host(&settlement.host_id).of_vendor(&settlement.vendor_id)
}

pub(crate) fn not_attempted() -> Finding {
    let message = "not attempted, because the payroll system could not be used; start again later";
    Finding::problem(code::NOT_ATTEMPTED, message, Fixer::Nobody)
}

pub(crate) fn drifted(operation: &Operation, field: Option<FieldId>) -> Finding {
    let message = "changed since the plan was made, so nothing is written; make a new review";
    let mut finding = about(Finding::problem(code::DRIFTED, message, Fixer::HostAdministrator), operation);
    finding.field = field;
    finding
}
