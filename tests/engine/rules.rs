//! The rules of a mapping at work: what is not possible, why, and who is told.

use hrsync_core::check::Problem;
use hrsync_core::finding::code;
use hrsync_core::mapping::{Mapping, Need};
use hrsync_core::reconcile::{Decisions, DifferenceKind, ItemResult, Missing, Resolution, Select, WhyNot};
use hrsync_core::{FieldId, Fixer, Side, field};

use crate::world::{TITLE, World, actions, codes, host_id, kinds, person, results};

/// A change on one side of a person in step, and what it comes to.
struct Case {
    what: &'static str,
    field: FieldId,
    by: Side,
    to: Option<&'static str>,
    expected: Expected,
}

enum Expected {
    /// It is written to the other side, as this.
    Written(Option<&'static str>),
    /// It is no difference.
    Nothing,
    /// It cannot be written, and this is found.
    Refused(WhyNot, &'static str),
}
use Expected::{Nothing, Refused, Written};

fn cases() -> Vec<Case> {
    let host = |what, field, to, expected| Case { what, field, by: Side::Host, to, expected };
    let vendor = |what, field, to, expected| Case { what, field, by: Side::Vendor, to, expected };
    vec![
        host("a required value is removed", field::EMAIL, None, Refused(WhyNot::Required, code::MISSING_REQUIRED)),
        vendor("a required value is removed", field::EMAIL, None, Refused(WhyNot::Required, code::MISSING_REQUIRED)),
        host(
            "a value that cannot be cleared",
            field::START_DATE,
            None,
            Refused(WhyNot::CannotClear, code::CANNOT_CLEAR),
        ),
        host(
            "a value sent on creation only",
            field::NATIONAL_ID,
            Some("020290-9999"),
            Refused(WhyNot::CannotUpdate, code::CANNOT_UPDATE),
        ),
        host(
            "a value that the vendor works out",
            field::BIRTH_DATE,
            Some("1991-01-01"),
            Refused(WhyNot::Derived, code::CANNOT_UPDATE),
        ),
        vendor("a value that the vendor works out", field::BIRTH_DATE, Some("1991-01-01"), Written(Some("1991-01-01"))),
        host(
            "a value that only comes in",
            field::GENDER,
            Some("male"),
            Refused(WhyNot::OtherDirection, code::CANNOT_UPDATE),
        ),
        vendor("a value that only comes in", field::GENDER, Some("male"), Written(Some("male"))),
        host("a value that is never shown", field::NATIONALITY, Some("SE"), Written(Some("SE"))),
        host("a value that is never shown is removed", field::NATIONALITY, None, Written(None)),
        vendor("a value that is never shown", field::NATIONALITY, Some("SE"), Nothing),
        host("a value for an empty field", field::END_DATE, Some("2027-01-31"), Written(Some("2027-01-31"))),
        host(
            "a value that is too long",
            field::GIVEN_NAME,
            Some("Anna-Maria Sofia Elina"),
            Refused(WhyNot::Invalid(Problem::TooLong(20)), code::INVALID_VALUE),
        ),
        host(
            "a value that is none of its field",
            field::EMAIL,
            Some("nobody"),
            Refused(WhyNot::Invalid(Problem::NotAnEmail), code::INVALID_VALUE),
        ),
        host("letter case of an e-mail address", field::EMAIL, Some("AINO1@A.example"), Nothing),
        host("a code with the same counterpart", field::EMPLOYMENT_TYPE, Some("casual"), Nothing),
        host("a code with another counterpart", field::EMPLOYMENT_TYPE, Some("trainee"), Written(Some("trainee"))),
        vendor("a code with a counterpart", field::EMPLOYMENT_TYPE, Some("leased"), Written(Some("consultant"))),
        vendor(
            "a code that is not in the closed list",
            field::EMPLOYMENT_TYPE,
            Some("freelance"),
            Refused(WhyNot::Unreadable(Problem::UnknownCode), code::UNREADABLE_VALUE),
        ),
        host("a code of an open list", field::DEPARTMENT, Some("Office"), Written(Some("200"))),
        host("a code that is not in the open list", field::DEPARTMENT, Some("Garden"), Written(Some("Garden"))),
        vendor("a code that is not in the open list", field::DEPARTMENT, Some("300"), Written(Some("300"))),
        host("a phone number without its country", field::PHONE, Some("050 1239999"), Written(Some("+358501239999"))),
        host("the same phone number, written at home", field::PHONE, Some("050 1237919"), Nothing),
        host("one part of an address", field::TOWN, Some("Lahti"), Written(Some("Lahti"))),
        host(
            "one part of an address is removed",
            field::TOWN,
            None,
            Refused(WhyNot::GroupIncomplete(field::STREET), code::GROUP_INCOMPLETE),
        ),
        host(
            "an account without its bank",
            field::BIC,
            None,
            Refused(WhyNot::GroupIncomplete(field::IBAN), code::GROUP_INCOMPLETE),
        ),
        vendor("one part of a bank account", field::BIC, Some("OKOYFIHH"), Written(Some("OKOYFIHH"))),
        host(
            "a value that somebody in the vendor has",
            field::EMPLOYEE_NUMBER,
            Some("1002"),
            Refused(WhyNot::Duplicate(Side::Vendor), code::DUPLICATE_VALUE),
        ),
        vendor(
            "a value that somebody in the host has",
            field::EMAIL,
            Some("aino2@a.example"),
            Refused(WhyNot::Duplicate(Side::Host), code::DUPLICATE_VALUE),
        ),
        host("a value that must be unique only there", field::EMPLOYEE_NUMBER, Some("2001"), Written(Some("2001"))),
    ]
}

#[tokio::test]
async fn a_change_is_written_or_refused_with_a_reason() {
    for Case { what, field, by, to, expected } in cases() {
        let case = format!("{by}: {what}");
        let world = World::linked(2).await;
        let before = world.values(1, field);
        match by {
            Side::Host => world.host_sets(1, field, to),
            Side::Vendor => world.vendor_sets(1, field, to),
        }
        let changed = world.values(1, field);
        let (kind, towards) = match by {
            Side::Host => (DifferenceKind::HostChanged, Resolution::Host),
            Side::Vendor => (DifferenceKind::VendorChanged, Resolution::Vendor),
        };
        let review = world.review().await;
        let report = world.apply(&world.plan(&review, &Decisions::new())).await;
        let after = world.values(1, field);
        match expected {
            Nothing => {
                assert_eq!(kinds(&review), [], "{case}");
                assert_eq!(after, changed, "{case}");
            }
            Written(value) => {
                assert_eq!(kinds(&review), [(field, kind)], "{case}");
                assert!(report.is_clean(), "{case}: {report:#?}");
                let other = if by == Side::Host { after.1 } else { after.0 };
                assert_eq!(other.as_deref(), value, "{case}");
                assert_eq!(kinds(&world.review().await), [], "{case}: settled once");
            }
            Refused(why, finding) => {
                let found = review.differences.iter().find(|difference| difference.field == field).unwrap();
                assert_eq!((found.kind, found.why_not(towards)), (kind, Some(&why)), "{case}");
                assert!(found.is_open(), "{case}");
                assert!(codes(&review.findings).contains(&(finding, Some(field))), "{case}: {:#?}", review.findings);
                assert_eq!((after, report.items.len()), (changed, 0), "{case}: nothing is written");
                assert_eq!(world.vendor.writes(), [], "{case}");
                assert_eq!(kinds(&world.review().await), [(field, kind)], "{case}: it stays open");
                // Undoing the change is enough.
                match by {
                    Side::Host => world.host_sets(1, field, before.0.as_deref()),
                    Side::Vendor => world.vendor_sets(1, field, before.1.as_deref()),
                }
                assert_eq!(kinds(&world.review().await), [], "{case}: it was undone");
            }
        }
    }
}

#[tokio::test]
async fn a_value_for_empty_fields_is_not_written_over_another() {
    let world = World::new().await;
    world.both(1);
    let date = Some("2027-01-31");
    world.host_sets(1, field::END_DATE, date);
    world.vendor_sets(1, field::END_DATE, date);
    world.start().await;
    for to in [Some("2027-02-28"), None] {
        world.host_sets(1, field::END_DATE, to);
        let review = world.review().await;
        assert_eq!(review.differences[0].why_not(Resolution::Host), Some(&WhyNot::NotEmpty), "{to:?}");
        assert!(world.plan(&review, &Decisions::new()).is_empty(), "{to:?}");
    }
}

#[tokio::test]
async fn a_hidden_field_is_no_empty_field() {
    let world = World::linked(1).await;
    for field in [field::JOB_TITLE, field::START_DATE, field::TOWN] {
        world.vendor.hide(field, true);
    }
    world.host_sets(1, field::JOB_TITLE, Some("Chef"));
    let review = world.review().await;
    assert_eq!(kinds(&review), [], "nothing is known of it");
    assert!(world.sync(&Decisions::new()).await.is_clean());
    // Who pushes the change hears that it does not go.
    let report = world.push(1).await;
    assert_eq!((report.items.len(), codes(&report.findings)), (0, vec![("value.hidden", Some(field::JOB_TITLE))]));
    // The baseline survived the time in which the field was hidden.
    world.vendor.hide(field::JOB_TITLE, false);
    assert_eq!(kinds(&world.review().await), [(field::JOB_TITLE, DifferenceKind::HostChanged)]);
}

#[tokio::test]
async fn a_group_that_comes_in_whole_is_not_taken_over_in_parts() {
    let world = World::linked(1).await;
    world.vendor_sets(1, field::STREET, Some("Tie 9"));
    world.vendor_sets(1, field::POSTCODE, None);
    let review = world.review().await;
    let why: Vec<_> = review.differences.iter().map(|d| (d.field, d.why_not(Resolution::Vendor).cloned())).collect();
    let missing = Some(WhyNot::GroupIncomplete(field::POSTCODE));
    assert_eq!(why, [(field::STREET, missing.clone()), (field::POSTCODE, missing)]);
    assert!(world.plan(&review, &Decisions::new()).is_empty());
    world.vendor_sets(1, field::POSTCODE, Some("15110"));
    assert!(world.sync(&Decisions::new()).await.is_clean());
    let host = world.host.get("h1").unwrap();
    assert_eq!((host.address.street.as_deref(), host.address.postcode.as_deref()), (Some("Tie 9"), Some("15110")));
    assert_eq!(host.address.town.as_deref(), Some("Turku"));
}

#[tokio::test]
async fn a_group_goes_out_whole() {
    let world = World::linked(1).await;
    world.host_sets(1, field::TOWN, Some("Lahti"));
    assert!(world.sync(&Decisions::new()).await.is_clean());
    let writes = world.vendor.writes();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].fields, [field::STREET, field::TOWN, field::POSTCODE, field::COUNTRY]);
    assert_eq!(kinds(&world.review().await), []);
}

