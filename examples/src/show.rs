//! Tables for a terminal.

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use hrsync::matching::LinkedBy;
use hrsync::model::FieldClass;
use hrsync::reconcile::{Action, Difference, ItemResult, Plan, Report, Resolution, Review, Source};
use hrsync::{Finding, Severity};

use crate::json_host::JsonHost;

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    if !table.is_tty() {
        table.set_width(140);
    }
    table
}

/// A value for a screen. Of identity and bank data only the last characters are shown.
pub(crate) fn shown(difference: &Difference, value: Option<&str>) -> String {
    let Some(value) = value else { return "—".into() };
    match difference.field.class() {
        FieldClass::Identity | FieldClass::Bank if value.chars().count() > 6 => {
            let tail: String = value.chars().skip(value.chars().count() - 4).collect();
            format!("…{tail}")
        }
        _ => value.to_owned(),
    }
}

fn choices(difference: &Difference) -> String {
    let possible: Vec<&str> = Resolution::ALL
        .iter()
        .filter(|resolution| difference.allows(**resolution))
        .map(|resolution| match resolution {
            Resolution::Host => "host",
            Resolution::Vendor => "vendor",
            Resolution::Enter => "enter",
            Resolution::Leave => "leave",
        })
        .collect();
    possible.join(", ")
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
    let in_vendor = review.only_in_vendor.iter().map(|person| (person.id.to_string(), !person.blockers.is_empty()));
    unmatched("Only in the payroll system", in_vendor.collect());
    let resembling = review.recognised.iter().filter(|found| found.by == LinkedBy::Resemblance);
    for found in resembling {
        let evidence: Vec<String> = found.evidence.iter().map(ToString::to_string).collect();
        say!(
            "Recognised by resemblance: {} = {} ({})",
            host.name(found.host.as_str()),
            found.vendor,
            evidence.join(", ")
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
        let there = review.in_vendor(&candidate.vendor).map(hrsync::Employee::from).unwrap_or_default();
        let name = [there.given_name, there.family_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let evidence: Vec<String> = candidate.evidence.iter().map(ToString::to_string).collect();
        rows.add_row([
            host.name(candidate.host.as_str()),
            format!("{name} ({})", candidate.vendor),
            format!("{} %", candidate.likelihood),
            evidence.join(", "),
        ]);
    }
    say!("{rows}");
}

/// The findings that were shown; each is shown once.
#[derive(Debug, Default)]
pub(crate) struct Told(Vec<Finding>);

impl Told {
    pub(crate) fn findings<'f>(&mut self, all: impl Iterator<Item = &'f Finding>) {
        for finding in all {
            if self.0.contains(finding) {
                continue;
            }
            let mark = match finding.severity {
                Severity::Problem => "!",
                Severity::Notice => "·",
            };
            say!("  {mark} {finding}");
            self.0.push(finding.clone());
        }
    }

    /// How many ask somebody to act.
    pub(crate) fn problems(&self) -> usize {
        self.0.iter().filter(|finding| finding.severity == Severity::Problem).count()
    }
}

pub(crate) fn plan(plan: &Plan, host: &JsonHost, told: &mut Told) {
    if plan.is_empty() {
        say!("Plan: nothing to write; {} links and baselines to store", plan.settlements.len());
    } else {
        let mut rows = table(&["operation", "person", "what"]);
        for operation in &plan.operations {
            let person = match (&operation.host_id, &operation.vendor_id) {
                (Some(id), _) => host.name(id.as_str()),
                (None, Some(id)) => format!("payroll system {id}"),
                (None, None) => String::new(),
            };
            let fields: Vec<String> = operation
                .action
                .changes()
                .iter()
                .map(|change| {
                    let source = match change.source {
                        Source::Host => "from the host",
                        Source::Vendor => "from the payroll system",
                        Source::Entered(_) => "entered",
                    };
                    format!("{} ({source})", change.field.def().label)
                })
                .collect();
            let what = match operation.action {
                Action::CreateInHost { .. } | Action::CreateInVendor { .. } => {
                    "everything that is supported".to_owned()
                }
                _ => fields.join(", "),
            };
            rows.add_row([operation.action.name().replace('_', " "), person, what]);
        }
        say!("{rows}");
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

pub(crate) fn report(report: &Report, host: &JsonHost, told: &mut Told) {
    say!("{}", summary(report));
    told.findings(report.findings.iter());
    if !report.review_list.is_empty() {
        let people: Vec<String> = report
            .review_list
            .iter()
            .map(|item| format!("{} = {} in the payroll system", host.name(item.host_id.as_str()), item.vendor_id))
            .collect();
        say!("For the payroll clerk, to review for each person created in the payroll system: {}", people.join(", "));
        let mut rows = table(&["where", "field", "what happened", "to do"]);
        for point in report.review_list.first().map(|item| item.points.as_slice()).unwrap_or_default() {
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
