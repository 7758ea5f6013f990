//! The life of a connection.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::connector::Memory;
use crate::reconcile::Layouts;

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// The credentials were accepted.
    Connected,
    /// The settings were accepted too.
    Configured,
    /// Both rosters were reviewed once.
    ReviewedOnce,
    /// The first synchronisation was carried out: host changes are pushed as they come.
    Active,
    /// Stopped by a person: nothing is pushed until it is resumed.
    Paused,
}

impl ConnectionState {
    /// What a person has to do next for the connection to become or stay of use.
    pub fn next_step(self) -> NextStep {
        match self {
            Self::Connected => NextStep::Configure,
            Self::Configured => NextStep::Review,
            Self::ReviewedOnce => NextStep::Apply,
            Self::Active => NextStep::Nothing,
            Self::Paused => NextStep::Resume,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Configured => "configured",
            Self::ReviewedOnce => "reviewed_once",
            Self::Active => "active",
            Self::Paused => "paused",
        }
    }
}

/// The next thing for a person to do about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Connect, with the vendor's credentials.
    Connect,
    /// Complete the settings.
    Configure,
    /// Say what becomes of the host's types of absences; asked for only while absences are sent.
    MapAbsenceTypes,
    /// Make the first review.
    Review,
    /// Decide, and start the first synchronisation.
    Apply,
    /// Nothing.
    Nothing,
    /// Resume it.
    Resume,
}

/// A connection as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connection {
    /// How far it has come.
    pub state: ConnectionState,
    /// Who confirmed having the authority to make it.
    pub confirmed_by: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub connected_at: OffsetDateTime,
    /// What the connector learnt about the company.
    #[serde(default)]
    pub(crate) memory: Memory,
    /// The lines of the mappings that its baselines were made under.
    #[serde(default)]
    pub(crate) layouts: Layouts,
}

impl Connection {
    /// What a person has to do next, as far as the connection knows; [`Engine::next_step`](crate::reconcile::Engine::next_step) knows
    /// of absences too.
    pub fn next_step(&self) -> NextStep {
        self.state.next_step()
    }

    pub(crate) fn new(state: ConnectionState, confirmed_by: String, connected_at: OffsetDateTime) -> Self {
        Self { state, confirmed_by, connected_at, memory: Memory::default(), layouts: Layouts::default() }
    }
}

/// Who does something, as the host knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    id: String,
    may_configure: bool,
}

impl Actor {
    /// Somebody whose role in the host permits organisation-wide settings.
    pub fn administrator(id: impl Into<String>) -> Self {
        Self { id: id.into(), may_configure: true }
    }

    /// Somebody whose role does not.
    pub fn user(id: impl Into<String>) -> Self {
        Self { id: id.into(), may_configure: false }
    }

    /// The person's id in the host.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the person may change organisation-wide settings.
    pub fn may_configure(&self) -> bool {
        self.may_configure
    }
}

/// Whether the person who connects confirmed having the authority to do so. A set-up form asks for it explicitly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// Yes.
    Confirmed,
    /// No, or not asked.
    NotConfirmed,
}
