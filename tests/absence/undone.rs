//! Changes that are taken back, refused in part or hidden by a lost reply; and what must not follow from them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::absence::{
    Absence, AbsenceOutcome, AbsenceSettings, AbsenceStatus, Extent, HostAbsences, Hundredths, NotSent, Portion,
    TypeMapping, WorkSchedule, days,
};
use hrsync_core::finding::code;
use hrsync_core::reconcile::{Decisions, Engine};
use hrsync_core::{Authority, Error, ErrorKind, HostId, Outcome, Result, StaticKeys};
use hrsync_testkit::absences::AbsenceFate;
use hrsync_testkit::{MemoryVendor, SeededEntropy, TestAbsences};
use time::Weekday;
use time::macros::{date, datetime};

use super::odd::{Odd, With};
use super::post::over;
use super::world::{
    FULL, SETTLE_AFTER, WHOLE, World, both, later, nov, other, outcome, partly_sent, sent, settings, vacation,
};

fn status(world: &World, id: &str) -> AbsenceStatus {
    world.absences.get(id).unwrap().status
}

fn mails(world: &World) -> Vec<String> {
    let mails = world.mailbox.absences();
    mails.iter().map(|mail| format!("{} {}", mail.absence, mail.code)).collect()
}

fn grade(percent: u16) -> impl FnOnce(&mut Absence) {
    move |one| one.grade = Hundredths::whole(percent)
}

async fn after_settling(world: &World) {
    world.sheets.carry_out_late();
    world.clock.advance(SETTLE_AFTER + Duration::from_secs(1));
    world.engine.sweep_absences().await.unwrap();
    world.push().await;
}

#[tokio::test]
async fn a_change_that_was_refused_in_part_is_taken_back_with_the_rejection() {
    let world = sent().await;
    world.sheets.lock("v1", nov(25), nov(25));
    world.absences.change("a1", grade(50));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 7.5");
    world.sheets.unlock();
    world.absences.change("a1", grade(100));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!((world.sheet("v1").as_str(), status(&world, "a1")), (WHOLE, AbsenceStatus::Approved));
    // Also when nothing had been written yet, because all of it was locked.
    world.sheets.lock("v1", nov(23), nov(25));
    world.absences.change("a1", grade(50));
    world.push().await;
    assert_eq!(status(&world, "a1"), AbsenceStatus::RejectedByIntegration);
    world.absences.change("a1", grade(100));
    world.push().await;
    assert_eq!((world.sheet("v1").as_str(), status(&world, "a1")), (WHOLE, AbsenceStatus::Approved));
}

#[tokio::test]
async fn a_change_whose_reply_was_lost_is_taken_back() {
    type Change = fn(&mut Absence);
    let changes: [(&str, Change, Change); 4] = [
        ("grade", |one| one.grade = Hundredths::whole(50), |one| one.grade = Hundredths::whole(100)),
        (
            "days",
            |one| (one.start, one.end) = (nov(26), Some(nov(27))),
            |one| (one.start, one.end) = (nov(23), Some(nov(25))),
        ),
        ("end", |one| one.end = None, |one| one.end = Some(nov(25))),
        ("status", |one| one.status = AbsenceStatus::Requested, |one| one.status = AbsenceStatus::Approved),
    ];
    for (what, change, back) in changes {
        for fate in [AbsenceFate::ReplyLost, AbsenceFate::Late, AbsenceFate::Lost] {
            let world = sent().await;
            world.absences.change("a1", change);
            world.sheets.next(fate);
            world.push().await;
            world.absences.change("a1", back);
            world.push().await;
            after_settling(&world).await;
            assert_eq!(world.sheet("v1"), WHOLE, "{what} {fate:?}");
        }
    }
}

