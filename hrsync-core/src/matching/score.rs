//! How much two records resemble each other: a fixed set of rules that needs no training.
//!
//! Each field gives a weight in bits, the binary logarithm of how much more often it looks so in two records of one person than
//! in records of two people (Fellegi and Sunter's model, with fixed numbers in place of estimated ones). A value that few people
//! have weighs more than one that many have; how many is counted in the rosters at hand.

use std::collections::{HashMap, HashSet};

use strsim::jaro_winkler;

use super::nicknames::is_short_form;
use super::normal::Name;
use super::traits::{Traits, print};
use super::{Agreement, Evidence, slips};
use crate::model::{FieldId, field};

/// How many people have a value, in both rosters together.
#[derive(Default)]
pub(crate) struct Census {
    people: f32,
    counts: HashMap<u64, u32>,
    /// A given name of each home, family name and date of birth of one roster.
    homes: HashMap<u64, u64>,
    /// Those of them with twins.
    twins: HashSet<u64>,
}

/// Kinds of values that are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    Given,
    Family,
    Birth,
    Postcode,
    Email,
    Phone,
}

impl Counted {
    /// How many people of a country have the same value, about: the share is its inverse.
    fn usual(self) -> f32 {
        match self {
            Self::Given => 200.0,
            Self::Family => 1_000.0,
            Self::Birth => 15_000.0,
            Self::Postcode => 500.0,
            Self::Email | Self::Phone => 50_000.0,
        }
    }
}

/// A form of a name that so many times fewer people have than another is a slip of it.
const SLIP: u32 = 20;

/// How much the usual share counts against what is counted: as so many people.
const USUAL_WEIGHT: f32 = 50.0;

impl Census {
    /// Counts somebody of one of the rosters.
    pub(crate) fn count(&mut self, traits: &Traits, vendor: bool) {
        self.people += 1.0;
        if let (Some(given), Some(home)) = (&traits.given, home(traits, vendor)) {
            let given = print(given.whole.as_str());
            if *self.homes.entry(home).or_insert(given) != given {
                self.twins.insert(home);
            }
        }
        for key in counted(traits) {
            *self.counts.entry(key).or_default() += 1;
        }
    }

    /// Whether two people, the first of the host and the other of the vendor, have twins in their rosters.
    fn have_twins(&self, a: &Traits, b: &Traits) -> (bool, bool) {
        let twins = |traits, vendor| home(traits, vendor).is_some_and(|home| self.twins.contains(&home));
        if self.twins.is_empty() { (false, false) } else { (twins(a, false), twins(b, true)) }
    }

    /// Whether one of two forms of a name is a slip of the other: hardly anybody has it as a name, and many the other. `None` where
    /// there are too few people to tell.
    fn is_slip(&self, kind: Counted, a: &Name, b: &Name) -> Option<bool> {
        let (one, other) = (self.holders(kind, &a.whole), self.holders(kind, &b.whole));
        let slip = || one.min(other) <= 1 || one.min(other) * SLIP <= one.max(other);
        (self.people >= TELLING_PEOPLE).then(slip)
    }

    /// How many people have the value.
    fn holders(&self, kind: Counted, value: &str) -> u32 {
        self.counts.get(&print((kind, value))).copied().unwrap_or_default()
    }

    /// What it tells that two records have the value, in bits. The two themselves do not count.
    fn rarity(&self, kind: Counted, value: &str) -> f32 {
        let others = self.holders(kind, value).saturating_sub(2) as f32;
        let share = (others + USUAL_WEIGHT / kind.usual()) / (self.people + USUAL_WEIGHT);
        -share.log2()
    }

    /// What it tells at most that two values are the same but for a slip.
    fn least_rarity(&self, kind: Counted, one: &str, other: &str) -> f32 {
        self.rarity(kind, one).min(self.rarity(kind, other))
    }
}

/// What only people of one family in one roster share who were born on one day.
fn home(traits: &Traits, vendor: bool) -> Option<u64> {
    let (family, birth, code) = (traits.family.as_ref()?, traits.birth.as_ref()?, traits.postcode.as_ref()?);
    Some(print((vendor, family.whole.as_str(), birth, code.as_str())))
}

