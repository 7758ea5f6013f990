//! Finding the same person on both sides.
//!
//! Links come first. Who is left is matched in two steps:
//!
//! 1. by exact identity keys: national identity number, then e-mail address, then employee number, each only where it is unique
//!    on both sides and nothing speaks against it: another value of a stronger key, another given name, another date of birth. A
//!    family shares its address, and two numbering schemes meet. What is typed to get past a field that must be filled, such as
//!    `000000-0000`, is no identity number, and a value that more than a few people share is no key;
//! 2. by resemblance: a fixed set of rules that needs no training gives each pair worth comparing a score from names, date of
//!    birth, address, e-mail, telephone and identity number, with room for slips of the pen, swapped fields and spellings.
//!
//! There are three bands. Who is certain and has no rival is linked, never two to one. Who is likely, or certain with a rival, is
//! a [`Candidate`] for a person to decide on, with what speaks for it and what against; nobody has more than five. Everybody else
//! has nobody.
//!
//! Of several records with one id on a side, which a list has when it changes while it is read page by page, the last one counts.

mod against;
mod block;
mod keys;
mod nicknames;
mod normal;
mod places;
mod resemble;
mod score;
mod slips;
mod traits;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::model::{FieldId, HostId, Record, VendorId, field};

pub(crate) use against::{speaks_against, tells};
pub(crate) use keys::{Index, SHARED_BY_FEW};
pub(crate) use places::Places;

/// The identity keys, the strongest first.
pub const IDENTITY_KEYS: [FieldId; 3] = [field::NATIONAL_ID, field::EMAIL, field::EMPLOYEE_NUMBER];

/// By what two records were found to be the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkedBy {
    /// An identity key.
    Key(FieldId),
    /// Everything together: names, date of birth, address.
    Resemblance,
    /// A person's decision.
    Person,
}

impl std::fmt::Display for LinkedBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key(field) => field.name(),
            Self::Resemblance => "resemblance",
            Self::Person => "person",
        })
    }
}

/// Two records that may be the same person, for a person to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Candidate {
    /// In the host.
    pub host: HostId,
    /// In the vendor.
    pub vendor: VendorId,
    /// Why they were not linked, that of the strongest identity key first; never empty.
    pub reasons: Vec<CandidateReason>,
    /// How likely they are the same person, in per cent.
    pub likelihood: u8,
    /// What each field says.
    pub evidence: Vec<Evidence>,
    /// For somebody who came back, the link there is: the person in the host and the one in the vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<(HostId, VendorId)>,
}

/// Why two records that may be the same person were not linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CandidateReason {
    /// Several people in the host have this identity key.
    SharedInHost(FieldId),
    /// Several people in the vendor have this identity key.
    SharedInVendor(FieldId),
    /// They have the same identity key, but something speaks against it: another value of a stronger key, another given name, another
    /// date of birth, or, where that is not known, another gender, postal code or way to reach them.
    Contradicted(FieldId),
    /// The record on the other side is linked to somebody else.
    LinkedElsewhere,
    /// The person came back: the link there is leads to a record that is gone, or of an employment that ended before this one began.
    ReHire,
    /// They resemble each other, and so does another record.
    Rival,
    /// They resemble each other, but not enough to be certain.
    Uncertain,
}

impl CandidateReason {
    /// The identity key that the two share.
    pub fn key(self) -> Option<FieldId> {
        match self {
            Self::SharedInHost(key) | Self::SharedInVendor(key) | Self::Contradicted(key) => Some(key),
            Self::LinkedElsewhere | Self::ReHire | Self::Rival | Self::Uncertain => None,
        }
    }
}

/// What one field says about two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The field.
    pub field: FieldId,
    /// How it compares.
    pub agreement: Agreement,
}

/// How a field compares in two records that may be the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Agreement {
    /// The same.
    Same,
    /// Another spelling of the same.
    Variant,
    /// The same but for a slip of the pen.
    Similar,
    /// The same with two parts swapped: given and family name, or day and month.
    Swapped,
    /// Partly the same: an initial, one of two names, two of three parts of a date.
    Part,
    /// Something else.
    Different,
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = match self.agreement {
            Agreement::Same => "same",
            Agreement::Variant => "another spelling of the same",
            Agreement::Similar => "almost the same",
            Agreement::Swapped => "swapped",
            Agreement::Part => "partly the same",
            Agreement::Different => "different",
        };
        write!(f, "{}: {words}", self.field.def().label)
    }
}