#[tokio::test]
async fn an_end_that_comes_back_brings_the_days_back_that_were_removed() {
    let world = sent().await;
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.change("a1", |one| one.end = None);
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::RemovalRefused));
    assert_eq!(world.sheet("v1"), "ferie 24 7.5");
    world.sheets.unlock();
    world.absences.change("a1", |one| one.end = Some(nov(25)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn hours_that_were_found_equal_stay_when_the_rest_of_a_new_absence_is_refused() {
    for fate in [
        AbsenceFate::Locked(nov(25), nov(25)),
        AbsenceFate::Fails(ErrorKind::PermissionDenied, Outcome::Rejected),
        AbsenceFate::Fails(ErrorKind::AlreadyExists, Outcome::Rejected),
    ] {
        let world = World::new().await;
        world.sheets.enter("v1", "ferie", nov(24), FULL, Some("by hand"));
        world.absences.put(vacation());
        (0..4).for_each(|_| world.sheets.next(fate));
        world.push().await;
        assert!(world.sheet("v1").contains("ferie 24 7.5 by hand"), "{fate:?}: {}", world.sheet("v1"));
        assert!(world.sheets.written().iter().all(|(_, what, _)| *what != "delete"), "{fate:?}");
    }
}

#[tokio::test]
async fn what_was_sent_is_not_new_after_its_type_was_excluded_for_a_while() {
    let mut world = sent().await;
    world.set(settings().map("vacation", TypeMapping::DoNotSync));
    world.push().await;
    world.set(settings());
    world.absences.change("a1", grade(50));
    world.sheets.lock("v1", nov(25), nov(25));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 7.5", "an update keeps what succeeded");
}

#[tokio::test]
async fn people_are_told_of_disconnected_entries_only_when_their_absence_changes() {
    for settings in [
        settings().map("vacation", TypeMapping::DoNotSync),
        settings().map("vacation", TypeMapping::To("permisjon".into())),
        AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)),
    ] {
        let mut world = sent().await;
        world.set(settings);
        world.push().await;
        assert!(mails(&world).is_empty());
        world.absences.change("a1", grade(50));
        world.push().await;
        world.push().await;
        assert_eq!(mails(&world), ["a1 absence.disconnected"]);
        assert_eq!(world.sheet("v1"), WHOLE);
    }
}

#[tokio::test]
async fn disconnected_entries_that_somebody_removed_make_room() {
    let mut world = sent().await;
    world.set(settings().map("vacation", TypeMapping::To("permisjon".into())));
    for day in [23, 24, 25] {
        assert!(world.sheets.remove("v1", "ferie", nov(day)));
    }
    world.absences.change("a1", grade(50));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(world.sheet("v1"), "permisjon 23 3.75, permisjon 24 3.75, permisjon 25 3.75");
}

#[tokio::test]
async fn a_review_rejects_nothing_that_nobody_changed() {
    type Doing = fn(&World);
    let cases: [(&str, Doing); 3] = [
        ("rights lost", |world| world.sheets.unreadable(Some(ErrorKind::PermissionDenied))),
        ("a holiday in a locked week", |world| {
            world.sheets.lock("v1", nov(23), nov(25));
            world.absences.set_schedule("h1", WorkSchedule::default().holiday(nov(24)));
        }),
        ("another standard in a locked week", |world| {
            world.sheets.lock("v1", nov(23), nov(25));
            world.sheets.standard("v1", Hundredths::whole(7));
        }),
    ];
    for (what, doing) in cases {
        let world = sent().await;
        doing(&world);
        let people = [HostId::from("h1")];
        let preview = world.engine.preview_absences(&world.anna, &people).await.unwrap();
        let report = world.engine.review_absences(&world.anna, &people).await.unwrap();
        assert_eq!(outcome(&report, "a1"), outcome(&preview.report, "a1"), "{what}");
        assert_eq!(report.findings.len(), 1, "{what}: {:?}", report.findings);
        assert_eq!((status(&world, "a1"), mails(&world)), (AbsenceStatus::Approved, Vec::new()), "{what}");
        assert_eq!(world.sheet("v1"), WHOLE, "{what}");
    }
}

#[tokio::test]
async fn nothing_is_partly_there_of_which_nothing_is() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world.sheets.unlock();
    world.absences.put(other("a2", "vacation", nov(27), nov(27)));
    world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::NotSent(NotSent::Rejected)));
    assert_eq!(mails(&world).iter().filter(|mail| mail.starts_with("a1")).count(), 1);
}

#[tokio::test]
async fn what_is_partly_there_goes_when_it_can_once_the_absence_is_deleted() {
    let world = partly_sent().await;
    world.absences.remove("a1");
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::RemovalRefused));
    world.sheets.unlock();
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet("v1"), "");
}

