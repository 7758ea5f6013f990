//! Lists and timelines, from review to apply and push.

use hrsync_core::journal::Event;
use hrsync_core::mapping::{FieldMapping, Mapping};
use hrsync_core::reconcile::{Decisions, DifferenceKind, ItemResult, Missing, Plan, Resolution};
use hrsync_core::store::RowKind;
use hrsync_core::{Employee, FieldId, KeyId, Side, StaticKeys, check, field};
use hrsync_testkit::SeededEntropy;
use hrsync_testkit::vendor::CallKind;

use super::recover::lost;
use super::world::{SETTLE_AFTER, World, host_id, kinds, person, results};

const ACCOUNTS: FieldId = field::BANK_ACCOUNTS;
const PERCENT: FieldId = field::WORKING_TIME;

const IBANS: [&str; 4] =
    ["FI2112345600000785", "FI5542345670000081", "DE89370400440532013000", "GB29NWBK60161331926819"];
const BICS: [&str; 2] = ["NDEAFIHH", "OKOYFIHH"];

/// Accounts by their place in the list of IBANs, each with a bank by its place too.
fn accounts(entries: &[(usize, usize)]) -> String {
    let entry =
        |(account, bank): &(usize, usize)| format!(r#"{{"bic":"{}","iban":"{}"}}"#, BICS[*bank], IBANS[*account]);
    // As it is shown: by key.
    let mut entries: Vec<_> = entries.to_vec();
    entries.sort_by_key(|(account, _)| IBANS[*account]);
    format!("[{}]", entries.iter().map(entry).collect::<Vec<_>>().join(","))
}

fn percent(rows: &[(&str, &str)]) -> String {
    let row = |(from, percent): &(&str, &str)| format!(r#"{{"from":"{from}","percent":"{percent}"}}"#);
    format!("[{}]", rows.iter().map(row).collect::<Vec<_>>().join(","))
}

fn with_lists(n: usize) -> Employee {
    let mut person = person(n);
    person.set_text(ACCOUNTS, Some(&accounts(&[(0, 0), (1, 0)])));
    person.set_text(PERCENT, Some(&percent(&[("2024-01-01", "100")])));
    person
}

/// One linked person with two accounts and a rate, whose vendor takes lists too.
async fn linked() -> World {
    let world = World::new().await;
    let lines = hrsync_testkit::vendor::mapping().entries().to_vec();
    let lists = [FieldMapping::new(ACCOUNTS, "accounts"), FieldMapping::new(PERCENT, "percent")];
    world.vendor.set_mapping(Mapping::new("memory", lines.into_iter().chain(lists)));
    world.host.put(with_lists(1));
    world.vendor.put("v1", &with_lists(1));
    world.start().await;
    assert!(world.review().await.is_in_step());
    world
}

/// A push that has nothing to send changes nothing of what comes: the payroll clerk plans a row, and corrects its day or removes it.
#[tokio::test]
async fn a_push_without_anything_to_send_is_not_seen_in_a_timeline() {
    let stories: [&[&[(&str, &str)]]; 4] = [
        &[&[("2024-01-01", "100"), ("2026-12-01", "80")], &[("2024-01-01", "100"), ("2027-01-01", "80")]],
        &[&[("2024-01-01", "100"), ("2026-12-01", "80")], &[("2024-01-01", "100")]],
        &[
            &[("2024-01-01", "100"), ("2026-12-01", "80"), ("2027-01-01", "60")],
            &[("2024-01-01", "100"), ("2027-01-01", "60")],
        ],
        &[&[("2024-01-01", "90")], &[("2024-01-01", "80")]],
    ];
    for story in stories {
        for pushed in [false, true] {
            let world = linked().await;
            for rows in story {
                world.vendor_sets(1, PERCENT, Some(&percent(rows)));
                if pushed {
                    assert!(world.push(1).await.is_clean());
                }
            }
            let report = world.sync(&Decisions::new()).await;
            assert_eq!((report.undecided.len(), report.is_clean()), (0, true), "{story:?} {pushed}");
            assert_eq!(both(&world, PERCENT), world.values(1, PERCENT).1.unwrap_or_default(), "{story:?} {pushed}");
        }
    }
}

/// Both sides change, add or remove the same, or what one wrote got no answer; then one of them goes back from it, which arrives.
#[tokio::test]
async fn who_goes_back_from_what_both_say_of_an_entry_is_not_written_over() {
    const YEAR: (&str, &str) = ("2024-01-01", "100");
    let (one, two) = (percent(&[YEAR]), percent(&[YEAR, ("2026-12-01", "80")]));
    let (single, double) = (accounts(&[(0, 0)]), accounts(&[(0, 0), (1, 0)]));
    for (id, before, after) in [
        (PERCENT, &one, &percent(&[("2024-01-01", "80")])),
        (PERCENT, &one, &two),
        (PERCENT, &two, &one),
        (ACCOUNTS, &single, &accounts(&[(0, 1)])),
        (ACCOUNTS, &single, &double),
        (ACCOUNTS, &double, &single),
    ] {
        for (host_goes, way) in
            [true, false].into_iter().flat_map(|goes| ["both", "lost", "pushed"].map(|way| (goes, way)))
        {
            let world = linked().await;
            let sets = |in_host: bool, text: &str| match in_host {
                true => world.host_sets(1, id, Some(text)),
                false => world.vendor_sets(1, id, Some(text)),
            };
            [true, false].into_iter().for_each(|side| sets(side, before));
            world.sync(&Decisions::new()).await;
            sets(host_goes, after);
            match (way, host_goes) {
                ("both", _) => sets(!host_goes, after),
                (_, true) => {
                    world.vendor.apply_then_fail(CallKind::Update, lost());
                    assert_eq!(results(&world.push(1).await), [ItemResult::Unknown]);
                }
                (_, false) => {
                    world.host.apply_then_fail(lost());
                    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Unknown]);
                }
            }
            world.clock.advance(SETTLE_AFTER);
            match way {
                "lost" => drop(world.engine.sweep().await.unwrap()),
                _ => assert_eq!(results(&world.push(1).await), []),
            }
            sets(host_goes, before);
            world.push(1).await;
            world.sync(&Decisions::new()).await;
            let expected = id.kind().parse(before).unwrap().reveal().into_owned();
            assert_eq!(both(&world, id), expected, "{id} {before} {after} {host_goes} {way}");
        }
    }
}

