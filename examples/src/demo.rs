//! A small host directory that does not quite agree with a simulated company.

use std::sync::Arc;

use hrsync::reconcile::{Decisions, Report, Select};
use hrsync::{Actor, Authority, Connector, Employee, Engine, Finding, Result};

use crate::JsonHost;

/// So many people are known to the company only.
const ONLY_THERE: usize = 3;

/// What the host knows otherwise of one person.
pub(crate) type Edit = fn(&mut Employee);

/// The people of a host that took over everybody of a company but the last ones, knows something otherwise of the first ones, and
/// has newcomers.
pub(crate) async fn people(
    connector: impl Connector + 'static,
    edits: &[Edit],
    newcomers: Vec<Employee>,
) -> Result<Vec<Employee>> {
    let host = JsonHost::default();
    let engine = Engine::builder(Arc::new(connector), Arc::new(host.clone())).build()?;
    take_over(&engine, &Actor::administrator("anna")).await?;
    let mut people = host.people();
    people.truncate(people.len().saturating_sub(ONLY_THERE));
    for (place, person) in people.iter_mut().enumerate() {
        person.id = format!("p{:02}", place + 1);
    }
    people.iter_mut().zip(edits).for_each(|(person, edit)| edit(person));
    people.extend(newcomers);
    Ok(people)
}

/// Connects, and takes everybody of the payroll system over into the host. Nothing is written in the payroll system. Besides what
/// came of it, what connecting found.
///
/// # Errors
/// The payroll system or the host cannot be used.
pub async fn take_over(engine: &Engine, actor: &Actor) -> Result<(Vec<Finding>, Report)> {
    let missing = engine.connect(actor, Authority::Confirmed).await?;
    let review = engine.review(actor).await?;
    let plan = engine.plan(actor, &review, &Decisions::new().create_in_host(Select::All))?;
    Ok((missing, engine.apply(actor, &plan).await?))
}
