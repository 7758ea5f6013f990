//! Query parameters. Names the endpoint does not know are never looked at.

use time::Date;

use super::refusal::{Complaint, Refusal};
use super::texts::DATE;
use crate::clock::parse_date;
use crate::percent::decode;

/// Decoded parameters.
// No Debug: tokens and names are among the values.
#[derive(Clone)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(raw: &str) -> Self {
        let pairs = raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        });
        Self(pairs.collect())
    }

    /// The first value of a parameter; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A whole number that is not negative.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        self.get(name).map(|text| text.parse().map_err(|_| Refusal::not_a_number(text))).transpose()
    }

    /// A comma list of positive numbers.
    pub(crate) fn ids(&self, name: &str) -> Result<Option<Vec<u64>>, Refusal> {
        let one = |text: &str| text.trim().parse().ok().filter(|id| *id > 0);
        let list = |text: &str| text.split(',').map(one).collect::<Option<Vec<u64>>>();
        self.get(name).map(|text| list(text).ok_or_else(|| Refusal::id_list(name))).transpose()
    }

    pub(crate) fn date(&self, name: &str) -> Result<Option<Date>, Refusal> {
        let wrong = || Refusal::parameters(vec![Complaint::of(name, &DATE)]);
        self.get(name).map(|text| parse_date(text).ok_or_else(wrong)).transpose()
    }

    /// Refuses when one of these is missing, naming all that are.
    pub(crate) fn require(&self, names: &[&str]) -> Result<(), Refusal> {
        let missing: Vec<&str> = names.iter().copied().filter(|name| self.get(name).is_none()).collect();
        if missing.is_empty() { Ok(()) } else { Err(Refusal::missing(&missing)) }
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn values_are_read_or_refused() {
        let query = Query::parse("id=1,%202&bad=1,x&zero=0&date=2026-02-30&n=-1&empty=&name=%C3%98+y");
        let code = |refusal: super::Refusal| refusal.code;
        assert_eq!(query.ids("id").ok().unwrap(), Some(vec![1, 2]));
        assert_eq!(query.ids("bad").err().map(code), Some(12_000));
        assert_eq!(query.ids("zero").err().map(code), Some(12_000));
        assert_eq!(query.date("date").err().map(code), Some(15_000));
        assert_eq!(query.number("n").err().map(code), Some(21_000));
        assert_eq!(query.get("empty"), None);
        assert_eq!(query.get("name"), Some("Ø y"));
        assert_eq!(query.require(&["id", "other"]).err().map(code), Some(15_000));
    }
}
