//! The findings that reviews and runs make.

use std::borrow::Cow;

use super::compare::{DifferenceKind, Halves};
use super::employment::in_order;
use super::link::{Link, Pair};
use super::resolution::{Resolution, Taken, WhyNot, shared};
use super::review::{Difference, Everybody};
use crate::check::Problem;
use crate::error::Fixer;
use crate::finding::{Finding, code};
use crate::mapping::{Asked, Direction, FieldMapping, Mapping, Update};
use crate::matching::{Candidate, CandidateReason, IDENTITY_KEYS, tells};
use crate::model::{Cell, FieldId, HostId, LONGEST_ID, Record, Side, VendorId, field};

/// The parameter that names the entry of a list.
pub(crate) const ENTRY: &str = "entry";

pub(crate) fn incomplete_roster() -> Finding {
    Finding::problem(
        code::INCOMPLETE_ROSTER,
        "the list of people is not known to be complete, so nobody is taken for missing and nobody is created",
        Fixer::VendorAdministrator,
    )
}

/// No store can keep the id of a person, who is named by as much of it as can be shown.
pub(crate) fn unusable_id(side: Side, id: &str) -> Finding {
    let (whose, fixer) = match side {
        Side::Host => ("in the host", Fixer::HostDeveloper),
        Side::Vendor => ("in the payroll system", Fixer::VendorSupport),
    };
    let message = format!(
        "the person's id {whose} is empty, longer than {LONGEST_ID} bytes or has control characters in it, so the person is left out"
    );
    let finding = Finding::problem(code::UNUSABLE_ID, message, fixer).with_param("side", side.to_string());
    match side {
        Side::Host => finding.of_host(&HostId::new(HostId::new(id).to_string())),
        Side::Vendor => finding.of_vendor(&VendorId::new(VendorId::new(id).to_string())),
    }
}

/// A linked person is missing from a list that has everybody.
pub(crate) fn gone_from(_: Everybody<'_>, link: &Link, side: Side) -> Finding {
    gone(link, side)
}

/// A linked person is gone: the side itself says that there is nobody of that id.
pub(crate) fn gone(link: &Link, side: Side) -> Finding {
    let message = match side {
        Side::Host => "the linked person is no longer in the host; nothing is changed in the payroll system",
        Side::Vendor => "the linked person is no longer in the payroll system; nothing is changed in the host",
    };
    Finding::problem(code::LINKED_PERSON_GONE, message, Fixer::HostAdministrator)
        .of_host(&link.host)
        .of_vendor(&link.vendor)
        .with_param("side", side.to_string())
}

pub(crate) fn ambiguous(candidate: &Candidate) -> Finding {
    let shared =
        |place, key: FieldId| format!("but several people in the {place} share the {}", key.def().label).into();
    let but = |reason: &CandidateReason| -> Cow<'static, str> {
        match *reason {
            CandidateReason::SharedInHost(key) => shared("host", key),
            CandidateReason::SharedInVendor(key) => shared("payroll system", key),
            CandidateReason::Contradicted(_) => {
                "but a name, the birth date or another identity value tells them apart".into()
            }
            CandidateReason::LinkedElsewhere => "but one of the two is linked to somebody else".into(),
            CandidateReason::ReHire => "who came back".into(),
            CandidateReason::Rival => "but somebody else resembles the person as much".into(),
            CandidateReason::Uncertain => "which is not certain".into(),
        }
    };
    let (code, message) = if candidate.reasons.contains(&CandidateReason::ReHire) {
        let message = "the person seems to have come back and is linked as they were before; move the link to the new record, or keep the two apart";
        (code::RE_HIRE, message.to_owned())
    } else {
        let mut clauses: Vec<Cow<'_, str>> = candidate.reasons.iter().map(but).collect();
        clauses.dedup();
        (code::AMBIGUOUS_MATCH, format!("may be the same person, {}", clauses.join(", ")))
    };
    let mut finding = Finding::problem(code, message, Fixer::HostAdministrator)
        .of_host(&candidate.host)
        .of_vendor(&candidate.vendor)
        .with_param("likelihood", candidate.likelihood.to_string());
    let keys: Vec<FieldId> = candidate.reasons.iter().filter_map(|reason| reason.key()).collect();
    finding.field = keys.first().copied();
    if keys.len() > 1 {
        finding = finding.with_param("keys", keys.iter().map(|key| key.name()).collect::<Vec<_>>().join(", "));
    }
    match &candidate.old {
        Some((host, vendor)) => {
            finding.with_param("linked_host", host.as_str()).with_param("linked_vendor", vendor.as_str())
        }
        None => finding,
    }
}

