//! What tests do and see past the web service: what people do in the vendor's screens, and what stands.

use std::fmt;

use serde_json::{Value, json};
use time::Date;

use super::actions;
use super::builder;
use super::credentials::Credentials;
use super::entitlements;
use super::fields::Selection;
use super::locks;
use super::model::{Kind, Shape};
use super::record::Record;
use super::sandbox::TripletexSandbox;
use super::state::{State, slot};
use crate::clock::parse_date;

/// Hours of a person on a day.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// 0 for one that is new.
    pub id: u64,
    /// How often it was changed.
    pub version: u32,
    /// Whose hours they are.
    pub employee: u64,
    /// What they are registered on.
    pub activity: u64,
    /// The project, if any.
    pub project: Option<u64>,
    /// The day.
    pub date: Date,
    /// Hours, as decimals.
    pub hours: f64,
    /// The comment; empty when there is none.
    pub comment: String,
}

impl Entry {
    /// Hours without project and comment.
    #[must_use]
    pub fn new(employee: u64, activity: u64, date: Date, hours: f64) -> Self {
        Self { id: 0, version: 0, employee, activity, project: None, date, hours, comment: String::new() }
    }

    fn read(record: &Record) -> Self {
        Self {
            id: record.id,
            version: record.version,
            employee: record.reference("employee").unwrap_or_default(),
            activity: record.reference("activity").unwrap_or_default(),
            project: record.reference("project"),
            date: parse_date(record.text("date")).unwrap_or(Date::MIN),
            hours: record.number("hours"),
            comment: record.text("comment").to_owned(),
        }
    }

    fn write(&self, record: Record) -> Record {
        record
            .with("employee", self.employee)
            .with("activity", self.activity)
            .with("project", self.project)
            .with("date", self.date.to_string())
            .with("hours", json!(self.hours))
            .with("comment", self.comment.as_str())
    }
}

impl fmt::Debug for Entry {
    // The comment is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("employee", &self.employee)
            .field("activity", &self.activity)
            .field("project", &self.project)
            .field("date", &self.date)
            .field("hours", &self.hours)
            .field("comment_len", &self.comment.len())
            .finish()
    }
}

/// Whose rights change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The employee who made the token. What they lose the token loses too; what they gain it does not gain.
    Owner,
    /// The token itself.
    Token,
}

/// Why a token was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotIssued {
    /// There is no such employee.
    NoEmployee,
    /// The employee lacks one of the rights that the integration asks for.
    LacksRight(u32),
}

/// An object as an answer shows it without `fields`.
fn shown(state: &State, kind: Kind, record: &Record) -> Value {
    Selection::all().show(state, kind, record)
}

/// Sets the fields that the JSON object names; what is no field is passed over, and references may be ids.
fn fill(kind: Kind, mut record: Record, patch: &Value) -> Record {
    for (name, value) in patch.as_object().into_iter().flatten() {
        let Some(field) = kind.model().field(name) else { continue };
        let value = match field.shape {
            Shape::Rows(_) => continue,
            Shape::Reference(_) | Shape::Own(_) => value.get("id").unwrap_or(value),
            _ => value,
        };
        record.set(field.name, value.clone());
    }
    record
}

impl TripletexSandbox {
    /// Whether it is the `entitlementId` of a right.
    #[must_use]
    pub fn has_entitlement(right: u32) -> bool {
        entitlements::ENTITLEMENTS.iter().any(|(id, _)| *id == right)
    }

    /// Whether it is a month as the service writes them: `2026-01`.
    #[must_use]
    pub fn is_month(text: &str) -> bool {
        locks::month(text).is_some()
    }

