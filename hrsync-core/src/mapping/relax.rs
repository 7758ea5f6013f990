//! Rules are defaults: a host may relax those that the vendor's interface does not force.

use super::{FieldMapping, Mapping};
use crate::error::{Error, ErrorKind, Result};
use crate::model::FieldId;

/// A rule that a host may relax, and what that means.
#[derive(Clone, Copy)]
pub struct Relaxation {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// The fields it concerns.
    pub fields: &'static [FieldId],
    /// What it means to relax it, for the person who decides.
    pub meaning: &'static str,
    /// Changes a line.
    pub apply: fn(&mut FieldMapping),
}

impl std::fmt::Debug for Relaxation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relaxation").field("name", &self.name).field("fields", &self.fields).finish_non_exhaustive()
    }
}

impl Mapping {
    /// States which rules a host may relax.
    #[must_use]
    pub fn with_relaxations(mut self, relaxations: &'static [Relaxation]) -> Self {
        self.relaxations = relaxations;
        self
    }

    /// The rules that a host may relax.
    pub fn relaxations(&self) -> &'static [Relaxation] {
        self.relaxations
    }

    /// The names of the rules that were relaxed.
    pub fn relaxed(&self) -> &[&'static str] {
        &self.relaxed
    }

    /// Relaxes a rule and says what that means.
    ///
    /// # Errors
    /// [`ErrorKind::ConfigInvalid`] when the vendor has no such relaxation.
    pub fn relax(&mut self, name: &str) -> Result<&'static str> {
        let Some(relaxation) = self.relaxations.iter().find(|relaxation| relaxation.name == name) else {
            return Err(Error::new(ErrorKind::ConfigInvalid, format!("there is no rule {name:?} to relax")));
        };
        for entry in self.entries.iter_mut().filter(|entry| relaxation.fields.contains(&entry.field)) {
            (relaxation.apply)(entry);
        }
        if !self.relaxed.contains(&relaxation.name) {
            self.relaxed.push(relaxation.name);
        }
        Ok(relaxation.meaning)
    }
}
