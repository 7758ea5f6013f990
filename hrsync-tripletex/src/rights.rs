//! The rights that a token needs, and how a missing one is told.

use hrsync_core::{Error, Finding, Fixer, Severity};

use crate::texts::{EMPLOYEE_RIGHTS, TOKEN_RIGHTS};

/// A right of a token, which its owner needs too. \[doc\]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Right {
    /// Employee-related accounting reports.
    EmployeeReports,
    /// Company information.
    Company,
    /// Employee information.
    Employees,
    /// Time sheets of the entire company; needed for absences only.
    TimeSheets,
    /// User administration; needed to add people only.
    AddPeople,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::EmployeeReports, Self::Company, Self::Employees, Self::TimeSheets, Self::AddPeople];

    /// Those that a check of a connection asks for.
    pub fn asked_for(absences: bool) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |right| absences || *right != Self::TimeSheets)
    }

    /// The name in code.
    pub fn code(self) -> &'static str {
        match self {
            Self::EmployeeReports => "employee_reports",
            Self::Company => "company",
            Self::Employees => "employees",
            Self::TimeSheets => "time_sheets",
            Self::AddPeople => "add_people",
        }
    }

    /// The name in Tripletex.
    pub fn name(self) -> &'static str {
        match self {
            Self::EmployeeReports => "Access to employee related accounting reports",
            Self::Company => "Full access to company information",
            Self::Employees => "Full access to employee information",
            Self::TimeSheets => "Access to all time sheets incl. approval",
            Self::AddPeople => "User administrator",
        }
    }

    /// The name in Tripletex in Norwegian.
    pub fn norwegian(self) -> &'static str {
        match self {
            Self::EmployeeReports => "Ansattrelaterte regnskapsrapporter",
            Self::Company => "Full tilgang til selskapsinformasjon",
            Self::Employees => "Full tilgang til ansattinformasjon",
            Self::TimeSheets => "Tilgang til alle timelister inkl. godkjenning",
            Self::AddPeople => "Brukeradministrator",
        }
    }

    /// Where it is granted.
    pub fn path(self) -> &'static str {
        match self {
            Self::TimeSheets => TOKEN_RIGHTS,
            _ => EMPLOYEE_RIGHTS,
        }
    }

    /// Who can grant it. Time sheets are granted on the token itself, by the person who set it up.
    pub fn fixer(self) -> Fixer {
        match self {
            Self::TimeSheets => Fixer::CredentialOwner,
            _ => Fixer::VendorAdministrator,
        }
    }

    /// That a token has not got it.
    pub fn missing(self) -> String {
        let entire = if self == Self::TimeSheets { ", for the entire company" } else { "" };
        format!("the employee token has not got the right \"{}\" ({}){entire}", self.name(), self.norwegian())
    }

    /// An error as what its lack means for what was being done.
    pub(crate) fn refused(self, error: Error) -> Error {
        let hint = match self {
            Self::TimeSheets => format!(
                "{}. Then approve or add the absence again. Where the check of the connection misses no right, the company's Tripletex \
                 has no time sheet",
                self.path()
            ),
            _ => self.path().to_owned(),
        };
        error.with_code(RIGHT_MISSING).with_fixer(self.fixer()).with_hint(hint)
    }

    /// The finding that a token has not got it. Who adds nobody needs no user administrator, so that is good to know and no problem.
    pub fn finding(self) -> Finding {
        let mut finding = Finding::problem(RIGHT_MISSING, self.missing(), self.fixer());
        if self == Self::AddPeople {
            finding.severity = Severity::Notice;
            finding.message = format!("{}; nobody can be added to Tripletex", finding.message).into();
        }
        finding.with_hint(self.path()).with_param("right", self.code())
    }
}

/// The code of errors and findings about a missing right.
pub const RIGHT_MISSING: &str = "tripletex.right_missing";
