//! Undoing a run: what stood there before is written back, wherever nobody touched it since.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::apply::Run;
use super::compare::{DifferenceKind, Halves, Judgement, agree_now, judge};
use super::employment::{Spoken, WORKDAYS, out_of_order, several, spoken};
use super::engine::Engine;
use super::entries::units_of;
use super::erase::of_host;
use super::explain::written_side;
use super::findings::{gone, refusal};
use super::fresh::{Fresh, NotRead};
use super::link::{Link, LinkState};
use super::plan::{Action, Change, Made, Nobody, Operation, Plan, Source, Why, carried_print, operation_id};
use super::planner::hold;
use super::resolution::{WhyNot, host_wins};
use super::review::Prints;
use crate::connection::Actor;
use crate::error::{Error, ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::journal::{Entry, Event};
use crate::keys::{KEY_ERASED, KEY_MISSING, Key, Sealed};
use crate::mapping::{Asked, FieldMapping, Mapping};
use crate::model::{Cell, FieldId, FieldKind, HostId, Record, RunId, Side, Value, VendorId};

/// A cell as it is kept under seal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Empty,
    Text(String),
    Date(String),
    List(String),
}

impl Kept {
    /// `None` for a cell that cannot be written back: one that was not read, or holds no value of its field.
    fn of(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::NotRead | Cell::AsGiven(_) => None,
            Cell::Empty => Some(Self::Empty),
            Cell::Value(value @ Value::Text(_)) => Some(Self::Text(value.reveal().into_owned())),
            Cell::Value(value @ Value::Date(_)) => Some(Self::Date(value.reveal().into_owned())),
            Cell::Value(value @ Value::List(_)) => Some(Self::List(value.reveal().into_owned())),
        }
    }

    /// The cell of a field of this kind.
    fn cell(&self, kind: FieldKind) -> Cell {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Value(Value::text(text)),
            Self::Date(text) => crate::check::date(text).map_or(Cell::NotRead, |date| Cell::Value(Value::Date(date))),
            Self::List(text) => kind.parse(text).map_or(Cell::NotRead, Cell::Value),
        }
    }

    fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|_| unreadable())
    }
}

/// What a write put in a field, and what stood there before.
#[derive(Serialize, Deserialize)]
struct Replaced {
    before: Kept,
    after: Kept,
}

fn to_json<T: Serialize>(kept: &T) -> Result<String> {
    serde_json::to_string(kept)
        .map_err(|_| Error::new(ErrorKind::Unexpected, "a kept value could not be written as JSON"))
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Unexpected, "a kept value cannot be read")
}

impl Run<'_> {
    /// What a write of these fields replaces, sealed for the journal.
    pub(crate) fn replaced(
        &self,
        person: &HostId,
        fields: &[FieldId],
        before: &Record,
        after: &Record,
    ) -> Result<Option<Sealed>> {
        let replaced = |field: &FieldId| {
            let (before, after) = (Kept::of(before.cell(*field))?, Kept::of(after.cell(*field))?);
            Some((*field, Replaced { before, after }))
        };
        let replaced: BTreeMap<FieldId, Replaced> = fields.iter().filter_map(replaced).collect();
        if replaced.is_empty() {
            return Ok(None);
        }
        let text = to_json(&replaced)?;
        Sealed::new(&*self.engine.keys, &*self.engine.entropy, person.as_str(), &text).map(Some)
    }
}

/// The cell that stood somewhere before, as it is carried in a plan.
pub(crate) fn previous_cell(entry: &FieldMapping, opened: &str) -> Result<Cell> {
    Ok(Kept::from_json(opened)?.cell(entry.kind()))
}

