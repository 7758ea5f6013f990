//! Where people stand in a list, by their ids.

use std::hash::{BuildHasher, RandomState};

use crate::model::Record;

/// Where people stand in a list, by their ids. The ids themselves are read in the list, so a person takes six bytes here.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    hasher: RandomState,
    /// Half as many slots again as there are people. A person is in the slot of the id's hash, or in the next free one after it.
    slots: Box<[u32]>,
}

/// What is in a free slot.
const NOBODY: u32 = u32::MAX;

impl Places {
    /// The places in `records`. Of several people with one id it is the last one's.
    pub(crate) fn new(records: &[Record]) -> Self {
        let slots = vec![NOBODY; records.len() + records.len() / 2 + 1].into_boxed_slice();
        let mut places = Self { hasher: RandomState::new(), slots };
        for (place, record) in (0..NOBODY).zip(records) {
            let slot = places.slot(records, record.id());
            places.slots[slot] = place;
        }
        places
    }

    /// The place of a person in the list that this was made of.
    pub(crate) fn get(&self, records: &[Record], id: &str) -> Option<usize> {
        let place = self.slots[self.slot(records, id)];
        (place != NOBODY).then_some(place as usize)
    }

    /// The slot of an id, or the free one where it belongs. There always is a free one.
    fn slot(&self, records: &[Record], id: &str) -> usize {
        let slots = self.slots.len();
        let mut slot = ((u128::from(self.hasher.hash_one(id)) * slots as u128) >> u64::BITS) as usize;
        loop {
            let place = self.slots[slot];
            if place == NOBODY || records.get(place as usize).is_some_and(|record| record.id() == id) {
                return slot;
            }
            slot = if slot + 1 == slots { 0 } else { slot + 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn everybody_is_where_they_stand(ids in prop::collection::vec("[ab]{0,6}", 0..60), other in "[ab]{0,6}") {
            let records: Vec<Record> = ids.iter().map(Record::new).collect();
            let places = Places::new(&records);
            for id in ids.iter().chain([&other]) {
                prop_assert_eq!(places.get(&records, id), ids.iter().rposition(|one| one == id));
            }
        }
    }
}
