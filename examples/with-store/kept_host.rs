//! A host whose people are in a file that several processes use, one after the other.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use hrsync::host::{Changes, HostDirectory, HostPage, HostWrite};
use hrsync::{Employee, FieldId, HostId, Result};
use hrsync_examples::{JsonHost, OutFile};

/// People in a file, which is read before and written after each use.
#[derive(Debug, Clone)]
pub struct KeptHost {
    file: PathBuf,
}

impl KeptHost {
    /// A directory without people.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn empty(file: &Path) -> Result<Self> {
        JsonHost::default().write(&OutFile::at(file)?)?;
        Ok(Self::open(file))
    }

    /// The directory that another process made.
    pub fn open(file: &Path) -> Self {
        Self { file: file.to_owned() }
    }

    /// The people.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn people(&self) -> Result<Vec<Employee>> {
        Ok(self.read()?.page(None).await?.people)
    }

    /// Sets a field of a person, as somebody does on the host's screens.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub async fn set(&self, id: &HostId, field: FieldId, text: &str) -> Result<()> {
        let mut people = self.people().await?;
        for person in people.iter_mut().filter(|person| person.id == id.as_str()) {
            person.set_text(field, Some(text));
        }
        self.write(&JsonHost::new(people))
    }

    fn read(&self) -> Result<JsonHost> {
        JsonHost::read(&self.file)
    }

    fn write(&self, people: &JsonHost) -> Result<()> {
        people.write(&OutFile::at(&self.file)?)
    }
}

#[async_trait]
impl HostDirectory for KeptHost {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        self.read()?.page(after).await
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        self.read()?.fetch(id).await
    }

    async fn create(&self, employee: Employee, once: &str) -> Result<HostId> {
        let people = self.read()?;
        let id = people.create(employee, once).await?;
        self.write(&people)?;
        Ok(id)
    }

    async fn update(&self, id: &HostId, changes: &Changes, version: Option<&str>, once: &str) -> Result<HostWrite> {
        let people = self.read()?;
        let written = people.update(id, changes, version, once).await?;
        self.write(&people)?;
        Ok(written)
    }
}
