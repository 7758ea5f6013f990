//! Lost replies, retries, notifications and the rest of an absence's life.

use std::sync::Arc;
use std::time::Duration;

use hrsync_core::absence::{
    Absence, AbsenceOutcome, AbsenceProblem, AbsenceSettings, AbsenceStatus, Counting, Extent, Hundredths, NotSent,
    TypeMapping, WorkSchedule,
};
use hrsync_core::finding::code;
use hrsync_core::model::AbsenceId;
use hrsync_core::reconcile::Engine;
use hrsync_core::store::RowKind;
use hrsync_core::{Actor, Authority, Clock, ErrorKind, Fixer, HostId, Outcome, StaticKeys, Store};
use hrsync_testkit::absences::AbsenceFate;
use hrsync_testkit::{MemoryVendor, SeededEntropy};
use time::macros::{date, datetime};

use super::world::{FULL, SETTLE_AFTER, WHOLE, World, nov, other, outcome, sent, settings, vacation};

#[tokio::test]
async fn an_absence_that_is_not_sent_says_why_in_the_report() {
    let mut world = World::new().await;
    world.absences.put(other("gone", "vacation", nov(23), nov(20)));
    world.absences.put(other("unmapped", "parental", nov(23), nov(24)));
    world.absences.put(other("excluded", "training", nov(23), nov(24)));
    let mut unlinked = other("unlinked", "vacation", nov(23), nov(24));
    unlinked.person = "h3".into();
    world.absences.put(unlinked);
    let mut nobody = world.host.get("h1").unwrap();
    (nobody.id, nobody.national_id) = ("h3".to_owned(), None);
    world.host.put(nobody);
    let report = world.engine.push_absences(&["h1", "h3"].map(HostId::from)).await.unwrap();
    let not_sent = |why| Some(AbsenceOutcome::NotSent(why));
    assert_eq!(outcome(&report, "gone"), not_sent(NotSent::Problem(AbsenceProblem::EndBeforeStart)));
    assert_eq!(outcome(&report, "unmapped"), not_sent(NotSent::Unmapped));
    assert_eq!(outcome(&report, "excluded"), not_sent(NotSent::Excluded));
    // rule: TT-32, TT-70, AB-10, AB-13
    assert_eq!(outcome(&report, "unlinked"), not_sent(NotSent::NotLinked));
    assert_eq!(report.calls.total(), 0, "nothing was asked of the payroll system");
    // rule: TT-23, AB-03
    world.set(AbsenceSettings::off());
    world.absences.put(vacation());
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), not_sent(NotSent::TransferOff));
    assert_eq!((outcome(&report, "excluded"), report.calls.total()), (not_sent(NotSent::TransferOff), 0));
}

// rule: TT-24, TT-28, TT-70, TT-71, TT-72, AB-11, AB-12, AB-13
#[tokio::test]
async fn an_absence_is_sent_once_it_has_what_it_lacked() {
    type Change = fn(&mut Absence);
    let cases: [(NotSent, Change, Change); 4] = [
        (NotSent::NoEnd, |one| one.end = None, |one| one.end = Some(nov(25))),
        (NotSent::NotApproved, |one| one.status = AbsenceStatus::Requested, |one| one.status = AbsenceStatus::Approved),
        (NotSent::Unmapped, |one| one.kind = "parental".into(), |one| one.kind = "vacation".into()),
        (NotSent::CalendarDays, |one| one.counting = Counting::CalendarDays, |one| one.counting = Counting::WorkDays),
    ];
    for (why, lack, have) in cases {
        let world = World::new().await;
        world.absences.put(vacation());
        world.absences.change("a1", lack);
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::NotSent(why)));
        assert_eq!(world.sheet("v1"), "", "{why:?}");
        world.absences.change("a1", have);
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent), "{why:?}");
        assert_eq!(world.sheet("v1"), WHOLE, "{why:?}");
    }
    // What lacked was the mapping.
    let mut world = World::new().await;
    world.absences.put(other("a1", "parental", nov(23), nov(25)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::NotSent(NotSent::Unmapped)));
    world.set(settings().map("parental", TypeMapping::To("ferie".into())));
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn what_was_approved_while_absences_were_not_sent_is_not_sent_afterwards() {
    let mut world = sent().await;
    world.set(AbsenceSettings::off());
    let mut meanwhile = other("a2", "sick", nov(26), nov(26));
    meanwhile.approved_at = Some(datetime!(2026-11-12 08:00 UTC));
    world.absences.put(meanwhile);
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Kept(NotSent::TransferOff)));
    assert_eq!(world.sheet("v1"), WHOLE);
    let to = |kind: &str| TypeMapping::To(kind.into());
    let since = AbsenceSettings::on(datetime!(2026-11-15 00:00 UTC));
    world.set(since.map("vacation", to("ferie")).map("sick", to("syk")));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a2"), Some(AbsenceOutcome::NotSent(NotSent::ApprovedBefore)));
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75", "what was sent before is followed");
}

