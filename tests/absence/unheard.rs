//! What nobody would hear of otherwise.

use async_trait::async_trait;
use hrsync_core::absence::{Absence, AbsenceOutcome, AbsenceSettings, AbsenceStatus, Hundredths, TypeMapping};
use hrsync_core::{ErrorKind, HostId, Outcome, Result};
use hrsync_testkit::TestAbsences;
use hrsync_testkit::absences::AbsenceFate;
use time::macros::datetime;

use super::odd::{Odd, With};
use super::post::over;
use super::world::{WHOLE, World, both, later, nov, outcome, sent, settings, sweeps, vacation};

/// Whatever the payroll system answers again and again though no look shows why: the absence is refused, and people are told.
#[tokio::test]
async fn what_stays_otherwise_than_it_was_seen_is_refused() {
    let table = [
        (ErrorKind::AlreadyExists, "a creation", ""),
        (ErrorKind::VersionMismatch, "a change", WHOLE),
        (ErrorKind::NotFound, "a change", WHOLE),
    ];
    for (kind, of, there) in table {
        let world = match of {
            "a change" => sent().await,
            _ => World::new().await,
        };
        world.absences.put(vacation());
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
        (0..20).for_each(|_| world.sheets.next(AbsenceFate::Fails(kind, Outcome::Rejected)));
        let report = world.push().await;
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Refused), "{kind:?} of {of}");
        assert_eq!(world.sheet("v1"), there);
        assert_eq!((world.log().await.len(), world.mailbox.absences().len()), (1, 1), "{kind:?} of {of}");
        assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
        later(&world).await;
        assert_eq!(world.mailbox.absences().len(), 1, "once");
    }
}

/// A removal that is always answered so is no refusal of anything, and is gone on with.
#[tokio::test]
async fn a_removal_that_stays_otherwise_than_it_was_seen_is_told_and_tried_again() {
    let world = sent().await;
    world.absences.remove("a1");
    (0..4).for_each(|_| world.sheets.next(AbsenceFate::Fails(ErrorKind::VersionMismatch, Outcome::Rejected)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::RemovalRefused));
    assert_eq!((world.log().await.len(), world.mailbox.absences().len()), (1, 1));
    later(&world).await;
    assert_eq!(world.sheet("v1"), "");
}

/// A host that answers as it should not.
#[derive(Debug, Clone)]
struct Careless(TestAbsences, fn(Vec<Absence>) -> Vec<Absence>);

#[async_trait]
impl Odd for Careless {
    fn host(&self) -> &TestAbsences {
        &self.0
    }

    async fn of(&self, _person: &HostId) -> Result<Vec<Absence>> {
        Ok(self.1(self.0.all()))
    }
}

#[tokio::test]
async fn absences_of_somebody_else_or_two_with_one_id_reach_nobodys_pay() {
    fn all(absences: Vec<Absence>) -> Vec<Absence> {
        absences
    }
    fn twice(absences: Vec<Absence>) -> Vec<Absence> {
        let shorter = |one: &Absence| one.clone().until(one.start);
        absences.iter().flat_map(|one| [one.clone(), shorter(one)]).collect()
    }
    for (answers, who) in [(all as fn(_) -> _, "h2"), (twice, "h1")] {
        let world = World::new().await;
        world.absences.put(vacation());
        let engine = over(&world, With(Careless(world.absences.clone(), answers)), &world.mailbox, 98);
        let report = engine.push_absences(&both()).await.unwrap();
        let of_whom: Vec<_> = report.findings.iter().filter_map(|one| one.host_id.as_ref()).collect();
        assert!(of_whom.contains(&&HostId::from(who)), "{report:?}");
        assert_eq!(world.sheet(&who.replace('h', "v")), "");
    }
}

#[tokio::test]
async fn hours_that_stay_under_another_type_when_their_absence_goes_are_told() {
    let world = sent().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet("v1"), "syk 24 7.5");
    assert_eq!(world.log().await, ["absence.moved_there"]);
    assert_eq!(world.mailbox.absences().len(), 1);
    later(&world).await;
    assert_eq!((world.log().await.len(), world.mailbox.absences().len()), (1, 1), "once");
}

/// Why nothing of a change reaches the entries that stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Apart {
    NotLinked,
    Off,
    MappedOtherwise,
    Excluded,
    Moved,
}

async fn apart(why: Apart) -> World {
    let mut world = sent().await;
    match why {
        Apart::NotLinked => world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap(),
        Apart::Off => world.set(AbsenceSettings::off()),
        Apart::MappedOtherwise => world.set(settings().map("vacation", TypeMapping::To("permisjon".into()))),
        Apart::Excluded => world.set(settings().map("vacation", TypeMapping::DoNotSync)),
        Apart::Moved => assert!(world.sheets.redate("v1", "ferie", nov(24), nov(30))),
    }
    world
}

