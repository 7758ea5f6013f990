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
use crate::config::{TripletexConfig, TripletexCredentials};
use crate::texts::API_ACCESS;
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

    /// What a refusal means. Of the tokens, the service does not say which of the possible causes it is.
    fn refused(&self, error: Error) -> Error {
        if error.kind() == ErrorKind::InvalidData && error.field_paths() == [EXPIRATION_FIELD] {
            return like(&error, day_refused());
        }
        let of_tokens = matches!(
            error.kind(),
            ErrorKind::Unauthenticated | ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::InvalidData
        );
        if !of_tokens {
            return error;
        }
        let message = format!(
            "Tripletex refuses the employee token: it is wrong, expired or withdrawn, its owner cannot log in any more, or it was made \
             for another application than {:?}",
            self.config.application_name
        );
        let refused = Error::new(ErrorKind::Unauthenticated, message)
            .with_code(TOKEN_REFUSED)
            .with_fixer(Fixer::VendorAdministrator)
            .with_hint(format!(
                "make a new token for the application {:?}: {API_ACCESS}; that the HR application's own consumer token is right, its \
                 operator knows",
                self.config.application_name
            ));
        like(&error, refused)
    }
}

/// What a refusal means, with what the answer says besides.
fn like(error: &Error, refused: Error) -> Error {
    let mut refused =
        refused.with_vendor(VENDOR).with_operation(Operation::CreateSession.name()).with_outcome(Outcome::Rejected);
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

/// What a complaint about the day is about.
const EXPIRATION_FIELD: &str = "expirationDate";

/// The code of errors and findings about the day on which a session is to end.
const DAY_REFUSED: &str = "tripletex.session_day";

/// The code of errors and findings about a token that is not taken.
pub const TOKEN_REFUSED: &str = "tripletex.token_refused";

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
