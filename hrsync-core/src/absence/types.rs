//! How the types of both sides stand to each other: what an administrator maps.

use serde::Serialize;

use super::eligibility::{AbsenceSettings, TypeMapping};
use super::vendor::VendorAbsenceType;
use crate::error::Fixer;
use crate::finding::{Finding, code};
use crate::model::AbsenceTypeId;

/// The types of both sides, for the form in which an administrator maps them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct AbsenceTypes {
    /// The host's types, each with what becomes of it; `None` when nobody said so.
    pub types: Vec<(AbsenceTypeId, Option<TypeMapping>)>,
    /// What the payroll system offers, to choose from.
    pub offered: Vec<VendorAbsenceType>,
    /// Who sets up more of these, and where.
    pub more: String,
}

impl AbsenceTypes {
    pub(crate) fn new(
        settings: &AbsenceSettings,
        types: Vec<AbsenceTypeId>,
        offered: Vec<VendorAbsenceType>,
        more: String,
    ) -> Self {
        let types = types.into_iter().map(|kind| (settings.mapping(&kind).cloned(), kind));
        Self { types: types.map(|(mapping, kind)| (kind, mapping)).collect(), offered, more }
    }

    /// What is still to be said or to be corrected: types about which nothing was said, and those that become something that the payroll
    /// system does not offer. Each finding names the type in the parameter `type`.
    pub fn findings(&self) -> Vec<Finding> {
        self.types.iter().filter_map(|(kind, mapping)| self.finding(kind, mapping.as_ref())).collect()
    }

    fn finding(&self, kind: &AbsenceTypeId, mapping: Option<&TypeMapping>) -> Option<Finding> {
        let (code, message, to_do) = match mapping {
            None => (
                code::ABSENCE_TYPE_UNMAPPED,
                "nobody said what this type of absences becomes in the payroll system",
                "map it to one of the types on offer, or exclude it",
            ),
            Some(TypeMapping::To(to)) if self.offered.iter().all(|one| one.id != *to) => (
                code::ABSENCE_TYPE_NOT_OFFERED,
                "this type of absences is mapped to something that the payroll system does not offer",
                "map it to one of the types on offer",
            ),
            Some(_) => return None,
        };
        let finding = Finding::problem(code, message, Fixer::HostAdministrator).with_param("type", kind.as_str());
        Some(finding.with_hint(format!("{to_do}; {}", self.more)))
    }
}