fn both(world: &World, id: FieldId) -> String {
    let (host, vendor) = world.values(1, id);
    let parse = |text: Option<String>| id.kind().parse(&text.unwrap_or_default()).unwrap().reveal().into_owned();
    let (host, vendor) = (parse(host), parse(vendor));
    assert_eq!(host, vendor);
    host
}

#[tokio::test]
async fn what_each_side_added_goes_over_and_the_next_review_is_empty() {
    let world = linked().await;
    // The host adds one account and removes another, the vendor adds one too.
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 0), (2, 0)])));
    world.vendor_sets(1, ACCOUNTS, Some(&accounts(&[(0, 0), (1, 0), (3, 1)])));
    let review = world.review().await;
    use DifferenceKind::{HostChanged, VendorChanged};
    let found = review.differences.iter().map(|one| (one.entry_key().unwrap().into_owned(), one.kind));
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|(key, _)| IBANS.iter().position(|iban| iban == key));
    assert_eq!(
        found,
        [(1, HostChanged), (2, HostChanged), (3, VendorChanged)].map(|(at, kind)| (IBANS[at].to_owned(), kind))
    );
    let plan = world.plan(&review, &Decisions::new());
    let json = serde_json::to_string(&plan).unwrap();
    assert!(IBANS.iter().all(|iban| !json.contains(iban)), "a plan names entries by what stands for them");
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    let report = world.apply(&plan).await;
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(both(&world, ACCOUNTS), accounts(&[(0, 0), (2, 0), (3, 1)]));
    let review = world.review().await;
    assert!(review.is_in_step(), "{:?}", kinds(&review));
    // And what is stored says so too.
    world.sync(&Decisions::new()).await;
    assert!(world.plan(&world.review().await, &Decisions::new()).settlements.is_empty());
    let stored: String = world.rows(RowKind::Link).await.into_iter().map(|row| row.body).collect();
    assert!(IBANS.iter().all(|iban| !stored.contains(iban)));
}

