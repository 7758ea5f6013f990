//! Matching by resemblance: three bands.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::block::{self, Pair};
use super::keys::Open;
use super::score::{Census, Score, compare};
use super::traits::Traits;
use super::{
    Agreement, Candidate, CandidateReason, Evidence, IDENTITY_KEYS, LinkedBy, Match, Matching, Replaced, Sides,
};
use crate::model::{FieldId, HostId, Record, VendorId, field};

/// So many bits for two records to be certain, after what it takes to pick one out of all.
const CERTAIN: f32 = 6.0;

/// So many bits more than the next best for a match to have no rival.
const LEAD: f32 = 6.0;

/// So many bits for two records to be shown as candidates.
const LIKELY: f32 = -8.0;

/// A candidate so many bits below a person's best one is not shown.
const BEHIND: f32 = 14.0;

/// The most candidates of one person.
const MOST_CANDIDATES: usize = 5;

/// A pair of people and its score.
struct Scored {
    pair: Pair,
    score: Score,
}

impl Scored {
    fn best_first(&self, other: &Self) -> Ordering {
        other.score.bits.total_cmp(&self.score.bits).then(self.pair.cmp(&other.pair))
    }
}

/// Matches the people who are still free by resemblance, and says who may be whom, by it and by the keys that left them `open`.
pub(crate) fn match_resembling(sides: &mut Sides<'_>, replaced: &Replaced, open: Vec<Open>, matching: &mut Matching) {
    let mut census = Census::default();
    let mut keyed = Vec::new();
    for (records, vendor) in [(sides.host, false), (sides.vendor, true)] {
        for (place, record) in (0..).zip(records).filter(|(place, _)| !replaced.has(vendor, *place as usize)) {
            let traits = Traits::of(record);
            census.count(&traits, vendor);
            block::keys(&traits, vendor, place, &mut keyed);
        }
    }
    let pairs = block::pairs(keyed, &sides.host_free, &sides.vendor_free);
    let odds = (sides.host.len().max(sides.vendor.len()).max(1) as f32).log2();
    let (mut hosts, mut vendors) = (Seen::new(sides.host), Seen::new(sides.vendor));
    let mut score = |pair: Pair| {
        let mut score = compare(&census, hosts.traits(pair.0), vendors.traits(pair.1));
        score.bits -= odds;
        Scored { pair, score }
    };
    let mut scored: Vec<Scored> = pairs
        .into_iter()
        .filter(|pair| !sides.are_apart(pair.0 as usize, pair.1 as usize))
        .map(&mut score)
        .filter(|one| one.score.bits >= LIKELY)
        .collect();
    scored.sort_by(Scored::best_first);
    let rivals = Rivals::among(&scored);
    let disputes = Disputes::of(&open);
    let mut unlinked = Vec::new();
    for one in scored {
        let (host, vendor) = (one.pair.0 as usize, one.pair.1 as usize);
        let free = sides.host_free[host] && sides.vendor_free[vendor];
        let certain = one.score.bits >= CERTAIN && !one.score.doubtful;
        if free && certain && !rivals.has(&one) && !disputes.forbid(&one) {
            sides.host_free[host] = false;
            sides.vendor_free[vendor] = false;
            matching.matches.push(Match { host, vendor, by: LinkedBy::Resemblance, evidence: one.score.evidence });
        } else {
            unlinked.push((one, certain));
        }
    }
    let by_key: HashSet<Pair> = open.iter().map(pair_of).collect();
    let mut candidates = by_keys(open.iter().filter(|one| still_open(one, sides)), score);
    for (scored, certain) in unlinked.into_iter().filter(|(one, _)| !by_key.contains(&one.pair)) {
        let reason = match (sides.host_free[scored.pair.0 as usize], sides.vendor_free[scored.pair.1 as usize]) {
            (true, true) if certain => CandidateReason::Rival,
            (true, true) => CandidateReason::Uncertain,
            // A second record of somebody who is linked.
            (true, false) | (false, true) if certain => CandidateReason::LinkedElsewhere,
            _ => continue,
        };
        candidates.push(Likely { scored, reasons: vec![reason], keys: Vec::new() });
    }
    matching.candidates.extend(best_of_each(candidates).into_iter().map(|likely| likely.candidate(sides)));
}

fn pair_of(open: &Open) -> Pair {
    (open.host as u32, open.vendor as u32)
}

/// Whether a pair that shares a key is still for a person to decide on, after others were linked.
fn still_open(one: &Open, sides: &Sides<'_>) -> bool {
    let free = (sides.host_free[one.host], sides.vendor_free[one.vendor]);
    match one.reason {
        // Somebody else turned out to be whom the address or the number is of.
        CandidateReason::Contradicted(key) if key != field::NATIONAL_ID => free == (true, true),
        _ => free != (false, false),
    }
}

/// A pair that may be one person.
struct Likely {
    scored: Scored,
    reasons: Vec<CandidateReason>,
    /// The keys that the two share, the strongest first.
    keys: Vec<FieldId>,
}

impl Likely {
    fn candidate(self, sides: &Sides<'_>) -> Candidate {
        let Scored { pair, score } = self.scored;
        let mut evidence = score.evidence;
        for key in self.keys {
            if evidence.iter().all(|one| one.field != key) {
                evidence.push(Evidence { field: key, agreement: Agreement::Same });
            }
        }
        Candidate {
            host: HostId::new(sides.host[pair.0 as usize].id()),
            vendor: VendorId::new(sides.vendor[pair.1 as usize].id()),
            reasons: self.reasons,
            likelihood: per_cent(score.bits),
            evidence,
            old: None,
        }
    }
}

