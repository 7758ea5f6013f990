//! Carrying absences over: reading both sides, planning and writing, until there is nothing more to be done.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::cause;
use super::days::days;
use super::engine::{Absences, Task};
use super::ledger::{Form, Held};
use super::model::Absence;
use super::person::{LeftOut, Person};
use super::plan::{AbsencePlan, Input, Telling, plan};
use super::report::{AbsenceOutcome, AbsenceReport, PlannedEntry};
use super::rows::Waits;
use super::slot::Piece;
use super::standing::{Again, Rules, Standing};
use super::vendor::{AbsenceConnector, EntryWrite, Looked, Window};
use super::write::{Wrote, is_refusal};
use crate::error::{Error, ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::journal::{Event, NewEntry};
use crate::model::{AbsenceId, HostId, Side};
use crate::reconcile::{Engine, LinkState, Way, unusable_id};
use crate::store::{self, Batch};

/// How often both sides are looked at again in one run when something else happens there meanwhile.
pub(super) const ROUNDS: usize = 4;

/// A run that carries absences over.
pub(super) struct Carrying<'e> {
    pub(super) engine: &'e Engine,
    pub(super) vendor: &'e dyn AbsenceConnector,
    pub(super) absences: &'e Absences,
    pub(super) actor: String,
    pub(super) report: AbsenceReport,
    /// What goes into the journal with the next commit.
    pub(super) entries: Vec<NewEntry>,
    /// What would be written, when nothing is.
    pub(super) planned: Vec<PlannedEntry>,
    /// How it stands with the way to the payroll system.
    pub(super) way: Way,
    /// Why nothing is asked of the payroll system any more.
    pub(super) stopped: Option<Arc<Error>>,
}

/// What a look brings.
pub(super) type LookResult = Result<Looked, Arc<Error>>;

/// A person about whom something is to be done.
struct Begun<'p> {
    person: Person<'p>,
    /// What has to be looked at first.
    window: Option<Window>,
}

/// How a person's turn ended.
#[derive(PartialEq, Eq)]
enum Came {
    Done,
    /// The host's side changed while something was written.
    Moved,
    /// Somebody else stored something of the person, and nothing was kept of the turn.
    Late,
}

/// Why a person is left to the next sweep about whom there is always something new.
pub(super) fn busy() -> Error {
    let message = "the absences of this person are being carried over by somebody else all the time";
    Error::new(ErrorKind::Cancelled, message).with_code(code::WRITE_PENDING)
}

fn told_by_host(message: &'static str) -> Error {
    Error::new(ErrorKind::Unexpected, message)
        .with_fixer(Fixer::HostDeveloper)
        .with_hint("`HostAbsences::of` answers with the absences of the person it is asked about, each once")
}

fn told_of_others() -> Error {
    Error::new(ErrorKind::Unexpected, "the connector told of more or fewer people than it was asked for")
}

