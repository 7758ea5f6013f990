//! What is wrong with a configuration, all at once.

use std::fmt;

use hrsync_core::{Error, ErrorKind, Fixer};

use crate::VENDOR;
use crate::texts::label;

/// One setting that cannot be right. It holds no value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigProblem {
    /// The setting's label, as in `User ID`.
    pub setting: &'static str,
    /// What is wrong with it, as in `is missing`.
    pub message: String,
    /// Where the right value is found.
    pub hint: Option<&'static str>,
}

impl ConfigProblem {
    /// Who can put it right. An administrator of the company creates the API identifier and nobody else can.
    pub fn fixer(&self) -> Fixer {
        match self.setting {
            label::USER_ID | label::KEY => Fixer::VendorAdministrator,
            label::BUSINESS_ID | label::SALARY_MODEL | label::SETTLEMENT_POINT => Fixer::HostAdministrator,
            _ => Fixer::HostDeveloper,
        }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.setting, self.message)?;
        match self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// Every problem of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigProblems(pub Vec<ConfigProblem>);

impl ConfigProblems {
    pub(crate) fn add(&mut self, setting: &'static str, message: impl Into<String>, hint: Option<&'static str>) {
        self.0.push(ConfigProblem { setting, message: message.into(), hint });
    }

    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigProblems {}

impl From<ConfigProblems> for Error {
    fn from(problems: ConfigProblems) -> Self {
        let message = problems.0.iter().map(|p| format!("{} {}", p.setting, p.message)).collect::<Vec<_>>().join("; ");
        let mut hints: Vec<&str> = problems.0.iter().filter_map(|p| p.hint).collect();
        hints.dedup();
        // What waits for somebody outside the HR application comes first.
        let waits_for = |fixer: &Fixer| problems.0.iter().any(|problem| problem.fixer() == *fixer);
        let fixer = [Fixer::VendorAdministrator, Fixer::HostAdministrator].into_iter().find(waits_for);
        let error = Error::new(ErrorKind::ConfigInvalid, message)
            .with_vendor(VENDOR)
            .with_fixer(fixer.unwrap_or(Fixer::HostDeveloper));
        let error = problems.0.iter().fold(error, |error, problem| error.with_field_path(problem.setting));
        if hints.is_empty() { error } else { error.with_hint(hints.join("; ")) }
    }
}
