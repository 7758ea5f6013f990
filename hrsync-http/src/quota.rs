//! Limits that a vendor tells in the headers of its answers: how many requests are left, and when it counts anew.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

use crate::pace::Pace;

/// The longest time that is believed; a vendor that counts anew later than in a day is asked again after a day.
const LONGEST: u64 = 24 * 60 * 60;

/// The names of the headers, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaHeaders {
    /// How many requests are left in the period.
    pub remaining: &'static str,
    /// The seconds until the period ends.
    pub reset: &'static str,
}

/// What the answers told last, for one account.
#[derive(Debug)]
pub struct Quota {
    headers: QuotaHeaders,
    pace: Arc<Pace>,
    resets: Mutex<Option<Instant>>,
}

impl Quota {
    /// Nothing is known yet. `pace` waits when nothing is left.
    pub fn new(headers: QuotaHeaders, pace: Arc<Pace>) -> Self {
        Self { headers, pace, resets: Mutex::default() }
    }

    /// Reads the headers of an answer, good or bad. Where nothing is left, no request starts before the period ends.
    pub fn observe(&self, headers: &HeaderMap) {
        let number = |name| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        let Some(seconds) = number(self.headers.reset) else { return };
        // Whole seconds may have been rounded down.
        let delay = Duration::from_secs(seconds.min(LONGEST) + 1);
        *self.resets() = Instant::now().checked_add(delay);
        if number(self.headers.remaining) == Some(0) {
            self.pace.pause(delay);
        }
    }

    /// How long it is until the period ends, as far as any answer told; `None` when it is over.
    pub fn resets_in(&self) -> Option<Duration> {
        let left = self.resets().map(|at| at.saturating_duration_since(Instant::now()));
        left.filter(|left| !left.is_zero())
    }

    fn resets(&self) -> MutexGuard<'_, Option<Instant>> {
        self.resets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::PaceSettings;

    const HEADERS: QuotaHeaders = QuotaHeaders { remaining: "x-left", reset: "x-reset" };

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_thing_told_holds_until_the_period_ends() {
        let quota = Quota::new(HEADERS, Pace::new(PaceSettings::new(1)));
        assert_eq!(quota.resets_in(), None);
        quota.observe(&headers(&[("x-left", "3"), ("x-reset", "7")]));
        tokio::time::advance(Duration::from_secs(2)).await;
        // An answer that does not tell changes nothing.
        quota.observe(&headers(&[]));
        assert_eq!(quota.resets_in(), Some(Duration::from_secs(6)));
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(quota.resets_in(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_starts_while_nothing_is_left() {
        let pace = Pace::new(PaceSettings::new(1));
        let quota = Quota::new(HEADERS, Arc::clone(&pace));
        let begin = Instant::now();
        let far = begin + Duration::from_secs(60);
        quota.observe(&headers(&[("x-left", "1"), ("x-reset", "9")]));
        pace.turn(far).await.unwrap();
        assert_eq!(begin.elapsed(), Duration::ZERO);
        quota.observe(&headers(&[("x-left", "0"), ("x-reset", "9")]));
        pace.turn(far).await.unwrap();
        assert_eq!(begin.elapsed(), Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_number_is_not_told() {
        let quota = Quota::new(HEADERS, Pace::new(PaceSettings::new(1)));
        for wrong in ["", "-1", "soon", "1.5"] {
            quota.observe(&headers(&[("x-left", "0"), ("x-reset", wrong)]));
            assert_eq!(quota.resets_in(), None, "{wrong:?}");
        }
        quota.observe(&headers(&[("x-left", "0"), ("x-reset", "18446744073709551615")]));
        assert_eq!(quota.resets_in(), Some(Duration::from_secs(LONGEST + 1)));
    }
}
