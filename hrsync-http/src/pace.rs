//! How fast one vendor account is called, over all connectors that share it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};

/// The limits of one vendor account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PaceSettings {
    /// How many calls may be under way at a time; at least one.
    pub max_in_flight: usize,
    /// The shortest time between the starts of two requests.
    pub min_interval: Duration,
    /// At most so many requests in any stretch of so long.
    pub rate: Option<(u32, Duration)>,
}

impl Default for PaceSettings {
    /// One call at a time, as fast as the answers come.
    fn default() -> Self {
        Self::new(1)
    }
}

impl PaceSettings {
    /// `max_in_flight` calls at a time, as fast as the answers come.
    pub fn new(max_in_flight: usize) -> Self {
        Self { max_in_flight, min_interval: Duration::ZERO, rate: None }
    }

    /// At least `interval` between the starts of two requests.
    #[must_use]
    pub fn with_min_interval(mut self, interval: Duration) -> Self {
        self.min_interval = interval;
        self
    }

    /// At most `requests` in any stretch of `period`.
    #[must_use]
    pub fn with_rate(mut self, requests: u32, period: Duration) -> Self {
        self.rate = Some((requests.max(1), period));
        self
    }
}

/// The queue of one vendor account: first come, first served.
///
/// A call holds its place until it is done, its retries and their delays included; each request, retries included, counts
/// against interval and rate. Dropping a waiting or running call frees its place.
#[derive(Debug)]
pub struct Pace {
    settings: PaceSettings,
    places: Arc<Semaphore>,
    /// Held by the one who waits for the next start, so that starts keep their order.
    next: tokio::sync::Mutex<Starts>,
    paused_until: Mutex<Option<Instant>>,
}

/// The shared queues by account. Each lives as long as someone uses it.
static SHARED: Mutex<BTreeMap<String, Weak<Pace>>> = Mutex::new(BTreeMap::new());

impl Pace {
    /// A queue of its own.
    pub fn new(settings: PaceSettings) -> Arc<Self> {
        let places = settings.max_in_flight.clamp(1, Semaphore::MAX_PERMITS);
        Arc::new(Self {
            settings,
            places: Arc::new(Semaphore::new(places)),
            next: tokio::sync::Mutex::default(),
            paused_until: Mutex::default(),
        })
    }

    /// The queue that everyone in this process shares who names the same account.
    ///
    /// `key` is vendor and organisation, as in `netvisor:1967543-8`; it must not be a secret. While anyone holds the queue,
    /// its first settings stay.
    pub fn shared(key: &str, settings: PaceSettings) -> Arc<Self> {
        let mut shared = lock(&SHARED);
        if let Some(pace) = shared.get(key).and_then(Weak::upgrade) {
            if pace.settings != settings {
                tracing::warn!("an account is paced with other settings already; they stay");
            }
            return pace;
        }
        shared.retain(|_, pace| pace.strong_count() > 0);
        let pace = Self::new(settings);
        shared.insert(key.to_owned(), Arc::downgrade(&pace));
        pace
    }

    /// The limits.
    pub fn settings(&self) -> &PaceSettings {
        &self.settings
    }

    /// Starts no request for this long, as an answer with `Retry-After` asks. The longest pause asked for counts.
    pub fn pause(&self, duration: Duration) {
        if let Some(until) = Instant::now().checked_add(duration) {
            let mut paused = lock(&self.paused_until);
            *paused = (*paused).max(Some(until));
        }
    }

    /// Waits for a place among the calls under way. The place is free again when it is dropped.
    pub(crate) async fn place(&self, deadline: Instant) -> Result<Place, TooLate> {
        match timeout_at(deadline, Arc::clone(&self.places).acquire_owned()).await {
            // The semaphore is never closed.
            Ok(permit) => Ok(Place { _permit: permit.ok() }),
            Err(_) => Err(TooLate { ready_in: None }),
        }
    }

    /// Waits until the next request may start, and counts it.
    pub(crate) async fn turn(&self, deadline: Instant) -> Result<(), TooLate> {
        let Ok(mut starts) = timeout_at(deadline, self.next.lock()).await else {
            return Err(TooLate { ready_in: None });
        };
        loop {
            let now = Instant::now();
            let paused = *lock(&self.paused_until);
            match starts.ready_at(&self.settings, now).max(paused) {
                Some(ready) if ready > now && ready >= deadline => {
                    return Err(TooLate { ready_in: Some(ready - now) });
                }
                Some(ready) if ready > now => sleep_until(ready).await,
                _ => {
                    starts.note(&self.settings, now);
                    return Ok(());
                }
            }
        }
    }
}

/// A place among the calls under way.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

/// The deadline comes before the turn.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLate {
    /// After how long the turn would come, where that is known.
    pub(crate) ready_in: Option<Duration>,
}

/// The last starts, as many as the limits look back.
#[derive(Debug, Default)]
struct Starts(VecDeque<Instant>);