#[tokio::test]
async fn shared_values_that_must_be_unique_are_found() {
    let world = World::linked(2).await;
    world.host_sets(1, field::EMAIL, Some("AINO2@a.example"));
    let review = world.review().await;
    let duplicates: Vec<_> = review
        .findings
        .iter()
        .filter(|finding| finding.code == code::DUPLICATE_VALUE)
        .map(|finding| (finding.host_id.clone().unwrap().to_string(), finding.params["people"].clone()))
        .collect();
    assert_eq!(duplicates, [("h1".to_owned(), "2".to_owned()), ("h2".to_owned(), "2".to_owned())]);
}

/// Nobody is to win by being first.
#[tokio::test]
async fn what_two_people_of_the_host_bring_is_written_for_neither_until_one_is_corrected() {
    for (field, one, two) in
        [(field::EMPLOYEE_NUMBER, "555", "555"), (field::EMAIL, "same@a.example", "SAME@a.example")]
    {
        let world = World::linked(2).await;
        let before = [1, 2].map(|n| world.values(n, field));
        world.host_sets(1, field, Some(one));
        world.host_sets(2, field, Some(two));
        let review = world.review().await;
        for difference in &review.differences {
            assert_eq!(difference.why_not(Resolution::Host), Some(&WhyNot::Duplicate(Side::Host)), "{field}");
        }
        let told = review.findings.iter().filter(|finding| finding.code == code::DUPLICATE_VALUE);
        let told: Vec<_> = told.map(|finding| finding.host_id.clone().unwrap()).collect();
        assert_eq!(told, [host_id(1), host_id(2)], "{field}: each once");
        let decisions = Decisions::new().for_conflicts(Resolution::Host).decide(&host_id(1), field, Resolution::Host);
        let report = world.apply(&world.plan(&review, &decisions)).await;
        assert_eq!((report.items.len(), world.vendor.writes()), (0, vec![]), "{field}");
        assert_eq!(report.undecided.len(), 2, "{field}");

        world.host_sets(2, field, before[1].0.as_deref());
        let report = world.sync(&Decisions::new()).await;
        assert!(report.is_clean(), "{field}: {report:#?}");
        assert_eq!([1, 2].map(|n| world.values(n, field).1), [Some(one.to_owned()), before[1].1.clone()], "{field}");
    }
}

