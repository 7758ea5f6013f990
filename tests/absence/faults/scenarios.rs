//! What happens in the host and in the payroll system, and which run carries it over.

use hrsync_core::absence::{
    Absence, AbsenceReport, AbsenceSettings, AbsenceStatus, Hundredths, TypeMapping, WorkSchedule,
};
use hrsync_core::reconcile::Engine;
use hrsync_core::{ErrorKind, HostId, Result};
use hrsync_testkit::absences::AbsenceFate;
use time::macros::datetime;

use crate::world::{SETTLE_AFTER, World, half, nov, other, vacation};

/// Which run carries it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Push,
    Review,
    Retry,
    Sweep,
}

impl How {
    pub(super) async fn run(self, engine: &Engine, world: &World) -> Result<AbsenceReport> {
        let people = [HostId::from("h1")];
        match self {
            Self::Push => engine.push_absences(&people).await,
            Self::Review => engine.review_absences(&world.anna, &people).await,
            Self::Retry => engine.retry_absence(&world.anna, &people[0], &"a1".into()).await,
            Self::Sweep => engine.sweep_absences().await,
        }
    }
}

pub(super) struct Scenario {
    pub(super) name: &'static str,
    /// What was pushed before.
    pub(super) before: fn(&World),
    /// What the run carries over.
    pub(super) event: fn(&World, &mut AbsenceSettings),
    pub(super) how: How,
    /// What happens once everything is at rest.
    pub(super) later: Option<fn(&World)>,
    /// A lock that comes in the middle of the write is told in the words of the answer, and in those of a look by a run that meets it later.
    pub(super) locks_meanwhile: bool,
}

impl Scenario {
    fn new(name: &'static str, event: fn(&World, &mut AbsenceSettings)) -> Self {
        Self { name, before: |_| (), event, how: How::Push, later: None, locks_meanwhile: false }
    }

    /// The vacation was sent before.
    fn sent(self) -> Self {
        self.before(|world| world.absences.put(vacation()))
    }

    fn before(mut self, before: fn(&World)) -> Self {
        self.before = before;
        self
    }

    fn by(mut self, how: How) -> Self {
        self.how = how;
        self
    }

    fn later(mut self, later: fn(&World)) -> Self {
        self.later = Some(later);
        self
    }

    fn locks_meanwhile(mut self) -> Self {
        self.locks_meanwhile = true;
        self
    }
}

fn change(world: &World, change: impl FnOnce(&mut Absence)) {
    world.absences.change("a1", change);
}

fn refused(world: &World) {
    world.sheets.lock("v1", nov(25), nov(25));
    world.absences.put(vacation());
}

