//! Query strings and the interface language.

use crate::percent::decode;

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
    use super::Query;

    #[test]
    fn parameters_are_found_in_any_case() {
        let query = Query::parse("Method=Add&&x&identifier=151280-078H");
        assert_eq!(query.get("method"), Some("Add"));
        assert_eq!(query.get("x"), None);
        assert_eq!(query.get("identifier"), Some("151280-078H"));
    }
}
