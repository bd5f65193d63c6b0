//! A provider that is followed for a test.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_discovery::{Feed, ProviderSettings, SourceSettings, SourceState, feed, provider};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Maximum time for a change, on a machine that is busy with other tests.
const LIMIT: Duration = Duration::from_mins(2);

/// A provider that follows its source until it is dropped.
pub(crate) struct Followed {
    pub(crate) feed: Feed,
    task: JoinHandle<()>,
}

impl Followed {
    pub(crate) fn new(source: SourceSettings) -> Self {
        Self::with(&ProviderSettings::new("test", source))
    }

    pub(crate) fn with(settings: &ProviderSettings) -> Self {
        let (publisher, feed) = feed(&*settings.name, settings.max_backends);
        let task = tokio::spawn(provider(settings).unwrap().follow(publisher));
        Self { feed, task }
    }

    /// Returns the backends as `id=host:port`.
    pub(crate) fn backends(&self) -> Vec<String> {
        shown(&self.feed.now())
    }

    /// Waits until the state meets a condition.
    pub(crate) async fn until(
        &mut self,
        what: &str,
        is_met: impl Fn(&SourceState) -> bool,
    ) -> Arc<SourceState> {
        let waiting = async {
            while !is_met(&self.feed.now()) {
                assert!(self.feed.changed().await, "the provider has ended");
            }
        };
        let is_there = timeout(LIMIT, waiting).await.is_ok();
        assert!(is_there, "{what} does not come: {:#?}", self.feed.now());
        self.feed.now()
    }

    /// Waits for exactly these backends, as `id=host:port`.
    pub(crate) async fn until_backends(&mut self, expected: &[&str]) -> Arc<SourceState> {
        let what = format!("{expected:?}");
        self.until(&what, |state| state.is_synced && shown(state) == expected)
            .await
    }

    /// Waits for an error that contains this text.
    pub(crate) async fn until_error(&mut self, text: &str) -> Arc<SourceState> {
        self.until(text, |state| {
            state
                .error
                .as_deref()
                .is_some_and(|error| error.contains(text))
        })
        .await
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits until a condition is met that no feed shows.
pub(crate) async fn eventually(is_met: impl Fn() -> bool) {
    let polling = async {
        while !is_met() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, polling).await.unwrap();
}

fn shown(state: &SourceState) -> Vec<String> {
    let backends = state.backends.iter();
    backends
        .map(|found| format!("{}={}", found.id, found.backend))
        .collect()
}