pub(crate) fn duplicate(side: Side, id: &str, field: FieldId, people: usize) -> Finding {
    let finding = match side {
        Side::Host => Finding::problem(
            code::DUPLICATE_VALUE,
            "several people in the host have the same value, which must be unique",
            Fixer::HostAdministrator,
        )
        .of_host(&HostId::new(id)),
        Side::Vendor => Finding::problem(
            code::DUPLICATE_VALUE,
            "several people in the payroll system have the same value, which must be unique",
            Fixer::PayrollClerk,
        )
        .of_vendor(&VendorId::new(id)),
    };
    finding.on(field).with_param("side", side.to_string()).with_param("people", people.to_string())
}

pub(crate) fn unreadable(host: Option<&HostId>, id: &VendorId, entry: &FieldMapping, problem: Problem) -> Finding {
    let finding = Finding::problem(
        code::UNREADABLE_VALUE,
        format!("the payroll system's value {problem}; it is left alone"),
        Fixer::PayrollClerk,
    );
    let finding = match host {
        Some(host) => finding.of_host(host),
        None => finding,
    };
    finding.of_vendor(id).on(entry.field).with_param("path", entry.read_path)
}

/// The linked records are two people's.
pub(crate) fn other_person(host: &HostId, vendor: &VendorId) -> Finding {
    refusal(&WhyNot::OtherPerson).of_host(host).of_vendor(vendor)
}

pub(crate) fn rendered(host: &HostId, vendor: &VendorId, field: FieldId) -> Finding {
    Finding::notice(
        code::RENDERED_DIFFERENTLY,
        "the payroll system shows the value differently from how it was sent; both are taken as equal from now on",
    )
    .of_host(host)
    .of_vendor(vendor)
    .on(field)
}

/// Both sides turned to an earlier employment than the one on which they agreed, which stands.
pub(crate) fn left_behind(host: &HostId, vendor: &VendorId) -> Finding {
    let message =
        "the host says nothing any more of an employment that begins later, and the payroll system still has it";
    Finding::problem(code::EMPLOYMENT_STANDS, message, Fixer::PayrollClerk)
        .with_hint("remove it in the payroll system where the person is not hired again; on its first day the host is shown it")
        .of_host(host)
        .of_vendor(vendor)
        .on(field::START_DATE)
}

/// The finding for a field that cannot be compared: the host changed it since both agreed, and the vendor tells nothing of it by now.
pub(crate) fn hidden(
    entry: &FieldMapping,
    (host_id, host): (&HostId, &Record),
    (vendor_id, vendor): (&VendorId, &Record),
    pair: Pair,
    halves: impl FnOnce() -> Halves,
) -> Option<Finding> {
    let sent = !entry.write_only && entry.direction != Direction::ToHost && entry.update == Update::Always;
    let hides = sent && !vendor.cell(entry.field).is_read() && host.cell(entry.field).is_read();
    if !hides || pair == Pair::None || pair.asks(&halves()) {
        return None;
    }
    let message = "the value changed in the host, and the payroll system does not tell it any more; it is not compared, and not sent";
    let finding = Finding::problem(code::HIDDEN_VALUE, message, Fixer::VendorAdministrator)
        .with_hint("check that the connection may still see the value in the payroll system");
    Some(finding.of_host(host_id).of_vendor(vendor_id).on(entry.field))
}

