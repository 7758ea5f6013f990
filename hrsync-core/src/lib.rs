#![doc = include_str!("../README.md")]

pub mod absence;
pub mod check;
mod clock;
pub mod connection;
pub mod connector;
pub mod error;
pub mod finding;
pub mod guard;
pub mod host;
pub mod journal;
pub mod keys;
pub mod mapping;
pub mod matching;
pub mod model;
pub mod reconcile;
pub mod setup;
pub mod store;
mod zone;

pub use clock::{Clock, Entropy, SystemClock, SystemEntropy};
pub use connection::{Actor, Authority, Connection, ConnectionState, NextStep};
pub use connector::Connector;
pub use error::{Error, ErrorKind, Fixer, Outcome, Result, Retry, Scope};
pub use finding::{Finding, Severity};
pub use host::{HostDirectory, Notifier};
pub use keys::{Key, KeyId, KeyRing, Sealed, StaticKeys};
pub use mapping::{FieldMapping, Mapping};
pub use model::{
    Address, BankAccount, Cell, ConnectionId, Employee, Employment, EmploymentType, FieldId, Gender, HostId,
    OperationId, Record, RunId, Salary, Schema, Side, Value, VendorId, WorkingTime, field,
};
pub use reconcile::Engine;
pub use store::{MemoryStore, Store};
pub use zone::Zone;
