//! What a host shows before there is a connection: settings to ask for and steps to follow, as data, and what is wrong with a
//! configuration.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::error::{Error, ErrorKind, Fixer};

/// Who knows a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EnteredBy {
    /// The customer's administrator, on the connect screen.
    Customer,
    /// Whoever runs the HR application, once for all customers.
    Operator,
}

/// One setting, for a connect screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SettingDescriptor {
    /// The setting's name in the configuration or the credentials.
    pub name: &'static str,
    /// What to call it on the screen; the vendor calls it so too.
    pub label: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Where its value is found in the vendor's system.
    pub menu_path: Option<&'static str>,
    /// True when there is no connection without it.
    pub required: bool,
    /// True when it is a credential and must be stored as one.
    pub secret: bool,
    /// Who enters it.
    pub entered_by: EnteredBy,
}

/// One step of setting up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SetupStep {
    /// Heading.
    pub title: &'static str,
    /// What to do.
    pub text: &'static str,
}

/// One setting that cannot be right. It holds no value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigProblem {
    /// The setting's label, as in `User ID`.
    pub setting: &'static str,
    /// What is wrong with it, as in `is missing`.
    pub message: Cow<'static, str>,
    /// Where the right value is found.
    pub hint: Option<&'static str>,
    /// Who can put it right.
    pub fixer: Fixer,
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

/// Every problem of a vendor's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblems {
    vendor: &'static str,
    problems: Vec<ConfigProblem>,
}

impl ConfigProblems {
    /// No problem yet.
    pub fn new(vendor: &'static str) -> Self {
        Self { vendor, problems: Vec::new() }
    }

    /// The problems, in the order in which they were found.
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }

    /// One problem more: of the setting with this label, what is wrong with it, where the right value is found, and who can put it right.
    pub fn add(
        &mut self,
        setting: &'static str,
        message: impl Into<Cow<'static, str>>,
        hint: Option<&'static str>,
        fixer: Fixer,
    ) {
        self.problems.push(ConfigProblem { setting, message: message.into(), hint, fixer });
    }

    /// Nothing, when there is no problem.
    ///
    /// # Errors
    /// All of them.
    pub fn into_result(self) -> Result<(), Self> {
        if self.problems.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
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
    fn from(ConfigProblems { vendor, problems }: ConfigProblems) -> Self {
        let message: Vec<String> = problems.iter().map(|p| format!("{} {}", p.setting, p.message)).collect();
        let mut hints: Vec<&str> = problems.iter().filter_map(|problem| problem.hint).collect();
        hints.dedup();
        // What waits for somebody outside the HR application comes first.
        let outside_first = |fixer: &Fixer| match fixer {
            Fixer::CredentialOwner | Fixer::VendorAdministrator | Fixer::PayrollClerk | Fixer::VendorSupport => 0,
            Fixer::HostAdministrator => 1,
            Fixer::HostDeveloper | Fixer::Nobody => 2,
        };
        let fixer = problems.iter().map(|problem| problem.fixer).min_by_key(outside_first);
        let error = Error::new(ErrorKind::ConfigInvalid, message.join("; "))
            .with_vendor(vendor)
            .with_fixer(fixer.unwrap_or(Fixer::HostDeveloper));
        let error = problems.iter().fold(error, |error, problem| error.with_field_path(problem.setting));
        if hints.is_empty() { error } else { error.with_hint(hints.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_named_and_who_waits_longest_fixes_first() {
        let mut problems = ConfigProblems::new("acme");
        assert_eq!(problems.clone().into_result(), Ok(()));
        problems.add("Base address", "is not a web address", None, Fixer::HostDeveloper);
        problems.add("Token", "is missing", Some("menu > tokens"), Fixer::VendorAdministrator);
        assert_eq!(problems.to_string(), "Base address is not a web address; Token is missing (menu > tokens)");
        let error = Error::from(problems.into_result().unwrap_err());
        assert_eq!((error.kind(), error.fixer()), (ErrorKind::ConfigInvalid, Fixer::VendorAdministrator));
        assert_eq!(error.field_paths(), ["Base address", "Token"]);
        assert_eq!(error.hint(), Some("menu > tokens"));
    }
}
