//! Types that are mapped otherwise, and people who are linked otherwise, after absences were sent.

use hrsync_core::absence::{AbsenceOutcome, AbsenceSettings, AbsenceStatus, Hundredths, TypeMapping};
use hrsync_core::reconcile::Decisions;
use hrsync_core::{ErrorKind, HostId};
use time::macros::datetime;

use super::world::{WHOLE, World, half, later, nov, other, outcome, sent, settings, sweeps, to, vacation};

/// Links everybody anew who can be.
async fn linked(world: &World) -> usize {
    let review = world.engine.review(&world.anna).await.unwrap();
    let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
    world.engine.apply(&world.anna, &plan).await.unwrap().linked
}

/// Of the half whose type is mapped otherwise nobody knows the share any more: the entry stays, and both are told.
#[tokio::test]
async fn an_entry_of_two_types_of_which_one_is_mapped_otherwise_stays_and_is_told() {
    let care = |kind| settings().map("care", to(kind));
    let mut world = World::new().await;
    world.set(care("ferie"));
    let mut other_half = half("a2", nov(23));
    other_half.kind = "care".into();
    world.absences.put(half("a1", nov(23)));
    world.absences.put(other_half);
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5");
    world.set(care("permisjon"));
    world.absences.remove("a2");
    world.push().await;
    world.absences.remove("a1");
    world.push().await;
    let told = "a2 absence.disconnected, a1 absence.disconnected";
    assert_eq!(world.seen().await, ["ferie 23 7.5", "", told, "absence.disconnected, absence.disconnected"]);
}

#[tokio::test]
async fn another_type_of_the_host_with_the_same_counterpart_is_the_type_that_counts() {
    let both = settings().map("care", to("ferie"));
    let mut world = World::new().await;
    world.set(both.clone());
    world.absences.put(vacation());
    world.push().await;
    world.absences.change("a1", |one| one.kind = "care".into());
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
    // What stands there is of care by now, whatever vacation is mapped to.
    world.set(both.map("vacation", to("permisjon")));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    let sheet = "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75";
    assert_eq!(world.seen().await, [sheet, "a1 Approved", "", ""]);
}

#[tokio::test]
async fn entries_of_a_type_that_is_mapped_back_are_its_own_again_and_of_the_other_people_are_told() {
    let mut world = sent().await;
    world.set(settings().map("vacation", to("permisjon")));
    world.absences.change("a1", |one| one.end = Some(nov(26)));
    world.push().await;
    assert_eq!(world.sheet("v1"), format!("{WHOLE}, permisjon 26 7.5"));
    world.set(settings());
    world.absences.remove("a1");
    world.push().await;
    let [sheet, _, told, _] = world.seen().await;
    // Once of the change that did not arrive, and once of the withdrawal.
    assert_eq!([sheet.as_str(), &told], ["permisjon 26 7.5", "a1 absence.disconnected, a1 absence.disconnected"]);
}

#[tokio::test]
async fn who_is_linked_again_to_the_same_record_has_no_hours_of_an_absence_that_is_gone() {
    let world = sent().await;
    world.engine.forget(&world.anna, &HostId::from("h1")).await.unwrap();
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
    assert_eq!(linked(&world).await, 1);
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet("v1"), "");
}

/// Nothing is refused in the new record.
#[tokio::test]
async fn an_absence_rejected_in_one_record_is_sent_to_another() {
    let world = World::new().await;
    world.sheets.lock("v1", nov(25), nov(25));
    world.absences.put(vacation());
    world.push().await;
    let mut person = world.host.get("h1").unwrap();
    person.national_id = Some("030390-999W".to_owned());
    world.host.put(person.clone());
    world.vendor.put("v7", &person);
    world.engine.forget(&world.anna, &HostId::from("h1")).await.unwrap();
    assert_eq!(linked(&world).await, 1);
    world.push().await;
    assert_eq!(world.sheet("v7"), WHOLE);
    assert_eq!(world.seen().await, ["", "a1 Approved", "a1 absence.locked", "absence.locked"]);
}

/// Somebody who is gone from the host has no absences there either, which says nothing of what they had.
#[tokio::test]
async fn who_is_gone_from_the_host_keeps_what_was_sent() {
    let world = sent().await;
    world.host.remove("h1");
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.seen().await, [WHOLE, "", "", "person.linked_gone"]);
    world.absences.put(other("a2", "sick", nov(26), nov(26)));
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn what_was_rejected_and_is_not_sent_any_more_is_rejected_no_longer_once_it_changes() {
    let mut world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world.set(settings().map("vacation", TypeMapping::DoNotSync));
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    later(&world).await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
}

#[tokio::test]
async fn what_was_excluded_while_it_was_rejected_is_sent_when_it_is_mapped_again() {
    let mut world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world.set(settings().map("vacation", TypeMapping::DoNotSync));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    world.set(settings());
    world.sheets.unlock();
    world.push().await;
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75");
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
}

pub(crate) const HALVED: &str = "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75";

/// Who moves an absence away from entries that stay has to know that they do, wherever it goes.
#[tokio::test]
async fn an_absence_that_is_moved_away_from_disconnected_entries_is_told() {
    let moved = format!("{WHOLE}, permisjon 26 7.5, permisjon 27 7.5");
    for (mapping, (start, end), sheet) in [
        (to("permisjon"), (nov(26), nov(27)), moved.as_str()),
        (to("permisjon"), (nov(28), nov(29)), WHOLE),
        (TypeMapping::DoNotSync, (nov(28), nov(29)), WHOLE),
    ] {
        let mut world = sent().await;
        world.set(settings().map("vacation", mapping));
        world.absences.change("a1", |one| (one.start, one.end) = (start, Some(end)));
        world.push().await;
        sweeps(&world).await;
        assert_eq!((world.sheet("v1").as_str(), world.mails()), (sheet, vec!["a1 absence.disconnected".to_owned()]));
    }
}

