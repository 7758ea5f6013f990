//! Findings: what a person should know or do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Fixer};
use crate::model::{FieldId, HostId, VendorId};

/// Something a person should know or do.
///
/// It names people by id and fields by name and holds neither a name nor a value, so it may be logged, mailed and stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The stable code; see [`code`] and the vendor crates for the codes there are.
    pub code: Cow<'static, str>,
    /// Whether somebody has to act.
    pub severity: Severity,
    /// One sentence for people.
    pub message: Cow<'static, str>,
    /// Who can fix it.
    pub fixer: Fixer,
    /// Where to go and what to do, for instance a menu path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Cow<'static, str>>,
    /// The person in the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_id: Option<HostId>,
    /// The person in the vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_id: Option<VendorId>,
    /// The field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldId>,
    /// Facts for programs: limits, counts, resources, vendor codes. Never personal data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<Cow<'static, str>, String>,
}

/// Whether somebody has to act on a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Notice,
    /// Something was not done, and will not be until somebody acts.
    Problem,
}

/// The codes of findings that the engine makes.
pub mod code {
    /// A host value that the vendor cannot take.
    pub const INVALID_VALUE: &str = "value.invalid";
    /// A vendor value that cannot be read.
    pub const UNREADABLE_VALUE: &str = "value.unreadable";
    /// A value changed in the host that the vendor does not tell any more.
    pub const HIDDEN_VALUE: &str = "value.hidden";
    /// A value that is required is missing.
    pub const MISSING_REQUIRED: &str = "value.missing_required";
    /// A value that must be unique on one side is not.
    pub const DUPLICATE_VALUE: &str = "value.duplicate";
    /// A changed value that the vendor does not let the integration update.
    pub const CANNOT_UPDATE: &str = "value.cannot_update";
    /// A removed value that the vendor does not let the integration remove.
    pub const CANNOT_CLEAR: &str = "value.cannot_clear";
    /// Values that go together only, one of which is missing.
    pub const GROUP_INCOMPLETE: &str = "value.group_incomplete";
    /// Both sides changed a value; somebody has to decide.
    pub const CONFLICT: &str = "value.conflict";
    /// A value that was written is shown differently by the other side.
    pub const RENDERED_DIFFERENTLY: &str = "value.rendered_differently";
    /// A value that was written is not shown: the old one still is.
    pub const NOT_TAKEN: &str = "value.not_taken";
    /// A value changed between plan and apply.
    pub const DRIFTED: &str = "plan.drifted";
    /// A change that waits for a person's approval.
    pub const HELD: &str = "guard.held";
    /// More people changed within an hour than usual.
    pub const BURST: &str = "guard.burst";
    /// A decision that is not possible.
    pub const DECISION_IMPOSSIBLE: &str = "plan.decision_impossible";
    /// Several people could be the same person.
    pub const AMBIGUOUS_MATCH: &str = "person.ambiguous_match";
    /// A person who was linked came back as another record.
    pub const RE_HIRE: &str = "person.re_hire";
    /// The person is not linked to one in the vendor.
    pub const NOT_LINKED: &str = "person.not_linked";
    /// A linked person is gone from one side.
    pub const LINKED_PERSON_GONE: &str = "person.linked_gone";
    /// No store can keep the person's id, so the person is left out.
    pub const UNUSABLE_ID: &str = "person.unusable_id";
    /// Two linked records are two people's.
    pub const OTHER_PERSON: &str = "person.other_person";
    /// The person could not be read.
    pub const UNREAD_PERSON: &str = "person.unread";
    /// The person is set aside until somebody acts.
    pub const SET_ASIDE: &str = "person.set_aside";
    /// The connection is not active: it is paused, or was not synchronised yet.
    pub const NOT_ACTIVE: &str = "not_active";
    /// Runs were stopped again and again, so nothing is pushed for a while.
    pub const QUARANTINED: &str = "connection.quarantined";
    /// A write for the person is under way, or its outcome is not known yet.
    pub const WRITE_PENDING: &str = "person.write_pending";
    /// The vendor refused a write.
    pub const WRITE_REFUSED: &str = "write.refused";
    /// Nobody knows yet whether a write was carried out.
    pub const WRITE_UNKNOWN: &str = "write.unknown";
    /// The host refused a write.
    pub const HOST_REFUSED: &str = "write.host_refused";
    /// A write was not attempted because earlier ones failed.
    pub const NOT_ATTEMPTED: &str = "write.not_attempted";
    /// A created record was not found afterwards.
    pub const CREATED_NOT_FOUND: &str = "write.created_not_found";
    /// The person was erased, and every kept value with them.
    pub const ERASED: &str = "person.erased";
    /// A value cannot be undone, because it changed since.
    pub const UNDO_TOUCHED: &str = "undo.touched";
    /// Something that a run did cannot be undone.
    pub const UNDO_IMPOSSIBLE: &str = "undo.impossible";
    /// A created record was removed before it was linked.
    pub const CREATED_GONE: &str = "write.created_gone";
    /// Days of an absence are locked in the vendor.
    pub const ABSENCE_LOCKED: &str = "absence.locked";
    /// Hours that somebody else entered stand where an absence belongs.
    pub const ABSENCE_FOREIGN: &str = "absence.foreign_hours";
    /// Two absences take more of a day than it has.
    pub const ABSENCE_OVERLAP: &str = "absence.overlap";
    /// Somebody changed an entry of an absence in the vendor.
    pub const ABSENCE_EDITED: &str = "absence.edited_there";
    /// Somebody removed an entry of an absence in the vendor.
    pub const ABSENCE_ENTRY_GONE: &str = "absence.removed_there";
    /// The type of an absence was mapped otherwise since it was sent.
    pub const ABSENCE_DISCONNECTED: &str = "absence.disconnected";
    /// Somebody gave an entry of an absence another day or type in the vendor, and it stays when the absence no longer takes its day.
    pub const ABSENCE_MOVED_THERE: &str = "absence.moved_there";
    /// An absence changed while nothing of it is carried over, and stands in the vendor as it was.
    pub const ABSENCE_NOT_CARRIED: &str = "absence.not_carried";
    /// Entries of an absence stand in the record that its person was linked to before.
    pub const ABSENCE_OTHER_RECORD: &str = "absence.other_record";
    /// An absence takes more hours of a day than the person has on it. It was sent so.
    pub const ABSENCE_MORE_THAN_DAY: &str = "absence.more_than_day";
    /// What an absence takes of earlier months would be otherwise by now.
    pub const ABSENCE_PAST_MONTH: &str = "absence.past_month";
    /// With an absence, entries of earlier months are changed or removed.
    pub const ABSENCE_PAST_CHANGED: &str = "absence.past_month_changed";
    /// Something is wrong with an absence as the host has it, so it is not sent.
    pub const ABSENCE_UNUSABLE: &str = "absence.unusable";
    /// Something is wrong with an absence, and the host names nobody who is told.
    pub const ABSENCE_NOBODY_TOLD: &str = "absence.nobody_told";
    /// A part of an absence is in the vendor though it was refused as a whole.
    pub const ABSENCE_PARTLY_SENT: &str = "absence.partly_sent";
    /// Nobody said what a type of absences becomes in the vendor.
    pub const ABSENCE_TYPE_UNMAPPED: &str = "absence.type_unmapped";
    /// A type of absences is mapped to one that the vendor does not offer.
    pub const ABSENCE_TYPE_NOT_OFFERED: &str = "absence.type_not_offered";
    /// The host says nothing any more of an employment that begins later, and the vendor still has it.
    pub const EMPLOYMENT_STANDS: &str = "employment.stands";
    /// The list of people is not known to be complete.
    pub const INCOMPLETE_ROSTER: &str = "roster.incomplete";
}