// rule: TT-69
#[tokio::test]
async fn only_entries_of_the_absence_that_changed_are_written() {
    let world = sent().await;
    world.absences.put(other("a2", "sick", nov(26), nov(27)));
    world.push().await;
    let before = world.sheets.written().len();
    world.absences.change("a2", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    let written = world.sheets.written();
    let written: Vec<_> = written[before..]
        .iter()
        .map(|(who, what, slot)| (who.as_str(), *what, slot.kind.as_str(), slot.from))
        .collect();
    assert_eq!(written, [("v1", "change", "syk", nov(26)), ("v1", "change", "syk", nov(27))]);
}

// rule: AB-18
#[tokio::test]
async fn after_all_kinds_of_removals_what_is_left_is_what_may_be_sent() {
    let world = World::new().await;
    for (id, day) in [("a1", 16), ("a2", 17), ("a3", 18), ("a4", 19), ("a5", 20)] {
        world.absences.put(other(id, "vacation", nov(day), nov(day)));
    }
    world.push().await;
    assert_eq!(world.sheets.entries("v1").len(), 5);
    world.absences.change("a1", |one| one.status = AbsenceStatus::Requested);
    world.absences.change("a2", |one| one.status = AbsenceStatus::Rejected);
    world.absences.change("a3", |one| one.end = None);
    world.absences.remove("a4");
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 20 7.5");
}

// rule: TT-86, AB-19
#[tokio::test]
async fn what_is_refused_of_one_absence_touches_no_other() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.absences.put(other("a2", "sick", nov(26), nov(26)));
    world.sheets.lock("v1", nov(24), nov(24));
    let status = |id: &str| world.absences.get(id).unwrap().status;
    // Created, and then changed.
    for (sheet, grade) in [("syk 26 7.5", 50), ("syk 26 3.75", 60)] {
        let report = world.push().await;
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Refused), "{report:#?}");
        assert_eq!(outcome(&report, "a2"), Some(AbsenceOutcome::Sent), "{report:#?}");
        assert_eq!(world.sheet("v1"), sheet);
        assert_eq!((status("a1"), status("a2")), (AbsenceStatus::RejectedByIntegration, AbsenceStatus::Approved));
        for id in ["a1", "a2"] {
            world.absences.change(id, |one| one.grade = Hundredths::whole(grade));
        }
    }
    assert!(world.mailbox.absences().iter().all(|mail| mail.absence.as_str() == "a1"));
}

// rule: AB-21
#[tokio::test]
async fn the_error_log_is_that_of_the_connection() {
    let world = World::new().await;
    let another = Engine::builder(Arc::new(MemoryVendor::new()), Arc::new(world.host.clone()))
        .connection("another")
        .store(world.store.clone())
        .keys(StaticKeys::new([7; 32]))
        .clock(world.clock.clone())
        .entropy(SeededEntropy::new(99))
        .absences(world.absences.clone(), settings())
        .build()
        .unwrap();
    another.connect(&world.anna, Authority::Confirmed).await.unwrap();
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    assert_eq!(world.log().await, ["absence.locked"]);
    assert!(!another.journal(0, 100).await.unwrap().is_empty());
    assert!(another.error_log(&world.anna, 0, 100).await.unwrap().is_empty());
}