/// The finding that goes with a difference: something that no decision alone can set right, or that a change runs into.
pub(crate) fn of_difference(difference: &Difference) -> Option<Finding> {
    use DifferenceKind as D;
    let person = |finding: Finding| difference.name_in(finding);
    if difference.kind == D::Left {
        return None;
    }
    if difference.kind == D::NotTaken {
        let message = "the value was written and the payroll system still shows the old one";
        return Some(person(Finding::problem(code::NOT_TAKEN, message, Fixer::PayrollClerk)));
    }
    let host = difference.why_not(Resolution::Host);
    match host {
        // Told once for the person.
        Some(WhyNot::OtherPerson) => return None,
        Some(why @ WhyNot::Invalid(_)) => return Some(person(invalid(why))),
        Some(why @ WhyNot::Duplicate(Side::Vendor)) => return Some(person(refusal(why))),
        Some(why @ (WhyNot::Duplicate(Side::Host) | WhyNot::Lacks { .. })) if difference.kind != D::VendorChanged => {
            return Some(person(refusal(why)));
        }
        Some(why) if difference.kind == D::HostChanged => return Some(person(refusal(why))),
        _ => {}
    }
    match difference.why_not(Resolution::Vendor) {
        // A change in the host leaves the vendor's old value behind, whoever has it now.
        Some(why @ WhyNot::Duplicate(Side::Host)) if difference.kind != D::HostChanged => Some(person(refusal(why))),
        Some(why @ WhyNot::Required) if difference.kind == D::VendorChanged => {
            Some(person(Finding::problem(code::MISSING_REQUIRED, why.to_string(), Fixer::PayrollClerk)))
        }
        _ => None,
    }
}

fn invalid(why: &WhyNot) -> Finding {
    Finding::problem(code::INVALID_VALUE, format!("{why}; it is not sent"), Fixer::HostAdministrator)
}

/// The finding for a host change that cannot be written.
pub(crate) fn refusal(why: &WhyNot) -> Finding {
    let text = || format!("{why}; nothing is written");
    match why {
        WhyNot::Invalid(_) | WhyNot::Unreadable(_) | WhyNot::NotRead => invalid(why),
        WhyNot::FurtherRecord => Finding::problem(code::DECISION_IMPOSSIBLE, text(), Fixer::HostAdministrator),
        WhyNot::OtherPerson => Finding::problem(code::OTHER_PERSON, text(), Fixer::HostAdministrator),
        WhyNot::NoWayBack | WhyNot::OtherEmployment => {
            Finding::problem(code::UNDO_IMPOSSIBLE, text(), Fixer::PayrollClerk)
        }
        WhyNot::CannotUpdate | WhyNot::Derived | WhyNot::OtherDirection | WhyNot::NotEmpty => {
            Finding::problem(code::CANNOT_UPDATE, text(), Fixer::PayrollClerk)
        }
        WhyNot::List => Finding::problem(code::CANNOT_UPDATE, text(), Fixer::HostAdministrator),
        WhyNot::CannotClear => Finding::problem(code::CANNOT_CLEAR, text(), Fixer::PayrollClerk),
        WhyNot::Required => Finding::problem(
            code::MISSING_REQUIRED,
            "a required value is missing in the host; it is not removed in the payroll system",
            Fixer::HostAdministrator,
        ),
        WhyNot::GroupNotRead(field) => Finding::problem(code::GROUP_INCOMPLETE, text(), Fixer::HostAdministrator)
            .with_param("not_read", field.name()),
        WhyNot::GroupIncomplete(field) => Finding::problem(code::GROUP_INCOMPLETE, text(), Fixer::HostAdministrator)
            .with_param("missing", field.name()),
        WhyNot::Duplicate(side) => Finding::problem(code::DUPLICATE_VALUE, text(), Fixer::HostAdministrator)
            .with_param("side", side.to_string()),
        WhyNot::Lacks { field, code, hint, .. } => Finding::problem(code.clone(), text(), Fixer::HostAdministrator)
            .with_hint(hint.clone())
            .with_param("missing", field.name()),
        WhyNot::Stopped { code, .. } => Finding::problem(code.clone(), text(), Fixer::PayrollClerk),
    }
}

