//! Normal forms of names, addresses and numbers for finding the same person on both sides.
//!
//! They are compared and never shown or written: each throws away what people and systems spell in different ways.

use compact_str::CompactString;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words of Dutch, German, Nordic and Romance family names that come and go between systems.
const PARTICLES: [&str; 30] = [
    "van", "von", "der", "den", "de", "het", "ten", "ter", "te", "t", "vd", "vande", "vander", "vanden", "af", "av",
    "zu", "zur", "da", "di", "du", "dos", "del", "la", "le", "el", "al", "bin", "v", "d",
];

/// Letters that Unicode does not take apart.
fn plain_letter(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'ø' => "o",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        'ð' | 'đ' => "d",
        'ł' => "l",
        'ı' => "i",
        'ŋ' => "n",
        _ => return None,
    })
}

/// So many letters of a name or a street are compared: more than anybody's has, and few enough that comparing each letter of one with
/// each of another takes no time.
pub(crate) const LONGEST: usize = 128;

/// So many words of a name are compared.
pub(crate) const MOST_WORDS: usize = 12;

/// Codes, addresses of mail and the like that are longer are none. Two of them that begin alike are not the same, so that these are
/// not cut.
pub(crate) const LONGEST_CODE: usize = 254;

/// Letters without marks in lower case, words parted by single spaces, of the beginning of a text. Apostrophes vanish, other signs
/// part words.
pub(crate) fn fold(text: &str) -> String {
    let text = beginning(text.trim_start());
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    let mut push = |c: char| match c {
        '\'' | '’' | '`' | '´' => {}
        c if c.is_alphanumeric() => {
            if gap && !folded.is_empty() {
                folded.push(' ');
            }
            gap = false;
            match plain_letter(c) {
                Some(letters) => folded.push_str(letters),
                None => folded.push(c),
            }
        }
        _ => gap = true,
    };
    if text.is_ascii() {
        text.chars().for_each(|c| push(c.to_ascii_lowercase()));
    } else {
        text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).for_each(push);
        // A letter may be taken apart into many.
        folded.truncate(beginning(&folded).len());
    }
    folded
}

/// The first letters of a text, as many as are compared.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

/// A name for comparison.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// The words that tell people apart, in order.
    pub(crate) words: Vec<CompactString>,
    /// The same without gaps.
    pub(crate) whole: CompactString,
    /// How the name sounds, roughly: spellings of one name in the Nordic countries and the Netherlands have one.
    pub(crate) sound: CompactString,
}

impl Name {
    /// The name in `text`, `None` when there are no letters in it.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let folded = fold(text);
        let all = || folded.split(' ').filter(|word| !word.is_empty());
        let mut words: Vec<CompactString> =
            all().filter(|word| !PARTICLES.contains(word)).take(MOST_WORDS).map(CompactString::new).collect();
        if words.is_empty() {
            words = all().take(MOST_WORDS).map(CompactString::new).collect();
        }
        let whole: CompactString = words.iter().map(CompactString::as_str).collect();
        (!whole.is_empty()).then(|| Self { sound: sound(&whole), words, whole })
    }

    /// The first letter.
    pub(crate) fn initial(&self) -> char {
        self.whole.chars().next().unwrap_or_default()
    }
}

/// Letters and pairs of letters that stand for the same, longest first.
const SOUNDS: [(&str, &str); 24] = [
    ("sch", "sk"),
    ("sj", "sk"),
    ("aa", "a"),
    ("ae", "a"),
    ("oe", "o"),
    ("ij", "y"),
    ("ei", "y"),
    ("ph", "f"),
    ("ch", "k"),
    ("ck", "k"),
    ("th", "t"),
    ("dt", "t"),
    ("hj", "j"),
    ("gj", "j"),
    ("hv", "v"),
    ("ks", "x"),
    ("c", "k"),
    ("q", "k"),
    ("w", "v"),
    ("z", "s"),
    ("i", "y"),
    ("j", "y"),
    ("é", "e"),
    ("ü", "y"),
];

