//! Live pushes: host changes go to the vendor at once.

use std::collections::{BTreeSet, HashSet};

use super::apply::{Run, SetAside, not_attempted};
use super::baseline;
use super::compare::{DifferenceKind, Halves, Judgement};
use super::decide::{Decisions, Select};
use super::employment::out_of_order;
use super::engine::Engine;
use super::entries::units;
use super::findings;
use super::fresh::Fresh;
use super::link::{Link, LinkState, Pair};
use super::merge::written;
use super::plan::{Action, Change, Nobody, Operation, Source, UPDATE_VENDOR, Why, operation_id};
use super::policy::{Policies, Policy};
use super::report::{ItemResult, Report};
use super::resolution::{Resolution, shared};
use super::review::Difference;
use super::reviewer::{difference, entry_difference};
use super::together::Compared;
use crate::connection::{Actor, ConnectionState};
use crate::error::{Error, ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::mapping::{Asked, Mapping};
use crate::matching::are_two_people;
use crate::model::{HostId, Side};
use crate::store::{self, RowKind};

/// Who acts when a host change is pushed as it comes.
const LIVE: &str = "live";

impl Engine {
    /// Brings the vendor up to date with what changed in the host for these people. Nothing is asked and nothing is pulled:
    /// a change that meets one in the vendor is held and reported, and so is one that the vendor cannot take. A person for whom
    /// a write is under way comes back as not attempted: push again later, or let the next review find it.
    ///
    /// # Errors
    /// [`ErrorKind::ConfigInvalid`] with code `not_active` before the first synchronisation or while the connection is
    /// paused, [`ErrorKind::Unavailable`] with code `connection.quarantined` and how long to wait after runs that were stopped
    /// again and again, or the store failed.
    pub async fn push(&self, people: &[HostId]) -> Result<Report> {
        let mut run = self.pushing().await?;
        for person in people {
            if !person.is_usable() {
                run.found(findings::unusable_id(Side::Host, person.as_str()), None);
            } else if run.stopped() {
                run.found(not_attempted().of_host(person), None);
            } else {
                run.push_one(person).await?;
            }
        }
        run.finish().await
    }

    /// Adds people to the vendor who were added in the host, whoever added them there, where the engine was built to
    /// ([`add_new_people`](super::EngineBuilder::add_new_people)); elsewhere they are reported and wait for the next review. Who is in the
    /// vendor already, or may be, waits for it too, as does who lacks what the vendor demands and what a guard holds. Both lists are read
    /// for that, once for all of them.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub async fn push_new(&self, people: &[HostId]) -> Result<Report> {
        let mut run = self.pushing().await?;
        let mut new = BTreeSet::new();
        for person in people {
            // Who was linked once, or is kept from it, is nobody new.
            if self.links_of(person).await?.is_empty() {
                new.insert(person.clone());
            }
        }
        if self.adds_new_people && !new.is_empty() && !run.stopped() {
            run.add(new).await?;
        } else {
            new.iter().for_each(|person| run.found(not_linked(person), None));
        }
        run.finish().await
    }

    /// A run that pushes.
    async fn pushing(&self) -> Result<Run<'_>> {
        let (_, connection) = self.connected().await?;
        if connection.state != ConnectionState::Active {
            let message = "host changes are pushed only while the connection is active";
            return Err(Error::new(ErrorKind::ConfigInvalid, message).with_code(code::NOT_ACTIVE));
        }
        self.not_quarantined().await?;
        let mut run = self.start(LIVE).await?;
        run.recover().await?;
        Ok(run)
    }

    /// Does what is due without anybody asking: finds out what became of writes whose outcome was unknown, goes on with people
    /// who were set aside and no longer have to be, and tries again what was refused. Call it every few minutes.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub async fn sweep(&self) -> Result<Report> {
        let mut people = Vec::new();
        self.each_row(RowKind::SetAside, |row| {
            let SetAside { host, .. } = store::decode(row)?;
            people.push(host);
            Ok(())
        })
        .await?;
        people.extend(self.due_again().await?);
        // What came of a write is found out first, and then what was not carried out is sent. While that cannot be known yet, the
        // person is left alone.
        let mut seen = HashSet::new();
        for (_, intent) in self.intents().await? {
            let over = self.may_settle(&intent);
            match intent.host {
                Some(host) if !over => drop(seen.insert(host)),
                Some(host) if intent.action == UPDATE_VENDOR => people.push(host),
                _ => {}
            }
        }
        people.retain(|person| seen.insert(person.clone()));
        self.push(&people).await
    }
}