/// Of what people were told that it does not arrive, they are told each change, also the one back.
#[tokio::test]
async fn each_change_of_a_type_that_is_not_sent_any_more_is_told_and_the_one_back_too() {
    let unmapped = AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("sick", to("syk"));
    for apart in [settings().map("vacation", TypeMapping::DoNotSync), unmapped] {
        let mut world = sent().await;
        world.set(apart);
        for (grade, mails) in [(50, 1), (50, 1), (100, 2), (100, 2), (50, 3)] {
            world.absences.change("a1", |one| one.grade = Hundredths::whole(grade));
            world.push().await;
            sweeps(&world).await;
            assert_eq!(world.mails().len(), mails, "{grade}");
        }
        assert_eq!(world.sheet("v1"), WHOLE);
    }
}

/// By sweeps alone, or by a push that somebody makes of something else.
#[tokio::test]
async fn what_changed_while_entries_were_disconnected_is_carried_over_when_they_are_ours_again() {
    type Change = fn(&World);
    let graded = |world: &World| assert!(world.absences.change("a1", |one| one.grade = Hundredths::whole(50)));
    let withdrawn = |world: &World| assert!(world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn));
    let gone = |world: &World| assert!(world.absences.remove("a1"));
    let sick = |world: &World| assert!(world.absences.change("a1", |one| one.kind = "sick".into()));
    let unmapped = AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("sick", to("syk"));
    let otherwise = settings().map("vacation", to("permisjon"));
    let noted = |world: &World| assert!(world.absences.change("a1", |one| one.note = Some("x".to_owned())));
    let cases: [(&AbsenceSettings, Change, &str); 6] = [
        (&otherwise, graded, HALVED),
        (&otherwise, noted, "ferie 23 7.5 x, ferie 24 7.5 x, ferie 25 7.5 x"),
        (&otherwise, withdrawn, ""),
        (&otherwise, gone, ""),
        (&unmapped, graded, HALVED),
        (&unmapped, sick, "syk 23 7.5, syk 24 7.5, syk 25 7.5"),
    ];
    for (row, (apart, change, sheet)) in cases.into_iter().enumerate() {
        for by_push in [false, true] {
            let mut world = sent().await;
            world.set(apart.clone());
            change(&world);
            world.push().await;
            assert_eq!(world.sheet("v1"), WHOLE, "{row}");
            world.set(settings());
            if by_push {
                drop(world.push().await)
            } else {
                sweeps(&world).await
            }
            assert_eq!(world.sheet("v1"), sheet, "{row} {by_push}");
        }
    }
}

/// As the hint says: a clerk gives the entries the new type.
#[tokio::test]
async fn what_changed_while_entries_were_disconnected_is_carried_over_when_a_clerk_gives_them_the_new_type() {
    let mut world = sent().await;
    world.set(settings().map("vacation", to("permisjon")));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    for day in 23..26 {
        assert!(world.sheets.retype("v1", "ferie", nov(day), "permisjon"));
    }
    world.push().await;
    assert_eq!(world.sheet("v1"), "permisjon 23 3.75, permisjon 24 3.75, permisjon 25 3.75");
}

/// A note that is refused beside what waits for its mapping ends no waiting.
#[tokio::test]
async fn a_change_that_waits_for_its_mapping_goes_on_waiting_when_a_note_is_refused() {
    let mut world = sent().await;
    world.set(settings().map("vacation", to("permisjon")));
    assert!(world.sheets.retype("v1", "ferie", nov(23), "permisjon"));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 24 7.5, ferie 25 7.5, permisjon 23 3.75");
    world.sheets.lock("v1", nov(23), nov(23));
    world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::NoteRefused));
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 24 3.75, ferie 25 3.75, permisjon 23 3.75");
}

/// Nobody changes it, and nothing may be read for a while: what waits for its mapping is not turned away.
#[tokio::test]
async fn a_change_that_waits_for_its_mapping_is_not_rejected_by_what_happens_meanwhile() {
    let mut world = sent().await;
    world.set(settings().map("vacation", to("permisjon")));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    let told = world.mails().len();
    world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
    world.absences.put(other("a2", "sick", nov(30), nov(30)));
    world.push().await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
    world.sheets.unreadable(None);
    sweeps(&world).await;
    assert!(!world.mails()[told..].iter().any(|mail| mail.starts_with("a1")), "{:?}", world.mails());
    world.set(settings());
    sweeps(&world).await;
    assert!(world.sheet("v1").starts_with(HALVED), "{}", world.sheet("v1"));
}

/// In an earlier month by then, or on a day that is locked: it is a change as any other.
#[tokio::test]
async fn a_change_that_waited_for_its_mapping_is_one_of_the_absence() {
    let waiting = async |later: bool| {
        let mut world = sent().await;
        world.set(settings().map("vacation", to("permisjon")));
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
        world.push().await;
        if later {
            world.clock.set(datetime!(2026-12-10 09:00 UTC));
            world.push().await;
        }
        world
    };
    for by_push in [false, true] {
        let mut world = waiting(true).await;
        world.set(settings());
        if by_push {
            drop(world.push().await)
        } else {
            sweeps(&world).await
        }
        assert_eq!(world.sheet("v1"), HALVED, "{by_push}");
    }
    let mut world = waiting(false).await;
    world.sheets.lock("v1", nov(23), nov(25));
    world.set(settings());
    world.push().await;
    let [sheet, shown, told, _] = world.seen().await;
    let mails = "a1 absence.disconnected, a1 absence.locked";
    assert_eq!([sheet.as_str(), &shown, &told], [WHOLE, "a1 RejectedByIntegration", mails]);
}
