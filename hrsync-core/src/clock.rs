//! Time and randomness, injected so that every run can be repeated.

use std::fmt;

use time::OffsetDateTime;

/// Tells the time.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The present instant, in UTC.
    fn now(&self) -> OffsetDateTime;
}

/// The instant so long after another one; the end of time where there is none. A clock or a stored row may say anything.
pub(crate) fn after(instant: OffsetDateTime, by: std::time::Duration) -> OffsetDateTime {
    instant.saturating_add(time::Duration::try_from(by).unwrap_or(time::Duration::MAX))
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// Gives random bytes.
pub trait Entropy: fmt::Debug + Send + Sync + 'static {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// Fails when the source of randomness does.
    fn fill(&self, bytes: &mut [u8]) -> crate::Result<()>;
}

/// The operating system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> crate::Result<()> {
        getrandom::fill(bytes).map_err(|_| {
            crate::Error::new(crate::ErrorKind::Unexpected, "the operating system gave no random numbers")
                .with_scope(crate::Scope::Platform)
        })
    }
}
