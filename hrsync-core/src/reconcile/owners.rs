//! Who has the values of which no two people in the vendor may have the same, while a run writes.

use std::collections::HashMap;

use super::apply::Run;
use super::resolution::Taken;
use super::review::Roster;
use crate::error::Result;
use crate::finding::Finding;
use crate::mapping::{FieldMapping, Mapping};
use crate::model::{FieldId, Record, Side, Value, VendorId};

/// The values that must be unique in the vendor, with who has them: as its list told, and as the run wrote since. Who is being created
/// has no id yet.
pub(crate) struct Owners(HashMap<FieldId, Vec<(Option<VendorId>, Value)>>);

fn is_unique(entry: &FieldMapping) -> bool {
    entry.unique_in.contains(&Side::Vendor)
}

/// Whether writing these fields, and what goes along with them, writes one that must be unique in the vendor.
pub(crate) fn writes_unique(mapping: &Mapping, fields: impl IntoIterator<Item = FieldId>) -> bool {
    let along = |entry: &FieldMapping| entry.group.is_some_and(|group| mapping.group(group).any(is_unique));
    fields.into_iter().filter_map(|field| mapping.entry(field)).any(|entry| is_unique(entry) || along(entry))
}

impl Owners {
    fn of(mapping: &Mapping, records: &[Record]) -> Self {
        let owned = |field: FieldId| {
            let value = |record: &Record| Some((Some(VendorId::new(record.id())), record.cell(field).value()?.clone()));
            records.iter().filter_map(value).collect()
        };
        let unique = mapping.entries().iter().filter(|entry| is_unique(entry));
        Self(unique.map(|entry| (entry.field, owned(entry.field))).collect())
    }
}

/// Everybody in the vendor but the person at hand.
pub(crate) struct OthersInVendor<'r> {
    owners: Option<&'r Owners>,
    own: Option<&'r VendorId>,
}

impl Taken for OthersInVendor<'_> {
    fn taken(&self, side: Side, field: FieldId, value: &Value) -> bool {
        let Some(owned) = self.owners.and_then(|owners| owners.0.get(&field)) else { return false };
        let another = |owner: &Option<VendorId>| self.own.is_none() || owner.as_ref() != self.own;
        side == Side::Vendor && owned.iter().any(|(owner, own)| another(owner) && field.kind().same(value, own))
    }
}

impl Run<'_> {
    /// Reads the vendor's list of people, and keeps what it tells of values that must be unique.
    pub(crate) async fn vendor_list(&mut self) -> Result<Roster> {
        let mut calls = self.report.calls;
        let listed = self.engine.vendor_list(&mut calls).await;
        self.report.calls = calls;
        let (roster, _) = listed?;
        self.owners = Some(Owners::of(&self.mapping, &roster.records));
        Ok(roster)
    }

    /// Sees to it that it is known who has what before these fields are written. The list of people tells; it is read only where one of
    /// them must be unique in the vendor, and once in a run. False when it cannot be read, which is told of `person`: nothing is known of
    /// what is to be written then.
    pub(crate) async fn know_owners(
        &mut self,
        fields: impl IntoIterator<Item = FieldId>,
        person: impl FnOnce(Finding) -> Finding,
    ) -> bool {
        if self.owners.is_some() || !writes_unique(&self.mapping, fields) {
            return true;
        }
        match self.vendor_list().await {
            Ok(_) => true,
            Err(error) => {
                self.count_failure(&error);
                self.found(person(Finding::from_error(&error)), error.sensitive_detail());
                false
            }
        }
    }

    /// Everybody in the vendor but the one whose record is `own`, as far as is known who has what.
    pub(crate) fn others_in_vendor<'r>(&'r self, own: Option<&'r VendorId>) -> OthersInVendor<'r> {
        OthersInVendor { owners: self.owners.as_ref(), own }
    }

    /// Takes up what was written. What only may have been written leaves the person with their old value, too.
    pub(crate) fn now_has(&mut self, vendor: Option<&VendorId>, wanted: &Record, fields: &[FieldId], certain: bool) {
        for field in fields {
            let Some(owned) = self.owners.as_mut().and_then(|owners| owners.0.get_mut(field)) else { continue };
            if certain && vendor.is_some() {
                owned.retain(|(owner, _)| owner.as_ref() != vendor);
            }
            owned.extend(wanted.cell(*field).value().map(|value| (vendor.cloned(), value.clone())));
        }
    }
}
