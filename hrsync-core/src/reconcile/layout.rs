//! Baselines of a mapping that was another one since.
//!
//! A baseline holds its pairs by place in the mapping it was made under. The connection keeps which line stood at which place, so that a
//! change of one line costs what was settled in that field and in no other.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::link::{Baseline, Link, Pair, Pairs};
use crate::connection::Connection;
use crate::error::Result;
use crate::mapping::{FieldMapping, Mapping};
use crate::store::Batch;

/// The lines of the mappings that baselines of a connection were made under.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Layouts(Vec<Layout>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Layout {
    /// The mapping's revision.
    revision: u64,
    /// Those of its lines, by place.
    lines: Vec<u64>,
}

fn lines(mapping: &Mapping) -> Vec<u64> {
    mapping.entries().iter().map(FieldMapping::revision).collect()
}

impl Layouts {
    fn of(&self, revision: u64) -> Option<&Layout> {
        self.0.iter().find(|layout| layout.revision == revision)
    }

    /// Keeps the lines of a mapping; false when they are known.
    fn learn(&mut self, mapping: &Mapping) -> bool {
        let revision = mapping.revision();
        let new = self.of(revision).is_none();
        if new {
            self.0.push(Layout { revision, lines: lines(mapping) });
        }
        new
    }
}

impl Layout {
    /// For each line of a mapping the place where the same line stands here.
    fn places(&self, lines: &[u64]) -> Vec<Option<usize>> {
        lines.iter().map(|line| self.lines.iter().position(|own| own == line)).collect()
    }

    /// A baseline of this layout with its pairs in other places; `None` when it is not one of this layout.
    fn moved(&self, baseline: &Baseline, places: &[Option<usize>], revision: u64) -> Option<Baseline> {
        let old = Pairs::unpack(&baseline.pairs, self.lines.len())?;
        let mut pairs = Pairs::default();
        for (place, was) in places.iter().enumerate() {
            pairs.set(place, was.map_or(Pair::None, |was| old.get(was)));
            if let Some(entries) = was.and_then(|was| old.entries(was)) {
                pairs.set_entries(place, entries.clone());
            }
        }
        Some(Baseline { key: baseline.key, revision, digests: None, pairs: pairs.pack() })
    }
}

impl Engine {
    /// Keeps the lines of a mapping before the first baseline under it is stored.
    pub(crate) async fn keep_layout(&self, connection: &Connection, mapping: &Mapping) -> Result<()> {
        if connection.layouts.of(mapping.revision()).is_some() {
            return Ok(());
        }
        self.change_connection(|connection| connection.layouts.learn(mapping).then(Batch::default)).await
    }

    /// Makes the baselines of links ones under `mapping`: what was settled in a field whose line is still the same stays settled. One of a
    /// mapping that nobody knows any more stays as it is, and cannot be read.
    pub(crate) async fn under(&self, mapping: &Mapping, links: &mut [Link]) -> Result<()> {
        let revision = mapping.revision();
        let older = |link: &Link| link.baseline.revision != revision && !link.baseline.pairs.is_empty();
        if !links.iter().any(older) {
            return Ok(());
        }
        let (_, Connection { layouts, .. }) = self.connected().await?;
        let now = lines(mapping);
        let places: HashMap<u64, Vec<Option<usize>>> =
            layouts.0.iter().map(|layout| (layout.revision, layout.places(&now))).collect();
        for link in links.iter_mut().filter(|link| older(link)) {
            let was = link.baseline.revision;
            let (Some(layout), Some(places)) = (layouts.of(was), places.get(&was)) else { continue };
            if let Some(moved) = layout.moved(&link.baseline, places, revision) {
                link.baseline = moved;
            }
        }
        Ok(())
    }
}
