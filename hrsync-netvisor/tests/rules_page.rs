//! Keeps `docs/rules.md` true: its column `proved` names the files whose tests carry a rule's id.
//!
//! ```text
//! cargo test -p hrsync-netvisor --test rules_page                  # checks
//! UPDATE_DOCS=1 cargo test -p hrsync-netvisor --test rules_page    # rewrites the column, then checks
//! ```

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The product descriptions that this version implements, by the first letters of their rules.
const IMPLEMENTED: &[&str] = &["NV", "TT", "AB"];
const MARK: &str = "// rule:";
const PLANNED: &str = "planned";
const NOTHING: &str = "-";
const REASON: &str = "not proved:";

/// The files that name a rule, by rule.
type Proofs = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Two capital letters, a hyphen and digits.
fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(prefix, number)| {
        prefix.len() == 2
            && prefix.bytes().all(|byte| byte.is_ascii_uppercase())
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The Rust files below `folder`, but for built and hidden ones.
fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        // A link could lead out of the workspace or back into it.
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            rust_files(&path, into);
        } else if kind.is_file() && name.ends_with(".rs") {
            into.push(path);
        }
    }
}

/// The ids on a line that marks the rules of a test; what is no id is an error.
fn marked(line: &str) -> Result<Vec<&str>, String> {
    let Some(ids) = line.trim_start().strip_prefix(MARK) else { return Ok(Vec::new()) };
    let ids: Vec<&str> = ids.split([',', ' ', '\t']).filter(|id| !id.is_empty()).collect();
    match ids.iter().find(|id| !is_id(id)) {
        Some(other) => Err(format!("{other:?} is no id of a rule")),
        None if ids.is_empty() => Err("no id follows".into()),
        None => Ok(ids),
    }
}

/// Which file names which rule, and the marks that cannot be read.
fn proofs(root: &Path) -> (Proofs, Vec<String>) {
    let (mut proofs, mut wrong) = (Proofs::new(), Vec::new());
    let mut files = Vec::new();
    rust_files(root, &mut files);
    for file in files {
        let parts = file.strip_prefix(root).unwrap().components();
        let name = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/");
        for (number, line) in (1..).zip(fs::read_to_string(&file).unwrap().lines()) {
            match marked(line) {
                Ok(ids) => ids.into_iter().for_each(|id| {
                    proofs.entry(id.to_owned()).or_default().insert(name.clone());
                }),
                Err(problem) => wrong.push(format!("{name}:{number}: {problem}")),
            }
        }
    }
    (proofs, wrong)
}

/// A row of the page: the rule's id, and what its last column says.
fn row(line: &str) -> Option<(&str, &str)> {
    let cells = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let (id, rest) = cells.split_once('|')?;
    let (_, proved) = rest.rsplit_once('|')?;
    is_id(id.trim()).then_some((id.trim(), proved.trim()))
}

/// What the column has to say; `Err` when it cannot be known because nothing proves the rule and no reason is given.
fn expected(id: &str, now: &str, proofs: &Proofs) -> Result<String, &'static str> {
    if let Some(files) = proofs.get(id) {
        return Ok(files.iter().cloned().collect::<Vec<_>>().join(", "));
    }
    if !IMPLEMENTED.contains(&&id[..2]) {
        return Ok(PLANNED.to_owned());
    }
    match now.strip_prefix(REASON) {
        Some(reason) if !reason.trim().is_empty() => Ok(now.to_owned()),
        _ => Err(NOTHING),
    }
}

/// The page with its column brought up to date.
fn updated(page: &str, proofs: &Proofs) -> String {
    let lines = page.split_inclusive('\n').map(|line| {
        let Some((id, now)) = row(line) else { return line.to_owned() };
        let text = expected(id, now, proofs).unwrap_or_else(str::to_owned);
        let end = line.trim_end().len() - 1;
        let start = line[..end].rfind('|').unwrap() + 1;
        format!("{} {text} {}", &line[..start], &line[end..])
    });
    lines.collect()
}

