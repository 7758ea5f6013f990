//! The rules about absences as one table: given, event, and what is expected of entries, of the host and of who is told.

use hrsync_core::absence::{
    Absence, AbsenceSettings, AbsenceStatus, Counting, Extent, Hundredths, Portion, TypeMapping, WorkSchedule,
};
use hrsync_core::reconcile::LinkState;
use hrsync_core::{ErrorKind, HostId, Outcome};
use hrsync_testkit::absences::AbsenceFate;
use time::Weekday;
use time::macros::datetime;

use super::world::{FULL, WHOLE, World, nov, other, settings, vacation};

use AbsenceStatus::{Approved, RejectedByIntegration as Rejected, Requested, Withdrawn};

/// What an event does.
type Doing = fn(&mut World);

/// Whether the absence was carried over before the event.
#[derive(Clone, Copy, PartialEq)]
enum Given {
    /// It was not there.
    Nothing,
    /// The vacation of three days was carried over.
    Sent,
}

struct Case {
    rules: &'static str,
    given: Given,
    event: Doing,
    entries: &'static str,
    status: Option<AbsenceStatus>,
    /// The codes of what people are told.
    told: &'static [&'static str],
}

fn case(
    rules: &'static str,
    given: Given,
    event: Doing,
    entries: &'static str,
    status: impl Into<Option<AbsenceStatus>>,
    told: &'static [&'static str],
) -> Case {
    Case { rules, given, event, entries, status: status.into(), told }
}

fn to(kind: &str) -> TypeMapping {
    TypeMapping::To(kind.into())
}

fn change(world: &World, change: fn(&mut Absence)) {
    assert!(world.absences.change("a1", change));
}

fn remove(world: &mut World) {
    assert!(world.absences.remove("a1"));
}

fn put(world: &mut World) {
    world.absences.put(vacation());
}

