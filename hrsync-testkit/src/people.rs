//! Invented people of four countries, and the same people as another system has them: with slips, swaps and gaps.
//!
//! Everything follows from a seed. Names are common ones put together at random, identity numbers are left out, and whom the two
//! lists have in common is known.

use hrsync_core::{Employee, check};

/// A country whose people are invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Country {
    /// Finland.
    Finland,
    /// Norway.
    Norway,
    /// Sweden.
    Sweden,
    /// The Netherlands.
    Netherlands,
}

impl Country {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Finland, Self::Norway, Self::Sweden, Self::Netherlands];

    fn given(self) -> &'static [&'static str] {
        match self {
            Self::Finland => &FINNISH_GIVEN,
            Self::Norway => &NORWEGIAN_GIVEN,
            Self::Sweden => &SWEDISH_GIVEN,
            Self::Netherlands => &DUTCH_GIVEN,
        }
    }

    /// Beginnings and endings of family names.
    fn family(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Finland => (&FINNISH_FAMILY, &["nen", "la", "maa", "ranta", "mäki", "joki"]),
            Self::Norway => (&NORWEGIAN_FAMILY, &["sen", "stad", "land", "vik", "dal", "berg", "rud"]),
            Self::Sweden => (&SWEDISH_FAMILY, &["sson", "berg", "ström", "kvist", "lund", "gren", "dahl"]),
            Self::Netherlands => (&DUTCH_FAMILY, &["stra", "sma", "man", "huis", "veld", "kamp", "beek"]),
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Finland => "FI",
            Self::Norway => "NO",
            Self::Sweden => "SE",
            Self::Netherlands => "NL",
        }
    }
}

const FINNISH_GIVEN: [&str; 40] = [
    "Aino",
    "Aleksi",
    "Anna-Liisa",
    "Antti",
    "Arja",
    "Eero",
    "Eeva",
    "Elina",
    "Emmi",
    "Hanna",
    "Heikki",
    "Helmi",
    "Ilona",
    "Jaakko",
    "Jari",
    "Johanna",
    "Juha-Pekka",
    "Jukka",
    "Kaisa",
    "Kalle",
    "Katja",
    "Kerttu",
    "Lauri",
    "Leena",
    "Maija",
    "Marja",
    "Markku",
    "Matti",
    "Merja",
    "Mika",
    "Minna",
    "Niina",
    "Onni",
    "Outi",
    "Päivi",
    "Pekka",
    "Sanna",
    "Timo",
    "Väinö",
    "Yrjö",
];
const NORWEGIAN_GIVEN: [&str; 40] = [
    "Anders", "Anne", "Arne", "Astrid", "Bente", "Bjørn", "Dag", "Eirik", "Elin", "Espen", "Frode", "Gro", "Hanne",
    "Håkon", "Ida", "Inger", "Ingrid", "Jan", "Jens", "Jørgen", "Kari", "Kjell", "Knut", "Kristin", "Lars", "Leif",
    "Line", "Liv", "Magnus", "Marit", "Morten", "Nina", "Ole", "Pål", "Ragnhild", "Siri", "Solveig", "Sverre", "Tone",
    "Øyvind",
];
const SWEDISH_GIVEN: [&str; 40] = [
    "Agneta",
    "Anders",
    "Anna",
    "Åke",
    "Åsa",
    "Birgitta",
    "Björn",
    "Bo",
    "Britt-Marie",
    "Carina",
    "Cecilia",
    "Christer",
    "Elsa",
    "Emil",
    "Eva",
    "Fredrik",
    "Göran",
    "Gunilla",
    "Gustav",
    "Hanna",
    "Henrik",
    "Ingrid",
    "Jan-Erik",
    "Johan",
    "Karin",
    "Kerstin",
    "Lars",
    "Lena",
    "Linnéa",
    "Magnus",
    "Malin",
    "Mats",
    "Märta",
    "Nils",
    "Per",
    "Sara",
    "Sofia",
    "Stig",
    "Sven",
    "Ulla",
];
const DUTCH_GIVEN: [&str; 40] = [
    "Adriaan", "Anja", "Anouk", "Bart", "Bram", "Cees", "Daan", "Dirk", "Eline", "Esther", "Femke", "Floor", "Gerrit",
    "Hans", "Hendrik", "Ineke", "Jan", "Jeroen", "Johanna", "Joost", "Katrijn", "Koen", "Lieke", "Lotte", "Maarten",
    "Marijke", "Marloes", "Mieke", "Niels", "Pieter", "Renske", "Rik", "Ruud", "Sanne", "Sjoerd", "Sofie", "Thijs",
    "Tineke", "Wim", "Yvonne",
];
const FINNISH_FAMILY: [&str; 24] = [
    "Aho", "Haka", "Heikki", "Hirvo", "Huhta", "Järvi", "Kallio", "Karja", "Keto", "Koivu", "Korho", "Kuusi", "Lahti",
    "Laiti", "Lehto", "Mäki", "Nie", "Ojala", "Pelto", "Räsä", "Salmi", "Suomi", "Vesa", "Virta",
];
const NORWEGIAN_FAMILY: [&str; 24] = [
    "Ander", "Aune", "Bakke", "Bjørn", "Dahl", "Eike", "Eng", "Fos", "Gran", "Haug", "Hel", "Johan", "Karl", "Krist",
    "Lar", "Lie", "Moe", "Nord", "Ol", "Pett", "Rønn", "Sol", "Strand", "Øde",
];
const SWEDISH_FAMILY: [&str; 24] = [
    "Ander", "Berg", "Björk", "Blom", "Carl", "Ek", "Erik", "Fors", "Gustaf", "Hag", "Häll", "Johan", "Lind", "Ljung",
    "Malm", "Nils", "Ny", "Ost", "Per", "Sand", "Sjö", "Svens", "Vik", "Öst",
];
const DUTCH_FAMILY: [&str; 24] = [
    "Bakker", "Boer", "Bos", "Brouw", "Dijk", "Douwe", "Eik", "Feen", "Graaf", "Hoek", "Hof", "Jong", "Klein", "Kooi",
    "Linde", "Meer", "Molen", "Noord", "Oost", "Poel", "Rijn", "Veen", "Wester", "Zand",
];
const DUTCH_PARTICLES: [&str; 8] = ["", "", "", "van ", "de ", "van der ", "van den ", "ter "];

