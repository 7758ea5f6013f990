//! How long the journal is kept, and whether what remains is whole.

use std::error::Error as _;
use std::time::Duration;

use hrsync_core::journal::{Entry, Event, NewEntry};
use hrsync_core::reconcile::{Breach, Broken, Decisions, Progress, Verified};
use hrsync_core::store::{Batch, RowKind};
use hrsync_core::{Actor, Error, ErrorKind, KeyId, RunId, StaticKeys, Store};
use hrsync_testkit::SeededEntropy;
use hrsync_testkit::vendor::CallKind;
use time::OffsetDateTime;

use crate::stores::{Fate, Troubled};
use crate::world::{SETTLE_AFTER, TITLE, World, host_id};

const DAY: Duration = Duration::from_secs(86_400);

fn keys() -> StaticKeys {
    StaticKeys::new([7; 32])
}

impl World {
    fn now(&self) -> OffsetDateTime {
        hrsync_core::Clock::now(&self.clock)
    }

    /// Lets days go by, with a change of person 1 on each.
    async fn days(&self, days: usize) {
        for day in 0..days {
            self.clock.advance(DAY);
            self.host_sets(1, TITLE, Some(&format!("Chef {day}")));
            assert!(self.push(1).await.is_clean());
        }
    }

    async fn prune(&self, before: OffsetDateTime) -> u64 {
        self.engine.prune(&self.anna, before).await.unwrap()
    }

    async fn verified(&self) -> Verified {
        self.engine.verify_journal().await.unwrap()
    }

    async fn entries(&self) -> Vec<Entry> {
        self.engine.journal(0, usize::MAX).await.unwrap()
    }
}

#[tokio::test]
async fn what_remains_of_a_pruned_journal_verifies_from_its_checkpoint() {
    let world = World::linked(2).await;
    world.days(4).await;
    let all = world.entries().await;
    let whole = world.verified().await;
    assert_eq!((whole.entries, whole.last, &whole.from), (all.len() as u64, all.len() as u64, &None));
    assert_eq!(whole.hash, all.last().unwrap().hash);

    let before = world.now() - DAY;
    let kept: Vec<_> = all.iter().filter(|entry| entry.entry.at >= before).cloned().collect();
    let count = world.prune(before).await;
    assert_eq!(count as usize, all.len() - kept.len());
    assert!(count > 0 && !kept.is_empty());
    let left = world.entries().await;
    assert_eq!(left[..kept.len()], kept, "what is younger is as it was");
    let [last] = &left[kept.len()..] else { panic!("one entry is new: {left:#?}") };
    let Event::Pruned { checkpoint } = &last.entry.event else { panic!("{last:?}") };
    assert_eq!(last.entry.actor, "anna");
    assert_eq!((checkpoint.through, checkpoint.count), (count, count));
    assert_eq!(checkpoint.hash, all[count as usize - 1].hash);
    assert_eq!(world.verified().await.from.as_ref(), Some(checkpoint));

    // Again when nothing is old enough: nothing is written. The last checkpoint is the one that counts.
    assert_eq!(world.prune(before).await, 0);
    assert_eq!(world.entries().await, left);
    world.days(2).await;
    let more = world.prune(world.now()).await;
    let verified = world.verified().await;
    assert_eq!(verified.from.map(|from| (from.through, from.count)), Some((count + more, more)));
    // Whatever happens, the journal is never empty.
    world.prune(world.now() + DAY).await;
    world.prune(world.now() + DAY).await;
    assert_eq!(world.verified().await.entries, 1);
    world.days(1).await;
    assert!(world.verified().await.entries > 1);
    assert!(world.review().await.is_in_step());
}

#[tokio::test]
async fn a_journal_of_many_pages_is_read_to_its_end() {
    let world = World::linked(1).await;
    while world.entries().await.len() < 1200 {
        world.days(50).await;
    }
    assert_eq!(world.verified().await.entries, world.entries().await.len() as u64);
    let half = world.entries().await[700].entry.at;
    assert!(world.prune(half).await > 600);
    assert_eq!(world.verified().await.entries, world.entries().await.len() as u64);
}

