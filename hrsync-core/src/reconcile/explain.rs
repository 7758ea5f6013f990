//! Why a field of a person has its value: what the journal tells of it.

use std::collections::{HashMap, HashSet};
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
    /// It came with the person, who was created there from what the other side had.
    Created {
        /// Where.
        on: Side,
        /// The operation.
        operation: OperationId,
        /// The call.
        step: String,
        /// What came of it, as far as it is known.
        result: Option<String>,
    },
    /// An operation on it was approved or held, which another entry may say was written.
    Approved {
        /// The operation.
        operation: OperationId,
        /// Approved, or held.
        approved: bool,
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
        write!(f, "{} by {} in run {}: {}", self.at, self.actor, self.run, self.what)
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent { to, step, result, decision, .. } => {
                write!(f, "written to the {} ({step}): {}", name(*to), result.as_deref().unwrap_or(NOT_KNOWN))?;
                match decision {
                    Some((decision, why)) => write!(f, ", decision {decision:?} ({})", why.as_str()),
                    None => f.write_str(", because the other side had changed"),
                }
            }
            Self::Created { on, step, result, .. } => {
                let (on, from) = (name(*on), name(on.other()));
                let result = result.as_deref().unwrap_or(NOT_KNOWN);
                write!(f, "created in the {on} from the {from} ({step}): {result}")
            }
            Self::Approved { operation, approved } => {
                let said = if *approved { "approved" } else { "held" };
                write!(f, "{said}: operation {operation}")
            }
            Self::Left { why } => write!(f, "left as it was ({})", why.as_str()),
            Self::Linked { by, vendor } => write!(f, "linked to {vendor} by {by}"),
            Self::Found { code } => write!(f, "found: {code}"),
        }
    }
}

/// What is said of a write whose outcome is not known.
const NOT_KNOWN: &str = "not known yet";

fn name(side: Side) -> &'static str {
    match side {
        Side::Host => "host",
        Side::Vendor => "payroll system",
    }
}

/// The side that a step of a write, as the journal names it, writes to.
pub(crate) fn written_side(step: &str) -> Side {
    if step.starts_with("host.") { Side::Host } else { Side::Vendor }
}

/// Why a field of a person has its value, as these entries of a journal tell it, in their order. Pure.
pub fn explain<'e>(entries: impl IntoIterator<Item = &'e Entry>, person: &HostId, field: FieldId) -> Vec<Explained> {
    let (told, approvals) = (Vec::new(), Vec::new());
    let mut telling = Telling { person, field, told, approvals, held: HashSet::new(), created: HashMap::new() };
    entries.into_iter().for_each(|entry| telling.take(entry));
    telling.end()
}

/// What was told so far.
struct Telling<'e> {
    person: &'e HostId,
    field: FieldId,
    told: Vec<Explained>,
    /// Approvals name nothing but their operation, which may become known later.
    approvals: Vec<(&'e OperationId, Explained)>,
    /// Operations that were found to be held.
    held: HashSet<&'e str>,
    /// Who is being created in the host has no id there yet: by the vendor's, until a link tells whose it was.
    created: HashMap<&'e VendorId, Explained>,
}

