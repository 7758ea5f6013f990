//! Making baselines: what a link remembers after a settlement.

use super::compare::{DifferenceKind, Halves, Judgement, settled};
use super::entries::{Unit, judge_field, lists_at, units, units_of};
use super::fingerprint::{Canonical, Fingerprint, Fingerprinter};
use super::link::{Baseline, Entries, Link, Pair, Pairs};
use super::review::Prints;
use super::together::{Compared, is_of_another};
use crate::mapping::{FieldMapping, Mapping};
use crate::model::{FieldId, HostId, ListDef, Record, Side, Value};

/// What is to be remembered of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// What the comparison says: agreed fields are settled, open ones stay as they were.
    Compared,
    /// The field is settled as it is now.
    Settled,
    /// The field was written in the vendor and not read back; what the vendor showed before is in the record at hand.
    Written,
}

/// The baseline of a person whose sides are now `host` and `vendor`.
///
/// `written` is the host's record that was written from, when it is not `host`; fields with [`Verdict::Written`] are
/// remembered with what it asks for. `verdict` is asked by place in the mapping and, for each entry of a list, its key.
pub(crate) fn make(
    mapping: &Mapping,
    revision: u64,
    prints: &mut Prints<'_>,
    id: &HostId,
    (host, vendor): (&Record, &Record),
    old: Option<&Link>,
    verdict: impl Fn(usize, Option<&Value>) -> Verdict,
) -> Baseline {
    let opened = old.and_then(|link| prints.open(link, mapping, revision));
    let entries = mapping.entries();
    let pairs = opened.as_ref().map(|(_, pairs)| pairs);
    let pair = |place: usize| pairs.map(|pairs| pairs.get(place)).unwrap_or_default();
    // What was settled under another key is compared under that key.
    let before = opened.as_ref().map_or(&prints.current, |(prints, _)| prints).clone();
    let units = units(mapping, &before, pairs, id, (host, vendor));
    let mut told: Vec<Told<'_>> = entries
        .iter()
        .enumerate()
        .map(|(place, entry)| {
            // What is written now, or decided, is of what the other fields are.
            let leader = entry.follows.and_then(|leader| mapping.place(leader));
            let decided = leader.is_some_and(|leader| verdict(leader, None) != Verdict::Compared);
            let sides = (host, vendor);
            let pair = pair(place).unless(!decided && is_of_another(mapping, &before, id, sides, pair, place));
            let judged = judge_field(entry, host, vendor, pair, || Halves::new(&before, id, entry, host, vendor));
            Told { sides: (host, vendor), judged, verdict: verdict(place, None), pair }
        })
        .collect();
    // A list is as its entries are.
    let entry_told: Vec<Told<'_>> = units
        .iter()
        .map(|unit| Told {
            sides: (&unit.host, &unit.vendor),
            judged: unit.judge(&before, id, &entries[unit.place]),
            verdict: verdict(unit.place, Some(&unit.key)),
            pair: unit.pair,
        })
        .collect();
    let readable = lists_at(mapping, host, vendor);
    for place in &readable {
        let open = (Judgement::Unknown, Verdict::Compared, Pair::None);
        (told[*place].judged, told[*place].verdict, told[*place].pair) = open;
    }
    // Of a list that cannot be read now, everything stays.
    let kept_list = |place: usize| pairs.and_then(|pairs| pairs.entries(place)).filter(|_| !readable.contains(&place));
    // A pair that stays as it was can be kept only under the key it was made with.
    let keeps = told.iter().chain(&entry_told).any(|told| told.kept() != Pair::None)
        || (0..entries.len()).any(|place| kept_list(place).is_some_and(|known| !known.is_empty()));
    let under: Fingerprinter = if keeps { before } else { prints.current.clone() };
    let mut made = Pairs::default();
    for (place, (entry, told)) in entries.iter().zip(&told).enumerate() {
        made.set(place, told.next(&under, id, entry));
        if readable.contains(&place) {
            let of_list = units.iter().zip(&entry_told).filter(|(unit, _)| unit.place == place);
            let known: Entries = of_list
                .map(|(unit, told)| {
                    let key = under.entry(id, entry.field, &unit.key);
                    (key, told.next(&under, id, entry))
                })
                .collect();
            made.set_entries(place, known);
        } else if let Some(known) = kept_list(place) {
            made.set_entries(place, known.clone());
        }
    }
    let all_settled = told.iter().chain(&entry_told).all(Told::is_settled);
    let digests = all_settled.then(|| {
        let mut forms = Canonical::default();
        forms.fill(mapping, host, vendor);
        (under.digest(id, Side::Host, &forms.host), under.digest(id, Side::Vendor, &forms.vendor))
    });
    Baseline { key: under.key.0, revision, digests, pairs: made.pack() }
}

/// What became of a write of these fields to a side nobody knows.
#[derive(Clone, Copy)]
pub(crate) struct Unknown<'a> {
    pub(crate) fields: &'a [FieldId],
    pub(crate) side: Side,
}

