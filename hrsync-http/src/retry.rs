//! Which failures are tried again, when, and what is known about the request's fate in the end.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use hrsync_core::{Error, Outcome, Retry};

use crate::call::Effect;

/// How often and after which delays a call is tried again.
///
/// The delays grow exponentially; jitter adds up to the same delay again, so that clients which failed together do not come
/// back together. A longer `Retry-After` of the server is honoured.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    backoff: ExponentialBuilder,
    max_attempts: u32,
}

impl Default for RetryPolicy {
    /// Four tries: delays from half a second, doubling, at most 30 seconds, with jitter.
    fn default() -> Self {
        let backoff = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(Duration::from_secs(30))
            .with_jitter();
        Self { backoff, max_attempts: 4 }
    }
}

impl RetryPolicy {
    /// The default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// One try. Only [`Verdict::RetryOnce`](crate::Verdict::RetryOnce) gets a second one.
    pub fn none() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// At most `attempts` tries, the first one included.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The delay before the second try, without jitter.
    #[must_use]
    pub fn with_min_delay(mut self, delay: Duration) -> Self {
        self.backoff = self.backoff.with_min_delay(delay);
        self
    }

    /// The longest delay, without jitter.
    #[must_use]
    pub fn with_max_delay(mut self, delay: Duration) -> Self {
        self.backoff = self.backoff.with_max_delay(delay);
        self
    }

    /// Makes the jitter repeatable, for tests.
    #[must_use]
    pub fn with_jitter_seed(mut self, seed: u64) -> Self {
        self.backoff = self.backoff.with_jitter_seed(seed);
        self
    }

    fn delays(&self) -> Delays {
        let retries = usize::try_from(self.max_attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        self.backoff.with_max_times(retries).build()
    }
}

type Delays = <ExponentialBuilder as BackoffBuilder>::Backoff;

/// One try that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// A fresh signature may help, and the request was surely not carried out.
    pub(crate) renew: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, renew: false }
    }
}

/// The tries of one call: decides after each failure, remembers what an earlier try may have done.
#[derive(Debug)]
pub(crate) struct Attempts {
    effect: Effect,
    delays: Delays,
    may_have_been_applied: bool,
    renewed: bool,
}

impl Attempts {
    pub(crate) fn new(effect: Effect, policy: &RetryPolicy) -> Self {
        Self { effect, delays: policy.delays(), may_have_been_applied: false, renewed: false }
    }

    /// The delay before the next try, with the error in case that try cannot start.
    ///
    /// # Errors
    /// Gives the call's final error when it is not tried again.
    pub(crate) fn after(&mut self, failure: Failure, remaining: Duration) -> Result<(Duration, Error), Error> {
        let Failure { mut error, renew } = failure;
        if renew && error.outcome() == Outcome::Unknown {
            error = error.with_outcome(Outcome::Rejected);
        }
        self.may_have_been_applied |= error.may_have_been_applied();

        let asked = error.retry_after().unwrap_or_default();
        let wait = if renew {
            (!std::mem::replace(&mut self.renewed, true)).then_some(asked)
        } else if self.may_be_repeated(&error) {
            self.delays.next().map(|delay| delay.max(asked))
        } else {
            None
        };
        match wait {
            Some(wait) if wait < remaining => Ok((wait, error)),
            _ => Err(self.last(error)),
        }
    }

    fn may_be_repeated(&self, error: &Error) -> bool {
        let harmless = match self.effect {
            Effect::Read | Effect::Converge => true,
            Effect::Once => matches!(error.outcome(), Outcome::NotSent | Outcome::Rejected),
        };
        harmless && error.is_retryable()
    }

    /// What the caller gets to know: the outcome over all tries, and advice that does not multiply retries.
    pub(crate) fn last(&self, error: Error) -> Error {
        let outcome = match (self.effect, self.may_have_been_applied) {
            (Effect::Read, _) if error.may_have_been_applied() => Outcome::Rejected,
            (Effect::Converge | Effect::Once, true) => Outcome::Unknown,
            _ => error.outcome(),
        };
        let retry = match error.retry() {
            Retry::Later(None) => Retry::Exhausted,
            advice => advice,
        };
        error.with_outcome(outcome).with_retry(retry)
    }
}

#[cfg(test)]
mod tests {
    use hrsync_core::ErrorKind;

    use super::*;

    const PLENTY: Duration = Duration::from_secs(3600);

    fn failure(kind: ErrorKind) -> Failure {
        Error::new(kind, "test").into()
    }

