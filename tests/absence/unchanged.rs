//! Absences that nobody changed, while the types are mapped otherwise and back: nobody is mailed, and nothing is rejected.

use hrsync_core::absence::{AbsenceSettings, Hundredths, TypeMapping};
use hrsync_core::{ErrorKind, Outcome};
use hrsync_testkit::absences::AbsenceFate;
use time::macros::datetime;

use super::world::{WHOLE, World, nov, sent, settings, sweeps};

/// The type of the vacation is not sent, in two ways.
fn off() -> [AbsenceSettings; 2] {
    let unmapped = AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("sick", TypeMapping::To("syk".into()));
    [unmapped.clone(), unmapped.map("vacation", TypeMapping::DoNotSync)]
}

fn otherwise() -> AbsenceSettings {
    settings().map("vacation", TypeMapping::To("permisjon".into()))
}

async fn becomes(world: &mut World, settings: AbsenceSettings) {
    world.set(settings);
    world.push().await;
    sweeps(world).await;
}

// rule: TT-80
#[tokio::test]
async fn whatever_a_type_is_mapped_to_and_back_rejects_nothing_and_mails_nobody() {
    type Meanwhile = fn(&World);
    let shorter_and_locked = |world: &World| {
        world.sheets.standard("v1", Hundredths::whole(6));
        world.sheets.lock("v1", nov(23), nov(25));
    };
    let unreadable = |world: &World| world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
    let refused = |world: &World| {
        world.sheets.standard("v1", Hundredths::whole(6));
        world.sheets.next(AbsenceFate::Fails(ErrorKind::InvalidData, Outcome::Rejected));
    };
    let meanwhile: [(&str, Meanwhile); 3] =
        [("shorter and locked", shorter_and_locked), ("unreadable", unreadable), ("refused", refused)];
    for first in off().into_iter().chain([otherwise(), AbsenceSettings::off()]) {
        for then in [settings(), otherwise(), AbsenceSettings::off()] {
            for (what, happens) in meanwhile {
                let mut world = sent().await;
                becomes(&mut world, first.clone()).await;
                happens(&world);
                becomes(&mut world, then.clone()).await;
                let [sheet, shown, told, _] = world.seen().await;
                assert_eq!([&*shown, &*told], ["a1 Approved", ""], "{what} {first:?} {then:?}");
                assert!(what == "refused" || sheet == WHOLE, "{what} {first:?} {then:?}: {sheet}");
            }
        }
        let mut world = sent().await;
        unreadable(&world);
        becomes(&mut world, first.clone()).await;
        assert_eq!(world.mails(), [""; 0], "nothing was to be removed: {first:?}");
    }
}
