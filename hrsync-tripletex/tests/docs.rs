//! Keeps the table of supported fields in `docs.md` true: it is printed from the mapping.
//!
//! ```text
//! cargo test -p hrsync-tripletex --test docs                  # checks
//! UPDATE_DOCS=1 cargo test -p hrsync-tripletex --test docs    # rewrites the table
//! ```

use std::path::Path;

use hrsync_tripletex::mapping::mapping;

#[test]
fn the_table_of_fields_is_the_mapping() {
    hrsync_testkit::pages::fields(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs.md"), &mapping());
}
