//! Absences: what is written for them, what the host shows and who is told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod crossed;
mod door;
mod events;
mod faults;
mod kept;
mod meanwhile;
mod outcomes;
mod past;
mod post;
mod refused;
mod setup;
mod table;
mod undone;
mod unheard;
mod waits;
mod world;
