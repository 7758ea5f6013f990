//! Everything that changes.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use super::options::Options;
use super::person::Person;
use super::resources::Operation;
use crate::fault::FaultRule;
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
        let mut keys = vec![&mut person.netvisorkey];
        keys.extend(person.periods.iter_mut().map(|period| &mut period.netvisorkey));
        keys.extend(person.settlement_points.iter_mut().map(|point| &mut point.key));
        keys.extend(person.additional_fields.iter_mut().map(|field| &mut field.netvisorkey));
        // Keys chosen by the caller are never given out: first they count, then the others are assigned.
        let chosen = keys.iter().map(|key| **key).max().unwrap_or_default();
        self.last_key = self.last_key.max(chosen);
        for key in keys.into_iter().filter(|key| **key == 0) {
            self.last_key = self.last_key.saturating_add(1);
            *key = self.last_key;
        }
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

#[cfg(test)]
mod tests {
    use super::{Options, Person, State};
    use crate::netvisor::person::Period;

    #[test]
    fn keys_are_given_out_once_and_never_one_that_was_chosen() {
        let mut state = State::new(Options::default(), 1);
        let period = |netvisorkey| Period { netvisorkey, ..Period::default() };
        let first = state.store(Person { periods: vec![period(0), period(2)], ..Person::default() });
        let keys = |state: &State, key: u32| -> Vec<u32> {
            state.people[&key].periods.iter().map(|period| period.netvisorkey).collect()
        };
        assert_eq!((first, keys(&state, first)), (3, vec![4, 2]));
        assert_eq!(state.store(Person::default()), 5);
    }
}
