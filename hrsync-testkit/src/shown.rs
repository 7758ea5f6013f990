//! What was shown somewhere, to be searched for what must not be in it.

#![allow(clippy::panic, reason = "a value that is shown ends the test")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::{Debug, Display};

use serde::Serialize;

/// Everything that a test had shown: prints, messages, what is made with serde.
#[derive(Debug, Default)]
pub struct Shown(Vec<String>);

impl Shown {
    /// Its `Debug`, in both forms.
    pub fn debug(&mut self, what: &impl Debug) {
        self.0.push(format!("{what:?}\n{what:#?}"));
    }

    /// Its `Debug`, and its JSON.
    ///
    /// # Panics
    /// It cannot be written as JSON.
    pub fn both(&mut self, what: &(impl Debug + Serialize)) {
        self.debug(what);
        match serde_json::to_string(what) {
            Ok(json) => self.0.push(json),
            Err(error) => panic!("it cannot be written as JSON: {error}"),
        }
    }

    /// How each of them is displayed.
    pub fn display(&mut self, what: impl IntoIterator<Item = impl Display>) {
        self.0.extend(what.into_iter().map(|one| one.to_string()));
    }

    /// An error and what it comes from.
    pub fn error(&mut self, error: &(dyn Error + 'static)) {
        let mut cause = Some(error);
        while let Some(error) = cause {
            self.0.push(format!("{error}\n{error:?}\n{error:#?}"));
            cause = error.source();
        }
    }

    /// None of the values is in what was shown.
    ///
    /// # Panics
    /// One is.
    pub fn hides(&self, values: &BTreeSet<String>) {
        for shown in &self.0 {
            for value in values {
                assert!(!occurs(shown, value), "{value:?} in {shown}");
            }
        }
    }
}

/// Whether `value` stands in `text` by itself. Short numbers occur within hashes by chance.
fn occurs(text: &str, value: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_hexdigit());
    text.match_indices(value).any(|(at, _)| {
        let number = value.bytes().all(|byte| byte.is_ascii_digit());
        let inside = letter(text[..at].chars().next_back()) || letter(text[at + value.len()..].chars().next());
        !(number && inside)
    })
}
