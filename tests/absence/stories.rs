//! Long stories: people who are linked elsewhere, entries that a clerk moves, settings that change while something is due. What is ignored
//! is known not to hold yet.

use std::sync::Arc;

use async_trait::async_trait;
use hrsync_core::absence::{
    Absence, AbsenceSettings, AbsenceStatus, Extent, HostAbsences, Hundredths, Portion, Told, TypeMapping, WorkSchedule,
};
use hrsync_core::model::{AbsenceId, AbsenceTypeId};
use hrsync_core::reconcile::{Decisions, Engine};
use hrsync_core::{ErrorKind, HostId, Outcome, Result};
use hrsync_testkit::TestAbsences;
use hrsync_testkit::absences::AbsenceFate;
use time::Date;
use time::macros::{date, datetime};
use tokio::sync::Mutex;

use super::post::over;
use super::world::{FULL, SETTLE_AFTER, WHOLE, World, both, later, nov, other, outcome, sent, settings, vacation};

async fn sweeps(world: &World) {
    for _ in 0..3 {
        world.clock.advance(SETTLE_AFTER * 100);
        world.sheets.carry_out_late();
        world.engine.sweep_absences().await.unwrap();
    }
}

/// Links h1 to another record.
async fn relink(world: &World, to: &str) {
    for person in ["h1", "h2"] {
        let _ = world.engine.forget(&world.anna, &person.into()).await;
    }
    world.host.remove("h2");
    let mut person = world.host.get("h1").unwrap();
    let n = to.trim_start_matches('v');
    person.national_id = Some(if n == "1" { "010190-999R" } else { "020290-999U" }.to_owned());
    person.given_name = Some(format!("Given {n}"));
    world.host.put(person);
    let review = world.engine.review(&world.anna).await.unwrap();
    let decisions = Decisions::new().connect(&"h1".into(), &to.into());
    let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(world.engine.link(&"h1".into()).await.unwrap().unwrap().vendor.as_str(), to);
}

fn fails_at_write(world: &World) {
    world.sheets.next(AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent));
}

/// A write failed, the mapping was taken away and comes back.
#[tokio::test]
async fn pending_then_unmapped_then_mapped() {
    let mut world = World::new().await;
    world.absences.put(vacation());
    fails_at_write(&world);
    world.push().await;
    assert_eq!(world.sheet("v1"), "");
    world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)));
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "");
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

/// Refused, then corrected while its type has no counterpart; then the type is mapped.
#[tokio::test]
async fn refused_then_edited_while_unmapped() {
    let mut world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
    world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)));
    world.sheets.unlock();
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75");
}

/// Relinked without an event of the host.
#[tokio::test]
async fn relinked_and_no_event() {
    let world = sent().await;
    relink(&world, "v2").await;
    sweeps(&world).await;
    assert_eq!(world.sheet("v2"), WHOLE);
}

#[tokio::test]
async fn rejected_relinked_and_no_event() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    relink(&world, "v2").await;
    sweeps(&world).await;
    assert_eq!(world.sheet("v2"), WHOLE);
}

/// While the host is told something, it does something else.
#[derive(Clone)]
struct Meddling {
    host: TestAbsences,
    engine: Arc<Mutex<Option<Arc<Engine>>>>,
    put: Absence,
}

impl std::fmt::Debug for Meddling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meddling")
    }
}

#[async_trait]
impl HostAbsences for Meddling {
    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        self.host.of(person).await
    }
    async fn types(&self) -> Result<Vec<AbsenceTypeId>> {
        self.host.types().await
    }
    async fn schedule(&self, person: &HostId, from: Date, until: Date) -> Result<WorkSchedule> {
        self.host.schedule(person, from, until).await
    }
    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        let engine = self.engine.lock().await.take();
        if let Some(engine) = engine {
            self.host.put(self.put.clone());
            engine.push_absences(&both()).await.unwrap();
        }
        self.host.set_status(absence, status).await
    }
    async fn told(&self, person: &HostId) -> Result<Told> {
        self.host.told(person).await
    }
}

