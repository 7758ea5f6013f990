//! Word lists for an invented company.

/// First names.
pub(super) const FIRST_NAMES: &[&str] = &[
    "Astrid",
    "Bjørn",
    "Camilla",
    "Dag",
    "Eirik",
    "Frøydis",
    "Guro",
    "Håkon",
    "Ingrid",
    "Jørgen",
    "Kari Anne",
    "Lars",
    "Maren",
    "Nils-Petter",
    "Oddny",
    "Pål",
    "Ragnhild",
    "Sverre",
    "Tuva",
    "Ulrik",
    "Vår",
    "Øyvind",
    "Åse",
    "Máret",
];

pub(super) const LAST_NAMES: &[&str] = &[
    "Aas",
    "Bakken",
    "Dahl",
    "Eriksen",
    "Fjellheim",
    "Grønli",
    "Haugen",
    "Iversen",
    "Johansen",
    "Kvåle",
    "Lunde",
    "Moen Berg",
    "Næss",
    "Ødegård",
    "Pedersen",
    "Rønningen",
    "Solberg",
    "Strøm-Hansen",
    "Tveit",
    "Vik",
    "Wærnes",
    "Åmodt",
    "Utsi",
    "de Lange",
];

/// Street, postal code, city.
pub(super) const PLACES: &[(&str, &str, &str)] = &[
    ("Storgata", "0155", "Oslo"),
    ("Strandgaten", "5013", "Bergen"),
    ("Munkegata", "7011", "Trondheim"),
    ("Kirkegata", "4006", "Stavanger"),
    ("Sjøgata", "9008", "Tromsø"),
    ("Torggata", "2317", "Hamar"),
    ("Nygårdsvegen", "3922", "Porsgrunn"),
];

pub(super) const DEPARTMENTS: &[(&str, &str)] =
    &[("", "Avdeling"), ("10", "Salg"), ("20", "Produksjon"), ("30", "Økonomi")];

/// Activities that an administrator set up for absences: number and name. Vacation ("Ferie") exists in every company.
pub(super) const ABSENCES: &[(&str, &str)] = &[
    ("901", "Egenmelding"),
    ("902", "Sykmelding"),
    ("903", "Sykt barn"),
    ("904", "Permisjon med lønn"),
    ("905", "Permisjon uten lønn"),
    ("906", "Avspasering"),
];

/// Id (that of Norway is the vendor's), name and ISO codes.
pub(super) const COUNTRIES: &[(u64, &str, &str, &str, &str)] = &[
    (58, "Danmark", "DK", "DNK", "208"),
    (68, "Estland", "EE", "EST", "233"),
    (72, "Finland", "FI", "FIN", "246"),
    (81, "Tyskland", "DE", "DEU", "276"),
    (121, "Litauen", "LT", "LTU", "440"),
    (161, "Norge", "NO", "NOR", "578"),
    (172, "Polen", "PL", "POL", "616"),
    (205, "Storbritannia", "GB", "GBR", "826"),
    (206, "Sverige", "SE", "SWE", "752"),
];

/// Number, name, county, zone.
pub(super) const MUNICIPALITIES: &[(&str, &str, &str, &str)] = &[
    ("1820", "Alstahaug", "Nordland", "4"),
    ("3428", "Alvdal", "Innlandet", "3"),
    ("4601", "Bergen", "Vestland", "1"),
    ("0301", "Oslo", "Oslo", "1"),
    ("5501", "Tromsø", "Troms", "4"),
    ("5001", "Trondheim", "Trøndelag", "1"),
];

/// Seven digits and name.
pub(super) const OCCUPATIONS: &[(&str, &str)] = &[
    ("1142109", "1.NESTLEDER (ARBEIDSGIVER-/ARBEIDSTAKERORG.)"),
    ("7241132", "ARBEIDSLEDER (ELEKTRIKER)"),
    ("1224111", "AVDELINGSLEDER (RESTAURATØR)"),
    ("5221126", "BUTIKKMEDARBEIDER"),
    ("4121112", "LØNNINGSMEDARBEIDER"),
    ("2130123", "SYSTEMUTVIKLER"),
    ("9132104", "RENHOLDER"),
];
