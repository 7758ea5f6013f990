//! Finding out what became of writes whose outcome was unknown.

use super::apply::{Intent, VendorLink, put_link};
use super::approve::{ENGINE, approval_key, creation_held};
use super::baseline::{self, Unknown};
use super::create::{identity_print, may_have_come_of, wanted_for_creation, with_identity};
use super::engine::Engine;
use super::fresh::{Fresh, NotRead};
use super::link::vendor_link_key;
use super::plan::{Action, CREATE_IN_VENDOR, UPDATE_VENDOR, creation_print, operation_id};
use super::quarantine::Way;
use super::report::{Calls, ReviewItem};
use super::review::Prints;
use crate::connector::{Settled, StepDone, StepNature, Unsettled};
use crate::error::{Error, Fixer, Result};
use crate::finding::{Finding, code};
use crate::journal::Event;
use crate::matching::are_two_people;
use crate::model::{HostId, Record, RunId, Side, VendorId};
use crate::store::{self, Batch, Check, CommitError, Row};

/// What a recovery did.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    pub(crate) calls: Calls,
    pub(crate) findings: Vec<Finding>,
    /// People found to have been created in the vendor.
    pub(crate) review_list: Vec<ReviewItem>,
    way: Way,
    /// The vendor is not asked any more in this run what became of a write.
    is_closed: bool,
}

/// The record that came of a creation.
enum Found {
    /// It is linked to the person now.
    Linked,
    /// Somebody else looked after it, before or at the same time.
    Known,
    /// It is linked to somebody else.
    Elsewhere(HostId),
    /// It is another person's, or may be: it was there before, a person said so, or what it shows does.
    Another,
    /// It cannot be read now, and is looked at later.
    Unread,
}

impl Engine {
    /// Looks at every open intent that is old enough to be looked at.
    ///
    /// One from far in the future was stamped before the clock was set back. Nobody knows how long ago it was sent, so its time counts
    /// from now: neither is it looked at too early, nor is the person locked until the clock is there again. What another machine's
    /// clock is ahead by a little is waited for.
    pub(crate) async fn recover(&self, run: &RunId, actor: &str) -> Result<Recovered> {
        let mut recovered = Recovered::default();
        let mut intents = self.intents().await?;
        // Who could not be read gives way to others.
        intents.sort_by_key(|(_, intent)| intent.unread_at);
        for (row, intent) in intents {
            let now = self.clock.now();
            let settle_after = self.connector.info().settle_after;
            let due = self.may_settle(&intent) && !self.was_unread(&intent) && !recovered.is_closed;
            if !self.may_settle(&intent) && intent.sent_at - now > settle_after {
                self.restamp(&row, Intent { sent_at: now, ..intent.clone() }).await?;
            }
            if due {
                self.recover_one(run, actor, &row, &intent, &mut recovered).await?;
            } else {
                let message = "a write is not settled yet: it may still be carried out, and is looked at later";
                recovered.findings.push(of_intent(Finding::notice(code::WRITE_PENDING, message), &intent));
            }
        }
        Ok(recovered)
    }

    /// The batch after which an update is over whose outcome nobody knows. What both sides say is agreed on, so that who goes back from it
    /// changes it; what only the written side shows otherwise may be what was written, and is asked about: it would otherwise look as if
    /// somebody had changed the value there, and be taken over by the other side. So is all that an undo may have written, for what it
    /// writes is on neither side. `Err` where a side cannot be read now, with the batch after which all of it is asked about.
    pub(crate) async fn over(&self, intent: &Intent, calls: &mut Calls) -> Result<Result<Batch, (Side, Error, Batch)>> {
        let nothing = Ok(Ok(Batch::default()));
        let (Some(host), Some(vendor), true) = (&intent.host, &intent.vendor, intent.action != CREATE_IN_VENDOR) else {
            return nothing;
        };
        let (_, connection) = self.connected().await?;
        let mapping = self.connector.mapping(&connection.memory);
        let Some(link) = self.link_between(&mapping, host, vendor).await? else { return nothing };
        self.keep_layout(&connection, &mapping).await?;
        let side = if intent.action == UPDATE_VENDOR { Side::Vendor } else { Side::Host };
        let forgotten = || {
            let mut link = link.clone();
            link.baseline.forget(&mapping, &intent.fields);
            if !intent.undoes && side == Side::Vendor {
                link.baseline.send_again(&mapping, &intent.fields);
            }
            put_link(&link)
        };
        if intent.undoes {
            return forgotten().map(Ok);
        }
        let mut prints = Prints::new(&*self.keys, &self.id);
        let (host, vendor) = match self.read_both(&link, &mapping, &mut prints, &mut calls.reads).await {
            Ok(Fresh { host, vendor, .. }) => (host, vendor.record),
            Err(NotRead::Gone(_)) => return forgotten().map(Ok),
            Err(NotRead::Failed(side, error)) => return Ok(Err((side, error, forgotten()?))),
        };
        if are_two_people(&host, &vendor) {
            return forgotten().map(Ok);
        }
        let Some((prints, pairs)) = prints.open(&link, &mapping, mapping.revision()) else { return nothing };
        let unknown = Some(Unknown { fields: &intent.fields, side });
        match baseline::agreed(&mapping, &link.host, (&host, &vendor), (&prints, &pairs), unknown) {
            Some(pairs) => put_link(&link.remembering(&pairs)).map(Ok),
            // What is not supported any more is kept for when it is again, but for what nobody knows.
            None if intent.fields.iter().any(|field| mapping.place(*field).is_none()) => put_link(&link).map(Ok),
            None => nothing,
        }
    }

