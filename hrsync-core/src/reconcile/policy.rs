//! Policies: what is done about differences that nobody decides, for fields, for classes of fields, or for everything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::compare::DifferenceKind;
use super::resolution::Resolution;
use super::review::Difference;
use crate::model::{FieldClass, FieldId};

/// What is done about a difference that nobody decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Nothing: it waits for a person.
    #[default]
    Ask,
    /// The host's value goes to the vendor where both have one; a missing value is filled.
    PreferHost,
    /// The vendor's value goes to the host where both have one; a missing value is filled.
    PreferVendor,
    /// A missing value is filled; where both have one it waits for a person.
    Fill,
    /// Both sides stay as they are.
    Leave,
}

impl Policy {
    /// What is done about a difference where the rules of the field do not say it. A side that has no value does not win over one
    /// that has, unless the field's values go its way only: a missing value is no reason to remove the other. A change against the
    /// field's direction follows the side that is preferred. What was written and not taken, and a change that cannot be
    /// written for another reason, is a matter for a person.
    pub(crate) fn about(self, difference: &Difference) -> Option<Resolution> {
        use DifferenceKind as D;
        let preferred = match self {
            Self::Ask => return None,
            Self::Leave => Some(Resolution::Leave),
            Self::PreferHost => Some(Resolution::Host),
            Self::PreferVendor => Some(Resolution::Vendor),
            Self::Fill => None,
        };
        match difference.kind {
            D::NotTaken | D::Left => None,
            D::MissingInHost if self != Self::Leave => Some(Resolution::Vendor),
            D::MissingInVendor if self != Self::Leave => Some(Resolution::Host),
            D::Conflict => preferred.map(|side| difference.kept_by(side)),
            D::HostChanged if difference.against_direction(Resolution::Host) => preferred,
            D::VendorChanged if difference.against_direction(Resolution::Vendor) => preferred,
            D::HostChanged | D::VendorChanged => None,
            D::MissingInHost | D::MissingInVendor => preferred,
        }
    }
}

/// The policies of a connection. A field's own policy comes before that of its class, and that before the one for everything.
///
/// ```
/// use hrsync_core::model::FieldClass;
/// use hrsync_core::reconcile::{Policies, Policy};
/// use hrsync_core::field;
///
/// let policies = Policies::new(Policy::Fill).class(FieldClass::Contact, Policy::PreferHost).field(field::PHONE, Policy::Ask);
/// assert_eq!(policies.of(field::EMAIL), Policy::PreferHost);
/// assert_eq!(policies.of(field::PHONE), Policy::Ask);
/// assert_eq!(policies.of(field::JOB_TITLE), Policy::Fill);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policies {
    everything: Policy,
    classes: BTreeMap<FieldClass, Policy>,
    fields: BTreeMap<FieldId, Policy>,
}

impl Policies {
    /// One policy for everything.
    pub fn new(everything: Policy) -> Self {
        Self { everything, ..Self::default() }
    }

    /// Another policy for a class of fields.
    #[must_use]
    pub fn class(mut self, class: FieldClass, policy: Policy) -> Self {
        self.classes.insert(class, policy);
        self
    }

    /// Another policy for a field.
    #[must_use]
    pub fn field(mut self, field: FieldId, policy: Policy) -> Self {
        self.fields.insert(field, policy);
        self
    }

    /// The policy of a field.
    pub fn of(&self, field: FieldId) -> Policy {
        let class = || self.classes.get(&field.class());
        self.fields.get(&field).or_else(class).copied().unwrap_or(self.everything)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::field;

    #[test]
    fn policies_are_settings_that_come_back_as_they_were() {
        let policies =
            Policies::new(Policy::Leave).class(FieldClass::Bank, Policy::Ask).field(field::EMAIL, Policy::Fill);
        let json = serde_json::to_string(&policies).unwrap();
        assert_eq!(json, r#"{"everything":"leave","classes":{"bank":"ask"},"fields":{"email":"fill"}}"#);
        assert_eq!(serde_json::from_str::<Policies>(&json).unwrap(), policies);
        assert_eq!(serde_json::from_str::<Policies>("{}").unwrap(), Policies::default());
    }
}
