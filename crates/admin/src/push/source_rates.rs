//! Rates of requests by source address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::server::connection_limiter::network;

/// Maximum rate of a source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourceRate {
    pub(crate) per_second: u32,
    /// Requests at once after a pause.
    pub(crate) burst: u32,
}

/// Rates of the sources that have sent requests lately.
#[derive(Debug)]
pub(crate) struct SourceRates {
    rate: SourceRate,
    max: usize,
    /// The time at which a source has its whole burst again (GCRA). `None` stands for the sources beyond `max`.
    full_at: Mutex<HashMap<Option<IpAddr>, Instant>>,
}

impl SourceRates {
    /// Creates a table of at most `max` sources.
    pub(crate) fn new(rate: SourceRate, max: usize) -> Self {
        Self {
            rate,
            max,
            full_at: Mutex::default(),
        }
    }

    /// Returns the maximum number of requests of a source per second.
    pub(crate) fn per_second(&self) -> u32 {
        self.rate.per_second
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The source is over its rate. The error is the time until the next request.
    pub(crate) fn take(&self, source: IpAddr) -> Result<(), Duration> {
        let now = Instant::now();
        let cost = Duration::from_secs(1) / self.rate.per_second;
        let burst = cost * self.rate.burst;
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let mut source = Some(network(source));
        if !full_at.contains_key(&source) && full_at.len() >= self.max {
            // A source with its whole burst is as one that was never seen.
            full_at.retain(|_, full_at| *full_at > now);
            if full_at.len() >= self.max {
                source = None;
            }
        }
        let full_at = full_at.entry(source).or_insert(now);
        let next = (*full_at).max(now) + cost;
        let wait = next.duration_since(now).saturating_sub(burst);
        if wait.is_zero() {
            *full_at = next;
            Ok(())
        } else {
            Err(wait)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: SourceRate = SourceRate {
        per_second: 10,
        burst: 3,
    };

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_has_a_burst_and_then_its_rate() {
        let rates = SourceRates::new(RATE, 10);
        for _ in 0..3 {
            assert_eq!(rates.take(address(1)), Ok(()));
        }
        assert_eq!(rates.take(address(1)), Err(Duration::from_millis(100)));
        assert_eq!(rates.take(address(2)), Ok(()));
        tokio::time::advance(Duration::from_millis(100)).await;
        assert_eq!(rates.take(address(1)), Ok(()));
        assert!(rates.take(address(1)).is_err());
        tokio::time::advance(Duration::from_mins(1)).await;
        for _ in 0..3 {
            assert_eq!(rates.take(address(1)), Ok(()));
        }
        assert!(rates.take(address(1)).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_table_is_bounded() {
        let rates = SourceRates::new(RATE, 2);
        let taken = (0..=255).filter(|last| rates.take(address(*last)).is_ok());
        // Two sources with separate rates, and three requests of all others.
        assert_eq!(taken.count(), 5);
        assert_eq!(rates.full_at.lock().unwrap().len(), 3);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(rates.take(address(200)), Ok(()));
        assert_eq!(rates.full_at.lock().unwrap().len(), 1);
    }
}