// rule: TT-10
#[tokio::test]
async fn who_may_not_change_the_settings_looks_at_nothing_again() {
    let world = sent().await;
    let (bo, people) = (Actor::user("bo"), [HostId::from("h1")]);
    let calls = world.sheets.calls();
    for result in [
        world.engine.review_absences(&bo, &people).await,
        world.engine.preview_absences(&bo, &people).await.map(|preview| preview.report),
        world.engine.retry_absence(&bo, &people[0], &AbsenceId::from("a1")).await,
    ] {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
    assert_eq!(world.sheets.calls(), calls);
}

#[tokio::test]
async fn who_has_an_id_that_no_store_keeps_is_told_of_and_others_are_carried() {
    let world = World::new().await;
    world.absences.put(vacation());
    let report = world.engine.push_absences(&["a\0b", "", "h1"].map(HostId::from)).await.unwrap();
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(report.findings.iter().map(|one| &*one.code).collect::<Vec<_>>(), [code::UNUSABLE_ID; 2]);
}

#[tokio::test]
async fn a_month_of_one_absence_takes_one_reading_and_one_write() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", nov(2), nov(30)));
    let report = world.push().await;
    assert_eq!((report.calls.reads, report.calls.writes), (1, 1));
    assert_eq!(world.sheets.entries("v1").len(), 21);
    let report = world.push().await;
    assert_eq!(report.calls.total(), 0, "nothing changed");
}

#[tokio::test]
async fn a_lost_reply_is_settled_by_looking_whether_or_not_it_was_carried_out() {
    for fate in [AbsenceFate::ReplyLost, AbsenceFate::Lost, AbsenceFate::Late] {
        let world = World::new().await;
        world.absences.put(vacation());
        world.sheets.next(fate);
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Pending), "{fate:?}");
        let writes = world.sheets.calls().1;
        // Until it can no longer be carried out late, nothing more is sent.
        let report = world.push().await;
        assert_eq!(world.sheets.calls().1, writes, "{fate:?}");
        assert_eq!(report.findings[0].code, "person.write_pending", "{fate:?}");
        world.sheets.carry_out_late();
        world.clock.advance(SETTLE_AFTER);
        let report = world.engine.sweep_absences().await.unwrap();
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent), "{fate:?}: {report:#?}");
        assert_eq!(world.sheet("v1"), WHOLE, "{fate:?}");
        let again = u32::from(matches!(fate, AbsenceFate::Lost));
        assert_eq!(world.sheets.calls().1, writes + again, "{fate:?}");
        assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
        assert!(world.engine.sweep_absences().await.unwrap().items.is_empty(), "{fate:?}: nothing is left to do");
    }
}

#[tokio::test]
async fn a_change_whose_reply_is_lost_is_made_once() {
    for fate in [AbsenceFate::ReplyLost, AbsenceFate::Lost, AbsenceFate::Late] {
        let world = sent().await;
        world.absences.change("a1", |one| {
            one.grade = Hundredths::whole(50);
            one.start = nov(24);
            one.end = Some(nov(26));
        });
        world.sheets.next(fate);
        world.push().await;
        world.sheets.carry_out_late();
        world.clock.advance(SETTLE_AFTER);
        let report = world.engine.sweep_absences().await.unwrap();
        assert_eq!(world.sheet("v1"), "ferie 24 3.75, ferie 25 3.75, ferie 26 3.75", "{fate:?}");
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent), "{fate:?}");
    }
}

#[tokio::test]
async fn while_the_payroll_system_cannot_be_used_nobody_is_told_and_it_is_gone_on_with() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.unreadable(Some(ErrorKind::Unavailable));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Pending));
    world.sheets.unreadable(None);
    world.sheets.next(AbsenceFate::Fails(ErrorKind::RateLimited, Outcome::Rejected));
    let report = world.engine.sweep_absences().await.unwrap();
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Pending));
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
    assert!(world.mailbox.absences().is_empty());
    world.clock.advance(Duration::from_secs(300));
    let report = world.engine.sweep_absences().await.unwrap();
    assert_eq!((outcome(&report, "a1"), world.sheet("v1")), (Some(AbsenceOutcome::Sent), WHOLE.to_owned()));
}

#[tokio::test]
async fn a_refusal_tells_three_groups_once_and_the_log_says_who_can_fix_it() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Refused));
    world.push().await;
    // rule: TT-87, AB-20
    let mails = world.mailbox.absences();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["person", "manager", "company manager"], "each of the three groups, each person once");
    assert_eq!(mails[0].absence, AbsenceId::from("a1"));
    // rule: TT-88, TT-95, AB-21
    let log = world.engine.error_log(&world.anna, 0, 10).await.unwrap();
    let [logged] = log.as_slice() else { panic!("{log:#?}") };
    assert_eq!((logged.finding.code.as_ref(), logged.finding.fixer), (code::ABSENCE_LOCKED, Fixer::PayrollClerk));
    assert_eq!((logged.absence(), logged.at), (Some(AbsenceId::from("a1")), world.clock.now()));
    assert!(logged.finding.hint.is_some());
}

