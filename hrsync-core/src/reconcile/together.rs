//! Comparison of all fields of one linked person, and which of them are decided together.

use super::compare::{DifferenceKind, Halves, Judgement, agree_now};
use super::employment::{Agreed, Spoken, several, spoken, with};
use super::entries::judge_field;
use super::fingerprint::Fingerprinter;
use super::link::{Pair, Pairs};
use crate::mapping::{FieldMapping, Mapping};
use crate::model::{FieldId, HostId, Record, Value, field};

/// Whether what was settled of a field is of another employment than the sides speak of: a last workday is of the one that begins as the pair
/// of the first workday says, and both sides turned to another one since. Of one employment both may have moved the first workday.
pub(crate) fn is_of_another(
    mapping: &Mapping,
    prints: &Fingerprinter,
    id: &HostId,
    (host, vendor): (&Record, &Record),
    pair: impl Fn(usize) -> Pair,
    place: usize,
) -> bool {
    let leader = mapping.entries()[place].follows.and_then(|leader| mapping.place(leader));
    let Some(leader) = leader.filter(|leader| pair(*leader) != Pair::None && pair(place) != Pair::None) else {
        return false;
    };
    let entry = &mapping.entries()[leader];
    let turned = || {
        let now = Halves::new(prints, id, entry, host, vendor);
        !pair(leader).asks(&now) && !pair(leader).shows(&now)
    };
    let agreed = || Agreed::new(mapping, prints, id, host, &pair);
    agree_now(entry, host, vendor) == Some(true)
        && turned()
        && spoken(mapping, host, vendor, agreed().as_ref()) != Spoken::One
}

/// How each field of a linked person compares.
pub(crate) struct Compared<'m> {
    mapping: &'m Mapping,
    judged: Vec<Judgement>,
    pairs: Vec<Pair>,
    spoken: Spoken,
    /// The employment on which both agreed before they turned to an earlier one stands in the payroll system.
    pub(crate) left_behind: bool,
}

impl<'m> Compared<'m> {
    /// Compares all fields with what was settled of them `before`, under these keys.
    pub(crate) fn new(
        mapping: &'m Mapping,
        prints: &Fingerprinter,
        id: &HostId,
        (host, vendor): (&Record, &Record),
        before: Option<&Pairs>,
    ) -> Self {
        let settled = |place: usize| before.map(|before| before.get(place)).unwrap_or_default();
        let (mut judged, mut pairs) = (Vec::new(), Vec::new());
        for (place, entry) in mapping.entries().iter().enumerate() {
            let of_another = is_of_another(mapping, prints, id, (host, vendor), settled, place);
            let pair = settled(place).unless(of_another);
            judged.push(judge_field(entry, host, vendor, pair, || Halves::new(prints, id, entry, host, vendor)));
            pairs.push(pair);
        }
        let agreed = Agreed::new(mapping, prints, id, host, settled);
        let left_behind = agreed.as_ref().is_some_and(|agreed| is_left_behind(mapping, (host, vendor), agreed));
        let spoken = spoken(mapping, host, vendor, agreed.as_ref());
        let mut compared = Self { mapping, judged, pairs, spoken, left_behind };
        compared.meet();
        compared
    }

    /// How a field compares, by its place in the mapping.
    pub(crate) fn judged(&self, place: usize) -> Judgement {
        self.judged.get(place).copied().unwrap_or(Judgement::Unknown)
    }

    /// What was settled of a field, by its place in the mapping.
    pub(crate) fn pair(&self, place: usize) -> Pair {
        self.pairs.get(place).copied().unwrap_or_default()
    }

