//! Absences: what is written for them, what the host shows and who is told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod apart;
mod crossed;
mod door;
mod elsewhere;
mod events;
mod faults;
mod kept;
mod laws;
mod mapped;
mod meanwhile;
mod moved;
mod notes;
mod odd;
mod outcomes;
mod overlaps;
mod past;
mod post;
mod previews;
mod refused;
mod rows;
mod setup;
mod shared;
mod table;
mod unchanged;
mod undone;
mod unheard;
mod unsent;
mod unusable;
mod waits;
mod world;
