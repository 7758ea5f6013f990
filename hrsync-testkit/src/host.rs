//! A host's directory of people, in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hrsync_core::host::{Changes, HostDirectory, HostPage, HostWrite};
use hrsync_core::{Employee, Error, ErrorKind, HostId, Result};

/// People in memory, with versions, paging, and a count of the writes. Clones are the same directory.
#[derive(Debug, Clone, Default)]
pub struct TestHost(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    people: BTreeMap<String, Employee>,
    versions: BTreeMap<String, u64>,
    once: HashMap<String, String>,
    writes: usize,
    created: usize,
    refuse: Option<String>,
    page_size: Option<usize>,
    fail_fetch: Option<Error>,
    lose: Option<Error>,
}

impl TestHost {
    /// A directory with these people.
    pub fn new(people: impl IntoIterator<Item = Employee>) -> Self {
        let host = Self::default();
        people.into_iter().for_each(|person| host.put(person));
        host
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds or replaces a person, as somebody does on the host's screens. It does not count as a write.
    pub fn put(&self, person: Employee) {
        let mut state = self.state();
        *state.versions.entry(person.id.clone()).or_default() += 1;
        state.people.insert(person.id.clone(), person);
    }

    /// Changes a person, as somebody does on the host's screens. True when there is such a person.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Employee)) -> bool {
        let mut state = self.state();
        let Some(person) = state.people.get_mut(id) else { return false };
        change(person);
        *state.versions.entry(id.to_owned()).or_default() += 1;
        true
    }

    /// Deletes a person.
    pub fn remove(&self, id: &str) -> bool {
        self.state().people.remove(id).is_some()
    }

    /// A person.
    pub fn get(&self, id: &str) -> Option<Employee> {
        self.state().people.get(id).cloned()
    }

    /// Everybody.
    pub fn people(&self) -> Vec<Employee> {
        self.state().people.values().cloned().collect()
    }

    /// How often the engine wrote: creations and updates.
    pub fn writes(&self) -> usize {
        self.state().writes
    }

    /// Refuses updates and creations from now on, for this reason; `None` stops refusing.
    pub fn refuse(&self, reason: Option<&str>) {
        self.state().refuse = reason.map(str::to_owned);
    }

    /// Lets the next reading of one person fail.
    pub fn fail_next_fetch(&self, error: Error) {
        self.state().fail_fetch = Some(error);
    }

    /// Carries the next change of a person out, and answers with an error.
    pub fn apply_then_fail(&self, error: Error) {
        self.state().lose = Some(error);
    }

    /// Gives out at most so many people a page.
    pub fn page_size(&self, people: usize) {
        self.state().page_size = Some(people.max(1));
    }
}

fn versioned(state: &State, person: &Employee) -> Employee {
    let mut person = person.clone();
    person.version = state.versions.get(&person.id).map(u64::to_string);
    person
}

#[async_trait]
impl HostDirectory for TestHost {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        let state = self.state();
        let size = state.page_size.unwrap_or(usize::MAX);
        let mut rest = state.people.values().filter(|person| after.is_none_or(|after| person.id.as_str() > after));
        let people: Vec<Employee> = rest.by_ref().take(size).map(|person| versioned(&state, person)).collect();
        let next = rest.next().and_then(|_| people.last().map(|last| last.id.clone()));
        Ok(HostPage { people, next })
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        let mut state = self.state();
        if let Some(error) = state.fail_fetch.take() {
            return Err(error);
        }
        Ok(state.people.get(id.as_str()).map(|person| versioned(&state, person)))
    }

    async fn create(&self, mut employee: Employee, once: &str) -> Result<HostId> {
        let mut state = self.state();
        if let Some(id) = state.once.get(once) {
            return Ok(HostId::new(id.clone()));
        }
        if let Some(reason) = &state.refuse {
            return Err(Error::new(ErrorKind::InvalidData, "the host refuses").with_sensitive_detail(reason.clone()));
        }
        state.created += 1;
        let id = format!("new-{}", state.created);
        employee.id.clone_from(&id);
        state.people.insert(id.clone(), employee);
        state.versions.insert(id.clone(), 1);
        state.once.insert(once.to_owned(), id.clone());
        state.writes += 1;
        Ok(HostId::new(id))
    }

    async fn update(&self, id: &HostId, changes: &Changes, version: Option<&str>, once: &str) -> Result<HostWrite> {
        let mut state = self.state();
        if state.once.contains_key(once) {
            return Ok(HostWrite::Written);
        }
        if let Some(reason) = &state.refuse {
            return Ok(HostWrite::Refused(reason.clone()));
        }
        let current = state.versions.get(id.as_str()).map(u64::to_string);
        if version.is_some() && version != current.as_deref() {
            return Ok(HostWrite::Drifted);
        }
        let Some(person) = state.people.get_mut(id.as_str()) else {
            return Err(Error::new(ErrorKind::NotFound, "there is no such person"));
        };
        changes.apply_to(person);
        *state.versions.entry(id.as_str().to_owned()).or_default() += 1;
        state.once.insert(once.to_owned(), id.as_str().to_owned());
        state.writes += 1;
        match state.lose.take() {
            Some(error) => Err(error),
            None => Ok(HostWrite::Written),
        }
    }
}
