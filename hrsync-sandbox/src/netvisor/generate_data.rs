//! Word lists for invented people.

/// First names with the gender of their usual holders (`true`: female).
pub(super) const FIRST_NAMES: &[(&str, bool)] = &[
    ("Aino", true),
    ("Eetu", false),
    ("Helmi", true),
    ("Onni", false),
    ("Päivi", true),
    ("Jyrki", false),
    ("Anna-Liisa", true),
    ("Jukka-Pekka", false),
    ("Sanni", true),
    ("Väinö", false),
    ("Åsa", true),
    ("Göran", false),
    ("Tuulikki", true),
    ("Mikko", false),
    ("Hilla", true),
    ("Sakari", false),
    ("Riitta", true),
    ("Leevi", false),
    ("Mirjami", true),
    ("Tapio", false),
    ("Oona", true),
    ("Ilmari", false),
];

pub(super) const LAST_NAMES: &[&str] = &[
    "Korhonen",
    "Virtanen",
    "Mäkinen",
    "Nieminen",
    "Mäkelä",
    "Hämäläinen",
    "Laine",
    "Heikkinen",
    "Koskinen",
    "Järvinen",
    "Lehtonen",
    "Saarinen",
    "Niemi",
    "Heinonen",
    "Hyvönen",
    "Öhman",
    "Sjöberg",
    "Åkerlund",
    "af Enehjelm",
    "von Weymarn",
    "Tuominen",
    "Rantanen",
    "Yli-Pekkala",
    "Salo-Aho",
    "Kivelä",
    "Pöyhönen",
];

/// Post office, first postal code, municipality.
pub(super) const PLACES: &[(&str, u32, &str)] = &[
    ("Helsinki", 100, "Helsinki"),
    ("Espoo", 2100, "Espoo"),
    ("Tampere", 33_100, "Tampere"),
    ("Oulu", 90_100, "Oulu"),
    ("Lappeenranta", 53_100, "Lappeenranta"),
    ("Jyväskylä", 40_100, "Jyväskylä"),
    ("Vaasa", 65_100, "Vaasa"),
    ("Mariehamn", 22_100, "Mariehamn"),
    ("Hyvinkää", 5800, "Hyvinkää"),
    ("Kilpisjärvi", 99_490, "Enontekiö"),
];

pub(super) const STREETS: &[&str] = &[
    "Keisarinnankatu",
    "Koivukuja",
    "Mäntytie",
    "Pääskynpolku",
    "Rantakatu",
    "Åbovägen",
    "Yliopistonkatu",
    "Vanha maantie",
];

/// Bank number (three digits) and the BIC of that bank.
pub(super) const BANKS: &[(&str, &str)] = &[
    ("123", "NDEAFIHH"),
    ("213", "NDEAFIHH"),
    ("500", "OKOYFIHH"),
    ("570", "OKOYFIHH"),
    ("800", "DABAFIHH"),
    ("405", "HELSFIHH"),
    ("361", "SBANFIHH"),
    ("313", "HANDFIHH"),
    ("660", "AABAFI22"),
];

/// What people write into a telephone field. `#` stands for a digit of the end of the number; the zeros before it keep
/// the numbers out of use.
pub(super) const PHONES: &[&str] = &[
    "050 000 ####",
    "+358 50 000 ####",
    "040000####",
    "+35845000####",
    "044-000 ####",
    "(09) 000 ####",
    "00358 40 000 ####",
];

pub(super) const PROFESSIONS: &[&str] =
    &["Kirjanpitäjä", "Myyjä", "Ohjelmistokehittäjä", "Kokki", "Varastotyöntekijä", "Toimitusjohtaja", "Siistijä"];

/// Country, type and pattern of foreign identifiers; `#` stands for a digit.
pub(super) const FOREIGN: &[(&str, &str, &str)] = &[
    ("SE", "foreignpersonalidentifier", "9#0#0#-000#"),
    ("EE", "taxidentificationnumber", "00000##9##"),
    ("PL", "other", "PL-9#-####"),
];
