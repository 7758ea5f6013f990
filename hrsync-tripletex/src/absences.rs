//! Absences as hours on activities: one entry of the time sheet for an employee, a day and an activity, of no project.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
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
use crate::reconstructed::{APPROVED_UNTIL_LOCKS, COMPLETED_IS_LOCKED};
use crate::rights::Right;
use crate::texts::ACTIVITIES;
use crate::wire::employment::Employment;
use crate::wire::standard_time::{self, StandardTime};
use crate::wire::timesheet::{self, Month, Week};
use crate::wire::{Body, Draft, Operation, PAGE, activity, employment, hundredths};

/// How long the company's working-hours standard is taken for what it was: as long as people are looked at one after another.
const STANDARD_KEPT: Duration = Duration::from_secs(60);

/// How many people are looked at together: an address with as many ids passes everywhere.
const PEOPLE_AT_ONCE: usize = 100;

/// Of how many entries it is asked at once that are not where they were written.
const ENTRIES_AT_ONCE: usize = 100;

/// The rows of a query beyond which the service refuses it, however they are paged. \[doc, client\]
const MOST_ROWS: u64 = 10_000;

/// As how many entries a day of somebody's time sheet is taken to have at most, of whatever activity.
const ENTRIES_A_DAY: usize = 4;

/// Of how many people a list tells that may have so many rows, and so many of each.
fn at_once(rows: u64, of_each: usize) -> usize {
    usize::try_from(rows / (of_each as u64).max(1)).unwrap_or(usize::MAX).max(1)
}

/// An entry's id.
fn number(entry: &VendorEntryId) -> Option<u64> {
    entry.as_str().parse().ok()
}

/// What was seen of an entry, for writing it.
fn version(entry: &Entry) -> Option<u64> {
    entry.version.as_deref().and_then(|version| version.parse().ok())
}

impl TripletexConnector {
    /// What stands on the time sheets of people from a day to another one, and those that the windows name, wherever they are.
    async fn entries(
        &self,
        windows: &[Window],
        people: &[u64],
        from: Date,
        until: Date,
    ) -> Result<HashMap<u64, Vec<Entry>>> {
        // The service wants the day after the last one.
        let before = until.next_day().unwrap_or(Date::MAX);
        let (days, mut rows) = (days_of(from, until).count(), Vec::new());
        for some in people.chunks(at_once(MOST_ROWS, days * ENTRIES_A_DAY)) {
            let list = |first, count| timesheet::entries(some, from, before, first, count);
            rows.extend(self.all(list, timesheet::listed).await?);
        }
        let named: HashSet<u64> = windows.iter().flat_map(|one| &one.entries).filter_map(number).collect();
        let listed: HashSet<u64> = rows.iter().map(|row| row.id).collect();
        let mut elsewhere: Vec<u64> = named.difference(&listed).copied().collect();
        elsewhere.sort_unstable();
        for some in elsewhere.chunks(ENTRIES_AT_ONCE) {
            let list = |first, count| timesheet::named(people, some, first, count);
            rows.extend(self.all(list, timesheet::listed).await?);
        }
        let mut entries: HashMap<u64, Vec<Entry>> = HashMap::new();
        for row in rows.into_iter().filter(|row| row.project.is_none() || named.contains(&row.id)) {
            // An entry whose day is not known could be written over.
            let day = check::date(&row.date).map_err(|_| unreadable_day())?;
            let kind = match &row.project {
                None => row.activity.id.to_string(),
                // An absence that somebody made work: none of the activities that absences can have.
                Some(project) => format!("{}@{}", row.activity.id, project.id),
            };
            let slot = Slot::day(VendorAbsenceTypeId::new(kind), day);
            let content = Content::new(hundredths(row.hours), row.comment.as_deref());
            let mut entry = Entry::new(row.id.to_string(), slot, content);
            entry.locked = row.locked == Some(true);
            entry.version = row.version.map(|version| version.to_string());
            entries.entry(row.employee.id).or_default().push(entry);
        }
        Ok(entries)
    }