    /// What a difference is decided with: its group, or the field that it follows, by a name.
    pub(crate) fn decided_with(&self, entry: &FieldMapping) -> Option<&'static str> {
        let follows = |one: &FieldMapping| self.led(one).and(one.follows);
        let of_others = || {
            let mut entries = self.mapping.entries().iter();
            entries.find_map(|one| follows(one).filter(|leader| *leader == entry.field))
        };
        entry.group.map(|group| group.name).or_else(|| follows(entry).or_else(of_others).map(FieldId::name))
    }

    fn kind(&self, place: usize) -> Option<DifferenceKind> {
        match self.judged(place) {
            Judgement::Differs(kind) => Some(kind),
            Judgement::Unknown | Judgement::Agreed | Judgement::Rendered => None,
        }
    }

    /// The place of the field that tells apart what a field says something about, where the sides speak of two, or both changed one of them on
    /// which they agreed: of which employment a last workday is, the first one says. Of one employment, what nobody decided yet keeps nothing
    /// from being written.
    fn led(&self, entry: &FieldMapping) -> Option<usize> {
        let (own, leader) = (self.mapping.place(entry.field)?, self.mapping.place(entry.follows?)?);
        let both = [own, leader];
        let kinds = [self.kind(own)?, self.kind(leader)?];
        let open = kinds.iter().filter(|kind| **kind != DifferenceKind::Left).count();
        // Where both sides changed one of the two, nobody knows whether the other is of the same.
        let conflict = kinds.contains(&DifferenceKind::Conflict);
        let agreed = || both.iter().all(|place| self.pair(*place) != Pair::None);
        let together = if self.spoken == Spoken::One { open == 2 && conflict && agreed() } else { open > 0 };
        together.then_some(leader)
    }

    /// In fields that go together, a change meets every other difference of the group, also where it is of another field: writing
    /// the one would carry the group along, over what the other side changed or a person left as it is.
    ///
    /// So it is with a field and the one that it follows where the sides speak of two employments: what one says of the one is not written to
    /// the other.
    fn meet(&mut self) {
        use DifferenceKind::{HostChanged, NotTaken, VendorChanged};
        for (place, entry) in self.mapping.entries().iter().enumerate() {
            let (Some(group), Some(kind)) = (entry.group, self.kind(place)) else { continue };
            // The host's change sends the whole group; the vendor's takes it over where it is read as a whole.
            let carries = kind == HostChanged || (kind == VendorChanged && group.read_whole);
            let members: Vec<usize> =
                self.mapping.group(group).filter_map(|part| self.mapping.place(part.field)).collect();
            if carries && members.iter().any(|member| self.kind(*member).is_some_and(|other| other != kind)) {
                self.ask(members);
            }
        }
        for (place, entry) in self.mapping.entries().iter().enumerate() {
            let Some(follows) = entry.follows else { continue };
            if self.mapping.place(follows).is_none() && self.spoken != Spoken::One {
                // Nothing else tells the two apart.
                self.ask([place]);
            }
            let Some(leader) = self.led(entry) else { continue };
            let vendor_changed = self.kind(leader) == Some(VendorChanged);
            if vendor_changed && self.spoken != Spoken::One && self.kind(place) == Some(NotTaken) {
                // The vendor shows another employment than the one that was written.
                self.judged[place] = self.judged[leader];
            }
            let unknown = vendor_changed && self.spoken == Spoken::Unknown;
            let (own, leaders) = (self.kind(place), self.kind(leader));
            if unknown || (own != leaders && own != Some(NotTaken)) {
                self.ask([place, leader]);
            }
        }
    }

    /// Leaves changes of these fields to a person.
    fn ask(&mut self, places: impl IntoIterator<Item = usize>) {
        use DifferenceKind::{Conflict, HostChanged, VendorChanged};
        for place in places {
            if let Judgement::Differs(HostChanged | VendorChanged) = self.judged[place] {
                self.judged[place] = Judgement::Differs(Conflict);
            }
        }
    }
}

/// Whether both sides turned to another employment, and the one on which they agreed stands in the payroll system and begins later.
fn is_left_behind(mapping: &Mapping, (host, vendor): (&Record, &Record), agreed: &Agreed<'_>) -> bool {
    let first = |record: &Record| record.cell(field::START_DATE).value().and_then(Value::as_date);
    let begins = first(vendor).filter(|day| first(host) == Some(*day));
    several(mapping, vendor).zip(begins).is_some_and(|(all, begins)| {
        let later = |one: &Record| first(one).is_some_and(|day| day > begins);
        let mut records = all.entries().iter().map(|one| with(vendor, all, one));
        !agreed.shows(vendor) && records.any(|one| later(&one) && agreed.shows(&one))
    })
}
