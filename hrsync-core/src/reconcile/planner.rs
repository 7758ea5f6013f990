//! Planning: a review and the decisions about it become a plan.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::baseline::{self, Verdict};
use super::compare::{DifferenceKind, Halves};
use super::decide::{Chosen, Connect, Decision, Decisions};
use super::employment::{in_order, out_of_order};
use super::fingerprint::{Canonical, Fingerprint};
use super::link::{Baseline, Link, LinkKind, LinkState};
use super::merge::{taken, written};
use super::plan::{
    Action, Change, Left, Made, Operation, Plan, PlanInput, Settlement, Source, Undecided, Why, carried_print,
    creation_print, entered_cell, operation_id,
};
use super::resolution::{Resolution, WhyNot, complete};
use super::review::{Agreeing, Difference, Pairing, Prints, Review, Tie, untouched};
use crate::error::{Error, ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::guard::{Guards, Hold, HoldReason, Sensitive};
use crate::keys::Sealed;
use crate::mapping::Mapping;
use crate::matching::{Candidate, LinkedBy, are_two_people};
use crate::model::{Cell, FieldId, HostId, Record, Side, Value, VendorId};

/// Turns a review and the decisions about it into a plan. Pure: it reads nothing but its input, and writes nothing.
///
/// # Errors
/// The source of randomness failed.
pub fn plan(review: &Review, decisions: &Decisions, with: PlanInput<'_>) -> Result<Plan> {
    let context = &review.context;
    let mapping = &*context.mapping;
    let mut planner = Planner {
        prints: Prints::new(with.keys, &context.connection),
        revision: mapping.revision(),
        mapping,
        with: &with,
        operations: Vec::new(),
        settlements: Vec::new(),
        findings: Vec::new(),
        undecided: Vec::new(),
    };
    let mut forms = Canonical::default();
    for agreeing in &context.agreeing {
        planner.agreeing(review, *agreeing, &mut forms);
    }
    for pairing in &context.people {
        planner.person(review, pairing, decisions)?;
    }
    for (host, vendor, how) in &decisions.connected {
        planner.connect(review, (host, vendor), *how);
    }
    for person in review.only_in_vendor.iter().filter(|person| decisions.in_host.includes(&person.id)) {
        planner.create_in_host(&context.vendor.records[person.place], &person.id, &person.blockers);
    }
    for person in review.only_in_host.iter().filter(|person| decisions.in_vendor.includes(&person.id)) {
        planner.create_in_vendor(&context.host.records[person.place], &person.id, &person.blockers);
    }
    // Former employees in payroll and people of the host who are not in it are nobody's share.
    let people = review.counts.linked + review.recognised.len();
    hold(&mut planner.operations, with.guards, people, with.may_approve);
    let findings = planner.standing(&review.findings, decisions).chain(planner.findings.iter().cloned()).collect();
    let Planner { prints, operations, settlements, undecided, .. } = planner;
    let made = Made { operations, settlements, findings, undecided, undoes: None };
    made.seal(&context.connection, mapping, &prints.current, &with)
}

/// Holds what a person has to approve. A decision for this field of this person is an approval of whoever may approve.
pub(crate) fn hold(operations: &mut [Operation], guards: &Guards, people: usize, may_approve: bool) {
    let guarded = |change: &Change| match change.why {
        Why::Decided if may_approve => None,
        Why::Decided | Why::Changed | Why::DecidedInBulk | Why::Policy | Why::Undone => Sensitive::of(change.field),
    };
    let mut changing: BTreeMap<Sensitive, BTreeSet<Option<&HostId>>> = BTreeMap::new();
    for operation in operations.iter() {
        for class in operation.action.changes().iter().filter_map(guarded) {
            changing.entry(class).or_default().insert(operation.host_id.as_ref());
        }
    }
    let check =
        |(class, people_of_class): (Sensitive, usize)| Some((class, guards.check(class, people_of_class, people)?));
    let counts = changing.into_iter().map(|(class, people)| (class, people.len()));
    let reasons: BTreeMap<Sensitive, HoldReason> = counts.filter_map(check).collect();
    for operation in operations {
        for (class, reason) in &reasons {
            let changes = operation.action.changes().iter();
            let fields: Vec<FieldId> =
                changes.filter(|change| guarded(change) == Some(*class)).map(|change| change.field).collect();
            if !fields.is_empty() {
                operation.holds.push(Hold { fields, reason: *reason });
            }
        }
    }
}

struct Planner<'a> {
    prints: Prints<'a>,
    revision: u64,
    mapping: &'a Mapping,
    with: &'a PlanInput<'a>,
    operations: Vec<Operation>,
    settlements: Vec<Settlement>,
    findings: Vec<Finding>,
    undecided: Vec<Undecided>,
}

