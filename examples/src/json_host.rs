//! A host whose people are kept in memory and, if wanted, in a JSON file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hrsync::host::{Changes, HostDirectory, HostPage, HostWrite};
use hrsync::{Employee, HostId, Result};

use crate::environment::wrong;
use crate::out_file::OutFile;
use crate::show::called;

/// People by id. Clones are the same directory.
#[derive(Debug, Clone, Default)]
pub struct JsonHost(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    people: BTreeMap<String, Employee>,
    created: BTreeMap<String, String>,
}

impl JsonHost {
    /// A directory with these people.
    pub fn new(people: impl IntoIterator<Item = Employee>) -> Self {
        let host = Self::default();
        host.state().people.extend(people.into_iter().map(|person| (person.id.clone(), person)));
        host
    }

    /// Reads the people from a file: a JSON array of employees.
    ///
    /// # Errors
    /// The file cannot be read, is not such an array, or has an id twice. The message names the person and the field and
    /// repeats no value.
    pub fn read(path: &Path) -> Result<Self> {
        let problem = |message: String| wrong(format!("{}: {message}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
        // Some editors begin a file with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // The parser's own words could repeat a value, so only the place is told, and an employee's own error.
        let entries: Vec<serde_json::Value> = serde_json::from_str(text).map_err(|error| {
            problem(format!("no JSON array of employees, line {} column {}", error.line(), error.column()))
        })?;
        let host = Self::default();
        for (place, entry) in entries.into_iter().enumerate() {
            if !entry.is_object() {
                return Err(problem(format!("entry {} is not an employee", place + 1)));
            }
            let person: Employee =
                serde_json::from_value(entry).map_err(|error| problem(format!("entry {}: {error}", place + 1)))?;
            let id = person.id.clone();
            if host.state().people.insert(id.clone(), person).is_some() {
                return Err(problem(format!("the id {id:?} stands twice")));
            }
        }
        Ok(host)
    }

    /// Writes the people to a file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, out: &OutFile) -> Result<()> {
        let people: Vec<Employee> = self.state().people.values().cloned().collect();
        let text = serde_json::to_string_pretty(&people).map_err(|error| wrong(error.to_string()))?;
        out.write(&format!("{text}\n"))
    }

    /// The people, those who were created here in the order of that.
    pub fn people(&self) -> Vec<Employee> {
        let mut people: Vec<Employee> = self.state().people.values().cloned().collect();
        // The number in an id has as many digits as it takes.
        people.sort_by_key(|person| (person.id.len(), person.id.clone()));
        people
    }

    /// What to call a person on a screen.
    pub fn name(&self, id: &str) -> String {
        called(self.state().people.get(id), HostId::new(id))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl HostDirectory for JsonHost {
    async fn page(&self, _after: Option<&str>) -> Result<HostPage> {
        Ok(HostPage::all(self.state().people.values().cloned()))
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        Ok(self.state().people.get(id.as_str()).cloned())
    }

    async fn create(&self, mut employee: Employee, once: &str) -> Result<HostId> {
        let mut state = self.state();
        if let Some(id) = state.created.get(once) {
            return Ok(HostId::new(id.clone()));
        }
        let free = (1..).map(|number| format!("new-{number}")).find(|id| !state.people.contains_key(id));
        employee.id = free.unwrap_or_default();
        let id = employee.id.clone();
        state.people.insert(id.clone(), employee);
        state.created.insert(once.to_owned(), id.clone());
        Ok(HostId::new(id))
    }

    async fn update(&self, id: &HostId, changes: &Changes, _version: Option<&str>, _once: &str) -> Result<HostWrite> {
        match self.state().people.get_mut(id.as_str()) {
            Some(person) => {
                changes.apply_to(person);
                Ok(HostWrite::Written)
            }
            None => Ok(HostWrite::Refused("there is no such person any more".into())),
        }
    }
}