#[tokio::test]
async fn what_a_newcomer_brings_too_is_written_for_nobody() {
    let world = World::linked(1).await;
    let mut newcomer = person(3);
    newcomer.employee_number = Some("555".into());
    world.host.put(newcomer);
    world.host_sets(1, field::EMPLOYEE_NUMBER, Some("555"));
    let report = world.sync(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!((report.items.len(), world.vendor.writes()), (0, vec![]));
    let mut told: Vec<_> = report.findings.iter().map(|one| (one.host_id.clone().unwrap(), one.field)).collect();
    told.sort();
    assert_eq!(told, [1, 3].map(|n| (host_id(n), Some(field::EMPLOYEE_NUMBER))));
}

#[tokio::test]
async fn a_number_that_is_handed_on_follows_once_it_is_free() {
    let world = World::linked(2).await;
    world.host_sets(1, field::EMPLOYEE_NUMBER, Some("555"));
    world.host_sets(2, field::EMPLOYEE_NUMBER, Some("1001"));
    let report = world.sync(&Decisions::new()).await;
    assert_eq!(results(&report), [ItemResult::Done]);
    assert_eq!(codes(&report.findings), [(code::DUPLICATE_VALUE, Some(field::EMPLOYEE_NUMBER))]);
    assert!(world.sync(&Decisions::new()).await.is_clean());
    let numbers = [1, 2].map(|n| world.values(n, field::EMPLOYEE_NUMBER).1.unwrap());
    assert_eq!(numbers, ["555", "1001"]);
}

/// A vendor that takes a department only of who has a job title there.
const TITLE_NEEDED: Need =
    Need { field: TITLE, code: "memory.title", why: "no department without a job title", hint: "add the job title" };

/// A world with such a vendor, in which person 1 has neither there, in the host a department, and this as the title.
async fn without_title(title: Option<&str>) -> World {
    let world = World::new().await;
    world.both(1);
    let usual = hrsync_testkit::vendor::mapping();
    let entries = usual.entries().iter().cloned().map(|entry| match entry.field {
        field::DEPARTMENT => entry.needs(&[TITLE_NEEDED]),
        _ => entry,
    });
    world.vendor.set_mapping(Mapping::new("memory", entries));
    world.host_sets(1, TITLE, title);
    world.vendor_sets(1, TITLE, None);
    world.vendor_sets(1, field::DEPARTMENT, None);
    world.start().await;
    world
}

fn fill() -> Decisions {
    Decisions::new().for_missing(Missing::Fill)
}

#[tokio::test]
async fn what_is_taken_only_with_another_value_is_shown_and_not_planned_until_that_is_there() {
    let world = without_title(None).await;
    let lacking = ("memory.title", Some(field::DEPARTMENT));
    for run in 1..=2 {
        let review = world.review().await;
        assert_eq!(kinds(&review), [(field::DEPARTMENT, DifferenceKind::MissingInVendor)], "run {run}");
        assert_eq!(review.differences[0].why_not(Resolution::Host), Some(&WhyNot::from(&TITLE_NEEDED)));
        assert_eq!(codes(&review.findings), [lacking]);
        let plan = world.plan(&review, &fill());
        assert!(plan.is_empty(), "run {run}: {plan:#?}");
        assert_eq!((codes(&plan.findings), plan.undecided.len()), (vec![lacking], 1), "said once");
        let found = &plan.findings[0];
        assert_eq!((found.fixer, found.params["missing"].as_str()), (Fixer::HostAdministrator, TITLE.name()));
        assert_eq!(found.hint.as_deref(), Some("add the job title"));
        let report = world.apply(&plan).await;
        assert_eq!((results(&report), world.vendor.writes().len()), (vec![], 0), "run {run}");
    }
    let asked = Decisions::new().decide(&host_id(1), field::DEPARTMENT, Resolution::Host);
    let plan = world.plan(&world.review().await, &asked);
    assert!(plan.is_empty());
    assert_eq!(codes(&plan.findings), [(code::DECISION_IMPOSSIBLE, Some(field::DEPARTMENT))]);
    world.host_sets(1, TITLE, Some("Baker"));
    let report = world.sync(&fill()).await;
    assert_eq!(results(&report), [ItemResult::Done], "{report:#?}");
    assert_eq!(world.values(1, field::DEPARTMENT).1.as_deref(), Some("100"));
    assert!(world.review().await.is_in_step());
}

#[tokio::test]
async fn what_is_taken_only_with_another_value_waits_for_what_is_decided_about_that() {
    let world = without_title(Some("Baker")).await;
    let (person, department) = (host_id(1), field::DEPARTMENT);
    let host = |decisions: Decisions, field| decisions.decide(&person, field, Resolution::Host);
    let lacking = ("memory.title", Some(department));
    let only = host(Decisions::new(), department);
    for (decisions, undecided) in [(only.clone(), 2), (only.decide(&person, TITLE, Resolution::Leave), 1)] {
        let plan = world.plan(&world.review().await, &decisions);
        assert_eq!((actions(&plan), plan.undecided.len()), (vec![], undecided));
        assert!(codes(&plan.findings).contains(&lacking), "{:#?}", plan.findings);
    }
    let review = world.review().await;
    let plan = world.plan(&review, &host(host(Decisions::new(), department), TITLE));
    assert_eq!(actions(&plan), [("update_vendor", vec![TITLE, department])]);
    let plan = world.plan(&review, &host(Decisions::new(), department).enter(&person, TITLE, "Cook"));
    assert!(actions(&plan).contains(&("update_vendor", vec![TITLE, department])), "{plan:#?}");
    assert!(world.apply(&plan).await.is_clean());
    assert_eq!(world.values(1, department).1.as_deref(), Some("100"));
}

#[tokio::test]
async fn a_live_change_that_is_taken_only_with_another_value_is_not_sent_without() {
    let world = without_title(Some("Baker")).await;
    world.sync(&fill()).await;
    world.vendor.clear_calls();
    // Somebody removed it there; whether the host still has it makes no difference, as it is not what changed in the host.
    for title in [Some("Baker"), None] {
        world.vendor_sets(1, TITLE, None);
        world.host_sets(1, TITLE, title);
        world.host_sets(1, field::DEPARTMENT, Some("Office"));
        let report = world.push(1).await;
        let lacking = codes(&report.findings).iter().filter(|(code, _)| *code == "memory.title").count();
        assert_eq!((lacking, world.vendor.writes().len()), (1, 0), "{title:?}: {report:#?}");
    }
}
