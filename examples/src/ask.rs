//! Questions at a terminal.

use dialoguer::{Confirm, Input, Select};
use hrsync::reconcile::{Decisions, Resolution, Review, Select as People};

use crate::flags::Create;
use crate::json_host::JsonHost;
use crate::show::shown;

/// Asks about every difference that waits for a decision.
pub(crate) fn differences(review: &Review, host: &JsonHost, mut decisions: Decisions) -> Decisions {
    for difference in review.open() {
        let possible: Vec<Resolution> =
            Resolution::ALL.into_iter().filter(|resolution| difference.allows(*resolution)).collect();
        let prompt = format!(
            "{}, {} ({}): host {:?}, payroll system {:?}",
            host.name(difference.host_id.as_str()),
            difference.field.def().label,
            difference.kind,
            shown(difference, difference.host_value().as_deref()),
            shown(difference, difference.vendor_value().as_deref()),
        );
        let names: Vec<String> = possible.iter().map(Resolution::to_string).chain(["decide later".into()]).collect();
        let chosen = Select::new().with_prompt(prompt).items(&names).default(0).interact_opt().ok().flatten();
        match chosen.and_then(|place| possible.get(place)) {
            Some(Resolution::Enter) => {
                if let Ok(text) = Input::<String>::new().with_prompt("value").allow_empty(true).interact_text() {
                    decisions = decisions.enter(&difference.host_id, difference.field, text);
                }
            }
            Some(resolution) => decisions = decisions.decide(&difference.host_id, difference.field, *resolution),
            None => {}
        }
    }
    decisions
}

/// Asks who is to be created.
pub(crate) fn creations(review: &Review, decisions: Decisions) -> Decisions {
    let yes = |count: usize, side: &str| count > 0 && confirm(&format!("Create {count} people in {side}?"));
    let in_vendor =
        yes(review.only_in_host.iter().filter(|person| person.blockers.is_empty()).count(), "the payroll system");
    let in_host = yes(review.only_in_vendor.iter().filter(|person| person.blockers.is_empty()).count(), "the host");
    creating(
        decisions,
        match (in_host, in_vendor) {
            (true, true) => Create::Both,
            (true, false) => Create::Host,
            (false, true) => Create::Vendor,
            (false, false) => Create::None,
        },
    )
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
pub(crate) fn confirm(question: &str) -> bool {
    Confirm::new().with_prompt(question).default(false).interact_opt().ok().flatten().unwrap_or(false)
}