/// Why a person of the host cannot be created in the vendor as they are.
pub(crate) fn cannot_create_in_vendor(
    mapping: &Mapping,
    record: &Record,
    id: &HostId,
    taken: &dyn Taken,
) -> Vec<Finding> {
    let sent = |entry: &&FieldMapping| entry.update != Update::Derived && entry.direction != Direction::ToHost;
    mapping
        .entries()
        .iter()
        .filter(sent)
        .filter_map(|entry| {
            let finding = match entry.ask(record) {
                Asked::NotRead | Asked::Empty if entry.required => Finding::problem(
                    code::MISSING_REQUIRED,
                    "a required value is missing, so the person is not created in the payroll system",
                    Fixer::HostAdministrator,
                ),
                Asked::Empty => {
                    // A part is missing while another part is there.
                    let mut parts = entry.group.into_iter().flat_map(|group| mapping.group(group));
                    let other = parts.find(|part| matches!(part.ask(record), Asked::Value(_)))?;
                    let message = format!(
                        "the value is missing; it goes together with the {}, so the person is not created in the payroll system",
                        other.field.def().label
                    );
                    Finding::problem(code::GROUP_INCOMPLETE, message, Fixer::HostAdministrator)
                        .with_param("missing", entry.field.name())
                }
                Asked::NotRead => return None,
                Asked::Unusable(problem) => not_created(problem),
                Asked::Value(value) => match entry.accepts(&value).and_then(|()| in_order(entry.field, record)) {
                    Err(problem) => not_created(problem),
                    Ok(()) => refusal(&shared(entry, record.cell(entry.field), &value, taken).err()?),
                },
            };
            Some(finding.of_host(id).on(entry.field))
        })
        .collect()
}

/// Values of a person to be created that cannot be read and are never sent, because the vendor works them out itself.
pub(crate) fn unreadable_in_host(mapping: &Mapping, record: &Record, id: &HostId) -> Vec<Finding> {
    let derived = mapping.entries().iter().filter(|entry| entry.update == Update::Derived);
    derived
        .filter_map(|entry| match record.cell(entry.field) {
            Cell::AsGiven(given) => {
                let message = format!("the host's value {}; it is not sent", given.problem());
                Some(
                    Finding::problem(code::INVALID_VALUE, message, Fixer::HostAdministrator)
                        .of_host(id)
                        .on(entry.field),
                )
            }
            Cell::NotRead | Cell::Empty | Cell::Value(_) => None,
        })
        .collect()
}

/// Whether a record's value of a field tells who it is, and must not be somebody else's.
pub(crate) fn is_unique_key(mapping: &Mapping, field: FieldId, record: &Record) -> bool {
    IDENTITY_KEYS.contains(&field)
        && mapping.entry(field).is_some_and(|entry| !entry.unique_in.is_empty())
        && tells(field, record)
}

fn not_created(problem: Problem) -> Finding {
    Finding::problem(
        code::INVALID_VALUE,
        format!("the host's value {problem}, so the person is not created in the payroll system"),
        Fixer::HostAdministrator,
    )
}

/// Why a person of the vendor cannot be created in the host as they are. `free` are the other people of the vendor whom nobody is linked
/// with: who shares with one of those what must be unique has two records there, and would become two people in the host.
pub(crate) fn cannot_create_in_host(
    mapping: &Mapping,
    record: &Record,
    id: &VendorId,
    taken: &dyn Taken,
    free: &dyn Taken,
) -> Vec<Finding> {
    let read = |entry: &&FieldMapping| entry.direction != Direction::ToVendor;
    mapping
        .entries()
        .iter()
        .filter(read)
        .filter_map(|entry| {
            let value = entry.read(record.cell(entry.field).value()?).ok()?;
            let twice = is_unique_key(mapping, entry.field, record)
                && record.cell(entry.field).value().is_some_and(|own| free.taken(Side::Vendor, entry.field, own));
            let side = match entry.unique_in.contains(&Side::Host) && taken.taken(Side::Host, entry.field, &value) {
                true => Side::Host,
                false if twice => Side::Vendor,
                false => return None,
            };
            Some(refusal(&WhyNot::Duplicate(side)).of_vendor(id).on(entry.field))
        })
        .collect()
}
