//! Cases of others: what synchronisers of files, three-way merges of configuration and systems with several managers of one
//! field are documented to do, row by row, next to what hrsync does. The rows are in `cases/*.toml`, each table with its own
//! explanation; nothing here connects to anything.
//!
//! A row is `[baseline, host, vendor, policy, host after, vendor after, open]`, and where there is more to say, a last element
//! with notes: see [`Notes`]. How the cells are written is said at [`line()`], [`Policy`] and [`person`].

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use hrsync_core::finding::Finding;
use hrsync_core::guard::Guards;
use hrsync_core::mapping::{Convert, Direction, Group, Stop};
use hrsync_core::model::{Entry, FieldClass, List};
use hrsync_core::reconcile::{
    Action, Decisions, DifferenceKind, LinkState, Merged, Missing, PlanInput, Policies, Policy as Fallback, Resolution,
    ReviewInput, Roster, Select, merge, plan, review, settled_links,
};
use hrsync_core::{
    Cell, ConnectionId, Entropy, FieldId, FieldMapping, HostId, Mapping, Record, Result, RunId, StaticKeys, Value,
    VendorId, field,
};
use serde::Deserialize;
use time::OffsetDateTime;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    section: Vec<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    /// What the rows have in common.
    name: String,
    /// The mapping, by its name in [`line()`]; in the table of people there is one only.
    #[serde(default)]
    line: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row(String, String, String, String, String, String, String, #[serde(default)] Notes);

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Notes {
    /// Why the answer is what it is, above all where the tools that the table is about have another.
    why: String,
    /// The codes of the findings, in alphabetical order; none when it is not said.
    finds: String,
    /// People who are linked now.
    links: String,
    /// Why the present answer is wrong. The row states the right one, `now` the present one.
    known: String,
    /// Host after, vendor after, open, and where they are others, the findings.
    now: Vec<String>,
}

/// What a row comes to: host after, vendor after, open, findings, new links.
#[derive(PartialEq, Eq, Clone)]
struct Outcome([String; 5]);

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [host, vendor, open, finds, links] = &self.0;
        write!(f, "[{host}] [{vendor}] open [{open}] finds [{finds}] links [{links}]")
    }
}

impl Row {
    fn right(&self) -> Outcome {
        Outcome([&self.4, &self.5, &self.6, &self.7.finds, &self.7.links].map(Clone::clone))
    }

    /// What the row is to come to at present.
    fn expected(&self) -> Outcome {
        let mut outcome = self.right();
        for (place, text) in self.7.now.iter().enumerate() {
            outcome.0[place].clone_from(text);
        }
        outcome
    }

    fn is_known(&self) -> bool {
        !self.7.known.is_empty()
    }
}

/// What a table came to.
#[derive(Default)]
struct Tally {
    rows: usize,
    runs: usize,
    explained: usize,
    known: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// Runs every row under each of its policies.
    fn of(text: &str, run: impl Fn(&Section, &Row, &Policy) -> (Outcome, Option<String>)) -> Self {
        let table: Table = toml::from_str(text).unwrap();
        let mut tally = Self::default();
        for section in &table.section {
            for row in &section.rows {
                tally.rows += 1;
                tally.explained += usize::from(!row.7.why.is_empty());
                tally.known += usize::from(row.is_known());
                let case = format!("{}: {} | {} | {} | {}", section.name, row.0, row.1, row.2, row.3);
                if row.is_known() == row.7.now.is_empty() || row.expected() == row.right() && row.is_known() {
                    tally.wrong.push(format!("{case}\n  `known` and `now` go together, and `now` is another answer"));
                }
                for policy in Policy::each(&row.3) {
                    tally.runs += 1;
                    let (outcome, broken) = run(section, row, &policy);
                    if outcome != row.expected() {
                        let hint = if outcome == row.right() { "\n  it is right now: take the mark away" } else { "" };
                        tally.wrong.push(format!("{case}\n  is   {outcome}\n  want {}{hint}", row.expected()));
                    }
                    if let Some(broken) = broken.filter(|_| !row.is_known()) {
                        tally.wrong.push(format!("{case}\n  {broken}"));
                    }
                }
            }
        }
        tally
    }