    /// The approved weeks and months of people: two independent locks. \[client\]
    async fn locks(&self, people: &[u64], from: Date, until: Date) -> Result<HashMap<u64, Vec<Span>>> {
        let (months, weeks) = tokio::join!(self.months(people, from, until), self.weeks(people, from, until));
        let (months, weeks) = (months?, weeks?);
        let months = months.iter().filter_map(|month| Some((month.employee.id, locked_month(month)?)));
        let weeks = weeks.iter().filter_map(|week| Some((week.employee.id, locked_week(week)?)));
        let mut locks: HashMap<u64, Vec<Span>> = HashMap::new();
        for (person, span) in months.chain(weeks) {
            locks.entry(person).or_default().push(span);
        }
        Ok(locks)
    }

    async fn months(&self, people: &[u64], from: Date, until: Date) -> Result<Vec<Month>> {
        let (names, mut months) = (months_of(from, until), Vec::new());
        // A page each: nobody has recorded how this list goes on.
        for some in people.chunks(at_once(PAGE, names.len())) {
            let rows = self
                .all(|first, count| timesheet::months(some, &names, first, count), timesheet::listed_months)
                .await?;
            months.extend(rows);
        }
        Ok(months)
    }

    /// One week after another, or all that there ever were of one person after another, whichever takes fewer calls.
    async fn weeks(&self, people: &[u64], from: Date, until: Date) -> Result<Vec<Week>> {
        let (names, mut weeks) = (weeks_of(from, until), Vec::new());
        if names.len() <= people.len() {
            for name in &names {
                let week = |first, count| timesheet::weeks(people, Some(name), first, count);
                weeks.extend(self.all(week, timesheet::listed_weeks).await?);
            }
        } else {
            for person in people {
                let all = |first, count| timesheet::weeks(&[*person], None, first, count);
                weeks.extend(self.all(all, timesheet::listed_weeks).await?);
            }
        }
        Ok(weeks)
    }

    /// What hours follow from, of each person.
    async fn days(&self, people: &[u64]) -> Result<HashMap<u64, Days>> {
        if people.is_empty() {
            return Ok(HashMap::new());
        }
        let (employments, own, company) =
            tokio::join!(self.employments(people), self.own_standards(people), self.company_standard());
        let (employments, own, company) = (employments?, own?, company?);
        let days = |(person, own): (&u64, Vec<StandardTime>)| {
            let employments = employments.get(person).map(Vec::as_slice);
            let days = Days::new(&company, &own, employments, self.config.part_time_standard);
            (*person, days.with_hours(self.config.hours_per_day))
        };
        Ok(people.iter().zip(own).map(days).collect())
    }

    /// The employments of people. Of several they come in one list, which leaves out what a right hides: of whom it tells of none, they
    /// are asked for by themselves, so that a refusal is heard. Where there is none, whom the token does not see is left out.
    async fn employments(&self, people: &[u64]) -> Result<HashMap<u64, Vec<Employment>>> {
        let mut known = HashMap::new();
        if people.len() > 1 {
            let listed =
                self.all(|first, count| employment::of_several(people, first, count), employment::listed_by_person);
            known.extend(listed.await?.into_iter().map(|one| (one.id, one.employments)));
        }
        for person in people {
            if known.get(person).is_none_or(Vec::is_empty) {
                let own = self.all(|first, count| employment::of(*person, first, count), employment::listed).await?;
                known.insert(*person, own);
            }
        }
        if known.values().any(Vec::is_empty) && !self.sees_everybody().await? {
            known.retain(|_, employments| !employments.is_empty());
        }
        Ok(known)
    }