impl Carrying<'_> {
    /// As many people together as the payroll system tells of at once, and of these one after the other. Of somebody whom the host cannot
    /// tell nobody else suffers.
    pub(super) async fn people(&mut self, people: &[HostId], task: &Task) -> Result<()> {
        let mut named = BTreeSet::new();
        let people: Vec<&HostId> = people.iter().filter(|id| named.insert(*id)).collect();
        for together in people.chunks(self.vendor.looks_at().max(1)) {
            let mut begun = Vec::with_capacity(together.len());
            for id in together {
                let one = self.begin(id, task).await;
                begun.extend(self.or_later(id, task, one).await?.flatten());
            }
            let looked = self.look_ahead(&begun).await;
            for (begun, looked) in begun.into_iter().zip(looked) {
                let id = begun.person.id;
                let done = self.carry_out(begun, looked, task).await;
                self.or_later(id, task, done).await?;
            }
            // Who was not even tried is not left alone for longer.
            if task.swept && self.stopped.is_none() {
                for id in together {
                    self.wait(id).await?;
                }
            }
        }
        Ok(())
    }

    /// What was done about a person; whoever it failed for is left to the next sweep.
    async fn or_later<T>(&mut self, id: &HostId, task: &Task, done: Result<T>) -> Result<Option<T>> {
        match done {
            Ok(done) => Ok(Some(done)),
            Err(error) if store::is_down(&error) => Err(error),
            Err(error) => {
                let finding = Finding::from_error(&error).of_host(id);
                let stored = match self.stored(id).await {
                    Ok(person) => Some(person),
                    Err(error) if store::is_down(&error) => return Err(error),
                    Err(_) => None,
                };
                match stored {
                    // It is in the log, and every sweep would say so again.
                    None if task.swept => self.reported(finding),
                    _ => self.found(finding, error.sensitive_detail()),
                }
                if let Some(mut person) = stored.filter(|_| !task.dry) {
                    (person.open, person.swept) = (true, task.swept);
                    for (id, carried) in &mut person.ledger.absences {
                        carried.look |= task.again && carried.sent.is_some();
                        if task.retried.as_ref() == Some(id) {
                            carried.retry();
                        }
                    }
                    self.store(&mut person, Batch::default()).await?;
                }
                Ok(None)
            }
        }
    }

    /// Both sides of a person as far as they are known here, and what has to be looked at first; `None` when there is nothing to be done
    /// about them.
    async fn begin<'p>(&mut self, id: &'p HostId, task: &Task) -> Result<Option<Begun<'p>>> {
        if !id.is_usable() {
            self.found(unusable_id(Side::Host, id.as_str()), None);
            return Ok(None);
        }
        let settled = match task.dry {
            true => !self.is_under_way(id).await?,
            false => self.settle(id).await?,
        };
        if !settled {
            // Who writes looks at the host once more when that is done, but knows nothing of what somebody asked for besides.
            if !task.dry && (task.again || task.retried.is_some()) {
                let message =
                    "what was asked for was not done, because a write of the person's absences is not settled yet";
                let finding = Finding::problem(code::WRITE_PENDING, message, Fixer::HostAdministrator).of_host(id);
                self.found(finding.with_hint("ask for it again in a few minutes"), None);
            }
            return Ok(None);
        }
        let Some(mut person) = self.read(id, task).await? else { return Ok(None) };
        person.swept = task.swept;
        if let Some(carried) = task.retried.as_ref().and_then(|id| person.ledger.absences.get_mut(id)) {
            carried.retry();
        }
        let standings = self.standings(&person, Again::None);
        person.waits = Waits::of(&standings, &person.absences, &person.ledger, &self.absences.settings);
        let unchanged = standings.into_iter().filter(|(_, one)| *one == Standing::Kept(None));
        person.unchanged = unchanged.map(|(id, _)| id).collect();
        person.arrive();
        person.tidy();
        let window = person.window(&self.standings(&person, task.again()));
        Ok(Some(Begun { person, window }))
    }

    /// What is there for people who begin together, as far as it is looked at for all of them at once: what is refused to several says
    /// nothing of each.
    async fn look_ahead(&mut self, begun: &[Begun<'_>]) -> Vec<Option<LookResult>> {
        let windows: Vec<Window> = begun.iter().filter_map(|one| one.window.clone()).collect();
        if windows.is_empty() {
            return begun.iter().map(|_| None).collect();
        }
        let mut looked = match self.look_at(&windows).await {
            Ok(looked) => looked.into_iter().map(|looked| Some(Ok(looked))).collect(),
            Err(error) if windows.len() > 1 && is_refusal(&error) => Vec::new(),
            Err(error) => windows.iter().map(|_| Some(Err(Arc::clone(&error)))).collect(),
        }
        .into_iter();
        begun.iter().map(|one| one.window.as_ref().and_then(|_| looked.next().flatten())).collect()
    }

    /// What is there in a window.
    pub(super) async fn look(&mut self, window: &Window) -> LookResult {
        let looked = self.look_at(std::slice::from_ref(window)).await?;
        looked.into_iter().next().ok_or_else(|| Arc::new(told_of_others()))
    }

    /// Looks, unless the run does not knock any more.
    async fn look_at(&mut self, windows: &[Window]) -> Result<Vec<Looked>, Arc<Error>> {
        if let Some(stopped) = &self.stopped {
            return Err(Arc::clone(stopped));
        }
        self.report.calls.reads += 1;
        let looked = self.vendor.look(windows).await;
        let looked = looked.and_then(|looked| match looked.len() == windows.len() {
            true => Ok(looked),
            false => Err(told_of_others()),
        });
        match looked {
            Ok(looked) => {
                self.way.answered();
                Ok(looked)
            }
            Err(error) => {
                let error = Arc::new(error);
                self.failed(&error);
                Err(error)
            }
        }
    }

    /// Remembers that the payroll system could not be used: a run does not knock for ever on a closed door.
    pub(super) fn failed(&mut self, error: &Arc<Error>) {
        if is_refusal(error) {
            self.way.answered();
        } else if error.kind() != ErrorKind::Cancelled && self.way.failed(error) {
            self.stopped = Some(Arc::clone(error));
        }
    }

    /// Tells that the payroll system cannot be used: of whom, or once where the run ends by it.
    pub(super) fn unusable(&mut self, person: &HostId, error: &Arc<Error>) {
        let ends = self.stopped.as_ref().is_some_and(|stopped| Arc::ptr_eq(stopped, error));
        let finding = Finding::from_error(error);
        if error.code() != code::QUARANTINED && error.code() != code::NOT_ACTIVE {
            self.found(if ends { finding } else { finding.of_host(person) }, error.sensitive_detail());
        } else {
            // Why it is let alone is in the log already, and each run says so.
            self.reported(finding);
        }
    }

    /// Carries over what is to be carried over of a person, and once more where something happened meanwhile: whoever changed an absence
    /// while it was written was turned away, and relies on it.
    async fn carry_out(&mut self, begun: Begun<'_>, mut looked: Option<LookResult>, task: &Task) -> Result<()> {
        let (mut person, mut task) = (begun.person, task.clone());
        for _ in 0..ROUNDS {
            let before = person.items.clone();
            let came = self.carry(&mut person, looked.take(), &task).await;
            // What was written is in the report, whatever failed after it.
            let came =
                came.inspect_err(|_| self.report.items.extend(std::mem::take(&mut person.items).into_values()))?;
            let items = if came == Came::Late { before } else { std::mem::take(&mut person.items) };
            match came {
                Came::Done => {
                    self.report.items.extend(items.into_values());
                    return Ok(());
                }
                Came::Moved => task = Task::default(),
                Came::Late => {}
            }
            let Some(begun) = self.begin(person.id, &task).await? else {
                self.report.items.extend(items.into_values());
                return Ok(());
            };
            person = Person { items, ..begun.person };
        }
        self.report.items.extend(std::mem::take(&mut person.items).into_values());
        Err(busy())
    }

    /// Carries over what is to be carried over of a person, and tells what is to be told.
    async fn carry(&mut self, person: &mut Person<'_>, looked: Option<LookResult>, task: &Task) -> Result<Came> {
        self.rounds(person, looked, task).await?;
        if task.dry {
            return Ok(Came::Done);
        }
        // Whoever was turned away by the write relies on this look. It comes before the host is told anything, which changes it too.
        let now = if person.wrote { Some(self.of_host(person.id).await) } else { None };
        let moved = now.as_ref().is_some_and(|now| now.as_ref().ok() != Some(&person.absences));
        person.open |= moved || !person.alone.is_empty();
        person.midway = false;
        if person.ledger.entries.iter().any(|held| held.disconnected) {
            // What was disconnected just now waits for the mapping that it was sent by.
            let standings = self.standings(person, Again::None);
            person.waits = Waits::of(&standings, &person.absences, &person.ledger, &self.absences.settings);
        }
        let owed = person.ledger.take_owed(self.engine.clock.now());
        if !self.store(person, Batch::default()).await? {
            return Ok(Came::Late);
        }
        let shown = owed.iter().any(|owed| owed.status.is_some());
        self.deliver(person, owed).await?;
        now.transpose()?;
        // Whoever changed an absence before the host was told of it found nothing in the ledger that was over.
        let moved = moved || (shown && !self.is_as_read(person).await?);
        Ok(if moved { Came::Moved } else { Came::Done })
    }

    /// Both sides of a person as far as they are known here; `None` when there is nothing to be done about them.
    pub(super) async fn read<'p>(&mut self, id: &'p HostId, task: &Task) -> Result<Option<Person<'p>>> {
        let mut person = self.stored(id).await?;
        if self.engine.host.fetch(id).await?.is_none() {
            let known = match &person.stored {
                Some(stored) => !stored.waits.person,
                // They may have an absence that nobody heard of yet.
                None => self.engine.link(id).await?.is_some_and(|link| link.state == LinkState::Linked),
            };
            if known {
                // Whether their absences were real, whoever deleted them knows; that they are gone says nothing of them.
                let message = "the person is gone from the host; what was sent of their absences stays as it is";
                let finding = Finding::problem(code::LINKED_PERSON_GONE, message, Fixer::HostAdministrator);
                self.found(finding.of_host(id), None);
                if !task.dry {
                    // Where they come back, it is gone on with.
                    person.open = person.stored.as_ref().is_some_and(|stored| stored.open);
                    person.waits.person = true;
                    self.store(&mut person, Batch::default()).await?;
                }
            }
            return Ok(None);
        }
        let link = self.engine.link(id).await?.filter(|link| link.state == LinkState::Linked);
        for vendor in link.iter().map(|link| &link.vendor) {
            person.ledger.absences.values_mut().for_each(|carried| carried.turn_to(vendor));
        }
        let absences = self.of_host(id).await?;
        Ok(Some(Person { vendor: link.map(|link| link.vendor), absences, read: true, ..person }))
    }

    /// Whether the host's absences are what they were but for their status.
    async fn is_as_read(&self, person: &Person<'_>) -> Result<bool> {
        let forms = |absences: &BTreeMap<AbsenceId, Absence>| -> Vec<(AbsenceId, Form)> {
            absences.iter().map(|(id, absence)| (id.clone(), Form::of(absence))).collect()
        };
        Ok(forms(&self.of_host(person.id).await?) == forms(&person.absences))
    }

    /// The host's absences of a person. Somebody else's among them would be paid twice.
    async fn of_host(&self, id: &HostId) -> Result<BTreeMap<AbsenceId, Absence>> {
        let mut absences = BTreeMap::new();
        for absence in self.absences.host.of(id).await? {
            if absence.person != *id {
                return Err(told_by_host("asked for the absences of a person, the host told of somebody else's too"));
            }
            if let Some(twice) = absences.insert(absence.id.clone(), absence)
                && absences.get(&twice.id) != Some(&twice)
            {
                return Err(told_by_host("the host told of two different absences with one id"));
            }
        }
        Ok(absences)
    }

    /// Looks, plans and writes until there is nothing more to be done, or nothing can be. What is there at first may be known already.
    async fn rounds(&mut self, person: &mut Person<'_>, mut known: Option<LookResult>, task: &Task) -> Result<()> {
        let (mut round, mut rounds) = (0, ROUNDS);
        while round < rounds {
            person.tidy();
            let mut standings = self.standings(person, if round == 0 { task.again() } else { Again::Due });
            round += 1;
            // Those that wait for their turn stay as they are meanwhile.
            let alone = person.alone.pop();
            standings.extend(person.alone.iter().map(|id| (id.clone(), Standing::Kept(None))));
            person.tell_standings(&standings);
            for (id, why) in person.changed_meanwhile(&standings) {
                self.tell(person, &id, cause::not_carried(why), Telling::EachChange);
            }
            self.tell_problems(person, &standings);
            let Some(window) = person.window(&standings) else {
                // Of what is to go nothing stands there.
                person.settled(&standings, &BTreeSet::new(), &LeftOut::default());
                if person.alone.is_empty() {
                    return Ok(());
                }
                continue;
            };
            // What was looked at for several is used by nobody any more once the run has ended.
            let looked = match known.take().filter(|_| self.stopped.is_none()) {
                Some(looked) => looked,
                None => self.look(&window).await,
            };
            let looked = match looked {
                Ok(looked) => looked,
                Err(error) if is_refusal(&error) => {
                    self.refuse_all(person, &standings, &error);
                    return Ok(());
                }
                Err(error) => {
                    self.pending(person, &standings, &error);
                    return Ok(());
                }
            };
            let pieces = self.pieces(person, &standings, &window, &looked).await?;
            let today = self.engine.as_of();
            let AbsencePlan { ledger, groups, refusals, findings, noteless } = plan(&Input {
                window: &window,
                settings: &self.absences.settings,
                ledger: &person.ledger,
                absences: &person.absences,
                standings: &standings,
                pieces: &pieces,
                looked: &looked,
                today,
            });
            person.ledger = ledger;
            person.arrive();
            let nothing =
                |pieces: &Result<Vec<Piece>>| pieces.as_ref().is_ok_and(|pieces| pieces.iter().all(Piece::is_nothing));
            let empty = pieces.iter().filter(|(_, pieces)| nothing(pieces)).map(|(id, _)| id.clone()).collect();
            let mut left_out = LeftOut { notes: noteless, all: empty, unsettled: BTreeSet::new() };
            let mut failed: BTreeSet<AbsenceId> = refusals.iter().map(|refusal| refusal.absence.clone()).collect();
            for told in findings {
                self.tell(person, &told.absence, told.finding, told.to);
            }
            if task.dry {
                self.refuse_those(person, refusals, |_| true);
                for write in groups.iter().flat_map(|group| &group.writes) {
                    person.count(write, &standings);
                    self.planned.push(write.planned(person.id));
                    // What is said of absences is said as if it were written.
                    if let EntryWrite::Change { entry, .. } | EntryWrite::Delete { entry } = &write.write {
                        let gone = write.parts.is_empty();
                        let is_it = |held: &&mut Held| held.entry == entry.id && (gone || held.slot == entry.slot);
                        let held = person.ledger.entries.iter_mut().filter(is_it);
                        held.for_each(|held| held.parts.retain(|id, _| write.parts.contains_key(id)));
                    }
                }
                person.ledger.entries.retain(|held| !held.parts.is_empty());
                let partly = person.absences.keys().filter(|id| person.is_partly_there(id)).cloned();
                partly.collect::<Vec<_>>().iter().for_each(|id| person.item(id, AbsenceOutcome::PartlySent));
                person.settled(&standings, &failed, &left_out);
                self.tell_apart(person, &standings);
                return Ok(());
            }
            let mut again = !person.alone.is_empty();
            // The round after this one removes what was created of what is refused now.
            person.settling = round + 1 >= rounds;
            // What only a review looks at is looked at once more, until it stands or is refused.
            for absence in groups.iter().flat_map(|group| &group.absences) {
                if person.is_unchanged(absence) {
                    person.ledger.absences.entry(absence.clone()).or_default().look = true;
                }
            }
            let mut pending = false;
            for (place, group) in groups.iter().enumerate() {
                let wrote = self.write(person, &standings, group).await?;
                if wrote != Wrote::All {
                    failed.extend(group.absences.iter().cloned());
                    // What could not be removed a moment ago cannot be removed now.
                    again |= !group.absences.iter().all(|id| person.is_stuck(id));
                }
                pending = wrote == Wrote::Pending;
                if pending {
                    // What was written before it stands there.
                    let left: BTreeSet<_> =
                        groups[place..].iter().flat_map(|group| group.absences.iter().cloned()).collect();
                    left.iter().for_each(|id| person.left(id));
                    failed.extend(left.iter().cloned());
                    left_out.unsettled.extend(left);
                    break;
                }
                if matches!(wrote, Wrote::Stale | Wrote::OneByOne) {
                    left_out.unsettled.extend(group.absences.iter().cloned());
                }
                if wrote == Wrote::OneByOne && alone.is_none() {
                    rounds += group.absences.len();
                    person.alone.extend(group.absences.iter().cloned());
                }
            }
            // What can be written of an absence is written before the rest is refused, which ends it.
            self.refuse_those(person, refusals, |id| !left_out.unsettled.contains(id));
            again |= person.absences.keys().any(|id| person.is_partly_there(id) && !person.is_stuck(id));
            person.settled(&standings, &failed, &left_out);
            self.tell_apart(person, &standings);
            if pending || !again {
                return Ok(());
            }
        }
        person.open = true;
        Ok(())
    }

    pub(super) fn standings(&self, person: &Person<'_>, again: Again) -> BTreeMap<AbsenceId, Standing> {
        let rules = Rules {
            settings: &self.absences.settings,
            conditions: self.vendor.conditions(),
            vendor: person.vendor.as_ref(),
            again,
        };
        let waiting: BTreeSet<&AbsenceId> =
            person.ledger.waiting(person.vendor.as_ref()).map(|(_, id, _)| id).collect();
        let ids = person.absences.keys().chain(person.ledger.absences.keys());
        ids.map(|id| {
            let (absence, carried) = (person.absences.get(id), person.ledger.absences.get(id));
            let sent_before = carried.is_some_and(|carried| carried.was_sent() || person.ledger.holds(id));
            let due = carried.is_some_and(|carried| carried.look) || waiting.contains(id);
            (id.clone(), rules.standing(absence, carried, sent_before, due))
        })
        .collect()
    }

    pub(super) async fn pieces(
        &self,
        person: &Person<'_>,
        standings: &BTreeMap<AbsenceId, Standing>,
        window: &Window,
        looked: &Looked,
    ) -> Result<BTreeMap<AbsenceId, Result<Vec<Piece>>>> {
        let mut wanted = Vec::new();
        for (id, standing) in standings {
            if let (Standing::Wanted(kind), Some(absence)) = (standing, person.absences.get(id)) {
                wanted.push((absence, kind));
            }
        }
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let schedule = self.absences.host.schedule(person.id, window.from, window.until).await?;
        let pieces = |absence: &Absence, kind| match days(absence, &schedule) {
            Ok(days) => self.vendor.pieces(absence, kind, &days, looked),
            // What is wrong with it was asked before it was wanted.
            Err(problem) => Err(Error::new(ErrorKind::InvalidData, problem.as_str())),
        };
        Ok(wanted.into_iter().map(|(absence, kind)| (absence.id.clone(), pieces(absence, kind))).collect())
    }

    pub(super) fn event(
        &self,
        person: &HostId,
        absences: &BTreeSet<AbsenceId>,
        entries: usize,
        result: &str,
    ) -> NewEntry {
        let event = Event::AbsencesWritten {
            host: person.clone(),
            absences: absences.iter().cloned().collect(),
            entries: u32::try_from(entries).unwrap_or(u32::MAX),
            result: result.to_owned(),
        };
        self.engine.entry(&self.report.run, &self.actor, event)
    }

    pub(super) async fn finish(mut self) -> Result<AbsenceReport> {
        if self.report.calls.total() > 0 && (self.stopped.is_some() || self.way.is_open()) {
            let stopped = self.stopped.as_ref().map(|error| error.code());
            let counted = self.engine.count_run(&self.actor, stopped).await?;
            if let Some(finding) = counted {
                self.found(finding, None);
            }
        }
        if !self.entries.is_empty() {
            let mut batch = Batch { entries: std::mem::take(&mut self.entries), ..Batch::default() };
            self.engine.seal_for_people(&mut batch, &mut HashMap::new()).await.map_err(Error::from)?;
            self.engine.store.commit(&self.engine.id, batch).await?;
        }
        Ok(self.report)
    }
}