    fn holds(&self) {
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

/// The lines of a mapping, by the name that the tables use. Cells of several fields are written `Baker; Bakery`; `-` is an
/// empty field, `?` one that was not read. A baseline is one value for both sides or `host/vendor`, and `none` where the field
/// was never settled.
fn line(name: &str) -> Mapping {
    const TITLE: FieldMapping = FieldMapping::new(field::JOB_TITLE, "title");
    const EMPLOYMENTS: FieldMapping = FieldMapping::new(field::EMPLOYMENTS, "employments");
    const DEPARTMENT: FieldMapping = FieldMapping::new(field::DEPARTMENT, "department");
    const WHOLE: Group = Group { name: "address", read_whole: true };
    const PARTS: Group = Group { name: "address", read_whole: false };
    const BANK: Group = Group { name: "bank", read_whole: false };
    let address = |group: &'static Group| {
        let part = |field| FieldMapping::new(field, "address").group(group);
        vec![part(field::STREET), part(field::TOWN)]
    };
    let entries = match name {
        "title" => vec![TITLE],
        "cannot clear" => vec![TITLE.cannot_clear()],
        "required" => vec![TITLE.required()],
        "create only" => vec![TITLE.only_on_creation()],
        "fill only" => vec![TITLE.only_when_empty()],
        "vendor derived" => vec![TITLE.derived()],
        "write only" => vec![TITLE.write_only()],
        "stopped" => {
            let mut mapping = Mapping::new("cases", [TITLE]);
            mapping.stop_updates(&[field::JOB_TITLE], Stop { code: "vendor.edits_off", why: "they are switched off" });
            return mapping;
        }
        "at most five letters" => vec![TITLE.max_len(5)],
        "owned by the host" => vec![TITLE.direction(Direction::ToVendor)],
        "owned by the vendor" => vec![TITLE.direction(Direction::ToHost)],
        "title by the host, department by the vendor" => {
            vec![TITLE.direction(Direction::ToVendor), DEPARTMENT.direction(Direction::ToHost)]
        }
        "title and department" => vec![TITLE, DEPARTMENT],
        "e-mail" => vec![FieldMapping::new(field::EMAIL, "email")],
        "telephone" => {
            vec![FieldMapping::new(field::PHONE, "phone").convert(Convert::Phone { calling_code: "358" })]
        }
        "address, taken whole" => address(&WHOLE),
        "address, taken in parts" => address(&PARTS),
        "account and bank" => vec![
            FieldMapping::new(field::IBAN, "iban").group(&BANK),
            FieldMapping::new(field::BIC, "bic").group(&BANK).derived_from(field::IBAN, "bank of account", bank_of),
        ],
        "codes" => vec![FieldMapping::new(field::EMPLOYMENT_TYPE, "mode").convert(CODES)],
        "employments" => vec![EMPLOYMENTS],
        "employments that cannot be removed" => vec![EMPLOYMENTS.cannot_clear()],
        "employments owned by the host" => vec![EMPLOYMENTS.direction(Direction::ToVendor)],
        "employments owned by the vendor" => vec![EMPLOYMENTS.direction(Direction::ToHost)],
        "working time" => vec![FieldMapping::new(field::WORKING_TIME, "percent")],
        other => panic!("there is no line {other:?}"),
    };
    Mapping::new("cases", entries)
}

/// Two tables that are no inverses of each other.
const CODES: Convert = Convert::Codes {
    write: &[
        ("casual", "Employed"),
        ("consultant", "Leased"),
        ("permanent", "Employed"),
        ("temporary", "Employed"),
        ("trainee", "Trainee"),
    ],
    read: &[
        ("Employed", "permanent"),
        ("Leased", "consultant"),
        ("Self employed", "permanent"),
        ("Trainee", "trainee"),
        ("Voluntary", "temporary"),
    ],
    open: false,
};

/// The bank of two of the accounts that are used.
fn bank_of(account: &Value) -> Option<Value> {
    match account.as_text()?.get(4..5)? {
        "1" => Some(Value::text("NDEAFIHH")),
        "5" => Some(Value::text("OKOYFIHH")),
        _ => None,
    }
}

/// What is decided, in order: policies by name, one for everything and others as `field=policy` or `class=policy`; `any` is
/// each of the five; `decide host`, `decide vendor` and `decide leave` decide all fields of the person and `decide FIELD=host`
/// one; `enter TEXT` enters a value for the first field; `all host` and the like decide conflicts in bulk, `missing fill` and
/// `missing leave` missing values. For people also `create`, `create in host`, `create in vendor`, and `connect HOST=VENDOR`.
#[derive(Clone)]
struct Policy {
    text: String,
    policies: Policies,
}

impl Policy {
    fn each(text: &str) -> Vec<Self> {
        let all = [Fallback::Ask, Fallback::PreferHost, Fallback::PreferVendor, Fallback::Fill, Fallback::Leave];
        let any = text.split(", ").any(|part| part == "any");
        let everything = text.split(", ").find_map(named);
        let of = |everything: Fallback| {
            let mut policies = Policies::new(everything);
            for (what, policy) in text.split(", ").filter_map(|part| part.split_once('=')) {
                let Some(policy) = named(policy) else { continue };
                policies = match FieldId::from_name(what) {
                    Ok(field) => policies.field(field, policy),
                    Err(_) => policies.class(class(what), policy),
                };
            }
            Self { text: text.to_owned(), policies }
        };
        if any { all.into_iter().map(of).collect() } else { vec![of(everything.unwrap_or_default())] }
    }

