//! Questions at a terminal.

use std::fmt::Display;

use dialoguer::console::Term;
use dialoguer::{Confirm, Input, MultiSelect, Select};
use hrsync::reconcile::{Decisions, Difference, DifferenceKind, Resolution, Review, Select as People, Unmatched};
use hrsync::{Error, ErrorKind, HostId, Result};

use crate::flags::Create;
use crate::json_host::JsonHost;
use crate::show::{evidence, in_vendor, reasons, shown};

/// Asks about every difference that waits for a decision.
pub(crate) fn differences(review: &Review, host: &JsonHost, mut decisions: Decisions) -> Result<Decisions> {
    for difference in review.open() {
        tell(&format!(
            "{}, {} ({}): host {:?}, payroll system {:?}",
            host.name(difference.host_id.as_str()),
            difference.field.def().label,
            difference.kind,
            shown(difference, difference.host_value().as_deref()),
            shown(difference, difference.vendor_value().as_deref()),
        ))?;
        for reason in reasons(difference) {
            tell(&format!("  {reason}"))?;
        }
        decisions = about(difference, decisions)?;
    }
    Ok(decisions)
}

fn about(difference: &Difference, decisions: Decisions) -> Result<Decisions> {
    let possible: Vec<Resolution> =
        Resolution::ALL.into_iter().filter(|resolution| difference.allows(*resolution)).collect();
    let words = possible.iter().map(|resolution| in_words(difference, *resolution));
    let chosen = one_of("what to do", words.chain(["decide later".into()]), preselected(difference, &possible))?;
    let (person, field) = (&difference.host_id, difference.field);
    Ok(match chosen.and_then(|place| possible.get(place)) {
        Some(Resolution::Enter) => match entered()?.trim() {
            "" => decisions,
            text => decisions.enter(person, field, text),
        },
        Some(resolution) => decisions.decide(person, field, *resolution),
        None => decisions,
    })
}

/// What a decision does, in words. One that removes a value says so.
fn in_words(difference: &Difference, resolution: Resolution) -> String {
    let values = (difference.host_value().is_some(), difference.vendor_value().is_some());
    match (resolution, values) {
        (Resolution::Host, (false, _)) => "remove it in the payroll system".to_owned(),
        (Resolution::Vendor, (_, false)) => "remove it in the host".to_owned(),
        (Resolution::Host, (_, false)) => "fill it in the payroll system".to_owned(),
        (Resolution::Vendor, (false, _)) => "fill it in the host".to_owned(),
        _ => resolution.to_string(),
    }
}

/// The place of the answer that is offered first: a missing value is filled, anything else is decided later.
fn preselected(difference: &Difference, possible: &[Resolution]) -> usize {
    let filling = match difference.kind {
        DifferenceKind::MissingInHost => Some(Resolution::Vendor),
        DifferenceKind::MissingInVendor => Some(Resolution::Host),
        _ => None,
    };
    possible.iter().position(|resolution| Some(*resolution) == filling).unwrap_or(possible.len())
}

/// Asks which of the people who may be the same are. Who was found is not asked about again.
pub(crate) fn candidates(review: &Review, host: &JsonHost, mut decisions: Decisions) -> Result<Decisions> {
    let mut found = Vec::new();
    for candidate in &review.candidates {
        let taken = |(host, vendor): &(_, _)| *host == &candidate.host || *vendor == &candidate.vendor;
        if found.iter().any(taken) {
            continue;
        }
        let (here, there) = (host.name(candidate.host.as_str()), in_vendor(review, &candidate.vendor));
        tell(&format!("{here} and {there} in the payroll system: {}", evidence(&candidate.evidence)))?;
        if confirm("Are they the same person?")? {
            // Who came back takes the place of who was linked.
            let link = if candidate.old.is_some() { Decisions::re_hire } else { Decisions::connect };
            decisions = link(decisions, &candidate.host, &candidate.vendor);
            found.push((&candidate.host, &candidate.vendor));
        }
    }
    Ok(decisions)
}

