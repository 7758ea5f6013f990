//! Random stories of one person against a model of what a synchronisation and a push do: nothing of what one side alone changed since both last
//! said the same is written over, and what both changed is asked about.

use hrsync_core::reconcile::{Decisions, Resolution};
use hrsync_core::{Entropy, FieldId, field};
use hrsync_testkit::SeededEntropy;

use crate::world::{TITLE, World, kinds};

const STORIES: u64 = 200;
const FIELDS: [FieldId; 3] = [TITLE, field::DEPARTMENT, field::GIVEN_NAME];
const TEXTS: [&str; 3] = ["Aino", "Bo", "Cecilia"];

type Sides = (Option<String>, Option<String>);

/// One field, as the model knows it.
struct Known {
    /// What was settled.
    agreed: Sides,
    /// It was written and not read since: what the vendor shows next is taken for a rendering of it.
    unread: bool,
}

impl Known {
    /// What the two sides say after a run, and whether somebody is asked.
    fn after(&mut self, now: Sides, pushes: bool, leaves: bool) -> (Sides, bool) {
        self.unread = false;
        let (host, vendor) = now.clone();
        let changed = (host != self.agreed.0, vendor != self.agreed.1);
        let (said, asked) = match changed {
            _ if host == vendor => (now, false),
            (false, false) => return (now, false),
            (true, false) => {
                self.unread = true;
                ((host.clone(), host), false)
            }
            (false, true) if pushes => return (now, false),
            (false, true) => ((vendor.clone(), vendor), false),
            (true, true) if leaves => (now, false),
            (true, true) => return (now, true),
        };
        self.agreed = said.clone();
        (said, asked)
    }
}

#[tokio::test]
async fn what_one_side_changed_arrives_and_what_both_changed_is_asked_about() {
    for seed in 0..STORIES {
        let numbers = SeededEntropy::new(seed);
        let below = |n: usize| {
            let mut byte = [0];
            numbers.fill(&mut byte).unwrap();
            usize::from(byte[0]) % n
        };
        let world = World::linked(1).await;
        let mut known = FIELDS.map(|id| Known { agreed: world.values(1, id), unread: false });
        let mut told = Vec::new();
        for _ in 0..14 {
            let place = below(FIELDS.len());
            let id = FIELDS[place];
            // Nobody is without a name.
            let text = TEXTS.get(below(if id == field::GIVEN_NAME { 3 } else { 4 })).copied();
            match below(7) {
                0 | 1 => {
                    world.host_sets(1, id, text);
                    told.push(format!("host {id} {text:?}"));
                    continue;
                }
                2 | 3 if known[place].unread => continue,
                2 | 3 => {
                    world.vendor_sets(1, id, text);
                    told.push(format!("vendor {id} {text:?}"));
                    continue;
                }
                _ => {}
            }
            let pushes = below(2) == 0;
            let leaves = !pushes && below(4) == 0;
            let before = FIELDS.map(|id| world.values(1, id));
            let report = match (pushes, leaves) {
                (true, _) => world.push(1).await,
                (false, true) => world.sync(&Decisions::new().for_conflicts(Resolution::Leave)).await,
                (false, false) => world.sync(&Decisions::new()).await,
            };
            told.push(format!("pushes {pushes} leaves {leaves}: {:?}", report.items));
            let open = kinds(&world.review().await);
            for ((id, known), now) in FIELDS.iter().zip(&mut known).zip(before) {
                let (said, asked) = known.after(now, pushes, leaves);
                let is_asked = open.iter().any(|(of, kind)| of == id && kind.needs_decision());
                assert_eq!((world.values(1, *id), is_asked), (said, asked), "{seed} {id} {told:#?}");
            }
        }
    }
}
