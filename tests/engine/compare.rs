//! What a comparison says, what follows without a decision, and what is written then.

use DifferenceKind as D;
use hrsync_core::mapping::{Convert, Direction, FieldMapping, Mapping};
use hrsync_core::reconcile::{Decisions, DifferenceKind, Resolution};
use hrsync_core::{FieldId, Key, KeyId, KeyRing, StaticKeys, Value, field};
use hrsync_testkit::SeededEntropy;

use crate::world::{TITLE, World, actions, codes, host_id, kinds};

/// What one side does to the field between the settlement and the review.
#[derive(Debug, Clone, Copy)]
enum Side {
    Keeps,
    Sets(&'static str),
    Clears,
}
use Side::{Clears, Keeps, Sets};

impl Side {
    fn text(self) -> Option<Option<&'static str>> {
        match self {
            Keeps => None,
            Sets(text) => Some(Some(text)),
            Clears => Some(None),
        }
    }
}

/// Both sides had `0`; then the host did `1` and the vendor `2`. The comparison says `3`, and without a decision both sides
/// have `4` and `5` afterwards.
type Settled = (Option<&'static str>, Side, Side, Option<DifferenceKind>, Option<&'static str>, Option<&'static str>);

#[tokio::test]
async fn with_a_baseline_the_side_that_changed_is_known() {
    let (base, chef, cook) = (Some("Baker"), Some("Chef"), Some("Cook"));
    let cases: [Settled; 15] = [
        (base, Keeps, Keeps, None, base, base),
        (base, Sets("Chef"), Keeps, Some(D::HostChanged), chef, chef),
        (base, Keeps, Sets("Cook"), Some(D::VendorChanged), cook, cook),
        (base, Sets("Chef"), Sets("Cook"), Some(D::Conflict), chef, cook),
        (base, Sets("Chef"), Sets("Chef"), None, chef, chef),
        (base, Clears, Keeps, Some(D::HostChanged), None, None),
        (base, Keeps, Clears, Some(D::VendorChanged), None, None),
        (base, Clears, Clears, None, None, None),
        (base, Clears, Sets("Cook"), Some(D::Conflict), None, cook),
        (base, Sets("Chef"), Clears, Some(D::Conflict), chef, None),
        (None, Keeps, Keeps, None, None, None),
        (None, Sets("Chef"), Keeps, Some(D::HostChanged), chef, chef),
        (None, Keeps, Sets("Cook"), Some(D::VendorChanged), cook, cook),
        (None, Sets("Chef"), Sets("Cook"), Some(D::Conflict), chef, cook),
        (None, Sets("Chef"), Sets("Chef"), None, chef, chef),
    ];
    for case in cases {
        let (before, host, vendor, kind, host_after, vendor_after) = case;
        let world = World::new().await;
        world.both(1);
        world.host_sets(1, TITLE, before);
        world.vendor_sets(1, TITLE, before);
        world.start().await;
        if let Some(text) = host.text() {
            world.host_sets(1, TITLE, text);
        }
        if let Some(text) = vendor.text() {
            world.vendor_sets(1, TITLE, text);
        }

        let review = world.review().await;
        assert_eq!(kinds(&review), kind.map(|kind| (TITLE, kind)).into_iter().collect::<Vec<_>>(), "{case:?}");
        assert_eq!(world.vendor.writes(), [], "a review writes nothing: {case:?}");
        let default = match kind {
            Some(D::HostChanged) => Some(Resolution::Host),
            Some(D::VendorChanged) => Some(Resolution::Vendor),
            _ => None,
        };
        assert_eq!(review.differences.first().and_then(|d| d.default_resolution()), default, "{case:?}");
        assert_eq!(review.open().count(), usize::from(kind == Some(D::Conflict)), "{case:?}");

        let plan = world.plan(&review, &Decisions::new());
        let expected: &[_] = match default {
            Some(Resolution::Host) => &[("update_vendor", vec![TITLE])],
            Some(_) => &[("update_host", vec![TITLE])],
            None => &[],
        };
        assert_eq!(actions(&plan), expected, "{case:?}");
        let host_writes = world.host.writes();
        let report = world.apply(&plan).await;
        assert_eq!(report.is_clean(), kind != Some(D::Conflict), "{case:?}: {report:#?}");
        let waiting: Vec<_> = report.undecided.iter().map(|one| (one.field, one.kind)).collect();
        assert_eq!(
            waiting,
            kind.filter(|kind| *kind == D::Conflict).map(|kind| (TITLE, kind)).into_iter().collect::<Vec<_>>()
        );
        let text = |text: Option<&str>| text.map(str::to_owned);
        assert_eq!(world.values(1, TITLE), (text(host_after), text(vendor_after)), "{case:?}");
        assert_eq!(world.vendor.writes().len(), usize::from(default == Some(Resolution::Host)), "{case:?}");
        assert_eq!(world.host.writes() - host_writes, usize::from(default == Some(Resolution::Vendor)), "{case:?}");

        // What was settled stays settled, and what was not stays as it was.
        let again = world.review().await;
        let left = kind.filter(|kind| *kind == D::Conflict).map(|kind| (TITLE, kind));
        assert_eq!(kinds(&again), left.into_iter().collect::<Vec<_>>(), "{case:?}");
    }
}

#[tokio::test]
async fn a_unique_value_that_is_handed_over_is_no_duplicate() {
    let world = World::linked(2).await;
    let old = world.values(1, field::EMAIL).0.unwrap();
    world.host_sets(1, field::EMAIL, Some("new@a.example"));
    world.host_sets(2, field::EMAIL, Some(&old));
    let report = world.sync(&Decisions::new()).await;
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(world.values(2, field::EMAIL), (Some(old.clone()), Some(old)));
    assert!(world.review().await.is_in_step());
}

#[tokio::test]
async fn without_a_baseline_nothing_follows_from_a_difference() {
    type Case = (Option<&'static str>, Option<&'static str>, Option<DifferenceKind>);
    let (baker, cook) = (Some("Baker"), Some("Cook"));
    let cases: [Case; 5] = [
        (baker, baker, None),
        (None, None, None),
        (baker, cook, Some(D::Conflict)),
        (baker, None, Some(D::MissingInVendor)),
        (None, cook, Some(D::MissingInHost)),
    ];
    for case in cases {
        let (host, vendor, kind) = case;
        let world = World::new().await;
        world.both(1);
        world.host_sets(1, TITLE, host);
        world.vendor_sets(1, TITLE, vendor);
        let expected: Vec<_> = kind.map(|kind| (TITLE, kind)).into_iter().collect();
        // The second round is the same: making the link settles what agrees and nothing else.
        for round in 0..2 {
            let review = world.review().await;
            assert_eq!(review.recognised.len(), usize::from(round == 0), "{case:?}");
            assert_eq!(kinds(&review), expected, "{case:?}, round {round}");
            assert_eq!(review.open().count(), expected.len(), "{case:?}, round {round}");
            let plan = world.plan(&review, &Decisions::new());
            assert!(plan.is_empty(), "{case:?}, round {round}: {plan:?}");
            let report = world.apply(&plan).await;
            assert_eq!((report.linked, report.items.len()), (usize::from(round == 0), 0), "{case:?}");
        }
        assert_eq!((world.vendor.writes().len(), world.host.writes()), (0, 0), "{case:?}");
    }
}

#[tokio::test]
async fn a_field_settled_while_another_waits_keeps_its_baseline() {
    let world = World::new().await;
    world.both(1);
    world.vendor_sets(1, field::TOWN, Some("Lahti"));
    world.start().await;
    world.host_sets(1, TITLE, Some("Chef"));
    let review = world.review().await;
    assert_eq!(kinds(&review), [(field::TOWN, D::Conflict), (TITLE, D::HostChanged)]);
}

/// Keys by number; the last one is current.
#[derive(Debug)]
struct Ring(Vec<(u32, [u8; 32])>);

impl KeyRing for Ring {
    fn current(&self) -> (KeyId, Key) {
        let (id, key) = self.0.last().copied().unwrap();
        (KeyId(id), Key::new(key))
    }

    fn get(&self, id: KeyId) -> Option<Key> {
        self.0.iter().find(|(other, _)| *other == id.0).map(|(_, key)| Key::new(*key))
    }
}

#[tokio::test]
async fn the_key_a_baseline_was_made_with_is_needed_to_tell_who_changed() {
    let (first, second) = ((1, [7; 32]), (2, [8; 32]));
    let cases = [
        ("the same key", vec![first], D::HostChanged, 1),
        ("an older key that is still there", vec![first, second], D::HostChanged, 1),
        ("a key that is gone", vec![second], D::Conflict, 0),
    ];
    for (case, keys, kind, written) in cases {
        let world = World::unconnected(|builder| builder.keys(Ring(vec![first])));
        (1..=2).for_each(|n| world.both(n));
        world.start().await;
        world.host_sets(1, TITLE, Some("Chef"));
        let world = world.again(|builder| builder.keys(Ring(keys)));
        let review = world.review().await;
        assert_eq!(kinds(&review), [(TITLE, kind)], "{case}");
        let report = world.apply(&world.plan(&review, &Decisions::new())).await;
        assert_eq!((report.items.len(), world.vendor.writes().len()), (written, written), "{case}");
        // The person without a difference was stamped anew; a change made now is known to be the host's.
        world.host_sets(2, TITLE, Some("Chef"));
        let review = world.review().await;
        let of_second = review.differences.iter().find(|difference| difference.host_id == host_id(2));
        assert_eq!(
            of_second.map(|difference| (difference.field, difference.kind)),
            Some((TITLE, D::HostChanged)),
            "{case}"
        );
    }
}

#[tokio::test]
async fn an_engine_without_keys_reads_no_baseline_of_another() {
    let random = |seed| StaticKeys::random(&SeededEntropy::new(seed)).unwrap();
    let world = World::unconnected(|builder| builder.keys(random(1)));
    world.both(1);
    world.start().await;
    world.host_sets(1, TITLE, Some("Chef"));
    let world = world.again(|builder| builder.keys(random(2)));
    assert_eq!(kinds(&world.review().await), [(TITLE, D::Conflict)], "never a push");
}

/// The vendor's lines with one of them changed.
fn with_line(id: FieldId, change: impl Fn(FieldMapping) -> FieldMapping) -> Mapping {
    let lines = hrsync_testkit::vendor::mapping().entries().to_vec();
    let changed = move |line: FieldMapping| if line.field == id { change(line) } else { line };
    Mapping::new("memory", lines.into_iter().map(changed))
}

fn nordea(_: &Value) -> Option<Value> {
    Some(Value::text("NDEAFIHH"))
}

fn aktia(_: &Value) -> Option<Value> {
    Some(Value::text("HELSFIHH"))
}

#[tokio::test]
async fn another_mapping_costs_what_was_settled_in_the_lines_that_changed() {
    let open = Convert::Codes { write: &[], read: &[], open: true };
    let usual = hrsync_testkit::vendor::mapping;
    let backwards = || Mapping::new("memory", usual().entries().to_vec().into_iter().rev());
    let without_town = || {
        let lines = usual().entries().to_vec().into_iter().filter(|line| line.field != field::TOWN);
        Mapping::new("memory", lines)
    };
    let cases = [
        ("the line itself", with_line(TITLE, |line| line.convert(open)), D::Conflict),
        ("another line", with_line(field::TOWN, |line| line.convert(open)), D::HostChanged),
        ("the order of the lines", backwards(), D::HostChanged),
        ("one line fewer", without_town(), D::HostChanged),
        ("a rule of the line", with_line(TITLE, |line| line.max_len(30)), D::HostChanged),
    ];
    for (case, mapping, kind) in cases {
        let world = World::linked(2).await;
        world.host_sets(1, TITLE, Some("Chef"));
        world.vendor.set_mapping(mapping.clone());
        let review = world.review().await;
        assert_eq!(kinds(&review), [(TITLE, kind)], "{case}");
        assert_eq!(codes(&review.findings), [], "{case}");
        // Back to the former mapping before anything was settled under this one, and on to a run under it.
        world.vendor.set_mapping(usual());
        assert_eq!(kinds(&world.review().await), [(TITLE, D::HostChanged)], "{case}");
        world.vendor.set_mapping(mapping);
        let report = world.sync(&Decisions::new().decide(&host_id(1), TITLE, Resolution::Host)).await;
        assert!(report.is_clean(), "{case}: {report:#?}");
        assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"), "{case}");
        // What was settled under it is known after a change back, where the line came back as it was then.
        world.sync(&Decisions::new()).await;
        world.vendor.set_mapping(usual());
        world.host_sets(1, TITLE, Some("Cook"));
        assert_eq!(kinds(&world.review().await), [(TITLE, kind)], "{case}, and back");
    }
}

#[tokio::test]
async fn what_was_left_or_rendered_is_not_asked_about_again_because_another_line_changed() {
    let world = World::linked(2).await;
    world.vendor.render(TITLE, str::to_uppercase);
    world.host_sets(1, TITLE, Some("Chef"));
    world.vendor_sets(2, field::GIVEN_NAME, Some("Berta"));
    world.sync(&Decisions::new().decide(&host_id(2), field::GIVEN_NAME, Resolution::Leave)).await;
    world.sync(&Decisions::new()).await;
    let before = world.review().await;
    let open = Convert::Codes { write: &[], read: &[], open: true };
    world.vendor.set_mapping(with_line(field::TOWN, |line| line.convert(open)));
    let after = world.review().await;
    assert_eq!(kinds(&after), kinds(&before));
    assert_eq!(after.open().count(), 0);
}

#[tokio::test]
async fn another_way_of_working_a_value_out_is_nobodys_change() {
    let world = World::new().await;
    world.vendor.set_mapping(with_line(field::BIC, |line| line.derived_from(field::IBAN, "Nordea's", nordea)));
    world.both(1);
    world.host_sets(1, field::BIC, None);
    world.start().await;
    assert!(world.review().await.is_in_step());
    world.vendor.set_mapping(with_line(field::BIC, |line| line.derived_from(field::IBAN, "Aktia's", aktia)));
    assert_eq!(kinds(&world.review().await), [(field::BIC, D::Conflict)]);
    world.push(1).await;
    assert_eq!(world.vendor.writes(), []);
}

#[tokio::test]
async fn what_a_vendor_begins_to_show_is_nobodys_change() {
    let world = World::linked(1).await;
    world.vendor_sets(1, field::NATIONALITY, Some("SE"));
    assert!(world.review().await.is_in_step(), "it is not shown");
    let shown = |mut line: FieldMapping| {
        line.write_only = false;
        line.direction(Direction::Both)
    };
    world.vendor.set_mapping(with_line(field::NATIONALITY, shown));
    assert_eq!(kinds(&world.review().await), [(field::NATIONALITY, D::Conflict)]);
    world.sync(&Decisions::new()).await;
    assert_eq!(world.values(1, field::NATIONALITY), (Some("FI".into()), Some("SE".into())), "nobody decided");
}
