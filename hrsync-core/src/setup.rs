//! What a host shows before there is a connection: settings to ask for and steps to follow, as data.

use serde::Serialize;

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
