//! Tables for a terminal.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use hrsync::matching::{Evidence, LinkedBy};
use hrsync::model::FieldClass;
use hrsync::reconcile::{Action, Change, Difference, ItemResult, Plan, Report, Resolution, Review, ReviewItem, Source};
use hrsync::{Employee, FieldId, Finding, HostId, Severity, VendorId};

use crate::json_host::JsonHost;

pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    table.set_width(width(table.width()));
    table
}

/// How wide a table is drawn. Some terminals say that they have no width.
fn width(terminal: Option<u16>) -> u16 {
    terminal.unwrap_or(140).max(80)
}

/// A text that cannot move the cursor.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A person's name, where there is one.
pub(crate) fn full_name(person: &Employee) -> Option<String> {
    let names = [person.given_name.as_deref(), person.family_name.as_deref()];
    let name = printable(&names.into_iter().flatten().collect::<Vec<_>>().join(" "));
    (!name.is_empty()).then_some(name)
}

/// What to call a person on a screen.
pub(crate) fn called(person: Option<&Employee>, id: impl Display) -> String {
    match person.and_then(full_name) {
        Some(name) => format!("{name} ({id})"),
        None => id.to_string(),
    }
}

/// What to call a person of the payroll system.
pub(crate) fn in_vendor(review: &Review, id: &VendorId) -> String {
    called(review.in_vendor(id).map(Employee::from).as_ref(), id)
}

/// A value for a screen. Of identity and bank data only the last characters are shown.
pub(crate) fn shown(difference: &Difference, value: Option<&str>) -> String {
    let Some(value) = value else { return "—".into() };
    match difference.field.class() {
        FieldClass::Identity | FieldClass::Bank if value.chars().count() > 6 => {
            let tail: String = value.chars().skip(value.chars().count() - 4).collect();
            format!("…{tail}")
        }
        _ => printable(value),
    }
}

/// Why neither side's value can be taken over, where it cannot.
pub(crate) fn reasons(difference: &Difference) -> Vec<String> {
    let reason =
        |resolution: Resolution| difference.why_not(resolution).map(|why| format!("not {}: {why}", choice(resolution)));
    [Resolution::Host, Resolution::Vendor].into_iter().filter_map(reason).collect()
}

/// What the fields of two people say.
pub(crate) fn evidence(evidence: &[Evidence]) -> String {
    evidence.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn choice(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Host => "host",
        Resolution::Vendor => "payroll system",
        Resolution::Enter => "enter",
        Resolution::Leave => "leave",
    }
}

/// The decisions that are possible, and below them why others are not.
fn choices(difference: &Difference) -> String {
    let possible = Resolution::ALL.into_iter().filter(|resolution| difference.allows(*resolution)).map(choice);
    let possible = possible.collect::<Vec<_>>().join(", ");
    [vec![possible], reasons(difference)].concat().join("\n")
}

pub(crate) fn review(review: &Review, host: &JsonHost, told: &mut Told) {
    let counts = review.counts;
    say!(
        "{} people in the host, {} in the payroll system, {} linked, {} recognised now",
        counts.host,
        counts.vendor,
        counts.linked,
        review.recognised.len()
    );
    if !review.differences.is_empty() {
        let mut rows = table(&["person", "field", "kind", "host", "payroll system", "possible decisions"]);
        for difference in &review.differences {
            rows.add_row([
                host.name(difference.host_id.as_str()),
                difference.field.def().label.to_owned(),
                difference.kind.to_string(),
                shown(difference, difference.host_value().as_deref()),
                shown(difference, difference.vendor_value().as_deref()),
                choices(difference),
            ]);
        }
        say!("{rows}");
    }
    let unmatched = |title: &str, people: Vec<(String, bool)>| {
        if people.is_empty() {
            return;
        }
        let names: Vec<String> = people
            .into_iter()
            .map(|(name, blocked)| if blocked { format!("{name} [cannot be created as they are]") } else { name })
            .collect();
        say!("{title}: {}", names.join(", "));
    };
    let in_host = review.only_in_host.iter().map(|person| (host.name(person.id.as_str()), !person.blockers.is_empty()));
    unmatched("Only in the host", in_host.collect());
    let there = review.only_in_vendor.iter().map(|person| (in_vendor(review, &person.id), !person.blockers.is_empty()));
    unmatched("Only in the payroll system", there.collect());
    let resembling = review.recognised.iter().filter(|found| found.by == LinkedBy::Resemblance);
    for found in resembling {
        say!(
            "Recognised by resemblance: {} = {}: {}",
            host.name(found.host.as_str()),
            in_vendor(review, &found.vendor),
            evidence(&found.evidence)
        );
    }
    candidates(review, host);
    let blockers = review.only_in_host.iter().flat_map(|person| &person.blockers);
    told.findings(
        review.findings.iter().chain(blockers).chain(review.only_in_vendor.iter().flat_map(|person| &person.blockers)),
    );
}

