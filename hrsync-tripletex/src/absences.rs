//! Absences as hours on activities: one entry of the time sheet for an employee, a day and an activity, of no project.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_core::absence::{
    Absence, AbsenceConnector, Conditions, Content, DayPart, Entry, EntryResult, EntryWrite, Hundredths, Looked, Piece,
    Slot, VendorAbsenceType, Window,
};
use hrsync_core::check;
use hrsync_core::connector::Opaque;
use hrsync_core::model::{VendorAbsenceTypeId, VendorEntryId};
use hrsync_core::{Error, ErrorKind, Fixer, Outcome, Result, VendorId};
use hrsync_http::Effect;
use time::{Date, OffsetDateTime, Weekday};

use crate::VENDOR;
use crate::connector::{TripletexConnector, person_key};
use crate::hours::{Days, NoHours};
use crate::reconstructed::COMPLETED_IS_LOCKED;
use crate::texts::ACTIVITIES;
use crate::wire::standard_time::{self, StandardTime};
use crate::wire::timesheet::{self, Month, Week};
use crate::wire::{Body, Draft, Operation, activity, employment, hundredths};

/// How long the company's working-hours standard is taken for what it was: as long as people are looked at one after another.
const STANDARD_KEPT: Duration = Duration::from_secs(60);

/// What was seen of an entry, for writing it.
fn version(entry: &Entry) -> Option<u64> {
    entry.version.as_deref().and_then(|version| version.parse().ok())
}

impl TripletexConnector {
    async fn entries(&self, person: u64, window: &Window) -> Result<Vec<Entry>> {
        // The service wants the day after the last one.
        let before = window.until.next_day().unwrap_or(Date::MAX);
        let rows = self
            .all(|from, count| timesheet::entries(person, window.from, before, from, count), timesheet::listed)
            .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows.into_iter().filter(|row| row.project.is_none()) {
            // An entry whose day is not known could be written over.
            let day = check::date(&row.date).map_err(|_| unreadable_day())?;
            let slot = Slot::day(VendorAbsenceTypeId::new(row.activity.id.to_string()), day);
            let content = Content::new(hundredths(row.hours), row.comment.as_deref());
            let mut entry = Entry::new(row.id.to_string(), slot, content);
            entry.locked = row.locked == Some(true);
            entry.version = row.version.map(|version| version.to_string());
            entries.push(entry);
        }
        Ok(entries)
    }

    /// The approved weeks and months of a window: two independent locks. \[client\]
    async fn locks(&self, person: u64, window: &Window) -> Result<Vec<(Date, Date)>> {
        let names = months_of(window);
        let (months, weeks) = tokio::join!(
            self.all(|from, count| timesheet::months(person, &names, from, count), timesheet::listed_months),
            self.all(|from, count| timesheet::weeks(person, from, count), timesheet::listed_weeks),
        );
        let (months, weeks) = (months?, weeks?);
        let spans = months.iter().filter_map(locked_month).chain(weeks.iter().filter_map(locked_week));
        Ok(spans.filter(|(from, until)| *from <= window.until && window.from <= *until).collect())
    }

    async fn days(&self, person: u64) -> Result<Days> {
        let (employments, own, company) = tokio::join!(
            self.all(|from, count| employment::of(person, from, count), employment::listed),
            self.all(
                |from, count| standard_time::of_employee(person, from, count),
                |answer, from, count| standard_time::listed(Operation::OwnStandards, answer, from, count),
            ),
            self.company_standard(),
        );
        let (employments, own, company) = (employments?, own?, company?);
        let days = Days::new(&company, &own, &employments, self.config.part_time_standard);
        Ok(days.with_hours(self.config.hours_per_day))
    }

    /// The company's working-hours standard, which is the same for everybody: where many people are looked at, it is not read for each.
    async fn company_standard(&self) -> Result<Arc<Vec<StandardTime>>> {
        if self.config.hours_per_day.is_some() {
            return Ok(Arc::default());
        }
        let now = self.clock.now();
        let known = self.standard().clone();
        let fresh = |read: OffsetDateTime| read <= now && now - read < STANDARD_KEPT;
        if let Some((_, rows)) = known.filter(|(read, _)| fresh(*read)) {
            return Ok(rows);
        }
        let listed =
            |answer: &Bytes, from, count| standard_time::listed(Operation::CompanyStandards, answer, from, count);
        let rows = Arc::new(self.all(standard_time::of_company, listed).await?);
        *self.standard() = Some((now, Arc::clone(&rows)));
        Ok(rows)
    }