/// See [`Name::sound`].
fn sound(folded: &str) -> CompactString {
    let mut result = CompactString::default();
    let mut rest = folded;
    while let Some(first) = rest.chars().next() {
        let found = SOUNDS.iter().find(|(letters, _)| rest.starts_with(letters));
        let (part, length) = match found {
            Some((letters, sound)) => (*sound, letters.len()),
            None => (&rest[..first.len_utf8()], first.len_utf8()),
        };
        for c in part.chars() {
            if !result.ends_with(c) {
                result.push(c);
            }
        }
        rest = &rest[length..];
    }
    result
}

/// Letters and digits of a code in lower case: postal codes, identity numbers.
pub(crate) fn code(text: &str) -> CompactString {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The last eight digits of a telephone number: what remains the same with and without the country.
pub(crate) fn phone(text: &str) -> Option<CompactString> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 5).then(|| CompactString::new(&digits[digits.len().saturating_sub(8)..]))
}

/// Eight digits of a date, `YYYYMMDD`, also of one that is no day of the calendar, as long as it is written year first or day
/// first with four digits for the year.
pub(crate) fn date_digits(text: &str) -> Option<[u8; 8]> {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let joined = match parts.as_slice() {
        [all] if all.len() == 8 => (*all).to_owned(),
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            format!("{year}{month:0>2}{day:0>2}")
        }
        [day, month, year] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            format!("{year}{month:0>2}{day:0>2}")
        }
        _ => return None,
    };
    joined.into_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_letters_and_parts_words() {
        for (text, folded) in [
            ("  Åse-Marie  ", "ase marie"),
            ("Sørensen", "sorensen"),
            ("Ægir", "aegir"),
            ("O'Neil", "oneil"),
            ("D’Árcy", "darcy"),
            ("Straße", "strasse"),
            ("van 't Hof", "van t hof"),
            ("Łukasz", "lukasz"),
            ("A\u{30a}se", "ase"),
            ("—", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn particles_of_family_names_do_not_count() {
        let whole = |text: &str| Name::new(text).map(|name| name.whole);
        for text in ["van der Berg", "Berg, van der", "v.d. Berg", "vander Berg", "Van Den Berg"] {
            assert_eq!(whole(text), Some("berg".into()), "{text}");
        }
        assert_eq!(whole("de la"), Some("dela".into()));
        assert_eq!(whole(" - "), None);
    }

    #[test]
    fn spellings_of_one_name_sound_the_same() {
        for (a, b) in [
            ("Kristoffersen", "Christophersen"),
            ("Dijkstra", "Dykstra"),
            ("Wester", "Vester"),
            ("Aase", "Åse"),
            ("Carlsson", "Karlsson"),
            ("Zandberg", "Sandberg"),
            ("Schmidt", "Smidt"),
        ] {
            let sound = |text: &str| Name::new(text).unwrap().sound;
            if a == "Schmidt" {
                assert_ne!(sound(a), sound(b), "they are heard apart");
            } else {
                assert_eq!(sound(a), sound(b), "{a} {b}");
            }
        }
    }

    #[test]
    fn dates_give_their_digits_in_one_order() {
        for text in ["1990-01-31", "19900131", "31.1.1990", "31/01/1990"] {
            assert_eq!(date_digits(text).as_ref(), Some(b"19900131"), "{text}");
        }
        assert_eq!(date_digits("1990-13-77").as_ref(), Some(b"19901377"));
        for text in ["", "1990", "31.1.90", "next week"] {
            assert_eq!(date_digits(text), None, "{text}");
        }
    }

    #[test]
    fn telephone_numbers_end_the_same() {
        assert_eq!(phone("+358 50 123 4567"), phone("050 1234567"));
        assert_eq!(phone("12"), None);
    }
}