/// People who may be the same, side by side, with what speaks for it and against it.
fn candidates(review: &Review, host: &JsonHost) {
    if review.candidates.is_empty() {
        return;
    }
    say!("Perhaps the same person, for you to decide:");
    let mut rows = table(&["host", "payroll system", "likely", "what the fields say"]);
    for candidate in &review.candidates {
        rows.add_row([
            host.name(candidate.host.as_str()),
            in_vendor(review, &candidate.vendor),
            format!("{} %", candidate.likelihood),
            evidence(&candidate.evidence),
        ]);
    }
    say!("{rows}");
}

/// The findings that were shown; each is shown once.
#[derive(Debug, Default)]
pub(crate) struct Told(HashSet<String>);

impl Told {
    pub(crate) fn findings<'f>(&mut self, all: impl Iterator<Item = &'f Finding>) {
        for finding in all.filter(|finding| self.0.insert(key(finding))) {
            let mark = match finding.severity {
                Severity::Problem => "!",
                Severity::Notice => "·",
            };
            say!("  {mark} {finding}");
        }
    }
}

/// Two findings of one key tell the same.
pub(crate) fn key(finding: &Finding) -> String {
    format!("{} {finding}", finding.code)
}

pub(crate) fn plan(plan: &Plan, review: &Review, host: &JsonHost, told: &mut Told) {
    if plan.is_empty() {
        say!("Plan: nothing to write; {} links and baselines to store", plan.settlements.len());
    } else {
        say!("{}", operations(plan, review, host));
        say!(
            "Plan: {} operations, about {} API calls and {} seconds; {} links and baselines to store",
            plan.operations.len(),
            plan.expected.calls,
            plan.expected.seconds,
            plan.settlements.len()
        );
    }
    told.findings(plan.findings.iter());
    if !plan.undecided.is_empty() {
        say!("Undecided, so nothing is written for them: {} differences", plan.undecided.len());
    }
}

fn operations(plan: &Plan, review: &Review, host: &JsonHost) -> Table {
    let differences: HashMap<(&HostId, FieldId), &Difference> =
        review.differences.iter().map(|difference| ((&difference.host_id, difference.field), difference)).collect();
    let mut rows = table(&["operation", "person", "what"]);
    for operation in &plan.operations {
        let person = match (&operation.host_id, &operation.vendor_id) {
            (Some(id), _) => host.name(id.as_str()),
            (None, Some(id)) => in_vendor(review, id),
            (None, None) => String::new(),
        };
        let change = |change: &Change| {
            let difference = operation.host_id.as_ref().and_then(|id| differences.get(&(id, change.field)));
            format!("{} ({})", change.field.def().label, origin(change, difference.copied()))
        };
        let what = match operation.action {
            Action::CreateInHost { .. } | Action::CreateInVendor { .. } => "everything that is supported".to_owned(),
            _ => operation.action.changes().iter().map(change).collect::<Vec<_>>().join(", "),
        };
        let held = operation.holds.iter().map(|hold| format!("\ntakes an approval: {}", hold.reason));
        rows.add_row([operation.action.name().replace('_', " "), person, held.fold(what, |what, held| what + &held)]);
    }
    rows
}