impl<'e> Telling<'e> {
    fn take(&mut self, entry: &'e Entry) {
        let (person, field) = (self.person, self.field);
        let say = |what| Explained {
            at: entry.entry.at,
            run: entry.entry.run.clone(),
            actor: entry.entry.actor.clone(),
            entry: entry.seq,
            what,
        };
        match &entry.entry.event {
            Event::Intended { operation, host, vendor, step, fields, .. } if fields.contains(&field) => {
                let (to, operation, step) = (written_side(step), operation.clone(), step.clone());
                match (host, vendor) {
                    (Some(host), vendor) if host == person => self.told.push(say(match vendor {
                        None => Written::Created { on: to, operation, step, result: None },
                        vendor => {
                            let vendor = vendor.clone();
                            Written::Sent { to, vendor, operation, step, result: None, decision: None }
                        }
                    })),
                    (None, Some(vendor)) => {
                        let what = Written::Created { on: to, operation, step, result: None };
                        self.created.insert(vendor, say(what));
                    }
                    _ => {}
                }
            }
            Event::Outcome { operation, host, vendor, step, result }
                if host.is_none() || host.as_ref() == Some(person) =>
            {
                self.came((operation, step), vendor.as_ref(), result);
                if let (None, Some(vendor), "refused") = (host, vendor, result.as_str()) {
                    // Nobody came of it, and whoever is linked to the record later has the values from elsewhere.
                    self.created.remove(vendor);
                }
            }
            Event::Approved { operation, approved } => {
                let what = Written::Approved { operation: operation.clone(), approved: *approved };
                self.approvals.push((operation, say(what)));
            }
            Event::Decided { host, field: about, decision, why, .. } if host == person && *about == field => {
                if decision == "leave" {
                    self.told.push(say(Written::Left { why: *why }));
                } else {
                    self.decided(&entry.entry.run, decision, *why);
                }
            }
            Event::Linked { host, vendor, by } => {
                let created = self.created.remove(vendor);
                if host == person {
                    self.told.extend(created);
                    self.told.push(say(Written::Linked { vendor: vendor.clone(), by: by.clone() }));
                }
            }
            Event::Found { finding, .. }
                if finding.host_id.as_ref() == Some(person) && finding.field == Some(field) =>
            {
                self.told.push(say(Written::Found { code: finding.code.clone().into_owned() }));
                self.held.extend(entry.entry.event.operation());
            }
            _ => {}
        }
    }

    /// What came of a write. The same may have been sent before, so of the latest.
    fn came(&mut self, (operation, step): (&OperationId, &str), vendor: Option<&VendorId>, outcome: &str) {
        let unlinked = vendor.and_then(|vendor| self.created.get_mut(vendor));
        let latest = unlinked.into_iter().chain(self.told.iter_mut().rev()).find_map(|one| match &mut one.what {
            Written::Sent { operation: sent, step: by, result, .. }
            | Written::Created { operation: sent, step: by, result, .. }
                if sent == operation && by == step =>
            {
                Some(result)
            }
            _ => None,
        });
        if let Some(result) = latest {
            *result = Some(outcome.to_owned());
        }
    }

    /// A decision stands with the outcome of the write that it led to.
    fn decided(&mut self, run: &RunId, decision: &str, why: Why) {
        let last = self.told.iter_mut().rev().find_map(|one| match &mut one.what {
            Written::Sent { decision, .. } if one.run == *run => Some(decision),
            _ => None,
        });
        if let Some(place) = last {
            *place = Some((decision.to_owned(), why));
        }
    }

    fn end(self) -> Vec<Explained> {
        let Self { mut told, approvals, held, .. } = self;
        let operation = |one: &Explained| match &one.what {
            Written::Sent { operation, .. } | Written::Created { operation, .. } => Some(operation.clone()),
            _ => None,
        };
        let written: HashSet<OperationId> = told.iter().filter_map(operation).collect();
        let ours = |of: &OperationId| written.contains(of) || held.contains(of.as_str());
        told.extend(approvals.into_iter().filter(|(of, _)| ours(of)).map(|(_, approval)| approval));
        told.sort_by_key(|one| one.entry);
        told
    }
}

impl Engine {
    /// Why a field of a person has its value: what was written, decided, approved, left and found, by whom and when, oldest first.
    ///
    /// # Errors
    /// The journal is not whole (as [`verify_journal`](Self::verify_journal)), or the store failed.
    pub async fn explain(&self, person: &HostId, field: FieldId) -> Result<Vec<Explained>> {
        let links = self.links_of(person).await?;
        let take = |about: &mut Vec<Entry>, entry: Entry| {
            let event = &entry.entry.event;
            let theirs = event.is_about(person, None)
                || matches!(event, Event::Approved { .. })
                || links.iter().any(|link| event.is_about(person, Some(&link.vendor)));
            about.extend(theirs.then_some(entry));
        };
        let about = self.each_entry(Vec::new, take).await?;
        Ok(explain(&about, person, field))
    }
}