/// Two lists of people who are partly the same, and who is whom, by places: host, vendor.
#[derive(Debug, Clone, Default)]
pub struct TwoLists {
    /// As the host has them.
    pub host: Vec<Employee>,
    /// As the vendor has them.
    pub vendor: Vec<Employee>,
    /// Who is whom.
    pub pairs: Vec<(usize, usize)>,
}

/// Random numbers of one seed (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    /// A small number more often than a large one, as with names.
    pub(crate) fn common(&mut self, most: usize) -> usize {
        self.below(most).min(self.below(most))
    }

    /// True so many times in a thousand.
    pub(crate) fn per_mille(&mut self, share: usize) -> bool {
        self.below(1_000) < share
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let place = self.common(all.len());
        all.get(place).copied().unwrap_or_default()
    }
}

/// Two lists of `people` each, of which nine in ten are in both. The host has them as they are, the vendor with slips in about
/// every second record, sometimes several. Among them are twins, parents and children of one name, and people who married.
pub fn two_lists(country: Country, people: usize, seed: u64) -> TwoLists {
    let mut dice = Dice(seed);
    let shared = people - people / 10;
    let mut lists = TwoLists::default();
    let mut everybody: Vec<Employee> = Vec::with_capacity(people + people / 10);
    while everybody.len() < people + people / 10 {
        let number = everybody.len();
        let relative = number > 0 && dice.per_mille(25);
        let person = match everybody.last() {
            Some(last) if relative => relative_of(last, country, &mut dice),
            _ => somebody(country, &mut dice),
        };
        everybody.push(person);
    }
    // Relatives stand side by side, and the ends of the lists belong to one side only: mix.
    for place in (1..everybody.len()).rev() {
        everybody.swap(place, dice.below(place + 1));
    }
    for (place, person) in everybody.into_iter().enumerate() {
        if place < people {
            let mut person = person.clone();
            person.id = format!("h{place}");
            lists.host.push(person);
        }
        if place < shared || place >= people {
            let mut copy = spoilt(person, country, &mut dice);
            copy.id = format!("v{place}");
            if place < shared {
                lists.pairs.push((place, lists.vendor.len()));
            }
            lists.vendor.push(copy);
        }
    }
    lists
}

fn somebody(country: Country, dice: &mut Dice) -> Employee {
    let mut person = Employee::default();
    let (beginnings, endings) = country.family();
    let particle = if country == Country::Netherlands { dice.of(&DUTCH_PARTICLES) } else { "" };
    person.given_name = Some(dice.of(country.given()).to_owned());
    person.family_name = Some(format!("{particle}{}{}", dice.of(beginnings), dice.of(endings)));
    person.birth_date = birth(dice);
    person.address.postcode = Some(postcode(country, dice));
    person.address.country = Some(country.code().to_owned());
    person.address.street = Some(format!("{}veien {}", dice.of(beginnings), dice.below(120) + 1));
    let local =
        format!("{}.{}{}", person.given_name.as_deref().unwrap_or_default(), dice.of(beginnings), dice.below(10_000));
    person.email = Some(format!("{}@mail.example", local.to_lowercase()));
    person.phone = Some(format!("+35850{:07}", dice.below(10_000_000)));
    person
}

