//! What speaks against two records being one person's, whatever key they share.
//!
//! An e-mail address or a telephone number is a family's as often as a person's, and two numbering schemes meet. So a key links
//! only people whom nothing tells apart; where something does, a person decides.

use super::score::{Found, near, whole};
use super::slips;
use super::traits::Traits;
use super::{Agreement, IDENTITY_KEYS};
use crate::model::{FieldId, Record, field};

/// So many other things that agree outweigh one that differs, where an identity number nobody can check is the same.
const OUTWEIGHED_BY: usize = 3;

/// So many of gender, home, e-mail address and telephone may be others where the date of birth is not known on both sides: none for
/// an address, which a father shares with a son of his name; one for a number, as people move and have several addresses.
const DIFFER_BY_ADDRESS: usize = 0;
const DIFFER_BY_NUMBER: usize = 1;

/// Names of so few letters that differ in one are two names as often as one and a slip: Kari and Mari.
const SHORT_NAME: usize = 5;

/// Whether something tells two records apart that have the same value of `key`.
pub(crate) fn speaks_against(key: FieldId, host: &Record, vendor: &Record) -> bool {
    if another_stronger_key(key, host, vendor) {
        return true;
    }
    if names_and_birth_are_equal(host, vendor) {
        return false;
    }
    let (a, b) = (Traits::of(host), Traits::of(vendor));
    let found = Found::of(&a, &b);
    match key {
        field::NATIONAL_ID => found.against_number(&a, &b),
        field::EMAIL => found.against_address(&a, &b, DIFFER_BY_ADDRESS),
        _ => {
            // Of two numbering schemes that meet, many a number falls to two people of one given name.
            let another_family = !found.family_fits() && !near(found.birth);
            another_family || found.against_address(&a, &b, DIFFER_BY_NUMBER)
        }
    }
}

/// Whether the two have another value of a key that is stronger than `key`.
fn another_stronger_key(key: FieldId, host: &Record, vendor: &Record) -> bool {
    let other = |stronger: FieldId| match (host.cell(stronger).value(), vendor.cell(stronger).value()) {
        (Some(a), Some(b)) => !stronger.kind().same(a, b) && tells(stronger, host) && tells(stronger, vendor),
        _ => false,
    };
    IDENTITY_KEYS.into_iter().take_while(|stronger| *stronger != key).any(other)
}

/// Whether a record's value of a key tells who somebody is at all.
pub(crate) fn tells(key: FieldId, record: &Record) -> bool {
    use crate::check::{IdentityNumber, identity_number};
    let Some(value) = record.cell(key).value() else { return false };
    key != field::NATIONAL_ID || identity_number(&value.reveal()) != IdentityNumber::Placeholder
}

/// Whether two records with different identity numbers have neither given nor family name in common. What is nobody's number tells
/// nothing.
pub(crate) fn have_two_numbers_and_no_name(host: &Record, vendor: &Record) -> bool {
    let (a, b) = (Traits::of(host), Traits::of(vendor));
    let found = Found::of(&a, &b);
    let names = [found.given, found.family];
    a.identity.is_some() && b.identity.is_some() && names.iter().all(|name| name.is_some() && !near(*name))
}

/// The usual case, seen without taking names to pieces.
fn names_and_birth_are_equal(host: &Record, vendor: &Record) -> bool {
    let equal = |id: FieldId| host.cell(id).value().is_some_and(|value| vendor.cell(id).value() == Some(value));
    [field::GIVEN_NAME, field::FAMILY_NAME, field::BIRTH_DATE].into_iter().all(equal)
}

