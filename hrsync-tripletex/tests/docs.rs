//! Keeps the table of supported fields in `docs.md` true: it is printed from the mapping.
//!
//! ```text
//! cargo test -p hrsync-tripletex --test docs                  # checks
//! UPDATE_DOCS=1 cargo test -p hrsync-tripletex --test docs    # rewrites the table, then checks
//! ```

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::fs;
use std::path::Path;

use hrsync_tripletex::mapping::mapping;

const BEGIN: &str = "<!-- fields:begin -->\n";
const END: &str = "<!-- fields:end -->";

/// What stands before, between and after the two marks.
fn parts(page: &str) -> (&str, &str, &str) {
    let from = page.find(BEGIN).unwrap_or_else(|| panic!("no {BEGIN:?}")) + BEGIN.len();
    let to = from + page[from..].find(END).unwrap_or_else(|| panic!("no {END:?}"));
    (&page[..from], &page[from..to], &page[to..])
}

#[test]
fn the_table_of_fields_is_the_mapping() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs.md");
    let mut page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let table = mapping().to_markdown();
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        let (before, now, after) = parts(&page);
        if now != table {
            page = format!("{before}{table}{after}");
            fs::write(&path, &page).unwrap();
        }
    }
    let (_, now, _) = parts(&page);
    assert_eq!(now, table, "docs.md does not show the mapping; UPDATE_DOCS=1 rewrites the table");
    assert_eq!(table.lines().count(), 2 + mapping().entries().len());
}
