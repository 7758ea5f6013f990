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
use crate::hours::Days;
use crate::reconstructed::{COMPLETED_IS_LOCKED, ROUNDING};
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

    /// Sends entries of one kind in one call; what came of each.
    async fn send(&self, draft: &Draft, slots: &[&Slot]) -> Vec<EntryResult> {
        let answer = match self.call(draft, Effect::Once).await {
            Ok(answer) => answer,
            Err(error) => {
                let error = Arc::new(error);
                return slots.iter().map(|_| Err(Arc::clone(&error))).collect();
            }
        };
        let written = timesheet::written(draft.operation, &answer).map_err(Arc::new);
        // That it was carried out is certain; which entry is which, the answer says by activity and day.
        let found = |slot: &&Slot| match &written {
            Ok(written) => written
                .iter()
                .find(|one| {
                    one.activity.id.to_string() == slot.kind.as_str() && check::date(&one.date) == Ok(slot.from)
                })
                .map(|one| VendorEntryId::new(one.id.to_string()))
                .ok_or_else(|| Arc::new(not_named(draft.operation))),
            Err(error) => Err(Arc::clone(error)),
        };
        slots.iter().map(found).collect()
    }
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
        let mut pieces = Vec::with_capacity(days.len());
        for part in days {
            let whole = known.hours(part.day, Hundredths::HUNDRED).map_err(|_| not_employed())?;
            let amount = match part.hours {
                Some(hours) => hours,
                None => known.hours(part.day, part.share).map_err(|_| not_employed())?,
            };
            // A day without hours due takes no entry.
            if amount == Hundredths(0) {
                continue;
            }
            pieces.push(Piece {
                slot: Slot::day(kind.clone(), part.day),
                content: Content::new(amount, absence.note.as_deref()),
                most: Some(Hundredths(whole.0.saturating_add(ROUNDING.0))),
            });
        }
        Ok(pieces)
    }

    async fn write(&self, person: &VendorId, writes: &[EntryWrite]) -> Vec<EntryResult> {
        let mut results: Vec<EntryResult> = writes.iter().map(|_| Err(Arc::new(not_tried()))).collect();
        let (mut new, mut changed, mut away) = (Vec::new(), Vec::new(), Vec::new());
        for (place, write) in writes.iter().enumerate() {
            match person_key(person).and_then(|person| prepared(person, write)) {
                Ok(Sent::New(body)) => new.push((place, body)),
                Ok(Sent::Changed(body)) => changed.push((place, body)),
                Ok(Sent::Away(draft)) => away.push((place, draft)),
                Err(error) => results[place] = Err(Arc::new(error.with_outcome(Outcome::NotSent))),
            }
        }
        // What is to be there comes first: when it is refused, nothing was taken away for it.
        let lists: [(fn(Vec<Body>) -> Draft, _); 2] = [(timesheet::create, new), (timesheet::update, changed)];
        for (draft, part) in lists {
            if part.is_empty() {
                continue;
            }
            let (places, bodies): (Vec<usize>, Vec<Body>) = part.into_iter().unzip();
            let slots: Vec<&Slot> = places.iter().map(|place| writes[*place].slot()).collect();
            let came = self.send(&draft(bodies), &slots).await;
            let stop = came.iter().any(stops);
            for (place, result) in places.into_iter().zip(came) {
                results[place] = result;
            }
            if stop {
                return results;
            }
        }
        for (place, draft) in away {
            let result = self.call(&draft, Effect::Once).await.map_err(Arc::new);
            let former = |entry: &EntryWrite| match entry {
                EntryWrite::Delete { entry } | EntryWrite::Change { entry, .. } => entry.id.clone(),
                EntryWrite::Create { .. } => VendorEntryId::new(""),
            };
            results[place] = result.map(|_| former(&writes[place]));
            if stops(&results[place]) {
                return results;
            }
        }
        results
    }
}

/// Whether nothing more is to be sent after a result: nobody knows what came of it, or the service cannot be used.
fn stops(result: &EntryResult) -> bool {
    result.as_ref().is_err_and(|error| {
        error.outcome() == Outcome::Unknown
            || matches!(
                error.kind(),
                ErrorKind::Unauthenticated
                    | ErrorKind::RateLimited
                    | ErrorKind::Timeout
                    | ErrorKind::Unavailable
                    | ErrorKind::Connect
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

fn not_employed() -> Error {
    Error::new(ErrorKind::InvalidData, "no employment in Tripletex covers the absence")
        .with_code("tripletex.not_employed")
        .with_vendor(VENDOR)
        .with_outcome(Outcome::NotSent)
        .with_fixer(Fixer::PayrollClerk)
        .with_hint("compare the first and last workday of the person in both systems")
}

fn not_tried() -> Error {
    Error::new(ErrorKind::Cancelled, "the entry was not sent, because an earlier one could not be")
        .with_vendor(VENDOR)
        .with_outcome(Outcome::NotSent)
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