#[tokio::test]
async fn a_conflict_is_one_entrys_and_can_be_decided_alone() {
    let world = linked().await;
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 1), (1, 1), (2, 0)])));
    world.vendor_sets(1, ACCOUNTS, Some("[{\"iban\":\"FI2112345600000785\"},{\"iban\":\"FI5542345670000081\"}]"));
    let review = world.review().await;
    let conflicts = review.differences.iter().filter(|one| one.kind == DifferenceKind::Conflict);
    let first = conflicts.clone().find(|one| one.entry_key().as_deref() == Some(IBANS[0])).unwrap();
    assert_eq!(conflicts.count(), 2);
    assert!(!first.allows(Resolution::Enter));
    let decisions = Decisions::new().decide_entry(&host_id(1), ACCOUNTS, first.entry.unwrap(), Resolution::Host);
    let plan = world.plan(&review, &decisions);
    assert_eq!(plan.undecided.len(), 1);
    assert_ne!(plan.undecided[0].entry, first.entry);
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::Done]);
    let (_, vendor) = world.values(1, ACCOUNTS);
    let expected = r#"[{"bic":"NDEAFIHH","iban":"DE89370400440532013000"},{"bic":"OKOYFIHH","iban":"FI2112345600000785"},{"iban":"FI5542345670000081"}]"#;
    assert_eq!(vendor.as_deref(), Some(expected), "the undecided entry stays as it was");
    assert_eq!(kinds(&world.review().await), [(ACCOUNTS, DifferenceKind::Conflict)]);
    // Left as it is, it is remembered, for that entry.
    let report = world.sync(&Decisions::new().for_conflicts(Resolution::Leave)).await;
    assert!(report.undecided.is_empty());
    let entries = world.journal().await;
    let left = entries.iter().filter(|entry| match &entry.entry.event {
        Event::Decided { field, entry, decision, .. } => *field == ACCOUNTS && entry.is_some() && decision == "leave",
        _ => false,
    });
    assert_eq!(left.count(), 1);
    assert!(world.review().await.is_in_step());
    // An entry added later goes over all the same.
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 1), (1, 1), (2, 0), (3, 0)])));
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
    let (_, vendor) = world.values(1, ACCOUNTS);
    assert!(vendor.unwrap().contains(IBANS[3]));
    assert!(world.review().await.is_in_step());
}

#[tokio::test]
async fn an_entry_that_was_added_meanwhile_stays_and_one_that_drifted_is_refused() {
    let world = linked().await;
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 1), (1, 0)])));
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.vendor_sets(1, ACCOUNTS, Some(&accounts(&[(0, 0), (1, 0), (3, 0)])));
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done]);
    let (_, vendor) = world.values(1, ACCOUNTS);
    assert_eq!(vendor, Some(accounts(&[(0, 1), (1, 0), (3, 0)])));

    world.sync(&Decisions::new()).await;
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 0), (1, 0), (3, 0)])));
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.vendor_sets(1, ACCOUNTS, Some(&accounts(&[(1, 0), (3, 0)])));
    world.vendor.clear_calls();
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Drifted]);
    assert!(world.vendor.writes().is_empty());
}

