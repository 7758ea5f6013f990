//! The frame around every answer.

use time::OffsetDateTime;

use super::helsinki::helsinki_stamp;
use super::query::Language;
use super::texts::Refusal;
use super::xml::Writer;

/// An answer of success, open for what the resource adds.
pub(crate) fn succeeded(now: OffsetDateTime) -> Writer {
    let mut out = Writer::new();
    out.open("Root");
    out.open("ResponseStatus");
    out.leaf("Status", &[], "OK");
    out.leaf("TimeStamp", &[], &helsinki_stamp(now));
    out.close();
    out
}

/// The reply of an insert that gives back its key.
pub(crate) fn inserted(out: &mut Writer, key: u32) {
    out.open("Replies");
    out.leaf("InsertedDataIdentifier", &[], &key.to_string());
    out.close();
}

/// An answer of failure: one `Status` with the word, another with code and text.
pub(crate) fn failed(refusal: &Refusal, language: Language, now: OffsetDateTime) -> String {
    let mut out = Writer::new();
    out.open("Root");
    out.open("ResponseStatus");
    out.leaf("Status", &[], "FAILED");
    out.leaf("Status", &[], &format!("{} :: {}", refusal.code().as_str(), refusal.message(language)));
    out.leaf("TimeStamp", &[], &helsinki_stamp(now));
    out.finish()
}