fn not_linked(person: &HostId) -> Finding {
    let message =
        "the person is not linked to one in the payroll system; the next review offers to create or link them";
    Finding::problem(code::NOT_LINKED, message, Fixer::HostAdministrator).of_host(person)
}

impl Run<'_> {
    /// Creates people as a review would that decides nothing else.
    async fn add(&mut self, people: BTreeSet<HostId>) -> Result<()> {
        let mut calls = self.report.calls;
        let compared = self.engine.compare_all(self.mapping.clone(), &mut calls).await;
        self.report.calls = calls;
        let review = match compared {
            Ok(review) => review,
            Err(error) => {
                self.count_failure(&error);
                self.found(Finding::from_error(&error), error.sensitive_detail());
                people.iter().for_each(|person| self.found(not_attempted().of_host(person), None));
                return Ok(());
            }
        };
        let decisions = Decisions::new().create_in_vendor(Select::Only(people.clone()));
        let with = self.engine.plan_input(self.run.clone(), &Actor::user(LIVE));
        let mut plan = super::planner::plan(&review, &decisions, with)?;
        plan.operations.retain(|operation| matches!(operation.action, Action::CreateInVendor { .. }));
        let of_them = |finding: &&Finding| finding.host_id.as_ref().is_some_and(|person| people.contains(person));
        plan.findings.iter().filter(of_them).for_each(|finding| self.found(finding.clone(), None));
        let planned: HashSet<&HostId> = plan.operations.iter().filter_map(|one| one.host_id.as_ref()).collect();
        let left = people.iter().filter(|person| !planned.contains(person));
        left.for_each(|person| self.found(not_linked(person), None));
        self.operations(&plan).await
    }

    async fn push_one(&mut self, person: &HostId) -> Result<()> {
        let mut links = self.engine.links_of(person).await?;
        self.engine.under(&self.mapping, &mut links).await?;
        let linked: Vec<&Link> = links.iter().filter(|link| link.state == LinkState::Linked).collect();
        if linked.is_empty() {
            self.found(not_linked(person), None);
        }
        let mut idle = true;
        for link in linked {
            idle &= !self.push_link(person, link).await?;
        }
        if idle { self.no_longer_set_aside(&links).await } else { Ok(()) }
    }

    /// Brings one record of a person up to date; false when there is nothing to write.
    async fn push_link(&mut self, person: &HostId, link: &Link) -> Result<bool> {
        let fresh = match self.fresh(person, &link.vendor).await? {
            Ok(fresh) => fresh,
            Err((result, finding)) => {
                self.found(finding, None);
                // Who is gone is a person's matter; who could not be read is tried again.
                return Ok(result != ItemResult::Refused);
            }
        };
        let changes = self.live_changes(&fresh);
        let agreed = self.agreed(&fresh);
        let result = self.push_changes(link, fresh, changes).await?;
        // Whoever goes back from what both changed to the same changes it, whatever became of the rest. A write stores it with itself.
        if let Some(agreed) = agreed.filter(|_| result != Some(ItemResult::Done)) {
            self.renew(&agreed).await?;
        }
        Ok(result.is_some())
    }

    /// The link with what both sides changed to the same, where they did.
    fn agreed(&mut self, Fresh { link, host, vendor }: &Fresh) -> Option<Link> {
        let (prints, pairs) = self.prints.open(link, &self.mapping, self.revision)?;
        if are_two_people(host, &vendor.record) {
            return None;
        }
        let agreed = baseline::agreed(&self.mapping, &link.host, (host, &vendor.record), (&prints, &pairs), None)?;
        Some(link.remembering(&agreed))
    }

    /// Writes what changed in the host of one record; what came of it, when there is something to write.
    async fn push_changes(&mut self, link: &Link, fresh: Fresh, changes: Vec<Change>) -> Result<Option<ItemResult>> {
        let changes = self.without_held(&fresh.link, changes).await?;
        let Some(changes) = self.only_free(&fresh, changes).await else { return Ok(Some(ItemResult::NotAttempted)) };
        if changes.is_empty() {
            return Ok(None);
        }
        let mut operation = self.live_operation(link, &changes);
        if self.is_set_aside(&fresh, &operation).await? || self.is_let_alone(&operation).await? {
            self.item(&operation, ItemResult::SetAside);
            return Ok(Some(ItemResult::SetAside));
        }
        // Who is let alone takes nobody's place in the hour.
        let changes = self.without_burst(&fresh, changes).await?;
        if changes.is_empty() {
            return Ok(None);
        }
        operation = self.live_operation(link, &changes);
        let key = self.prints.current.key;
        let result = self.update_vendor(&operation, &changes, key, Some(fresh)).await?;
        self.item(&operation, result);
        self.count_write(&operation, result).await?;
        Ok(Some(result))
    }

    fn live_operation(&self, link: &Link, changes: &[Change]) -> Operation {
        let action = Action::UpdateVendor { changes: changes.to_vec() };
        let (host_id, vendor_id) = (Some(link.host.clone()), Some(link.vendor.clone()));
        let id = operation_id(&self.prints.current, host_id.as_ref(), vendor_id.as_ref(), &action);
        Operation { id, host_id, vendor_id, action, holds: Vec::new() }
    }

    /// Leaves out values that must be unique in the vendor and are somebody else's there. `None` when that cannot be told.
    async fn only_free(&mut self, fresh: &Fresh, changes: Vec<Change>) -> Option<Vec<Change>> {
        let person = |finding: Finding| finding.of_host(&fresh.link.host).of_vendor(&fresh.link.vendor);
        if !self.know_owners(changes.iter().map(|change| change.field), person).await {
            return None;
        }
        let mapping = self.mapping.clone();
        let mut free = Vec::with_capacity(changes.len());
        for change in changes {
            let others = self.others_in_vendor(Some(&fresh.link.vendor));
            let asked = mapping.entry(change.field).map(|entry| (entry, entry.ask(&fresh.host)));
            let possible = match &asked {
                Some((entry, Asked::Value(asked))) => shared(entry, fresh.host.cell(change.field), asked, &others),
                _ => Ok(()),
            };
            match possible {
                Ok(()) => free.push(change),
                Err(why) => self.found(person(findings::refusal(&why)).on(change.field), None),
            }
        }
        Some(free)
    }

    /// What changed in the host and can be written; the rest is reported.
    fn live_changes(&mut self, fresh: &Fresh) -> Vec<Change> {
        let Fresh { link, host, vendor } = fresh;
        let mapping = self.mapping.clone();
        let opened = self.prints.open(link, &mapping, self.revision);
        let current = &self.prints.current;
        let (prints, pairs) = opened.as_ref().map_or((current, None), |(prints, pairs)| (prints, Some(pairs)));
        let compared = Compared::new(&mapping, prints, &link.host, (host, &vendor.record), pairs);
        if are_two_people(host, &vendor.record) {
            self.found(findings::other_person(&link.host, &link.vendor), None);
            return Vec::new();
        }
        let mut differing: Vec<(Difference, Pair)> = Vec::new();
        let (mut hidden, mut rendered) = (Vec::new(), Vec::new());
        for (place, entry) in mapping.entries().iter().enumerate() {
            let sides = ((&link.host, host), (&link.vendor, &vendor.record));
            let pair = compared.pair(place);
            if compared.judged(place) == Judgement::Rendered {
                rendered.push(findings::rendered(&link.host, &link.vendor, entry.field));
            }
            let Judgement::Differs(kind) = compared.judged(place) else {
                let halves = || Halves::new(prints, &link.host, entry, host, &vendor.record);
                hidden.extend(findings::hidden(entry, sides.0, sides.1, pair, halves));
                continue;
            };
            let difference = difference(&mapping, entry, sides.0, sides.1, kind, &Nobody)
                .of_record(link.kind)
                .decided_with(compared.decided_with(entry));
            differing.push((difference, pair));
        }
        for unit in units(&mapping, prints, pairs, &link.host, (host, &vendor.record)) {
            let judged = unit.judge(prints, &link.host, &mapping.entries()[unit.place]);
            let Judgement::Differs(kind) = judged else { continue };
            let ids = (&link.host, &link.vendor);
            let difference = entry_difference(&mapping, &unit, ids, kind, &Nobody, current).of_record(link.kind);
            differing.push((difference, unit.pair));
        }
        hidden.into_iter().for_each(|finding| self.found(finding, None));
        if compared.left_behind {
            self.found(findings::left_behind(&link.host, &link.vendor), None);
        }
        let mut verdicts = verdicts(&mapping, &self.engine.policies, &differing);
        let goes = |((difference, _), verdict): &(&(Difference, Pair), &mut Verdict)| {
            difference.entry.is_none() && matches!(verdict, Verdict::Goes(_))
        };
        // The other day is of another employment. What is held then leaves others behind.
        loop {
            let mut going: Vec<_> = differing.iter().zip(&mut verdicts).filter(goes).collect();
            let fields = going.iter().map(|((difference, _), _)| difference.field);
            let sent = fields.filter_map(|field| Some((field, written(mapping.entry(field)?, host))));
            let apart = out_of_order(&mapping, (Side::Vendor, &vendor.record), sent);
            going.retain(|((difference, _), _)| apart.contains(&difference.field));
            if going.is_empty() {
                break;
            }
            going.into_iter().for_each(|(_, verdict)| *verdict = Verdict::Held);
        }
        // Writing one part of a group carries the others along.
        let stays = differing.iter().zip(&verdicts).filter(|(_, one)| matches!(one, Verdict::Held | Verdict::Barred));
        let held: HashSet<&str> = stays.filter_map(|((difference, _), _)| difference.group).collect();
        let mut changes = Vec::new();
        for ((difference, _), verdict) in differing.iter().zip(verdicts) {
            let Some(entry) = mapping.entry(difference.field) else { continue };
            match verdict {
                Verdict::Nothing => {}
                Verdict::Held => {
                    let message = "the two sides differ and nothing tells which is right; nothing is written until a review decides";
                    let finding = Finding::problem(code::CONFLICT, message, Fixer::HostAdministrator);
                    self.found(difference.name_in(finding), None);
                }
                Verdict::Barred => {
                    if let Some(finding) = findings::of_difference(difference) {
                        self.found(finding, None);
                    }
                }
                Verdict::Goes(_) if difference.group.is_some_and(|group| held.contains(group)) => {}
                Verdict::Goes(why) => {
                    let (host, vendor) = difference.sides(host, &vendor.record);
                    let now = Halves::new(&self.prints.current, &link.host, entry, &host, &vendor);
                    changes.push(Change {
                        field: entry.field,
                        entry: difference.entry,
                        source: Source::Host,
                        why,
                        host: now.asked,
                        vendor: now.shown,
                        carries: None,
                    });
                }
            }
        }
        if !changes.is_empty() {
            // With what is written, both are taken as equal.
            rendered.into_iter().for_each(|finding| self.found(finding, None));
        }
        changes
    }
}

