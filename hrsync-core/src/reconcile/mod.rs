//! Keeping two sides in step: compare, review, decide, plan, apply, report.

mod apply;
mod approve;
mod baseline;
mod burst;
mod compare;
mod create;
mod decide;
mod engine;
mod entries;
mod erase;
mod explain;
mod findings;
mod fingerprint;
mod link;
mod linking;
mod merge;
mod owners;
mod pending;
mod plan;
mod planner;
mod policy;
mod progress;
mod push;
mod quarantine;
mod recover;
mod rehire;
mod report;
mod resolution;
mod retention;
mod review;
mod reviewer;
mod seen;
mod undo;
mod update;

pub use compare::DifferenceKind;
pub use decide::{Decisions, Missing, Select};
pub use engine::{Engine, EngineBuilder, ReviewRun};
pub use erase::Held;
pub(crate) use erase::of_host;
pub use explain::{Explained, Written, explain};
pub use fingerprint::Fingerprint;
pub use link::{Link, LinkKind, LinkState};
pub use merge::{Merged, merge};
pub use pending::OpenWrite;
pub use plan::{
    Action, Change, Expected, Left, Operation, Plan, PlanDifference, PlanInput, Settlement, Source, Undecided, Why,
};
pub use planner::plan;
pub use policy::{Policies, Policy};
pub use progress::Progress;
pub use quarantine::Failures;
pub use report::{Calls, Item, ItemResult, Report, ReviewItem};
pub use resolution::{Resolution, WhyNot};
pub use retention::{Breach, Broken, Checkpoint, Verified};
pub use review::{Choice, Counts, Difference, Everybody, Recognised, Review, ReviewInput, Roster, Unmatched};
pub use reviewer::{review, settled_links};