/// What another run found that waits for a mapping, while this one tells.
#[tokio::test]
async fn a_wait_stored_while_another_run_tells() {
    let mut world = World::new().await;
    let meddling = Meddling {
        host: world.absences.clone(),
        engine: Arc::default(),
        put: other("a2", "parental", nov(26), nov(26)),
    };
    let one = over(&world, meddling.clone(), &world.mailbox, 101);
    let two = over(&world, world.absences.clone(), &world.mailbox, 102);
    *meddling.engine.lock().await = Some(Arc::new(two));
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    one.push_absences(&both()).await.unwrap();
    world.set(settings().map("parental", TypeMapping::To("permisjon".into())));
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "permisjon 26 7.5");
}

/// A clerk gave the 24th another type; the absence is withdrawn and approved again.
#[tokio::test]
async fn retyped_withdrawn_and_approved_again() {
    let world = sent().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
    world.push().await;
    assert_eq!(world.sheet("v1"), "syk 24 7.5");
    world.absences.change("a1", |one| one.status = AbsenceStatus::Approved);
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5, syk 24 7.5");
}

#[tokio::test]
async fn retyped_shortened_and_longer_again() {
    let world = sent().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.change("a1", |one| one.end = Some(nov(23)));
    world.push().await;
    world.absences.change("a1", |one| one.end = Some(nov(25)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5, syk 24 7.5");
}

/// A clerk moved the 24th to a day outside of what is looked at.
#[tokio::test]
async fn moved_to_another_week() {
    let world = sent().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(30)));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 25 3.75, ferie 30 7.5");
}

#[tokio::test]
async fn moved_to_another_week_and_withdrawn() {
    let world = sent().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(30)));
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 30 7.5");
    assert_eq!(world.log().await, ["absence.moved_there"]);
}

/// Back in the record it was first sent to, a refused change removes nothing.
#[tokio::test]
async fn back_in_the_first_record_a_refusal_deletes_nothing() {
    let world = sent().await;
    relink(&world, "v2").await;
    world.push().await;
    assert_eq!(world.sheet("v2"), WHOLE);
    relink(&world, "v1").await;
    world.absences.change("a1", |one| one.end = Some(nov(26)));
    world.sheets.lock("v1", nov(26), nov(26));
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

/// Back in the record it was first sent to, past months stay as they are.
#[tokio::test]
async fn back_in_the_first_record_months_stay() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), date!(2026 - 10 - 28)));
    world.push().await;
    let before = world.sheet("v1");
    relink(&world, "v2").await;
    world.push().await;
    relink(&world, "v1").await;
    world.sheets.standard("v1", Hundredths::whole(6));
    world.push().await;
    assert_eq!(world.sheet("v1"), before);
}

/// Somebody is not told of by the host for a moment while something is due.
#[tokio::test]
async fn gone_for_a_moment() {
    let world = World::new().await;
    world.absences.put(vacation());
    fails_at_write(&world);
    world.push().await;
    let person = world.host.get("h1").unwrap();
    world.host.remove("h1");
    sweeps(&world).await;
    world.host.put(person);
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

/// Another problem of the absence is in the log too.
#[tokio::test]
async fn another_problem_is_in_the_log() {
    let world = sent().await;
    world.absences.change("a1", |one| one.end = Some(nov(20)));
    world.push().await;
    assert_eq!(world.log().await.len(), 1);
    world.absences.change("a1", |one| (one.end, one.grade) = (Some(nov(25)), Hundredths::whole(150)));
    world.push().await;
    assert_eq!(world.log().await.len(), 2);
}

#[tokio::test]
async fn the_same_problem_again_is_in_the_log() {
    let world = sent().await;
    for times in 1..3 {
        world.absences.change("a1", |one| one.end = Some(nov(20)));
        world.push().await;
        assert_eq!(world.log().await.len(), times);
        world.absences.change("a1", |one| one.end = Some(nov(25)));
        world.push().await;
    }
}

fn half(id: &str, from: Date, until: Date) -> Absence {
    let mut one = other(id, "vacation", from, until);
    one.extent = Extent::Days { first: Portion::Half, last: Portion::Whole };
    one
}

/// Hours of somebody else that two halves found equal, of which one is refused.
#[tokio::test]
async fn adopted_by_two_and_one_is_refused() {
    let world = World::new().await;
    world.sheets.enter("v1", "ferie", nov(23), FULL, None);
    world.absences.put(half("a1", nov(23), nov(23)));
    world.absences.put(half("a2", nov(23), nov(24)));
    world.sheets.next(AbsenceFate::Locked(nov(24), nov(24)));
    world.push().await;
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5");
}

/// Never heard of as sent, unlinked, withdrawn.
#[tokio::test]
async fn written_unheard_unlinked_withdrawn() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.next(AbsenceFate::ReplyLost);
    world.push().await;
    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
    sweeps(&world).await;
    world.absences.remove("a1");
    world.push().await;
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
    assert!(world.log().await.contains(&"absence.not_carried".to_owned()));
}