fn counted(traits: &Traits) -> impl Iterator<Item = u64> + '_ {
    [
        (Counted::Given, traits.given.as_ref().map(|name| name.whole.as_str())),
        (Counted::Family, traits.family.as_ref().map(|name| name.whole.as_str())),
        (Counted::Birth, traits.birth.as_ref().map(digits)),
        (Counted::Postcode, traits.postcode.as_deref()),
        (Counted::Email, traits.email.as_deref()),
        (Counted::Phone, traits.phone.as_deref()),
    ]
    .into_iter()
    .filter_map(|(kind, value)| Some(print((kind, value?))))
}

/// How two people compare.
#[derive(Clone)]
pub(crate) struct Score {
    /// The bits for and against, without how many people there are to choose from.
    pub(crate) bits: f32,
    /// What each field says.
    pub(crate) evidence: Vec<Evidence>,
    /// Something tells that they may be two people for all that: twins, parent and child, a couple.
    pub(crate) doubtful: bool,
    /// Names and date of birth are the same: that others share a key of theirs is no reason to ask.
    pub(crate) plain: bool,
}

struct Tally {
    bits: f32,
    evidence: Vec<Evidence>,
}

impl Tally {
    fn add(&mut self, field: FieldId, agreement: Agreement, bits: f32) {
        self.bits += bits;
        self.evidence.push(Evidence { field, agreement });
    }
}

/// Compares two people.
pub(crate) fn compare(census: &Census, a: &Traits, b: &Traits) -> Score {
    let mut tally = Tally { bits: 0.0, evidence: Vec::new() };
    let found = Found::tallied(census, a, b, &mut tally);
    let plain = whole(found.given) && whole(found.family) && found.birth == Some(Agreement::Same);
    Score { doubtful: found.doubtful(census, a, b), plain, bits: tally.bits, evidence: tally.evidence }
}

/// How the fields compare that tell people of one family apart.
pub(crate) struct Found {
    pub(crate) given: Option<Agreement>,
    pub(crate) family: Option<Agreement>,
    pub(crate) birth: Option<Agreement>,
    pub(crate) postcode: Option<Agreement>,
    pub(crate) street: Option<Agreement>,
    pub(crate) identity: Option<Agreement>,
    reach: Reach,
    /// How many of e-mail address and telephone are others.
    pub(crate) other_ways: usize,
    /// They are reached in the same way, be it alone or with others.
    pub(crate) reached: bool,
    pub(crate) another_gender: bool,
}

/// So many people tell whether there are twins among them, and whether a name that nobody else has is a slip.
const TELLING_PEOPLE: f32 = 1_000.0;

pub(crate) fn whole(agreement: Option<Agreement>) -> bool {
    matches!(agreement, Some(Agreement::Same | Agreement::Variant | Agreement::Swapped))
}

pub(crate) fn near(agreement: Option<Agreement>) -> bool {
    whole(agreement) || agreement == Some(Agreement::Similar)
}

impl Found {
    /// Compares two people in rosters of which nothing is known.
    pub(crate) fn of(a: &Traits, b: &Traits) -> Self {
        Self::tallied(&Census::default(), a, b, &mut Tally { bits: 0.0, evidence: Vec::new() })
    }

    fn tallied(census: &Census, a: &Traits, b: &Traits, tally: &mut Tally) -> Self {
        let (given, family) = names(census, a, b, tally);
        let identity = identity(a, b);
        let same_number = near(identity.map(|(agreement, _)| agreement));
        let birth = birth(census, a, b, same_number, tally);
        let (postcode, street) = place(census, a, b, tally);
        let (reach, other_ways) = reach(census, a, b, tally);
        if let Some((agreement, bits)) = identity {
            tally.add(field::NATIONAL_ID, agreement, bits);
        }
        let mut another_gender = false;
        if let (Some(one), Some(other)) = (&a.gender, &b.gender) {
            another_gender = one != other;
            tally.add(field::GENDER, agreement(!another_gender), if another_gender { -2.5 } else { 0.8 });
        }
        let same = |one: &Option<_>, other: &Option<_>| one.is_some() && one == other;
        Self {
            given,
            family,
            birth,
            postcode,
            street,
            identity: identity.map(|(agreement, _)| agreement),
            reach,
            other_ways,
            reached: same(&a.email, &b.email) || same(&a.phone, &b.phone),
            another_gender,
        }
    }