impl Finding {
    /// A finding that asks somebody to act.
    pub fn problem(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>, fixer: Fixer) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Problem,
            message: message.into(),
            fixer,
            hint: None,
            host_id: None,
            vendor_id: None,
            field: None,
            params: BTreeMap::new(),
        }
    }

    /// A finding that is good to know.
    pub fn notice(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { severity: Severity::Notice, ..Self::problem(code, message, Fixer::Nobody) }
    }

    /// The finding that an error amounts to.
    pub fn from_error(error: &Error) -> Self {
        let mut finding = Self::problem(error.code().to_owned(), error.message().to_owned(), error.fixer());
        finding.hint = error.hint().map(|hint| Cow::Owned(hint.to_owned()));
        for (name, value) in [
            ("vendor", error.vendor().map(str::to_owned)),
            ("operation", error.operation().map(str::to_owned)),
            ("vendor_code", error.vendor_code().map(str::to_owned)),
            ("http_status", error.http_status().map(|status| status.to_string())),
            ("request_id", error.request_id().map(str::to_owned)),
            ("paths", (!error.field_paths().is_empty()).then(|| error.field_paths().join(", "))),
        ] {
            if let Some(value) = value {
                finding = finding.with_param(name, value);
            }
        }
        finding
    }

    /// Names the person in the host.
    #[must_use]
    pub fn of_host(mut self, id: &HostId) -> Self {
        self.host_id = Some(id.clone());
        self
    }

    /// Names the person in the vendor.
    #[must_use]
    pub fn of_vendor(mut self, id: &VendorId) -> Self {
        self.vendor_id = Some(id.clone());
        self
    }

    /// Names the field.
    #[must_use]
    pub fn on(mut self, field: FieldId) -> Self {
        self.field = Some(field);
        self
    }

    /// Says where to go and what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a fact for programs.
    #[must_use]
    pub fn with_param(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.params.insert(Cow::Borrowed(name), value.into());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.host_id {
            write!(f, "person {id}")?;
        }
        match (&self.host_id, &self.vendor_id) {
            (Some(_), Some(id)) => write!(f, " (vendor {id})")?,
            (None, Some(id)) => write!(f, "vendor person {id}")?,
            (_, None) => {}
        }
        if let Some(field) = self.field {
            let separator = if self.host_id.is_some() || self.vendor_id.is_some() { ", " } else { "" };
            write!(f, "{separator}{}", field.def().label)?;
        }
        if self.host_id.is_some() || self.vendor_id.is_some() || self.field.is_some() {
            f.write_str(": ")?;
        }
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        if self.fixer != Fixer::Nobody {
            write!(f, " [{}]", self.fixer)?;
        }
        Ok(())
    }
}
