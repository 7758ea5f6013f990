//! Creating people on either side.

use super::apply::{Creating, Intent, Run, Sent, about, drifted, free, intent_key};
use super::approve::approval_key;
use super::baseline::{self, Verdict};
use super::findings::{is_unique_key, refusal, unusable_id};
use super::fingerprint::{Fingerprint, Fingerprinter, push_value};
use super::link::{Link, LinkState, vendor_link_key};
use super::linking::{apart_key, forgotten_key};
use super::plan::{Operation, creation_print};
use super::report::{ItemResult, ReviewItem};
use super::resolution::{WhyNot, shared};
use crate::connector::{Evidence, Step, StepNature, Write};
use crate::error::{Error, ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::keys::KeyId;
use crate::mapping::{Asked, Direction, FieldMapping, Mapping, Update};
use crate::matching::{IDENTITY_KEYS, LinkedBy, SHARED_BY_FEW, are_two_people, speaks_against, tells};
use crate::model::{Cell, Employee, FieldId, HostId, Record, Side, Value, VendorId, field};
use crate::store::{self, Batch, Check, CommitError, RowKey, RowKind};

/// A person created in the vendor whose id there is not known yet.
#[derive(Debug)]
pub(crate) struct Created {
    operation: Operation,
    host: Record,
    wanted: Record,
    step: &'static str,
    /// Who had the same identity before and is somebody else.
    others: Vec<VendorId>,
}

impl Run<'_> {
    /// The vendor's list before anything is created, so that nobody is created twice. `None` when it cannot be read.
    pub(crate) async fn list_before_creating(&mut self) -> Result<Option<Vec<Record>>> {
        match self.vendor_list().await {
            Ok(roster) if roster.coverage.is_full() => Ok(Some(roster.records)),
            Ok(_) => {
                self.found(super::findings::incomplete_roster(), None);
                Ok(None)
            }
            Err(error) => {
                self.count_failure(&error);
                self.found(Finding::from_error(&error), error.sensitive_detail());
                Ok(None)
            }
        }
    }

    /// The host's people before anybody is created there, so that nobody is created twice. `None` when they cannot be read.
    pub(crate) async fn people_before_creating(&mut self) -> Result<Option<Vec<Record>>> {
        match self.engine.host_roster().await {
            Ok((roster, _)) if roster.coverage.is_full() => Ok(Some(roster.records)),
            Ok(_) => {
                self.found(super::findings::incomplete_roster(), None);
                Ok(None)
            }
            Err(error) => {
                self.found(Finding::from_error(&error), error.sensitive_detail());
                Ok(None)
            }
        }
    }

    /// Whether a person of the host is in the vendor already, who was not when the plan was made. `Err` inside is what came of the
    /// operation because that cannot be told.
    async fn is_there(
        &mut self,
        operation: &Operation,
        host_id: &HostId,
        before: &[Record],
        (host, wanted): (&Record, &Record),
    ) -> Result<Result<bool, ItemResult>> {
        let mut there = false;
        // What many share is no sign of anybody.
        let same: Vec<&Record> = with_identity(before, wanted).take(SHARED_BY_FEW + 1).collect();
        for record in same.iter().filter(|_| same.len() <= SHARED_BY_FEW) {
            there |= !self.engine.are_apart(host_id, &VendorId::new(record.id())).await?;
        }
        for record in with_any_key(before, wanted) {
            let id = VendorId::new(record.id());
            if there || !self.is_free(host_id, &id, Side::Vendor).await? {
                continue;
            }
            // The list tells of keys, and not who it is.
            self.report.calls.reads += self.engine.connector.info().calls_per_reading;
            there = match self.engine.connector.read(&id, self.engine.as_of()).await {
                // What the vendor works out itself is not sent, and tells as much.
                Ok(reading) => resemble(&reading.record, wanted) || resemble(&reading.record, host),
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                Err(error) => {
                    self.count_failure(&error);
                    self.found(about(Finding::from_error(&error), operation), error.sensitive_detail());
                    return Ok(Err(ItemResult::Refused));
                }
            };
        }
        Ok(Ok(there))
    }

    /// Whether somebody else in the vendor has by now what must be the person's alone, which is told.
    fn shares_with_others(&mut self, operation: &Operation, (host, wanted): (&Record, &Record)) -> bool {
        let others = self.others_in_vendor(None);
        let shares = |entry: &FieldMapping| {
            let asked = wanted.cell(entry.field).value()?;
            Some((entry.field, shared(entry, host.cell(entry.field), asked, &others).err()?))
        };
        let shared: Vec<(FieldId, WhyNot)> = self.mapping.entries().iter().filter_map(shares).collect();
        for (field, why) in &shared {
            self.found(about(refusal(why), operation).on(*field), None);
        }
        !shared.is_empty()
    }

    /// Refuses to create a person who is there already.
    fn already_there(&mut self, operation: &Operation, side: &str) -> ItemResult {
        let message = format!("{side} has this person already; the next review takes it up");
        let finding = Finding::problem("already_exists", message, Fixer::HostAdministrator);
        self.found(about(finding, operation), None);
        ItemResult::Refused
    }

    /// Whether a record that was found on a side may be the person who is to be created there: nobody else's, and not told apart.
    async fn is_free(&self, host: &HostId, vendor: &VendorId, on: Side) -> Result<bool> {
        let linked = match on {
            // Who was erased is not created anew.
            Side::Host => self.engine.link(host).await?.is_some_and(|link| link.state != LinkState::Erased),
            Side::Vendor => self.engine.store.get(&self.engine.id, &vendor_link_key(vendor)).await?.is_some(),
        };
        Ok(!linked && !self.engine.are_apart(host, vendor).await?)
    }

    /// Creates a person of the host in the vendor.
    pub(crate) async fn create_in_vendor(
        &mut self,
        operation: &Operation,
        source: Fingerprint,
        key: KeyId,
        before: Option<&Vec<Record>>,
        created: &mut Vec<Created>,
    ) -> Result<ItemResult> {
        let (Some(host_id), Some(before)) = (&operation.host_id, before) else { return Ok(ItemResult::NotAttempted) };
        let employee = match self.engine.host.fetch(host_id).await {
            Ok(Some(employee)) => employee,
            Ok(None) => {
                self.found(drifted(operation, None), None);
                return Ok(ItemResult::Drifted);
            }
            Err(error) => {
                self.found(about(Finding::from_error(&error), operation), error.sensitive_detail());
                return Ok(ItemResult::Refused);
            }
        };
        let host = employee.to_record();
        let now = self.prints.with(key.0).map(|prints| creation_print(prints, &self.mapping, Side::Host, &host));
        if now != Some(source) || self.engine.link(host_id).await?.is_some() {
            self.found(drifted(operation, None), None);
            return Ok(ItemResult::Drifted);
        }
        let (wanted, sent) = wanted_for_creation(&self.mapping, &host);
        match self.is_there(operation, host_id, before, (&host, &wanted)).await? {
            Ok(false) => {}
            Ok(true) => return Ok(self.already_there(operation, "the payroll system")),
            Err(result) => return Ok(result),
        }
        if self.shares_with_others(operation, (&host, &wanted)) {
            return Ok(ItemResult::Refused);
        }
        let write = Write { current: None, wanted: &wanted, changed: &sent, memory: &self.memory };
        let steps = match self.engine.connector.steps(&write) {
            Ok(steps) => steps,
            Err(error) => {
                self.found(about(Finding::from_error(&error), operation), error.sensitive_detail());
                return Ok(ItemResult::Refused);
            }
        };
        let mut vendor: Option<VendorId> = None;
        let others: Vec<VendorId> = with_identity(before, &wanted).map(|other| VendorId::new(other.id())).collect();
        let nothing = Record::new(wanted.id());
        let mut created_now = Created { operation: operation.clone(), host, wanted: nothing, step: "", others };
        let prints = &self.prints.current;
        let identity = identity_print(prints, &wanted).map(|print| (prints.key, print));
        for step in &steps.steps {
            let checks = if created_now.step.is_empty() {
                vec![free(operation), (RowKey::new(RowKind::Link, host_id.as_str()), Check::Absent)]
            } else {
                // Whoever looks after confirmed creations may have linked the person meanwhile, and be writing.
                match self.still_held(operation).await? {
                    Some(held) => vec![held],
                    None => return Ok(self.taken_over(operation)),
                }
            };
            let later_step = !created_now.step.is_empty();
            let creating = Creating { sent: &created_now.wanted, later_step, identity, others: &created_now.others };
            match self.send(operation, step, Some(&creating), checks, None).await? {
                Sent::Done(done) => {
                    self.learn(&done, operation).await?;
                    vendor = vendor.or(self.usable(done.created));
                    if created_now.step.is_empty() {
                        // Of somebody whose creation is refused nothing is missing there.
                        self.tell_of(&steps, operation);
                    }
                    created_now.step = step.name;
                    self.now_has(vendor.as_ref(), &wanted, &step.fields, true);
                    for field in &step.fields {
                        created_now.wanted.set(*field, wanted.cell(*field).clone());
                    }
                    if !self.confirm(&created_now, step, identity).await? {
                        return Ok(self.taken_over(operation));
                    }
                }
                Sent::Refused(error) if created_now.step.is_empty() => {
                    self.refused(operation, step.name, &error).await?;
                    return Ok(ItemResult::Refused);
                }
                Sent::Refused(error) => {
                    // The person is there and not linked yet, so they stay locked until they are.
                    let finding = about(Finding::from_error(&error), operation).with_param("step", step.name);
                    self.found(finding, error.sensitive_detail());
                    let refused = self.outcome(operation, step.name, "refused");
                    self.entries.push(refused);
                    self.link_or_wait(created_now, vendor, created).await?;
                    return Ok(ItemResult::PartlyDone);
                }
                Sent::Denied => {
                    let denied = self.denied(operation, step.name);
                    if created_now.step.is_empty() {
                        return Ok(denied);
                    }
                    self.link_or_wait(created_now, vendor, created).await?;
                    return Ok(ItemResult::PartlyDone);
                }
                Sent::Unknown(error) => {
                    self.now_has(None, &wanted, &step.fields, false);
                    self.unknown(operation, step.name, &error).await?;
                    return Ok(ItemResult::Unknown);
                }
                Sent::Locked if created_now.step.is_empty() => return Ok(self.locked(operation)),
                Sent::Locked => return Ok(self.taken_over(operation)),
            }
        }
        self.link_or_wait(created_now, vendor, created).await?;
        Ok(if steps.left_out.is_empty() { ItemResult::Done } else { ItemResult::PartlyDone })
    }

    /// The id of a new record in the vendor; `None` when nothing can be kept under it, which is told.
    fn usable(&mut self, created: Option<VendorId>) -> Option<VendorId> {
        let id = created?;
        if id.is_usable() {
            return Some(id);
        }
        self.found(unusable_id(Side::Vendor, id.as_str()), None);
        None
    }

    /// Links a person who was created as far as was sent; the next comparison shows what is lacking. Without an id they wait for
    /// the list that is read when everybody was created.
    async fn link_or_wait(
        &mut self,
        person: Created,
        vendor: Option<VendorId>,
        created: &mut Vec<Created>,
    ) -> Result<()> {
        match vendor {
            Some(vendor) => self.link_one(&person, &vendor).await,
            None => {
                created.push(person);
                Ok(())
            }
        }
    }

    /// Records that the vendor confirmed a creation. The intent stays until the new record is linked. False when somebody else
    /// looked after it meanwhile.
    async fn confirm(
        &mut self,
        created: &Created,
        step: &Step,
        identity: Option<(KeyId, Fingerprint)>,
    ) -> Result<bool> {
        let operation = &created.operation;
        let Some(held) = self.still_held(operation).await? else { return Ok(false) };
        let fields = created.wanted.cells().map(|(field, _)| field).collect();
        let mut intent = self.intent(operation, (step.name, step.nature), step.evidence.clone(), fields);
        intent.confirmed = true;
        intent.identity = identity;
        intent.others.clone_from(&created.others);
        let batch = Batch { checks: vec![held], ..Batch::default() };
        let batch = batch
            .put(intent_key(operation), None, store::encode(&intent)?)
            .record(self.outcome(operation, step.name, "done"));
        match self.commit(batch).await {
            Ok(()) => Ok(true),
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// That this run still holds the person; `None` when it does not.
    pub(crate) async fn still_held(&self, operation: &Operation) -> Result<Option<(RowKey, Check)>> {
        let key = intent_key(operation);
        let Some(row) = self.engine.store.get(&self.engine.id, &key).await? else { return Ok(None) };
        let intent: Intent = store::decode(&row)?;
        Ok((intent.run.as_ref() == Some(&self.run)).then_some((key, Check::At(row.version))))
    }

    /// Says that somebody else looked after a write that was under way. What was not sent yet shows in the next comparison.
    pub(crate) fn taken_over(&mut self, operation: &Operation) -> ItemResult {
        self.locked(operation);
        ItemResult::PartlyDone
    }

    /// Finds the new records of all created people in one list, and links them.
    pub(crate) async fn link_created(&mut self, created: Vec<Created>) -> Result<()> {
        if created.is_empty() {
            return Ok(());
        }
        let records = match self.vendor_list().await {
            Ok(roster) => roster.records,
            Err(error) => {
                self.found(Finding::from_error(&error), error.sensitive_detail());
                Vec::new()
            }
        };
        for person in &created {
            match self.new_record(&records, person).await? {
                Some(vendor) => self.link_one(person, &vendor).await?,
                None => self.not_found_yet(person),
            }
        }
        Ok(())
    }

    /// The one record with the identity of a person who was created that may have come of it.
    async fn new_record(&self, records: &[Record], person: &Created) -> Result<Option<VendorId>> {
        let others = |record: &&Record| !person.others.iter().any(|other| other.as_str() == record.id());
        let mut found = with_identity(records, &person.wanted).filter(others);
        let (Some(one), None) = (found.next(), found.next()) else { return Ok(None) };
        let (Some(host), vendor) = (&person.operation.host_id, VendorId::new(one.id())) else { return Ok(None) };
        let fits = may_have_come_of(&person.wanted, one) && !self.engine.are_apart(host, &vendor).await?;
        Ok(fits.then_some(vendor))
    }

    fn not_found_yet(&mut self, person: &Created) {
        let message = "the person was created and is not in the payroll system's list yet; the link is made later";
        let finding = Finding::problem(code::CREATED_NOT_FOUND, message, Fixer::Nobody);
        self.found(about(finding, &person.operation), None);
    }

    async fn link_one(&mut self, person: &Created, vendor: &VendorId) -> Result<()> {
        let Some(host_id) = person.operation.host_id.clone() else { return Ok(()) };
        let linked = self.link_new_vendor_record(&host_id, vendor, (&person.host, &person.wanted))?;
        let mut batch = linked.delete(intent_key(&person.operation)).delete(approval_key(&person.operation.id));
        // Somebody else's intent is not to be removed; where somebody looked after this one, they linked the person.
        batch.checks.push(self.still_held(&person.operation).await?.unwrap_or_else(|| free(&person.operation)));
        match self.commit(batch).await {
            Ok(()) => {
                self.report.linked += 1;
                self.made.insert(person.operation.id.clone(), (host_id.clone(), vendor.clone()));
                for item in self.report.items.iter_mut().filter(|item| item.operation == person.operation.id) {
                    item.vendor_id = Some(vendor.clone());
                }
                let points = self.engine.connector.info().review_points.to_vec();
                self.report.review_list.push(ReviewItem { host_id, vendor_id: vendor.clone(), points });
                Ok(())
            }
            Err(CommitError::Stale) if self.engine.are_apart(&host_id, vendor).await? => {
                self.not_found_yet(person);
                Ok(())
            }
            Err(CommitError::Stale) => {
                let message = "the created person is linked already";
                let finding = about(Finding::notice(code::WRITE_PENDING, message), &person.operation);
                self.found(finding.with_param("step", person.step), None);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The batch that links a person of the host to the record that was just made of them.
    pub(crate) fn link_new_vendor_record(
        &mut self,
        host_id: &HostId,
        vendor: &VendorId,
        (host, wanted): (&Record, &Record),
    ) -> Result<Batch> {
        let mapping = self.mapping.clone();
        // What the vendor showed before: nothing, in the fields that were sent and in those that the host has nothing in.
        let nothing = |entry: &&FieldMapping| {
            let sent = wanted.cell(entry.field).value().is_some();
            sent || (is_sendable(entry) && *host.cell(entry.field) == Cell::Empty)
        };
        let fields = mapping.entries().iter().filter(nothing);
        let blank = fields.fold(Record::new(vendor.as_str()), |blank, entry| blank.with(entry.field, Cell::Empty));
        let mut link = Link::new(host_id.clone(), vendor.clone());
        let verdict = |place: usize, _: Option<&Value>| match mapping.entries().get(place) {
            Some(entry) if wanted.cell(entry.field).value().is_some() => Verdict::Written,
            _ => Verdict::Compared,
        };
        link.baseline =
            baseline::make(&mapping, self.revision, &mut self.prints, host_id, (host, &blank), None, verdict);
        let mut batch = self.new_link(&link, LinkedBy::Key(natural_key(wanted)))?;
        batch.checks.push((apart_key(host_id, vendor), Check::Absent));
        Ok(batch)
    }

    /// The key under which a person is created in the host: the same until it is known what came of that, which ends in a link.
    /// Who is created again after that link was forgotten is somebody new.
    /// With it goes what must hold for it to be the right one.
    async fn once_for_creation(&self, operation: &Operation, vendor: &VendorId) -> Result<(String, (RowKey, Check))> {
        let (key, id) = (forgotten_key(vendor), operation.id.as_str());
        Ok(match self.engine.store.get(&self.engine.id, &key).await? {
            Some(row) => (format!("{id}-{}", row.version), (key, Check::At(row.version))),
            None => (id.to_owned(), (key, Check::Absent)),
        })
    }

    /// Creates a person of the vendor in the host.
    pub(crate) async fn create_in_host(
        &mut self,
        operation: &Operation,
        source: Fingerprint,
        key: KeyId,
        people: Option<&Vec<Record>>,
    ) -> Result<ItemResult> {
        const STEP: &str = "host.create";
        let Some(vendor_id) = &operation.vendor_id else { return Ok(ItemResult::NotAttempted) };
        self.report.calls.reads += self.engine.connector.info().calls_per_reading;
        let reading = match self.engine.connector.read(vendor_id, self.engine.as_of()).await {
            Ok(reading) => reading,
            Err(error) => {
                self.count_failure(&error);
                self.found(about(Finding::from_error(&error), operation), error.sensitive_detail());
                return Ok(ItemResult::Refused);
            }
        };
        let now =
            self.prints.with(key.0).map(|prints| creation_print(prints, &self.mapping, Side::Vendor, &reading.record));
        if now != Some(source) {
            self.found(drifted(operation, None), None);
            return Ok(ItemResult::Drifted);
        }
        let employee = host_counterpart(&self.mapping, &reading.record);
        let wanted = employee.to_record();
        let Some(people) = people else { return Ok(ItemResult::NotAttempted) };
        let like = with_any_key(people, &wanted).filter(|record| resemble(record, &wanted));
        for record in with_identity(people, &wanted).chain(like) {
            if self.is_free(&HostId::new(record.id()), vendor_id, Side::Host).await? {
                return Ok(self.already_there(operation, "the host"));
            }
        }
        if self.was_made_in_host(&wanted) {
            return Ok(self.already_there(operation, "the host"));
        }
        let (once, still) = self.once_for_creation(operation, vendor_id).await?;
        let intent = self.intent(operation, (STEP, StepNature::Create), Evidence::default(), Vec::new());
        let taken =
            employee.to_record().cells().filter(|(_, cell)| cell.value().is_some()).map(|(field, _)| field).collect();
        let intended = self.intended(operation, STEP, taken, None);
        let batch = Batch::default()
            .put(intent_key(operation), Some(Check::Absent), store::encode(&intent)?)
            .record(self.entry(intended));
        // Somebody else may have created and linked the person since the plan was made.
        let linked = RowKey::new(RowKind::VendorLink, vendor_id.as_str());
        let batch = Batch { checks: [batch.checks, vec![(linked, Check::Absent), still]].concat(), ..batch };
        match self.commit(batch).await {
            Ok(()) => {}
            Err(CommitError::Stale) => return Ok(self.locked(operation)),
            Err(error) => return Err(error.into()),
        }
        let mut host = employee.to_record();
        let created = self.engine.host.create(employee, &once).await;
        let id = match created {
            Ok(id) => id,
            Err(error) => {
                if error.may_have_been_applied() {
                    self.made_in_host.push(host);
                    // It may still be carried out. The same call again would make no second person, but the vendor's record
                    // may change until then, and it would be another call.
                    self.unknown(operation, STEP, &error).await?;
                    return Ok(ItemResult::Unknown);
                }
                self.found(about(host_refusal(&error), operation), error.sensitive_detail());
                let release = Batch::default().delete(intent_key(operation));
                self.commit(release.record(self.outcome(operation, STEP, "refused"))).await?;
                return Ok(ItemResult::Refused);
            }
        };
        if !id.is_usable() {
            // The host has them now, and nothing can be kept of that. Until it gives them another id nobody is created there.
            self.found(unusable_id(Side::Host, id.as_str()).of_vendor(vendor_id), None);
            self.made_in_host.push(host);
            let done = self.outcome(operation, STEP, "done");
            self.release(operation, Some(done)).await?;
            return Ok(ItemResult::PartlyDone);
        }
        host = renamed(&host, &id);
        let mut link = Link::new(id.clone(), vendor_id.clone());
        let (mapping, revision) = (self.mapping.clone(), self.revision);
        let sides = (&host, &reading.record);
        link.baseline =
            baseline::make(&mapping, revision, &mut self.prints, &id, sides, None, |_, _| Verdict::Compared);
        let release = Batch::default()
            .delete(intent_key(operation))
            .delete(approval_key(&operation.id))
            .record(self.outcome(operation, STEP, "done"));
        let batch = self.new_link(&link, LinkedBy::Key(natural_key(&reading.record)))?.and(release.clone());
        match self.commit(batch).await {
            Ok(()) => self.report.linked += 1,
            // Somebody linked one of the two meanwhile: the creation stands, and the next review tells what is to be decided.
            Err(CommitError::Stale) => self.commit(release).await?,
            Err(error) => return Err(error.into()),
        }
        self.made.insert(operation.id.clone(), (id, vendor_id.clone()));
        self.made_in_host.push(host);
        Ok(ItemResult::Done)
    }

    /// Whether this run created somebody in the host already who is, by what must be unique or by a key and more, the same person: the
    /// list of people is from before.
    fn was_made_in_host(&self, wanted: &Record) -> bool {
        let shares = |made: &Record, key: FieldId| tells(key, wanted) && same(made, wanted, key);
        let is_one = |made: &Record, key: FieldId| is_unique_key(&self.mapping, key, wanted) || resemble(made, wanted);
        self.made_in_host.iter().any(|made| IDENTITY_KEYS.into_iter().any(|key| shares(made, key) && is_one(made, key)))
    }
}

/// Whether a field is sent by the host, as opposed to what the vendor works out and what only comes in.
fn is_sendable(entry: &FieldMapping) -> bool {
    entry.update != Update::Derived && entry.direction != Direction::ToHost
}

/// Everything that may be sent when a person is created, in the vendor's value space.
pub(crate) fn wanted_for_creation(mapping: &Mapping, host: &Record) -> (Record, Vec<FieldId>) {
    let (mut wanted, mut sent) = (Record::new(host.id()), Vec::new());
    for entry in mapping.entries() {
        if let (true, Asked::Value(value)) = (is_sendable(entry), entry.ask(host)) {
            wanted.set(entry.field, Cell::Value(value));
            sent.push(entry.field);
        }
    }
    (wanted, sent)
}

/// The host's counterpart of a vendor record: every value that can be taken over.
fn host_counterpart(mapping: &Mapping, vendor: &Record) -> Employee {
    let mut employee = Employee::default();
    for entry in mapping.entries().iter().filter(|entry| entry.direction != Direction::ToVendor) {
        let whole = entry.group.is_none_or(|group| {
            let mut parts = mapping.group(group).map(|part| vendor.cell(part.field));
            // What goes together is not taken over in part because a part cannot be read.
            if group.read_whole {
                parts.all(|cell| cell.value().is_some())
            } else {
                !parts.any(|cell| cell.is_unreadable())
            }
        });
        let value = vendor.cell(entry.field).value().and_then(|value| entry.read(value).ok());
        if let (true, Some(value)) = (whole, value) {
            employee.set(entry.field, &Cell::Value(value));
        }
    }
    employee
}

fn renamed(record: &Record, id: &HostId) -> Record {
    record.cells().fold(Record::new(id.as_str()), |renamed, (field, cell)| renamed.with(field, cell.clone()))
}

/// The strongest identity key that a record has.
fn natural_key(record: &Record) -> FieldId {
    let has = |key: &&FieldId| record.cell(**key).value().is_some() && tells(**key, record);
    IDENTITY_KEYS.iter().find(has).copied().unwrap_or(IDENTITY_KEYS[0])
}

/// What stands for the strongest identity key of a record; `None` when it has none.
pub(crate) fn identity_print(prints: &Fingerprinter, record: &Record) -> Option<Fingerprint> {
    let key = natural_key(record);
    let mut canonical = key.name().as_bytes().to_vec();
    canonical.push(0);
    push_value(key.kind(), record.cell(key).value()?, &mut canonical);
    Some(prints.tag("identity", &canonical))
}

/// The records that have the strongest identity key of `wanted`.
pub(crate) fn with_identity<'r>(records: &'r [Record], wanted: &'r Record) -> impl Iterator<Item = &'r Record> {
    let key = natural_key(wanted);
    let value: Option<&Value> = wanted.cell(key).value().filter(|_| tells(key, wanted));
    let same = move |other: &Value| value.is_some_and(|value| key.kind().same(other, value));
    records.iter().filter(move |record| record.cell(key).value().is_some_and(same))
}

fn same(a: &Record, b: &Record, field: FieldId) -> bool {
    let values = a.cell(field).value().zip(b.cell(field).value());
    values.is_some_and(|(a, b)| field.kind().same(a, b))
}

/// The records that have any of the identity keys of `wanted`.
fn with_any_key<'r>(records: &'r [Record], wanted: &'r Record) -> impl Iterator<Item = &'r Record> {
    records.iter().filter(move |other| IDENTITY_KEYS.iter().any(|key| tells(*key, wanted) && same(other, wanted, *key)))
}

/// Whether two records with a common key have the birth date or the whole name in common too. Such a pair is linked or asked about in
/// a review; where one was created, the other is there since then.
fn resemble(a: &Record, b: &Record) -> bool {
    let named = [field::GIVEN_NAME, field::FAMILY_NAME].iter().all(|name| same(a, b, *name));
    named || same(a, b, field::BIRTH_DATE)
}

/// Whether a record may have come of a creation with the values of `wanted`, whose identity it has: neither a name nor the date of birth
/// is another, as far as the record tells of them.
pub(crate) fn may_have_come_of(wanted: &Record, record: &Record) -> bool {
    !speaks_against(natural_key(wanted), wanted, record) && !are_two_people(wanted, record)
}

fn host_refusal(error: &Error) -> Finding {
    match error.kind() {
        ErrorKind::InvalidData | ErrorKind::AlreadyExists => {
            let message = "the host refused to create the person";
            Finding::problem(code::HOST_REFUSED, message, Fixer::HostAdministrator).with_param("reason", error.code())
        }
        _ => Finding::from_error(error),
    }
}