/// What is wrong with the page.
fn problems(page: &str, proofs: &Proofs) -> Vec<String> {
    let (mut problems, mut seen) = (Vec::new(), BTreeSet::new());
    for (id, now) in page.lines().filter_map(row) {
        if !seen.insert(id) {
            problems.push(format!("{id} stands twice on the page"));
        }
        match expected(id, now, proofs) {
            Ok(text) if text == now => {}
            Ok(text) => problems.push(format!("{id} says {now:?} and should say {text:?}")),
            Err(_) => problems.push(format!("{id} is named by no test and gives no reason (\"{REASON} ...\")")),
        }
    }
    for (id, files) in proofs.iter().filter(|(id, _)| !seen.contains(id.as_str())) {
        problems.push(format!("{id} is not on the page and is named by {files:?}"));
    }
    problems
}

/// The ids of a list of rules in TOML.
fn listed(rules: &str) -> BTreeSet<&str> {
    let ids = rules.lines().filter_map(|line| line.strip_prefix("id")?.trim_start().strip_prefix('='));
    ids.map(|id| id.trim().trim_matches('"')).collect()
}

#[test]
fn the_page_names_the_tests_that_prove_each_rule() {
    let root = root();
    let path = root.join("docs/rules.md");
    let Ok(mut page) = fs::read_to_string(&path) else {
        println!("skipped: the crate stands alone, without docs/rules.md");
        return;
    };
    let (proofs, mut wrong) = proofs(&root);
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        let new = updated(&page, &proofs);
        if new != page {
            fs::write(&path, &new).unwrap();
            page = new;
        }
    }
    wrong.extend(problems(&page, &proofs));
    assert!(
        wrong.is_empty(),
        "docs/rules.md does not fit the tests; UPDATE_DOCS=1 rewrites its last column:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_page_has_every_rule_of_the_list_it_restates() {
    let root = root();
    let page = fs::read_to_string(root.join("docs/rules.md"));
    let rules = fs::read_to_string(root.join("../shared/rules.toml"));
    let (Ok(page), Ok(rules)) = (page, rules) else {
        hrsync_testkit::skipped("the list of rules that docs/rules.md restates");
        return;
    };
    let on_page: BTreeSet<&str> = page.lines().filter_map(row).map(|(id, _)| id).collect();
    assert_eq!(on_page, listed(&rules));
}

#[test]
fn marks_are_read_strictly() {
    assert_eq!(marked("    // rule: NV-01, AB-10 TT-99,KY-1"), Ok(vec!["NV-01", "AB-10", "TT-99", "KY-1"]));
    assert_eq!(marked("let mark = \"// rule: NV-01\";"), Ok(vec![]));
    assert!(marked("// rule:").is_err());
    assert!(marked("// rule: NV-01 to NV-03").is_err());
}

#[test]
fn the_column_is_rewritten_and_the_rest_is_left_alone() {
    let page = "# Rules\n\n| id | rule | proved |\n|---|---|---|\n| NV-01 | one \\| two. | - |\n| NV-02 | . | old.rs |\n\
                | NV-03 | . | not proved: the vendor's |\n| KY-01 | . | - |\n";
    let proofs = Proofs::from([("NV-01".to_owned(), BTreeSet::from(["b.rs".to_owned(), "a/c.rs".to_owned()]))]);
    let new = updated(page, &proofs);
    let rows: Vec<_> = new.lines().filter_map(row).collect();
    let reason = ("NV-03", "not proved: the vendor's");
    assert_eq!(rows, [("NV-01", "a/c.rs, b.rs"), ("NV-02", "-"), reason, ("KY-01", "planned")]);
    assert!(new.contains("| NV-01 | one \\| two. | a/c.rs, b.rs |\n"), "{new}");
    assert_eq!(problems(&new, &proofs).len(), 1, "only NV-02 is left: {:?}", problems(&new, &proofs));
    assert_eq!(updated(&new, &proofs), new);

    let unknown = Proofs::from([("NV-99".to_owned(), BTreeSet::from(["b.rs".to_owned()]))]);
    assert!(problems(page, &unknown).iter().any(|problem| problem.contains("NV-99 is not on the page")));
}