    fn decisions(&self, host: &str, fields: &[FieldId]) -> Decisions {
        let person = HostId::new(host);
        let mut decisions = Decisions::new();
        for part in self.text.split(", ") {
            let (verb, what) = part.split_once(' ').unwrap_or((part, ""));
            decisions = match (verb, what) {
                ("decide", what) => match what.split_once('=') {
                    Some((field, side)) => {
                        decisions.decide(&person, FieldId::from_name(field).unwrap(), resolution(side))
                    }
                    None => fields
                        .iter()
                        .fold(decisions, |decisions, field| decisions.decide(&person, *field, resolution(what))),
                },
                ("enter", text) => decisions.enter(&person, fields[0], if text == "-" { "" } else { text }),
                ("all", side) => decisions.for_conflicts(resolution(side)),
                ("missing", "fill") => decisions.for_missing(Missing::Fill),
                ("missing", "leave") => decisions.for_missing(Missing::Leave),
                ("create", "") => decisions.create_in_host(Select::All).create_in_vendor(Select::All),
                ("create", "in host") => decisions.create_in_host(Select::All),
                ("create", "in vendor") => decisions.create_in_vendor(Select::All),
                ("connect", pair) => {
                    let (host, vendor) = pair.split_once('=').unwrap();
                    decisions.connect(&HostId::new(host), &VendorId::new(vendor))
                }
                (word, "") if word == "any" || word.contains('=') || named(word).is_some() => decisions,
                _ => panic!("there is no decision {part:?}"),
            };
        }
        decisions
    }