#[tokio::test]
async fn who_was_not_told_of_a_refused_note_is_told_when_the_rest_is_refused_for_the_same_cause() {
    let world = sent().await;
    world.sheets.lock("v1", nov(23), nov(23));
    world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::NoteRefused));
    // rule: TT-89, TT-90
    assert_eq!(world.mailbox.absences(), []);
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
    assert_eq!(world.log().await, [code::ABSENCE_LOCKED], "it is logged once, however often it is looked at");
    world.push().await;
    assert_eq!(world.log().await, [code::ABSENCE_LOCKED]);
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    let told: Vec<String> = world.mailbox.absences().into_iter().map(|mail| mail.code).collect();
    assert_eq!(told, [code::ABSENCE_LOCKED]);
}

#[tokio::test]
async fn what_was_written_and_not_heard_of_goes_when_the_absence_is_taken_back_meanwhile() {
    for taken_back in [
        (|world: &World| world.absences.remove("a1")) as fn(&World) -> bool,
        |world| world.absences.change("a1", |one| one.status = AbsenceStatus::Requested),
        |world| world.absences.change("a1", |one| one.end = None),
    ] {
        let world = World::new().await;
        world.absences.put(vacation());
        world.sheets.next(AbsenceFate::ReplyLost);
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Pending));
        assert_eq!(world.sheet("v1"), WHOLE);
        assert!(taken_back(&world));
        world.clock.advance(SETTLE_AFTER);
        world.engine.sweep_absences().await.unwrap();
        assert_eq!(world.sheet("v1"), "");
    }
}

#[tokio::test]
async fn hours_that_somebody_entered_in_place_of_a_removed_entry_are_theirs() {
    let world = sent().await;
    assert!(world.sheets.remove("v1", "ferie", nov(24)));
    world.sheets.enter("v1", "ferie", nov(24), Hundredths::whole(2), None);
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 2, ferie 25 3.75");
    assert!(world.log().await.contains(&code::ABSENCE_FOREIGN.to_owned()));
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 24 2");
}

#[tokio::test]
async fn a_disconnected_entry_is_not_another_absences() {
    let mut world = sent().await;
    // Vacation has no counterpart any more, and care has the one that it had.
    let to = |kind: &str| TypeMapping::To(kind.into());
    world.set(settings().map("vacation", TypeMapping::DoNotSync).map("care", to("ferie")));
    world.absences.put(other("a2", "care", nov(24), nov(24)));
    assert_eq!(outcome(&world.push().await, "a2"), Some(AbsenceOutcome::Refused));
    assert!(world.log().await.contains(&code::ABSENCE_DISCONNECTED.to_owned()));
    world.absences.remove("a2");
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn a_rejection_ends_by_editing_by_approving_again_and_by_a_retry() {
    type Way = fn(&World);
    let ways: [(&str, Way); 3] = [
        ("an edit", |world| assert!(world.absences.change("a1", |one| one.note = Some("at home".to_owned())))),
        // rule: TT-94
        ("approving again", |world| {
            assert!(world.absences.change("a1", |one| {
                one.status = AbsenceStatus::Approved;
                one.approved_at = Some(datetime!(2026-11-12 08:00 UTC));
            }));
        }),
        ("approving again, with the old time", |world| {
            assert!(world.absences.change("a1", |one| one.status = AbsenceStatus::Approved));
        }),
    ];
    for (how, way) in ways {
        let world = World::new().await;
        world.absences.put(vacation());
        world.sheets.lock("v1", nov(24), nov(24));
        world.push().await;
        assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
        world.sheets.unlock();
        let report = world.push().await;
        assert_eq!(
            outcome(&report, "a1"),
            Some(AbsenceOutcome::NotSent(NotSent::Rejected)),
            "by itself nothing is tried"
        );
        way(&world);
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent), "{how}");
        assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved, "{how}");
        assert_eq!(world.sheets.entries("v1").len(), 3, "{how}");
    }
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    let (person, absence) = (HostId::from("h1"), AbsenceId::from("a1"));
    let retry = || world.engine.retry_absence(&world.anna, &person, &absence);
    assert_eq!(outcome(&retry().await.unwrap(), "a1"), Some(AbsenceOutcome::Refused), "a retry may be refused again");
    world.sheets.unlock();
    assert_eq!(outcome(&retry().await.unwrap(), "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
    assert_eq!((world.sheet("v1"), world.mailbox.absences().len()), (WHOLE.to_owned(), 1));
}

#[tokio::test]
async fn a_rejected_change_deletes_nothing() {
    let world = sent().await;
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
    world.sheets.unlock();
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Kept(NotSent::Rejected)));
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 7.5, ferie 25 3.75", "what succeeded stays");
    // A person takes it back: that is another matter.
    world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Removed));
    assert_eq!(world.sheet("v1"), "");
}