#[tokio::test]
async fn a_write_under_way_keeps_what_tells_of_it() {
    let world = World::linked(2).await;
    world.days(1).await;
    world.clock.advance(DAY);
    world.host_sets(2, TITLE, Some("Cook"));
    world.vendor.apply_then_fail(CallKind::Update, Error::new(ErrorKind::Timeout, "no answer in time"));
    world.push(2).await;
    assert_eq!(world.rows(RowKind::Intent).await.len(), 1);
    world.clock.advance(DAY);
    assert!(world.prune(world.now()).await > 0);
    let left = world.entries().await;
    let Event::Intended { host, .. } = &left[0].entry.event else { panic!("{left:#?}") };
    assert_eq!(host, &Some(host_id(2)));
    world.verified().await;
    // Once it is settled, it goes as well.
    world.clock.advance(SETTLE_AFTER);
    assert!(world.review().await.is_in_step());
    world.prune(world.now() + DAY).await;
    assert_eq!(world.verified().await.entries, 1);
}

#[tokio::test]
async fn after_a_clock_that_went_back_nothing_younger_is_pruned() {
    let world = World::linked(1).await;
    world.days(3).await;
    let ahead = world.now();
    world.clock.set(ahead - 2 * DAY);
    world.host_sets(1, TITLE, Some("Cook"));
    world.push(1).await;
    let all = world.entries().await;
    world.prune(ahead - DAY).await;
    let left = world.entries().await;
    assert!(left[0].entry.at >= ahead - DAY, "the beginning is gone up to the first that stays");
    assert!(left.iter().any(|entry| entry.entry.at == ahead - 2 * DAY), "what was appended later stays: {left:#?}");
    assert!(left.len() < all.len());
    world.verified().await;
}

/// Nobody but an administrator prunes, and nothing is pruned of what is not connected.
#[tokio::test]
async fn who_may_not_prune_does_not() {
    let world = World::linked(1).await;
    let before = world.entries().await;
    let error = world.engine.prune(&Actor::user("bo"), world.now() + DAY).await.unwrap_err();
    assert_eq!(error.code(), "role_missing");
    assert_eq!(world.entries().await, before);
    let world = World::unconnected(|builder| builder);
    for error in [
        world.engine.prune(&world.anna, world.now()).await.map(drop).unwrap_err(),
        world.engine.verify_journal().await.map(drop).unwrap_err(),
    ] {
        assert_eq!(error.code(), "not_connected");
    }
}

fn reworded(entry: &mut Entry) {
    entry.entry.actor = "eve".into();
}

/// Entries 1 to `n` are gone, and those behind are chained as if they never had been.
fn rechained(entries: &mut Vec<Entry>, drop: usize) {
    let mut last: Option<(u64, String)> = None;
    for entry in std::mem::take(entries).into_iter().skip(drop) {
        let entry = entry.entry.chain(last.as_ref().map(|(seq, hash)| (*seq, hash.as_str())));
        last = Some((entry.seq, entry.hash.clone()));
        entries.push(entry);
    }
}