/// Whoever corrects the entries by hand has to know of each change, also of the one back and of what is withdrawn.
#[tokio::test]
async fn each_change_that_cannot_be_carried_over_is_told() {
    let half = |world: &World| assert!(world.absences.change("a1", |one| one.grade = Hundredths::whole(50)));
    let most = |world: &World| assert!(world.absences.change("a1", |one| one.grade = Hundredths::whole(80)));
    let whole = |world: &World| assert!(world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED));
    let withdrawn = |world: &World| assert!(world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn));
    let approved = |world: &World| assert!(world.absences.change("a1", |one| one.status = AbsenceStatus::Approved));
    let gone = |world: &World| assert!(world.absences.remove("a1"));
    let changes: [&[fn(&World)]; 5] =
        [&[half, most], &[half, whole, gone], &[half, withdrawn], &[withdrawn, approved], &[half, gone]];
    for why in [Apart::NotLinked, Apart::Off, Apart::MappedOtherwise, Apart::Moved] {
        for (row, steps) in changes.iter().enumerate() {
            let world = apart(why).await;
            for (before, step) in steps.iter().enumerate() {
                step(&world);
                world.push().await;
                later(&world).await;
                let told = (world.log().await.len(), world.mails().len());
                assert_eq!(
                    told,
                    (before + 1, before + 1),
                    "{why:?}, {row}: {:?} {:?}",
                    world.mails(),
                    world.log().await
                );
            }
        }
    }
}

/// Nobody corrects hours because of it.
#[tokio::test]
async fn nobody_is_told_of_a_note_or_another_approval_that_cannot_be_carried_over() {
    let noted: fn(&mut Absence) = |one| one.note = Some("by the sea".to_owned());
    let approved: fn(&mut Absence) = |one| one.approved_at = Some(datetime!(2026-11-10 08:30 UTC));
    for why in [Apart::NotLinked, Apart::Off, Apart::MappedOtherwise, Apart::Excluded, Apart::Moved] {
        for change in [noted, approved] {
            let world = apart(why).await;
            assert!(world.absences.change("a1", change));
            world.push().await;
            later(&world).await;
            assert_eq!(world.mails(), [""; 0], "{why:?}");
        }
    }
}

#[tokio::test]
async fn a_removal_refused_a_second_time_is_told() {
    let world = sent().await;
    world.sheets.lock("v1", nov(24), nov(24));
    for times in 1..3 {
        world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
        world.push().await;
        assert_eq!(world.mailbox.absences().len(), times);
        world.absences.change("a1", |one| one.status = AbsenceStatus::Approved);
        world.push().await;
        assert_eq!(world.sheet("v1"), WHOLE);
    }
}

/// What was written and not heard of stands there too: it is told where it can be carried over no more, by whatever the absence becomes.
#[tokio::test]
async fn a_change_of_what_was_written_unheard_is_told_while_nothing_is_carried_over() {
    const HALF: &str = "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75";
    for off in [false, true] {
        for was_sent in [false, true] {
            for at_once in [false, true] {
                let mut world = if was_sent { sent().await } else { World::new().await };
                if was_sent {
                    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
                } else {
                    world.absences.put(vacation());
                }
                world.sheets.next(AbsenceFate::ReplyLost);
                world.push().await;
                if off {
                    world.set(AbsenceSettings::off());
                } else {
                    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
                }
                if !at_once {
                    sweeps(&world).await;
                }
                if was_sent {
                    world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED);
                } else {
                    world.absences.remove("a1");
                }
                world.push().await;
                sweeps(&world).await;
                world.push().await;
                assert_eq!(world.sheet("v1"), if was_sent { HALF } else { WHOLE });
                let log = world.log().await;
                let what = (off, was_sent, at_once);
                assert!(log.contains(&"absence.not_carried".to_owned()), "{what:?}: {log:?}");
            }
        }
    }
}

/// Sent without an answer, or changed and refused, and then kept from being carried over: what stands there is otherwise.
#[tokio::test]
async fn a_change_of_what_was_written_unheard_is_told_where_its_type_is_mapped_otherwise() {
    let unmapped = AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC));
    let otherwise =
        [TypeMapping::DoNotSync, TypeMapping::To("permisjon".into())].map(|to| settings().map("vacation", to));
    for (row, apart) in otherwise.into_iter().chain([unmapped]).enumerate() {
        let mut world = World::new().await;
        world.absences.put(vacation());
        world.sheets.next(AbsenceFate::ReplyLost);
        world.push().await;
        world.set(apart.clone());
        sweeps(&world).await;
        assert_eq!(world.mails(), [""; 0], "nobody changed it");
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
        world.push().await;
        assert_eq!((world.sheet("v1").as_str(), world.mails().len()), (WHOLE, 1), "{row}");
        // Of two days the change went through, and is taken back.
        let mut world = sent().await;
        world.sheets.lock("v1", nov(24), nov(24));
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
        world.push().await;
        let told = world.mails().len();
        world.set(apart);
        world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED);
        world.push().await;
        assert_eq!(world.mails().len(), told + 1, "{row}: {:?}", world.mails());
    }
}

/// It arrived in between, so that whoever makes the same change again has to know again, whether or not it was approved anew.
#[tokio::test]
async fn the_same_change_is_told_again_after_it_went_through_in_between() {
    for approved_anew in [false, true] {
        let mut world = sent().await;
        for day in [11, 12] {
            world.set(settings().map("vacation", TypeMapping::To("permisjon".into())));
            world.absences.change("a1", |one| {
                one.grade = Hundredths::whole(50);
                if approved_anew {
                    one.approved_at = Some(datetime!(2026-11-10 09:00 UTC).replace_day(day).unwrap());
                }
            });
            world.push().await;
            world.set(settings());
            world.push().await;
            world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED);
            world.push().await;
            assert_eq!(world.sheet("v1"), WHOLE);
        }
        assert_eq!(world.mails(), ["a1 absence.disconnected", "a1 absence.disconnected"], "{approved_anew}");
    }
}
