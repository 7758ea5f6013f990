//! Two laws over random sequences of one absence: what stands otherwise than the host says, somebody was told; and nobody is told of a note.

use std::collections::{BTreeMap, BTreeSet};

use hrsync_core::absence::{Absence, AbsenceSettings, AbsenceStatus, Hundredths, TypeMapping, WorkSchedule, days};
use hrsync_core::{ErrorKind, Outcome};
use hrsync_testkit::absences::AbsenceFate;
use time::Date;
use time::macros::datetime;

use super::elsewhere::relink;
use super::world::{FULL, World, both, nov, sent, settings, sweeps, to, vacation};

const SEQUENCES: u64 = 1000;

/// Numbers that are the same each time.
struct Numbers(u64);

impl Numbers {
    fn new(seed: u64) -> Self {
        let mut numbers = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        (0..5).for_each(|_| _ = numbers.below(2));
        numbers
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        let place = usize::try_from(self.below(all.len() as u64)).unwrap_or_default();
        all[place].clone()
    }

    fn day(&mut self) -> Date {
        nov(self.of(&[22, 23, 24, 25, 26, 27]))
    }
}

fn some_settings(numbers: &mut Numbers) -> AbsenceSettings {
    let vacation = |mapping| settings().map("vacation", mapping);
    let unmapped = AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC))
        .map("sick", to("syk"))
        .map("training", TypeMapping::DoNotSync);
    numbers.of(&[
        vacation(to("permisjon")),
        vacation(to("syk")),
        vacation(TypeMapping::DoNotSync),
        vacation(TypeMapping::DoNotSync),
        unmapped,
        AbsenceSettings::off(),
        settings(),
        settings(),
    ])
}

/// The hours of each day that stand there.
fn there(world: &World) -> BTreeMap<Date, u32> {
    let mut hours = BTreeMap::new();
    for entry in world.sheets.entries("v1") {
        *hours.entry(entry.slot.from).or_default() += entry.content.amount.0;
    }
    hours
}

fn is_agreed(absence: &Absence) -> bool {
    matches!(absence.status, AbsenceStatus::Approved | AbsenceStatus::RejectedByIntegration)
}

/// Those that the host asks for.
fn asked(absence: Option<&Absence>) -> BTreeMap<Date, u32> {
    let sent = |one: &&Absence| is_agreed(one) && one.end.is_some() && one.kind.as_str() != "training";
    let all = absence.filter(sent).map(|one| days(one, &WorkSchedule::default()).unwrap());
    all.into_iter().flatten().map(|day| (day.day, day.hours.unwrap_or(FULL.per_cent(day.share)).0)).collect()
}

/// What the absence is, but for its note.
fn form(absence: Option<&Absence>) -> String {
    let agreed = absence.filter(|one| is_agreed(one));
    agreed.map(|one| format!("{} {} {:?} {:?}", one.kind, one.start, one.end, one.grade)).unwrap_or_default()
}

/// Whatever happens to the absence in the host, at random; it may be gone after it.
fn change(world: &World, numbers: &mut Numbers) {
    if numbers.below(9) == 0 {
        if !world.absences.remove("a1") {
            world.absences.put(vacation());
        }
        return;
    }
    let (one, other) = (numbers.day(), numbers.day());
    let (what, grade) = (numbers.below(6), numbers.of(&[50, 100]));
    let kind = numbers.of(&["vacation", "vacation", "sick", "training"]);
    world.absences.change("a1", |absence| match what {
        0 => absence.grade = Hundredths::whole(grade),
        1 => (absence.start, absence.end) = (one.min(other), Some(one.max(other))),
        2 => absence.kind = kind.into(),
        3 if absence.status == AbsenceStatus::Withdrawn => absence.status = AbsenceStatus::Approved,
        3 => absence.status = AbsenceStatus::Withdrawn,
        4 => absence.note = Some(format!("note of {one}")),
        _ if absence.end.is_some() => absence.end = None,
        _ => absence.end = Some(absence.start.max(nov(25))),
    });
}

