//! Making baselines: what a link remembers after a settlement.

use super::compare::{Halves, Judgement, judge, settled};
use super::fingerprint::{Canonical, Fingerprinter};
use super::link::{Baseline, Link, Pair, Pairs};
use super::review::Prints;
use crate::mapping::Mapping;
use crate::model::{HostId, Record, Side};

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
/// remembered with what it asks for.
pub(crate) fn make(
    mapping: &Mapping,
    revision: u64,
    prints: &mut Prints<'_>,
    id: &HostId,
    (host, vendor): (&Record, &Record),
    old: Option<&Link>,
    verdict: impl Fn(usize) -> Verdict,
) -> Baseline {
    let opened = old.and_then(|link| prints.open(link, mapping, revision));
    let judged: Vec<Judgement> = mapping
        .entries()
        .iter()
        .enumerate()
        .map(|(place, entry)| {
            let pair = opened.as_ref().map(|(_, pairs)| pairs.get(place)).unwrap_or_default();
            judge(entry, host, vendor, pair, || {
                let prints = opened.as_ref().map_or(&prints.current, |(prints, _)| prints);
                Halves::new(prints, id, entry, host, vendor)
            })
        })
        .collect();
    // A pair that stays as it was can be kept only under the key it was made with.
    let kept = |place: usize| -> Pair {
        let keeps = verdict(place) == Verdict::Compared
            && matches!(judged[place], Judgement::Unknown | Judgement::Differs(_))
            && judged[place] != Judgement::Differs(super::compare::DifferenceKind::Left);
        match &opened {
            Some((_, pairs)) if keeps => pairs.get(place),
            _ => Pair::None,
        }
    };
    let under: Fingerprinter = match &opened {
        Some((old, _)) if (0..judged.len()).any(|place| kept(place) != Pair::None) => old.clone(),
        _ => prints.current.clone(),
    };
    let mut pairs = Pairs::default();
    let mut all_settled = true;
    for (place, entry) in mapping.entries().iter().enumerate() {
        let left = judged[place] == Judgement::Differs(super::compare::DifferenceKind::Left);
        let pair = match (verdict(place), judged[place]) {
            (Verdict::Written, _) => {
                let halves = Halves::new(&under, id, entry, host, vendor);
                Pair::Written { asked: halves.asked, before: halves.shown }
            }
            (Verdict::Settled, _) | (_, Judgement::Agreed | Judgement::Rendered) => {
                settled(&under, id, entry, host, vendor)
            }
            (Verdict::Compared, _) if left => settled(&under, id, entry, host, vendor),
            (Verdict::Compared, _) => kept(place),
        };
        all_settled &=
            verdict(place) != Verdict::Written && matches!(judged[place], Judgement::Agreed | Judgement::Unknown);
        pairs.set(place, pair);
    }
    let digests = all_settled.then(|| {
        let mut forms = Canonical::default();
        forms.fill(mapping, host, vendor);
        (under.digest(id, Side::Host, &forms.host), under.digest(id, Side::Vendor, &forms.vendor))
    });
    Baseline { key: under.key.0, revision, digests, pairs: pairs.pack() }
}