    /// Whether a write is over: confirmed, or sent so long ago that it is carried out by now or never.
    pub(crate) fn may_settle(&self, intent: &Intent) -> bool {
        intent.confirmed || self.has_settled(intent)
    }

    /// Whether what was sent can no longer be carried out late.
    fn has_settled(&self, intent: &Intent) -> bool {
        self.clock.now() - intent.sent_at >= self.connector.info().settle_after
    }

    /// Whether a side could not be read a moment ago.
    fn was_unread(&self, intent: &Intent) -> bool {
        let ago = intent.unread_at.map(|at| self.clock.now() - at);
        ago.is_some_and(|ago| !ago.is_negative() && ago < self.connector.info().settle_after)
    }

    async fn restamp(&self, row: &Row, intent: Intent) -> Result<()> {
        let batch = Batch::default().put(row.key.clone(), Some(Check::At(row.version)), store::encode(intent)?);
        match self.store.commit(&self.id, batch).await {
            // Somebody else settled or stamped it at the same time.
            Ok(()) | Err(CommitError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn recover_one(
        &self,
        run: &RunId,
        actor: &str,
        row: &Row,
        intent: &Intent,
        recovered: &mut Recovered,
    ) -> Result<()> {
        // A write that sets values can be repeated, and now that it can no longer be applied late the next comparison
        // tells whether it has to be. What creates or overwrites in the vendor must be looked up first. A creation in the host
        // is safe by its `once` key, and by the identity keys in the next review.
        let creation = intent.action == CREATE_IN_VENDOR;
        if !creation && intent.confirmed {
            return self.release(run, actor, row, intent, "done", Batch::default()).await;
        }
        if !creation && intent.nature != StepNature::Overwrite {
            return self.release_over(run, actor, (row, intent), "released", recovered).await;
        }
        let host = match &intent.host {
            Some(id) if creation => match self.host.fetch(id).await {
                Ok(employee) => employee.map(|employee| employee.to_record()),
                Err(error) => {
                    recovered.findings.push(of_intent(Finding::from_error(&error), intent));
                    return Ok(());
                }
            },
            _ => None,
        };
        let (_, connection) = self.connected().await?;
        let mapping = self.connector.mapping(&connection.memory);
        let wanted = host.as_ref().map(|host| wanted_for_creation(&mapping, host).0);
        if let (Some((key, sent)), Some(wanted)) = (intent.identity, &wanted) {
            let mut prints = Prints::new(&*self.keys, &self.id);
            if prints.with(key.0).and_then(|prints| identity_print(prints, wanted)) != Some(sent) {
                // Looking for the number that the host has now would find nobody, or somebody else.
                recovered.findings.push(unknown(intent));
                return Ok(());
            }
        }
        match creation {
            true => recovered.calls.lists += 1,
            false => recovered.calls.reads += self.connector.info().calls_per_reading,
        }
        let settled = self
            .connector
            .settle(&Unsettled {
                step: &intent.step,
                // A later step of a creation is looked up like its first.
                nature: if creation { StepNature::Create } else { intent.nature },
                host_id: intent.host.as_ref(),
                vendor_id: intent.vendor.as_ref(),
                memory: &connection.memory,
                wanted: wanted.as_ref(),
                evidence: &intent.evidence,
            })
            .await;
        let settled = match settled {
            Ok(settled) => settled,
            Err(error) => {
                recovered.findings.push(of_intent(Finding::from_error(&error), intent));
                return Ok(());
            }
        };
        if let Settled::Applied(done) = &settled {
            recovered.findings.extend(done.findings.iter().map(|finding| of_intent(finding.clone(), intent)));
            if let Some(memory) = &done.memory {
                self.remember(memory.clone()).await?;
            }
        }
        match (settled, &intent.host, host, wanted) {
            (Settled::Applied(_), ..) if !creation => {
                self.release_over(run, actor, (row, intent), "done", recovered).await
            }
            // The next comparison tells whether it has to be sent again.
            (Settled::Ambiguous, ..) if !creation => {
                self.release_over(run, actor, (row, intent), "released", recovered).await
            }
            (Settled::Applied(StepDone { created: Some(vendor), .. }), Some(id), Some(host), Some(wanted))
                if vendor.is_usable() =>
            {
                let at =
                    self.link_recovered(run, actor, (row, intent), (id, &vendor), (&host, &wanted), recovered).await?;
                match at {
                    Found::Linked => {
                        let points = self.connector.info().review_points.to_vec();
                        let (host_id, vendor_id) = (id.clone(), vendor);
                        recovered.review_list.push(ReviewItem { host_id, vendor_id, points });
                    }
                    Found::Known | Found::Unread => {}
                    Found::Another => recovered.findings.push(unknown(intent)),
                    Found::Elsewhere(other) => {
                        let message =
                            "the record that was found of the creation is linked to another person of the host";
                        let finding = Finding::problem(code::AMBIGUOUS_MATCH, message, Fixer::HostAdministrator)
                            .of_vendor(&vendor)
                            .with_param("linked_host", other.as_str());
                        let finding = Finding { host_id: Some(id.clone()), ..finding };
                        recovered.findings.push(finding.with_param("step", intent.step.clone()));
                    }
                }
                Ok(())
            }
            (Settled::NotApplied, ..) if !intent.began() => {
                self.release(run, actor, row, intent, "not_applied", Batch::default()).await
            }
            (Settled::NotApplied, Some(person), _, Some(wanted))
                if self.is_gone(intent, &wanted, recovered).await? =>
            {
                let message = "the person was created in the payroll system and is not there any more; approve the creation to create them again";
                let finding = Finding::problem(code::CREATED_GONE, message, Fixer::HostAdministrator);
                recovered.findings.push(of_intent(finding, intent));
                let hold = creation_held(person, self.clock.now())?.delete(approval_key(&intent.operation));
                let event = Event::Approved { operation: intent.operation.clone(), approved: false };
                self.release(run, actor, row, intent, "gone", hold.record(self.entry(run, ENGINE, event))).await
            }
            (Settled::Refused, ..) if !intent.began() => {
                let message = "the payroll system did not carry the write out";
                let finding = Finding::problem(code::WRITE_REFUSED, message, Fixer::HostAdministrator);
                recovered.findings.push(of_intent(finding, intent));
                self.release(run, actor, row, intent, "refused", Batch::default()).await
            }
            (Settled::Pending, ..) => Ok(()),
            _ => {
                recovered.findings.push(unknown(intent));
                Ok(())
            }
        }
    }

    /// Releases an update that is over; it is looked at later where a side cannot be read now.
    async fn release_over(
        &self,
        run: &RunId,
        actor: &str,
        (row, intent): (&Row, &Intent),
        result: &str,
        recovered: &mut Recovered,
    ) -> Result<()> {
        match self.over(intent, &mut recovered.calls).await? {
            Ok(settled) => {
                recovered.way.answered();
                self.release(run, actor, row, intent, result, settled).await
            }
            Err((side, error, _)) => {
                recovered.is_closed = side == Side::Vendor && recovered.way.failed(&error);
                let finding = Finding::from_error(&error).with_param("consequence", code::WRITE_PENDING);
                let message =
                    format!("{}; what became of an earlier write of the person is looked at later", error.message());
                recovered.findings.push(of_intent(Finding { message: message.into(), ..finding }, intent));
                self.restamp(row, Intent { unread_at: Some(self.clock.now()), ..intent.clone() }).await
            }
        }
    }

    /// Whether a confirmed creation left nothing: the vendor had time to show the new record, and the whole list is without it.
    /// Then somebody removed it.
    async fn is_gone(&self, intent: &Intent, wanted: &Record, recovered: &mut Recovered) -> Result<bool> {
        let nameless = with_identity(std::slice::from_ref(wanted), wanted).next().is_none();
        if nameless || !self.has_settled(intent) {
            return Ok(false);
        }
        Ok(match self.vendor_list(&mut recovered.calls).await {
            Ok((roster, _)) => roster.coverage.is_full() && with_identity(&roster.records, wanted).next().is_none(),
            Err(error) => {
                recovered.findings.push(of_intent(Finding::from_error(&error), intent));
                false
            }
        })
    }

    async fn link_recovered(
        &self,
        run: &RunId,
        actor: &str,
        (row, intent): (&Row, &Intent),
        (host_id, vendor): (&HostId, &VendorId),
        sides: (&Record, &Record),
        recovered: &mut Recovered,
    ) -> Result<Found> {
        if self.link(host_id).await?.is_some() {
            self.release(run, actor, row, intent, "done", Batch::default()).await?;
            return Ok(Found::Known);
        }
        if let Some(back) = self.store.get(&self.id, &vendor_link_key(vendor)).await? {
            self.release(run, actor, row, intent, "done", Batch::default()).await?;
            return Ok(Found::Elsewhere(store::decode::<VendorLink>(&back)?.host));
        }
        if intent.others.contains(vendor) || self.are_apart(host_id, vendor).await? {
            return Ok(Found::Another);
        }
        // It was found by what it has in common with the person; whether something else tells them apart, the whole record says.
        recovered.calls.reads += self.connector.info().calls_per_reading;
        match self.connector.read(vendor, self.as_of()).await {
            Ok(reading) if may_have_come_of(sides.1, &reading.record) => {}
            Ok(_) => return Ok(Found::Another),
            Err(error) => {
                recovered.findings.push(of_intent(Finding::from_error(&error), intent));
                return Ok(Found::Unread);
            }
        }
        let mut starting = self.start(actor).await?;
        // What was sent is known only while the host's record is still the one it was made from. Otherwise nothing is settled,
        // and the next comparison asks about every field that differs.
        let source = creation_print(&starting.prints.current, &starting.mapping, Side::Host, sides.0);
        let action = Action::CreateInVendor { source };
        let same = operation_id(&starting.prints.current, Some(host_id), None, &action) == intent.operation;
        let blank = Record::new(vendor.as_str());
        // Of a creation in several steps only what was sent so far.
        let sent = sides.1.cells().filter(|(field, _)| same && intent.fields.contains(field));
        let sent = sent.fold(blank, |sent, (field, cell)| sent.with(field, cell.clone()));
        let link = starting.link_new_vendor_record(host_id, vendor, (sides.0, &sent))?;
        self.release(run, actor, row, intent, "done", link).await?;
        let made = self.link(host_id).await?.is_some_and(|link| link.vendor == *vendor);
        Ok(if made { Found::Linked } else { Found::Known })
    }

    pub(crate) async fn release(
        &self,
        run: &RunId,
        actor: &str,
        row: &Row,
        intent: &Intent,
        result: &str,
        with: Batch,
    ) -> Result<()> {
        let event = Event::Outcome {
            operation: intent.operation.clone(),
            host: intent.host.clone(),
            vendor: intent.vendor.clone(),
            step: intent.step.clone(),
            result: result.to_owned(),
        };
        let mut batch = with.delete(row.key.clone());
        if result == "done" {
            // An approval is used up.
            batch = batch.delete(approval_key(&intent.operation));
        }
        let mut batch = batch.record(self.entry(run, actor, event));
        batch.checks.push((row.key.clone(), Check::At(row.version)));
        match self.store.commit(&self.id, batch).await {
            // Somebody else settled it at the same time.
            Ok(()) | Err(CommitError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn unknown(intent: &Intent) -> Finding {
    let message = "it cannot be told whether the person was created in the payroll system; look there, then review again or close the write";
    of_intent(Finding::problem(code::WRITE_UNKNOWN, message, Fixer::PayrollClerk), intent)
}

fn of_intent(mut finding: Finding, intent: &Intent) -> Finding {
    finding.host_id.clone_from(&intent.host);
    finding.vendor_id.clone_from(&intent.vendor);
    finding.with_param("step", intent.step.clone())
}