    /// Whether something may be left as it is, and so goes on to differ.
    fn leaves(&self) -> bool {
        self.text.contains("leave") || self.text == "any"
    }
}

fn named(text: &str) -> Option<Fallback> {
    Some(match text {
        "ask" => Fallback::Ask,
        "prefer_host" => Fallback::PreferHost,
        "prefer_vendor" => Fallback::PreferVendor,
        "fill" => Fallback::Fill,
        "leave" => Fallback::Leave,
        _ => return None,
    })
}

fn class(text: &str) -> FieldClass {
    serde_json::from_value(text.into()).unwrap()
}

fn resolution(text: &str) -> Resolution {
    serde_json::from_value(text.into()).unwrap()
}

fn kind(kind: DifferenceKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

fn codes(findings: &[Finding]) -> String {
    let mut codes: Vec<&str> = findings.iter().map(|finding| &*finding.code).collect();
    codes.sort_unstable();
    codes.join(" ")
}

type Read = fn(&FieldMapping, &str) -> Cell;

fn host_cell(entry: &FieldMapping, text: &str) -> Cell {
    Cell::from_text(&rows(entry, text), |text| entry.field.kind().parse(text))
}

fn vendor_cell(entry: &FieldMapping, text: &str) -> Cell {
    entry.parse_vendor(&rows(entry, text))
}

/// The text of a list from `1:Baker 2:Chef`, employments by a year of their start with their titles, or from `24:100 25:80 27:-`,
/// the years from which percentages hold or none does; from `0` something holds since ever. Other text stays as it is.
fn rows(entry: &FieldMapping, text: &str) -> String {
    let Some(def) = entry.field.kind().list() else { return text.to_owned() };
    let Some(parts) = text.split(' ').map(|part| part.split_once(':')).collect::<Option<Vec<_>>>() else {
        return text.to_owned();
    };
    let day = |year: &str| format!("20{year:0>2}-01-01");
    let last = |year: &str| format!("20{:0>2}-12-31", year.parse::<u8>().unwrap() - 1);
    let row = |(place, (year, value)): (usize, &(&str, &str))| {
        if !def.is_timeline() {
            return Some(serde_json::json!({"start": day(year), "title": value}));
        }
        let next = parts.get(place + 1).map(|(next, _)| last(next));
        let from = (*year != "0").then(|| day(year));
        (*value != "-").then(|| serde_json::json!({"from": from, "to": next, "percent": value}))
    };
    serde_json::to_string(&parts.iter().enumerate().filter_map(row).collect::<Vec<_>>()).unwrap()
}

/// A list as the tables write it.
fn shown_list(list: &List) -> String {
    let year = |key: &Value| match key.as_date().unwrap().year() {
        ever if ever < 0 => 0,
        year => year - 2000,
    };
    let value = |entry: &Entry| entry.parts().iter().flatten().next().map(|part| part.reveal().into_owned());
    let entry = |entry: &Entry| format!("{}:{}", year(entry.key()), value(entry).unwrap_or_else(|| "-".to_owned()));
    list.entries().iter().map(entry).collect::<Vec<_>>().join(" ")
}

fn record(mapping: &Mapping, text: &str, read: Read) -> Record {
    let texts: Vec<&str> = text.split("; ").collect();
    assert_eq!(texts.len(), mapping.entries().len(), "{text:?} has a part for each field");
    let cells = mapping.entries().iter().zip(texts).map(|(entry, text)| match text {
        "?" => (entry.field, Cell::NotRead),
        "-" => (entry.field, Cell::Empty),
        text => (entry.field, read(entry, text)),
    });
    cells.fold(Record::new("1"), |record, (field, cell)| record.with(field, cell))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::NotRead => "?".to_owned(),
        Cell::Empty => "-".to_owned(),
        Cell::Value(Value::List(list)) => shown_list(list),
        Cell::Value(value) => value.reveal().into_owned(),
        Cell::AsGiven(given) => given.reveal().to_owned(),
    }
}

fn shown(mapping: &Mapping, record: &Record) -> String {
    let texts: Vec<String> = mapping.entries().iter().map(|entry| cell(record.cell(entry.field))).collect();
    texts.join("; ")
}

fn open(mapping: &Mapping, merged: &Merged) -> String {
    let texts = merged.open.iter().map(|(field, how)| match (mapping.entries().len(), field.name().rsplit_once('.')) {
        (1, _) => kind(*how),
        (_, Some((_, name))) => format!("{name}:{}", kind(*how)),
        (_, None) => format!("{}:{}", field.name(), kind(*how)),
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// Merges the two records of one person, and says which law that breaks.
fn merged(section: &Section, row: &Row, policy: &Policy) -> (Outcome, Option<String>) {
    let mapping = line(&section.line);
    let fields: Vec<FieldId> = mapping.entries().iter().map(|entry| entry.field).collect();
    let before = (row.0 != "none").then(|| {
        let (host, vendor) = row.0.split_once('/').unwrap_or((&row.0, &row.0));
        (record(&mapping, host, host_cell), record(&mapping, vendor, vendor_cell))
    });
    let (host, vendor) = (record(&mapping, &row.1, host_cell), record(&mapping, &row.2, vendor_cell));
    let decisions = policy.decisions("1", &fields);
    let pair = before.as_ref().map(|(host, vendor)| (host, vendor));
    let merged = merge(&mapping, pair, &host, &vendor, &policy.policies, &decisions).unwrap();
    let of = |merged: &Merged| (shown(&mapping, &merged.host), shown(&mapping, &merged.vendor), open(&mapping, merged));
    let (host_after, vendor_after, open) = of(&merged);
    let mut broken = None;
    // Of a list the other entries may have changed.
    if merged.open.iter().filter(|(field, _)| field.kind().list().is_none()).any(|(field, _)| {
        host.cell(*field) != merged.host.cell(*field) || vendor.cell(*field) != merged.vendor.cell(*field)
    }) {
        broken = Some("a field that waits for a person was changed".to_owned());
    }
    // Applied twice is applied once.
    if merged.open.is_empty() && !policy.leaves() {
        let settled = Some((&merged.host, &merged.vendor));
        let again = merge(&mapping, settled, &merged.host, &merged.vendor, &Policies::default(), &Decisions::new());
        let again = of(&again.unwrap());
        if again != (host_after.clone(), vendor_after.clone(), String::new()) {
            broken = Some(format!("a second merge gives {again:?}"));
        }
    }
    (Outcome([host_after, vendor_after, open, codes(&merged.findings), String::new()]), broken)
}

/// A person in a list, `aino:Baker` or `aino:-`: the name stands for the identity, what follows is the job title. `aino.2` is
/// another record of the same person. A list that ends in `...` is not known to be complete. In the baseline, `!aino:Baker` was
/// disconnected.
fn person(text: &str) -> Record {
    let (id, title) = text.split_once(':').unwrap();
    let name = id.split('.').next().unwrap();
    let (number, given, family) = match name {
        "aino" => ("010190-9000", "Aino", "Virtanen"),
        "bo" => ("020285-9111", "Bo", "Nyström"),
        "cia" => ("030378-9222", "Cia", "Lindqvist"),
        other => panic!("{other:?} is nobody"),
    };
    let text = |text: &str| Cell::Value(Value::text(text));
    Record::new(id)
        .with(field::NATIONAL_ID, text(number))
        .with(field::GIVEN_NAME, text(given))
        .with(field::FAMILY_NAME, text(family))
        .with(field::JOB_TITLE, if title == "-" { Cell::Empty } else { text(title) })
}

fn people(text: &str) -> Roster {
    let people = text.split(' ').filter(|part| !matches!(*part, "-" | "..."));
    let mut roster = Roster::complete(people.map(|text| person(text.trim_start_matches('!'))));
    roster.coverage.unrestricted = !text.ends_with("...");
    roster
}

fn shown_people(people: &BTreeMap<String, Record>) -> String {
    let text = |(id, person): (&String, &Record)| format!("{id}:{}", cell(person.cell(field::JOB_TITLE)));
    let mut texts: Vec<String> = people.iter().map(text).collect();
    texts.sort_unstable();
    if texts.is_empty() { "-".to_owned() } else { texts.join(" ") }
}

#[derive(Debug)]
struct Still;

impl Entropy for Still {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        bytes.fill(0);
        Ok(())
    }
}

/// Reviews two lists, plans, and does in memory what the plan says.
fn planned(_: &Section, row: &Row, policy: &Policy) -> (Outcome, Option<String>) {
    let mapping = Arc::new(Mapping::new(
        "cases",
        [
            FieldMapping::new(field::NATIONAL_ID, "id").required().unique(),
            FieldMapping::new(field::GIVEN_NAME, "given").required(),
            FieldMapping::new(field::FAMILY_NAME, "family").required(),
            FieldMapping::new(field::JOB_TITLE, "title"),
        ],
    ));
    let (connection, keys) = (ConnectionId::new("cases"), StaticKeys::new([7; 32]));
    let before = people(&row.0);
    let mut links = settled_links(&connection, &mapping, &before, &before, &keys);
    for (link, _) in links.iter_mut().zip(row.0.split(' ')).filter(|(_, text)| text.starts_with('!')) {
        link.state = LinkState::Disconnected;
    }
    let (host, vendor) = (people(&row.1), people(&row.2));
    let by_id = |roster: &Roster| -> BTreeMap<String, Record> {
        roster.records.iter().map(|record| (record.id().to_owned(), record.clone())).collect()
    };
    let (mut host_after, mut vendor_after) = (by_id(&host), by_id(&vendor));
    let found = review(ReviewInput {
        connection: &connection,
        mapping,
        host: Arc::new(host),
        vendor: Arc::new(vendor),
        links: Arc::new(links),
        apart: Arc::default(),
        keys: &keys,
        as_of: None,
    });
    let with = PlanInput {
        connector: None,
        keys: &keys,
        entropy: &Still,
        policies: &policy.policies,
        guards: &Guards::off(),
        run: RunId::new("cases"),
        actor: "cases".to_owned(),
        may_approve: true,
        now: OffsetDateTime::UNIX_EPOCH,
    };
    let plan = plan(&found, &policy.decisions("aino", &[field::JOB_TITLE]), with).unwrap();
    for operation in &plan.operations {
        let ids = (operation.host_id.as_ref().map(HostId::as_str), operation.vendor_id.as_ref().map(VendorId::as_str));
        match (&operation.action, ids) {
            (Action::UpdateVendor { .. }, (Some(host), Some(vendor))) => {
                let title = host_after[host].cell(field::JOB_TITLE).clone();
                vendor_after.get_mut(vendor).unwrap().set(field::JOB_TITLE, title);
            }
            (Action::UpdateHost { .. }, (Some(host), Some(vendor))) => {
                let title = vendor_after[vendor].cell(field::JOB_TITLE).clone();
                host_after.get_mut(host).unwrap().set(field::JOB_TITLE, title);
            }
            (Action::CreateInVendor { .. }, (Some(host), None)) => {
                let made = vendor_after.insert(host.to_owned(), host_after[host].clone());
                assert!(made.is_none(), "{host} is there already");
            }
            (Action::CreateInHost { .. }, (None, Some(vendor))) => {
                let made = host_after.insert(vendor.to_owned(), vendor_after[vendor].clone());
                assert!(made.is_none(), "{vendor} is there already");
            }
            (other, _) => panic!("{other:?}"),
        }
    }
    let fields = plan.undecided.iter().map(|one| format!("{}:{}", one.host_id, kind(one.kind)));
    let candidates = found.candidates.iter().map(|one| format!("{}?{}", one.host, one.vendor));
    let links = plan.settlements.iter().filter(|one| one.new_link.is_some());
    let outcome = Outcome([
        shown_people(&host_after),
        shown_people(&vendor_after),
        fields.chain(candidates).collect::<Vec<_>>().join(" "),
        codes(&plan.findings),
        links.map(|one| format!("{}={}", one.host_id, one.vendor_id)).collect::<Vec<_>>().join(" "),
    ]);
    let lost = [(&found.counts.host, host_after.len()), (&found.counts.vendor, vendor_after.len())];
    let broken = lost.iter().any(|(before, after)| *before > after).then(|| "somebody was deleted".to_owned());
    (outcome, broken)
}

#[test]
fn fields_as_two_way_synchronisers_of_files() {
    Tally::of(include_str!("cases/two_way_fields.toml"), merged).holds();
}

#[test]
fn people_as_two_way_synchronisers_of_files() {
    Tally::of(include_str!("cases/two_way_people.toml"), planned).holds();
}

#[test]
fn fields_as_three_way_merges_of_configuration() {
    Tally::of(include_str!("cases/three_way.toml"), merged).holds();
}

#[test]
fn fields_with_several_managers() {
    Tally::of(include_str!("cases/ownership.toml"), merged).holds();
}

#[test]
fn lists_merged_entry_by_entry() {
    Tally::of(include_str!("cases/lists.toml"), merged).holds();
}

#[test]
fn dated_values_compared_by_what_holds_on_each_day() {
    Tally::of(include_str!("cases/timelines.toml"), merged).holds();
}

#[test]
fn how_many_rows_there_are() {
    let tables = [
        ("two_way_fields", Tally::of(include_str!("cases/two_way_fields.toml"), merged)),
        ("two_way_people", Tally::of(include_str!("cases/two_way_people.toml"), planned)),
        ("three_way", Tally::of(include_str!("cases/three_way.toml"), merged)),
        ("ownership", Tally::of(include_str!("cases/ownership.toml"), merged)),
        ("lists", Tally::of(include_str!("cases/lists.toml"), merged)),
        ("timelines", Tally::of(include_str!("cases/timelines.toml"), merged)),
    ];
    for (name, Tally { rows, runs, explained, known, .. }) in &tables {
        println!("{name}: {rows} rows, {runs} runs, {explained} with a reason, {known} known to be wrong");
    }
    assert!(tables.iter().map(|(_, tally)| tally.rows).sum::<usize>() >= 150);
}