    /// Sends writes of one kind in one call; what came of each.
    async fn send(&self, draft: &Draft, writes: &[&EntryWrite]) -> Vec<EntryResult> {
        let answer = match self.call(draft, Effect::Once).await {
            Ok(answer) => answer,
            Err(error) => {
                let error = Arc::new(error);
                return writes.iter().map(|_| Err(Arc::clone(&error))).collect();
            }
        };
        if let [EntryWrite::Delete { entry }] = writes {
            return vec![Ok(entry.id.clone())];
        }
        let written = timesheet::written(draft.operation, &answer).map_err(Arc::new);
        // That it was carried out is certain; which entry is which, the answer says by activity and day.
        let found = |write: &&EntryWrite| match &written {
            Ok(written) => written
                .iter()
                .find(|one| is_in(one, write.slot()))
                .map(|one| VendorEntryId::new(one.id.to_string()))
                .ok_or_else(|| Arc::new(not_named(draft.operation))),
            Err(error) => Err(Arc::clone(error)),
        };
        writes.iter().map(found).collect()
    }
}

/// Whether an entry is in a slot.
fn is_in(written: &timesheet::Written, slot: &Slot) -> bool {
    written.activity.id.to_string() == slot.kind.as_str() && check::date(&written.date) == Ok(slot.from)
}

/// A slot's activity.
fn activity_of(slot: &Slot) -> Result<u64> {
    slot.kind.as_str().parse().map_err(|_| no_activity())
}

/// What a write sends, and how.
enum Sent {
    New(Body),
    Changed(Body),
    Away(Draft),
}

fn prepared(person: u64, write: &EntryWrite) -> Result<Sent> {
    let activity = activity_of(write.slot())?;
    let id = |entry: &Entry| {
        entry.id.as_str().parse::<u64>().map_err(|_| {
            Error::new(ErrorKind::NotFound, "the entry's id is not one of Tripletex")
                .with_vendor(VENDOR)
                .with_outcome(Outcome::NotSent)
        })
    };
    Ok(match write {
        EntryWrite::Create { slot, content } => {
            let note = content.note.as_deref();
            Sent::New(timesheet::new_entry(person, activity, slot.from, content.amount, note))
        }
        EntryWrite::Change { entry, content } => {
            let body = timesheet::new_entry(person, activity, entry.slot.from, content.amount, None);
            let note = (content.note != entry.content.note).then_some(content.note.as_deref());
            Sent::Changed(timesheet::changed_entry((id(entry)?, version(entry)), body, note))
        }
        EntryWrite::Delete { entry } => Sent::Away(timesheet::delete(id(entry)?, version(entry))),
    })
}

#[async_trait]
impl AbsenceConnector for TripletexConnector {
    fn conditions(&self) -> Conditions {
        Conditions { work_days_only: true }
    }

    async fn types(&self) -> Result<Vec<VendorAbsenceType>> {
        let activities = self.all(activity::general, activity::listed).await?;
        let usable = activities.into_iter().filter(activity::Activity::takes_absences);
        Ok(usable.map(|one| VendorAbsenceType::new(one.id.to_string(), one.name.unwrap_or_default())).collect())
    }

    fn more_types(&self) -> String {
        format!("an administrator sets up more activities in Tripletex: {ACTIVITIES}")
    }

    async fn look(&self, window: &Window) -> Result<Looked> {
        let person = person_key(&window.person)?;
        let days = async {
            let days = if window.pieces { Some(self.days(person).await?) } else { None };
            Ok::<_, Error>(days.map_or_else(Opaque::default, Opaque::new))
        };
        // None of the lists tells what another does, so that they can be read at the same time.
        let (entries, locks, days) = tokio::join!(self.entries(person, window), self.locks(person, window), days);
        let mut looked = Looked { entries: entries?, locks: locks?, detail: days? };
        for entry in &mut looked.entries {
            let covers = |(from, until): &(Date, Date)| *from <= entry.slot.from && entry.slot.from <= *until;
            entry.locked |= looked.locks.iter().any(covers);
        }
        Ok(looked)
    }

