//! Guards against changes that should not happen by themselves: too many at once, or of what money and identity hang on.
//!
//! They look at a finished plan, before anything is written, and hold what a person has to approve. Each reviewed run is looked at
//! by itself, since a person starts it and sees what it writes. In a reviewed run changes of
//! bank accounts and identity are held by default, and so is everything of a class of which too many people change. In a live
//! push a single person's own change goes through, and a burst of them is held.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{FieldClass, FieldId, field};

/// A class of change that is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sensitive {
    /// An employment gets an end, or another one.
    Leaving,
    /// A name changes.
    Name,
    /// Money goes elsewhere.
    BankAccount,
    /// Pay changes.
    Pay,
    /// Identity number, birth, gender or nationality changes.
    Identity,
}

impl Sensitive {
    /// The class of a change of this field, if it is guarded.
    pub fn of(field: FieldId) -> Option<Self> {
        match field.class() {
            _ if field == field::END_DATE || field == field::EMPLOYMENTS => Some(Self::Leaving),
            FieldClass::Name => Some(Self::Name),
            FieldClass::Bank => Some(Self::BankAccount),
            FieldClass::Pay => Some(Self::Pay),
            FieldClass::Identity => Some(Self::Identity),
            FieldClass::Contact | FieldClass::Health | FieldClass::Work => None,
        }
    }

    /// All classes.
    pub(crate) const ALL: [Self; 5] = [Self::Leaving, Self::Name, Self::BankAccount, Self::Pay, Self::Identity];

    /// How many change in an ordinary month, and not more.
    fn ordinary(self) -> Limit {
        let (people, per_mille) = match self {
            Self::Leaving => (3, 100),
            Self::Name | Self::BankAccount => (3, 50),
            Self::Pay => (5, 100),
            Self::Identity => (2, 20),
        };
        Limit { people, per_mille }
    }

    /// The class as it stands in stored rows.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Leaving => "leaving",
            Self::Name => "name",
            Self::BankAccount => "bank_account",
            Self::Pay => "pay",
            Self::Identity => "identity",
        }
    }
}

impl fmt::Display for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Leaving => "ends of employment",
            Self::Name => "names",
            Self::BankAccount => "bank accounts",
            Self::Pay => "pay",
            Self::Identity => "identity",
        })
    }
}

/// How many people may change in one run, or in an hour of live pushes: the larger of a number and a share of all linked people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// So many people, however few there are.
    pub people: u32,
    /// So many in a thousand.
    pub per_mille: u32,
}

impl Limit {
    /// How many of `people` may change.
    pub fn of(self, people: usize) -> usize {
        (self.people as usize).max(people.saturating_mul(self.per_mille as usize) / 1_000)
    }
}

/// The guards of a connection: settings that a host stores and an administrator may change.
///
/// ```
/// use hrsync_core::guard::{Guards, Limit, Sensitive};
///
/// let guards = Guards::default().limit(Sensitive::Name, Limit { people: 2, per_mille: 10 }).not_held(Sensitive::Identity);
/// assert_eq!([8, 80, 800].map(|people| guards.allowed(Sensitive::Name, people)), [2, 2, 8]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guards {
    /// Of classes that are not named the ordinary limit holds; `None`, in stored settings `null`, is none at all.
    limits: BTreeMap<Sensitive, Option<Limit>>,
    held: BTreeSet<Sensitive>,
}

impl Default for Guards {
    /// For eight people and for eight hundred: in an ordinary month fewer change.
    fn default() -> Self {
        Self { limits: BTreeMap::new(), held: BTreeSet::from([Sensitive::BankAccount, Sensitive::Identity]) }
    }
}

impl Guards {
    /// No guards at all.
    pub fn off() -> Self {
        Self { limits: Sensitive::ALL.map(|class| (class, None)).into(), held: BTreeSet::new() }
    }

    /// Another limit for a class.
    #[must_use]
    pub fn limit(mut self, class: Sensitive, limit: Limit) -> Self {
        self.limits.insert(class, Some(limit));
        self
    }

    /// Holds every change of a class in a reviewed run.
    #[must_use]
    pub fn held(mut self, class: Sensitive) -> Self {
        self.held.insert(class);
        self
    }

    /// Holds changes of a class only beyond its limit.
    #[must_use]
    pub fn not_held(mut self, class: Sensitive) -> Self {
        self.held.remove(&class);
        self
    }

    /// How many of so many people may change in a class.
    pub fn allowed(&self, class: Sensitive, people: usize) -> usize {
        let limit = self.limits.get(&class).copied().unwrap_or_else(|| Some(class.ordinary()));
        limit.map_or(usize::MAX, |limit| limit.of(people))
    }

    /// Why changes of a class are held when so many of all people change; `None` when they are not.
    pub fn check(&self, class: Sensitive, changing: usize, people: usize) -> Option<HoldReason> {
        let allowed = self.allowed(class, people);
        if changing > allowed {
            return Some(HoldReason::TooMany { class, changing, allowed });
        }
        self.held.contains(&class).then_some(HoldReason::Sensitive { class })
    }
}

/// Why a change is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
#[non_exhaustive]
pub enum HoldReason {
    /// Changes of this class are approved one by one.
    Sensitive {
        /// The class.
        class: Sensitive,
    },
    /// More people change than usual.
    TooMany {
        /// The class.
        class: Sensitive,
        /// How many people change.
        changing: usize,
        /// How many may without approval.
        allowed: usize,
    },
}

impl HoldReason {
    /// The class of the change.
    pub fn class(self) -> Sensitive {
        match self {
            Self::Sensitive { class } | Self::TooMany { class, .. } => class,
        }
    }
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sensitive { class } => write!(f, "changes of {class} take a person's approval"),
            Self::TooMany { class, changing, allowed } => {
                write!(f, "{changing} people change in {class}, and more than {allowed} take a person's approval")
            }
        }
    }
}

/// Fields of an operation that are not written without approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The fields.
    pub fields: Vec<FieldId>,
    /// Why.
    #[serde(flatten)]
    pub reason: HoldReason,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_fit_small_and_large_companies() {
        let guards = Guards::default();
        for (people, allowed) in [(8, [3, 3, 3, 5, 2]), (80, [8, 4, 4, 8, 2]), (800, [80, 40, 40, 80, 16])] {
            assert_eq!(Sensitive::ALL.map(|class| guards.allowed(class, people)), allowed, "{people}");
        }
        assert_eq!(Guards::off().check(Sensitive::BankAccount, 800, 800), None);
        let too_many = HoldReason::TooMany { class: Sensitive::Leaving, changing: 4, allowed: 3 };
        assert_eq!(guards.check(Sensitive::Leaving, 4, 8), Some(too_many));
        assert_eq!(guards.check(Sensitive::Leaving, 3, 8), None);
        assert_eq!(serde_json::from_str::<Guards>("{}").unwrap(), guards);
        for guards in [guards, Guards::off(), Guards::off().limit(Sensitive::Name, Limit { people: 1, per_mille: 0 })] {
            let stored = serde_json::to_string(&guards).unwrap();
            assert_eq!(serde_json::from_str::<Guards>(&stored).unwrap(), guards, "{stored}");
        }
        let one: Guards = serde_json::from_str(r#"{"limits":{"name":{"people":1,"per_mille":0},"pay":null}}"#).unwrap();
        let allowed = Sensitive::ALL.map(|class| one.allowed(class, 8));
        assert_eq!(allowed, [3, 1, 3, usize::MAX, 2], "who sets one limit keeps the others");
    }
}
