//! The engine over a host and a payroll system in memory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod apply;
mod compare;
mod connection;
mod create;
mod decide;
mod guards;
mod ids;
mod links;
mod lists;
mod matching;
mod model;
mod outages;
mod people;
mod push;
mod quarantine;
mod recover;
mod rendering;
mod retention;
mod rules;
mod stored;
mod stores;
mod undo;
mod world;
