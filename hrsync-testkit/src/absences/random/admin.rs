//! What an administrator does: types are mapped otherwise, the transfer is switched, a person is disconnected.

use hrsync_core::Result;
use hrsync_core::absence::TypeMapping;
use time::Date;

use super::Sheets;
use super::model::{Model, mapped};

impl<S: Sheets> Model<S> {
    /// Two types of the host never have one counterpart, so that an entry tells of which type it is.
    pub(super) fn another_mapping(&mut self) -> Result<()> {
        let types = self.sheets.types();
        let (kind, other) = (self.dice.below(3), self.dice.below(3));
        match self.dice.below(4) {
            0 => self.mapping.swap(kind, other),
            1 => self.mapping[kind] = Some(TypeMapping::DoNotSync),
            2 => self.mapping[kind] = None,
            _ => {
                let taken = |to: &TypeMapping| self.mapping.iter().flatten().any(|other| other == to);
                let free = types.into_iter().map(TypeMapping::To).find(|to| !taken(to));
                if free.is_some() {
                    self.mapping[kind] = free;
                }
            }
        }
        // What was entered before is not changed any more, and its days are not written.
        for person in &mut self.people {
            let away = person.seen.values().filter(|entry| {
                let of = self.origin.get(&entry.id);
                of.is_some_and(|of| mapped(&self.mapping, of) != Some(&entry.slot.kind))
            });
            let away: Vec<Date> = away.map(|entry| entry.slot.from).collect();
            person.disturbed.extend(away);
        }
        for absence in self.absences.all() {
            self.changed(&absence.id);
        }
        let mapping = format!("{:?}", self.mapping);
        self.note(|| format!("admin: types are mapped to {mapping}"));
        self.set()
    }

    pub(super) fn switch(&mut self) -> Result<()> {
        self.on = !self.on;
        let on = self.on;
        self.note(|| format!("admin: absences are sent: {on}"));
        self.set()
    }

    /// Both servers know the settings at once.
    fn set(&mut self) -> Result<()> {
        (self.engine, self.second) = (self.server()?, self.server()?);
        self.unpushed.extend(self.hosts());
        self.not_as_before();
        Ok(())
    }

    pub(super) async fn disconnect(&mut self) -> Result<()> {
        let person = self.dice.below(self.people.len());
        if !std::mem::take(&mut self.people[person].linked) {
            return Ok(());
        }
        let host = self.people[person].host.clone();
        self.note(|| format!("admin: {host} is disconnected"));
        self.engine.disconnect(&self.anna, &host).await
    }
}
