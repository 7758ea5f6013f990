//! The resources this crate calls.

use std::fmt;

/// A resource of the web service. Each one is allowed or refused separately by the company. \[doc\]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Resource {
    /// `getemployees.nv`: everybody, in short.
    GetEmployees,
    /// `getemployee.nv`: one person, in full.
    GetEmployee,
    /// `employee.nv`: adds or edits a person.
    Employee,
    /// `patchemployee.nv`: changes single elements of a person.
    PatchEmployee,
    /// `editjobperiod.nv`: changes single elements of one employment period.
    EditJobPeriod,
}

impl Resource {
    /// The four resources that every connection needs, in the order in which the vendor lists them.
    pub const NEEDED: [Self; 4] = [Self::Employee, Self::GetEmployee, Self::GetEmployees, Self::PatchEmployee];

    /// The resource's name, which is the last segment of its address and the label of its right.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GetEmployees => "getemployees.nv",
            Self::GetEmployee => "getemployee.nv",
            Self::Employee => "employee.nv",
            Self::PatchEmployee => "patchemployee.nv",
            Self::EditJobPeriod => "editjobperiod.nv",
        }
    }

    /// True when a call may change something in the vendor's system.
    pub const fn writes(self) -> bool {
        match self {
            Self::GetEmployees | Self::GetEmployee => false,
            Self::Employee | Self::PatchEmployee | Self::EditJobPeriod => true,
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
