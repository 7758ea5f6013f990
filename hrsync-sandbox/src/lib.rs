#![doc = include_str!("../README.md")]

mod answer;
mod client;
mod clock;
mod fault;
pub mod netvisor;
mod percent;
mod rng;
pub mod serve;
mod service;
pub mod tripletex;