fn cases() -> Vec<Case> {
    use Given::{Nothing, Sent};
    vec![
        // rule: TT-24, TT-64, TT-68, TT-83, AB-04, AB-07
        case("approved, complete and mapped", Nothing, put, WHOLE, Approved, &[]),
        // rule: TT-23, AB-03
        case(
            "the transfer is off",
            Nothing,
            |world| {
                put(world);
                world.set(AbsenceSettings::off().map("vacation", to("ferie")));
            },
            "",
            Approved,
            &[],
        ),
        // rule: TT-24, TT-72, AB-11
        case(
            "a request",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| one.status = Requested);
            },
            "",
            Requested,
            &[],
        ),
        // rule: TT-71, AB-12
        case(
            "without an end",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| one.end = None);
            },
            "",
            Approved,
            &[],
        ),
        // rule: TT-28
        case(
            "counted as calendar days",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| one.counting = Counting::CalendarDays);
            },
            "",
            Approved,
            &[],
        ),
        // rule: TT-70, AB-13
        case(
            "of a type that is not mapped",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| one.kind = "parental".into());
            },
            "",
            Approved,
            &[],
        ),
        // rule: TT-32
        case(
            "of an excluded type",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| one.kind = "training".into());
            },
            "",
            Approved,
            &[],
        ),
        case(
            "approved before absences were sent",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| one.approved_at = Some(datetime!(2026-10-31 23:59 UTC)));
            },
            "",
            Approved,
            &[],
        ),
        // rule: TT-25, AB-06
        case(
            "two types arrive under the two they are mapped to",
            Nothing,
            |world| {
                put(world);
                world.absences.put(other("a2", "sick", nov(26), nov(26)));
            },
            "ferie 23 7.5, ferie 24 7.5, ferie 25 7.5, syk 26 7.5",
            Approved,
            &[],
        ),
        // rule: TT-85
        case(
            "half of the work of each day",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
            },
            "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75",
            Approved,
            &[],
        ),
        case(
            "half of the last day",
            Nothing,
            |world| {
                put(world);
                let extent = Extent::Days { first: Portion::Whole, last: Portion::Half };
                world.absences.change("a1", |one| one.extent = extent);
            },
            "ferie 23 7.5, ferie 24 7.5, ferie 25 3.75",
            Approved,
            &[],
        ),
        case(
            "two hours of each day",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| one.extent = Extent::Hours(Hundredths::whole(2)));
            },
            "ferie 23 2, ferie 24 2, ferie 25 2",
            Approved,
            &[],
        ),
        // rule: TT-84
        case(
            "somebody with a shorter day",
            Nothing,
            |world| {
                put(world);
                world.sheets.standard("v1", Hundredths::whole(6));
            },
            "ferie 23 6, ferie 24 6, ferie 25 6",
            Approved,
            &[],
        ),
        // rule: TT-96, TT-97
        case(
            "over a weekend and a holiday of the host",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| one.end = Some(nov(30)));
                world.absences.set_schedule("h1", WorkSchedule::default().holiday(nov(25)));
            },
            "ferie 23 7.5, ferie 24 7.5, ferie 26 7.5, ferie 27 7.5, ferie 30 7.5",
            Approved,
            &[],
        ),
        // rule: TT-98
        case(
            "of somebody who works on Saturdays and not on Mondays",
            Nothing,
            |world| {
                put(world);
                world.absences.change("a1", |one| (one.start, one.end) = (nov(27), Some(nov(30))));
                world.absences.set_schedule("h1", WorkSchedule::of([Weekday::Friday, Weekday::Saturday]));
            },
            "ferie 27 7.5, ferie 28 7.5",
            Approved,
            &[],
        ),
        case(
            "two half days of one type share an entry",
            Nothing,
            |world| {
                let half = Extent::Days { first: Portion::Half, last: Portion::Half };
                for id in ["a1", "a2"] {
                    let mut one = other(id, "vacation", nov(23), nov(23));
                    one.extent = half;
                    one.note = Some(id.to_owned());
                    world.absences.put(one);
                }
            },
            "ferie 23 7.5 a1 / a2",
            Approved,
            &[],
        ),
        // rule: TT-26, TT-68, TT-73, AB-04, AB-08
        case(
            "moved and made longer",
            Sent,
            |world| change(world, |one| (one.start, one.end) = (nov(24), Some(nov(27)))),
            "ferie 24 7.5, ferie 25 7.5, ferie 26 7.5, ferie 27 7.5",
            Approved,
            &[],
        ),
        // rule: TT-74
        case(
            "another grade",
            Sent,
            |world| change(world, |one| one.grade = Hundredths::whole(50)),
            "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75",
            Approved,
            &[],
        ),
        // rule: TT-75
        case(
            "another note",
            Sent,
            |world| change(world, |one| one.note = Some("by the sea".to_owned())),
            "ferie 23 7.5 by the sea, ferie 24 7.5 by the sea, ferie 25 7.5 by the sea",
            Approved,
            &[],
        ),
        // rule: TT-76, TT-78, AB-16, AB-18
        case("no longer approved", Sent, |world| change(world, |one| one.status = Requested), "", Requested, &[]),
        case("taken back", Sent, |world| change(world, |one| one.status = Withdrawn), "", Withdrawn, &[]),
        case(
            "somebody says no",
            Sent,
            |world| change(world, |one| one.status = AbsenceStatus::Rejected),
            "",
            AbsenceStatus::Rejected,
            &[],
        ),
        // rule: TT-77, AB-17
        case("its end is removed", Sent, |world| change(world, |one| one.end = None), "", Approved, &[]),
        // rule: TT-27, TT-68, AB-04, AB-09
        case("deleted", Sent, remove, "", None, &[]),
        case(
            "another type",
            Sent,
            |world| change(world, |one| one.kind = "sick".into()),
            "syk 23 7.5, syk 24 7.5, syk 25 7.5",
            Approved,
            &[],
        ),
        case(
            "a type that is not sent",
            Sent,
            |world| change(world, |one| one.kind = "training".into()),
            "",
            Approved,
            &[],
        ),
        // rule: TT-69
        case("nothing", Sent, |_| {}, WHOLE, Approved, &[]),
        // rule: TT-82
        case(
            "others' entries are left alone",
            Sent,
            |world| {
                world.sheets.enter("v1", "syk", nov(23), Hundredths(100), None);
                world.sheets.enter("v1", "ferie", nov(26), Hundredths(100), None);
                world.absences.remove("a1");
            },
            "ferie 26 1, syk 23 1",
            None,
            &[],
        ),
        case(
            "equal hours that somebody entered are taken for its own",
            Nothing,
            |world| {
                put(world);
                world.sheets.enter("v1", "ferie", nov(24), FULL, Some("by hand"));
            },
            "ferie 23 7.5, ferie 24 7.5 by hand, ferie 25 7.5",
            Approved,
            &[],
        ),
        // rule: TT-86, TT-87, AB-19, AB-20
        case(
            "other hours that somebody entered are not written over",
            Nothing,
            |world| {
                put(world);
                world.sheets.enter("v1", "ferie", nov(24), Hundredths(400), None);
            },
            "ferie 24 4",
            Rejected,
            &["absence.foreign_hours"],
        ),
        case(
            "a locked day refuses a new absence as a whole",
            Nothing,
            |world| {
                put(world);
                world.sheets.lock("v1", nov(25), nov(25));
            },
            "",
            Rejected,
            &["absence.locked"],
        ),
        // rule: TT-86, AB-19
        case(
            "a locked day refuses only its part of a change",
            Sent,
            |world| {
                world.sheets.lock("v1", nov(25), nov(25));
                world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
            },
            "ferie 23 3.75, ferie 24 3.75, ferie 25 7.5",
            Rejected,
            &["absence.locked"],
        ),
        // rule: TT-89, TT-90
        case(
            "a refused note is logged and nobody is told",
            Sent,
            |world| {
                world.sheets.lock("v1", nov(23), nov(25));
                world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
            },
            WHOLE,
            Approved,
            &[],
        ),
        // rule: TT-89
        case(
            "a refused note with other days is a refused change",
            Sent,
            |world| {
                world.sheets.lock("v1", nov(23), nov(25));
                change(world, |one| (one.note, one.end) = (Some("by the sea".to_owned()), Some(nov(24))));
            },
            WHOLE,
            Rejected,
            &["absence.locked"],
        ),
        // rule: AB-22
        case(
            "what cannot be removed is told and the status stays",
            Sent,
            |world| {
                world.sheets.lock("v1", nov(24), nov(24));
                world.absences.change("a1", |one| one.status = Withdrawn);
            },
            "ferie 24 7.5",
            Withdrawn,
            &["absence.locked"],
        ),
        case(
            "deleted while a day is locked",
            Sent,
            |world| {
                world.sheets.lock("v1", nov(24), nov(24));
                world.absences.remove("a1");
            },
            "ferie 24 7.5",
            None,
            &["absence.locked"],
        ),
        case(
            "the payroll system refuses a new absence",
            Nothing,
            |world| {
                put(world);
                world.sheets.next(AbsenceFate::Fails(ErrorKind::PermissionDenied, Outcome::Rejected));
            },
            "",
            Rejected,
            &["permission_denied"],
        ),
        case(
            "locked between looking and writing",
            Nothing,
            |world| {
                put(world);
                world.sheets.next(AbsenceFate::Locked(nov(24), nov(24)));
            },
            "",
            Rejected,
            &["locked"],
        ),
        case(
            "a call that creates only a part",
            Nothing,
            |world| {
                put(world);
                world.sheets.all_or_none(false);
                world.sheets.next(AbsenceFate::Locked(nov(24), nov(24)));
            },
            "",
            Rejected,
            &["locked"],
        ),
        case(
            "together with another it takes more than the day has",
            Sent,
            |world| world.absences.put(other("a2", "vacation", nov(24), nov(24))),
            WHOLE,
            Approved,
            &["absence.overlap"],
        ),
        case(
            "a type that the payroll system does not have",
            Nothing,
            |world| {
                put(world);
                world.set(settings().map("vacation", to("no such")));
            },
            "",
            Rejected,
            &["memory.type"],
        ),
        // rule: TT-79, AB-15
        case(
            "the type is mapped to another: what is there stays",
            Sent,
            |world| world.set(settings().map("vacation", to("permisjon"))),
            WHOLE,
            Approved,
            &[],
        ),
        // rule: TT-80, AB-15
        case(
            "then the absence changes: days that have an entry keep it, others follow the new mapping",
            Sent,
            |world| {
                world.set(settings().map("vacation", to("permisjon")));
                world.absences.change("a1", |one| {
                    one.end = Some(nov(26));
                    one.grade = Hundredths::whole(50);
                });
            },
            "ferie 23 7.5, ferie 24 7.5, ferie 25 7.5, permisjon 26 3.75",
            Approved,
            &["absence.disconnected"],
        ),
        // rule: TT-80
        case(
            "then it is deleted: what is there stays, and people are told",
            Sent,
            |world| {
                world.set(settings().map("vacation", to("permisjon")));
                world.absences.remove("a1");
            },
            WHOLE,
            None,
            &["absence.disconnected"],
        ),
        // rule: TT-81
        case(
            "an entry that somebody gave the new type is followed again",
            Sent,
            |world| {
                world.set(settings().map("vacation", to("permisjon")));
                world.sheets.retype("v1", "ferie", nov(24), "permisjon");
                world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
            },
            "ferie 23 7.5, ferie 25 7.5, permisjon 24 3.75",
            Approved,
            &["absence.disconnected"],
        ),
        // rule: AB-14
        case(
            "the type is not sent any more: what is there stays",
            Sent,
            |world| {
                world.set(settings().map("vacation", TypeMapping::DoNotSync));
                world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
            },
            WHOLE,
            Approved,
            &["absence.disconnected"],
        ),
        // rule: AB-14
        case(
            "the type is not sent any more, and then it is taken back: what is there stays, and people are told",
            Sent,
            |world| {
                world.set(settings().map("vacation", TypeMapping::DoNotSync));
                change(world, |one| one.status = Withdrawn);
            },
            WHOLE,
            Withdrawn,
            &["absence.disconnected"],
        ),
        case(
            "the transfer is off: what is there stays, and that is told",
            Sent,
            |world| {
                world.set(AbsenceSettings::off());
                world.absences.remove("a1");
            },
            WHOLE,
            None,
            &["absence.not_carried"],
        ),
        case(
            "an entry that somebody changed there stays so while the absence does not change",
            Sent,
            |world| world.sheets.enter("v1", "ferie", nov(24), Hundredths(400), None),
            "ferie 23 7.5, ferie 24 4, ferie 25 7.5",
            Approved,
            &[],
        ),
        case(
            "an entry that somebody removed there comes back when the absence changes",
            Sent,
            |world| {
                world.sheets.remove("v1", "ferie", nov(24));
                world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
            },
            "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75",
            Approved,
            &[],
        ),
        case(
            "another work schedule alone rewrites nothing",
            Sent,
            |world| world.absences.set_schedule("h1", WorkSchedule::default().holiday(nov(24))),
            WHOLE,
            Approved,
            &[],
        ),
        case(
            "an end before the start after it was sent: what is there stays",
            Sent,
            |world| change(world, |one| one.end = Some(nov(20))),
            WHOLE,
            Approved,
            &[],
        ),
    ]
}