#[tokio::test]
async fn written_unheard_off_withdrawn() {
    let mut world = World::new().await;
    world.absences.put(vacation());
    world.sheets.next(AbsenceFate::ReplyLost);
    world.push().await;
    world.set(AbsenceSettings::off());
    sweeps(&world).await;
    world.absences.remove("a1");
    world.push().await;
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
    assert!(world.log().await.contains(&"absence.not_carried".to_owned()));
}

/// A change whose reply was lost, unlinked, and the change is taken back.
#[tokio::test]
async fn change_unheard_unlinked_taken_back() {
    let world = sent().await;
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.sheets.next(AbsenceFate::ReplyLost);
    world.push().await;
    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
    sweeps(&world).await;
    world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED);
    world.push().await;
    sweeps(&world).await;
    assert!(world.log().await.contains(&"absence.not_carried".to_owned()));
}

/// The clerk gave the 24th the type that the absence gets in the host.
#[tokio::test]
async fn retyped_to_what_the_absence_becomes() {
    let world = sent().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.change("a1", |one| one.kind = "sick".into());
    world.push().await;
    assert_eq!(world.sheet("v1"), "syk 23 7.5, syk 24 7.5, syk 25 7.5");
    assert_eq!(world.log().await, [""; 0]);
}

#[tokio::test]
async fn retyped_to_what_the_absence_becomes_at_half() {
    let world = sent().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.change("a1", |one| (one.kind, one.grade) = ("sick".into(), Hundredths::whole(50)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "syk 23 3.75, syk 24 3.75, syk 25 3.75");
}

/// The clerk gave the 24th another type, and the absence a third.
#[tokio::test]
async fn retyped_and_another_type_in_the_host() {
    let mut world = World::new().await;
    world.set(settings().map("leave", TypeMapping::To("permisjon".into())));
    world.absences.put(vacation());
    world.push().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.change("a1", |one| one.kind = "leave".into());
    world.push().await;
    assert_eq!(world.sheet("v1"), "permisjon 23 7.5, permisjon 25 7.5, syk 24 7.5");
}

/// The same as t12, and no run between.
#[tokio::test]
async fn change_unheard_unlinked_taken_back_at_once() {
    let world = sent().await;
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.sheets.next(AbsenceFate::ReplyLost);
    world.push().await;
    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
    world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED);
    world.push().await;
    sweeps(&world).await;
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75");
    assert!(world.log().await.contains(&"absence.not_carried".to_owned()));
}

/// A rejected absence whose type is excluded is not rejected by the integration any more once it is edited or retried.
#[tokio::test]
async fn rejected_excluded_and_edited() {
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

/// A schedule alone writes nothing in an earlier month.
#[tokio::test]
async fn a_schedule_alone_creates_nothing_in_an_earlier_month() {
    let world = World::new().await;
    let mut schedule = WorkSchedule::default();
    for day in 26..=28 {
        schedule = schedule.holiday(date!(2026 - 10 - 01).replace_day(day).unwrap());
    }
    world.absences.set_schedule("h1", schedule);
    world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), date!(2026 - 10 - 28)));
    world.push().await;
    world.absences.set_schedule("h1", WorkSchedule::default());
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(world.sheet("v1"), "");
}

