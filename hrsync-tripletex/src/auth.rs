//! Sessions: made from the two tokens, kept until midnight in Oslo of the day they end, made anew when one is refused.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hrsync_core::{Error, ErrorKind, Fixer, Outcome, Result, Zone};
use hrsync_http::{Call, Effect, Issue, Issued, Pipeline, Session, Unsigned, Verdict};
use http::HeaderValue;
use http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use time::{Date, Duration, OffsetDateTime};

use crate::VENDOR;
use crate::config::{PRODUCTION, TripletexConfig, TripletexCredentials};
use crate::texts::API_ACCESS;
use crate::wire::error::REQUEST_REFUSED;
use crate::wire::{Operation, classify, token};

/// The company's days. \[doc\]
pub(crate) const ZONE: Zone = Zone::CENTRAL_EUROPE;

/// How long before its end a session is not used any more.
const MARGIN: Duration = Duration::minutes(2);

/// The sessions of a connection. `pipeline` has no pace: calls wait for a session while they hold their places.
pub(crate) fn session(config: &TripletexConfig, credentials: TripletexCredentials, pipeline: Pipeline) -> Session {
    Session::new(Arc::new(Sessions { config: config.clone(), credentials, pipeline }), MARGIN)
}

struct Sessions {
    config: TripletexConfig,
    credentials: TripletexCredentials,
    pipeline: Pipeline,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

#[async_trait]
impl Issue for Sessions {
    async fn issue(&self, now: OffsetDateTime) -> Result<Issued> {
        let today = ZONE.day(now.saturating_add(MARGIN));
        let asked = today.saturating_add(Duration::days(i64::from(self.config.session_days)));
        match self.ask(asked).await {
            // There it may be tomorrow already, by a clock that is ahead of this one.
            Err(error) if error.code() == DAY_REFUSED => self.ask(asked.saturating_add(Duration::DAY)).await,
            asked => asked,
        }
    }
}

impl Sessions {
    /// Asks for a session that ends when this day begins.
    async fn ask(&self, asked: Date) -> Result<Issued> {
        let request = token::create(self.config.session, &self.credentials, asked).request(&self.config.base_url)?;
        let judge = |answer: &http::Response<Bytes>| match classify(Operation::CreateSession, answer) {
            Ok(()) => Verdict::Good,
            Err(error) => Verdict::Failed(self.refused(error)),
        };
        // Another session does no harm; the one before just ends.
        let call = Call::new(Operation::CreateSession.name(), request, Effect::Converge);
        let reply = self.pipeline.call(call, &Unsigned, &judge).await?;
        let (secret, ends) = token::session(reply.response.body())?;
        let company = self.config.company_id;
        let basic = STANDARD.encode(format!("{company}:{}", secret.expose_secret()));
        Ok(Issued { secret: format!("Basic {basic}").into(), good_until: ZONE.midnight(ends.unwrap_or(asked)) })
    }

