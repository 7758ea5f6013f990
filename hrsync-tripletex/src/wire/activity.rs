//! `/activity`: what hours are registered on.

use bytes::Bytes;
use serde::Deserialize;

use super::answer::{List, list};
use super::error::Operation;
use super::request::Draft;

/// An activity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// The id.
    pub id: u64,
    /// The name.
    pub name: Option<String>,
    /// The number that the company gave it.
    pub number: Option<String>,
    /// The type; may be missing. \[client\]
    pub activity_type: Option<String>,
    /// It belongs to projects.
    pub is_project_activity: Option<bool>,
    /// It is not to be used any more.
    pub is_disabled: Option<bool>,
}

impl Activity {
    /// Whether absences can be registered on it: it is in use and of no project. That it is meant for absences is in no field of the
    /// interface. \[spec\]
    pub fn takes_absences(&self) -> bool {
        let internal = match self.activity_type.as_deref() {
            Some(kind) => kind == "GENERAL_ACTIVITY",
            None => self.is_project_activity != Some(true),
        };
        internal && self.is_disabled != Some(true)
    }
}

/// Asks for the general activities that are in use.
pub fn general(from: u64, count: u64) -> Draft {
    Draft::get(Operation::Activities, "/activity")
        .with("isGeneral", "true")
        .with("isInactive", "false")
        .fields("id,name,number,activityType,isProjectActivity,isDisabled")
        .page(from, count)
}

/// Reads activities.
///
/// # Errors
/// The answer is none.
pub fn listed(answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<Activity>> {
    list(Operation::Activities, answer, from, count)
}
