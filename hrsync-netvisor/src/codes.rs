//! The vendor's code lists. Each value knows its code; a code that is not listed is kept as text by whoever reads it.

macro_rules! code_list {
    ($(#[$meta:meta])* $Name:ident { $( $(#[$value_meta:meta])* $Value:ident = $code:literal, )* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$value_meta])* #[doc = concat!(" (`", $code, "`)")] $Value, )*
        }

        impl $Name {
            /// Every value, in the vendor's order.
            pub const ALL: &'static [Self] = &[$( Self::$Value, )*];

            /// The code that is sent and read.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$Value => $code, )* }
            }

            /// The value with this code, in any case.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code().eq_ignore_ascii_case(code.trim()))
            }
        }

        impl crate::wire::write::Value for $Name {
            fn text(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed(self.code())
            }
        }
    };
}

code_list! {
    /// `employmentmode`: the employment method. \[doc, client\]
    EmploymentMode {
        /// Employed
        Employed = "1",
        /// Leased employee
        Leased = "2",
        /// Self-employed or similar
        SelfEmployed = "3",
        /// Trainee
        Trainee = "4",
        /// Voluntary work
        Voluntary = "5",
    }
}

code_list! {
    /// `endreason`. Codes that the vendor no longer takes but may still hold are not listed. \[doc, client\]
    EndReason {
        /// Old-age pension
        OldAgePension = "2",
        /// Employee's own request
        OwnRequest = "4",
        /// A reason that lies with the employee
        AttributableToEmployee = "5",
        /// End of a fixed term
        FixedTermEnded = "6",
        /// Production or financial reasons of the company
        ProductionOrFinancial = "11",
        /// Mutual agreement
        MutualAgreement = "12",
        /// Another reason
        Other = "13",
    }
}

code_list! {
    /// `employmentcontract`: the term of employment. \[doc\]
    EmploymentContract {
        /// Until further notice
        UntilFurtherNotice = "1",
        /// Fixed term
        FixedTerm = "2",
    }
}

code_list! {
    /// `employmentform`. \[doc\]
    EmploymentForm {
        /// Full time
        FullTime = "1",
        /// Part time
        PartTime = "2",
        /// Not available
        NotAvailable = "3",
    }
}

code_list! {
    /// `groundsforemployment`. \[doc\]
    Grounds {
        /// Another ground
        Other = "0",
        /// Working or employment relationship
        EmploymentRelationship = "1",
    }
}

code_list! {
    /// `employeeinsurancetype`. \[doc\]
    EmployeeInsurance {
        /// TyEL
        Tyel = "1",
        /// MYEL
        Myel = "2",
        /// YEL
        Yel = "3",
        /// Not insured
        NotInsured = "4",
    }
}

code_list! {
    /// `payslipdeliverymethod`. \[doc\]
    PayslipDelivery {
        /// Printed by the company
        LocalPrint = "1",
        /// Print service
        PrintService = "2",
        /// Electronic
        Electronic = "3",
    }
}

code_list! {
    /// `gender`; written for people with a foreign identifier only, derived from the identity number for the others. \[doc\]
    Gender {
        /// Male
        Male = "male",
        /// Female
        Female = "female",
    }
}

code_list! {
    /// A switch as it is written; read as `1` or `0`. \[doc\]
    Switch {
        /// On
        Enabled = "enabled",
        /// Off
        Disabled = "disabled",
    }
}

code_list! {
    /// The kind of a foreign identifier. \[doc\]
    ForeignIdentifierType {
        /// Tax identification number
        TaxIdentificationNumber = "taxidentificationnumber",
        /// Personal identifier of another country
        ForeignPersonalIdentifier = "foreignpersonalidentifier",
        /// Another identifier; also the temporary Finnish ones
        Other = "other",
    }
}

code_list! {
    /// The kind of an identifier that is read. \[doc\]
    IdentifierType {
        /// Finnish identity number
        Finnish = "finnishidentifier",
        /// Foreign identifier
        Foreign = "foreignidentifier",
        /// Business id
        Company = "companyidentifier",
    }
}

code_list! {
    /// How the employment pension insurance is handled. \[doc\]
    WorkPensionHandling {
        /// No handling: what a new person gets, until the payroll clerk selects an insurance
        NoHandling = "nohandling",
        /// By age, automatically
        Automatic = "automatichandling",
        /// Younger than 17
        Under17 = "under17yearsold",
        /// 17 to 52
        From17To52 = "17to52yearsold",
        /// 53 to 62
        From53To62 = "53to62yearsold",
        /// 63 to 67
        From63To67 = "63to67yearsold",
        /// 68 and older
        Over68 = "over68yearsold",
    }
}

code_list! {
    /// How the unemployment insurance is handled. \[doc\]
    UnemploymentHandling {
        /// No handling
        NoHandling = "nohandling",
        /// By age, automatically
        Automatic = "automatichandling",
        /// Younger than 17
        Under17 = "under17yearsold",
        /// 17 to 64
        From17To64 = "17to64yearsold",
        /// 65 and older
        Over65 = "over65yearsold",
        /// Part owner
        PartOwner = "partowner",
    }
}

code_list! {
    /// How the other settlement points are handled. \[doc, client\]
    SettlementHandling {
        /// No handling
        NoHandling = "nohandling",
        /// Attached to the settlement point
        Attached = "attachedtosettlementpoint",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_in_any_case_and_unknown_ones_are_not() {
        for mode in EmploymentMode::ALL {
            assert_eq!(EmploymentMode::from_code(mode.code()), Some(*mode));
        }
        assert_eq!(Gender::from_code(" Female "), Some(Gender::Female));
        assert_eq!(EndReason::from_code("1"), None);
    }
}