/// Puts what the vendor showed before into the host's record, in the host's value space, so that the rules of writing see it as
/// any other value to be sent.
pub(crate) fn put_back(entry: &FieldMapping, host: &mut Record, shown: &Cell) -> std::result::Result<(), WhyNot> {
    let cell = match shown {
        Cell::Value(value) => Cell::Value(entry.read(value).map_err(|_| WhyNot::NoWayBack)?),
        Cell::Empty => Cell::Empty,
        Cell::NotRead | Cell::AsGiven(_) => return Err(WhyNot::NoWayBack),
    };
    host.set(entry.field, cell);
    let asks_for_it = match (entry.ask(host), shown) {
        (Asked::Value(asked), Cell::Value(shown)) => entry.kind().same(&asked, shown),
        (Asked::Empty, Cell::Empty) => true,
        _ => false,
    };
    if asks_for_it { Ok(()) } else { Err(WhyNot::NoWayBack) }
}

/// A write as the journal tells of it.
struct Written {
    ours: bool,
    side: Side,
    host: Option<HostId>,
    vendor: Option<VendorId>,
    fields: Vec<FieldId>,
    replaced: Option<Sealed>,
    refused: bool,
}

/// The writes of the journal, and who was erased since the run.
struct Writes<'r> {
    run: &'r RunId,
    all: Vec<Written>,
    /// The latest write of an operation's step.
    latest: HashMap<(String, String), usize>,
    erased: HashSet<HostId>,
    /// The run of the first entry that there is.
    first: Option<RunId>,
    /// Whether the journal was pruned by what took no care of runs.
    cut_anywhere: bool,
}

impl<'r> Writes<'r> {
    fn of(run: &'r RunId) -> Self {
        let (all, latest, erased) = (Vec::new(), HashMap::new(), HashSet::new());
        Self { run, all, latest, erased, first: None, cut_anywhere: false }
    }

    fn take(&mut self, entry: Entry) {
        let ours = entry.entry.run == *self.run;
        self.first.get_or_insert_with(|| entry.entry.run.clone());
        match entry.entry.event {
            Event::Intended { operation, host, vendor, step, fields, replaced } if ours || !self.all.is_empty() => {
                let side = written_side(&step);
                self.latest.insert((operation.as_str().to_owned(), step), self.all.len());
                self.all.push(Written { ours, side, host, vendor, fields, replaced, refused: false });
            }
            Event::Outcome { operation, step, result, .. } if result == "refused" || result == "not_applied" => {
                if let Some(place) = self.latest.get(&(operation.as_str().to_owned(), step)) {
                    self.all[*place].refused = true;
                }
            }
            // Before the run began nothing of it was there to be erased.
            Event::Erased { host, .. } if !self.all.is_empty() => {
                self.erased.insert(host);
            }
            // The newest tells where the journal begins.
            Event::Pruned { checkpoint } => self.cut_anywhere = !checkpoint.whole_runs,
            _ => {}
        }
    }

    /// Whether the journal begins within the run, as far as that can be told.
    fn may_be_cut(&self) -> bool {
        self.cut_anywhere && self.first.as_ref() == Some(self.run)
    }

    /// What the run wrote, by person and side in the order of the first write, and what others wrote afterwards.
    fn sort(self) -> (Vec<(HostId, Wrote)>, Vec<Finding>) {
        let mut people: Vec<(HostId, Wrote)> = Vec::new();
        let (mut places, mut findings) = (HashMap::new(), Vec::new());
        for written in self.all.into_iter().filter(|written| !written.refused) {
            let (Some(host), Some(vendor)) = (written.host.clone(), written.vendor.clone()) else {
                if written.ours {
                    findings.push(stays(written.host, written.vendor));
                }
                continue;
            };
            let place = *places.entry((host.clone(), vendor.clone())).or_insert_with(|| {
                people.push((host.clone(), Wrote { erased: self.erased.contains(&host), ..Wrote::default() }));
                people.len() - 1
            });
            let wrote = &mut people[place].1;
            if written.ours {
                wrote.vendor = Some(vendor);
                wrote.seals.push((written.side, written.fields, written.replaced));
            } else {
                wrote.later.extend(written.fields.into_iter().map(|field| (written.side, field)));
            }
        }
        people.retain(|(_, wrote)| wrote.vendor.is_some());
        (people, findings)
    }
}

