//! Short forms of given names that do not begin like the name they stand for.

/// Each line is a name, in the letters that comparison leaves, and what people who have it are called.
const SHORT_FORMS: [(&str, &[&str]); 41] = [
    ("adrianus", &["ad", "janus", "arie", "adri"]),
    ("aleksandra", &["sandra", "sanja"]),
    ("alexander", &["sander", "sascha", "lex", "xander"]),
    ("antonius", &["toon", "ton", "teun"]),
    ("birgitta", &["gitta", "gittan", "britta"]),
    ("catharina", &["trijntje", "rina", "ina", "kaat", "toos", "karin", "tineke"]),
    ("charlotte", &["lotte"]),
    ("christina", &["stina", "tina", "kirsti", "stine", "tine"]),
    ("cornelia", &["nel", "nelly", "corrie", "nelleke"]),
    ("cornelis", &["kees", "cees", "nelis"]),
    ("elisabet", &["liisa", "lisbet", "betty", "lisa", "liisi", "bettan", "elsa", "ella"]),
    ("elisabeth", &["lisbeth", "betty", "lisa", "bettan", "els", "liesbeth", "bep", "lies", "elsa"]),
    ("francisca", &["cisca", "siska", "fransje"]),
    ("franciscus", &["frans", "cis"]),
    ("geertruida", &["truus", "trudy"]),
    ("gerardus", &["gerrit", "gert", "geert"]),
    ("helena", &["lena", "leena", "elena"]),
    ("hendrik", &["henk", "rik", "hein", "henri"]),
    ("hendrika", &["rika", "riek", "henny"]),
    ("jacobus", &["koos", "jaap", "sjaak", "cobus"]),
    ("jacob", &["jaap", "koos"]),
    ("johanna", &["hanna", "anneke", "joke", "jopie", "hanneke"]),
    ("johannes", &["jan", "hannes", "hans", "johan", "joop", "juhani", "juha", "jussi", "janne"]),
    ("johan", &["jan", "hans", "juha"]),
    ("juhani", &["juha", "jussi", "janne"]),
    ("karl", &["kalle"]),
    ("katariina", &["kaisa", "kati", "riina", "katri"]),
    ("katarina", &["kajsa", "karin", "rina", "nina"]),
    ("kristina", &["stina", "tina", "kirsti", "stine", "tine"]),
    ("lars", &["lasse"]),
    ("lambertus", &["bert"]),
    ("margareta", &["greta", "maggan", "maret", "marketta", "merete"]),
    ("margaretha", &["greet", "griet", "greta", "gretha"]),
    ("matheus", &["thijs", "teeuwis"]),
    ("mathias", &["thijs"]),
    ("nikolaus", &["klaus", "claus", "nils"]),
    ("nicolaas", &["klaas", "nico"]),
    ("paavali", &["pauli", "paavo"]),
    ("petrus", &["piet", "peer", "pekka"]),
    ("robert", &["bob", "bert", "robbie"]),
    ("wilhelmina", &["mien", "mina", "willy", "wilma"]),
];

/// Whether one of two words is a short form of the other.
pub(crate) fn is_short_form(a: &str, b: &str) -> bool {
    let of = |name: &str, short: &str| SHORT_FORMS.iter().any(|(one, forms)| *one == name && forms.contains(&short));
    of(a, b) || of(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_stand_for_names() {
        for (a, b) in [("kees", "cornelis"), ("elisabet", "liisa"), ("robert", "bob"), ("janne", "juhani")] {
            assert!(is_short_form(a, b) && is_short_form(b, a), "{a} {b}");
        }
        for (a, b) in [("kees", "piet"), ("liisa", "liisa"), ("jan", "juhani"), ("", "")] {
            assert!(!is_short_form(a, b) && !is_short_form(b, a), "{a} {b}");
        }
    }

    /// Names are folded before they are looked up here, so other letters would never be found.
    #[test]
    fn the_forms_are_in_folded_letters() {
        for (name, forms) in SHORT_FORMS {
            assert!(
                std::iter::once(&name).chain(forms).all(|word| super::super::normal::fold(word) == *word),
                "{name}"
            );
        }
    }
}
