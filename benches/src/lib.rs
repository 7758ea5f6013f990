//! Benchmarks of hrsync.