impl Found {
    /// Against two people with the same identity number, or one that differs by a slip.
    pub(crate) fn against_number(&self, a: &Traits, b: &Traits) -> bool {
        let checked = a.identity.as_ref().is_some_and(|identity| identity.certain);
        if self.identity == Some(Agreement::Same) && checked {
            return self.against_checked_number(a, b);
        }
        let family = !self.family_fits() && !whole(self.given) && !near(self.birth);
        // A number is nobody else's by birth, so that two like names are one and a slip here.
        let given = self.another_gender || self.given == Some(Agreement::Different);
        let differ = [given, family, self.another_birth()];
        let agree = [self.given, self.family, self.birth, self.postcode, self.street].map(near);
        let agreeing = agree.into_iter().chain([self.reached]).filter(|agrees| *agrees).count();
        match differ.into_iter().filter(|differs| *differs).count() {
            0 => false,
            1 => agreeing < OUTWEIGHED_BY,
            // Husband and wife differ in given name and date of birth, whatever else they share.
            _ => true,
        }
    }

    /// Against two people who are reached in the same way, be it alone or with others.
    pub(crate) fn against_own_address(&self, a: &Traits, b: &Traits) -> bool {
        self.against_address(a, b, DIFFER_BY_ADDRESS)
    }

    /// Against two people who share an address or a number, of whom so many things may differ without a date of birth.
    fn against_address(&self, a: &Traits, b: &Traits, may_differ: usize) -> bool {
        let name = self.family_fits() || whole(self.given) || near(self.birth);
        !name || !self.given_fits(a, b) || self.another_birth() || !near(self.birth) && self.differing() > may_differ
    }

    /// How many things are others beside names and date of birth.
    pub(crate) fn differing(&self) -> usize {
        // Streets are spelt in too many ways to tell anything by being others.
        let another_home = self.postcode == Some(Agreement::Different);
        usize::from(self.another_gender) + usize::from(another_home) + self.other_ways
    }

    /// Against two people with the same identity number of which the check digits are right: it is no mistyped one, but it may have
    /// been typed on another person's line.
    fn against_checked_number(&self, a: &Traits, b: &Traits) -> bool {
        let family = near(self.family) || self.family == Some(Agreement::Part);
        let given = whole(self.given) || self.given == Some(Agreement::Similar) && !two_like_names(a, b);
        let other_family_alone = self.given.is_none() && self.family.is_some() && !family;
        if given {
            self.another_gender && (self.another_birth() || !family && !near(self.birth))
        } else if self.given == Some(Agreement::Different) || other_family_alone {
            // The birthday of a colleague is seldom the same and often nearly so; a relative has another one altogether.
            let same_birth = if family { near(self.birth) } else { self.birth == Some(Agreement::Same) };
            self.another_gender || !same_birth
        } else {
            self.another_gender || self.another_birth()
        }
    }

    /// A date of birth that a slip does not explain.
    fn another_birth(&self) -> bool {
        matches!(self.birth, Some(Agreement::Different | Agreement::Part))
    }

    /// Whether the family names may be one person's without a marriage.
    fn family_fits(&self) -> bool {
        self.family.is_none() || near(self.family) || self.family == Some(Agreement::Part)
    }

    /// Whether the given names may be one person's.
    fn given_fits(&self, a: &Traits, b: &Traits) -> bool {
        match self.given {
            Some(Agreement::Different) => false,
            // Kim and Kim: only the date of birth makes the gender a slip.
            given if self.another_gender => whole(given) && near(self.birth),
            given if whole(given) => true,
            Some(_) => near(self.birth) || !two_like_names(a, b),
            None => true,
        }
    }
}

/// Whether two given names that are almost the same are two names rather than one and a slip: short ones with another letter, and
/// the names of a man and a woman.
fn two_like_names(a: &Traits, b: &Traits) -> bool {
    let (Some(a), Some(b)) = (&a.given, &b.given) else { return false };
    let (a, b) = (a.whole.as_str(), b.whole.as_str());
    let feminine = |short: &str, long: &str| long.strip_suffix('a') == Some(short);
    let another_letter = || {
        let differing = a.chars().zip(b.chars()).filter(|(one, other)| one != other).count();
        let letters = a.chars().count();
        letters == b.chars().count() && letters <= SHORT_NAME && differing == 1 && slips::at_most(1, a, b)
    };
    feminine(a, b) || feminine(b, a) || another_letter()
}
