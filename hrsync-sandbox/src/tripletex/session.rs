//! Sessions.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde_json::json;
use time::Date;

use super::body;
use super::model::Kind;
use super::operation::{Caller, Operation, Outcome, Success};
use super::options::WrongEmployeeToken;
use super::record::Record;
use super::refusal::Refusal;
use super::state::{Session, State};
use super::texts::{EMPLOYEE_TOKEN, EXPIRATION};
use crate::clock::parse_date;

/// `PUT`, the form that is deprecated.
pub(crate) fn create_by_query(operation: &Operation, state: &mut State) -> Outcome {
    let query = &operation.query;
    query.require(&["consumerToken", "employeeToken", "expirationDate"])?;
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let expires = query.date("expirationDate")?.unwrap_or(Date::MIN);
    create(operation, state, &text("consumerToken"), &text("employeeToken"), expires, 200)
}

/// `POST`.
pub(crate) fn create_by_body(operation: &Operation, state: &mut State) -> Outcome {
    let kind = Kind::PostSessionTokenBody;
    let draft = body::one(&operation.body, kind)?;
    body::look(kind, &draft, true, None)?;
    let text = |name: &str| draft.values.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let expires = parse_date(&text("expirationDate")).unwrap_or(Date::MIN);
    create(operation, state, &text("consumerToken"), &text("employeeToken"), expires, 201)
}

fn create(
    operation: &Operation,
    state: &mut State,
    consumer: &str,
    employee: &str,
    expires: Date,
    status: u16,
) -> Outcome {
    if state.tokens.iter().all(|token| token.consumer_token != consumer) {
        return Err(Refusal::consumer_token());
    }
    // One that was made for another integration is none either.
    let matches = |token: &super::state::Token| token.consumer_token == consumer && token.employee_token == employee;
    let Some(place) = state.tokens.iter().position(matches) else {
        return Err(match state.options.wrong_employee_token {
            WrongEmployeeToken::Named => Refusal::argument("arg:employeeToken", &EMPLOYEE_TOKEN),
            WrongEmployeeToken::Unauthorized => Refusal::unauthorized(),
        });
    };
    if expires <= operation.today {
        return Err(Refusal::argument("arg:expirationDate", &EXPIRATION));
    }
    let id = state.next_id();
    let uuid = state.uuid();
    let secret = STANDARD.encode(json!({"tokenId": id, "token": format!("test-{uuid}")}).to_string().as_bytes());
    let ids = state.tokens.get(place).map(|token| token.ids).unwrap_or_default();
    let record = Record {
        id,
        version: 1,
        ..Record::new(Kind::SessionToken)
            .with("consumerToken", ids.0)
            .with("employeeToken", ids.1)
            .with("expirationDate", expires.to_string())
            .with("token", secret.as_str())
    };
    let shown = operation.selection(Kind::SessionToken)?.show(state, Kind::SessionToken, &record);
    state.sessions.insert(secret, Session { token: place, expires });
    Ok(Success::value(status, shown))
}

/// Padding may be missing in what a client sends.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The caller behind an `Authorization` header, if it is good on that day (in Norway).
pub(crate) fn authenticate(state: &State, header: Option<&str>, today: Date) -> Result<Caller, Refusal> {
    let caller = || {
        let (scheme, rest) = header?.split_once(' ')?;
        let plain = String::from_utf8(LENIENT.decode(rest.trim()).ok()?)
            .ok()
            .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let (company, secret) = plain.split_once(':')?;
        // 0 and nothing mean the company of the token's owner. There are no client companies.
        let own = ["", "0"].contains(&company) || company.parse() == Ok(state.company);
        let session = state.sessions.get(secret).filter(|session| own && today < session.expires)?;
        let token = state.tokens.get(session.token)?;
        let rights = state.rights(token.shadow);
        Some(Caller { token: session.token, owner: token.owner, shadow: token.shadow, rights })
    };
    caller().ok_or_else(Refusal::unauthorized)
}

pub(crate) fn who_am_i(operation: &Operation, state: &mut State) -> Outcome {
    let caller = &operation.caller;
    let record = Record::new(Kind::LoggedInUserInfo)
        .with("employeeId", caller.owner)
        .with("actualEmployeeId", caller.shadow)
        .with("employee", caller.owner)
        .with("companyId", state.company)
        .with("company", state.company)
        .with("language", state.language.code());
    let selection = operation.selection(Kind::LoggedInUserInfo)?;
    Ok(Success::value(200, selection.show(state, Kind::LoggedInUserInfo, &record)))
}

/// `DELETE /token/session/{token}`
pub(crate) fn delete(operation: &Operation, state: &mut State) -> Outcome {
    let secret = operation.argument.as_deref().unwrap_or_default();
    state.sessions.remove(secret).map(|_| Success::empty(204)).ok_or_else(Refusal::not_found)
}