/// The people of both sides, and who of them is free to be linked.
#[derive(Debug)]
pub(crate) struct Sides<'r> {
    pub(crate) host: &'r [Record],
    pub(crate) vendor: &'r [Record],
    pub(crate) host_free: Vec<bool>,
    pub(crate) vendor_free: Vec<bool>,
    /// Pairs that a person said are two people.
    pub(crate) apart: &'r HashSet<(HostId, VendorId)>,
}

impl Sides<'_> {
    /// Whether a person said that two records, by their places, are two people's.
    pub(crate) fn are_apart(&self, host: usize, vendor: usize) -> bool {
        !self.apart.is_empty()
            && self.apart.contains(&(HostId::new(self.host[host].id()), VendorId::new(self.vendor[vendor].id())))
    }
}

/// A match, by places in the rosters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) host: usize,
    pub(crate) vendor: usize,
    pub(crate) by: LinkedBy,
    pub(crate) evidence: Vec<Evidence>,
}

/// What matching found.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    pub(crate) matches: Vec<Match>,
    pub(crate) candidates: Vec<Candidate>,
}

/// Records that a later one of the same id replaces: a list that changed while it was read page by page shows somebody twice.
#[derive(Debug, Default)]
pub(crate) struct Replaced {
    host: HashSet<usize>,
    vendor: HashSet<usize>,
}

impl Replaced {
    /// The records that are replaced are nobody's, and so not free any more.
    fn take_out_of(sides: &mut Sides<'_>) -> Self {
        let one = |records: &[Record], free: &mut [bool]| {
            // Who is linked is linked by id. Without anybody who is free there is nobody to look for.
            if !free.contains(&true) {
                return HashSet::new();
            }
            let last = Places::new(records);
            let is_replaced = |place: &usize| last.get(records, records[*place].id()) != Some(*place);
            let replaced: HashSet<usize> = (0..records.len()).filter(is_replaced).collect();
            replaced.iter().for_each(|place| free[*place] = false);
            replaced
        };
        Self { host: one(sides.host, &mut sides.host_free), vendor: one(sides.vendor, &mut sides.vendor_free) }
    }

    /// Whether the record at a place is replaced.
    pub(crate) fn has(&self, vendor: bool, place: usize) -> bool {
        let side = if vendor { &self.vendor } else { &self.host };
        !side.is_empty() && side.contains(&place)
    }
}

/// Matches the people who are free. Afterwards `sides` tells who is still free.
pub(crate) fn match_free(sides: &mut Sides<'_>) -> Matching {
    let mut matching = Matching::default();
    let replaced = Replaced::take_out_of(sides);
    if sides.vendor.is_empty() || sides.host.is_empty() {
        return matching;
    }
    let mut open = Vec::new();
    if sides.host_free.contains(&true) {
        open = keys::match_keys(sides, &replaced, &mut matching);
    }
    if sides.host_free.contains(&true) || sides.vendor_free.contains(&true) {
        resemble::match_resembling(sides, &replaced, open, &mut matching);
    }
    matching
}

/// Whether two linked records are two people's: another identity number, and no name in common.
pub(crate) fn are_two_people(host: &Record, vendor: &Record) -> bool {
    let numbers = (host.cell(field::NATIONAL_ID).value(), vendor.cell(field::NATIONAL_ID).value());
    match numbers {
        (Some(a), Some(b)) if !field::NATIONAL_ID.kind().same(a, b) => {
            against::have_two_numbers_and_no_name(host, vendor)
        }
        _ => false,
    }
}

/// Who is whom among two lists of people of whom nobody is linked yet: pairs by places in the lists, and who may be whom.
pub fn match_people(host: &[Record], vendor: &[Record]) -> (Vec<(usize, usize, LinkedBy)>, Vec<Candidate>) {
    let (host_free, vendor_free) = (vec![true; host.len()], vec![true; vendor.len()]);
    let mut sides = Sides { host, vendor, host_free, vendor_free, apart: &HashSet::new() };
    let Matching { matches, candidates } = match_free(&mut sides);
    (matches.into_iter().map(|found| (found.host, found.vendor, found.by)).collect(), candidates)
}

#[cfg(test)]
mod tests {
    use super::keys::Index;
    use super::*;
    use crate::model::Cell;

