//! Values, small and silent: neither `Debug` nor `Display` shows one.

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use time::Date;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::list::List;

/// Text in Unicode's composed form without surrounding space. Up to 24 bytes of it live in place.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(CompactString);

impl Text {
    /// The text `text`, trimmed and composed (NFC).
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        if text.is_ascii() || is_nfc(text) { Self(CompactString::new(text)) } else { Self(text.nfc().collect()) }
    }

    /// Text that is kept to the letter.
    pub(super) fn as_it_is(text: String) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text([redacted])")
    }
}

/// A value of a field.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Text: also codes, numbers, countries, accounts, each in its normal form.
    Text(Text),
    /// A calendar date.
    Date(Date),
    /// Several entries.
    List(Box<List>),
}

impl Value {
    /// A text value.
    pub fn text(text: &str) -> Self {
        Self::Text(Text::new(text))
    }

    /// The value in words, a date as `YYYY-MM-DD`, a list as JSON. This is personal data: show it to the person who is entitled to see it.
    pub fn reveal(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text.as_str()),
            Self::Date(date) => Cow::Owned(crate::check::format_date(*date)),
            Self::List(list) => Cow::Owned(list.reveal()),
        }
    }

    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            Self::Date(_) | Self::List(_) => None,
        }
    }

    /// The date, when it is one.
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(*date),
            Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The list, when it is one.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            Self::Text(_) | Self::Date(_) => None,
        }
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text([redacted])",
            Self::Date(_) => "Date([redacted])",
            Self::List(_) => "List([redacted])",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_composed() {
        assert_eq!(Text::new("  A\u{308}iti "), Text::new("Äiti"));
    }

    #[test]
    fn values_are_small_and_silent() {
        assert_eq!(size_of::<Value>(), 24);
        let shown = format!("{:?} {:?}", Value::text("Aino"), Value::Date(crate::check::date("1990-01-01").unwrap()));
        assert!(!shown.contains("Aino") && !shown.contains("1990"));
    }
}
