//! Whatever went wrong: what stands in the time sheet, what the host shows, who was told and what is logged.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hrsync_core::Store;
use hrsync_core::absence::{AbsenceReport, AbsenceSettings};
use hrsync_core::model::ConnectionId;
use hrsync_core::reconcile::Engine;
use hrsync_core::store::RowKind;

use super::calls::{Calls, Does, Fault, Mode, engine};
use super::scenarios::{How, Meanwhile, Scenario, meanwhiles, scenarios};
use crate::world::{SETTLE_AFTER, World, settings};

/// Set it to try every place of runs that cross, and many more runs that go wrong again and again.
const ALL: &str = "HRSYNC_ABSENCE_FAULTS_ALL";

/// How everything ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ended {
    sheet: String,
    statuses: Vec<String>,
    /// Which absence, why, and how often.
    told: BTreeMap<String, usize>,
    log: BTreeSet<String>,
    intents: usize,
    /// A sweep has nothing to do.
    quiet: bool,
}

impl Ended {
    /// Whether the same stands everywhere, and the same were told of the same, if need be twice.
    fn is(&self, wanted: &Self) -> bool {
        let told = |one: &Self| one.told.keys().cloned().collect::<Vec<_>>();
        self.stands() == wanted.stands() && told(self) == told(wanted) && self.log.is_superset(&wanted.log)
    }

    fn stands(&self) -> (&str, &[String], usize, bool) {
        (&self.sheet, &self.statuses, self.intents, self.quiet)
    }

    /// Whether it is one of these, everybody whose absence is rejected was told of it, and nobody more often than in one of these.
    fn is_one_of(&self, orders: &[Self]) -> bool {
        let is_there = orders.iter().any(|one| one.stands() == self.stands());
        let most = |mail: &String| orders.iter().filter_map(|one| one.told.get(mail)).max().copied().unwrap_or(1);
        let once = self.told.iter().all(|(mail, number)| *number <= most(mail));
        let is_told = |id: &str| self.told.keys().any(|mail| mail.split(' ').next() == Some(id));
        let rejected = self.statuses.iter().filter_map(|one| one.strip_suffix(" RejectedByIntegration"));
        is_there && once && rejected.into_iter().all(is_told)
    }
}

/// A world in which the event of a scenario is to be carried over.
struct Stage {
    world: World,
    settings: AbsenceSettings,
}

impl Stage {
    async fn of(scenario: &Scenario) -> Self {
        let mut stage = Self { world: World::new().await, settings: settings() };
        (scenario.before)(&stage.world);
        How::Push.run(&stage.engine(&Calls::default(), 100), &stage.world).await.unwrap();
        (scenario.event)(&stage.world, &mut stage.settings);
        stage
    }

    fn engine(&self, calls: &Calls, seed: u64) -> Engine {
        engine(&self.world, calls, &self.settings, seed)
    }

    /// Sweeps alone, until there is nothing to do.
    async fn rest(&self, engine: &Engine) {
        for _ in 0..8 {
            self.world.clock.advance(SETTLE_AFTER * 40);
            engine.sweep_absences().await.unwrap();
        }
    }

    async fn ended(&self, scenario: &Scenario, engine: &Engine) -> Ended {
        let world = &self.world;
        self.rest(engine).await;
        if let Some(later) = scenario.later {
            later(world);
            self.rest(engine).await;
        }
        let calls = world.sheets.calls();
        let last = engine.sweep_absences().await.unwrap();
        let quiet = last.items.is_empty() && last.findings.is_empty() && calls == world.sheets.calls();
        let code = |code: &str| match code {
            "locked" if scenario.locks_meanwhile => "absence.locked".to_owned(),
            code => code.to_owned(),
        };
        let mut mails = BTreeMap::<_, usize>::new();
        for mail in world.mailbox.absences() {
            *mails.entry((mail.absence, mail.code)).or_default() += 1;
        }
        let mut told = BTreeMap::new();
        for ((absence, why), number) in mails {
            let most: &mut usize = told.entry(format!("{absence} {}", code(&why))).or_default();
            *most = number.max(*most);
        }
        let log = engine.error_log(&world.anna, 0, usize::MAX).await.unwrap();
        let intents = world.store.scan(&ConnectionId::new("default"), RowKind::AbsenceIntent, None, 9).await.unwrap();
        Ended {
            sheet: world.sheet("v1"),
            statuses: world.absences.all().iter().map(|one| format!("{} {:?}", one.id, one.status)).collect(),
            told,
            log: log.iter().map(|one| code(&one.finding.code)).collect(),
            intents: intents.len(),
            quiet,
        }
    }
}