// rule: TT-26, TT-89
#[tokio::test]
async fn a_note_that_was_refused_is_tried_again_when_the_absence_changes_or_somebody_says_so() {
    type Doing = fn(&World);
    let again: [(&str, Doing); 2] = [
        ("approved again", |world| {
            world.absences.change("a1", |one| one.approved_at = Some(datetime!(2026-11-12 08:00 UTC)));
        }),
        ("another grade", |world| {
            world.absences.change("a1", grade(50));
        }),
    ];
    for (what, doing) in again {
        let world = sent().await;
        world.sheets.lock("v1", nov(23), nov(25));
        world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::NoteRefused));
        world.sheets.unlock();
        let report = world.engine.review_absences(&world.anna, &[HostId::from("h1")]).await.unwrap();
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::NoteRefused), "a review says that it lacks");
        doing(&world);
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent), "{what}");
        assert_eq!(world.sheet("v1").matches("by the sea").count(), 3, "{what}");
    }
    let world = sent().await;
    world.sheets.lock("v1", nov(23), nov(25));
    world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
    world.push().await;
    world.sheets.unlock();
    let report = world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(world.sheet("v1").matches("by the sea").count(), 3);
}

// rule: TT-89
#[tokio::test]
async fn a_refused_change_of_note_and_days_rejects_the_absence() {
    let world = sent().await;
    world.sheets.lock("v1", nov(23), nov(25));
    world.absences.change("a1", |one| {
        (one.note, one.end) = (Some("by the sea".to_owned()), Some(nov(26)));
    });
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    assert_eq!(status(&world, "a1"), AbsenceStatus::RejectedByIntegration);
    assert_eq!(mails(&world), ["a1 absence.locked"]);
}