/// Where a new value comes from, or that the value is removed.
fn origin(change: &Change, difference: Option<&Difference>) -> &'static str {
    let removed = |value: fn(&Difference) -> bool| difference.is_some_and(value);
    match change.source {
        Source::Host if removed(|it| it.host_value().is_none()) => "removed, as in the host",
        Source::Host => "from the host",
        Source::Vendor if removed(|it| it.vendor_value().is_none()) => "removed, as in the payroll system",
        Source::Vendor => "from the payroll system",
        Source::Entered(_) => "entered",
        Source::Previous(_) => "as before",
    }
}

pub(crate) fn report(report: &Report, host: &JsonHost, told: &mut Told) {
    say!("{}", summary(report));
    told.findings(report.findings.iter());
    let listed: Vec<&ReviewItem> = report.review_list.iter().filter(|item| !item.points.is_empty()).collect();
    if let Some(first) = listed.first() {
        let person = |item: &&ReviewItem| {
            format!("{} = {} in the payroll system", host.name(item.host_id.as_str()), item.vendor_id)
        };
        let people: Vec<String> = listed.iter().map(person).collect();
        say!("For the payroll clerk, to review for each person created in the payroll system: {}", people.join(", "));
        let mut rows = table(&["where", "field", "what happened", "to do"]);
        for point in &first.points {
            rows.add_row([point.place, point.field, point.what_happens, point.to_do]);
        }
        say!("{rows}");
    }
}

/// One line about a run.
pub(crate) fn summary(report: &Report) -> String {
    use ItemResult as R;
    let parts: Vec<String> = [
        (R::Done, "done"),
        (R::AlreadyDone, "already done"),
        (R::PartlyDone, "partly done"),
        (R::Refused, "refused"),
        (R::Drifted, "changed meanwhile"),
        (R::SetAside, "set aside"),
        (R::Held, "held for approval"),
        (R::Unknown, "of unknown outcome"),
        (R::NotAttempted, "not attempted"),
    ]
    .iter()
    .filter(|(result, _)| report.count(*result) > 0)
    .map(|(result, text)| format!("{} {text}", report.count(*result)))
    .collect();
    let operations = if parts.is_empty() { "nothing to write".to_owned() } else { parts.join(", ") };
    format!("Report: {operations}; {} people linked, {} baselines renewed", report.linked, report.settled)
}

#[cfg(test)]
mod tests {
    use hrsync::reconcile::Decisions;
    use hrsync::{Actor, Fixer, field};

    use super::*;
    use crate::netvisor::reviewed;

    #[tokio::test]
    async fn a_plan_says_which_values_are_removed() {
        let (host, engine, review) = reviewed().await;
        let decisions = |resolution| {
            let person = HostId::new("p04");
            Decisions::new().decide(&person, field::IBAN, resolution).decide(&person, field::BIC, resolution)
        };
        let planned = |resolution| {
            let plan = engine.plan(&Actor::administrator("anna"), &review, &decisions(resolution)).unwrap();
            operations(&plan, &review, &host).to_string()
        };
        let removing = planned(Resolution::Host);
        assert!(removing.contains("bank account number (removed, as in the host)"), "{removing}");
        let filling = planned(Resolution::Vendor);
        assert!(filling.contains("bank account number (from the payroll system)"), "{filling}");
    }

    #[test]
    fn a_table_is_never_narrower_than_it_can_be_read() {
        assert_eq!([width(None), width(Some(0)), width(Some(200))], [140, 80, 200]);
    }

    #[test]
    fn names_cannot_move_the_cursor_and_a_person_without_one_is_called_by_id() {
        let mut person = Employee::new("7");
        assert_eq!(called(Some(&person), "7"), "7");
        person.given_name = Some("Ai\u{1b}[2Jno".into());
        assert_eq!(called(Some(&person), "7"), "Ai[2Jno (7)");
    }

    #[test]
    fn a_finding_is_told_once_and_others_of_the_same_words_are_not_lost() {
        let finding = |code: &'static str| Finding::problem(code, "it is so", Fixer::Nobody);
        assert_eq!(key(&finding("a")), key(&finding("a")));
        assert_ne!(key(&finding("a")), key(&finding("b")));
    }
}