#[tokio::test]
async fn what_the_host_cannot_be_told_now_it_is_told_later() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.fail_statuses(true);
    world.push().await;
    world.sheets.unlock();
    world.push().await;
    assert_eq!(world.sheet("v1"), "", "it is refused although the host does not show it yet");
    world.absences.fail_statuses(false);
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
    assert_eq!(world.mailbox.absences().len(), 1);
}

#[tokio::test]
async fn a_part_that_cannot_be_taken_back_is_told() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.all_or_none(false);
    // The middle day is locked before the call arrives; taking the rest back meets a lock of its own.
    world.sheets.next(AbsenceFate::Locked(nov(24), nov(24)));
    world.sheets.next(AbsenceFate::Locked(nov(23), nov(25)));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::PartlySent), "{report:#?}");
    assert!(world.log().await.iter().any(|code| code == "absence.partly_sent"));
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
}

#[tokio::test]
async fn an_entry_edited_or_removed_there_is_told_once_by_a_review_and_not_written_over() {
    let world = sent().await;
    world.sheets.enter("v1", "ferie", nov(23), Hundredths(400), None);
    world.sheets.remove("v1", "ferie", nov(24));
    let people = [HostId::from("h1")];
    for _ in 0..2 {
        world.engine.review_absences(&world.anna, &people).await.unwrap();
    }
    assert_eq!(world.sheet("v1"), "ferie 23 4, ferie 25 7.5");
    assert_eq!(world.log().await, ["absence.removed_there", "absence.edited_there"]);
    // Another note does not bring the hours back.
    world.absences.change("a1", |one| one.note = Some("at sea".to_owned()));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 4 at sea, ferie 25 7.5 at sea");
}

#[tokio::test]
async fn another_schedule_is_followed_by_a_review_from_this_month_on_and_earlier_months_are_listed() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", date!(2026 - 11 - 30), date!(2026 - 12 - 02)));
    world.push().await;
    world.clock.set(datetime!(2026-12-01 09:00 UTC));
    world.sheets.standard("v1", Hundredths::whole(6));
    world.absences.set_schedule("h1", WorkSchedule::default().holiday(date!(2026 - 12 - 02)));
    let people = [HostId::from("h1")];
    let preview = world.engine.preview_absences(&world.anna, &people).await.unwrap();
    assert_eq!(preview.report.items[0].entries, (0, 1, 1), "what would be written");
    assert_eq!(world.sheets.calls().1, 1, "and was not");
    world.engine.review_absences(&world.anna, &people).await.unwrap();
    assert_eq!(world.sheet("v1"), "ferie 30 7.5, ferie 2026-12-01 6");
    assert_eq!(world.log().await, ["absence.past_month"]);
}

#[tokio::test]
async fn an_absence_across_the_end_of_a_year_and_a_change_of_the_clocks_is_days_as_any() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", date!(2026 - 12 - 30), date!(2027 - 01 - 04)));
    world.absences.put(other("a2", "sick", date!(2027 - 03 - 26), date!(2027 - 03 - 29)));
    world.push().await;
    assert_eq!(
        world.sheet("v1"),
        "ferie 2026-12-30 7.5, ferie 2026-12-31 7.5, ferie 2027-01-01 7.5, ferie 2027-01-04 7.5, syk 2027-03-26 7.5, \
         syk 2027-03-29 7.5"
    );
}

#[tokio::test]
async fn disconnected_entries_stay_when_the_mapping_comes_back_they_are_followed_again() {
    let mut world = sent().await;
    world.set(settings().map("vacation", TypeMapping::DoNotSync));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
    world.set(settings());
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75");
}

