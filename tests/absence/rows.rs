//! What is stored of a person.

use hrsync_core::absence::{Absence, AbsenceOutcome, AbsenceReport};
use hrsync_core::model::ConnectionId;
use hrsync_core::store::{Batch, RowKey, RowKind};
use hrsync_core::{ErrorKind, Store};
use time::macros::datetime;

use super::world::{WHOLE, World, both, nov, outcome, sent, vacation};

#[tokio::test]
async fn a_row_that_cannot_be_read_stops_nobody_else() {
    let world = sent().await;
    let id = ConnectionId::new("default");
    let key = RowKey::new(RowKind::Absences, "h1");
    let row = world.store.get(&id, &key).await.unwrap().unwrap();
    world.store.commit(&id, Batch::default().put(key, None, row.body.replace("sealed", "other"))).await.unwrap();
    let mut own = vacation();
    (own.id, own.person) = ("a2".into(), "h2".into());
    world.absences.put(own);
    world.sheets.unreadable(Some(ErrorKind::Unavailable));
    let report = world.engine.push_absences(&both()).await.unwrap();
    let of_the_row = |report: &AbsenceReport| {
        report
            .findings
            .iter()
            .filter(|one| one.code == "store_corrupt")
            .map(|one| one.host_id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of_the_row(&report), [Some("h1".into())]);
    // Sweeps say so too, and the log has it once.
    world.sheets.unreadable(None);
    for _ in 0..2 {
        assert_eq!(of_the_row(&world.engine.sweep_absences().await.unwrap()), [Some("h1".into())]);
        assert_eq!(world.sheet("v2"), WHOLE);
    }
    assert_eq!(world.log().await.iter().filter(|code| *code == "store_corrupt").count(), 1);
}

#[tokio::test]
async fn an_absence_of_any_id_is_sent_and_removed() {
    for id in [" ", "a\u{0}b", "ø\n", &"x".repeat(5_000)] {
        let world = World::new().await;
        let approved = datetime!(2026-11-10 08:00 UTC);
        world.absences.put(Absence::new(id, "h1", "vacation", nov(23)).until(nov(23)).approved(approved));
        assert_eq!(outcome(&world.push().await, id), Some(AbsenceOutcome::Sent), "{id:?}");
        world.absences.remove(id);
        assert_eq!(outcome(&world.push().await, id), Some(AbsenceOutcome::Removed), "{id:?}");
        assert_eq!(world.sheet("v1"), "");
    }
}