#[tokio::test]
async fn an_absence_on_free_days_only_is_not_said_to_be_sent() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", nov(28), nov(29)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::NotSent(NotSent::NoDays)));
    world.absences.change("a1", |one| one.end = Some(nov(30)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(world.sheet("v1"), "ferie 30 7.5");
}

#[tokio::test]
async fn a_day_more_rewrites_no_earlier_month() {
    let world = World::new().await;
    world.absences.put(other("a1", "sick", date!(2026 - 10 - 12), date!(2026 - 11 - 13)));
    world.push().await;
    let october = || -> (usize, u32) {
        let entries = world.sheets.entries("v1");
        let past = entries.iter().filter(|entry| entry.slot.from < date!(2026 - 11 - 01));
        past.fold((0, 0), |(count, sum), entry| (count + 1, sum + entry.content.amount.0))
    };
    assert_eq!(october(), (15, 15 * 750));
    // From November on the person works on fewer days and fewer hours.
    world.absences.set_schedule("h1", WorkSchedule::of([Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday]));
    world.sheets.standard("v1", Hundredths::whole(6));
    world.absences.change("a1", |one| one.end = Some(nov(16)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(october(), (15, 15 * 750));
    assert_eq!(world.log().await, ["absence.past_month"]);
    // What the absence itself takes otherwise is carried over, in whatever month.
    world.absences.change("a1", |one| one.start = date!(2026 - 10 - 19));
    world.push().await;
    assert_eq!(october(), (10, 10 * 750));
    world.absences.change("a1", grade(50));
    world.push().await;
    assert_eq!(october(), (6, 6 * 300));
}

#[tokio::test]
async fn a_shorter_day_makes_no_overlap_of_what_stands_there() {
    let world = World::new().await;
    for id in ["a1", "a2"] {
        let mut one = other(id, "vacation", nov(23), nov(23));
        one.extent = Extent::Days { first: Portion::Half, last: Portion::Half };
        world.absences.put(one);
    }
    world.push().await;
    world.sheets.standard("v1", Hundredths::whole(6));
    world.absences.change("a1", |one| one.note = Some("dentist".to_owned()));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(mails(&world), Vec::<String>::new());
}

#[tokio::test]
async fn two_halves_of_a_day_are_no_more_than_the_day() {
    let world = World::new().await;
    world.sheets.standard("v1", Hundredths(725));
    for id in ["a1", "a2"] {
        let mut one = other(id, "vacation", nov(23), nov(23));
        one.extent = Extent::Days { first: Portion::Half, last: Portion::Half };
        world.absences.put(one);
    }
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.25");
    world.absences.remove("a2");
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.63");
}

#[tokio::test]
async fn hours_that_were_found_equal_stay_when_the_absence_is_refused_after_a_lost_reply_or_taken_back() {
    for taken_back in [false, true] {
        let world = World::new().await;
        world.sheets.enter("v1", "ferie", nov(23), FULL, Some("by hand"));
        world.absences.put(vacation());
        world.sheets.next(AbsenceFate::ReplyLost);
        world.push().await;
        if taken_back {
            world.absences.remove("a1");
        } else {
            // Other hours stand in the way of the rest.
            world.sheets.enter("v1", "ferie", nov(24), Hundredths(333), None);
        }
        after_settling(&world).await;
        assert!(world.sheet("v1").starts_with("ferie 23 7.5 by hand"), "{taken_back}: {}", world.sheet("v1"));
        assert!(!world.sheet("v1").contains("ferie 25"), "{taken_back}");
    }
}

/// An engine of another connection of the same host, with both people linked.
async fn second(world: &World) -> (Engine, MemoryVendor) {
    let vendor = MemoryVendor::new();
    for id in ["1", "2"] {
        vendor.put(&format!("w{id}"), &world.host.get(&format!("h{id}")).unwrap());
    }
    let engine = Engine::builder(Arc::new(vendor.clone()), Arc::new(world.host.clone()))
        .connection("second")
        .store(world.store.clone())
        .keys(StaticKeys::new([7; 32]))
        .clock(world.clock.clone())
        .entropy(SeededEntropy::new(99))
        .notifier(world.mailbox.clone())
        .absences(world.absences.clone(), settings())
        .build()
        .unwrap();
    engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
    let review = engine.review(&world.anna).await.unwrap();
    engine.apply(&world.anna, &engine.plan(&world.anna, &review, &Decisions::new()).unwrap()).await.unwrap();
    (engine, vendor)
}

#[tokio::test]
async fn a_refusal_of_one_connection_is_none_of_another() {
    let world = World::new().await;
    let (second, vendor) = second(&world).await;
    let people = [HostId::from("h1")];
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    assert_eq!(status(&world, "a1"), AbsenceStatus::RejectedByIntegration);
    let report = second.push_absences(&people).await.unwrap();
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(vendor.absences().entries("w1").len(), 3);
    // And what one refused another does not take back, however often it looks.
    for _ in 0..2 {
        second.review_absences(&world.anna, &people).await.unwrap();
        assert_eq!(status(&world, "a1"), AbsenceStatus::RejectedByIntegration);
    }
}

#[tokio::test]
async fn in_another_record_an_absence_is_sent_anew_and_the_old_one_is_told() {
    let world = sent().await;
    for person in ["h1", "h2"] {
        world.engine.forget(&world.anna, &person.into()).await.unwrap();
    }
    world.host.remove("h2");
    let mut person = world.host.get("h1").unwrap();
    person.national_id = Some("020290-999U".to_owned());
    person.given_name = Some("Given 2".to_owned());
    world.host.put(person);
    let review = world.engine.review(&world.anna).await.unwrap();
    let decisions = Decisions::new().connect(&"h1".into(), &"v2".into());
    let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(world.engine.link(&"h1".into()).await.unwrap().unwrap().vendor.as_str(), "v2");
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!((world.sheet("v1"), world.sheet("v2")), (WHOLE.to_owned(), WHOLE.to_owned()));
    world.push().await;
    assert_eq!(mails(&world), [format!("a1 {}", code::ABSENCE_OTHER_RECORD)]);
}

#[tokio::test]
async fn settling_a_write_forgets_no_refusal() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world.sheets.unlock();
    world.absences.put(other("a2", "vacation", nov(27), nov(27)));
    world.sheets.next(AbsenceFate::ReplyLost);
    world.push().await;
    after_settling(&world).await;
    world.absences.change("a1", |one| one.end = Some(nov(24)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(status(&world, "a1"), AbsenceStatus::Approved);
}

/// Absences of which those of one person cannot be told.
#[derive(Debug)]
struct Broken(TestAbsences);

#[async_trait]
impl Odd for Broken {
    fn host(&self) -> &TestAbsences {
        &self.0
    }

    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        match person.as_str() {
            "h1" => Err(Error::new(ErrorKind::InvalidData, "a row cannot be read")),
            _ => self.0.of(person).await,
        }
    }
}

#[tokio::test]
async fn nobody_waits_for_somebody_whom_the_host_cannot_tell() {
    let world = World::new().await;
    let mut theirs = vacation();
    (theirs.id, theirs.person) = ("b1".into(), "h2".into());
    world.absences.put(vacation());
    world.absences.put(theirs);
    let engine = over(&world, With(Broken(world.absences.clone())), &world.mailbox, 99);
    let report = engine.push_absences(&["h1".into(), "h2".into()]).await.unwrap();
    assert_eq!(outcome(&report, "b1"), Some(AbsenceOutcome::Sent));
    assert_eq!(report.findings[0].host_id, Some("h1".into()));
    // It is gone on with.
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[test]
fn a_day_of_an_absence_prints_nothing_of_it() {
    let part = days(&vacation(), &WorkSchedule::default()).unwrap()[0];
    assert_eq!(format!("{part:?}"), "DayPart([redacted])");
}

#[tokio::test]
async fn sweeps_leave_alone_for_longer_and_longer_what_they_can_do_nothing_about() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.unreadable(Some(ErrorKind::Unavailable));
    world.push().await;
    let before = world.sheets.calls().0;
    // Every five minutes of a day.
    for _ in 0..288 {
        world.engine.sweep_absences().await.unwrap();
        world.clock.advance(Duration::from_secs(300));
    }
    let looked = world.sheets.calls().0 - before;
    assert!((8..=12).contains(&looked), "{looked} looks in a day");
    // Whatever the host pushes is carried over at once.
    world.sheets.unreadable(None);
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn sweeps_leave_alone_somebody_whom_the_host_cannot_tell() {
    let world = World::new().await;
    world.absences.put(vacation());
    let fails = || world.host.fail_next_fetch(Error::new(ErrorKind::Unavailable, "the host cannot tell"));
    fails();
    world.push().await;
    for _ in 0..288 {
        fails();
        world.engine.sweep_absences().await.unwrap();
        world.clock.advance(Duration::from_secs(300));
    }
    let tried = world.log().await.len();
    assert!((8..=13).contains(&tried), "{tried} times in a day");
}

#[tokio::test]
async fn a_removal_that_is_refused_is_tried_once_a_sweep() {
    let world = sent().await;
    world.absences.remove("a1");
    for _ in 0..20 {
        world.sheets.next(AbsenceFate::Fails(ErrorKind::PermissionDenied, Outcome::Rejected));
    }
    let before = world.sheets.calls().1;
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::RemovalRefused));
    assert_eq!(world.sheets.calls().1 - before, 1);
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheets.calls().1 - before, 2);
    assert_eq!(mails(&world).len(), 1);
}

#[tokio::test]
async fn of_somebody_who_is_gone_a_sweep_tells_once() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.unreadable(Some(ErrorKind::Unavailable));
    world.push().await;
    world.host.remove("h1");
    assert_eq!(world.engine.sweep_absences().await.unwrap().findings.len(), 1);
    world.clock.advance(Duration::from_secs(24 * 3_600));
    assert!(world.engine.sweep_absences().await.unwrap().findings.is_empty());
}