    /// The working-hours standards of people in their order, of which the service tells of one at a time.
    async fn own_standards(&self, people: &[u64]) -> Result<Vec<Vec<StandardTime>>> {
        let listed = |answer: &Bytes, from, count| standard_time::listed(Operation::OwnStandards, answer, from, count);
        let mut own = Vec::with_capacity(people.len());
        for person in people {
            own.push(self.all(|first, count| standard_time::of_employee(*person, first, count), listed).await?);
        }
        Ok(own)
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
        number(&entry.id).ok_or_else(|| {
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
    fn ready(&self) -> Result<()> {
        if self.config.absences {
            return Ok(());
        }
        let message = "absences are to be sent, and the configuration of Tripletex says that they are not";
        Err(Error::new(ErrorKind::ConfigInvalid, message)
            .with_code("tripletex.absences_off")
            .with_vendor(VENDOR)
            .with_fixer(Fixer::HostDeveloper)
            .with_hint("configure it with `absences(true)`, so that the right to all time sheets is asked for"))
    }

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

    fn looks_at(&self) -> usize {
        PEOPLE_AT_ONCE
    }

    async fn look(&self, windows: &[Window]) -> Result<Vec<Looked>> {
        let (Some(from), Some(until)) =
            (windows.iter().map(|one| one.from).min(), windows.iter().map(|one| one.until).max())
        else {
            return Ok(Vec::new());
        };
        let people = windows.iter().map(|one| person_key(&one.person)).collect::<Result<Vec<u64>>>()?;
        let with_pieces = windows.iter().zip(&people).filter(|(one, _)| one.pieces);
        let with_pieces: Vec<u64> = with_pieces.map(|(_, person)| *person).collect();
        // None of the lists tells what another does, so that they can be read at the same time.
        let (entries, locks, days) = tokio::join!(
            self.entries(windows, &people, from, until),
            self.locks(&people, from, until),
            self.days(&with_pieces)
        );
        let (mut entries, locks, mut days) = (entries?, locks?, days?);
        let looked = |(window, person): (&Window, &u64)| {
            let meets = |(from, until): &Span| *from <= window.until && window.from <= *until;
            let locks = locks.get(person).into_iter().flatten().filter(|span| meets(span)).copied();
            let detail = days.remove(person).map_or_else(Opaque::default, Opaque::new);
            let entries = entries.remove(person).unwrap_or_default().into_iter();
            let told =
                |entry: &Entry| meets(&(entry.slot.from, entry.slot.until)) || window.entries.contains(&entry.id);
            let entries = entries.filter(told).collect();
            let mut looked = Looked { entries, locks: locks.collect(), detail };
            for entry in &mut looked.entries {
                let covers = |(from, until): &Span| *from <= entry.slot.from && entry.slot.from <= *until;
                entry.locked |= looked.locks.iter().any(covers);
            }
            looked
        };
        Ok(windows.iter().zip(&people).map(looked).collect())
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
            let whole = match (known.hours(part.day, Hundredths::HUNDRED), part.hours) {
                (Ok(Hundredths(0)), None) => return Err(no_hours(None)),
                // Hours that are given do not ask for any.
                (Ok(Hundredths(0)) | Err(NoHours::StandardUnclear | NoHours::ShareHidden), Some(_)) => None,
                (Ok(hours), _) => Some(hours),
                (Err(why), _) => return Err(no_hours(Some(why))),
            };
            let amount = match part.hours {
                Some(hours) => hours,
                None => known.hours(part.day, part.share).map_err(|why| no_hours(Some(why)))?,
            };
            // What is less than a hundredth of an hour takes no entry.
            if amount == Hundredths(0) {
                continue;
            }
            pieces.push(Piece {
                slot: Slot::day(kind.clone(), part.day),
                content: Content::new(amount, absence.note.as_deref()),
                most: whole,
            });
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

/// Days, both ends included.
type Span = (Date, Date);

fn days_of(from: Date, until: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.next_day()).take_while(move |day| *day <= until)
}

/// The months of these days as the service writes them.
fn months_of(from: Date, until: Date) -> Vec<String> {
    let months: BTreeSet<(i32, u8)> = days_of(from, until).map(|day| (day.year(), u8::from(day.month()))).collect();
    months.into_iter().map(|(year, month)| format!("{year:04}-{month:02}")).collect()
}

/// The weeks of these days as the service writes them, with the year that they count in.
fn weeks_of(from: Date, until: Date) -> Vec<String> {
    let weeks: BTreeSet<(i32, u8)> =
        days_of(from, until).map(|day| (day.to_iso_week_date().0, day.iso_week())).collect();
    weeks.into_iter().map(|(year, week)| format!("{year:04}-{week:02}")).collect()
}

fn locked(approved: Option<bool>, completed: Option<bool>) -> bool {
    approved == Some(true) || (COMPLETED_IS_LOCKED && completed == Some(true))
}

fn locked_month(month: &Month) -> Option<Span> {
    let in_part = APPROVED_UNTIL_LOCKS && month.approved_until_date.is_some();
    if !locked(month.approved, month.completed) && !in_part {
        return None;
    }
    let from = check::date(&format!("{}-01", month.month_year.as_deref()?)).ok()?;
    let last = from.replace_day(from.month().length(from.year())).ok()?;
    let until = month.approved_until_date.as_deref().and_then(|day| check::date(day).ok());
    Some((from, until.filter(|until| *until < last).unwrap_or(last)))
}

fn locked_week(week: &Week) -> Option<Span> {
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

/// Why an absence has no hours: what is known of a day, or that it has none.
fn no_hours(why: Option<NoHours>) -> Error {
    let not_sent = |kind, message| Error::new(kind, message).with_vendor(VENDOR).with_outcome(Outcome::NotSent);
    let (code, message, hint) = match why {
        Some(NoHours::EmploymentsHidden) => {
            let right = Right::Employees;
            return right.refused(not_sent(ErrorKind::PermissionDenied, right.missing().into()));
        }
        Some(NoHours::NotEmployed) => (
            "tripletex.not_employed",
            "no employment in Tripletex covers the absence",
            "compare the first and last workday of the person in both systems; who was added without a date of birth has no employment \
             until it is there and somebody synchronises by hand",
        ),
        Some(NoHours::ShareHidden) => (
            "tripletex.share_hidden",
            "Tripletex does not tell which share of full time the person works",
            "check that whoever made the employee token may see employments and their details, and retry",
        ),
        Some(NoHours::StandardUnclear) => (
            "tripletex.standard_unclear",
            "the employee's own working-hours standard in Tripletex is neither a full working day nor the employment's percentage of one",
            "in Tripletex compare the employee's working-hours standard with the percentage of the employment on these days, and correct \
             what is out of date; the setting part_time_standard says for the whole company which of the two employees' standards are",
        ),
        None => (
            "tripletex.no_hours",
            "by the employment's percentage and the working-hours standard in Tripletex, no hours are due on a day of the absence",
            "in Tripletex correct the percentage of the employment or the working-hours standard; for who is paid by the hour, enter the \
             absence in hours",
        ),
    };
    not_sent(ErrorKind::InvalidData, Cow::Borrowed(message))
        .with_code(code)
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

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_month_is_locked_as_far_as_it_is_approved() {
        let (first, last) = (date!(2026 - 11 - 01), date!(2026 - 11 - 30));
        for (approved, until, locked) in [
            (false, None, None),
            (true, None, Some(last)),
            (true, Some("2026-11-23"), Some(date!(2026 - 11 - 23))),
            (false, Some("2026-11-23"), Some(date!(2026 - 11 - 23))),
            (true, Some("2026-12-31"), Some(last)),
            (true, Some("soon"), Some(last)),
        ] {
            let month = serde_json::json!({
                "employee": {"id": 7}, "monthYear": "2026-11", "approved": approved, "approvedUntilDate": until
            });
            let month: Month = serde_json::from_value(month).unwrap();
            assert_eq!(locked_month(&month), locked.map(|until| (first, until)), "{approved} {until:?}");
        }
    }
}
