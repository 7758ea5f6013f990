//! Sessions, who a token belongs to, and what it may do.

use bytes::Bytes;
use hrsync_core::check;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use time::Date;

use super::answer::{List, one, whole_list};
use super::error::Operation;
use super::request::{Body, Draft};
use super::silent;
use crate::config::{SessionCreation, TripletexCredentials};

const SESSION: &str = "/token/session/:create";

/// Asks for a session that ends at midnight in Oslo when the day `expires` begins; that day must be later than today. \[doc\]
pub fn create(creation: SessionCreation, credentials: &TripletexCredentials, expires: Date) -> Draft {
    let consumer = credentials.consumer_token.expose_secret();
    let employee = credentials.employee_token.expose_secret();
    let expires = check::format_date(expires);
    match creation {
        SessionCreation::Post => {
            let body = Body::new()
                .with("consumerToken", consumer)
                .with("employeeToken", employee)
                .with("expirationDate", expires);
            Draft::post(Operation::CreateSession, SESSION, body)
        }
        SessionCreation::LegacyPut => Draft::put_query(Operation::CreateSession, SESSION)
            .with("consumerToken", consumer)
            .with("employeeToken", employee)
            .with("expirationDate", expires),
    }
}

/// A session.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionToken {
    token: String,
    expiration_date: Option<String>,
}

/// Reads a session: the token, and the day at whose begin it ends, where the service says so.
///
/// # Errors
/// The answer is none.
pub fn session(answer: &Bytes) -> hrsync_core::Result<(SecretString, Option<Date>)> {
    let SessionToken { token, expiration_date } = one(Operation::CreateSession, answer)?;
    Ok((token.into(), expiration_date.and_then(|day| check::date(&day).ok())))
}

/// Who a token belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WhoAmI {
    /// The employee who owns the token.
    pub employee_id: u64,
    /// The employee that stands for the token itself and has its rights. \[client\]
    pub actual_employee_id: u64,
    /// The company.
    pub company_id: u64,
}
silent!(WhoAmI);

/// Asks who the token belongs to.
pub fn who_am_i() -> Draft {
    Draft::get(Operation::WhoAmI, "/token/session/>whoAmI").fields("employeeId,actualEmployeeId,companyId")
}

/// Reads who the token belongs to.
///
/// # Errors
/// The answer is none.
pub fn owner(answer: &Bytes) -> hrsync_core::Result<WhoAmI> {
    one(Operation::WhoAmI, answer)
}

/// Asks for the rights of an employee, or of a token.
pub fn entitlements(employee: u64, from: u64, count: u64) -> Draft {
    Draft::get(Operation::Entitlements, "/employee/entitlement")
        .with("employeeId", employee.to_string())
        .fields("entitlementId")
        .page(from, count)
}

/// A right.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entitlement {
    /// Which; names change, the id does not. \[spec\]
    pub entitlement_id: u32,
}
silent!(Entitlement);

/// Reads rights.
///
/// # Errors
/// The answer is none.
pub fn granted(answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<Entitlement>> {
    whole_list(Operation::Entitlements, answer, from, count)
}