    /// All entries, by id.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.state().all(Kind::TimesheetEntry).map(Entry::read).collect()
    }

    /// One entry.
    #[must_use]
    pub fn entry(&self, id: u64) -> Option<Entry> {
        self.state().get(Kind::TimesheetEntry, id).map(Entry::read)
    }

    /// What another user enters in the vendor's screens; nothing is checked. Hours that stand for the same person, day,
    /// activity and project are overwritten, for there is one entry of each. Returns the id.
    pub fn put_entry(&self, entry: &Entry) -> u64 {
        let mut state = self.state();
        let record = entry.write(Record::new(Kind::TimesheetEntry));
        let standing = slot(Kind::TimesheetEntry, &record).and_then(|slot| state.in_slot(&slot));
        let id = standing.unwrap_or(entry.id);
        let version = state.get(Kind::TimesheetEntry, id).map_or(0, |record| record.version.saturating_add(1));
        state.store(Kind::TimesheetEntry, Record { id, version, ..record })
    }

    /// What another user changes in an entry; nothing is checked. False when there is none, or when the changed one would
    /// be a second of the same person, day, activity and project.
    ///
    /// `change` must not call the sandbox; the id stays and the version goes up.
    pub fn change_entry(&self, id: u64, change: impl FnOnce(&mut Entry)) -> bool {
        let mut state = self.state();
        let Some(record) = state.get(Kind::TimesheetEntry, id).cloned() else { return false };
        let mut entry = Entry::read(&record);
        change(&mut entry);
        let version = record.version.saturating_add(1);
        let record = Record { version, ..entry.write(record) };
        let standing = slot(Kind::TimesheetEntry, &record).and_then(|slot| state.in_slot(&slot));
        let free = standing.is_none_or(|standing| standing == id);
        if free {
            state.store(Kind::TimesheetEntry, record);
        }
        free
    }

    /// What another user deletes; nothing is checked. False when there is none.
    pub fn remove_entry(&self, id: u64) -> bool {
        self.state().remove(Kind::TimesheetEntry, id)
    }

    /// Invoices or pays out an entry, after which nobody can change it; or takes that back.
    pub fn settle_entry(&self, id: u64, settled: bool) {
        let mut state = self.state();
        if settled {
            state.settled.insert(id);
        } else {
            state.settled.remove(&id);
        }
    }

    /// Approves a month (`2026-01`) of somebody, all of it. False when it is no month.
    pub fn lock_month(&self, employee: u64, month: &str) -> bool {
        let known = locks::month(month).is_some();
        if known {
            let mut state = self.state();
            let by = state.tokens.first().map_or(0, |token| token.owner);
            builder::lock_month(&mut state, employee, month, by);
        }
        known
    }

    /// Takes the approval of a month back. False when there was none.
    pub fn unlock_month(&self, employee: u64, month: &str) -> bool {
        self.unlock(Kind::MonthlyStatus, employee, month)
    }

    /// Approves an ISO week (`2026-17`) of somebody. False when it is no week.
    pub fn lock_week(&self, employee: u64, week: &str) -> bool {
        let known = locks::week(week).is_some();
        if known {
            let today = self.today();
            let mut state = self.state();
            let by = state.tokens.first().map_or(0, |token| token.owner);
            let id = locks::status_or_new(&mut state, Kind::Week, employee, week);
            if let Some(mut row) = state.get(Kind::Week, id).cloned() {
                actions::approve(&mut row, by, today, None);
                state.store(Kind::Week, row);
            }
        }
        known
    }

    /// Takes the approval of a week back. False when there was none.
    pub fn unlock_week(&self, employee: u64, week: &str) -> bool {
        self.unlock(Kind::Week, employee, week)
    }

    fn unlock(&self, kind: Kind, employee: u64, period: &str) -> bool {
        let mut state = self.state();
        let id = locks::status(&state, kind, employee, period).unwrap_or_default();
        let Some(mut row) = state.get(kind, id).cloned().filter(|row| row.flag("approved")) else { return false };
        actions::unapprove(&mut row);
        state.store(kind, row);
        true
    }

    /// Grants or withdraws a right, by its `entitlementId`. At the start both have all of them.
    pub fn set_right(&self, holder: Holder, right: u32, granted: bool) {
        let mut state = self.state();
        let Some(token) = state.tokens.first().cloned() else { return };
        let employee = if holder == Holder::Owner { token.owner } else { token.shadow };
        entitlements::set(&mut state, employee, right, granted);
    }

    /// The employee who made the token.
    #[must_use]
    pub fn owner(&self) -> u64 {
        self.state().tokens.first().map_or(0, |token| token.owner)
    }

    /// The employee who stands for the token itself.
    #[must_use]
    pub fn token_employee(&self) -> u64 {
        self.state().tokens.first().map_or(0, |token| token.shadow)
    }

    /// Makes a token in the vendor's screens, for the same integration.
    ///
    /// # Errors
    /// The employee does not exist, or lacks one of the rights that the integration asks for.
    pub fn create_employee_token(&self, employee: u64, asked: &[u32]) -> Result<Credentials, NotIssued> {
        let known = self.credentials();
        let mut state = self.state();
        state.get(Kind::Employee, employee).ok_or(NotIssued::NoEmployee)?;
        let rights = state.rights(employee);
        if let Some(missing) = asked.iter().find(|right| !rights.contains(right)) {
            return Err(NotIssued::LacksRight(*missing));
        }
        let token = builder::issue(&mut state, employee, 0, Some(known.consumer_token.clone()));
        Ok(Credentials { employee_token: token.employee_token, ..known })
    }

    /// A token of the same employee that was made for another integration.
    #[must_use]
    pub fn foreign_credentials(&self) -> Credentials {
        let owner = self.owner();
        let token = builder::issue(&mut self.state(), owner, 0, None);
        Credentials { employee_token: token.employee_token, ..self.credentials() }
    }

    /// The ids of a kind, ascending. Of employees only people: not those who stand for tokens.
    #[must_use]
    pub fn ids(&self, kind: Kind) -> Vec<u64> {
        let state = self.state();
        let person = |id: &u64| state.tokens.iter().all(|token| token.shadow != *id);
        state.all(kind).map(|record| record.id).filter(person).collect()
    }

    /// An object as `GET` shows it without `fields`.
    #[must_use]
    pub fn object(&self, kind: Kind, id: u64) -> Option<Value> {
        let state = self.state();
        state.get(kind, id).map(|record| shown(&state, kind, record))
    }

    /// The activity of that name.
    #[must_use]
    pub fn activity(&self, name: &str) -> Option<u64> {
        let state = self.state();
        state.all(Kind::Activity).find(|activity| activity.text("name") == name).map(|activity| activity.id)
    }

    /// What an administrator creates in the vendor's screens, from the fields of a JSON object (references as ids or
    /// `{"id"}`); nothing is checked. Returns the id.
    pub fn put(&self, kind: Kind, object: &Value) -> u64 {
        self.state().store(kind, fill(kind, Record::new(kind), object))
    }

    /// What an administrator changes in the vendor's screens: the fields that the JSON object names; nothing is checked.
    /// False when there is no such object.
    pub fn change(&self, kind: Kind, id: u64, patch: &Value) -> bool {
        let mut state = self.state();
        let Some(record) = state.get(kind, id).cloned() else { return false };
        let version = record.version.saturating_add(1);
        state.store(kind, Record { version, ..fill(kind, record, patch) });
        true
    }

    /// Removes an object. False when there is none.
    pub fn remove(&self, kind: Kind, id: u64) -> bool {
        self.state().remove(kind, id)
    }
}
