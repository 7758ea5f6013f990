//! A sequence from its seed to the end, and as many of them as are asked for.

use std::time::Duration;

use hrsync_core::{Error, HostId, Result};

use super::Sheets;
use super::model::{Ending, Model};
use super::runs::Run;

/// How many events there are in a sequence at least, and how many more there can be.
const EVENTS: (usize, usize) = (15, 15);

/// Runs the sequence of a seed, and tells which laws are broken and how it came to that.
///
/// # Errors
/// What is broken, after the events that led there.
pub async fn sequence(seed: u64, sheets: impl Sheets) -> Result<(), Vec<String>> {
    let failed = |error: Error| vec![format!("{error} ({})", error.code())];
    let mut model = Model::new(seed, sheets).await.map_err(failed)?;
    let ended = model.events().await;
    if let Err(error) = ended {
        model.broken.push(format!("a run ended with an error: {error} ({})", error.code()));
    }
    match model.broken.is_empty() {
        true => Ok(()),
        false => Err(model.trace.into_iter().chain(model.broken).collect()),
    }
}

/// Runs sequences whose seeds are `offset`, `offset + step` and so on below the number of all.
///
/// # Panics
/// A law is broken; the message tells the seed and how it came to that.
pub async fn sequences<S: Sheets>(sheets: impl AsyncFn(u64) -> S, usual: u64, (offset, step): (u64, u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("HRSYNC_ABSENCE_SEED") {
        Some(seed) => (seed..seed + 1).step_by(1),
        None => (offset..number("HRSYNC_ABSENCE_SEQUENCES").unwrap_or(usual)).step_by(step as usize),
    };
    let mut run = 0;
    for seed in seeds {
        if let Err(broken) = sequence(seed, sheets(seed).await).await {
            panic!("sequence {seed} breaks a law:\n  {}", broken.join("\n  "));
        }
        run += 1;
    }
    crate::crash::say(&format!("absences: {run} random sequences, no law broken"));
}

impl<S: Sheets> Model<S> {
    async fn events(&mut self) -> Result<()> {
        let events = EVENTS.0 + self.dice.below(EVENTS.1);
        for _ in 0..events {
            self.event().await?;
        }
        self.come_to_rest().await
    }

    async fn come_to_rest(&mut self) -> Result<()> {
        if self.ending == Ending::Sweep {
            if self.dice.per_mille(800) {
                self.at_once().await?;
            }
            // Whatever became of it, it is known by then.
            let changed: Vec<HostId> = self.unpushed.iter().cloned().collect();
            self.run(Run::Push(changed)).await?;
        }
        self.sheets.calm();
        self.doors.open();
        self.arrive();
        self.sheets.unlock();
        self.note(|| "rest: nothing is locked, closed or put off any more".to_owned());
        self.pass(Duration::from_secs(24 * 3_600));
        let mut report = None;
        for _ in 0..4 {
            report = self.run(Run::Sweep).await?;
            self.pass(Duration::from_secs(7 * 3_600));
        }
        // What changed comes over by pushes alone, and what others did is told by reviews.
        let people = self.hosts();
        let last = match self.ending {
            Ending::Sweep => None,
            Ending::Push => self.run(Run::Push(people)).await?,
            Ending::Review => {
                self.run(Run::Push(people.clone())).await?;
                self.run(Run::Review(people)).await?
            }
        };
        match last.or(report) {
            Some(report) => self.at_rest(&report).await,
            None => Ok(()),
        }
    }
}