    fn pieces(
        &self,
        absence: &Absence,
        kind: &VendorAbsenceTypeId,
        days: &[DayPart],
        looked: &Looked,
    ) -> Result<Vec<Piece>> {
        if kind.as_str().parse::<u64>().is_err() {
            return Err(no_activity());
        }
        let known = looked.detail.get::<Days>().ok_or_else(|| {
            Error::new(ErrorKind::Unexpected, "the days were not looked at by this connector").with_vendor(VENDOR)
        })?;
        let (mut pieces, mut due) = (Vec::with_capacity(days.len()), days.is_empty());
        for part in days {
            let whole = match known.hours(part.day, Hundredths::HUNDRED) {
                Ok(hours) => Some(hours).filter(|hours| *hours > Hundredths(0)),
                // Hours that are given do not ask for any.
                Err(NoHours::StandardUnclear) if part.hours.is_some() => None,
                Err(why) => return Err(no_hours(Some(why))),
            };
            due |= whole.is_some();
            let amount = match part.hours {
                Some(hours) => hours,
                None => known.hours(part.day, part.share).map_err(|why| no_hours(Some(why)))?,
            };
            // A day without hours due takes no entry.
            if amount == Hundredths(0) {
                continue;
            }
            pieces.push(Piece {
                slot: Slot::day(kind.clone(), part.day),
                content: Content::new(amount, absence.note.as_deref()),
                most: whole,
            });
        }
        if pieces.is_empty() && !due {
            return Err(no_hours(None));
        }
        Ok(pieces)
    }

    async fn write(&self, person: &VendorId, writes: &[EntryWrite]) -> Vec<EntryResult> {
        let begun = self.clock.now();
        let (mut results, calls) = calls(person, writes);
        let mut why = NOT_AFTER_A_REFUSAL;
        for (number, Sending { draft, places }) in calls.into_iter().enumerate() {
            if number > 0 && !self.is_in_time(begun) {
                why = NOT_IN_TIME;
                break;
            }
            let part: Vec<&EntryWrite> = places.iter().map(|place| &writes[*place]).collect();
            let came = self.send(&draft, &part).await;
            let last = came.iter().any(|result| stops(draft.operation, result));
            for (place, result) in places.into_iter().zip(came) {
                results[place] = Some(result);
            }
            if last {
                break;
            }
        }
        results.into_iter().map(|result| result.unwrap_or_else(|| Err(Arc::new(not_tried(why))))).collect()
    }
}

/// The calls that a group of writes takes, one after another, each with the places of what it carries out: what is to be there comes first,
/// so that nothing is taken away for what is refused. What cannot be put into words has its error already, and then nothing is sent.
fn calls(person: &VendorId, writes: &[EntryWrite]) -> (Vec<Option<EntryResult>>, Vec<Sending>) {
    let mut results: Vec<Option<EntryResult>> = writes.iter().map(|_| None).collect();
    let (mut new, mut changed, mut away) = (Vec::new(), Vec::new(), Vec::new());
    for (place, write) in writes.iter().enumerate() {
        match person_key(person).and_then(|person| prepared(person, write)) {
            Ok(Sent::New(body)) => new.push((place, body)),
            Ok(Sent::Changed(body)) => changed.push((place, body)),
            Ok(Sent::Away(draft)) => away.push(Sending { draft, places: vec![place] }),
            Err(error) => results[place] = Some(Err(Arc::new(error.with_outcome(Outcome::NotSent)))),
        }
    }
    if results.iter().any(Option::is_some) {
        return (results, Vec::new());
    }
    let lists = [Sending::list(timesheet::create, new), Sending::list(timesheet::update, changed)];
    (results, lists.into_iter().flatten().chain(away).collect())
}

/// A call, and the places of the writes that it carries out.
struct Sending {
    draft: Draft,
    places: Vec<usize>,
}

impl Sending {
    fn list(draft: fn(Vec<Body>) -> Draft, part: Vec<(usize, Body)>) -> Option<Self> {
        let (places, bodies): (Vec<usize>, Vec<Body>) = part.into_iter().unzip();
        (!places.is_empty()).then(|| Self { draft: draft(bodies), places })
    }
}

