//! Why a field of a person has its value: what the journal tells of it.

use std::fmt;

use serde::Serialize;
use time::OffsetDateTime;

use super::engine::Engine;
use super::plan::Why;
use crate::error::Result;
use crate::journal::{Entry, Event};
use crate::model::{FieldId, HostId, OperationId, RunId, Side, VendorId};

/// Why a field of a person has its value on one side, newest last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explained {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// In which run.
    pub run: RunId,
    /// By whom, or `live` for a host change pushed as it came.
    pub actor: String,
    /// The number of the journal's entry.
    pub entry: u64,
    /// What happened.
    pub what: Written,
}

/// What happened to a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
#[non_exhaustive]
pub enum Written {
    /// It was written to a side.
    Sent {
        /// To which.
        to: Side,
        /// The vendor's record, which tells for whom of several the write was.
        vendor: Option<VendorId>,
        /// The operation.
        operation: OperationId,
        /// The call.
        step: String,
        /// What came of it, as far as it is known: `done`, `refused`, `unknown` and so on.
        result: Option<String>,
        /// The decision it followed from: which side won, and who decided. `None` when one side had changed.
        decision: Option<(String, Why)>,
    },
    /// It was left as it was.
    Left {
        /// Who decided so.
        why: Why,
    },
    /// The records were linked; what agreed then was settled.
    Linked {
        /// The vendor's record.
        vendor: VendorId,
        /// By what.
        by: String,
    },
    /// Something was found about it.
    Found {
        /// The finding's code.
        code: String,
    },
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}: {}", self.at, self.actor, self.what)
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent { to, step, result, decision, .. } => {
                let to = if *to == Side::Host { "host" } else { "payroll system" };
                write!(f, "written to the {to} ({step}): {}", result.as_deref().unwrap_or("not known yet"))?;
                match decision {
                    Some((decision, why)) => write!(f, ", decision {decision:?} ({})", why.as_str()),
                    None => f.write_str(", because the other side had changed"),
                }
            }
            Self::Left { why } => write!(f, "left as it was ({})", why.as_str()),
            Self::Linked { by, vendor } => write!(f, "linked to {vendor} by {by}"),
            Self::Found { code } => write!(f, "found: {code}"),
        }
    }
}

/// The side that a step of a write, as the journal names it, writes to.
pub(crate) fn written_side(step: &str) -> Side {
    if step.starts_with("host.") { Side::Host } else { Side::Vendor }
}

/// Why a field of a person has its value, as these entries of a journal tell it, in their order. Pure.
pub fn explain<'e>(entries: impl IntoIterator<Item = &'e Entry>, person: &HostId, field: FieldId) -> Vec<Explained> {
    let mut told: Vec<Explained> = Vec::new();
    for entry in entries {
        let what = match &entry.entry.event {
            Event::Intended { operation, host: Some(host), vendor, step, fields, .. }
                if host == person && fields.contains(&field) =>
            {
                let to = written_side(step);
                let (operation, step, vendor) = (operation.clone(), step.clone(), vendor.clone());
                Written::Sent { to, vendor, operation, step, result: None, decision: None }
            }
            Event::Outcome { operation, host: Some(host), step, result, .. } if host == person => {
                // The same write may have been sent before.
                let latest = told.iter_mut().rev().find_map(|one| match &mut one.what {
                    Written::Sent { operation: sent, step: by, result, .. } if sent == operation && by == step => {
                        Some(result)
                    }
                    _ => None,
                });
                if let Some(came) = latest {
                    *came = Some(result.clone());
                }
                continue;
            }
            Event::Decided { host, field: about, decision, why, .. } if host == person && *about == field => {
                if decision == "leave" {
                    Written::Left { why: *why }
                } else {
                    // It stands with the outcome of the write that it led to.
                    let last = told.iter_mut().rev().find_map(|one| match &mut one.what {
                        Written::Sent { decision, .. } if one.run == entry.entry.run => Some(decision),
                        _ => None,
                    });
                    if let Some(place) = last {
                        *place = Some((decision.clone(), *why));
                    }
                    continue;
                }
            }
            Event::Linked { host, vendor, by } if host == person => {
                Written::Linked { vendor: vendor.clone(), by: by.clone() }
            }
            Event::Found { finding, .. }
                if finding.host_id.as_ref() == Some(person) && finding.field == Some(field) =>
            {
                Written::Found { code: finding.code.clone().into_owned() }
            }
            _ => continue,
        };
        let (at, run, actor) = (entry.entry.at, entry.entry.run.clone(), entry.entry.actor.clone());
        told.push(Explained { at, run, actor, entry: entry.seq, what });
    }
    told
}

impl Engine {
    /// Why a field of a person has its value: what was written, decided, left and found, by whom and when, oldest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn explain(&self, person: &HostId, field: FieldId) -> Result<Vec<Explained>> {
        let mut about = Vec::new();
        self.each_entry(|entry| about.extend(Some(entry).filter(|entry| entry.entry.event.is_about(person, None))))
            .await?;
        Ok(explain(&about, person, field))
    }
}
