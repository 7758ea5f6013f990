//! Credentials that are good for a while: made once for everybody, used again until they end or are refused.
//!
//! A vendor crate says how one is made ([`Issue`]) and how it goes onto a request; the [`Session`] keeps it. Callers that need one
//! at the same time wait for one making, and when that fails they fail together, so that wrong credentials are not tried once for
//! each of them.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_core::{Error, Outcome, Result};
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

use crate::call::Sign;

/// What was made: the secret, and until when it is good.
#[derive(Clone)]
pub struct Issued {
    /// What goes onto requests.
    pub secret: SecretString,
    /// The instant from which it is good no more.
    pub good_until: OffsetDateTime,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("good_until", &self.good_until).finish_non_exhaustive()
    }
}

/// Makes credentials.
#[async_trait]
pub trait Issue: fmt::Debug + Send + Sync + 'static {
    /// Makes one. It calls the vendor by a pipeline of its own: one with the [`Pace`](crate::Pace) of the calls that wait for it
    /// would wait for them.
    ///
    /// # Errors
    /// Fails when none is to be had, for all who wait for it.
    async fn issue(&self, now: OffsetDateTime) -> Result<Issued>;
}

/// A credential that everybody shares.
#[derive(Debug)]
pub struct Session {
    issuer: Arc<dyn Issue>,
    /// How long before its end one is not used any more: requests take their time, and clocks differ.
    margin: Duration,
    current: Mutex<Option<Numbered>>,
    /// How many makings are over.
    made: AtomicU64,
    /// Held by the one who makes the next one; why the last making failed.
    making: tokio::sync::Mutex<Option<Error>>,
}

/// A credential, and how many were made before.
#[derive(Debug, Clone)]
struct Numbered {
    number: u64,
    issued: Issued,
}

impl Session {
    /// A session without a credential yet.
    pub fn new(issuer: Arc<dyn Issue>, margin: Duration) -> Self {
        let (current, made, making) = (Mutex::default(), AtomicU64::default(), tokio::sync::Mutex::default());
        Self { issuer, margin, current, made, making }
    }

    /// The signer of one call: `put` puts the credential onto a request.
    pub fn of_call(&self, put: fn(&mut http::Request<Bytes>, &SecretString) -> Result<()>) -> OfCall<'_> {
        OfCall { session: self, put, used: Mutex::default() }
    }

    async fn credential(&self, now: OffsetDateTime) -> Result<Numbered> {
        if let Some(current) = self.good(now) {
            return Ok(current);
        }
        let begun = self.made.load(Ordering::Acquire);
        let mut failed = self.making.lock().await;
        if let Some(current) = self.good(now) {
            return Ok(current);
        }
        if let (true, Some(failed)) = (self.made.load(Ordering::Acquire) > begun, &*failed) {
            return Err(the_same(failed));
        }
        let made = self.issuer.issue(now).await;
        let number = self.made.fetch_add(1, Ordering::AcqRel);
        match made {
            Ok(issued) => {
                let numbered = Numbered { number, issued };
                *self.current() = Some(numbered.clone());
                *failed = None;
                Ok(numbered)
            }
            Err(error) => {
                *failed = Some(the_same(&error));
                Err(error)
            }
        }
    }

    fn good(&self, now: OffsetDateTime) -> Option<Numbered> {
        let good = |current: &&Numbered| now.saturating_add(self.margin) < current.issued.good_until;
        self.current().as_ref().filter(good).cloned()
    }

    fn current(&self) -> MutexGuard<'_, Option<Numbered>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a credential that the vendor refused, unless another one took its place already.
    fn forget(&self, number: u64) {
        let mut current = self.current();
        if current.as_ref().is_some_and(|current| current.number == number) {
            *current = None;
        }
    }
}

/// The signer of one call.
#[derive(Debug)]
pub struct OfCall<'s> {
    session: &'s Session,
    put: fn(&mut http::Request<Bytes>, &SecretString) -> Result<()>,
    used: Mutex<Option<u64>>,
}

impl OfCall<'_> {
    /// The vendor refused the credential of the last try; the next try gets another one. Ask for that try with
    /// [`Verdict::RetryOnce`](crate::Verdict::RetryOnce).
    pub fn refused(&self) {
        if let Some(number) = *self.used.lock().unwrap_or_else(PoisonError::into_inner) {
            self.session.forget(number);
        }
    }
}

#[async_trait]
impl Sign for OfCall<'_> {
    async fn sign(&self, request: &mut http::Request<Bytes>, now: OffsetDateTime, _attempt: u32) -> Result<()> {
        let current = self.session.credential(now).await?;
        (self.put)(request, &current.issued.secret)?;
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Some(current.number);
        Ok(())
    }
}

