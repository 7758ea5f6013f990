//! Which pairs of people are worth comparing: those who share at least one of a few keys, each of which survives another kind of
//! slip.

use super::traits::{Traits, print};

/// A key of a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Keyed {
    key: u64,
    vendor: bool,
    place: u32,
}

/// A pair by places in the rosters: host, vendor.
pub(crate) type Pair = (u32, u32);

/// Keys that more pairs share tell nothing; the people meet under other keys.
const MOST_PAIRS: usize = 4_000;

/// Appends the keys of a person.
pub(crate) fn keys(traits: &Traits, vendor: bool, place: u32, into: &mut Vec<Keyed>) {
    let mut add = |number: u8, parts: &[&[u8]]| into.push(Keyed { key: print((number, parts)), vendor, place });
    let given = traits.given.as_ref().map(|name| (name.whole.as_bytes(), name.sound.as_str(), name.initial()));
    let family = traits.family.as_ref().map(|name| (name.whole.as_bytes(), name.sound.as_str(), name.initial()));
    let birth = traits.birth.as_ref();
    let postcode = traits.postcode.as_ref().map(|code| code.as_bytes());
    if let Some(birth) = birth {
        add(1, &[birth]);
        // Day and month in either order.
        let (first, second) =
            if birth[4..6] <= birth[6..] { (&birth[4..6], &birth[6..]) } else { (&birth[6..], &birth[4..6]) };
        add(2, &[&birth[..4], first, second]);
    }
    if let (Some((given, given_sound, given_initial)), Some((family, family_sound, family_initial))) = (&given, &family)
    {
        // The names in either order.
        let (first, second) = if given <= family { (given, family) } else { (family, given) };
        add(3, &[first, second]);
        let mut buffer = [0; 4];
        add(4, &[family_sound.as_bytes(), given_initial.encode_utf8(&mut buffer).as_bytes()]);
        add(5, &[given_sound.as_bytes(), family_initial.encode_utf8(&mut buffer).as_bytes()]);
    }
    // A name may stand in either field.
    for (whole, sound, _) in [&given, &family].into_iter().flatten() {
        if let Some(birth) = birth {
            add(6, &[sound.as_bytes(), &birth[..4]]);
            add(7, &[sound.as_bytes(), &birth[4..]]);
        }
        if let Some(postcode) = postcode {
            add(8, &[sound.as_bytes(), postcode]);
            add(9, &[whole.get(..3).unwrap_or(whole), postcode]);
        }
    }
    if let (Some(birth), Some(postcode)) = (birth, postcode) {
        add(10, &[&birth[..4], postcode]);
        add(11, &[&birth[4..], postcode]);
    }
    for (number, text) in [(12, &traits.phone), (13, &traits.email)] {
        if let Some(text) = text {
            add(number, &[text.as_bytes()]);
        }
    }
    if let Some(local) = traits.email.as_deref().and_then(|email| email.split('@').next()) {
        add(14, &[local.as_bytes()]);
    }
    if let Some(identity) = &traits.identity {
        let number = identity.number.as_bytes();
        let (first, second) = number.split_at(number.len() / 2);
        add(18, &[first]);
        add(19, &[second]);
    }
}

/// The pairs that share a key and of which at least one is free.
pub(crate) fn pairs(mut keyed: Vec<Keyed>, host_free: &[bool], vendor_free: &[bool]) -> Vec<Pair> {
    keyed.sort_unstable();
    keyed.dedup();
    let mut pairs = Vec::new();
    for group in keyed.chunk_by(|a, b| a.key == b.key) {
        let split = group.partition_point(|one| !one.vendor);
        let (hosts, vendors) = group.split_at(split);
        if hosts.len() * vendors.len() > MOST_PAIRS {
            continue;
        }
        for host in hosts {
            let free = host_free[host.place as usize];
            let worth = |vendor: &&Keyed| free || vendor_free[vendor.place as usize];
            pairs.extend(vendors.iter().filter(worth).map(|vendor| (host.place, vendor.place)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
