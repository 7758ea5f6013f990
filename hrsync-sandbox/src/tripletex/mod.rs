//! A Tripletex company and its REST service, API version 2.

mod actions;
mod body;
mod builder;
mod call;
mod credentials;
mod derived;
mod entitlements;
mod fields;
mod generate;
mod generate_data;
mod handles;
mod identity;
mod listing;
mod locks;
mod model;
mod models;
mod operation;
mod options;
mod query;
mod reconstructed;
mod record;
mod refusal;
mod rights;
mod routes;
mod rules;
mod sandbox;
mod save;
mod session;
mod state;
mod texts;
mod time_standard;

pub use builder::TripletexSandboxBuilder;
pub use call::Call;
pub use credentials::Credentials;
pub use handles::{Entry, Holder, NotIssued};
pub use model::Kind;
pub use options::{
    EmailChange, ListWrites, LockAnswer, NoStandardTime, Options, RateLimit, WithoutRight, WrongEmployeeToken,
};
pub use sandbox::TripletexSandbox;
pub use texts::Language;

pub use crate::answer::{Answer, Delivery};
pub use crate::client::SandboxClient;
pub use crate::clock::Clock;
pub use crate::fault::{Fault, FaultMix, FaultRule};
