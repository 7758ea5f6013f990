#![doc = include_str!("../README.md")]

pub mod netvisor;
mod rng;
pub mod serve;