/// Asks who is to be created.
pub(crate) fn creations(review: &Review, host: &JsonHost, decisions: Decisions) -> Result<Decisions> {
    let in_vendor_too = whom(&review.only_in_host, "the payroll system", |id: &HostId| host.name(id.as_str()))?;
    let in_host_too = whom(&review.only_in_vendor, "the host", |id| in_vendor(review, id))?;
    Ok(decisions.create_in_vendor(in_vendor_too).create_in_host(in_host_too))
}

/// All, none or some of the people who can be created on a side.
fn whom<Id: Ord + Clone>(people: &[Unmatched<Id>], side: &str, name: impl Fn(&Id) -> String) -> Result<People<Id>> {
    let people: Vec<&Id> = people.iter().filter(|person| person.blockers.is_empty()).map(|person| &person.id).collect();
    if people.is_empty() {
        return Ok(People::None);
    }
    let prompt = format!("Create {} people in {side}", people.len());
    Ok(match one_of(&prompt, ["none", "all", "choose"], 0)? {
        Some(1) => People::All,
        Some(2) => {
            let names: Vec<String> = people.iter().map(|id| name(id)).collect();
            let prompt = format!("Whom to create in {side} (space chooses, Enter ends)");
            let chosen = MultiSelect::new().with_prompt(prompt).items(&names).report(true).interact_opt();
            let chosen = answered(chosen)?.unwrap_or_default();
            People::Only(chosen.into_iter().map(|place| people[place].clone()).collect())
        }
        _ => People::None,
    })
}

/// Decides who is created.
pub(crate) fn creating(decisions: Decisions, create: Create) -> Decisions {
    let decisions = match create {
        Create::Vendor | Create::Both => decisions.create_in_vendor(People::All),
        Create::Host | Create::None => decisions,
    };
    match create {
        Create::Host | Create::Both => decisions.create_in_host(People::All),
        Create::Vendor | Create::None => decisions,
    }
}

/// Asks a question; no answer is no.
pub(crate) fn confirm(question: &str) -> Result<bool> {
    let answer = Confirm::new().with_prompt(question).default(false).report(true).interact_opt();
    Ok(answered(answer)?.unwrap_or(false))
}

fn one_of<Item: Display>(
    question: &str,
    answers: impl IntoIterator<Item = Item>,
    preselected: usize,
) -> Result<Option<usize>> {
    let select = Select::new().with_prompt(question).items(answers).default(preselected).report(true);
    answered(select.interact_opt())
}

fn entered() -> Result<String> {
    let input = Input::<String>::new().with_prompt("value (nothing: decide later)").allow_empty(true).report(true);
    answered(input.interact_text())
}

fn tell(line: &str) -> Result<()> {
    answered(Term::stderr().write_line(line).map_err(dialoguer::Error::from))
}

/// A question that was broken off, by Ctrl-C or because the terminal is gone, ends the run.
fn answered<Answer>(answer: dialoguer::Result<Answer>) -> Result<Answer> {
    answer.map_err(|error| Error::new(ErrorKind::Cancelled, format!("no answer: {error}")))
}

#[cfg(test)]
mod tests {
    use hrsync::field;

    use super::*;
    use crate::netvisor::reviewed;

    #[tokio::test]
    async fn missing_values_are_filled_by_default_and_removing_one_says_so() {
        let (_, _, review) = reviewed().await;
        let offered = |kind: DifferenceKind, id| {
            let found = review.differences.iter().find(|difference| difference.kind == kind && difference.field == id);
            let difference = found.unwrap();
            let possible = [Resolution::Host, Resolution::Vendor, Resolution::Leave];
            let words = possible.map(|resolution| in_words(difference, resolution));
            (words, preselected(difference, &possible))
        };
        let (words, first) = offered(DifferenceKind::MissingInHost, field::IBAN);
        assert_eq!(words[..2], ["remove it in the payroll system", "fill it in the host"]);
        assert_eq!(first, 1);
        let (words, first) = offered(DifferenceKind::Conflict, field::JOB_TITLE);
        assert_eq!((words[0].as_str(), first), ("use host", 3));
    }
}
