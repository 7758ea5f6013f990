//! Pages of documentation that hold what the code says.

#![allow(clippy::panic, reason = "a page that is not true ends the test")]

use std::fs;
use std::path::Path;

use hrsync_core::Mapping;

const BEGIN: &str = "<!-- fields:begin -->\n";
const END: &str = "<!-- fields:end -->";

/// That a page has the table of the mapping's fields between `<!-- fields:begin -->` and `<!-- fields:end -->`. With `UPDATE_DOCS=1` in
/// the environment the table is written first.
///
/// # Panics
/// It has not, or it cannot be read or written.
pub fn fields(page: &Path, mapping: &Mapping) {
    let read = fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let read = read.replace("\r\n", "\n");
    let from = read.find(BEGIN).unwrap_or_else(|| panic!("no {BEGIN:?}")) + BEGIN.len();
    let until = from + read[from..].find(END).unwrap_or_else(|| panic!("no {END:?}"));
    let table = mapping.to_markdown();
    assert_eq!(table.lines().count(), 2 + mapping.entries().len());
    if read[from..until] == table {
        return;
    }
    let update = std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1");
    assert!(update, "{} does not show the mapping; UPDATE_DOCS=1 rewrites the table", page.display());
    let written = fs::write(page, format!("{}{table}{}", &read[..from], &read[until..]));
    written.unwrap_or_else(|error| panic!("{}: {error}", page.display()));
}