    /// Whether they may be two people for all that they have in common.
    fn doubtful(&self, census: &Census, a: &Traits, b: &Traits) -> bool {
        let two_numbers = self.identity == Some(Agreement::Different) && both_certain(a, b);
        let no_name = !near(self.family) && self.family != Some(Agreement::Part) && !near(self.given);
        if two_numbers || no_name {
            return true;
        }
        if near(self.identity) {
            return self.against_number(a, b);
        }
        if self.reach == Reach::Own {
            return self.against_own_address(a, b);
        }
        let same_names = whole(self.given) && whole(self.family);
        // Who is reached in other ways altogether is the same person only when nothing tells otherwise.
        if self.reach == Reach::Other && !(same_names && self.birth == Some(Agreement::Same)) {
            return true;
        }
        // Of twins of whom one side knows one only, nobody can tell which one that is.
        match census.have_twins(a, b) {
            (false, false) => {}
            (true, true) if same_names => {}
            _ => return true,
        }
        // What two people of one name share by chance is no reason; a home and a date of birth together are.
        let home = near(self.postcode) && self.birth == Some(Agreement::Same);
        if self.birth_is_doubt(census, same_names) {
            return true;
        }
        let same_family =
            near(self.family) && !(self.family == Some(Agreement::Similar) && are_two_families(census, a, b));
        if !same_family && !home {
            return true;
        }
        // Twins share all but the given name, and theirs may differ by a letter. One twin alone on one side and the other alone on
        // the other side is far less likely than a person with two given names, but only where there are no twins at all.
        let no_twins = census.people >= TELLING_PEOPLE && census.twins.is_empty();
        match self.given {
            given if whole(given) => false,
            Some(Agreement::Similar) => !(no_twins || given_is_slip(census, a, b)),
            // None at all may be either twin's.
            _ => !(home && (no_twins || share_a_word(a, b))),
        }
    }

    /// Whether the date of birth leaves it open that they are father and son: those may share name and home. How common names are
    /// and how far a name and a home go, only many people tell; among few, and where anything else differs, the date of birth has
    /// to agree.
    fn birth_is_doubt(&self, census: &Census, same_names: bool) -> bool {
        let open = census.people < TELLING_PEOPLE || self.differing() > 0;
        match self.birth {
            Some(Agreement::Different) => true,
            Some(Agreement::Part) => open,
            None => open || !same_names,
            _ => false,
        }
    }
}

fn given_is_slip(census: &Census, a: &Traits, b: &Traits) -> bool {
    let (Some(a), Some(b)) = (&a.given, &b.given) else { return false };
    census.is_slip(Counted::Given, a, b) == Some(true)
}

/// Both of two family names that are almost the same are names that people have.
fn are_two_families(census: &Census, a: &Traits, b: &Traits) -> bool {
    let (Some(a), Some(b)) = (&a.family, &b.family) else { return false };
    census.is_slip(Counted::Family, a, b) == Some(false)
}

/// One of several given names is the same, as of twins it is not.
fn share_a_word(a: &Traits, b: &Traits) -> bool {
    let (Some(a), Some(b)) = (&a.given, &b.given) else { return false };
    a.words.iter().any(|word| word.len() >= 3 && b.words.contains(word))
}

fn both_certain(a: &Traits, b: &Traits) -> bool {
    a.identity.as_ref().is_some_and(|id| id.certain) && b.identity.as_ref().is_some_and(|id| id.certain)
}

/// How two names compare.
fn name(kind: Counted, a: &Name, b: &Name) -> Agreement {
    if a.whole == b.whole || same_words(a, b) {
        return Agreement::Same;
    }
    if a.sound == b.sound {
        return Agreement::Variant;
    }
    let (short, long) = if a.whole.len() <= b.whole.len() { (a, b) } else { (b, a) };
    let length = short.whole.chars().count();
    if length == 1 {
        return if long.initial() == short.initial() { Agreement::Part } else { Agreement::Different };
    }
    if short.words.iter().any(|word| word.len() >= 3) && short.words.iter().all(|word| long.words.contains(word)) {
        return Agreement::Part;
    }
    let most = match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    if slips::at_most(most, &a.whole, &b.whole) {
        return Agreement::Similar;
    }
    if length >= 3 && long.whole.starts_with(short.whole.as_str()) {
        return Agreement::Part;
    }
    if kind == Counted::Given && have_short_form(a, b) {
        return Agreement::Part;
    }
    let alike = length >= 5 && short.initial() == long.initial() && jaro_winkler(&a.whole, &b.whole) >= 0.93;
    if alike { Agreement::Similar } else { Agreement::Different }
}

/// One of the one's names is what people are called who have one of the other's.
fn have_short_form(a: &Name, b: &Name) -> bool {
    a.words.iter().any(|one| b.words.iter().any(|other| is_short_form(one, other)))
}