#[tokio::test]
async fn an_entry_that_was_altered_or_is_missing_is_named_and_nothing_is_pruned() {
    use Breach::{Altered, Checkpoint, Missing};
    type Alter = fn(&mut Vec<Entry>);
    type Case = (&'static str, bool, Alter, Broken);
    // Without and with a checkpoint: entries 1 to 9 at least, or a checkpoint through entry 4.
    let of = |entry, how| Broken { entry, how };
    let cases: [Case; 13] = [
        ("the first is reworded", false, |all| reworded(&mut all[0]), of(1, Altered)),
        ("one is reworded", false, |all| reworded(&mut all[3]), of(4, Altered)),
        (
            "one is reworded and hashed anew",
            false,
            |all| {
                let one = all[3].entry.clone();
                all[3] = one.chain(Some((3, &all[2].hash)));
                reworded(&mut all[3]);
                all[3] = all[3].entry.clone().chain(Some((3, &all[2].hash)));
            },
            of(5, Altered),
        ),
        ("one is missing", false, |all| drop(all.remove(3)), of(4, Missing)),
        ("the first is missing", false, |all| drop(all.remove(0)), of(1, Missing)),
        ("two changed places", false, |all| all.swap(3, 4), of(4, Missing)),
        ("all are missing", false, Vec::clear, of(1, Missing)),
        ("the first that remains is reworded", true, |all| reworded(&mut all[0]), of(5, Altered)),
        ("the first that remains is missing", true, |all| drop(all.remove(0)), of(5, Missing)),
        ("the checkpoint is reworded", true, |all| reworded(all.last_mut().unwrap()), of(13, Altered)),
        ("the checkpoint is missing", true, |all| drop(all.pop()), of(1, Missing)),
        ("the checkpoint is somebody else's", true, |all| forge(all, |through| through), of(13, Checkpoint)),
        ("the checkpoint is moved", true, |all| forge(all, |through| through + 1), of(13, Checkpoint)),
    ];
    for (case, pruned, alter, broken) in cases {
        let world = World::linked(1).await;
        world.days(4).await;
        if pruned {
            let cut = world.entries().await[5].entry.at;
            world.prune(cut).await;
        }
        let before = world.entries().await;
        let (first, last) = (before[0].seq, before[before.len() - 1].seq);
        assert!(if pruned { (first, last) == (5, 13) } else { first == 1 && last >= 9 }, "{case}: {first} to {last}");
        let troubled = Troubled::altered(&world.store, alter);
        let world = world.again(|builder| builder.store(troubled));
        let (verified, anna) = (world.engine.verify_journal().await.map(drop), world.anna.clone());
        let pruning = world.engine.prune(&anna, world.now() + DAY).await.map(drop);
        for error in [verified.expect_err(case), pruning.expect_err(case)] {
            assert_eq!(error.source().unwrap().downcast_ref::<Broken>(), Some(&broken), "{case}: {error}");
            assert_eq!(error.kind(), ErrorKind::Store, "{case}");
            assert!(error.to_string().contains(&format!("entry {} ", broken.entry)), "{case}: {error}");
            assert!(!error.may_have_been_applied() && !error.is_retryable(), "{case}");
        }
        let world = world.again(|builder| builder);
        assert_eq!(world.entries().await, before, "{case}: nothing was written");
    }
}

/// Everything that reads the whole journal, with the code of the error that it ends with.
async fn readers(world: &World, run: &RunId) -> Vec<(&'static str, Option<String>)> {
    let (engine, anna, one) = (&world.engine, &world.anna, host_id(1));
    let code = |error: Error| error.code().to_owned();
    vec![
        ("verify_journal", engine.verify_journal().await.map_err(code).err()),
        ("prune", engine.prune(anna, world.now() + DAY).await.map_err(code).err()),
        ("undo", engine.undo(anna, run).await.map_err(code).err()),
        ("explain", engine.explain(&one, TITLE).await.map_err(code).err()),
        ("export", engine.export(&one).await.map_err(code).err()),
    ]
}

/// Somebody who can write to the store would otherwise choose what an undo writes back, and what is told about a person.
#[tokio::test]
async fn nothing_is_read_from_a_journal_that_is_not_whole() {
    type Alter = fn(&mut Vec<Entry>);
    let cases: [(&str, Alter, &str); 4] = [
        ("the first is reworded", |all| reworded(&mut all[0]), "journal_altered"),
        ("one is reworded", |all| reworded(&mut all[3]), "journal_altered"),
        ("the last is reworded", |all| reworded(all.last_mut().unwrap()), "journal_altered"),
        ("one is missing", |all| drop(all.remove(3)), "journal_incomplete"),
    ];
    for (case, alter, code) in cases {
        let world = World::linked(1).await;
        world.days(4).await;
        let (before, writes) = (world.entries().await, world.vendor.writes().len());
        let run = before.last().unwrap().entry.run.clone();
        let troubled = Troubled::altered(&world.store, alter);
        let world = world.again(|builder| builder.store(troubled));
        for (reader, error) in readers(&world, &run).await {
            assert_eq!(error.as_deref(), Some(code), "{case}: {reader}");
        }
        let world = world.again(|builder| builder);
        assert_eq!(
            (world.entries().await, world.vendor.writes().len()),
            (before, writes),
            "{case}: nothing was written"
        );
        let whole = readers(&world, &run).await;
        // What was pruned cannot be undone any more, so pruning goes before.
        let told: Vec<_> = whole.iter().filter_map(|(reader, error)| Some((*reader, error.as_deref()?))).collect();
        assert_eq!(told, [("undo", "run_unknown")], "{case}: a whole one is read");
    }
}

/// On the first page as on a later one: reading ends, with what the store said.
#[tokio::test]
async fn an_entry_that_cannot_be_read_ends_the_reading() {
    let world = World::linked(1).await;
    world.days(300).await;
    let entries = world.entries().await;
    assert!(entries.len() > 600, "several pages");
    let run = entries[entries.len() - 1].entry.run.clone();
    let mut world = world;
    for entry in [1, 2, 600, entries.len() as u64] {
        let troubled = Troubled::unreadable(&world.store, entry);
        world = world.again(|builder| builder.store(troubled));
        for (reader, error) in readers(&world, &run).await {
            assert_eq!(error.as_deref(), Some("store_corrupt"), "entry {entry}: {reader}");
        }
    }
    assert_eq!(world.again(|builder| builder).entries().await, entries);
}

#[tokio::test]
async fn before_the_connection_there_is_nothing_to_tell() {
    let world = World::unconnected(|builder| builder);
    assert_eq!(world.engine.explain(&host_id(1), TITLE).await.unwrap(), []);
    assert!(world.engine.export(&host_id(1)).await.unwrap().entries.is_empty());
    let error = world.engine.undo(&world.anna, &RunId::new("any")).await.unwrap_err();
    assert_eq!(error.code(), "run_unknown");
}

/// A checkpoint without the key: one that was copied, with other numbers in it, and chained as it should be.
fn forge(entries: &mut Vec<Entry>, through: fn(u64) -> u64) {
    let last = entries.pop().unwrap();
    let mut json = serde_json::to_value(&last.entry).unwrap();
    json["checkpoint"]["through"] = through(4).into();
    json["checkpoint"]["count"] = 1.into();
    let previous = entries.last().unwrap();
    let forged: NewEntry = serde_json::from_value(json).unwrap();
    entries.push(forged.chain(Some((previous.seq, &previous.hash))));
}

/// A whole journal made anew by somebody who has the store and not the keys.
#[tokio::test]
async fn a_beginning_that_was_taken_away_shows_also_when_the_rest_is_chained_anew() {
    let world = World::linked(1).await;
    world.days(3).await;
    let known = world.verified().await;
    let troubled = Troubled::altered(&world.store, |all| rechained(all, 4));
    let world = world.again(|builder| builder.store(troubled));
    let now = world.verified().await;
    assert_ne!((now.last, now.hash), (known.last, known.hash), "what was noted elsewhere tells");

    let world = world.again(|builder| builder);
    world.prune(world.entries().await[5].entry.at).await;
    let troubled = Troubled::altered(&world.store, |all| rechained(all, 2));
    let world = world.again(|builder| builder.store(troubled));
    let error = world.engine.verify_journal().await.unwrap_err();
    assert!(error.source().unwrap().is::<Broken>(), "the checkpoint tells: {error:?}");
}

#[tokio::test]
async fn a_checkpoint_is_sealed_anew_before_its_key_is_dropped() {
    let world = World::linked(1).await;
    world.days(3).await;
    let cut = world.entries().await[5].entry.at;
    assert!(world.prune(cut).await > 0);
    // Both keys: it verifies, under the old one.
    let world = world.again(|builder| builder.keys(keys().rotate(KeyId(2), [8; 32])));
    assert_eq!(world.verified().await.from.map(|from| from.key), Some(KeyId(1)));
    // The new one only: nobody can tell any more, and nothing is pruned.
    let without = || StaticKeys::random(&SeededEntropy::new(9)).unwrap().rotate(KeyId(2), [8; 32]);
    let world = world.again(|builder| builder.keys(without()));
    let before = world.entries().await;
    for error in [
        world.engine.verify_journal().await.map(drop).unwrap_err(),
        world.engine.prune(&world.anna, world.now()).await.map(drop).unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.code()), (ErrorKind::ConfigInvalid, "key_missing"));
    }
    assert_eq!(world.entries().await, before);
    // Pruned in between, when nothing was old enough: what remains no longer needs the old key.
    let world = world.again(|builder| builder.keys(keys().rotate(KeyId(2), [8; 32])));
    let through = world.verified().await.from.map(|from| from.through);
    assert_eq!(world.prune(cut).await, 0);
    let world = world.again(|builder| builder.keys(without()));
    let from = world.verified().await.from.unwrap();
    assert_eq!((from.key, Some(from.through), from.count), (KeyId(2), through, 0));
}