/// A write was lost, and a clerk enters the first day by hand meanwhile; then the rest is refused, or the absence goes.
#[tokio::test]
async fn what_a_clerk_entered_in_place_of_a_lost_write_stays() {
    type Step = fn(&World);
    let steps: [Step; 2] = [
        |world| world.sheets.lock("v1", nov(24), nov(24)),
        |world| {
            world.absences.remove("a1");
        },
    ];
    for step in steps {
        let world = World::new().await;
        world.absences.put(vacation());
        world.sheets.next(AbsenceFate::Lost);
        world.push().await;
        world.sheets.enter("v1", "ferie", nov(23), FULL, Some("by hand"));
        step(&world);
        later(&world).await;
        assert_eq!(world.sheet("v1"), "ferie 23 7.5 by hand");
    }
}

/// A withdrawal that was refused for a lock and taken back does not bring back what a clerk removed.
#[tokio::test]
async fn removed_by_a_clerk_withdrawn_in_a_lock_and_approved_again() {
    let world = sent().await;
    assert!(world.sheets.remove("v1", "ferie", nov(24)));
    world.sheets.lock("v1", nov(23), nov(25));
    world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
    world.push().await;
    world.sheets.unlock();
    world.absences.change("a1", |one| one.status = AbsenceStatus::Approved);
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5");
    let _ = FULL;
}

/// What a clerk changed is told once, whatever note the absence gets.
#[tokio::test]
async fn an_edit_is_told_once_though_the_note_is_written() {
    let world = sent().await;
    world.sheets.enter("v1", "ferie", nov(24), Hundredths::whole(5), None);
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(world.log().await, ["absence.edited_there"]);
    world.absences.change("a1", |one| one.note = Some("x".to_owned()));
    world.push().await;
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(world.log().await, ["absence.edited_there"]);
    assert_eq!(world.sheet("v1"), "ferie 23 7.5 x, ferie 24 5 x, ferie 25 7.5 x");
}

#[tokio::test]
async fn a_grade_of_nearly_nothing_enters_no_empty_hours() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.absences.change("a1", |one| one.grade = Hundredths(1));
    world.push().await;
    assert_eq!(world.sheet("v1"), "");
}