pub(super) fn scenarios() -> Vec<Scenario> {
    use Scenario as S;
    vec![
        S::new("created", |world, _| world.absences.put(vacation())),
        S::new("graded", |world, _| change(world, |one| one.grade = Hundredths::whole(50))).sent(),
        S::new("moved", |world, _| change(world, |one| (one.start, one.end) = (nov(24), Some(nov(27))))).sent(),
        S::new("deleted", |world, _| {
            world.absences.remove("a1");
        })
        .sent(),
        S::new("refused", |world, _| refused(world)),
        S::new("a change refused", |world, _| {
            world.sheets.lock("v1", nov(25), nov(25));
            change(world, |one| one.grade = Hundredths::whole(50));
        })
        .sent(),
        S::new("a deletion refused", |world, _| {
            world.sheets.lock("v1", nov(25), nov(25));
            world.absences.remove("a1");
        })
        .sent()
        .later(|world| world.sheets.unlock()),
        S::new("a rejection taken back", |world, _| {
            world.sheets.unlock();
            change(world, |one| one.end = Some(nov(24)));
        })
        .before(refused),
        S::new("retried", |world, _| world.sheets.unlock()).before(refused).by(How::Retry),
        S::new("retried and refused again", |_, _| ()).before(refused).by(How::Retry),
        S::new("one of two halves deleted", |world, _| {
            world.absences.remove("a2");
        })
        .before(|world| {
            world.absences.put(half("a1", nov(26)));
            world.absences.put(half("a2", nov(26)));
        }),
        S::new("mapped otherwise and changed", |world, settings| {
            *settings = settings.clone().map("vacation", TypeMapping::To("permisjon".into()));
            change(world, |one| (one.start, one.end) = (nov(24), Some(nov(26))));
        })
        .sent(),
        S::new("adopted", |world, _| world.absences.put(vacation()))
            .before(|world| world.sheets.enter("v1", "ferie", nov(24), Hundredths(750), Some("by hand"))),
        S::new("refused in the middle of the write", |world, _| {
            world.sheets.next(AbsenceFate::Locked(nov(25), nov(25)));
            world.absences.put(vacation());
        })
        .before(|world| world.sheets.all_or_none(false))
        .locks_meanwhile(),
        S::new("adopted in part and refused", |world, _| {
            world.sheets.next(AbsenceFate::Locked(nov(25), nov(25)));
            world.absences.put(vacation());
        })
        .before(|world| {
            world.sheets.enter("v1", "ferie", nov(24), Hundredths(750), Some("by hand"));
            world.sheets.all_or_none(false);
        })
        .locks_meanwhile(),
        S::new("an entry edited by a clerk", |world, _| {
            world.sheets.enter("v1", "ferie", nov(24), Hundredths(111), None);
        })
        .sent()
        .by(How::Review),
        S::new("a note refused in part", |world, _| {
            world.sheets.lock("v1", nov(25), nov(25));
            change(world, |one| one.note = Some("note".to_owned()));
        })
        .sent(),
        S::new("half of a day in place of what is locked", |world, _| {
            world.sheets.lock("v1", nov(24), nov(24));
            world.absences.remove("a1");
            world.absences.put(half("a2", nov(24)));
        })
        .sent()
        .later(|world| world.sheets.unlock()),
        S::new("another type, refused in part", |world, _| {
            world.sheets.lock("v1", nov(24), nov(24));
            change(world, |one| one.kind = "sick".into());
        })
        .sent(),
        S::new("another working time", |world, _| world.sheets.standard("v1", Hundredths(600)))
            .before(|world| {
                world.absences.put(vacation());
                world.absences.put(half("a2", nov(26)));
            })
            .by(How::Review),
        S::new("a holiday", |world, _| {
            world.absences.set_schedule("h1", WorkSchedule::default().holiday(nov(24)));
        })
        .sent()
        .by(How::Review),
        S::new("an overlap", |world, _| world.absences.put(other("a2", "vacation", nov(25), nov(26)))).sent(),
        S::new("replaced by an equal one", |world, _| {
            world.absences.remove("a1");
            world.absences.put(other("a2", "vacation", nov(23), nov(25)));
        })
        .sent(),
        S::new("two, of which one is refused", |world, _| {
            refused(world);
            world.absences.put(other("a2", "sick", nov(26), nov(27)));
        }),
        S::new("two that waited", |world, _| world.sheets.unreadable(None))
            .before(|world| {
                world.sheets.unreadable(Some(ErrorKind::Unavailable));
                world.absences.put(vacation());
                world.absences.put(other("a2", "sick", nov(26), nov(27)));
            })
            .by(How::Sweep),
        S::new("an answer that was lost", |world, _| world.clock.advance(SETTLE_AFTER * 2))
            .before(|world| {
                world.sheets.next(AbsenceFate::ReplyLost);
                world.absences.put(vacation());
            })
            .by(How::Sweep),
    ]
}

/// What happens while a run is held, and which other run carries it over.
pub(super) struct Meanwhile {
    pub(super) name: &'static str,
    pub(super) event: fn(&World),
    pub(super) how: How,
}

pub(super) fn meanwhiles() -> Vec<Meanwhile> {
    let run = |name, event, how| Meanwhile { name, event, how };
    let push = |name, event| run(name, event, How::Push);
    vec![
        push("the same", |_| ()),
        run("a sweep", |_| (), How::Sweep),
        run("a review", |_| (), How::Review),
        run("unlocked", |world| world.sheets.unlock(), How::Retry),
        push("deleted", |world| {
            world.absences.remove("a1");
        }),
        push("graded", |world| change(world, |one| one.grade = Hundredths::whole(40))),
        push("requested", |world| change(world, |one| one.status = AbsenceStatus::Requested)),
        push("without an end", |world| change(world, |one| one.end = None)),
        push("moved", |world| change(world, |one| (one.start, one.end) = (nov(24), Some(nov(27))))),
        push("approved again", |world| {
            let approved = Some(datetime!(2026-11-10 08:30 UTC));
            change(world, |one| (one.status, one.approved_at) = (AbsenceStatus::Approved, approved));
        }),
        push("noted", |world| change(world, |one| one.note = Some("n".to_owned()))),
        push("another beside it", |world| world.absences.put(other("a9", "sick", nov(26), nov(26)))),
        push("another half", |world| world.absences.put(half("a8", nov(26)))),
    ]
}