/// Whatever happens around it. Whether the person is linked.
async fn disturb(world: &mut World, numbers: &mut Numbers, linked: bool) -> bool {
    let day = numbers.day();
    match numbers.below(8) {
        0..=2 => {
            let error = numbers.of(&[None, Some(ErrorKind::PermissionDenied), Some(ErrorKind::Unavailable)]);
            world.sheets.unreadable(error);
        }
        3 => world.sheets.lock("v1", day, day),
        4 => world.sheets.unlock(),
        5 => world.sheets.next(numbers.of(&[
            AbsenceFate::ReplyLost,
            AbsenceFate::Lost,
            AbsenceFate::Late,
            AbsenceFate::Fails(ErrorKind::InvalidData, Outcome::Rejected),
            AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent),
        ])),
        6 if linked => {
            world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
            return false;
        }
        6 => {
            relink(world, "v1").await;
            return true;
        }
        _ => drop(world.engine.review_absences(&world.anna, &both()).await.unwrap()),
    }
    linked
}

/// Each change was pushed once. What stands then is what the host says, or it says that the absence is rejected, or people were told of it as it
/// is now; nothing stands there yet of a type that is not sent, or of somebody who is not linked.
// rule: AB-04, AB-14, AB-18, AB-19
#[tokio::test]
async fn what_stands_otherwise_than_the_host_says_somebody_was_told() {
    for seed in 1..=SEQUENCES {
        let mut numbers = Numbers::new(seed);
        let mut world = sent().await;
        let (mut linked, mut told, mut mails) = (true, BTreeSet::new(), 0);
        let mut now = settings();
        for last in (0..3 + numbers.below(9)).map(|_| false).chain([true]) {
            match numbers.below(12) {
                _ if last => {
                    world.push().await;
                    world.sheets.calm();
                    world.sheets.unreadable(None);
                    sweeps(&world).await;
                }
                0..=3 => {
                    change(&world, &mut numbers);
                    world.push().await;
                }
                4..=6 => {
                    now = some_settings(&mut numbers);
                    world.set(now.clone());
                }
                7 => sweeps(&world).await,
                _ => linked = disturb(&mut world, &mut numbers, linked).await,
            }
            let absence = world.absences.get("a1");
            let all = world.mails();
            if all[mails..].iter().any(|mail| mail.starts_with("a1 ")) {
                told.insert(form(absence.as_ref()));
            }
            mails = all.len();
            if there(&world) == asked(absence.as_ref()) {
                // It went through in between.
                told.retain(|one| *one == form(absence.as_ref()));
            }
        }
        let absence = world.absences.get("a1");
        let rejected = absence.as_ref().is_some_and(|one| one.status == AbsenceStatus::RejectedByIntegration);
        let stands = there(&world) == asked(absence.as_ref()) || rejected || told.contains(&form(absence.as_ref()));
        let unsent = || {
            let kind = absence.as_ref().map(|one| now.mapping(&one.kind));
            there(&world).is_empty() && (!linked || !now.is_on() || !matches!(kind, Some(Some(TypeMapping::To(_)))))
        };
        assert!(stands || unsent(), "{seed}: {:?} {:?}", world.seen().await, absence.map(|one| one.status));
    }
}

/// Notes and approvals alone.
// rule: TT-89
#[tokio::test]
async fn of_notes_and_approvals_nobody_is_told_and_nothing_is_rejected() {
    for seed in 1..=SEQUENCES / 4 {
        let mut numbers = Numbers::new(seed);
        let mut world = sent().await;
        for _ in 0..8 {
            let (note, hours) = (numbers.below(3), numbers.of(&[0, 1, 5, 9]));
            match numbers.below(8) {
                0 | 1 => {
                    world.absences.change("a1", |one| one.note = (note > 0).then(|| format!("note {note}")));
                    world.push().await;
                }
                2 => {
                    let at = datetime!(2026-11-10 09:00 UTC) + time::Duration::hours(hours);
                    world.absences.change("a1", |one| one.approved_at = Some(at));
                    world.push().await;
                }
                3 | 4 => world.set(some_settings(&mut numbers)),
                5 => world.sheets.lock("v1", numbers.day(), nov(25)),
                6 => world.sheets.standard("v1", Hundredths::whole(numbers.of(&[6, 7]))),
                _ => {
                    drop(world.engine.review_absences(&world.anna, &both()).await.unwrap());
                    sweeps(&world).await;
                }
            }
        }
        let [_, shown, told, _] = world.seen().await;
        assert_eq!([shown.as_str(), &told], ["a1 Approved", ""], "{seed}");
    }
}