/// What a push does about a difference.
#[derive(Clone, Copy)]
enum Verdict {
    /// It is written.
    Goes(Why),
    /// It waits for a decision.
    Held,
    /// It cannot be written.
    Barred,
    /// It is not for a push.
    Nothing,
}

/// What a push does about each difference.
fn verdicts(mapping: &Mapping, policies: &Policies, differing: &[(Difference, Pair)]) -> Vec<Verdict> {
    use DifferenceKind::{Conflict, HostChanged, Left, MissingInHost, MissingInVendor, NotTaken, VendorChanged};
    // What is in no group and decided with another field goes with it, or neither does.
    let is_tied = |difference: &Difference| {
        difference.group.is_some() && mapping.entry(difference.field).is_some_and(|entry| entry.group.is_none())
    };
    let is_preferred = |difference: &Difference| {
        let host = policies.of(difference.field) == Policy::PreferHost;
        // Of two employments a day that one side has not is nothing that it says of the other one.
        host && (!is_tied(difference) || difference.kept_by(Resolution::Host) == Resolution::Host)
    };
    let by_itself = |(difference, pair): &(Difference, Pair)| {
        let why = match difference.kind {
            VendorChanged | NotTaken | Left => return Verdict::Nothing,
            HostChanged => Why::Changed,
            Conflict if *pair != Pair::None && is_preferred(difference) => Why::Policy,
            Conflict | MissingInHost | MissingInVendor => return Verdict::Held,
        };
        if difference.allows(Resolution::Host) { Verdict::Goes(why) } else { Verdict::Barred }
    };
    let alone: Vec<Verdict> = differing.iter().map(by_itself).collect();
    // What somebody left as it is would be written along.
    let left = differing.iter().filter(|(difference, _)| difference.kind == Left);
    let left: HashSet<&str> = left.filter_map(|(difference, _)| difference.group).collect();
    let stays = differing.iter().zip(&alone).filter(|(_, verdict)| !matches!(verdict, Verdict::Goes(_)));
    let stays: HashSet<&str> = stays.filter_map(|((difference, _), _)| difference.group).collect();
    let together = |(verdict, (difference, _)): (Verdict, &(Difference, Pair))| {
        let of = |names: &HashSet<&str>| difference.group.is_some_and(|name| names.contains(name));
        match verdict {
            Verdict::Goes(_) | Verdict::Barred if of(&left) => Verdict::Held,
            Verdict::Goes(_) if is_tied(difference) && of(&stays) => Verdict::Held,
            verdict => verdict,
        }
    };
    alone.iter().copied().zip(differing).map(together).collect()
}