#[tokio::test]
async fn an_absence_whose_entries_stay_since_its_type_is_mapped_otherwise_is_neither_sent_nor_removed() {
    for kind in [TypeMapping::To("syk".into()), TypeMapping::DoNotSync] {
        let mut world = sent().await;
        world.set(settings().map("vacation", kind.clone()));
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Disconnected), "{kind:?}");
        world.absences.remove("a1");
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Disconnected), "{kind:?}");
        assert_eq!(world.sheet("v1"), WHOLE);
    }
}

#[tokio::test]
async fn an_unlinked_persons_entries_stay() {
    let world = sent().await;
    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
    world.absences.remove("a1");
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Kept(NotSent::NotLinked)));
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn who_is_gone_from_the_host_keeps_what_was_sent() {
    let world = sent().await;
    world.host.remove("h1");
    world.absences.remove("a1");
    let report = world.push().await;
    assert_eq!(report.findings[0].code, "person.linked_gone");
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn nothing_stored_says_when_or_why_somebody_was_away_and_erasing_takes_it() {
    let world = sent().await;
    world.absences.change("a1", |one| one.note = Some("Secret note".to_owned()));
    world.sheets.lock("v1", nov(25), nov(25));
    world.push().await;
    let rows = |kind| {
        let world = &world;
        async move { world.store.scan(&"default".into(), kind, None, 100).await.unwrap() }
    };
    let stored = rows(RowKind::Absences).await;
    assert_eq!(stored.len(), 1);
    let entries = world.engine.journal(0, usize::MAX >> 1).await.unwrap();
    let journal = serde_json::to_string(&entries).unwrap();
    // What is sealed is hexadecimal, in which a number alone may stand by chance.
    for secret in ["ferie", "vacation", "2026-11-2", "Secret note", "7.5", "\"amount\""] {
        assert!(!stored[0].body.contains(secret) && !journal.contains(secret), "{secret}");
    }
    let held = world.engine.export(&"h1".into()).await.unwrap();
    assert!(held.rows.iter().any(|(kind, _)| *kind == RowKind::Absences));
    world.engine.erase(&world.anna, &"h1".into()).await.unwrap();
    assert!(rows(RowKind::Absences).await.is_empty());
}

#[tokio::test]
async fn what_happened_is_in_the_journal() {
    let world = sent().await;
    world.absences.remove("a1");
    world.sheets.next(AbsenceFate::ReplyLost);
    world.push().await;
    world.clock.advance(SETTLE_AFTER + Duration::from_secs(1));
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.events().await, ["intended 3", "done 3", "intended 3", "unknown 3", "settled 3"]);
    assert!(world.engine.verify_journal().await.is_ok());
    assert_eq!(world.sheet("v1"), "");
    assert_eq!(FULL, Hundredths(750));
}

/// A vendor that takes an absence as a whole gets one entry of it and not one for each day.
#[tokio::test]
async fn where_an_absence_is_taken_as_a_whole_it_is_one_entry_and_none_while_absences_are_off() {
    let mut world = World::new().await;
    world.sheets.take_ranges();
    world.set(AbsenceSettings::off());
    world.absences.put(vacation());
    world.push().await;
    assert_eq!((world.sheets.entries("v1").len(), world.sheets.calls()), (0, (0, 0)));
    world.set(settings());
    world.push().await;
    let ranges = || -> Vec<_> {
        let entries = world.sheets.entries("v1");
        entries.iter().map(|one| (one.slot.from.day(), one.slot.until.day(), one.content.amount)).collect()
    };
    assert_eq!(ranges(), [(23, 25, Hundredths(2_250))]);
    assert_eq!(world.sheets.calls().1, 1);
    // A day more or less is another range.
    world.absences.change("a1", |one| one.end = Some(nov(26)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(ranges(), [(23, 26, Hundredths(3_000))]);
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(ranges(), [(23, 26, Hundredths(1_500))]);
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(ranges(), []);
}

#[tokio::test]
async fn more_hours_than_a_day_has_are_sent_and_told_once() {
    let world = World::new().await;
    let mut night = vacation();
    night.extent = Extent::Hours(Hundredths::whole(12));
    world.absences.put(night);
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    world.engine.review_absences(&world.anna, &["h1".into()]).await.unwrap();
    assert_eq!(world.sheet("v1"), "ferie 23 12, ferie 24 12, ferie 25 12");
    assert_eq!(world.log().await, ["absence.more_than_day"]);
}
