//! What came of a run: for programs, and what is left to do.

use std::collections::HashSet;

use hrsync::finding::code;
use hrsync::reconcile::{ItemResult, Plan, Report, ReviewRun};
use hrsync::{Employee, Finding, Severity};
use serde_json::{Value, json};

use crate::flags::{Create, Flags};
use crate::show;

/// What a run found, planned and did.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What connecting found.
    pub(crate) connecting: Vec<Finding>,
    pub(crate) review: ReviewRun,
    pub(crate) plan: Plan,
    /// `None` when nothing was applied.
    pub(crate) report: Option<Report>,
}

impl Outcome {
    /// What is left to do, in words.
    pub(crate) fn left(&self, flags: &Flags) -> Vec<String> {
        [
            counted(self.undecided(), "decision is open", "decisions are open"),
            counted(self.problems(), "finding asks somebody to act", "findings ask somebody to act"),
            counted(
                self.unmentioned(flags),
                "person exists on one side only, and nobody said where to create people (--create)",
                "people exist on one side only, and nobody said where to create them (--create)",
            ),
            self.unwritten(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn undecided(&self) -> usize {
        self.report.as_ref().map_or(&self.plan.undecided, |report| &report.undecided).len()
    }

    fn problems(&self) -> usize {
        let problems = self.findings().filter(|finding| finding.severity == Severity::Problem);
        problems.map(show::key).collect::<HashSet<_>>().len()
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        let in_host = self.review.only_in_host.iter().flat_map(|person| &person.blockers);
        let in_vendor = self.review.only_in_vendor.iter().flat_map(|person| &person.blockers);
        let report = self.report.iter().flat_map(|report| &report.findings);
        // The plan repeats those about people whom nobody connected.
        let review = self.review.findings.iter().filter(|finding| finding.code != code::AMBIGUOUS_MATCH);
        let blockers = in_host.chain(in_vendor);
        self.connecting.iter().chain(review).chain(blockers).chain(&self.plan.findings).chain(report)
    }

    /// People on one side only, when nobody was asked about them and no flag tells.
    fn unmentioned(&self, flags: &Flags) -> usize {
        match (flags.create, flags.create()) {
            (None, Some(Create::None)) => self.review.only_in_host.len() + self.review.only_in_vendor.len(),
            _ => 0,
        }
    }

    fn unwritten(&self) -> Option<String> {
        let done = |result: ItemResult| matches!(result, ItemResult::Done | ItemResult::AlreadyDone);
        match &self.report {
            None => counted(
                self.plan.operations.len(),
                "operation was planned and not written",
                "operations were planned and not written",
            ),
            Some(report) => counted(
                report.items.iter().filter(|item| !done(item.result)).count(),
                "operation was not carried out as planned",
                "operations were not carried out as planned",
            ),
        }
    }

    /// The object that `--json` prints. The review holds names and values, as a screen would need them; identity and bank
    /// data are cut short.
    pub(crate) fn json(&self) -> Value {
        let mut output = json!({ "review": self.review, "plan": self.plan, "report": self.report });
        let review = &mut output["review"];
        for (json, difference) in entries(review, "differences").zip(&self.review.differences) {
            let shown =
                |value: Option<std::borrow::Cow<'_, str>>| value.map(|value| show::shown(difference, Some(&value)));
            json["host_value"] = shown(difference.host_value()).into();
            json["vendor_value"] = shown(difference.vendor_value()).into();
        }
        let name = |person: Option<&hrsync::Record>| person.and_then(|person| show::full_name(&Employee::from(person)));
        for (json, person) in entries(review, "only_in_host").zip(&self.review.only_in_host) {
            json["name"] = name(self.review.in_host(&person.id)).into();
        }
        for (json, person) in entries(review, "only_in_vendor").zip(&self.review.only_in_vendor) {
            json["name"] = name(self.review.in_vendor(&person.id)).into();
        }
        if let Some(findings) = review["findings"].as_array_mut() {
            findings.extend(self.connecting.iter().map(|finding| json!(finding)));
        }
        output
    }
}

fn entries<'v>(review: &'v mut Value, name: &str) -> impl Iterator<Item = &'v mut Value> {
    review[name].as_array_mut().into_iter().flatten()
}

/// A number of things in words; nothing for none.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    }
}