    fn renew(kind: ErrorKind) -> Failure {
        Failure { error: Error::new(kind, "test"), renew: true }
    }

    fn limited(seconds: u64) -> Failure {
        let after = Some(Duration::from_secs(seconds));
        Error::new(ErrorKind::RateLimited, "test").with_retry(Retry::Later(after)).into()
    }

    #[test]
    fn what_is_repeated_depends_on_the_effect_and_the_outcome() {
        for (effect, kind, repeated) in [
            (Effect::Read, ErrorKind::Timeout, true),
            (Effect::Converge, ErrorKind::Timeout, true),
            (Effect::Once, ErrorKind::Timeout, false),
            (Effect::Once, ErrorKind::Unavailable, false),
            (Effect::Once, ErrorKind::Connect, true),
            (Effect::Once, ErrorKind::RateLimited, true),
            (Effect::Read, ErrorKind::InvalidData, false),
            (Effect::Converge, ErrorKind::PermissionDenied, false),
        ] {
            let mut attempts = Attempts::new(effect, &RetryPolicy::new());
            assert_eq!(attempts.after(failure(kind), PLENTY).is_ok(), repeated, "{effect:?} after {kind:?}");
        }
    }

    #[test]
    fn an_unknown_outcome_of_a_write_sticks() {
        let mut attempts = Attempts::new(Effect::Converge, &RetryPolicy::new().with_max_attempts(2));
        attempts.after(failure(ErrorKind::Timeout), PLENTY).unwrap();
        let error = attempts.after(failure(ErrorKind::Connect), PLENTY).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::Unknown));
    }

    #[test]
    fn a_read_was_never_applied() {
        let error =
            Attempts::new(Effect::Read, &RetryPolicy::none()).after(failure(ErrorKind::Timeout), PLENTY).unwrap_err();
        assert!(!error.may_have_been_applied());
    }

    #[test]
    fn a_fresh_signature_is_tried_once_at_once_and_whatever_the_policy() {
        let mut attempts = Attempts::new(Effect::Once, &RetryPolicy::none());
        let (wait, _) = attempts.after(renew(ErrorKind::Unexpected), PLENTY).unwrap();
        assert_eq!(wait, Duration::ZERO);
        let error = attempts.after(renew(ErrorKind::Unexpected), PLENTY).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Rejected);
    }

    #[test]
    fn the_servers_delay_is_a_minimum() {
        let mut attempts = Attempts::new(Effect::Read, &RetryPolicy::new());
        assert_eq!(attempts.after(limited(90), PLENTY).unwrap().0, Duration::from_secs(90));
        assert!(attempts.after(limited(0), PLENTY).unwrap().0 >= Duration::from_secs(1));
    }

    #[test]
    fn a_delay_beyond_the_deadline_gives_up_at_once() {
        let mut attempts = Attempts::new(Effect::Read, &RetryPolicy::new());
        let error = attempts.after(limited(90), Duration::from_secs(90)).unwrap_err();
        assert_eq!(error.retry(), Retry::Later(Some(Duration::from_secs(90))));
    }

    #[test]
    fn in_the_end_the_advice_is_exhausted_unless_the_server_named_a_delay() {
        let mut attempts = Attempts::new(Effect::Read, &RetryPolicy::none());
        assert_eq!(attempts.after(failure(ErrorKind::Unavailable), PLENTY).unwrap_err().retry(), Retry::Exhausted);
        let mut attempts = Attempts::new(Effect::Read, &RetryPolicy::none());
        assert_eq!(attempts.after(limited(5), PLENTY).unwrap_err().retry_after(), Some(Duration::from_secs(5)));
        let mut attempts = Attempts::new(Effect::Read, &RetryPolicy::none());
        assert_eq!(attempts.after(failure(ErrorKind::NotFound), PLENTY).unwrap_err().retry(), Retry::Never);
    }

    #[test]
    fn delays_grow_within_their_bounds_and_repeat_for_a_seed() {
        let policy = RetryPolicy::new().with_max_attempts(10).with_jitter_seed(7);
        let delays: Vec<_> = policy.delays().collect();
        assert_eq!(delays.len(), 9);
        assert_eq!(delays, policy.delays().collect::<Vec<_>>());
        for (n, delay) in delays.iter().enumerate() {
            let base = Duration::from_millis(500).saturating_mul(1 << n).min(Duration::from_secs(30));
            assert!((base..=base * 2).contains(delay), "{n}: {delay:?}");
        }
    }
}
