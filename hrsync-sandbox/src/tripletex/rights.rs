//! Who may do what. Which right opens what is in `reconstructed`.

use std::collections::BTreeSet;

use super::model::Kind;
use super::operation::Caller;
use super::options::WithoutRight;
use super::reconstructed::{self, HOURS_COMPANY, HOURS_DEPARTMENT, HOURS_OWN};
use super::record::Record;
use super::refusal::Refusal;
use super::state::State;

/// What of a kind a caller sees.
pub(crate) enum Sight {
    Everything,
    /// What belongs to these people.
    Of(BTreeSet<u64>),
}

impl Sight {
    pub(crate) fn covers(&self, state: &State, kind: Kind, record: &Record) -> bool {
        let seen = match self {
            Self::Everything => true,
            Self::Of(people) => person(state, kind, record).is_none_or(|person| people.contains(&person)),
        };
        // The rights that the one behind a token lost, the token lost too.
        seen && (kind != Kind::Entitlement || entitlement_counts(state, record))
    }
}

fn entitlement_counts(state: &State, record: &Record) -> bool {
    let right = record.reference("entitlementId").and_then(|right| u32::try_from(right).ok());
    record.reference("employee").zip(right).is_none_or(|(employee, right)| state.rights(employee).contains(&right))
}

/// Whose an object is.
fn person(state: &State, kind: Kind, record: &Record) -> Option<u64> {
    match kind {
        Kind::Employee => Some(record.id),
        Kind::EmploymentDetails => state.get(Kind::Employment, record.reference("employment")?)?.reference("employee"),
        _ => record.reference("employee"),
    }
}

fn department(state: &State, employee: u64) -> Option<u64> {
    state.get(Kind::Employee, employee)?.reference("department")
}

fn themselves(caller: &Caller) -> BTreeSet<u64> {
    [caller.owner, caller.shadow].into()
}

/// Whose hours a caller may read and write.
fn hours(state: &State, caller: &Caller) -> Sight {
    if caller.rights.contains(&HOURS_COMPANY) {
        return Sight::Everything;
    }
    let mut people = BTreeSet::new();
    if caller.rights.contains(&HOURS_DEPARTMENT) {
        let own = department(state, caller.owner);
        people.extend(state.all(Kind::Employee).map(|one| one.id).filter(|id| department(state, *id) == own));
    }
    if caller.rights.contains(&HOURS_OWN) {
        people.extend(themselves(caller));
    }
    Sight::Of(people)
}

fn extent(state: &State, caller: &Caller, kind: Kind) -> Sight {
    match kind {
        Kind::TimesheetEntry | Kind::MonthlyStatus | Kind::Week => hours(state, caller),
        Kind::Employee | Kind::Employment | Kind::EmploymentDetails | Kind::StandardTime | Kind::HourlyCostAndRate => {
            let all = reconstructed::PEOPLE.iter().any(|right| caller.rights.contains(right));
            if all { Sight::Everything } else { Sight::Of(themselves(caller)) }
        }
        _ => Sight::Everything,
    }
}

/// What of a kind a list may hold. The list of people is shorter for those who may not see all; of what belongs to people
/// a company may rather refuse.
pub(crate) fn sight(state: &State, caller: &Caller, kind: Kind, named: Option<&[u64]>) -> Result<Sight, Refusal> {
    let sight = extent(state, caller, kind);
    if let Sight::Of(people) = &sight {
        let asked = named.is_some_and(|ids| ids.iter().all(|id| people.contains(id)));
        if kind != Kind::Employee && !asked && state.options.without_right == WithoutRight::Refused {
            return Err(Refusal::forbidden());
        }
    }
    Ok(sight)
}

/// Whether a caller may read and write an object.
pub(crate) fn one(state: &State, caller: &Caller, kind: Kind, record: &Record) -> Result<(), Refusal> {
    match extent(state, caller, kind).covers(state, kind, record) {
        true => Ok(()),
        false => Err(Refusal::forbidden()),
    }
}

/// Whether a caller may deal with the hours of somebody.
pub(crate) fn hours_of(state: &State, caller: &Caller, employee: u64) -> Result<(), Refusal> {
    match hours(state, caller) {
        Sight::Of(people) if !people.contains(&employee) => Err(Refusal::forbidden()),
        _ => Ok(()),
    }
}