#[tokio::test]
async fn a_push_sends_what_the_host_changed_and_holds_what_meets_a_change() {
    let world = linked().await;
    world.host_sets(1, PERCENT, Some(&percent(&[("2024-01-01", "100"), ("2026-12-01", "80")])));
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
    assert_eq!(
        both(&world, PERCENT),
        r#"[{"from":"2024-01-01","percent":"100","to":"2026-11-30"},{"from":"2026-12-01","percent":"80"}]"#
    );
    // A row is moved, and one follows it, before anything was read back.
    world.host_sets(1, PERCENT, Some(&percent(&[("2024-01-01", "100"), ("2027-01-01", "80")])));
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
    let mut aino = world.host.get("h1").unwrap();
    let line = aino.working_time.as_mut().unwrap();
    line.set_from(check::date("2028-01-01").unwrap(), hrsync_core::WorkingTime { percent: Some("50".into()) });
    world.host.put(aino);
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
    assert!(both(&world, PERCENT).contains(r#"{"from":"2028-01-01","percent":"50"}"#));
    assert!(world.review().await.is_in_step());

    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 1), (1, 0), (2, 0)])));
    world.vendor_sets(1, ACCOUNTS, Some(&accounts(&[(1, 0)])));
    let report = world.push(1).await;
    assert_eq!(results(&report), [ItemResult::Done]);
    let (_, vendor) = world.values(1, ACCOUNTS);
    assert_eq!(vendor, Some(accounts(&[(1, 0), (2, 0)])), "the entry in conflict was not sent");
    let held: Vec<_> = report.findings.iter().map(|finding| (finding.code.as_ref(), finding.field)).collect();
    assert_eq!(held, [("value.conflict", Some(ACCOUNTS))]);
    assert!(report.findings[0].params.contains_key("entry"));
}

#[tokio::test]
async fn what_the_vendor_does_not_take_is_told_and_not_sent_again() {
    let world = linked().await;
    world.vendor.ignore_writes(ACCOUNTS, true);
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 0), (1, 0), (2, 0)])));
    world.push(1).await;
    world.vendor.clear_calls();
    assert!(results(&world.push(1).await).is_empty());
    assert!(world.vendor.writes().is_empty());
    assert_eq!(kinds(&world.review().await), [(ACCOUNTS, DifferenceKind::NotTaken)]);
}

#[tokio::test]
async fn without_the_key_equal_entries_are_stamped_anew_and_others_asked_about() {
    let world = linked().await;
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 1), (1, 0), (2, 0)])));
    let world = world.again(|builder| builder.keys(StaticKeys::random(&SeededEntropy::new(9)).unwrap()));
    assert!(results(&world.push(1).await).is_empty(), "never a push");
    let review = world.review().await;
    let expected = [DifferenceKind::MissingInVendor, DifferenceKind::Conflict].map(|kind| (ACCOUNTS, kind));
    assert_eq!(kinds(&review), expected, "by key: the German account first");
    let plan = world.plan(&review, &Decisions::new());
    assert!(plan.is_empty() && plan.settlements.len() == 1);
    world.apply(&plan).await;
    assert!(world.vendor.writes().is_empty());
    // What agreed is known again, what did not is still asked about.
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 1), (1, 1), (2, 0)])));
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
    assert_eq!(kinds(&world.review().await), expected);
    let report = world.sync(&Decisions::new().for_conflicts(Resolution::Host).for_missing(Missing::Fill)).await;
    assert!(report.is_clean(), "{report:#?}");
    assert!(world.review().await.is_in_step());
}

#[tokio::test]
async fn a_new_key_beside_the_old_one_opens_no_conflict() {
    let world = linked().await;
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(0, 1), (1, 0), (2, 0)])));
    let world = world.again(|builder| builder.keys(StaticKeys::new([7; 32]).rotate(KeyId(2), [8; 32])));
    let changed = [(ACCOUNTS, DifferenceKind::HostChanged); 2];
    assert_eq!(kinds(&world.review().await), changed);
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
    assert!(world.review().await.is_in_step());
}