/// What a run wrote for one person.
#[derive(Default)]
struct Wrote {
    vendor: Option<VendorId>,
    seals: Vec<(Side, Vec<FieldId>, Option<Sealed>)>,
    /// What other runs wrote later.
    later: HashSet<(Side, FieldId)>,
    erased: bool,
}

impl Engine {
    /// Makes the plan that undoes a run: what stood on either side before the run wrote there is written back, wherever nobody
    /// touched it since. Nothing is written yet; the plan is looked at, approved and applied like any other, and what it writes
    /// stays as it is until somebody changes it: the next comparison shows those fields as left.
    ///
    /// What cannot be undone is among the plan's findings: a value that changed since (code `undo.touched`), a person who was
    /// erased (`person.erased`), a value that cannot be written back, and people whom the run created or linked, who stay.
    ///
    /// # Errors
    /// The actor may not, [`ErrorKind::NotFound`] with code `run_unknown` when the journal tells of no write of that run (any
    /// more), with code `run_incomplete` when the journal begins with that run and an earlier version, which did not keep runs whole, pruned
    /// it; the journal is not whole (as [`verify_journal`](Self::verify_journal)), or the vendor, the host or the store cannot be read.
    pub async fn undo(&self, actor: &Actor, undone: &RunId) -> Result<Plan> {
        self.may_configure(actor)?;
        let run = self.new_run()?;
        let writes = self.each_entry(|| Writes::of(undone), Writes::take).await?;
        if !writes.all.iter().any(|written| written.ours) {
            return Err(Error::new(ErrorKind::NotFound, "the journal tells of no write of that run")
                .with_code("run_unknown")
                .with_fixer(Fixer::HostAdministrator));
        }
        if writes.may_be_cut() {
            let message = "the journal begins within that run, so that only a part of it could be undone";
            return Err(Error::new(ErrorKind::NotFound, message)
                .with_code("run_incomplete")
                .with_fixer(Fixer::HostAdministrator));
        }
        let (people, findings) = writes.sort();
        let (_, connection) = self.connected().await?;
        let mapping = self.connector.mapping(&connection.memory);
        let mut undoing = Undoing {
            engine: self,
            mapping: &mapping,
            prints: Prints::new(&*self.keys, &self.id),
            operations: Vec::new(),
            findings,
        };
        for (person, wrote) in &people {
            undoing.person(person, wrote).await?;
        }
        let Undoing { prints, mut operations, findings, .. } = undoing;
        hold(&mut operations, &self.guards, self.linked_people().await?, actor.may_configure());
        let with = self.plan_input(run, actor);
        let (settlements, undecided) = (Vec::new(), Vec::new());
        let made = Made { operations, settlements, findings, undecided, undoes: Some(undone.clone()) };
        made.seal(&self.id, &mapping, &prints.current, &with)
    }
}

struct Undoing<'a> {
    engine: &'a Engine,
    mapping: &'a Mapping,
    prints: Prints<'a>,
    operations: Vec<Operation>,
    findings: Vec<Finding>,
}

/// A person as both sides show them now.
struct Now {
    link: Link,
    host: Record,
    vendor: Record,
}

impl Now {
    fn side(&self, side: Side) -> &Record {
        match side {
            Side::Host => &self.host,
            Side::Vendor => &self.vendor,
        }
    }
}

