//! What a host implements: its directory of people, and what to do with notifications.

use std::fmt;

use async_trait::async_trait;

use crate::error::Result;
use crate::finding::Finding;
use crate::model::{AbsenceId, Employee, FieldId, HostId};
use crate::reconcile::{Failures, Report};

/// The host's people.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Mutex;
///
/// use hrsync_core::host::{Changes, HostDirectory, HostPage, HostWrite};
/// use hrsync_core::{Employee, HostId, Result};
///
/// #[derive(Debug, Default)]
/// struct People(Mutex<BTreeMap<String, Employee>>);
///
/// #[async_trait::async_trait]
/// impl HostDirectory for People {
///     async fn page(&self, _after: Option<&str>) -> Result<HostPage> {
///         Ok(HostPage::all(self.0.lock().unwrap().values().cloned()))
///     }
///     async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
///         Ok(self.0.lock().unwrap().get(id.as_str()).cloned())
///     }
///     async fn create(&self, mut employee: Employee, once: &str) -> Result<HostId> {
///         employee.id = once.to_owned(); // the same for the same person, so a repeated call makes no second one
///         self.0.lock().unwrap().insert(employee.id.clone(), employee);
///         Ok(HostId::new(once))
///     }
///     async fn update(&self, id: &HostId, changes: &Changes, _version: Option<&str>, _once: &str) -> Result<HostWrite> {
///         match self.0.lock().unwrap().get_mut(id.as_str()) {
///             Some(person) => changes.apply_to(person),
///             None => return Ok(HostWrite::Drifted),
///         }
///         Ok(HostWrite::Written)
///     }
/// }
/// ```
#[async_trait]
pub trait HostDirectory: fmt::Debug + Send + Sync + 'static {
    /// A part of the people, those after `after`, which is `None` or an earlier page's `next`.
    ///
    /// People who left are included, people who were deleted are not.
    ///
    /// # Errors
    /// The directory cannot be read.
    async fn page(&self, after: Option<&str>) -> Result<HostPage>;

    /// One person, `None` when there is none of this id.
    ///
    /// # Errors
    /// The directory cannot be read.
    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>>;

    /// Creates a person and returns the id; the employee's own id is empty. Called twice with the same `once` it creates
    /// one person.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`](crate::ErrorKind::InvalidData) or [`AlreadyExists`](crate::ErrorKind::AlreadyExists) when
    /// the host refuses, and whatever keeps it from writing.
    async fn create(&self, employee: Employee, once: &str) -> Result<HostId>;

    /// Changes fields of a person, provided that the record still has `expected_version` where the host has versions.
    ///
    /// # Errors
    /// Whatever keeps the host from writing.
    async fn update(
        &self,
        id: &HostId,
        changes: &Changes,
        expected_version: Option<&str>,
        once: &str,
    ) -> Result<HostWrite>;
}

/// A part of the host's people.
#[derive(Debug, Clone, Default)]
pub struct HostPage {
    /// The people.
    pub people: Vec<Employee>,
    /// Where the list goes on, `None` at its end.
    pub next: Option<String>,
}

impl HostPage {
    /// A single page with everybody.
    pub fn all(people: impl IntoIterator<Item = Employee>) -> Self {
        Self { people: people.into_iter().collect(), next: None }
    }
}

/// New values for fields of a person; `None` clears a field.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Changes(Vec<(FieldId, Option<String>)>);

impl Changes {
    pub(crate) fn push(&mut self, field: FieldId, value: Option<String>) {
        self.0.push((field, value));
    }

    /// The fields and their new values, dates as `YYYY-MM-DD`.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, Option<&str>)> {
        self.0.iter().map(|(field, value)| (*field, value.as_deref()))
    }

    /// Sets the fields of `employee`.
    pub fn apply_to(&self, employee: &mut Employee) {
        for (field, value) in self.iter() {
            employee.set_text(field, value);
        }
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(field, _)| field)).finish()
    }
}

/// What came of a change in the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostWrite {
    /// It was written.
    Written,
    /// The record changed since it was read; nothing was written.
    Drifted,
    /// The host refuses the change, for this reason (without personal data); nothing was written.
    Refused(String),
}

/// Tells people what happened.
#[async_trait]
pub trait Notifier: fmt::Debug + Send + Sync + 'static {
    /// Delivers one message, or hands it to a queue that will. A run gives its report only afterwards, so do not wait long.
    ///
    /// # Errors
    /// It cannot be delivered. The run it tells about stands all the same.
    async fn notify(&self, notification: &Notification<'_>) -> Result<()>;
}

/// A message to a person.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notification<'a> {
    /// A run that the person started has ended.
    RunEnded {
        /// The id of the person who started the run.
        to: &'a str,
        /// What came of it.
        report: &'a Report,
    },
    /// The connection's runs were stopped again and again, so nothing is pushed for a while. For those who look after it.
    Quarantined {
        /// How often, since when and why, and until when nothing is tried.
        failures: &'a Failures,
    },
    /// Something is wrong with an absence in the payroll system.
    Absence {
        /// The ids of those who are told, each once.
        to: &'a [&'a str],
        /// Whose absence it is.
        person: &'a HostId,
        /// The absence.
        absence: &'a AbsenceId,
        /// What is wrong, and who can do what about it.
        finding: &'a Finding,
        /// Of this message, also where it comes again since a process died before it kept that it was delivered: a queue that knows it
        /// drops the second one.
        key: &'a str,
    },
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

#[async_trait]
impl Notifier for Silent {
    async fn notify(&self, _notification: &Notification<'_>) -> Result<()> {
        Ok(())
    }
}