impl Unknown<'_> {
    /// Whether a field is only written, and is sent again.
    fn is_due(self, entry: &FieldMapping) -> bool {
        entry.write_only && self.side == Side::Vendor && self.fields.contains(&entry.field)
    }

    /// Whether what the written side shows, or does not show now, may be what was written.
    fn may_be(self, entry: &FieldMapping, judged: Judgement) -> bool {
        let from_there = match judged {
            Judgement::Agreed => false,
            Judgement::Unknown | Judgement::Rendered => true,
            Judgement::Differs(kind) => match kind {
                DifferenceKind::Left | DifferenceKind::NotTaken => false,
                DifferenceKind::HostChanged => self.side == Side::Host,
                DifferenceKind::VendorChanged => self.side == Side::Vendor,
                DifferenceKind::Conflict | DifferenceKind::MissingInHost | DifferenceKind::MissingInVendor => true,
            },
        };
        from_there && !entry.write_only && self.fields.contains(&entry.field)
    }
}

/// The pairs of a link with what both sides changed to the same since, or show as it was written, and everything else as it was: who goes
/// back from that changes it. `None` where there is nothing of the kind.
///
/// Of what may have come of an `unknown` write, and may be a change that was made there as well, nothing is settled any more, so that somebody
/// is asked.
pub(crate) fn agreed(
    mapping: &Mapping,
    id: &HostId,
    (host, vendor): (&Record, &Record),
    (prints, pairs): (&Fingerprinter, &Pairs),
    unknown: Option<Unknown<'_>>,
) -> Option<Pairs> {
    let compared = Compared::new(mapping, prints, id, (host, vendor), Some(pairs));
    let is_new =
        |pair: Pair, now: Halves| matches!(pair, Pair::Written { .. }) || (!pair.asks(&now) && !pair.shows(&now));
    let may_be = |entry, judged| unknown.is_some_and(|unknown| unknown.may_be(entry, judged));
    let mut agreed = pairs.clone();
    for (place, entry) in mapping.entries().iter().enumerate() {
        let sides = (host, vendor);
        let Some(units) = units_of((place, entry), prints, pairs.entries(place), id, sides) else {
            let (judged, now) = (compared.judged(place), || Halves::new(prints, id, entry, host, vendor));
            let pair = match judged {
                _ if unknown.is_some_and(|unknown| unknown.is_due(entry)) => Pair::DUE,
                Judgement::Agreed if is_new(pairs.get(place), now()) => settled(prints, id, entry, host, vendor),
                _ => compared.pair(place).unless(may_be(entry, judged)),
            };
            agreed.set(place, pair);
            if may_be(entry, judged) {
                agreed.forget_entries(place);
            }
            continue;
        };
        let Some(known) = pairs.entries(place) else { continue };
        let judged = |unit: Unit| (prints.entry(id, entry.field, &unit.key), unit.judge(prints, id, entry), unit);
        let units: Vec<(Fingerprint, Judgement, Unit)> = units.into_iter().map(judged).collect();
        // Between which of the others a row lay that both took away, its day says as long as one of them is open.
        let is_line = entry.kind().list().is_some_and(ListDef::is_timeline);
        let keeps = is_line && units.iter().any(|(_, judged, _)| *judged != Judgement::Agreed);
        let is_there = |key: &Fingerprint| units.iter().any(|(of, ..)| of == key);
        let mut list: Entries = known.clone();
        list.retain(|key, _| keeps || is_there(key));
        for (key, judged, unit) in &units {
            let is_new = || list.get(key).is_none_or(|pair| is_new(*pair, unit.halves(prints, id, entry)));
            if may_be(entry, *judged) {
                list.insert(*key, Pair::None);
            } else if *judged == Judgement::Agreed && is_new() {
                list.insert(*key, settled(prints, id, entry, &unit.host, &unit.vendor));
            }
        }
        agreed.set_entries(place, list);
    }
    (agreed != *pairs).then_some(agreed)
}

/// What is known of a field, or of an entry of a list, before its pair is made.
struct Told<'r> {
    /// The host's and the vendor's record; for an entry of a list with nothing else in the field.
    sides: (&'r Record, &'r Record),
    judged: Judgement,
    verdict: Verdict,
    pair: Pair,
}

impl Told<'_> {
    fn is_left(&self) -> bool {
        self.judged == Judgement::Differs(DifferenceKind::Left)
    }

    fn is_settled(&self) -> bool {
        self.verdict != Verdict::Written && matches!(self.judged, Judgement::Agreed | Judgement::Unknown)
    }

    /// The pair, when it stays as it was.
    fn kept(&self) -> Pair {
        let open = matches!(self.judged, Judgement::Unknown | Judgement::Differs(_)) && !self.is_left();
        if self.verdict == Verdict::Compared && open { self.pair } else { Pair::None }
    }

    fn next(&self, prints: &Fingerprinter, id: &HostId, entry: &FieldMapping) -> Pair {
        let (host, vendor) = self.sides;
        match (self.verdict, self.judged) {
            (Verdict::Written, _) => {
                let halves = Halves::new(prints, id, entry, host, vendor);
                Pair::Written { asked: halves.asked, before: halves.shown }
            }
            (Verdict::Settled, _) | (_, Judgement::Agreed | Judgement::Rendered) => {
                settled(prints, id, entry, host, vendor)
            }
            (Verdict::Compared, _) if self.is_left() => settled(prints, id, entry, host, vendor),
            (Verdict::Compared, _) => self.kept(),
        }
    }
}
