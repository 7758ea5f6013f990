//! Marked values, and the search for them in what must not show a value.
//!
//! A test fills both sides with [`person`]s, lets things happen, and asks [`marks_in`] about everything that was stored, shown or
//! traced.

use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hrsync_core::{Employee, check};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What must not be seen, in lower case: parts of values, and the word in other clothes. Countries, genders and types of
/// employment are words of the language too, so they cannot be searched for.
pub const MARKS: [&str; 13] = [
    "quetzal",
    "quetfi",
    "50987654",
    "1234560000078",
    "5000151000002",
    "1981-02-03",
    "1982-03-04",
    "2013-05-06",
    "2014-06-07",
    "5175657a616c",
    "7175657a616c",
    "113, 117, 101, 116, 122",
    // In base 64, with a capital or without.
    "xvldhph",
];

/// The marks that are in something, whatever it is.
pub fn marks_in(content: impl AsRef<[u8]>) -> Vec<&'static str> {
    let content = content.as_ref().to_ascii_lowercase();
    // The first byte is looked for first: what is searched is large, and nothing is found.
    let found = |mark: &[u8]| {
        let places = content.iter().enumerate().filter(|(_, byte)| **byte == mark[0]);
        places.map(|(place, _)| place).any(|place| content[place..].starts_with(mark))
    };
    MARKS.into_iter().filter(|mark| found(mark.as_bytes())).collect()
}

/// Person `n`, marked in every field that can be. Nobody resembles anybody.
pub fn person(n: usize) -> Employee {
    let mut person = Employee::new(format!("h{n}"));
    let own = format!("{:x}", (n + 3) * (n + 3) * 7_919_317);
    person.national_id = Some(format!("QUETZAL-{own}"));
    person.given_name = Some(format!("Quetzal{own}"));
    person.family_name = Some(format!("af {own}Quetzal"));
    person.email = Some(format!("quetzal{n}@a.example"));
    person.phone = Some(format!("+35850987654{n:02}"));
    person.birth_date = check::date("1981-02-03").ok();
    person.employee_number = Some(format!("Quetzal{n}"));
    person.address.street = Some(format!("Quetzal street {n}"));
    person.address.town = Some("Quetzal town".into());
    person.address.postcode = Some("Quetzal".into());
    person.address.country = Some("FI".into());
    person.bank.iban = Some("FI2112345600000785".into());
    person.bank.bic = Some("QUETFIHH".into());
    person.employment.start = check::date("2013-05-06").ok();
    person.employment.title = Some("Quetzal".into());
    person.department = Some("Quetzal".into());
    person
}

/// Everything that was shown: what is noted, and as a [`Subscriber`] every span and event of every level with all fields. Clones
/// write into the same.
#[derive(Clone, Default)]
pub struct Transcript(Arc<(Mutex<String>, AtomicU64)>);

impl Debug for Transcript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Transcript")
    }
}

impl Transcript {
    /// Notes a text.
    pub fn text(&self, text: &str) {
        let mut all = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_str(text);
        all.push('\n');
    }

    /// Notes what a thing shows of itself.
    pub fn debug(&self, thing: &dyn Debug) {
        self.text(&format!("{thing:?}"));
        self.text(&format!("{thing:#?}"));
    }

    /// Notes an error with everything behind it.
    pub fn error(&self, error: &dyn std::error::Error) {
        self.debug(&error);
        let mut next = Some(error);
        while let Some(error) = next {
            self.text(&error.to_string());
            next = error.source();
        }
    }

    /// Notes also what panics say from now on, in the whole process.
    pub fn notes_panics(&self) {
        let (own, usual) = (self.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            own.text(&panic.to_string());
            usual(panic);
        }));
    }

    /// Everything so far.
    pub fn content(&self) -> String {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// # Panics
    /// There is a mark in it; the panic says in which lines.
    pub fn assert_silent(&self) {
        for line in self.content().lines() {
            assert_eq!(marks_in(line), [""; 0], "{line}");
        }
    }

    fn line(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields)) {
        let mut line = Fields(format!("{} {}", metadata.target(), metadata.name()));
        record(&mut line);
        self.text(&line.0);
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Transcript {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata(), |fields| span.record(fields));
        Id::from_u64(self.0.1.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Fields(String::new());
        values.record(&mut line);
        self.text(&line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.line(event.metadata(), |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_found_where_it_is() {
        for mark in MARKS {
            assert_eq!(marks_in(format!("before {} after", mark.to_uppercase())), [mark]);
            assert_eq!(marks_in(&mark[1..]), [""; 0]);
        }
        for clothes in ["UXVldHphbA==", "cXVldHphbA==", "5175657A616C", &format!("{:?}", b"quetzal")] {
            assert_eq!(marks_in(clothes).len(), 1, "{clothes}");
        }
    }

    #[test]
    fn spans_events_and_notes_are_written_down() {
        let transcript = Transcript::default();
        tracing::subscriber::with_default(transcript.clone(), || {
            let span = tracing::trace_span!("outer", who = "Quetzal 1", late = tracing::field::Empty);
            span.record("late", "Quetzal 2");
            let _inside = span.enter();
            tracing::trace!(name = ?"Quetzal 3", "Quetzal 4");
        });
        transcript.debug(&"Quetzal 5");
        transcript.error(&std::io::Error::other("Quetzal 6"));
        let content = transcript.content();
        for n in 1..=6 {
            assert!(content.contains(&format!("Quetzal {n}")), "{n} in {content}");
        }
    }
}