#[tokio::test]
async fn a_checkpoint_of_another_connection_is_none_of_this_one() {
    let world = World::linked(1).await;
    world.days(3).await;
    world.prune(world.entries().await[5].entry.at).await;
    // The journal of one connection under the name of another.
    let entries = world.entries().await;
    let troubled = Troubled::altered(&world.store, move |all| all.clone_from(&entries));
    let world = world.again(|builder| builder.store(troubled).connection("another"));
    world.start().await;
    let error = world.engine.verify_journal().await.unwrap_err();
    assert_eq!(error.code(), "journal_checkpoint");
}

#[tokio::test]
async fn of_two_who_prune_at_the_same_time_both_leave_a_whole_journal() {
    let world = World::linked(1).await;
    world.days(5).await;
    let entries = world.entries().await;
    let (early, late) = (entries[4].entry.at, entries[9].entry.at);
    let prune = |before| world.engine.prune(&world.anna, before);
    let (one, two, whole) = tokio::join!(prune(early), prune(late), world.engine.verify_journal());
    assert!(one.unwrap() + two.unwrap() > 0);
    whole.unwrap();
    let last = entries.iter().take_while(|entry| entry.entry.at < late).last().unwrap();
    assert_eq!(world.verified().await.from.unwrap().through, last.seq);
}

