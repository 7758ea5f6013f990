//! Matching by resemblance: three bands.

use std::collections::HashMap;

use super::block::{self, Pair};
use super::places::Places;
use super::score::{Census, Score, compare};
use super::traits::Traits;
use super::{Candidate, CandidateReason, LinkedBy, Match, Matching, Sides};
use crate::model::{HostId, Record, VendorId};

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

/// Matches the people who are still free by resemblance, and adds the reasons to the candidates there are.
pub(crate) fn match_resembling(sides: &mut Sides<'_>, matching: &mut Matching) {
    let mut census = Census::default();
    let mut keyed = Vec::new();
    for (records, vendor) in [(sides.host, false), (sides.vendor, true)] {
        for (place, record) in (0..).zip(records) {
            let traits = Traits::of(record);
            census.count(&traits, vendor);
            block::keys(&traits, vendor, place, &mut keyed);
        }
    }
    let pairs = block::pairs(keyed, &sides.host_free, &sides.vendor_free);
    let odds = (sides.host.len().max(sides.vendor.len()).max(1) as f32).log2();
    let (mut hosts, mut vendors) = (Seen::new(sides.host), Seen::new(sides.vendor));
    let mut scored: Vec<Scored> = pairs
        .into_iter()
        .filter(|pair| !sides.are_apart(pair.0 as usize, pair.1 as usize))
        .filter_map(|pair| {
            let mut score = compare(&census, hosts.traits(pair.0), vendors.traits(pair.1));
            score.bits -= odds;
            (score.bits >= LIKELY).then_some(Scored { pair, score })
        })
        .collect();
    scored.sort_by(|a, b| b.score.bits.total_cmp(&a.score.bits).then(a.pair.cmp(&b.pair)));

    let disputed: Vec<Pair> = explain(matching, sides, &census, odds, (&mut hosts, &mut vendors));
    let in_dispute = |pair: Pair| disputed.iter().any(|other| other.0 == pair.0 || other.1 == pair.1);
    let (best_of_host, best_of_vendor) = (best_two(&scored, |pair| pair.0), best_two(&scored, |pair| pair.1));
    let rival = |one: &Scored| {
        let lead =
            |best: &HashMap<u32, [f32; 2]>, place: u32| best.get(&place).map_or(0.0, |[_, next]| one.score.bits - next);
        let first = |best: &HashMap<u32, [f32; 2]>, place: u32| {
            best.get(&place).is_some_and(|[first, _]| one.score.bits >= *first)
        };
        !(first(&best_of_host, one.pair.0)
            && first(&best_of_vendor, one.pair.1)
            && lead(&best_of_host, one.pair.0) >= LEAD
            && lead(&best_of_vendor, one.pair.1) >= LEAD)
    };
    let mut open = Vec::new();
    for one in scored {
        let (host, vendor) = (one.pair.0 as usize, one.pair.1 as usize);
        let free = sides.host_free[host] && sides.vendor_free[vendor];
        let certain = one.score.bits >= CERTAIN && !one.score.doubtful;
        if free && certain && !rival(&one) && !in_dispute(one.pair) {
            sides.host_free[host] = false;
            sides.vendor_free[vendor] = false;
            matching.matches.push(Match { host, vendor, by: LinkedBy::Resemblance, evidence: one.score.evidence });
        } else {
            open.push((one, certain));
        }
    }
    let mut shown: HashMap<(bool, u32), (usize, f32)> = HashMap::new();
    for (Scored { pair, score }, certain) in open {
        let (host, vendor) = (pair.0 as usize, pair.1 as usize);
        let reason = match (sides.host_free[host], sides.vendor_free[vendor]) {
            (true, true) if certain => CandidateReason::Rival,
            (true, true) => CandidateReason::Uncertain,
            // A second record of somebody who is linked.
            (true, false) | (false, true) if certain => CandidateReason::LinkedElsewhere,
            _ => continue,
        };
        let keys = [(false, pair.0), (true, pair.1)];
        let room = keys.iter().all(|key| {
            shown.get(key).is_none_or(|(count, best)| *count < MOST_CANDIDATES && score.bits > best - BEHIND)
        });
        if !room || disputed.contains(&pair) {
            continue;
        }
        for key in keys {
            shown.entry(key).or_insert((0, score.bits)).0 += 1;
        }
        matching.candidates.push(Candidate {
            host: HostId::new(sides.host[host].id()),
            vendor: VendorId::new(sides.vendor[vendor].id()),
            reason,
            likelihood: per_cent(score.bits),
            evidence: score.evidence,
            old: None,
        });
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

/// Adds likelihood and reasons to candidates by keys. Gives their places.
fn explain(
    matching: &mut Matching,
    sides: &Sides<'_>,
    census: &Census,
    odds: f32,
    (hosts, vendors): (&mut Seen<'_>, &mut Seen<'_>),
) -> Vec<Pair> {
    if matching.candidates.is_empty() {
        return Vec::new();
    }
    let (host_places, vendor_places) = (Places::new(sides.host), Places::new(sides.vendor));
    let mut found = Vec::new();
    for candidate in &mut matching.candidates {
        let host = host_places.get(sides.host, candidate.host.as_str());
        let vendor = vendor_places.get(sides.vendor, candidate.vendor.as_str());
        let (Some(host), Some(vendor)) = (host, vendor) else { continue };
        let (host, vendor) = (host as u32, vendor as u32);
        let score = compare(census, hosts.traits(host), vendors.traits(vendor));
        candidate.likelihood = per_cent(score.bits - odds);
        candidate.evidence = score.evidence;
        found.push((host, vendor));
    }
    found
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
