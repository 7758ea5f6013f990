//! Everything that changes.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use super::fault::FaultRule;
use super::options::Options;
use super::person::Person;
use super::resources::Operation;
use crate::rng::SplitMix64;

// No Debug: people and waiting messages are personal data.
pub(crate) struct State {
    pub(crate) people: BTreeMap<u32, Person>,
    pub(crate) denied: BTreeSet<String>,
    pub(crate) options: Options,
    pub(crate) faults: Vec<FaultRule>,
    pub(crate) calls: Vec<Call>,
    /// Writes that timed out and are still to be applied.
    pub(crate) late: Vec<Operation>,
    pub(crate) rng: SplitMix64,
    /// The last key given out. All kinds of records share one row of keys, so that mixing them up is noticed.
    last_key: u32,
}

impl State {
    pub(crate) fn new(options: Options, seed: u64) -> Self {
        Self {
            people: BTreeMap::new(),
            denied: BTreeSet::new(),
            options,
            faults: Vec::new(),
            calls: Vec::new(),
            late: Vec::new(),
            rng: SplitMix64::new(seed),
            last_key: 0,
        }
    }

    /// Stores a person, giving keys to what has none. Returns the person's key.
    pub(crate) fn store(&mut self, mut person: Person) -> u32 {
        let mut last = self.last_key;
        let mut key = |slot: &mut u32| {
            if *slot == 0 {
                last += 1;
                *slot = last;
            }
            // Keys chosen by the caller must not be given out again.
            last = last.max(*slot);
        };
        key(&mut person.netvisorkey);
        person.periods.iter_mut().for_each(|period| key(&mut period.netvisorkey));
        person.settlement_points.iter_mut().for_each(|point| key(&mut point.key));
        person.additional_fields.iter_mut().for_each(|field| key(&mut field.netvisorkey));
        self.last_key = last;
        let stored = person.netvisorkey;
        self.people.insert(stored, person);
        stored
    }

    pub(crate) fn by_identifier(&self, identifier: &str) -> Option<&Person> {
        let wanted = identifier.trim();
        self.people.values().find(|person| !wanted.is_empty() && person.identifier.value.eq_ignore_ascii_case(wanted))
    }

    pub(crate) fn by_number(&self, number: &str) -> Option<&Person> {
        let wanted = number.trim();
        self.people.values().find(|person| !wanted.is_empty() && person.employee_number.trim() == wanted)
    }
}