#[tokio::test]
async fn a_prune_whose_commit_fails_happens_as_a_whole_or_not_at_all() {
    for fate in [Fate::Failed, Fate::UnknownNot, Fate::UnknownDone] {
        let world = World::linked(1).await;
        world.days(3).await;
        let before = world.entries().await;
        let troubled = Troubled::failing(&world.store, 0, fate);
        let world = world.again(|builder| builder.store(troubled));
        let error = world.engine.prune(&world.anna, world.now()).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Store, "store_lost"), "{fate:?}");
        world.verified().await;
        assert_eq!(world.entries().await == before, fate != Fate::UnknownDone, "{fate:?}");
        world.prune(world.now()).await;
        world.verified().await;
        let left = world.entries().await;
        assert!(left[0].entry.at >= world.now(), "{fate:?}: {left:#?}");
        assert!(world.review().await.is_in_step(), "{fate:?}: {:?}", Decisions::new());
    }
}

/// Half a run would be half undone.
#[tokio::test]
async fn a_run_is_pruned_whole_or_not_at_all() {
    let world = World::linked(4).await;
    let clock = world.clock.clone();
    let world = world.again(|builder| {
        builder.on_progress(move |progress| {
            if let Progress::Applied { .. } = progress {
                clock.advance(Duration::from_secs(60));
            }
        })
    });
    let began = world.now();
    (1..=4).for_each(|n| world.host_sets(n, TITLE, Some("Chef")));
    let run = world.sync(&Decisions::new()).await.run;
    let of_run = || async { world.entries().await.iter().filter(|entry| entry.entry.run == run).count() };
    let whole = of_run().await;
    for seconds in [30, 90, 150] {
        world.prune(began + Duration::from_secs(seconds)).await;
        assert_eq!(of_run().await, whole, "after {seconds} seconds");
        assert_eq!(world.engine.undo(&world.anna, &run).await.unwrap().operations.len(), 4, "after {seconds} seconds");
    }
    assert!(world.verified().await.from.is_some(), "what was before is gone");
    world.prune(world.now() + DAY).await;
    assert_eq!(of_run().await, 0);
    assert_eq!(world.engine.undo(&world.anna, &run).await.unwrap_err().code(), "run_unknown");
}

