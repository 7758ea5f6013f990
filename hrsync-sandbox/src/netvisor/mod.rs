//! A Netvisor company and its XML web service.

mod auth;
mod builder;
mod call;
mod credentials;
mod envelope;
mod generate;
mod generate_data;
mod helsinki;
mod identity;
mod layout;
mod options;
mod person;
mod query;
mod reconstructed;
mod resources;
mod sandbox;
mod schema;
mod state;
mod tables;
mod texts;
mod xml;

pub use builder::NetvisorSandboxBuilder;
pub use call::Call;
pub use credentials::Credentials;
pub use generate::generate;
pub use helsinki::{helsinki_date, helsinki_stamp};
pub use identity::{HetuFacts, business_id_is_valid, finnish_iban, hetu, hetu_facts, iban_is_valid};
pub use options::{Algorithms, EmploymentEdit, Options, UrlForm};
pub use person::{AdditionalField, Degree, Dimension, Identifier, IdentifierKind, Period, Person, SettlementPoint};
pub use reconstructed::SALARY_MODELS;
pub use sandbox::NetvisorSandbox;

pub use crate::answer::{Answer, Delivery};
pub use crate::client::SandboxClient;
pub use crate::clock::Clock;
pub use crate::fault::{Fault, FaultMix, FaultRule};
