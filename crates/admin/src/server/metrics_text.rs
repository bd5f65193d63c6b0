//! Metrics text, shared by its readers.

use bytes::Bytes;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::server::limits::METRICS;

/// Makes the metrics text at most once a second.
///
/// A text is never older than the request. A request within the same second waits for the next text, which all waiting
/// requests share. Any number of readers costs one text a second.
#[derive(Default)]
pub(crate) struct MetricsText(Mutex<Option<Made>>);

struct Made {
    begun: Instant,
    text: Bytes,
}

impl MetricsText {
    /// Returns a text made between now and [`METRICS`] later.
    pub(crate) async fn read(&self, make: impl FnOnce() -> String) -> Bytes {
        let asked = Instant::now();
        // The lock is fair: one request waits for the end of the second, the others wait for the lock.
        let mut latest = self.0.lock().await;
        if let Some(made) = &*latest {
            if made.begun >= asked {
                return made.text.clone();
            }
            sleep_until(made.begun + METRICS).await;
        }
        let begun = Instant::now();
        let text = Bytes::from(make());
        *latest = Some(Made {
            begun,
            text: text.clone(),
        });
        text
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_crowd_of_readers_shares_one_text_a_second() {
        let (text, count) = (Arc::new(MetricsText::default()), Arc::default());
        let read = || {
            let (text, count) = (Arc::clone(&text), Arc::<AtomicUsize>::clone(&count));
            async move {
                let make = || count.fetch_add(1, Ordering::Relaxed).to_string();
                text.read(make).await
            }
        };
        let crowd = || async {
            let readers: tokio::task::JoinSet<_> = (0..40).map(|_| read()).collect();
            readers.join_all().await
        };
        let started = Instant::now();
        assert!(crowd().await.iter().all(|text| text == "0"));
        tokio::time::advance(Duration::from_millis(100)).await;
        // Each gets what was made after it asked, and the second is waited for.
        assert!(crowd().await.iter().all(|text| text == "1"));
        assert_eq!(started.elapsed(), METRICS);
        tokio::time::advance(Duration::from_mins(1)).await;
        let asked = Instant::now();
        assert_eq!(read().await, "2");
        assert_eq!(asked.elapsed(), Duration::ZERO);
    }
}
