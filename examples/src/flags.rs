//! The flags of every synchronisation example.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What to do and what not to ask.
#[derive(Debug, Clone, Args)]
pub struct Flags {
    /// The address of the service; without it a simulated company is started inside this process
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Read the host's people from this JSON file (see examples/README.md)
    #[arg(long, value_name = "FILE")]
    pub host_file: Option<PathBuf>,
    /// Write the host's people to this JSON file afterwards
    #[arg(long, value_name = "FILE")]
    pub host_out: Option<PathBuf>,
    /// How to settle conflicts and missing values
    #[arg(long, value_enum)]
    pub resolve: Option<Resolve>,
    /// Where to create people who exist on one side only
    #[arg(long, value_enum)]
    pub create: Option<Create>,
    /// Apply the plan without asking
    #[arg(long)]
    pub yes: bool,
    /// How long to wait for one answer before it counts as lost; the vendor's advice when nothing is said
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: Option<u64>,
    /// Print one JSON object with review, plan and report, and nothing else, on standard output
    #[arg(long)]
    pub json: bool,
}

/// How to settle conflicts and missing values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Resolve {
    /// Ask for each one; without a terminal nothing is decided
    Ask,
    /// The host wins conflicts; missing values are filled
    Host,
    /// The vendor wins conflicts; missing values are filled
    Vendor,
    /// Fill missing values, decide no conflict
    Fill,
    /// Leave everything as it is
    Leave,
}

/// Where to create people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Create {
    /// In the vendor
    Vendor,
    /// In the host
    Host,
    /// In both
    Both,
    /// Nowhere
    None,
}

impl Flags {
    /// True when questions can be asked.
    pub fn interactive(&self) -> bool {
        !self.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// How to settle, when nothing is said: ask at a terminal; else decide freely about the simulated company, where nothing
    /// is at stake, and nothing about a real one.
    pub fn resolve(&self) -> Resolve {
        self.resolve.unwrap_or(match (self.interactive(), self.base_url.is_some()) {
            (true, _) | (false, true) => Resolve::Ask,
            (false, false) => Resolve::Host,
        })
    }

    /// Where to create, when nothing is said: see [`resolve`](Self::resolve). `None` for "ask".
    pub fn create(&self) -> Option<Create> {
        self.create.or(match (self.interactive(), self.base_url.is_some()) {
            (true, _) => None,
            (false, true) => Some(Create::None),
            (false, false) => Some(Create::Both),
        })
    }

    /// Whether to apply: `None` for "ask".
    pub fn apply(&self) -> Option<bool> {
        match (self.dry_run, self.yes, self.interactive()) {
            (true, ..) => Some(false),
            (false, true, _) => Some(true),
            (false, false, true) => None,
            (false, false, false) => Some(self.base_url.is_none()),
        }
    }
}