fn same_words(a: &Name, b: &Name) -> bool {
    a.words.len() == b.words.len() && a.words.len() > 1 && a.words.iter().all(|word| b.words.contains(word))
}

fn name_bits(census: &Census, kind: Counted, a: &Name, b: &Name, agreement: Agreement) -> f32 {
    let rarity = || census.rarity(kind, &a.whole).min(census.rarity(kind, &b.whole));
    match agreement {
        Agreement::Same => rarity() - 0.2,
        Agreement::Variant => rarity().min(9.0) - 1.5,
        // Two names that people have are alike by chance more often than by a slip.
        Agreement::Similar if census.is_slip(kind, a, b) == Some(false) => rarity().min(9.0) - 6.0,
        Agreement::Similar => rarity().min(9.0) - 3.0,
        Agreement::Part => 2.5,
        Agreement::Swapped | Agreement::Different => match kind {
            Counted::Family => -3.0,
            _ => -4.0,
        },
    }
}

/// How two names compare and what that tells in bits, where both are there.
type Compared = Option<(Agreement, f32)>;

/// How much less names in each other's place tell.
const SWAPPED: f32 = 2.0;

fn names(census: &Census, a: &Traits, b: &Traits, tally: &mut Tally) -> (Option<Agreement>, Option<Agreement>) {
    let one = |kind: Counted, a: &Option<Name>, b: &Option<Name>| {
        let (a, b) = (a.as_ref()?, b.as_ref()?);
        let agreement = name(kind, a, b);
        Some((agreement, name_bits(census, kind, a, b, agreement)))
    };
    let straight = (one(Counted::Given, &a.given, &b.given), one(Counted::Family, &a.family, &b.family));
    let crossed = (one(Counted::Given, &a.given, &b.family), one(Counted::Family, &a.family, &b.given));
    let bits = |pair: &(Compared, Compared)| [pair.0, pair.1].iter().flatten().map(|(_, bits)| bits).sum::<f32>();
    let agreement = |found: Compared| found.map(|(agreement, _)| agreement);
    let (first, second) = (near(agreement(crossed.0)), near(agreement(crossed.1)));
    if (first || second) && bits(&crossed) - SWAPPED > bits(&straight) {
        // Which of the two records has its names in each other's place, nobody can tell. What agrees is taken for the family name
        // where only one of them does: else twins, of whom one has the names swapped, would share a given name.
        let (given, family) = match (first, second) {
            (true, true) => (Some(Agreement::Swapped), Some(Agreement::Swapped)),
            (true, false) => (agreement(crossed.1), Some(Agreement::Swapped)),
            _ => (agreement(crossed.0), Some(Agreement::Swapped)),
        };
        for (id, agreement) in [(field::GIVEN_NAME, given), (field::FAMILY_NAME, family)] {
            if let Some(agreement) = agreement {
                tally.add(id, agreement, 0.0);
            }
        }
        tally.bits += bits(&crossed) - SWAPPED;
        return (given, family);
    }
    for (id, found) in [(field::GIVEN_NAME, straight.0), (field::FAMILY_NAME, straight.1)] {
        if let Some((agreement, bits)) = found {
            tally.add(id, agreement, bits);
        }
    }
    (straight.0.map(|found| found.0), straight.1.map(|found| found.0))
}

fn digits(birth: &[u8; 8]) -> &str {
    std::str::from_utf8(birth).unwrap_or_default()
}

/// One digit is another, or two neighbours are swapped.
fn one_slip(a: &[u8; 8], b: &[u8; 8]) -> bool {
    let mut other = (0..8).filter(|place| a[*place] != b[*place]);
    match (other.next(), other.next(), other.next()) {
        (Some(_), None, _) => true,
        (Some(first), Some(second), None) => second == first + 1 && a[first] == b[second] && a[second] == b[first],
        _ => false,
    }
}

