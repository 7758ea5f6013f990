//! Answers: one object, or a page of a list.

use bytes::Bytes;
use hrsync_core::{Error, ErrorKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::Operation;
use super::silent;
use crate::VENDOR;

#[derive(Deserialize)]
struct One {
    value: Option<serde_json::Value>,
}

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    /// No total: while there are more rows it says one more than was given so far. \[client\]
    full_result_size: Option<u64>,
    values: Option<Vec<serde_json::Value>>,
}

/// Rows of a list.
#[derive(PartialEq, Eq)]
pub struct List<T> {
    /// Those that could be read.
    pub rows: Vec<T>,
    /// The places of those that could not, from 0.
    pub unreadable: Vec<usize>,
    /// Whether another page may follow this one.
    pub more: bool,
}

impl<T> std::fmt::Debug for List<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("List").field("rows", &self.rows.len()).field("more", &self.more).finish_non_exhaustive()
    }
}

/// An object that is only named.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Reference {
    /// Its id.
    pub id: u64,
}
silent!(Reference);

/// A text of an object. What a right hides is not there, which must not look like what holds nothing: texts that are not set are shown
/// as empty ones, and days as null. \[spec, client\]
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Field {
    /// It is not there.
    #[default]
    Hidden,
    /// It holds nothing.
    Empty,
    /// It holds this.
    Text(String),
}
silent!(Field);

impl Field {
    /// What it holds.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Hidden | Self::Empty => None,
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(from)?.filter(|text| !text.trim().is_empty());
        Ok(text.map_or(Self::Empty, Self::Text))
    }
}

/// Reads one object.
///
/// # Errors
/// The answer is none.
pub fn one<T: DeserializeOwned>(operation: Operation, answer: &Bytes) -> hrsync_core::Result<T> {
    let one: Option<One> = serde_json::from_slice(answer).ok().filter(|_| is_object(answer));
    one.and_then(|one| object(one.value?)).ok_or_else(|| unreadable(operation))
}

/// Reads a page of a list, of which `asked` rows from the place `from` on were asked for. One row that cannot be read does not lose the
/// others.
///
/// # Errors
/// The answer is none.
pub fn list<T: DeserializeOwned>(
    operation: Operation,
    answer: &Bytes,
    from: u64,
    asked: u64,
) -> hrsync_core::Result<List<T>> {
    let page: Option<Page> = serde_json::from_slice(answer).ok().filter(|_| is_object(answer));
    let page = page.ok_or_else(|| unreadable(operation))?;
    let values = page.values.ok_or_else(|| unreadable(operation))?;
    let given = values.len() as u64;
    // A page that is full may be the last one, and the total is none. A page that is not full is the last one, unless the service gives
    // fewer rows than it was asked for and says that there are more.
    let more = given > 0 && (given >= asked || page.full_result_size.is_some_and(|size| size > from + given));
    let (mut rows, mut unreadable) = (Vec::with_capacity(values.len()), Vec::new());
    for (place, value) in values.into_iter().enumerate() {
        match object(value) {
            Some(row) => rows.push(row),
            None => unreadable.push(place),
        }
    }
    Ok(List { rows, unreadable, more })
}

/// Reads a list of which every row counts.
///
/// # Errors
/// The answer is none, or a row cannot be read.
pub fn whole_list<T: DeserializeOwned>(
    operation: Operation,
    answer: &Bytes,
    from: u64,
    asked: u64,
) -> hrsync_core::Result<List<T>> {
    let list = list(operation, answer, from, asked)?;
    if list.unreadable.is_empty() { Ok(list) } else { Err(unreadable(operation)) }
}

/// Reads an object as a type. A JSON array would be taken for one too, its items for the fields in their order.
fn object<T: DeserializeOwned>(value: serde_json::Value) -> Option<T> {
    value.is_object().then(|| serde_json::from_value(value).ok()).flatten()
}

fn is_object(answer: &Bytes) -> bool {
    answer.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// An answer that is not what the vendor's document says. The parser's words repeat what is in it.
fn unreadable(operation: Operation) -> Error {
    Error::new(ErrorKind::Decode, "Tripletex answered something else than its documentation says")
        .with_vendor(VENDOR)
        .with_operation(operation.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Row {
        id: u64,
    }

    fn page(size: &str, ids: &[&str], from: u64, asked: u64) -> List<Row> {
        let rows: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":{id}}}"#)).collect();
        let text = format!(r#"{{"fullResultSize":{size},"from":{from},"count":9,"values":[{}]}}"#, rows.join(","));
        list(Operation::Employees, &Bytes::from(text), from, asked).unwrap()
    }

    #[test]
    fn the_total_is_not_believed() {
        // More rows: the size is one more than was given.
        assert!(page("3", &["1", "2"], 0, 2).more);
        // The last page, full.
        assert!(page("4", &["3", "4"], 2, 2).more);
        assert!(!page("4", &[], 4, 2).more);
        // The last page, not full.
        assert!(!page("3", &["3"], 2, 2).more);
        // Fewer rows than asked for, and more to come.
        assert!(page("2", &["1"], 0, 1000).more);
        for size in ["null", "0"] {
            assert!(!page(size, &["1"], 0, 1000).more, "{size}");
        }
    }

    #[test]
    fn one_bad_row_loses_no_other() {
        let read = page("3", &["1", "\"x\"", "3"], 0, 1000);
        assert_eq!(read.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(read.unreadable, [1]);
    }

    #[test]
    fn an_answer_that_is_none_is_told_without_what_is_in_it() {
        for text in [
            "",
            "<html>Aino</html>",
            "[]",
            "[3,[]]",
            r#"{"values":null}"#,
            r#"{"value":[7]}"#,
            r#"{"value":{"id":"Aino"}}"#,
            r#"{"value":null}"#,
        ] {
            let answer = Bytes::from(text);
            let errors = [
                list::<Row>(Operation::Employees, &answer, 0, 1).map(drop).unwrap_err(),
                one::<Row>(Operation::Employees, &answer).map(drop).unwrap_err(),
            ];
            for error in errors {
                assert_eq!(error.kind(), ErrorKind::Decode, "{text}");
                assert!(!format!("{error}{error:?}").contains("Aino"));
            }
        }
    }
}
