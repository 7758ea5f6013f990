//! A mapping as a table for people, so that documentation cannot say anything else than what is done.

use std::fmt::Write as _;

use super::{Convert, Direction, FieldMapping, Mapping, Update};
use crate::model::Side;

const NEVER: &str = "-";

impl Mapping {
    /// The supported fields as a Markdown table: the host's field, the vendor's elements, and the rules in words.
    ///
    /// ```
    /// use hrsync_core::mapping::{FieldMapping, Mapping};
    /// use hrsync_core::{Side, field};
    ///
    /// let email = FieldMapping::new(field::EMAIL, "base.email").required().unique_in(Side::Host).max_len(100);
    /// let table = Mapping::new("example", [email]).to_markdown();
    /// assert!(table.ends_with(
    ///     "| e-mail address (`email`) | `base.email` | `base.email` | required; unique in the host; at most 100 characters |\n"
    /// ));
    /// ```
    pub fn to_markdown(&self) -> String {
        let mut table = String::from("| host field | read from | written to | rules |\n|---|---|---|---|\n");
        for entry in self.entries() {
            let field = entry.field.def();
            let reads = !entry.write_only && entry.direction != Direction::ToVendor;
            let writes = entry.update != Update::Derived && entry.direction != Direction::ToHost;
            let read = if reads { code(entry.read_path) } else { NEVER.to_owned() };
            let written = if writes { code(entry.write_path) } else { NEVER.to_owned() };
            let rules = rules(entry).join("; ");
            // Writing to a string does not fail.
            let _ =
                writeln!(table, "| {} (`{}`) | {read} | {written} | {} |", field.label, field.name, escaped(&rules));
        }
        table
    }
}

/// Paths as code, one after the other.
fn code(paths: &str) -> String {
    paths.split(", ").map(|path| format!("`{}`", escaped(path))).collect::<Vec<_>>().join(", ")
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The rules of a line, each in words.
fn rules(entry: &FieldMapping) -> Vec<String> {
    let mut rules = Vec::new();
    let mut say = |rule: &str| rules.push(rule.to_owned());
    if entry.required {
        say("required");
    }
    match (entry.unique_in.contains(&Side::Host), entry.unique_in.contains(&Side::Vendor)) {
        (false, false) => {}
        (true, false) => say("unique in the host"),
        (false, true) => say("unique in the payroll system"),
        (true, true) => say("unique in both"),
    }
    if let Some(most) = entry.max_len {
        say(&format!("at most {most} characters"));
    }
    if entry.check.is_some() {
        say("must be valid");
    }
    match entry.update {
        Update::Always => {}
        Update::OnCreation => say("sent once, on creation"),
        Update::Derived => say("worked out by the payroll system"),
        Update::OnlyWhenEmpty => say("written only into an empty field"),
        Update::Stopped(stop) => say(&format!("not updated at present: {}", stop.why)),
    }
    // The other kinds of update imply it.
    if !entry.clearable && matches!(entry.update, Update::Always | Update::Stopped(_)) {
        say("cannot be cleared");
    }
    if entry.write_only {
        say("never shown by the payroll system");
    }
    match entry.direction {
        Direction::ToVendor if !entry.write_only => say("from the host to the payroll system only"),
        Direction::ToHost => say("from the payroll system to the host only"),
        Direction::Both | Direction::ToVendor => {}
    }
    if let Some(group) = entry.group {
        say(&format!("goes together with the {}", group.name));
        if group.read_whole {
            say("taken over only when all of it is filled");
        }
    }
    for need in entry.needs {
        say(&format!("only with the {}", need.field.def().label));
    }
    match entry.convert {
        Convert::Same => {}
        Convert::Phone { calling_code } => say(&format!("with +{calling_code} when the number has no country")),
        Convert::Codes { open: false, .. } => say("converted by two tables"),
        Convert::Codes { open: true, .. } => say("converted by two tables; other codes pass unchanged"),
        Convert::Custom { name, .. } => say(&format!("converted ({name})")),
    }
    if let Some(derive) = entry.derive {
        say(&format!("worked out from the {} when missing", derive.from.def().label));
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::{Group, Need, Stop};
    use crate::model::{Value, field};

    static ADDRESS: Group = Group { name: "address", read_whole: true };

    #[test]
    fn each_rule_has_its_words() {
        let codes = |open| Convert::Codes { write: &[], read: &[], open };
        let same = |value: &Value| Ok(value.clone());
        let base = |id| FieldMapping::new(id, "a.b");
        let cases = [
            (base(field::EMAIL), ""),
            (base(field::EMAIL).unique().max_len(7), "unique in both; at most 7 characters"),
            (
                base(field::EMAIL).unique_in(Side::Vendor).cannot_clear(),
                "unique in the payroll system; cannot be cleared",
            ),
            (base(field::EMAIL).required().only_on_creation(), "required; sent once, on creation"),
            (base(field::EMAIL).check(|text| Ok(text.to_owned())), "must be valid"),
            (base(field::EMAIL).derived(), "worked out by the payroll system"),
            (base(field::EMAIL).only_when_empty(), "written only into an empty field"),
            (base(field::EMAIL).write_only(), "never shown by the payroll system"),
            (base(field::EMAIL).direction(Direction::ToHost), "from the payroll system to the host only"),
            (base(field::EMAIL).direction(Direction::ToVendor), "from the host to the payroll system only"),
            (
                base(field::TOWN).group(&ADDRESS),
                "goes together with the address; taken over only when all of it is filled",
            ),
            (
                base(field::END_DATE).needs(&[Need { field: field::START_DATE, code: "x", why: "", hint: "" }]),
                "only with the employment start date",
            ),
            (base(field::EMAIL).convert(codes(false)), "converted by two tables"),
            (base(field::EMAIL).convert(codes(true)), "converted by two tables; other codes pass unchanged"),
            (
                base(field::PHONE).convert(Convert::Phone { calling_code: "47" }),
                "with +47 when the number has no country",
            ),
            (base(field::EMAIL).convert(Convert::Custom { name: "a|b", write: same, read: same }), "converted (a|b)"),
            (
                base(field::BIC).derived_from(field::IBAN, "nothing", |_| None),
                "worked out from the bank account number when missing",
            ),
        ];
        for (entry, words) in cases {
            assert_eq!(rules(&entry).join("; "), words);
        }
        let mut stopped = Mapping::new("x", [base(field::EMAIL)]);
        stopped.stop_updates(&[field::EMAIL], Stop { code: "x.off", why: "switched off" });
        assert_eq!(rules(&stopped.entries()[0]), ["not updated at present: switched off"]);
    }

    #[test]
    fn a_path_that_is_not_used_is_not_shown() {
        let lines = |entry| Mapping::new("x", [entry]).to_markdown().lines().nth(2).map(str::to_owned);
        let base = || FieldMapping::new(field::TOWN, "a|b").write_path("c.d, e.f");
        let town = "| town (`address.town`)";
        assert_eq!(lines(base()), Some(format!("{town} | `a\\|b` | `c.d`, `e.f` |  |")));
        assert_eq!(lines(base().derived()), Some(format!("{town} | `a\\|b` | - | worked out by the payroll system |")));
        let write_only = format!("{town} | - | `c.d`, `e.f` | never shown by the payroll system |");
        assert_eq!(lines(base().write_only()), Some(write_only));
    }
}