/// Compares the dates of birth. The date in an identity number is no second witness for two people who share that number: typed on
/// another person's line, it would agree with its owner's.
fn birth(census: &Census, a: &Traits, b: &Traits, same_number: bool, tally: &mut Tally) -> Option<Agreement> {
    let from_number = (a.birth_from_number, b.birth_from_number);
    let (a, b) = (a.birth?, b.birth?);
    let rarity = || census.least_rarity(Counted::Birth, digits(&a), digits(&b));
    let (agreement, bits) = if a == b {
        (Agreement::Same, census.rarity(Counted::Birth, digits(&a)) - 0.2)
    } else if a[..4] == b[..4] && a[4..6] == b[6..] && a[6..] == b[4..6] {
        (Agreement::Swapped, rarity().min(9.0))
    } else if one_slip(&a, &b) {
        (Agreement::Similar, rarity().min(7.0))
    } else {
        let parts = [a[..4] == b[..4], a[4..6] == b[4..6], a[6..] == b[6..]];
        match parts.iter().filter(|same| **same).count() {
            2 => (Agreement::Part, 2.0),
            _ => (Agreement::Different, -4.5),
        }
    };
    let tells = match from_number {
        _ if !same_number => true,
        (true, true) => false,
        (false, false) => true,
        _ => !near(Some(agreement)),
    };
    tells.then(|| tally.add(field::BIRTH_DATE, agreement, bits)).map(|()| agreement)
}

/// Where the person lives: how the postal codes and the streets compare.
fn place(census: &Census, a: &Traits, b: &Traits, tally: &mut Tally) -> (Option<Agreement>, Option<Agreement>) {
    let (mut postcode, mut street) = (None, None);
    match (&a.postcode, &b.postcode) {
        (Some(one), Some(other)) => {
            let (agreement, bits) = if one == other {
                (Agreement::Same, census.rarity(Counted::Postcode, one) - 0.4)
            } else if slips::at_most(1, one, other) {
                (Agreement::Similar, census.least_rarity(Counted::Postcode, one, other).min(4.0))
            } else if one.len() == other.len() && one.get(..2) == other.get(..2) {
                (Agreement::Part, 0.0)
            } else {
                (Agreement::Different, -1.0)
            };
            tally.add(field::POSTCODE, agreement, bits);
            postcode = Some(agreement);
        }
        _ => {
            if let (Some(one), Some(other)) = (&a.town, &b.town) {
                let same = one == other;
                tally.add(field::TOWN, agreement(same), if same { 3.0 } else { -0.7 });
            }
        }
    }
    if let (Some(one), Some(other)) = (&a.street, &b.street) {
        let (agreement, bits) = if one == other {
            (Agreement::Same, 5.0)
        } else if jaro_winkler(one, other) >= 0.92 {
            (Agreement::Similar, 3.0)
        } else {
            (Agreement::Different, -0.5)
        };
        tally.add(field::STREET, agreement, bits);
        street = Some(agreement);
    }
    (postcode, street)
}

fn agreement(same: bool) -> Agreement {
    if same { Agreement::Same } else { Agreement::Different }
}

/// How the ways compare in which two people are reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// One of them is the same and leads to nobody else.
    Own,
    /// All of several are different.
    Other,
    /// It tells nothing.
    Open,
}

/// How that is, and how many of the ways are others.
fn reach(census: &Census, a: &Traits, b: &Traits, tally: &mut Tally) -> (Reach, usize) {
    let (mut own, mut different) = (false, 0);
    for (id, kind, one, other) in
        [(field::EMAIL, Counted::Email, &a.email, &b.email), (field::PHONE, Counted::Phone, &a.phone, &b.phone)]
    {
        let (Some(one), Some(other)) = (one, other) else { continue };
        let local = |text: &str| text.split('@').next().map(str::to_owned);
        if one == other {
            own |= census.holders(kind, one) <= 2;
            tally.add(id, Agreement::Same, census.rarity(kind, one).min(12.0));
        } else if id == field::EMAIL && local(one) == local(other) && local(one).is_some_and(|local| local.len() >= 5) {
            tally.add(id, Agreement::Part, 4.0);
        } else if id == field::EMAIL && digits_of(one) == digits_of(other) && slips::at_most(1, one, other) {
            tally.add(id, Agreement::Similar, census.least_rarity(kind, one, other).min(4.0));
        } else {
            // One digit more or less is another number of the same company, or the next person of the same name.
            tally.add(id, Agreement::Different, -0.7);
            different += 1;
        }
    }
    let reach = match different {
        _ if own => Reach::Own,
        2 => Reach::Other,
        _ => Reach::Open,
    };
    (reach, different)
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn identity(a: &Traits, b: &Traits) -> Compared {
    let (one, other) = (a.identity.as_ref()?, b.identity.as_ref()?);
    Some(if one.number == other.number {
        (Agreement::Same, 20.0)
    } else if both_certain(a, b) {
        (Agreement::Different, -30.0)
    } else if slips::at_most(1, &one.number, &other.number) {
        (Agreement::Similar, 8.0)
    } else {
        (Agreement::Different, -9.0)
    })
}