    /// What a refusal means. Where the answer does not name what it is about, the employee token is the likeliest.
    fn refused(&self, error: Error) -> Error {
        let names = |argument: &str| error.field_paths().iter().any(|path| path == argument);
        let cause = match error.kind() {
            // With a wrong one nobody knows yet whether the other token is right.
            ErrorKind::InvalidData if names(CONSUMER_FIELD) => consumer_refused(),
            ErrorKind::InvalidData if error.field_paths() == [EXPIRATION_FIELD] => day_refused(),
            ErrorKind::InvalidData if error.code() == REQUEST_REFUSED && !names(EMPLOYEE_FIELD) => return error,
            ErrorKind::NotFound => address_refused(),
            ErrorKind::Unauthenticated | ErrorKind::PermissionDenied | ErrorKind::InvalidData => {
                employee_refused(&self.config.application_name)
            }
            _ => return error,
        };
        like(&error, Operation::CreateSession, cause)
    }
}

/// What it means that a session is refused by a call. That of an accountant is good for the client companies that its owner may log in
/// to, so that it may be the company. \[doc\]
pub(crate) fn of_company(error: Error, operation: Operation, company: u64) -> Error {
    if company == 0 {
        return error;
    }
    let message = "Tripletex refuses the session for the client company: its id is wrong, or the owner of the employee token has no \
                   log-in access to that company any more";
    let refused = Error::new(ErrorKind::Unauthenticated, message)
        .with_code(TOKEN_REFUSED)
        .with_fixer(Fixer::VendorAdministrator)
        .with_hint(format!(
            "the company id of this connection is {company}: the owner of the employee token needs log-in access to that client \
             company, or the id has to be corrected in the settings, where 0 is the owner's own company; if it is right, make a new \
             token: {API_ACCESS}"
        ));
    like(&error, operation, refused)
}

/// What a refusal means, with what the answer says besides.
fn like(error: &Error, operation: Operation, refused: Error) -> Error {
    let mut refused = refused.with_vendor(VENDOR).with_operation(operation.name()).with_outcome(Outcome::Rejected);
    if let Some(status) = error.http_status() {
        refused = refused.with_http_status(status);
    }
    if let Some(code) = error.vendor_code() {
        refused = refused.with_vendor_code(code);
    }
    if let Some(id) = error.request_id() {
        refused = refused.with_request_id(id);
    }
    match error.sensitive_detail() {
        Some(words) => refused.with_sensitive_detail(words),
        None => refused,
    }
}

/// The day of a session is this machine's, and says nothing of the tokens.
fn day_refused() -> Error {
    let message = "Tripletex does not take the day on which the session is to end: it has to be later than today";
    Error::new(ErrorKind::ConfigInvalid, message)
        .with_code(DAY_REFUSED)
        .with_fixer(Fixer::HostDeveloper)
        .with_hint("set the clock of the machine on which the HR application runs; the tokens are not what is wrong")
}

fn employee_refused(application: &str) -> Error {
    let message = format!(
        "Tripletex refuses the employee token: it is wrong, expired or withdrawn, its owner cannot log in any more, or it was made for \
         another application than {application:?}"
    );
    Error::new(ErrorKind::Unauthenticated, message)
        .with_code(TOKEN_REFUSED)
        .with_fixer(Fixer::VendorAdministrator)
        .with_hint(format!(
            "make a new token for the application {application:?}: {API_ACCESS}; that the HR application's own consumer token is \
             right, its operator knows"
        ))
}

/// The consumer token is of the HR application, and nobody at the company can do anything about it.
fn consumer_refused() -> Error {
    let message = "Tripletex refuses the consumer token, which is the HR application's own: it is wrong or withdrawn, or of another \
                   environment";
    Error::new(ErrorKind::Unauthenticated, message)
        .with_code(CONSUMER_TOKEN_REFUSED)
        .with_fixer(Fixer::HostDeveloper)
        .with_hint(
            "set the consumer token that Tripletex gave to the HR application; the test environment has tokens of its own",
        )
}

/// Where sessions are made there is nothing.
fn address_refused() -> Error {
    let message = "Tripletex makes no sessions at the base address of this connection: the address is wrong";
    Error::new(ErrorKind::ConfigInvalid, message)
        .with_code(ADDRESS_REFUSED)
        .with_fixer(Fixer::HostDeveloper)
        .with_hint(format!("set the base address, which ends with /v2: {PRODUCTION} but for tests"))
}

/// What complaints of arguments are about.
const CONSUMER_FIELD: &str = "consumerToken";
const EMPLOYEE_FIELD: &str = "employeeToken";
const EXPIRATION_FIELD: &str = "expirationDate";

/// The code of errors and findings about the day on which a session is to end.
const DAY_REFUSED: &str = "tripletex.session_day";

/// The code of errors and findings about a base address at which no sessions are made.
const ADDRESS_REFUSED: &str = "tripletex.base_address";

/// The code of errors and findings about an employee token, or a session of it, that is not taken.
pub const TOKEN_REFUSED: &str = "tripletex.token_refused";

/// The code of errors and findings about a consumer token that is not taken.
pub const CONSUMER_TOKEN_REFUSED: &str = "tripletex.consumer_token_refused";

/// Puts a session onto a request.
pub(crate) fn put(request: &mut http::Request<Bytes>, session: &SecretString) -> Result<()> {
    let mut value = HeaderValue::from_str(session.expose_secret()).map_err(|_| {
        Error::new(ErrorKind::Decode, "the session that Tripletex made holds characters that cannot be sent")
            .with_vendor(VENDOR)
            .with_outcome(Outcome::NotSent)
    })?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}
