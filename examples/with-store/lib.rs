//! What the examples that keep a store share: a company and a host that several processes use, and an engine over a SQLite file.

mod kept_host;
mod setup;

pub use kept_host::KeptHost;
pub use setup::{Ahead, Setup, open_store};