impl Starts {
    fn ready_at(&mut self, settings: &PaceSettings, now: Instant) -> Option<Instant> {
        let interval = self.0.back().and_then(|last| last.checked_add(settings.min_interval));
        let rate = settings.rate.and_then(|(requests, period)| {
            while self.0.len() > 1 && self.0.front().is_some_and(|first| now.duration_since(*first) >= period) {
                self.0.pop_front();
            }
            let full = self.0.len() >= usize::try_from(requests).unwrap_or(usize::MAX);
            self.0.front().filter(|_| full)?.checked_add(period)
        });
        interval.max(rate)
    }

    fn note(&mut self, settings: &PaceSettings, now: Instant) {
        let keep = settings.rate.map_or(1, |(requests, _)| usize::try_from(requests).unwrap_or(usize::MAX));
        while self.0.len() >= keep {
            self.0.pop_front();
        }
        self.0.push_back(now);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far() -> Instant {
        Instant::now() + Duration::from_secs(3600)
    }

    /// Starts `n` requests one after another and tells when each started, in milliseconds.
    async fn starts(pace: &Pace, n: usize) -> Vec<u128> {
        let begin = Instant::now();
        let mut times = Vec::new();
        for _ in 0..n {
            pace.turn(far()).await.unwrap();
            times.push(begin.elapsed().as_millis());
        }
        times
    }

    #[tokio::test(start_paused = true)]
    async fn an_interval_separates_starts() {
        let pace = Pace::new(PaceSettings::new(1).with_min_interval(Duration::from_millis(200)));
        assert_eq!(starts(&pace, 3).await, [0, 200, 400]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_stretch_of_the_period_holds_more_than_the_rate() {
        let pace = Pace::new(PaceSettings::new(1).with_rate(2, Duration::from_secs(1)));
        assert_eq!(starts(&pace, 5).await, [0, 0, 1000, 1000, 2000]);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(starts(&pace, 3).await, [0, 0, 1000]);
    }

    #[tokio::test(start_paused = true)]
    async fn interval_and_rate_hold_together() {
        let settings =
            PaceSettings::new(1).with_min_interval(Duration::from_millis(100)).with_rate(2, Duration::from_secs(1));
        assert_eq!(starts(&Pace::new(settings), 4).await, [0, 100, 1000, 1100]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everyone_and_the_longest_counts() {
        let pace = Pace::new(PaceSettings::new(4));
        pace.pause(Duration::from_secs(30));
        pace.pause(Duration::from_secs(10));
        assert_eq!(starts(&pace, 2).await, [30_000, 30_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_reaches_the_one_who_waits_already() {
        let pace = Pace::new(PaceSettings::new(1).with_min_interval(Duration::from_secs(1)));
        let waiting = Arc::clone(&pace);
        let task = tokio::spawn(async move { starts(&waiting, 2).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        pace.pause(Duration::from_secs(5));
        assert_eq!(task.await.unwrap(), [0, 5500]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_after_the_deadline_is_refused_without_waiting() {
        let pace = Pace::new(PaceSettings::default());
        pace.pause(Duration::from_secs(60));
        let begin = Instant::now();
        let refused = pace.turn(begin + Duration::from_secs(10)).await;
        assert_eq!(refused, Err(TooLate { ready_in: Some(Duration::from_secs(60)) }));
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_turn_is_not_counted() {
        let pace = Pace::new(PaceSettings::new(1).with_min_interval(Duration::from_secs(1)));
        pace.turn(far()).await.unwrap();
        for _ in 0..3 {
            let waiting = tokio::time::timeout(Duration::from_millis(100), pace.turn(far()));
            waiting.await.unwrap_err();
        }
        let begin = Instant::now();
        pace.turn(far()).await.unwrap();
        assert_eq!(begin.elapsed(), Duration::from_millis(700));
    }

    #[test]
    fn an_account_has_one_queue_while_someone_uses_it() {
        let settings = PaceSettings::new(1);
        let one = Pace::shared("pace-test:1", settings);
        assert!(Arc::ptr_eq(&one, &Pace::shared("pace-test:1", settings)));
        assert!(Arc::ptr_eq(&one, &Pace::shared("pace-test:1", PaceSettings::new(9))));
        assert!(!Arc::ptr_eq(&one, &Pace::shared("pace-test:2", settings)));
        drop(one);
        assert_eq!(Pace::shared("pace-test:1", PaceSettings::new(9)).settings().max_in_flight, 9);
    }

    #[tokio::test(start_paused = true)]
    async fn even_a_limit_of_nothing_lets_one_through() {
        let pace = Pace::new(PaceSettings::new(0).with_rate(0, Duration::from_secs(1)));
        let _place = pace.place(far()).await.unwrap();
        assert_eq!(starts(&pace, 2).await, [0, 1000]);
    }
}