#[tokio::test]
async fn a_list_that_is_hidden_for_a_while_is_known_afterwards() {
    let world = linked().await;
    world.vendor.hide(ACCOUNTS, true);
    world.host_sets(1, field::JOB_TITLE, Some("Chef"));
    world.sync(&Decisions::new()).await;
    world.vendor.hide(ACCOUNTS, false);
    world.host_sets(1, ACCOUNTS, Some(&accounts(&[(1, 0), (2, 0)])));
    assert_eq!(kinds(&world.review().await), [(ACCOUNTS, DifferenceKind::HostChanged); 2]);
    world.sync(&Decisions::new()).await;
    assert_eq!(both(&world, ACCOUNTS), accounts(&[(1, 0), (2, 0)]));
}

#[tokio::test]
async fn a_list_goes_back_as_a_whole_unless_somebody_touched_it_since() {
    let (before, ours) = (accounts(&[(0, 0), (1, 0)]), accounts(&[(0, 1), (2, 0)]));
    let (rate, new_rate) = (percent(&[("2024-01-01", "100")]), percent(&[("2024-01-01", "100"), ("2026-12-01", "80")]));
    for (side, touched) in [(Side::Host, false), (Side::Host, true), (Side::Vendor, false), (Side::Vendor, true)] {
        let (world, case) = (linked().await, format!("written in the {side:?}, touched: {touched}"));
        let other_sets = |id, text: &str| match side {
            Side::Vendor => world.host_sets(1, id, Some(text)),
            Side::Host => world.vendor_sets(1, id, Some(text)),
        };
        let written = |id: FieldId| match (side, world.values(1, id)) {
            (Side::Host, (host, _)) => id.kind().parse(&host.unwrap()).unwrap(),
            (Side::Vendor, (_, vendor)) => id.kind().parse(&vendor.unwrap()).unwrap(),
        };
        let read = |id: FieldId, text: &str| id.kind().parse(text).unwrap();
        other_sets(ACCOUNTS, &ours);
        other_sets(PERCENT, &new_rate);
        let report = world.sync(&Decisions::new()).await;
        assert!(report.is_clean(), "{case}: {report:#?}");
        assert_eq!(written(ACCOUNTS), read(ACCOUNTS, &ours), "{case}");
        let more = accounts(&[(0, 1), (2, 0), (3, 0)]);
        if touched {
            match side {
                Side::Host => world.host_sets(1, ACCOUNTS, Some(&more)),
                Side::Vendor => world.vendor_sets(1, ACCOUNTS, Some(&more)),
            }
        }

        let plan = world.engine.undo(&world.anna, &report.run).await.unwrap();
        let found: Vec<_> = plan.findings.iter().map(|finding| (finding.code.as_ref(), finding.field)).collect();
        let expected: &[_] = if touched { &[("undo.touched", Some(ACCOUNTS))] } else { &[] };
        assert_eq!(found, expected, "{case}");
        let json = serde_json::to_string(&plan).unwrap();
        assert!(IBANS.iter().all(|iban| !json.contains(iban)), "a plan holds no value");
        assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done], "{case}");
        assert_eq!(written(PERCENT), read(PERCENT, &rate), "{case}");
        assert_eq!(written(ACCOUNTS), read(ACCOUNTS, if touched { &more } else { &before }), "{case}");

        // What went back is left as it is, entry by entry, and nothing of it is written again by itself.
        let left = if touched { 1 } else { 4 };
        let now = kinds(&world.review().await);
        assert_eq!(now.iter().filter(|(_, kind)| *kind == DifferenceKind::Left).count(), left, "{case}: {now:?}");
        world.sync(&Decisions::new()).await;
        assert_eq!(written(PERCENT), read(PERCENT, &rate), "{case}");
        assert!(world.engine.undo(&world.anna, &report.run).await.unwrap().is_empty(), "{case}");
    }
}