/// Runs of one scenario, each of which may go wrong at a call; and how it ended. Who got an error, or died, does it again.
async fn played(scenario: &Scenario, faults: &[Fault]) -> (Ended, Calls) {
    let stage = Stage::of(scenario).await;
    let (mut how, mut owed, mut calls) = (scenario.how, false, Calls::default());
    for (number, fault) in faults.iter().map(Some).chain([None].repeat(usize::from(faults.is_empty()))).enumerate() {
        calls = Calls::with(fault.copied());
        let suffering = stage.engine(&calls, 200 + number as u64);
        let done = calls.drive(how.run(&suffering, &stage.world)).await;
        let died_at_the_end = fault.is_some_and(|(place, mode)| *mode == Mode::Dies && *place > calls.made().len());
        owed = !matches!(done, Some(Ok(_))) || died_at_the_end;
        if !owed {
            how = How::Sweep;
        }
        stage.world.clock.advance(if number % 2 == 0 { Duration::from_secs(60) } else { SETTLE_AFTER * 40 });
    }
    let healthy = stage.engine(&Calls::default(), 300);
    if owed {
        let report = how.run(&healthy, &stage.world).await.unwrap();
        if was_not_done(&report) {
            stage.world.clock.advance(SETTLE_AFTER * 2);
            how.run(&healthy, &stage.world).await.unwrap();
        }
    }
    (stage.ended(scenario, &healthy).await, calls)
}

/// Whether a run says that it could not do what was asked for.
fn was_not_done(report: &AbsenceReport) -> bool {
    report.findings.iter().any(|finding| finding.message.contains("was not done"))
}

/// The places of a run at which it may go wrong so.
fn places(made: &[(String, Does)], mode: Mode) -> Vec<usize> {
    let calls = made.iter().map(|(_, does)| *does).chain((mode == Mode::Dies).then_some(Does::Reads));
    let counts = |does: Does| mode != Mode::Lost || does == Does::Writes;
    calls.enumerate().filter(|(_, does)| counts(*does)).map(|(place, _)| place + 1).collect()
}