/// Against the shortest description of what is wanted, over runs that go on at the same time.
#[tokio::test]
async fn a_journal_is_cut_between_runs_and_no_earlier_than_it_takes() {
    let (mut gave_way, mut pruned) = (0, 0);
    for seed in 0..150 {
        let world = World::new().await;
        let mut bytes = [0; 17];
        hrsync_core::Entropy::fill(&SeededEntropy::new(seed), &mut bytes).unwrap();
        for (place, byte) in bytes[1..].iter().enumerate() {
            world.clock.advance(DAY * u32::from(byte % 3));
            // Runs that follow each other, and now and then one that goes on for long.
            let run = if byte % 16 == 0 { 0 } else { place / 3 + usize::from(byte / 128) };
            let event = Event::StateChanged { state: "active".into() };
            let entry = NewEntry { at: world.now(), run: RunId::new(format!("{run}")), actor: "anna".into(), event };
            world.store.commit(&"default".into(), Batch::default().record(entry)).await.unwrap();
        }
        let all = world.entries().await;
        let before = all[usize::from(bytes[0]) % all.len()].entry.at;
        let young = all.iter().position(|entry| entry.entry.at >= before).unwrap();
        let is_between = |place: &usize| {
            let (gone, left) = all.split_at(*place);
            !gone.iter().any(|one| left.iter().any(|other| one.entry.run == other.entry.run))
        };
        let cut = (0..=young).rev().find(is_between).unwrap();
        assert_eq!(world.prune(before).await as usize, cut, "seed {seed}: of {young}");
        assert_eq!(world.entries().await[..all.len() - cut], all[cut..], "seed {seed}");
        let from = world.verified().await.from;
        assert!(from.is_none_or(|from| from.whole_runs), "seed {seed}");
        gave_way += usize::from(cut < young);
        pruned += usize::from(cut > 0 && cut < young);
    }
    assert!(gave_way > 30 && pruned > 10, "{gave_way} {pruned}: too few to prove it");
}

/// As version 0.1 once did: of a run that wrote for two people the first half is gone.
#[tokio::test]
async fn a_run_that_was_pruned_in_part_by_an_earlier_version_is_not_undone_in_part() {
    let entries: Vec<Entry> =
        include_str!("cut_through_a_run.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let run = entries[0].entry.run.clone();
    let world = World::linked(2).await;
    let troubled = Troubled::altered(&world.store, move |all| all.clone_from(&entries));
    let world = world.again(|builder| builder.store(troubled));
    assert_eq!(world.verified().await.from.map(|from| (from.through, from.whole_runs)), Some((7, false)));
    let error = world.engine.undo(&world.anna, &run).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, "run_incomplete"));
}
