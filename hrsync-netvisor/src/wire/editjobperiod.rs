//! `editjobperiod.nv`: changes single elements of one employment period, which is found by its key. \[doc, client\]
//!
//! The resource is not among the four that every connection needs; a company allows it separately.

use bytes::Bytes;
use url::Url;

use super::Resource;
use super::keys::PeriodKey;
use super::period::PeriodWrite;
use super::request::post;
use super::write::{Check, Record, WriteProblem, WriteReason, XmlWriter, refuse};
use crate::reconstructed::NOT_IN_JOB_PERIODS;

/// What keeps the change from being sent; empty when nothing does. Nothing is mandatory here. \[doc\]
pub fn problems(change: &PeriodWrite) -> Vec<WriteProblem> {
    let mut check = Check::default();
    Record::check(change, &mut check);
    if Record::is_keep(change) {
        check.add("employmentperiod", WriteReason::NothingToWrite);
    }
    if !change.keva_employment_registration.is_keep() {
        check.add("kevaemploymentregistration", WriteReason::NotHere);
    }
    if !change.car_emission_value.is_keep() {
        check.add("caremissionsvalue", WriteReason::NotHere);
    }
    let mut problems = check.into_problems();
    problems.retain(|problem| problem.reason != WriteReason::Missing);
    problems
}

/// The body.
pub fn to_xml(change: &PeriodWrite) -> String {
    XmlWriter::document_without(NOT_IN_JOB_PERIODS, &["root", "employmentperiods", "employmentperiod"], change)
}

/// Changes single elements of the period with this key.
///
/// # Errors
/// Fails, with every problem's path, when [`problems`] finds any; and when no request can be built from the base address.
pub fn request(base: &Url, key: PeriodKey, change: &PeriodWrite) -> hrsync_core::Result<http::Request<Bytes>> {
    refuse(Resource::EditJobPeriod, &problems(change))?;
    let key = key.to_string();
    post(base, Resource::EditJobPeriod, &[("netvisorkey", key.as_str())], to_xml(change))
}