async fn every_place(mode: Mode) {
    let mut broken = Vec::new();
    for scenario in scenarios() {
        let (wanted, calls) = played(&scenario, &[]).await;
        assert!(wanted.quiet && wanted.intents == 0, "{}: {wanted:?}", scenario.name);
        let made = calls.made();
        for place in places(&made, mode) {
            let (ended, _) = played(&scenario, &[(place, mode)]).await;
            if !ended.is(&wanted) {
                let at = made.get(place - 1).map_or("the end", |(name, _)| name);
                broken.push(format!("{}: {mode:?} at {place}, {at}:\n  {ended:?}\n  wanted {wanted:?}", scenario.name));
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

#[tokio::test]
async fn whatever_call_fails_sweeps_bring_everything_right() {
    every_place(Mode::Fails).await;
}

#[tokio::test]
async fn whatever_answer_is_lost_sweeps_bring_everything_right() {
    every_place(Mode::Lost).await;
}

#[tokio::test]
async fn wherever_the_process_dies_sweeps_bring_everything_right() {
    every_place(Mode::Dies).await;
}

/// A sequence of numbers that is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

fn all() -> bool {
    std::env::var_os(ALL).is_some()
}

#[tokio::test]
async fn runs_that_go_wrong_three_times_in_a_row_are_brought_right() {
    const MODES: [Mode; 3] = [Mode::Fails, Mode::Lost, Mode::Dies];
    let (mut dice, mut broken, mut wanted) = (Dice(1), Vec::new(), Vec::new());
    let scenarios = scenarios();
    for scenario in &scenarios {
        wanted.push(played(scenario, &[]).await);
    }
    for _ in 0..if all() { 20_000 } else { 500 } {
        let which = dice.below(scenarios.len());
        let (scenario, (wanted, calls)) = (&scenarios[which], &wanted[which]);
        let faults = [calls.made().len(), 30, 30].map(|most| (1 + dice.below(most), MODES[dice.below(MODES.len())]));
        let (ended, _) = played(scenario, &faults).await;
        if !ended.is(wanted) {
            broken.push(format!("{}: {faults:?}:\n  {ended:?}\n  wanted {wanted:?}", scenario.name));
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

/// When another run comes.
#[derive(Clone, Copy)]
enum When {
    /// Before the first call of the run.
    First,
    /// Before this call of the run.
    At(usize),
    /// After the run.
    Last,
}

async fn crossed(scenario: &Scenario, meanwhile: &Meanwhile, when: When) -> Ended {
    let stage = Stage::of(scenario).await;
    let calls = Calls::with(match when {
        When::At(place) => Some((place, Mode::Waits)),
        When::First | When::Last => None,
    });
    let (one, two) = (stage.engine(&calls, 200), stage.engine(&Calls::default(), 300));
    let mut not_done = false;
    let mut comes = async || {
        (meanwhile.event)(&stage.world);
        let report = meanwhile.how.run(&two, &stage.world).await;
        not_done = report.as_ref().map_or(true, was_not_done);
    };
    let done = match when {
        When::First => {
            comes().await;
            scenario.how.run(&one, &stage.world).await
        }
        // It goes on until it is done.
        When::At(_) | When::Last => calls.between(scenario.how.run(&one, &stage.world), comes()).await.unwrap(),
    };
    // Who is told that it was not done asks for it again, and who gets an error pushes again.
    let again = match meanwhile.how {
        _ if not_done => meanwhile.how.run(&two, &stage.world).await.is_err(),
        _ => false,
    };
    if done.is_err() || again {
        How::Push.run(&two, &stage.world).await.unwrap();
    }
    stage.ended(scenario, &two).await
}

/// Whether it ends as when the two come one after the other, in one of both orders.
async fn check_crossed(
    scenario: &Scenario,
    meanwhile: &Meanwhile,
    place: usize,
    orders: &mut Vec<Ended>,
) -> Option<String> {
    let ended = crossed(scenario, meanwhile, When::At(place)).await;
    for when in [When::Last, When::First].into_iter().skip(orders.len()) {
        if ended.is_one_of(orders) {
            return None;
        }
        orders.push(crossed(scenario, meanwhile, when).await);
    }
    let name = format!("{}, meanwhile {} at {place}", scenario.name, meanwhile.name);
    (!ended.is_one_of(orders)).then(|| format!("{name}:\n  {ended:?}\n  wanted one of {orders:?}"))
}

#[tokio::test]
async fn runs_that_cross_end_as_one_after_the_other() {
    let stride = if all() { 1 } else { 11 };
    let (mut number, mut broken) = (0, Vec::new());
    for scenario in scenarios() {
        let made = played(&scenario, &[]).await.1.made();
        for meanwhile in meanwhiles() {
            let mut orders = Vec::new();
            for place in 1..=made.len() {
                number += 1;
                if number % stride == 0 {
                    broken.extend(check_crossed(&scenario, &meanwhile, place, &mut orders).await);
                }
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

/// Who writes relies on a look afterwards for those whom it turned away: also where it dies before or after that.
#[tokio::test]
async fn what_a_run_turned_away_is_not_lost_when_it_dies() {
    let mut broken = Vec::new();
    for scenario in scenarios().into_iter().filter(|one| ["created", "graded", "moved"].contains(&one.name)) {
        let made = played(&scenario, &[]).await.1.made();
        let write = 1 + made.iter().position(|(name, _)| name == "write").unwrap();
        for place in write + 1..=made.len() {
            let stage = Stage::of(&scenario).await;
            let calls = Calls::with([(write, Mode::Waits), (place, Mode::Dies)]);
            let (one, two) = (stage.engine(&calls, 200), stage.engine(&Calls::default(), 300));
            let comes = async {
                stage.world.absences.remove("a1");
                How::Push.run(&two, &stage.world).await.unwrap();
            };
            let done = calls.between(scenario.how.run(&one, &stage.world), comes).await;
            assert!(done.is_none(), "{}: it did not die at {place}", scenario.name);
            let ended = stage.ended(&scenario, &two).await;
            if ended.stands() != ("", &[], 0, true) {
                broken.push(format!("{} dies at {place}, {}: {ended:?}", scenario.name, made[place - 1].0));
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

/// A version that is read after a commit may be that of what somebody else committed since.
#[tokio::test]
async fn what_another_run_stores_right_after_a_commit_is_not_written_over() {
    let mut broken = Vec::new();
    for scenario in scenarios().into_iter().filter(|one| one.name.contains("refused")) {
        let made = played(&scenario, &[]).await.1.made();
        let of_the_ledger = |pair: &[(String, Does)]| pair[0].1 == Does::Writes && pair[1].0 == "get Absences";
        let places: Vec<usize> =
            made.windows(2).enumerate().filter(|(_, pair)| of_the_ledger(pair)).map(|(place, _)| place + 2).collect();
        assert!(!places.is_empty(), "{}", scenario.name);
        for meanwhile in meanwhiles().iter().filter(|one| matches!(one.how, How::Sweep | How::Retry)) {
            let mut orders = Vec::new();
            for place in &places {
                broken.extend(check_crossed(&scenario, meanwhile, *place, &mut orders).await);
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}