/// A clock that was ahead for a while keeps nothing from being gone on with.
#[tokio::test]
async fn a_clock_that_was_ahead() {
    let world = World::new().await;
    world.absences.put(vacation());
    fails_at_write(&world);
    world.push().await;
    let now = datetime!(2026-11-10 09:30 UTC);
    world.clock.set(datetime!(2036-11-10 09:00 UTC));
    world.sheets.unreadable(Some(ErrorKind::Unavailable));
    world.engine.sweep_absences().await.unwrap();
    world.clock.set(now);
    world.sheets.unreadable(None);
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

/// Hours that a clerk entered while a write was not settled.
#[tokio::test]
async fn entered_by_hand_while_a_write_was_lost() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.next(AbsenceFate::Lost);
    world.push().await;
    world.sheets.enter("v1", "ferie", nov(23), FULL, Some("by hand"));
    world.sheets.lock("v1", nov(24), nov(24));
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5 by hand");
}

/// Halves that share an entry which a clerk gave another type; one is withdrawn.
#[tokio::test]
async fn halves_whose_entry_was_retyped() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(24), nov(24)));
    world.absences.put(half("a2", nov(24), nov(24)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 24 7.5");
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.remove("a2");
    world.push().await;
    assert_eq!(world.sheet("v1"), "syk 24 7.5");
}

/// Halves that share an entry which a clerk removed; one is withdrawn.
#[tokio::test]
async fn halves_whose_entry_was_removed() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(24), nov(24)));
    world.absences.put(half("a2", nov(24), nov(24)));
    world.push().await;
    assert!(world.sheets.remove("v1", "ferie", nov(24)));
    world.absences.remove("a2");
    world.push().await;
    assert_eq!(world.sheet("v1"), "");
}

/// The same in a locked month: nothing is there, and nothing is to be written.
#[tokio::test]
async fn halves_whose_entry_was_removed_in_a_locked_month() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(24), nov(24)));
    world.absences.put(half("a2", nov(24), nov(24)));
    world.push().await;
    assert!(world.sheets.remove("v1", "ferie", nov(24)));
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.remove("a2");
    world.push().await;
    assert!(world.mailbox.absences().is_empty());
}

/// A clerk removed an entry of a shared day, and the other half is added.
#[tokio::test]
async fn another_half_of_a_day_that_was_removed() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(24), nov(24)));
    world.push().await;
    assert!(world.sheets.remove("v1", "ferie", nov(24)));
    world.absences.put(half("a2", nov(24), nov(24)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 24 3.75");
}

/// A clerk gave an entry another type, and another half of the day is added.
#[tokio::test]
async fn another_half_of_a_day_that_was_retyped() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(24), nov(24)));
    world.push().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.put(half("a2", nov(24), nov(24)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 24 3.75, syk 24 3.75");
}

/// Absences that were refused together are in the report also where the way closes before their turn.
#[tokio::test]
async fn one_by_one_and_an_outage() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(24), nov(24)));
    world.absences.put(half("a2", nov(24), nov(25)));
    world.sheets.next(AbsenceFate::Locked(nov(25), nov(25)));
    world.sheets.next(AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent));
    world.sheets.next(AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent));
    let report = world.push().await;
    assert!(outcome(&report, "a1").is_some());
    assert!(outcome(&report, "a2").is_some());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 24 3.75");
}

/// What was lost is entered by hand with the same hours, and the absence is withdrawn.
#[tokio::test]
async fn entered_by_hand_while_a_write_was_lost_and_withdrawn() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.next(AbsenceFate::Lost);
    world.push().await;
    world.sheets.enter("v1", "ferie", nov(23), FULL, Some("by hand"));
    world.absences.remove("a1");
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5 by hand");
}

/// A clerk's hours that are written over by halves: the first was sent, the second is withdrawn before it ever was.
#[tokio::test]
async fn adopted_by_two_and_an_outage_and_withdrawn() {
    let world = World::new().await;
    world.sheets.enter("v1", "ferie", nov(23), FULL, None);
    world.absences.put(half("a1", nov(23), nov(23)));
    world.absences.put(half("a2", nov(23), nov(24)));
    fails_at_write(&world);
    world.push().await;
    world.absences.remove("a2");
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5");
}

