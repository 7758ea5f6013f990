//! The behaviour of the engine, on a host and a payroll system in memory: people in `engine`, absences in `absence`.
//!
//! They are a package of their own because `hrsync-core` is compiled with optimisation also for tests, which takes minutes for these
//! and makes none of them faster.
