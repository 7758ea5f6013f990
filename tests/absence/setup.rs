//! What an administrator is asked about absences when a connection is set up.

use hrsync_core::absence::{AbsenceSettings, TypeMapping};
use hrsync_core::finding::code;
use hrsync_core::{ErrorKind, HostId, NextStep};
use time::macros::{date, datetime};

use crate::world::{World, other, settings};

// rule: TT-29, TT-30
#[tokio::test]
async fn types_are_asked_about_while_absences_are_sent_and_some_of_them_say_nothing() {
    let mut world = World::new().await;
    world.absences.set_types(["vacation", "sick", "training", "care"]);
    assert_eq!(world.engine.next_step().await.unwrap(), NextStep::MapAbsenceTypes);
    let asked = world.engine.absence_types().await.unwrap();
    let mapped: Vec<(&str, bool)> = asked.types.iter().map(|(kind, to)| (kind.as_str(), to.is_some())).collect();
    assert_eq!(mapped, [("vacation", true), ("sick", true), ("training", true), ("care", false)]);
    assert!(!asked.offered.is_empty() && !asked.more.is_empty());
    let about = |findings: &[hrsync_core::Finding]| -> Vec<(String, String)> {
        findings.iter().map(|finding| (finding.code.to_string(), finding.params["type"].clone())).collect()
    };
    assert_eq!(about(&asked.findings()), [(code::ABSENCE_TYPE_UNMAPPED.to_owned(), "care".to_owned())]);
    // rule: TT-31, AB-05
    world.set(settings().map("care", TypeMapping::To("nothing there".into())));
    let asked = world.engine.absence_types().await.unwrap();
    assert_eq!(about(&asked.findings()), [(code::ABSENCE_TYPE_NOT_OFFERED.to_owned(), "care".to_owned())]);
    assert_eq!(world.engine.next_step().await.unwrap(), NextStep::Nothing);
    world.set(AbsenceSettings::off());
    assert_eq!(world.engine.absence_types().await.unwrap(), Default::default());
    assert_eq!(world.engine.next_step().await.unwrap(), NextStep::Nothing);
}

#[tokio::test]
async fn a_payroll_system_without_absences_asks_for_no_types_of_them() {
    let mut world = World::new().await;
    world.absences.set_types(["care"]);
    assert_eq!(world.engine.next_step().await.unwrap(), NextStep::MapAbsenceTypes);
    world.vendor = world.vendor.without_absences();
    world.set(settings());
    assert_eq!(world.engine.next_step().await.unwrap(), NextStep::Nothing);
    assert_eq!(world.engine.absence_types().await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_preview_tells_every_entry_and_prints_none() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", date!(2026 - 11 - 23), date!(2026 - 11 - 24)));
    world.push().await;
    world.absences.change("a1", |one| {
        (one.start, one.end) = (date!(2026 - 11 - 24), Some(date!(2026 - 11 - 25)));
        one.note = Some("at sea".to_owned());
    });
    let preview = world.engine.preview_absences(&world.anna, &[HostId::from("h1")]).await.unwrap();
    let told = |content: &Option<hrsync_core::absence::Content>| {
        content.as_ref().map(|content| format!("{} {:?}", content.amount, content.note))
    };
    let mut planned: Vec<_> =
        preview.entries.iter().map(|entry| (entry.slot.from.day(), told(&entry.before), told(&entry.after))).collect();
    planned.sort();
    let (bare, noted) = (Some("7.5 None".to_owned()), Some("7.5 Some(\"at sea\")".to_owned()));
    assert_eq!(planned, [(23, bare.clone(), None), (24, bare, noted.clone()), (25, None, noted)]);
    assert!(preview.entries.iter().all(|entry| entry.absences == ["a1".into()]));
    let printed = format!("{preview:?}");
    assert!(!printed.contains("sea") && !printed.contains("ferie") && !printed.contains("2026"), "{printed}");
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 24 7.5", "nothing was written");
    // While it is not known what became of a write, nothing can be said.
    world.sheets.next(hrsync_testkit::absences::AbsenceFate::ReplyLost);
    world.push().await;
    let preview = world.engine.preview_absences(&world.anna, &[HostId::from("h1")]).await.unwrap();
    assert!(preview.entries.is_empty());
    assert_eq!(preview.report.findings[0].code, code::WRITE_PENDING);
    world.clock.set(datetime!(2026-11-10 10:00 UTC));
    world.push().await;
    assert!(
        world.engine.preview_absences(&world.anna, &[HostId::from("h1")]).await.unwrap().report.findings.is_empty()
    );
}