/// A twin, or a parent or child of the same name, in the same home.
fn relative_of(other: &Employee, country: Country, dice: &mut Dice) -> Employee {
    let mut person = somebody(country, dice);
    person.family_name.clone_from(&other.family_name);
    person.address.clone_from(&other.address);
    if dice.per_mille(500) {
        person.birth_date = other.birth_date;
        while person.given_name == other.given_name {
            person.given_name = Some(dice.of(country.given()).to_owned());
        }
    } else {
        person.given_name.clone_from(&other.given_name);
    }
    person
}

fn birth(dice: &mut Dice) -> Option<time::Date> {
    check::date(&format!("{}-{:02}-{:02}", 1955 + dice.below(52), dice.below(12) + 1, dice.below(28) + 1)).ok()
}

fn postcode(country: Country, dice: &mut Dice) -> String {
    let place = dice.common(1_200) * 7 + 1_000;
    match country {
        Country::Netherlands => format!("{place} {}{}", letter(dice), letter(dice)),
        Country::Norway => format!("{place}"),
        Country::Finland | Country::Sweden => format!("{place}0"),
    }
}

fn letter(dice: &mut Dice) -> char {
    char::from(b'A' + dice.below(26) as u8)
}

/// The person as another system has them.
fn spoilt(mut person: Employee, country: Country, dice: &mut Dice) -> Employee {
    if dice.per_mille(450) {
        return person;
    }
    let slips = 1 + usize::from(dice.per_mille(350)) + usize::from(dice.per_mille(120));
    for _ in 0..slips {
        match dice.below(16) {
            0 | 1 => person.given_name = person.given_name.map(|name| typed(&name, dice)),
            2 | 3 => person.family_name = person.family_name.map(|name| typed(&name, dice)),
            4 => std::mem::swap(&mut person.given_name, &mut person.family_name),
            5 => person.given_name = person.given_name.map(|name| spelt(&name)),
            6 => person.family_name = person.family_name.map(|name| spelt(&name)),
            7 => person.birth_date = None,
            8 => person.birth_date = person.birth_date.map(|date| other_date(date, dice)),
            9 => person.address.postcode = None,
            10 => person.address.postcode = person.address.postcode.map(|code| typed(&code, dice)),
            // Moved.
            11 => person.address = somebody(country, dice).address,
            // Goes by another given name.
            12 => person.given_name = somebody(country, dice).given_name,
            // Married.
            13 => person.family_name = somebody(country, dice).family_name,
            14 => person.email = somebody(country, dice).email,
            _ => person.phone = None,
        }
    }
    person
}

/// A letter left out, doubled, swapped with the next or replaced.
fn typed(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }
    let place = 1 + dice.below(letters.len() - 2);
    match dice.below(4) {
        0 => drop(letters.remove(place)),
        1 => letters.insert(place, letters[place]),
        2 => letters.swap(place, place + 1),
        _ if letters[place].is_ascii_digit() => letters[place] = char::from(b'0' + dice.below(10) as u8),
        _ => letters[place] = letter(dice).to_ascii_lowercase(),
    }
    letters.into_iter().collect()
}

/// As a system without the letters of the country spells it.
fn spelt(text: &str) -> String {
    let plain = [
        ("ä", "a"),
        ("ö", "o"),
        ("å", "aa"),
        ("ø", "oe"),
        ("æ", "ae"),
        ("é", "e"),
        ("Ø", "O"),
        ("Å", "A"),
        ("Ö", "O"),
        ("Ä", "A"),
        ("ij", "y"),
    ];
    let spelt = plain.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let short = spelt.rsplit(' ').next().unwrap_or_default();
    if text.contains(' ') { short.to_owned() } else { spelt.to_uppercase() }
}

/// Day and month swapped where that is a date, else another day or year.
fn other_date(date: time::Date, dice: &mut Dice) -> time::Date {
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let text = match dice.below(3) {
        0 => format!("{year}-{day:02}-{month:02}"),
        1 => format!("{year}-{month:02}-{:02}", dice.below(28) + 1),
        _ => format!("{}-{month:02}-{day:02}", 1955 + dice.below(52)),
    };
    check::date(&text).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_people_every_time() {
        for country in Country::ALL {
            let (one, same, other) =
                (two_lists(country, 200, 1), two_lists(country, 200, 1), two_lists(country, 200, 2));
            assert!(one.host == same.host && one.vendor == same.vendor && one.pairs == same.pairs);
            assert!(one.host != other.host);
            assert_eq!((one.host.len(), one.vendor.len(), one.pairs.len()), (200, 200, 180));
            let spoilt = one.pairs.iter().filter(|(host, vendor)| {
                let (mut a, mut b) = (one.host[*host].clone(), one.vendor[*vendor].clone());
                (a.id, b.id) = (String::new(), String::new());
                a != b
            });
            assert!((60..140).contains(&spoilt.count()));
        }
    }
}