/// The pairs that share keys, each once whatever it shares. The strongest keys come first in `open`.
fn by_keys<'o>(open: impl Iterator<Item = &'o Open>, mut score: impl FnMut(Pair) -> Scored) -> Vec<Likely> {
    let mut pairs: BTreeMap<Pair, Likely> = BTreeMap::new();
    for one in open {
        let pair = pair_of(one);
        let new = || Likely { scored: score(pair), reasons: Vec::new(), keys: Vec::new() };
        let likely = pairs.entry(pair).or_insert_with(new);
        likely.reasons.push(one.reason);
        likely.keys.push(one.key);
    }
    pairs.into_values().collect()
}

/// The best few of each person, those by a key first.
fn best_of_each(mut candidates: Vec<Likely>) -> Vec<Likely> {
    candidates.sort_by(|a, b| a.scored.best_first(&b.scored));
    let mut shown: HashMap<(bool, u32), (usize, f32)> = HashMap::new();
    candidates.retain(|likely| {
        let Scored { pair, score } = &likely.scored;
        let people = [(false, pair.0), (true, pair.1)];
        let room = people.iter().all(|person| {
            shown.get(person).is_none_or(|(count, best)| {
                // A key is a reason to ask however little else agrees.
                *count < MOST_CANDIDATES && (!likely.keys.is_empty() || score.bits > best - BEHIND)
            })
        });
        if room {
            for person in people {
                shown.entry(person).or_insert((0, score.bits)).0 += 1;
            }
        }
        room
    });
    let place_of_key = |likely: &Likely| IDENTITY_KEYS.iter().position(|key| likely.keys.first() == Some(key));
    candidates.sort_by_key(|likely| match place_of_key(likely) {
        Some(place) => (place, likely.scored.pair),
        None => (IDENTITY_KEYS.len(), (0, 0)),
    });
    candidates
}

/// Who may not be linked by resemblance because of a key that several have or that is somebody else's.
#[derive(Default)]
struct Disputes {
    /// People whose identity number is in doubt, as host or vendor.
    numbers: HashSet<(bool, u32)>,
    /// People who share an address or a number with others.
    shared: HashSet<(bool, u32)>,
    /// Pairs that something tells apart.
    contradicted: HashSet<Pair>,
}

impl Disputes {
    fn of(open: &[Open]) -> Self {
        let mut disputes = Self::default();
        for one in open {
            let pair = pair_of(one);
            let people = [(false, pair.0), (true, pair.1)];
            match one.reason {
                _ if one.key == field::NATIONAL_ID => disputes.numbers.extend(people),
                CandidateReason::Contradicted(_) => {
                    disputes.contradicted.insert(pair);
                }
                _ => disputes.shared.extend(people),
            }
        }
        disputes
    }

    fn forbid(&self, one: &Scored) -> bool {
        let any = |all: &HashSet<(bool, u32)>| all.contains(&(false, one.pair.0)) || all.contains(&(true, one.pair.1));
        any(&self.numbers) || !one.score.plain && (any(&self.shared) || self.contradicted.contains(&one.pair))
    }
}

/// The two best scores of each person.
struct Rivals {
    of_host: HashMap<u32, [f32; 2]>,
    of_vendor: HashMap<u32, [f32; 2]>,
}

impl Rivals {
    /// `scored` has the best first.
    fn among(scored: &[Scored]) -> Self {
        Self { of_host: best_two(scored, |pair| pair.0), of_vendor: best_two(scored, |pair| pair.1) }
    }

    /// Whether somebody else resembles one of a pair as much.
    fn has(&self, one: &Scored) -> bool {
        let ahead = |best: Option<&[f32; 2]>| {
            best.is_some_and(|[first, next]| one.score.bits >= *first && one.score.bits - next >= LEAD)
        };
        !(ahead(self.of_host.get(&one.pair.0)) && ahead(self.of_vendor.get(&one.pair.1)))
    }
}

/// The two best scores of each person.
fn best_two(scored: &[Scored], of: impl Fn(Pair) -> u32) -> HashMap<u32, [f32; 2]> {
    let mut best: HashMap<u32, [f32; 2]> = HashMap::new();
    // The scores fall.
    for one in scored {
        best.entry(of(one.pair))
            .and_modify(|two| two[1] = two[1].max(one.score.bits))
            .or_insert([one.score.bits, f32::NEG_INFINITY]);
    }
    best
}

/// Bits as a likelihood, never quite certain and never quite impossible.
fn per_cent(bits: f32) -> u8 {
    let likelihood = 100.0 / (1.0 + (-bits).exp2());
    likelihood.clamp(1.0, 99.0) as u8
}

/// People looked at so far.
struct Seen<'r> {
    records: &'r [Record],
    traits: Vec<Option<Box<Traits>>>,
}

impl<'r> Seen<'r> {
    fn new(records: &'r [Record]) -> Self {
        Self { records, traits: vec![None; records.len()] }
    }

    fn traits(&mut self, place: u32) -> &Traits {
        let place = place as usize;
        self.traits[place].get_or_insert_with(|| Box::new(Traits::of(&self.records[place])))
    }
}
