//! A sequence from its seed to the end, and as many of them as are asked for.

use std::time::Duration;

use hrsync_core::{Error, Result};

use super::Sheets;
use super::model::Model;

/// How many events there are in a sequence at least, and how many more there can be.
const EVENTS: (usize, usize) = (15, 15);

/// Runs the sequence of a seed, and tells which laws are broken and how it came to that.
///
/// # Errors
/// What is broken, after the events that led there.
pub async fn sequence(seed: u64, sheets: impl Sheets) -> Result<(), Vec<String>> {
    let failed = |error: Error| vec![format!("{error} ({})", error.code())];
    let mut model = Model::new(seed, sheets).await.map_err(failed)?;
    let ended = model.run().await;
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
    async fn run(&mut self) -> Result<()> {
        let events = EVENTS.0 + self.dice.below(EVENTS.1);
        for _ in 0..events {
            self.event().await?;
        }
        self.come_to_rest().await
    }

    async fn come_to_rest(&mut self) -> Result<()> {
        self.sheets.calm();
        self.arrive();
        self.sheets.unlock();
        self.note(|| "rest: nothing is locked or put off any more".to_owned());
        self.pass(Duration::from_secs(24 * 3_600));
        for _ in 0..4 {
            let report = self.engine.sweep_absences().await?;
            self.after("sweep", Some(&report));
        }
        // What changed comes over by pushes alone, and what others did is told by reviews: half of the sequences end with one.
        let people = self.hosts();
        let report = match self.is_reviewed() {
            true => {
                self.push().await?;
                self.engine.review_absences(&self.anna, &people).await?
            }
            false => self.engine.push_absences(&people).await?,
        };
        self.after("the last look", Some(&report));
        self.at_rest(&report).await
    }
}