/// Whether nothing more is to be sent after a result: what was to be there is refused, nobody knows what came of it, or the service cannot be
/// used. Of entries that go, one that stays keeps no other.
fn stops(operation: Operation, result: &EntryResult) -> bool {
    result.as_ref().is_err_and(|error| {
        operation != Operation::DeleteEntry
            || error.outcome() == Outcome::Unknown
            || matches!(
                error.kind(),
                ErrorKind::Unauthenticated
                    | ErrorKind::RateLimited
                    | ErrorKind::Timeout
                    | ErrorKind::Unavailable
                    | ErrorKind::Connect
                    | ErrorKind::ConfigInvalid
                    | ErrorKind::Cancelled
            )
    })
}

/// The months of a window as the service writes them.
fn months_of(window: &Window) -> Vec<String> {
    let months: BTreeSet<(i32, u8)> = std::iter::successors(Some(window.from), |day| day.next_day())
        .take_while(|day| *day <= window.until)
        .map(|day| (day.year(), u8::from(day.month())))
        .collect();
    months.into_iter().map(|(year, month)| format!("{year:04}-{month:02}")).collect()
}

fn locked(approved: Option<bool>, completed: Option<bool>) -> bool {
    approved == Some(true) || (COMPLETED_IS_LOCKED && completed == Some(true))
}

fn locked_month(month: &Month) -> Option<(Date, Date)> {
    if !locked(month.approved, month.completed) && month.approved_until_date.is_none() {
        return None;
    }
    let from = check::date(&format!("{}-01", month.month_year.as_deref()?)).ok()?;
    let last = from.replace_day(from.month().length(from.year())).ok()?;
    let until = month.approved_until_date.as_deref().and_then(|day| check::date(day).ok());
    Some((from, until.filter(|until| *until < last).unwrap_or(last)))
}

fn locked_week(week: &Week) -> Option<(Date, Date)> {
    let from = Date::from_iso_week_date(week.year?, week.week?, Weekday::Monday).ok()?;
    let until = Date::from_iso_week_date(week.year?, week.week?, Weekday::Sunday).ok()?;
    locked(week.approved, week.completed).then_some((from, until))
}

fn no_activity() -> Error {
    Error::new(ErrorKind::InvalidData, "the type is mapped to something that is no activity of Tripletex")
        .with_code("tripletex.activity")
        .with_vendor(VENDOR)
        .with_outcome(Outcome::NotSent)
        .with_fixer(Fixer::HostAdministrator)
        .with_hint(format!("map the type to one of the activities that are offered; more are set up in {ACTIVITIES}"))
}

/// Why an absence has no hours: what is known of a day, or that none of its days has any.
fn no_hours(why: Option<NoHours>) -> Error {
    let (code, message, hint) = match why {
        Some(NoHours::NotEmployed) => (
            "tripletex.not_employed",
            "no employment in Tripletex covers the absence",
            "compare the first and last workday of the person in both systems",
        ),
        Some(NoHours::StandardUnclear) => (
            "tripletex.standard_unclear",
            "the employee's own working-hours standard in Tripletex is neither a full working day nor the employment's percentage of one",
            "in Tripletex compare the employee's working-hours standard with the percentage of the employment on these days, and correct \
             what is out of date; the setting part_time_standard says for the whole company which of the two employees' standards are",
        ),
        None => (
            "tripletex.no_hours",
            "by the employment's percentage and the working-hours standard in Tripletex, no hours are due on the days of the absence",
            "in Tripletex correct the percentage of the employment or the working-hours standard; for who is paid by the hour, enter the \
             absence in hours",
        ),
    };
    Error::new(ErrorKind::InvalidData, message)
        .with_code(code)
        .with_vendor(VENDOR)
        .with_outcome(Outcome::NotSent)
        .with_fixer(Fixer::PayrollClerk)
        .with_hint(hint)
}

const NOT_AFTER_A_REFUSAL: &str = "the entry was not sent, because an earlier one could not be";
const NOT_IN_TIME: &str = "the entry was not sent yet, because Tripletex took long for those before it";

fn not_tried(why: &'static str) -> Error {
    Error::new(ErrorKind::Cancelled, why).with_vendor(VENDOR).with_outcome(Outcome::NotSent)
}

fn not_named(operation: Operation) -> Error {
    Error::new(ErrorKind::Decode, "Tripletex does not name an entry among those that it wrote")
        .with_vendor(VENDOR)
        .with_operation(operation.name())
}

fn unreadable_day() -> Error {
    Error::new(ErrorKind::Decode, "a time sheet entry has a day that cannot be read")
        .with_vendor(VENDOR)
        .with_operation(Operation::Entries.name())
}