#[tokio::test]
async fn the_table_of_absences() {
    for Case { rules, given, event, entries, status, told } in cases() {
        let mut world = World::new().await;
        if given == Given::Sent {
            world.absences.put(vacation());
            world.push().await;
            assert_eq!(world.sheet("v1"), WHOLE, "{rules}");
        }
        event(&mut world);
        let report = world.push().await;
        let shown = world.absences.get("a1").map(|absence| absence.status);
        let mails: Vec<String> = world.mailbox.absences().into_iter().map(|mail| mail.code).collect();
        assert_eq!(world.sheet("v1"), entries, "{rules}: {report:#?}");
        assert_eq!(
            (shown, mails),
            (status, told.iter().map(|code| (*code).to_owned()).collect()),
            "{rules}: {report:#?}"
        );
        // Doing it again writes nothing more and tells nobody anything.
        let (mails, writes) = (world.mailbox.absences().len(), world.sheets.written().len());
        world.push().await;
        let after = (world.mailbox.absences().len(), world.sheets.written().len());
        assert_eq!((world.sheet("v1"), after), (entries.to_owned(), (mails, writes)), "{rules}, again");
        assert_eq!(world.sheet("v2"), "", "{rules}");
        let link = world.engine.link(&HostId::from("h1")).await.unwrap();
        assert!(link.is_some_and(|link| link.state == LinkState::Linked));
    }
}