/// A rejected change of what is taken out of the transfer and back.
#[tokio::test]
async fn excluded_while_rejected_and_mapped_again() {
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

/// Disconnected, and then the person is in another record: what stands there is told once the absence changes, not said to be removed.
#[tokio::test]
async fn gone_while_it_stands_in_another_record_is_not_removed() {
    let world = sent().await;
    relink(&world, "v2").await;
    world.absences.remove("a1");
    let report = world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
    assert_ne!(format!("{:?}", outcome(&report, "a1")), "Some(Removed)");
}

/// A change refused in the first record says nothing of the second; back in the first it stays as it was.
#[tokio::test]
async fn a_clerks_removal_is_not_undone_by_another_record() {
    let world = sent().await;
    assert!(world.sheets.remove("v1", "ferie", nov(24)));
    relink(&world, "v2").await;
    world.push().await;
    relink(&world, "v1").await;
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5");
}

/// Withdrawn in an outage (certainly nothing was sent) and approved again: earlier months stay as they are.
#[tokio::test]
async fn withdrawn_in_an_outage_and_approved_again() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), date!(2026 - 10 - 28)));
    world.push().await;
    let before = world.sheet("v1");
    world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
    fails_at_write(&world);
    world.push().await;
    assert_eq!(world.sheet("v1"), before);
    world.sheets.standard("v1", Hundredths::whole(6));
    world.absences.change("a1", |one| one.status = AbsenceStatus::Approved);
    world.push().await;
    assert_eq!(world.sheet("v1"), before);
}

/// While a person is not linked, each change has to be carried over by hand.
#[tokio::test]
async fn each_change_while_not_linked_is_told() {
    let world = sent().await;
    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
    for (times, grade) in [(1, 50), (2, 80)] {
        world.absences.change("a1", |one| one.grade = Hundredths::whole(grade));
        world.push().await;
        assert_eq!((world.log().await.len(), world.mailbox.absences().len()), (times, times));
    }
}

/// The same for disconnected entries.
#[tokio::test]
async fn a_withdrawal_of_a_disconnected_absence_that_was_changed_before_is_told() {
    let mut world = sent().await;
    world.set(settings().map("vacation", TypeMapping::To("permisjon".into())));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.log().await.len(), 1);
    world.absences.remove("a1");
    world.push().await;
    assert_eq!((world.log().await.len(), world.mailbox.absences().len()), (2, 2));
}

/// Removal refused for a lock, told; approved again; withdrawn again in the same lock.
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

/// Whoever corrected the entries by hand after the first message has to know that it is as it was sent again.
#[tokio::test]
async fn changed_back_and_withdrawn_while_not_linked() {
    let world = sent().await;
    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED);
    world.push().await;
    world.absences.remove("a1");
    world.push().await;
    assert_eq!((world.log().await.len(), world.mailbox.absences().len()), (3, 3));
}

/// A clerk's correction is kept by a withdrawal that meets an outage, approved again.
/// A look that is refused of what nobody changed is in the log once, not with every sweep.
#[tokio::test]
async fn a_refused_look_of_a_review_fills_no_log() {
    let world = sent().await;
    world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    for _ in 0..10 {
        world.clock.advance(SETTLE_AFTER * 100);
        world.engine.sweep_absences().await.unwrap();
    }
    assert_eq!(world.log().await.len(), 1);
}

/// The host does not take a status for a while: the log has it once.
/// Re-approved as it is after its status could not be told.
#[tokio::test]
async fn retried_while_the_transfer_is_off_and_mapped_later() {
    let mut world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world.sheets.unlock();
    world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)));
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
}

/// A retry while the person is not linked.
#[tokio::test]
async fn retried_while_not_linked_then_linked_elsewhere() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world.sheets.unlock();
    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    relink(&world, "v2").await;
    sweeps(&world).await;
    assert_eq!(world.sheet("v2"), WHOLE);
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
}
/// Another note of a shared day whose mate was withdrawn in a lock.
#[tokio::test]
async fn not_linked_is_told_of_halves() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(24), nov(24)));
    world.absences.put(half("a2", nov(24), nov(24)));
    world.push().await;
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.remove("a2");
    world.push().await;
    world.sheets.unlock();
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 24 1.88");
}
