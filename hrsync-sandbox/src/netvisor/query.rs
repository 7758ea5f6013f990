//! Query strings and the interface language.

/// The language of the error texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    Finnish,
    Swedish,
    English,
}

impl Language {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [("FI", Self::Finnish), ("SE", Self::Swedish), ("EN", Self::English)]
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|(_, language)| language)
    }
}

/// Percent-decodes; with `plus` a `+` is a blank, as in forms. Broken escapes stay as they are.
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escaped {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(if plus && byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Decoded parameters, names in lower case.
// No Debug: identity numbers are among the values.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(raw: &str) -> Self {
        let pairs = raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true).to_ascii_lowercase(), decode(value, true))
        });
        Self(pairs.collect())
    }

    /// The first value of a parameter; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{Query, decode};

    #[test]
    fn decodes_like_a_form() {
        assert_eq!(decode("a%20b+c%C3%84%", true), "a b cÄ%");
        assert_eq!(decode("a+b", false), "a+b");
        let query = Query::parse("Method=Add&&x&identifier=151280-078H");
        assert_eq!(query.get("method"), Some("Add"));
        assert_eq!(query.get("x"), None);
        assert_eq!(query.get("identifier"), Some("151280-078H"));
    }
}