/// The error once more, for those who waited too. Nothing of theirs was sent.
fn the_same(error: &Error) -> Error {
    let mut same = Error::new(error.kind(), error.message().to_owned())
        .with_code(error.code().to_owned())
        .with_outcome(Outcome::NotSent)
        .with_retry(error.retry())
        .with_scope(error.scope())
        .with_fixer(error.fixer());
    if let Some(vendor) = error.vendor() {
        same = same.with_vendor(vendor);
    }
    if let Some(operation) = error.operation() {
        same = same.with_operation(operation);
    }
    if let Some(code) = error.vendor_code() {
        same = same.with_vendor_code(code);
    }
    if let Some(status) = error.http_status() {
        same = same.with_http_status(status);
    }
    if let Some(id) = error.request_id() {
        same = same.with_request_id(id);
    }
    if let Some(hint) = error.hint() {
        same = same.with_hint(hint.to_owned());
    }
    if let Some(words) = error.sensitive_detail() {
        same = same.with_sensitive_detail(words);
    }
    same
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use hrsync_core::ErrorKind;
    use secrecy::ExposeSecret;
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-27 12:00 UTC);

    /// Makes `token 1`, `token 2` and so on, each good for an hour; fails while told to.
    #[derive(Debug, Default)]
    struct Mint {
        made: AtomicU32,
        broken: std::sync::atomic::AtomicBool,
    }

    #[async_trait]
    impl Issue for Mint {
        async fn issue(&self, now: OffsetDateTime) -> Result<Issued> {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            let number = self.made.fetch_add(1, Ordering::SeqCst) + 1;
            if self.broken.load(Ordering::SeqCst) {
                return Err(Error::new(ErrorKind::Unauthenticated, "no").with_hint("there"));
            }
            Ok(Issued { secret: format!("token {number}").into(), good_until: now + Duration::hours(1) })
        }
    }

    fn put(request: &mut http::Request<Bytes>, secret: &SecretString) -> Result<()> {
        *request.body_mut() = Bytes::from(secret.expose_secret().to_owned());
        Ok(())
    }

    fn session() -> (Arc<Mint>, Session) {
        let mint = Arc::new(Mint::default());
        let issuer: Arc<dyn Issue> = Arc::clone(&mint) as _;
        (mint, Session::new(issuer, Duration::minutes(1)))
    }

    async fn signed(call: &OfCall<'_>, now: OffsetDateTime) -> Result<String> {
        let mut request = http::Request::new(Bytes::new());
        call.sign(&mut request, now, 1).await?;
        Ok(String::from_utf8_lossy(request.body()).into_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn one_is_used_until_shortly_before_its_end() {
        let (mint, session) = session();
        let call = session.of_call(put);
        for (minutes, token) in [(0, "token 1"), (58, "token 1"), (59, "token 2"), (60, "token 2"), (118, "token 3")] {
            assert_eq!(signed(&call, NOON + Duration::minutes(minutes)).await.unwrap(), token, "{minutes}");
        }
        assert_eq!(mint.made.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_at_the_same_time_waits_for_one_making() {
        let (mint, session) = session();
        let call = || async { signed(&session.of_call(put), NOON).await };
        let tokens = tokio::join!(call(), call(), call());
        for token in [tokens.0, tokens.1, tokens.2] {
            assert_eq!(token.unwrap(), "token 1");
        }
        assert_eq!(mint.made.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_making_that_fails_fails_with_it_and_the_next_one_tries_again() {
        let (mint, session) = session();
        mint.broken.store(true, Ordering::SeqCst);
        let call = || async { signed(&session.of_call(put), NOON).await };
        let failed = tokio::join!(call(), call(), call());
        for error in [failed.0, failed.1, failed.2] {
            let error = error.unwrap_err();
            assert_eq!((error.kind(), error.hint()), (ErrorKind::Unauthenticated, Some("there")));
        }
        assert_eq!(mint.made.load(Ordering::SeqCst), 1);
        mint.broken.store(false, Ordering::SeqCst);
        assert_eq!(signed(&session.of_call(put), NOON).await.unwrap(), "token 2");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_one_is_made_anew_once_however_many_were_refused_with_it() {
        let (mint, session) = session();
        let (one, other) = (session.of_call(put), session.of_call(put));
        for call in [&one, &other] {
            assert_eq!(signed(call, NOON).await.unwrap(), "token 1");
        }
        one.refused();
        assert_eq!(signed(&one, NOON).await.unwrap(), "token 2");
        // Its answer comes late, and is about the one before.
        other.refused();
        assert_eq!(signed(&other, NOON).await.unwrap(), "token 2");
        assert_eq!(mint.made.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_shows_the_secret() {
        let (_, session) = session();
        let call = session.of_call(put);
        signed(&call, NOON).await.unwrap();
        assert!(!format!("{session:?}{call:?}").contains("token 1"));
    }
}
