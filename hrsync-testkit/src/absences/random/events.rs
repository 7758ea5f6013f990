//! What may happen, and how often.

use hrsync_core::Result;

use super::Sheets;
use super::model::Model;

/// What happens.
#[derive(Clone, Copy)]
enum Event {
    Host,
    Schedule,
    Run,
    AtOnce,
    Mapping,
    Switch,
    Disconnect,
    Clerk,
    InTheWay,
    Locks,
    Standard,
    Wire,
    Doors,
    Refused,
    Minutes,
    Month,
    Arrive,
}

/// How often what happens: in sequences of all sorts, in those in which nobody else touches the time sheets, and in those in which
/// servers are busy at the same time.
const EVENTS: [(Event, [usize; 3]); 17] = [
    (Event::Host, [30, 32, 20]),
    (Event::Schedule, [1, 5, 1]),
    (Event::Run, [9, 8, 4]),
    (Event::AtOnce, [4, 4, 35]),
    (Event::Mapping, [6, 0, 2]),
    (Event::Switch, [2, 0, 1]),
    (Event::Disconnect, [1, 0, 0]),
    (Event::Clerk, [14, 0, 3]),
    (Event::InTheWay, [5, 0, 1]),
    (Event::Locks, [6, 0, 3]),
    (Event::Standard, [1, 2, 0]),
    (Event::Wire, [10, 14, 8]),
    (Event::Doors, [4, 14, 8]),
    (Event::Refused, [2, 2, 2]),
    (Event::Minutes, [6, 8, 6]),
    (Event::Month, [2, 5, 1]),
    (Event::Arrive, [5, 6, 6]),
];

impl<S: Sheets> Model<S> {
    pub(super) async fn event(&mut self) -> Result<()> {
        let often = |(event, often): &(Event, [usize; 3])| (*event, often[self.sort]);
        let events = EVENTS.each_ref().map(often);
        let mut place = self.dice.below(events.iter().map(|(_, often)| often).sum());
        let event = events.into_iter().find(|(_, often)| {
            let is_it = place < *often;
            place = place.saturating_sub(*often);
            is_it
        });
        match event.map_or(Event::Arrive, |(event, _)| event) {
            Event::Host => self.host_event(),
            Event::Schedule => self.another_schedule(),
            Event::Run => self.engine_event().await?,
            Event::AtOnce => self.at_once().await?,
            Event::Mapping => self.another_mapping()?,
            Event::Switch => self.switch()?,
            Event::Disconnect => self.disconnect().await?,
            Event::Clerk => self.clerk(),
            Event::InTheWay => self.in_the_way(),
            Event::Locks => self.locks(),
            Event::Standard => self.another_standard().await?,
            Event::Wire => self.wire(),
            Event::Doors => self.doors(),
            Event::Refused => self.another_refused(),
            Event::Minutes => self.minutes(),
            Event::Month => self.month(),
            Event::Arrive => self.arrive(),
        }
        self.remember();
        // A host pushes what changes, as a rule at once.
        if self.dice.per_mille(700) {
            self.push().await?;
        }
        Ok(())
    }
}
