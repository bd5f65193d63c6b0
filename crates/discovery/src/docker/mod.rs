//! Containers of Docker and Podman, which have the same API.

mod address;
mod backend;
mod connection;
mod engine;
mod error;
mod events;
mod labels;
mod listing;
mod session;
mod tls;
mod version;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_http_client::Backoff;
use tokio::time::{Instant, sleep};

use self::address::EngineAddress;
use self::error::EngineError;
use self::session::Session;
use crate::{DockerSettings, Follow, Provider, ProviderError, Publisher};

const BACKOFF: Backoff = Backoff {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(30),
};
/// Time after which a session counts as one that worked: proxies close idle connections after minutes.
const LASTING: Duration = Duration::from_secs(10);

/// Provider of the containers of one engine.
pub(crate) struct DockerProvider {
    settings: Arc<DockerSettings>,
    address: Arc<EngineAddress>,
}

impl DockerProvider {
    /// Creates a provider. Contacts nothing and reads no file.
    pub(crate) fn new(settings: &DockerSettings) -> Result<Self, ProviderError> {
        Ok(Self {
            address: Arc::new(EngineAddress::new(settings)?),
            settings: Arc::new(settings.clone()),
        })
    }
}

impl fmt::Debug for DockerProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DockerProvider({})", self.address)
    }
}

impl Provider for DockerProvider {
    fn follow(&self, publisher: Publisher) -> Follow {
        let (settings, address) = (Arc::clone(&self.settings), Arc::clone(&self.address));
        Box::pin(async move {
            let mut failures = 0;
            loop {
                let begun = Instant::now();
                let error = match Session::begin(&settings, &address).await {
                    Ok(session) => session.follow(&publisher).await,
                    Err(error) => error,
                };
                let has_lasted = begun.elapsed() >= LASTING;
                if has_lasted {
                    failures = 0;
                }
                failures += 1;
                // The end of a long connection is not reported: if the engine is unreachable, the next one fails.
                if !(has_lasted && matches!(error, EngineError::EventsEnded)) {
                    publisher.fail(&error);
                }
                sleep(BACKOFF.wait(failures)).await;
            }
        })
    }
}