impl Undoing<'_> {
    async fn person(&mut self, person: &HostId, wrote: &Wrote) -> Result<()> {
        let Some(vendor) = &wrote.vendor else { return Ok(()) };
        if wrote.erased {
            self.findings.push(erased(person));
            return Ok(());
        }
        let before = match self.opened(wrote).await {
            Ok(before) => before,
            Err(error) if error.code() == KEY_ERASED => {
                self.findings.push(erased(person));
                return Ok(());
            }
            Err(error) if error.code() == KEY_MISSING => {
                // The others' can be undone all the same.
                let finding = Finding::from_error(&error).of_host(person).of_vendor(vendor);
                self.findings.push(finding);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        for (side, field) in kept_not(wrote, &before) {
            let message = format!("what stood {} before was not kept, so it cannot be written back", at(side));
            self.refuse(person, vendor, field, code::UNDO_IMPOSSIBLE, message);
        }
        if before.is_empty() {
            return Ok(());
        }
        let Some(mut now) = self.now(person, vendor).await? else { return Ok(()) };
        let key = self.engine.key_of(&of_host(person)).await?;
        let of = |side| before.iter().filter(move |((of, _), _)| *of == side).map(|((_, field), was)| (*field, was));
        let in_host = self.untouched(&now, Side::Host, of(Side::Host).collect(), &wrote.later);
        let in_vendor = self.untouched(&now, Side::Vendor, of(Side::Vendor).collect(), &wrote.later);
        self.operation(&now, Side::Host, &in_host, &key)?;
        // By then the host has its values back.
        for (was, entry) in &in_host {
            now.host.set(entry.field, was.before.cell(entry.kind()));
        }
        self.operation(&now, Side::Vendor, &in_vendor, &key)
    }

    /// What stood in each field before the run's first write there, and what its last one put there.
    async fn opened(&self, wrote: &Wrote) -> Result<BTreeMap<(Side, FieldId), Replaced>> {
        let mut all: BTreeMap<(Side, FieldId), Replaced> = BTreeMap::new();
        for (side, _, sealed) in &wrote.seals {
            let Some(sealed) = sealed else { continue };
            let opened = self.engine.open(sealed).await?;
            let replaced: BTreeMap<FieldId, Replaced> = serde_json::from_str(&opened).map_err(|_| unreadable())?;
            for (field, one) in replaced {
                match all.get_mut(&(*side, field)) {
                    Some(first) => first.after = one.after,
                    None => drop(all.insert((*side, field), one)),
                }
            }
        }
        Ok(all)
    }

    async fn now(&mut self, person: &HostId, vendor: &VendorId) -> Result<Option<Now>> {
        let told = |finding: Finding| finding.of_host(person).of_vendor(vendor);
        let link = self.engine.link_between(self.mapping, person, vendor).await?;
        let Some(link) = link.filter(|link| link.state == LinkState::Linked) else {
            let message = "the person is not linked any more, so nothing is written back";
            self.findings.push(told(Finding::problem(code::NOT_LINKED, message, Fixer::HostAdministrator)));
            return Ok(None);
        };
        match self.engine.read_both(&link, self.mapping, &mut self.prints, &mut 0).await {
            Ok(Fresh { link, host, vendor }) => Ok(Some(Now { link, host, vendor: vendor.record })),
            Err(NotRead::Gone(side)) => {
                self.findings.push(gone(&link, side));
                Ok(None)
            }
            Err(NotRead::Failed(_, error)) => Err(error),
        }
    }

    /// Whether somebody changed the value on the side that is not written back: that change is newer than what is undone, and is
    /// neither written over nor settled away.
    fn other_moved(&mut self, now: &Now, side: Side, entry: &FieldMapping) -> bool {
        let Now { link, host, vendor } = now;
        let opened = self.prints.open(link, self.mapping, self.mapping.revision());
        let (Some((prints, pairs)), Some(place)) = (opened, self.mapping.place(entry.field)) else {
            return agree_now(entry, host, vendor) != Some(true);
        };
        let judged = match units_of((place, entry), &prints, pairs.entries(place), &link.host, (host, vendor)) {
            Some(units) => units.iter().map(|unit| unit.judge(&prints, &link.host, entry)).collect(),
            None => vec![judge(entry, host, vendor, pairs.get(place), || {
                Halves::new(&prints, &link.host, entry, host, vendor)
            })],
        };
        let moved = |judged: &Judgement| match judged {
            Judgement::Unknown => true,
            Judgement::Agreed | Judgement::Rendered => false,
            Judgement::Differs(kind) => match kind {
                DifferenceKind::HostChanged => side == Side::Vendor,
                DifferenceKind::VendorChanged => side == Side::Host,
                DifferenceKind::Left | DifferenceKind::NotTaken => false,
                DifferenceKind::Conflict | DifferenceKind::MissingInHost | DifferenceKind::MissingInVendor => true,
            },
        };
        judged.iter().any(moved)
    }

    /// The fields whose value is still the one that the run left, with what stood there before.
    fn untouched<'w>(
        &mut self,
        now: &Now,
        side: Side,
        fields: Vec<(FieldId, &'w Replaced)>,
        later: &HashSet<(Side, FieldId)>,
    ) -> Vec<(&'w Replaced, FieldMapping)> {
        let (mut ready, mut broken, mut touched) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (field, was) in fields {
            let Some(entry) = self.mapping.entry(field).cloned() else {
                let message = "the field is no longer supported, so nothing is written back";
                self.refuse(&now.link.host, &now.link.vendor, field, code::UNDO_IMPOSSIBLE, message.to_owned());
                continue;
            };
            let of_employment = WORKDAYS.contains(&field);
            if side == Side::Vendor && of_employment && several(self.mapping, &now.vendor).is_some() {
                let message = "the person has several employments in the payroll system, and nothing tells of which one that run wrote: correct \
                               it there";
                self.refuse(&now.link.host, &now.link.vendor, field, code::UNDO_IMPOSSIBLE, message.to_owned());
                continue;
            }
            let shown = now.side(side).cell(field);
            let back = says(&entry, shown, &was.before.cell(entry.kind()));
            // Fields that go together are written together, also those of them that are as they were.
            if back && (side == Side::Host || entry.group.is_none()) {
                continue;
            }
            // A rendering of the vendor's own cannot be told from a value that somebody put there, and stays.
            let ours = !later.contains(&(side, field)) && says(&entry, shown, &was.after.cell(entry.kind()));
            let other_moved = self.other_moved(now, side, &entry);
            // Of which employment a last workday is, the first one says.
            let later = |with| later.contains(&(Side::Host, with)) || later.contains(&(Side::Vendor, with));
            if self.mapping.followed(field).any(later) {
                touched.insert(field);
            }
            if back || (ours && !other_moved) {
                ready.push((was, entry));
                continue;
            }
            broken.extend(entry.group.map(|group| group.name));
            touched.extend(self.mapping.followed(field));
            let changed = if ours { side.other() } else { side };
            let message = format!("changed {} since that run, so it stays as it is", at(changed));
            self.refuse(&now.link.host, &now.link.vendor, field, code::UNDO_TOUCHED, message);
        }
        let whole = |entry: &FieldMapping| entry.group.is_none_or(|group| !broken.contains(group.name));
        ready.retain(|(_, entry)| side == Side::Host || whole(entry));
        for (_, entry) in ready.extract_if(.., |(_, entry)| touched.contains(&entry.field)) {
            let message =
                "it is of an employment of which the other workday changed since that run, so it stays as it is";
            self.refuse(&now.link.host, &now.link.vendor, entry.field, code::UNDO_TOUCHED, message.to_owned());
        }
        let moves = |(was, entry): &(&Replaced, FieldMapping)| {
            !says(entry, now.side(side).cell(entry.field), &was.before.cell(entry.kind()))
        };
        if ready.iter().any(moves) { ready } else { Vec::new() }
    }

    fn operation(&mut self, now: &Now, side: Side, fields: &[(&Replaced, FieldMapping)], key: &Key) -> Result<()> {
        let mut asked = now.host.clone();
        let mut refused = BTreeMap::new();
        if side == Side::Vendor {
            for (was, entry) in fields {
                if let Err(why) = put_back(entry, &mut asked, &was.before.cell(entry.kind())) {
                    refused.insert(entry.field, why);
                }
            }
            for (_, entry) in fields {
                if let Err(why) = host_wins(self.mapping, entry, &asked, &now.vendor, &Nobody) {
                    refused.entry(entry.field).or_insert(why);
                }
            }
        }
        // What goes back to another employment, or not with the other workday, is no undoing.
        let before = fields.iter().map(|(was, entry)| (entry.field, was.before.cell(entry.kind())));
        let apart = match side {
            Side::Host => !out_of_order(self.mapping, (Side::Host, &now.host), before).is_empty(),
            Side::Vendor => spoken(self.mapping, &asked, &now.vendor, None) != Spoken::One,
        };
        for (_, entry) in fields {
            let mut with = self.mapping.followed(entry.field).peekable();
            if with.peek().is_some() && (apart || with.any(|with| refused.contains_key(&with))) {
                refused.entry(entry.field).or_insert(WhyNot::OtherEmployment);
            }
        }
        let mut changes = Vec::new();
        for (was, entry) in fields.iter().filter(|(_, entry)| !refused.contains_key(&entry.field)) {
            let halves = Halves::new(&self.prints.current, &now.link.host, entry, &now.host, &now.vendor);
            let text = to_json(&was.before)?;
            let sealed = Sealed::for_person(key, &*self.engine.entropy, &of_host(&now.link.host), &text)?;
            changes.push(Change {
                field: entry.field,
                entry: None,
                source: Source::Previous(sealed),
                why: Why::Undone,
                host: halves.asked,
                vendor: halves.shown,
                carries: Some(carried_print(&self.prints.current, &now.link.host, entry.field, &text)),
            });
        }
        for (field, why) in refused {
            let finding = Finding { code: code::UNDO_IMPOSSIBLE.into(), ..refusal(&why) };
            self.findings.push(finding.of_host(&now.link.host).of_vendor(&now.link.vendor).on(field));
        }
        if changes.is_empty() {
            return Ok(());
        }
        let action = match side {
            Side::Host => Action::UpdateHost { changes },
            Side::Vendor => Action::UpdateVendor { changes },
        };
        let (host, vendor) = (Some(now.link.host.clone()), Some(now.link.vendor.clone()));
        let id = operation_id(&self.prints.current, host.as_ref(), vendor.as_ref(), &action);
        self.operations.push(Operation { id, host_id: host, vendor_id: vendor, action, holds: Vec::new() });
        Ok(())
    }

    fn refuse(&mut self, host: &HostId, vendor: &VendorId, field: FieldId, code: &'static str, message: String) {
        let finding = Finding::problem(code, message, Fixer::HostAdministrator);
        self.findings.push(finding.of_host(host).of_vendor(vendor).on(field));
    }
}

/// Whether a cell says the same as another.
pub(crate) fn says(entry: &FieldMapping, cell: &Cell, other: &Cell) -> bool {
    match (cell, other) {
        (Cell::Empty, Cell::Empty) => true,
        (Cell::Value(one), Cell::Value(other)) => entry.kind().same(one, other),
        _ => false,
    }
}

/// The fields that were written and whose former value was not kept.
fn kept_not(wrote: &Wrote, before: &BTreeMap<(Side, FieldId), Replaced>) -> BTreeSet<(Side, FieldId)> {
    let written = wrote.seals.iter().flat_map(|(side, fields, _)| fields.iter().map(|field| (*side, *field)));
    written.filter(|written| !before.contains_key(written)).collect()
}

fn at(side: Side) -> &'static str {
    match side {
        Side::Host => "in the host",
        Side::Vendor => "in the payroll system",
    }
}

fn erased(person: &HostId) -> Finding {
    let message = "the person was erased, and what stood there before with them; nothing is written back";
    Finding::notice(code::ERASED, message).of_host(person)
}

fn stays(host: Option<HostId>, vendor: Option<VendorId>) -> Finding {
    let message = "created by that run, and stays; remove the person by hand where they are not wanted";
    let finding = Finding::problem(code::UNDO_IMPOSSIBLE, message, Fixer::HostAdministrator);
    Finding { host_id: host, vendor_id: vendor, ..finding }
}