    fn person(id: &str, keys: [&str; 3]) -> Record {
        IDENTITY_KEYS.iter().zip(keys).fold(Record::new(id), |record, (key, text)| {
            record.with(*key, Cell::from_text(text, |text| key.kind().parse(text)))
        })
    }

    type Pairs<T> = Vec<(String, String, T)>;

    fn outcome(host: &[Record], vendor: &[Record]) -> (Pairs<LinkedBy>, Pairs<Vec<CandidateReason>>) {
        let (matches, candidates) = match_people(host, vendor);
        (
            matches.iter().map(|(h, v, by)| (host[*h].id().into(), vendor[*v].id().into(), *by)).collect(),
            candidates.iter().map(|c| (c.host.to_string(), c.vendor.to_string(), c.reasons.clone())).collect(),
        )
    }

    #[test]
    fn the_strongest_unique_key_links_and_anything_doubtful_is_a_candidate() {
        use CandidateReason as R;
        let host = [
            person("by-id", ["010190-900P", "x@a.example", ""]),
            person("by-mail", ["", "Mail@A.example", ""]),
            person("by-number", ["", "", "7"]),
            person("contradicted", ["020290-900A", "c@a.example", ""]),
            person("twin-1", ["", "twin@a.example", "100"]),
            person("twin-2", ["", "twin@a.example", "101"]),
            person("many", ["", "many@a.example", ""]),
            person("nobody", ["", "nobody@a.example", ""]),
        ];
        let vendor = [
            person("v-id", ["010190-900P", "y@a.example", ""]),
            person("v-mail", ["030390-900X", "mail@a.example", ""]),
            person("v-number", ["", "", "7"]),
            person("v-contra", ["040490-900X", "c@a.example", ""]),
            person("v-twin", ["", "twin@a.example", "100"]),
            person("v-many-1", ["", "many@a.example", ""]),
            person("v-many-2", ["", "many@a.example", ""]),
        ];
        let (matches, candidates) = outcome(&host, &vendor);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            matches,
            [
                ("by-id".into(), "v-id".into(), LinkedBy::Key(field::NATIONAL_ID)),
                ("by-mail".into(), "v-mail".into(), LinkedBy::Key(field::EMAIL)),
                ("by-number".into(), "v-number".into(), LinkedBy::Key(field::EMPLOYEE_NUMBER))
            ]
        );
        let with = |(a, b): (String, String), reason| (a, b, reason);
        assert_eq!(
            candidates,
            [
                with(pair("contradicted", "v-contra"), vec![R::Contradicted(field::EMAIL)]),
                with(pair("twin-1", "v-twin"), vec![R::SharedInHost(field::EMAIL)]),
                with(pair("twin-2", "v-twin"), vec![R::SharedInHost(field::EMAIL)]),
                with(pair("many", "v-many-1"), vec![R::SharedInVendor(field::EMAIL)]),
                with(pair("many", "v-many-2"), vec![R::SharedInVendor(field::EMAIL)]),
            ]
        );
    }

    #[test]
    fn a_pair_that_shares_several_keys_is_one_candidate() {
        use CandidateReason as R;
        let host = [person("h", ["010190-900P", "c@a.example", "7"]), person("other", ["", "", "8"])];
        let vendor = [person("v", ["040490-900X", "c@a.example", "7"])];
        let (matches, candidates) = outcome(&host, &vendor);
        let both = vec![R::Contradicted(field::EMAIL), R::Contradicted(field::EMPLOYEE_NUMBER)];
        assert_eq!((matches, candidates), (vec![], vec![("h".into(), "v".into(), both)]));
        let (_, candidates) = match_people(&host, &vendor);
        for key in [field::EMAIL, field::EMPLOYEE_NUMBER] {
            let says: Vec<_> = candidates[0].evidence.iter().filter(|one| one.field == key).collect();
            assert_eq!(says, [&Evidence { field: key, agreement: Agreement::Same }], "{key}");
        }
    }

    #[test]
    fn duplicates_are_found_whatever_their_letter_case() {
        let people = [
            person("1", ["", "A@x.example", ""]),
            person("2", ["", "b@x.example", ""]),
            person("3", ["", "a@X.example", ""]),
        ];
        assert_eq!(Index::new(&people, field::EMAIL).duplicates(), [vec![0, 2]]);
        assert_eq!(Index::new(&people, field::NATIONAL_ID).duplicates(), Vec::<Vec<usize>>::new());
    }
}