impl Planner<'_> {
    fn person(&mut self, review: &Review, pairing: &Pairing, decisions: &Decisions) -> Result<()> {
        let context = &review.context;
        let (host, vendor) = (&context.host.records[pairing.host], &context.vendor.records[pairing.vendor]);
        let ids = (HostId::new(host.id()), VendorId::new(vendor.id()));
        let differences = &review.differences[pairing.differences.clone()];
        let chosen = self.choose(differences, (host, vendor), decisions);

        let (mut to_host, mut to_vendor, mut left, mut left_keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (difference, choice) in differences.iter().zip(&chosen) {
            let Some(choice) = choice else {
                self.undecided(&ids, difference);
                continue;
            };
            match &choice.decision {
                Decision::Use(Resolution::Leave) => {
                    left.push(Left { field: difference.field, entry: difference.entry, why: choice.why });
                    left_keys.extend(difference.key.clone().map(|key| (difference.field, key)));
                }
                Decision::Use(Resolution::Vendor) => {
                    to_host.push(self.change(difference, host, vendor, Source::Vendor, choice)?);
                }
                Decision::Use(Resolution::Host) => {
                    to_vendor.push(self.change(difference, host, vendor, Source::Host, choice)?);
                }
                // Refused above: there is no value.
                Decision::Use(Resolution::Enter) => {}
                Decision::Enter(text) => {
                    let about = format!("{}/{}", self.with.run, ids.0);
                    let sealed = Sealed::new(self.with.keys, self.with.entropy, &about, text)?;
                    let carries = carried_print(&self.prints.current, &ids.0, difference.field, text);
                    let change = self.change(difference, host, vendor, Source::Entered(sealed), choice)?;
                    let change = Change { carries: Some(carries), ..change };
                    to_host.push(change.clone());
                    to_vendor.push(change);
                }
            }
        }
        self.settle(review, pairing, (host, vendor), ids.clone(), (left, left_keys));
        for (changes, side) in [(to_host, Side::Host), (to_vendor, Side::Vendor)] {
            if changes.is_empty() {
                continue;
            }
            let action = match side {
                Side::Host => Action::UpdateHost { changes },
                Side::Vendor => Action::UpdateVendor { changes },
            };
            self.push(Some(ids.0.clone()), Some(ids.1.clone()), action);
        }
        Ok(())
    }

    /// What the review found and no decision settles.
    fn standing<'f>(&'f self, found: &'f [Finding], decisions: &'f Decisions) -> impl Iterator<Item = Finding> + 'f {
        type Named<'n> = (&'n HostId, Option<&'n VendorId>, FieldId, Option<String>);
        let named = |entry: &Option<Fingerprint>| entry.map(|entry| entry.to_string());
        let mut settled: HashSet<Named<'_>> = HashSet::new();
        for operation in &self.operations {
            let fields = operation.action.changes().iter().map(|change| (change.field, named(&change.entry)));
            let vendor = operation.vendor_id.as_ref();
            let about = |id| fields.clone().map(move |(field, entry)| (id, vendor, field, entry));
            settled.extend(operation.host_id.iter().flat_map(about));
        }
        for settlement in &self.settlements {
            let (host, vendor) = (&settlement.host_id, Some(&settlement.vendor_id));
            settled.extend(settlement.left.iter().map(|left| (host, vendor, left.field, named(&left.entry))));
        }
        // What the plan itself says about a field is said once.
        let of_entry = |finding: &Finding| finding.params.get(super::findings::ENTRY).cloned();
        let about = |finding: &'f Finding| {
            Some((finding.host_id.as_ref()?, finding.vendor_id.as_ref(), finding.field?, of_entry(finding)))
        };
        settled.extend(self.findings.iter().filter_map(about));
        let told: HashSet<&Finding> = self.findings.iter().collect();
        let stands = move |finding: &&Finding| {
            let decided = match (&finding.host_id, &finding.vendor_id, finding.field) {
                (Some(host), Some(vendor), _)
                    if finding.code == code::AMBIGUOUS_MATCH || finding.code == code::RE_HIRE =>
                {
                    decisions.connects(host, vendor)
                }
                (Some(host), Some(vendor), Some(field)) => {
                    settled.contains(&(host, Some(vendor), field, of_entry(finding)))
                }
                _ => false,
            };
            !decided && !told.contains(finding)
        };
        found.iter().filter(stands).cloned()
    }

    fn undecided(&mut self, ids: &(HostId, VendorId), difference: &Difference) {
        // A difference that was left was decided on before.
        if difference.kind != DifferenceKind::Left {
            let (host_id, vendor_id) = ids.clone();
            let Difference { field, entry, kind, .. } = *difference;
            self.undecided.push(Undecided { host_id, vendor_id, field, entry, kind });
        }
    }

    /// Renews the baseline of a person whose sides agree, if it is not that already.
    fn agreeing(&mut self, review: &Review, agreeing: Agreeing, forms: &mut Canonical) {
        let context = &review.context;
        let (host, vendor) = (agreeing.host as usize, agreeing.vendor as usize);
        let (host_record, vendor_record) = (&context.host.records[host], &context.vendor.records[vendor]);
        let link = &context.links[agreeing.link as usize];
        forms.fill(self.mapping, host_record, vendor_record);
        if !untouched(&mut self.prints, link, self.revision, forms) {
            let ids = (link.host.clone(), link.vendor.clone());
            let pairing = Pairing { host, vendor, tie: Tie::Link(agreeing.link as usize), differences: 0..0 };
            self.settle(review, &pairing, (host_record, vendor_record), ids, (Vec::new(), Vec::new()));
        }
    }

    /// What is decided about each difference; a group is decided as one.
    fn choose(
        &mut self,
        differences: &[Difference],
        (host, vendor): (&Record, &Record),
        decisions: &Decisions,
    ) -> Vec<Option<Chosen>> {
        let mut chosen: Vec<Option<Chosen>> =
            differences.iter().map(|difference| decisions.about(difference, self.with.policies)).collect();
        let groups = groups(differences);
        for members in &groups {
            self.spread(differences, members, &mut chosen);
        }
        for (difference, choice) in differences.iter().zip(&mut chosen) {
            let Some(made) = choice.as_ref() else { continue };
            let why = match (difference.why_not(made.resolution()), &made.decision) {
                (Some(why), _) => why.to_string(),
                (None, Decision::Use(Resolution::Enter)) => "no value was entered".to_owned(),
                (None, _) => continue,
            };
            self.findings.push(impossible(difference, &why));
            *choice = None;
        }
        self.entered(differences, host, &mut chosen);
        // Writing one part carries the others along, so what would carry parts along that are not decided so is not decided.
        for members in &groups {
            let resolution = |chosen: &[Option<Chosen>], member: usize| chosen[member].as_ref().map(Chosen::resolution);
            let first = resolution(&chosen, members[0]);
            if members.iter().all(|member| resolution(&chosen, *member) == first) {
                continue;
            }
            let whole = self.mapping.entry(differences[members[0]].field).and_then(|entry| entry.group);
            let carries = |choice: &mut Chosen| match choice.resolution() {
                Resolution::Host | Resolution::Enter => true,
                // A field that follows another one is taken over with it.
                Resolution::Vendor => whole.is_none_or(|group| group.read_whole),
                Resolution::Leave => false,
            };
            for member in members {
                if chosen[*member].take_if(carries).is_some_and(|choice| choice.why == Why::Decided) {
                    let why = "it goes together with another field, which is undecided or decided otherwise";
                    self.findings.push(impossible(&differences[*member], why));
                }
            }
        }
        self.await_company(differences, vendor, &mut chosen);
        self.workdays(differences, (host, vendor), &mut chosen);
        chosen
    }

    /// Leaves undecided what was entered and is no value of its field, or none beside the host's others and those that were entered.
    fn entered(&mut self, differences: &[Difference], host: &Record, chosen: &mut [Option<Chosen>]) {
        let cells: Vec<_> = differences.iter().zip(&*chosen).map(|(one, choice)| self.cell(one, choice)).collect();
        if cells.iter().all(Option::is_none) {
            return;
        }
        let entered = |host: Record, cell: &Option<(FieldId, Result<Cell, WhyNot>)>| match cell {
            Some((field, Ok(cell))) => host.with(*field, cell.clone()),
            _ => host,
        };
        let host = cells.iter().fold(host.clone(), entered);
        for ((difference, choice), cell) in differences.iter().zip(chosen).zip(cells) {
            let Some((field, cell)) = cell else { continue };
            if let Err(why) = cell.and_then(|_| in_order(field, &host).map_err(WhyNot::Invalid)) {
                self.findings.push(difference.name_in(super::findings::refusal(&why)));
                *choice = None;
            }
        }
    }

    /// What was entered for a difference.
    fn cell(&self, difference: &Difference, choice: &Option<Chosen>) -> Option<(FieldId, Result<Cell, WhyNot>)> {
        let Some(Chosen { decision: Decision::Enter(text), .. }) = choice else { return None };
        let entry = self.mapping.entry(difference.field)?;
        Some((entry.field, entered_cell(entry, text)))
    }

    /// Leaves undecided what would leave an employment on a side with a day before it begins: one of its days is written there, and the other
    /// one is of another employment.
    fn workdays(
        &mut self,
        differences: &[Difference],
        (host, vendor): (&Record, &Record),
        chosen: &mut [Option<Chosen>],
    ) {
        let mapping = self.mapping;
        let comes = |side: Side| {
            let cell = move |(difference, choice): (&Difference, &Option<Chosen>)| {
                let entry = mapping.entry(difference.field).filter(|_| difference.entry.is_none())?;
                let cell = match (side, &choice.as_ref()?.decision) {
                    (Side::Host, Decision::Use(Resolution::Vendor)) => taken(entry, vendor),
                    (Side::Vendor, Decision::Use(Resolution::Host)) => written(entry, host),
                    (Side::Host, Decision::Enter(text)) => entered_cell(entry, text).ok()?,
                    (Side::Vendor, Decision::Enter(text)) => {
                        written(entry, &host.clone().with(entry.field, entered_cell(entry, text).ok()?))
                    }
                    _ => return None,
                };
                Some((entry.field, cell))
            };
            differences.iter().zip(&*chosen).filter_map(cell)
        };
        let mut apart = out_of_order(mapping, (Side::Host, host), comes(Side::Host));
        apart.extend(out_of_order(mapping, (Side::Vendor, vendor), comes(Side::Vendor)));
        if apart.is_empty() {
            return;
        }
        for (difference, choice) in differences.iter().zip(&mut *chosen) {
            let writes = |choice: &mut Chosen| choice.resolution() != Resolution::Leave;
            let is_apart = apart.contains(&difference.field) && difference.entry.is_none();
            let Some(taken) = choice.take_if(|choice| is_apart && writes(choice)) else { continue };
            let why = "a day of the employment would lie before its first one";
            self.findings.push(match taken.why {
                Why::Decided => impossible(difference, why),
                // Nobody decided it.
                _ => difference.name_in(Finding::problem(
                    code::CONFLICT,
                    format!("{why}, so nothing of the two is written until somebody decides"),
                    Fixer::HostAdministrator,
                )),
            });
        }
        // What is left undecided leaves others behind.
        self.workdays(differences, (host, vendor), chosen);
    }

    /// Leaves undecided what the vendor takes only along with another value, where that one is not written.
    fn await_company(&mut self, differences: &[Difference], vendor: &Record, chosen: &mut [Option<Chosen>]) {
        let sent = |choice: &Option<Chosen>| {
            let resolution = choice.as_ref().map(Chosen::resolution);
            matches!(resolution, Some(Resolution::Host | Resolution::Enter))
        };
        for (place, difference) in differences.iter().enumerate().filter(|(_, one)| one.entry.is_none()) {
            let comes =
                |field| differences.iter().zip(&*chosen).any(|(one, choice)| one.field == field && sent(choice));
            let Some(entry) = self.mapping.entry(difference.field).filter(|_| sent(&chosen[place])) else { continue };
            if let Err(why) = complete(entry, vendor, comes) {
                self.findings.push(difference.name_in(super::findings::refusal(&why)));
                chosen[place] = None;
            }
        }
    }

    /// A person's decision about one part of a group holds for all of it.
    fn spread(&mut self, differences: &[Difference], members: &[usize], chosen: &mut [Option<Chosen>]) {
        let decided = |member: &usize| chosen[*member].clone().filter(|choice| choice.why == Why::Decided);
        let decided: Vec<Chosen> = members.iter().filter_map(decided).collect();
        let Some(first) = decided.first().map(Chosen::resolution) else { return };
        if decided.iter().any(|other| other.resolution() != first) {
            let why = "these fields go together and were decided differently";
            self.findings.push(impossible(&differences[members[0]], why));
            members.iter().for_each(|member| chosen[*member] = None);
        } else if first != Resolution::Enter {
            for member in members {
                if chosen[*member].as_ref().is_none_or(|choice| choice.why != Why::Decided) {
                    chosen[*member] = Some(Chosen { decision: Decision::Use(first), why: Why::Decided });
                }
            }
        }
    }

    fn change(
        &mut self,
        difference: &Difference,
        host: &Record,
        vendor: &Record,
        source: Source,
        choice: &Chosen,
    ) -> Result<Change> {
        let entry = self
            .mapping
            .entry(difference.field)
            .ok_or_else(|| Error::new(ErrorKind::Unexpected, "a difference in a field without mapping"))?;
        let (host, vendor) = difference.sides(host, vendor);
        let halves = Halves::new(&self.prints.current, &difference.host_id, entry, &host, &vendor);
        let Difference { field, entry, .. } = *difference;
        Ok(Change { field, entry, source, why: choice.why, host: halves.asked, vendor: halves.shown, carries: None })
    }

    fn settle(
        &mut self,
        review: &Review,
        pairing: &Pairing,
        (host, vendor): (&Record, &Record),
        ids: (HostId, VendorId),
        (left, left_keys): (Vec<Left>, Vec<(FieldId, Value)>),
    ) {
        let (link, by) = match pairing.tie {
            Tie::Link(place) => (Some(&review.context.links[place]), None),
            Tie::New(by) => (None, Some(by)),
        };
        if link.is_some() && left.is_empty() && left_keys.is_empty() && are_two_people(host, vendor) {
            return;
        }
        let verdict = |place: usize, key: Option<&Value>| {
            let field = self.mapping.entries().get(place).map(|entry| entry.field);
            let is_left = match key {
                Some(key) => left_keys.iter().any(|(of, left)| Some(*of) == field && left == key),
                None => left.iter().any(|left| Some(left.field) == field && left.entry.is_none()),
            };
            if is_left { Verdict::Settled } else { Verdict::Compared }
        };
        let baseline =
            baseline::make(self.mapping, self.revision, &mut self.prints, &ids.0, (host, vendor), link, verdict);
        if link.is_some_and(|link| link.baseline == baseline) {
            return;
        }
        let settlement = Settlement::new(link, ids, by, left, baseline);
        self.settlements.push(settlement.seen(&self.prints.current, host, vendor));
    }

    fn connect(&mut self, review: &Review, ids: (&HostId, &VendorId), how: Connect) {
        match self.connectable(review, ids, how) {
            Ok(settlement) => {
                // The link that gives way has nothing to remember any more, and would be another one after that.
                let gives_way = |one: &Settlement| {
                    let old = settlement.in_place_of.as_ref();
                    one.new_link.is_none() && old.is_some_and(|(host, vendor)| one.is_of(host, vendor))
                };
                self.settlements.retain(|one| !gives_way(one));
                self.settlements.push(settlement);
            }
            Err(message) => {
                let finding = Finding::problem(code::DECISION_IMPOSSIBLE, message, Fixer::HostAdministrator);
                self.findings.push(finding.of_host(ids.0).of_vendor(ids.1));
            }
        }
    }

    /// The link that a person asks for, or why there cannot be one.
    fn connectable(
        &self,
        review: &Review,
        (host, vendor): (&HostId, &VendorId),
        how: Connect,
    ) -> std::result::Result<Settlement, String> {
        let named = |candidate: &&Candidate| candidate.host == *host && candidate.vendor == *vendor;
        let Some(candidate) = review.candidates.iter().find(named) else {
            return Err("only candidates of the review can be connected".into());
        };
        let ids = (host.clone(), vendor.clone());
        let mut settlement = Settlement::new(None, ids, Some(LinkedBy::Person), Vec::new(), Baseline::default());
        if let (Some(host), Some(vendor)) = (review.in_host(host), review.in_vendor(vendor)) {
            settlement = settlement.seen(&self.prints.current, host, vendor);
        }
        let links = &review.context.links;
        let holds =
            |link: &&Link| link.host == *host && link.kind == LinkKind::First && link.state == LinkState::Linked;
        let linked = links.iter().find(holds);
        let in_the_way = match how {
            Connect::One => links.iter().find(|link| link.host == *host || link.vendor == *vendor),
            Connect::Further => links.iter().find(|link| link.vendor == *vendor),
            Connect::ReHire => None,
        };
        if let Some(link) = in_the_way {
            return Err(format!(
                "one of the two is linked to somebody else: person {} (vendor {}); forget that link first, if it is wrong or \
                 the person is gone",
                link.host, link.vendor
            ));
        }
        // A batch's checks do not see its own puts, so two links of one record would both be stored.
        let new = |other: &&Settlement| other.new_link.is_some();
        let taken = |other: &Settlement| match how {
            Connect::Further => other.vendor_id == *vendor,
            Connect::One | Connect::ReHire => {
                other.host_id == *host
                    || other.vendor_id == *vendor
                    || (candidate.old.is_some() && other.in_place_of == candidate.old)
            }
        };
        if self.settlements.iter().filter(new).any(taken) {
            return Err("one of the two is connected to somebody else already".into());
        }
        match how {
            Connect::One => {}
            Connect::Further => {
                if linked.is_none() && !self.settlements.iter().filter(new).any(|other| other.host_id == *host) {
                    return Err(
                        "the person has no first record in the payroll system; connect one of them first".into()
                    );
                }
                settlement.kind = LinkKind::Further;
            }
            Connect::ReHire => {
                let Some(old) = &candidate.old else {
                    return Err("the person is not known to have come back".into());
                };
                // It gives way as it was seen now, and not as somebody made it since.
                let gives_way =
                    |link: &&Link| link.kind == LinkKind::First && link.host == old.0 && link.vendor == old.1;
                let version = links.iter().find(gives_way).map_or(0, |link| link.row_version);
                settlement = settlement.replacing(old.clone(), version);
            }
        }
        Ok(settlement)
    }

    fn create_in_vendor(&mut self, record: &Record, id: &HostId, blockers: &[Finding]) {
        if !blockers.is_empty() {
            self.findings.extend_from_slice(blockers);
            return;
        }
        let source = creation_print(&self.prints.current, self.mapping, Side::Host, record);
        self.push(Some(id.clone()), None, Action::CreateInVendor { source });
    }

    fn create_in_host(&mut self, record: &Record, id: &VendorId, blockers: &[Finding]) {
        if !blockers.is_empty() {
            self.findings.extend_from_slice(blockers);
            return;
        }
        let source = creation_print(&self.prints.current, self.mapping, Side::Vendor, record);
        self.push(None, Some(id.clone()), Action::CreateInHost { source });
    }

    fn push(&mut self, host_id: Option<HostId>, vendor_id: Option<VendorId>, action: Action) {
        let id = operation_id(&self.prints.current, host_id.as_ref(), vendor_id.as_ref(), &action);
        self.operations.push(Operation { id, host_id, vendor_id, action, holds: Vec::new() });
    }
}

/// The places of differences that go together, of groups with more than one. What was left before is one of them: it is written
/// along, so what decides the others in bulk or as a policy does not suffice.
fn groups(differences: &[Difference]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, difference) in differences.iter().enumerate() {
        if let Some(group) = difference.group {
            groups.entry(group).or_default().push(place);
        }
    }
    let open = |members: &Vec<usize>| members.iter().any(|place| differences[*place].kind != DifferenceKind::Left);
    groups.into_values().filter(|members| members.len() > 1 && open(members)).collect()
}

fn impossible(difference: &Difference, why: &str) -> Finding {
    let message = format!("the decision is not possible: {why}");
    difference.name_in(Finding::problem(code::DECISION_IMPOSSIBLE, message, Fixer::HostAdministrator))
}
