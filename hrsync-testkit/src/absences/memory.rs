//! The time sheets in memory, for random sequences.

use std::sync::Arc;

use hrsync_core::absence::{Entry, Hundredths, Slot};
use hrsync_core::model::VendorAbsenceTypeId;
use hrsync_core::{Connector, Employee, VendorId};
use time::Date;
use time::macros::datetime;

use super::random::Sheets;
use super::{AbsenceFate, MemoryAbsences};
use crate::time::TestClock;
use crate::vendor::MemoryVendor;

/// A payroll system in memory with two people.
#[derive(Debug, Clone)]
pub struct MemorySheets {
    vendor: MemoryVendor,
    sheets: MemoryAbsences,
    clock: TestClock,
}

impl Default for MemorySheets {
    fn default() -> Self {
        let vendor = MemoryVendor::new();
        for person in people() {
            vendor.put(&person.id.replace('h', "v"), &person);
        }
        let sheets = vendor.absences().clone();
        Self { vendor, sheets, clock: TestClock::at(datetime!(2026-11-10 09:00 UTC)) }
    }
}

fn people() -> Vec<Employee> {
    let person = |(number, id): (&str, &str)| {
        let mut person = Employee::new(format!("h{id}"));
        (person.given_name, person.family_name) = (Some(format!("Given {id}")), Some("Name".to_owned()));
        person.national_id = Some(number.to_owned());
        person
    };
    [("010190-999R", "1"), ("020290-999U", "2")].map(person).into()
}

impl Sheets for MemorySheets {
    fn connector(&self) -> Arc<dyn Connector> {
        Arc::new(self.vendor.clone())
    }

    fn clock(&self) -> TestClock {
        self.clock.clone()
    }

    fn people(&self) -> Vec<Employee> {
        people()
    }

    fn types(&self) -> [VendorAbsenceTypeId; 3] {
        MemoryAbsences::TYPES.map(VendorAbsenceTypeId::from)
    }

    fn entries(&self, person: &VendorId) -> Vec<Entry> {
        self.sheets.entries(person.as_str())
    }

    fn enter(&self, person: &VendorId, slot: &Slot, amount: Hundredths) {
        self.sheets.enter(person.as_str(), slot.kind.as_str(), slot.from, amount, None);
    }

    fn edit(&self, person: &VendorId, entry: &Entry, amount: Hundredths) {
        let (kind, note) = (entry.slot.kind.as_str(), entry.content.note.as_deref());
        self.sheets.enter(person.as_str(), kind, entry.slot.from, amount, note);
    }

    fn remove(&self, person: &VendorId, entry: &Entry) {
        self.sheets.remove(person.as_str(), entry.slot.kind.as_str(), entry.slot.from);
    }

    fn relocate(&self, person: &VendorId, entry: &Entry, to: &Slot) -> bool {
        self.sheets.relocate(person.as_str(), &entry.slot, to.clone())
    }

    fn locked_with(&self, from: Date, until: Date) -> (Date, Date) {
        (from, until)
    }

    fn lock(&self, person: &VendorId, from: Date, until: Date) {
        self.sheets.lock(person.as_str(), from, until);
    }

    fn standard(&self, person: &VendorId, from: Date, hours: Hundredths) {
        self.sheets.standard_from(person.as_str(), from, hours);
    }

    fn unlock(&self) {
        self.sheets.unlock();
    }

    fn next(&self, fate: AbsenceFate) {
        self.sheets.next(fate);
    }

    fn carry_out_late(&self) {
        self.sheets.carry_out_late();
    }

    fn calm(&self) {
        self.sheets.calm();
    }
}
