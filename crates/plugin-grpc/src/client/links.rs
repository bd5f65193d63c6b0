//! The connections, one for each runtime.

use std::sync::{Arc, PoisonError, RwLock, Weak};

use http::Uri;
use hyrouter_plugin_api::PluginError;
use tokio::runtime::{Handle, Id};
use tonic::transport::{Channel, Endpoint};

use super::backoff::Backoff;
use super::dial::Dialer;
use super::settings::{BackoffSettings, GrpcSettings};
use super::target::Target;

/// Most links at once. The router has a runtime for each core; who has more runtimes than this makes some links anew.
const MAX_LINKS: usize = 256;

/// The connections, one for each runtime that asked.
///
/// The tasks of a channel run where it was made. Were there one channel for all cores, each call of the others would
/// wake a foreign core twice, and all would stand still when that one's runtime ends.
#[derive(Debug)]
pub(super) struct Links {
    target: Arc<Target>,
    endpoint: Endpoint,
    backoff: BackoffSettings,
    /// Few, so a search is as quick as a hash. Written only when a runtime asks for the first time.
    by_runtime: RwLock<Vec<(Id, Link)>>,
}

/// A connection, or what will be one when it is used.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) channel: Channel,
    pub(super) backoff: Arc<Backoff>,
    /// Held by the channel's worker, so it is gone with the runtime. The runtime's number alone does not tell, for
    /// another can have it later.
    alive: Weak<()>,
}

impl Link {
    fn is_alive(&self) -> bool {
        self.alive.strong_count() > 0
    }
}

impl Links {
    pub(super) fn new(target: Target, settings: &GrpcSettings) -> Self {
        // Connecting, its timeout and TLS are the dialer's. With `https` here, tonic would add TLS of its own, or refuse
        // to, as the features are that others switch on in it.
        let endpoint = Endpoint::from(Uri::from_static("http://dialer"))
            .origin(target.origin.clone())
            .http2_keep_alive_interval(settings.keepalive_interval)
            .keep_alive_timeout(settings.keepalive_timeout)
            .keep_alive_while_idle(settings.keepalive_while_idle);
        Self {
            target: Arc::new(target),
            endpoint,
            backoff: settings.backoff,
            by_runtime: RwLock::default(),
        }
    }

    /// That of the runtime that this is called in.
    pub(super) fn here(&self) -> Result<Link, PluginError> {
        let runtime = Handle::try_current().map_err(PluginError::transport)?.id();
        // The list is whole after every statement that holds the lock, so a poisoned one is sound.
        let links = self
            .by_runtime
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let link = links.iter().find(|(id, _)| *id == runtime);
        if let Some((_, link)) = link.filter(|(_, link)| link.is_alive()) {
            return Ok(link.clone());
        }
        drop(links);
        let link = self.connect_lazily();
        let mut links = self
            .by_runtime
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        links.retain(|(id, link)| *id != runtime && link.is_alive());
        if links.len() >= MAX_LINKS {
            links.remove(0);
        }
        links.push((runtime, link.clone()));
        Ok(link)
    }

    fn connect_lazily(&self) -> Link {
        let backoff = Arc::new(Backoff::new(self.backoff));
        let alive = Arc::new(());
        let link_alive = Arc::downgrade(&alive);
        let channel = self.endpoint.connect_with_connector_lazy(Dialer {
            target: Arc::clone(&self.target),
            backoff: Arc::clone(&backoff),
            _alive: alive,
        });
        Link {
            channel,
            backoff,
            alive: link_alive,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::{Builder, Runtime};

    use super::{Links, MAX_LINKS};
    use crate::client::target::Target;
    use crate::{Address, GrpcSettings};

    fn links() -> Links {
        let settings = GrpcSettings::new(Address::parse("127.0.0.1:1").unwrap());
        Links::new(Target::new(&settings).unwrap(), &settings)
    }

    fn runtime() -> Runtime {
        Builder::new_current_thread().enable_all().build().unwrap()
    }

    fn count(links: &Links) -> usize {
        links.by_runtime.read().unwrap().len()
    }

    #[test]
    fn each_runtime_has_one_and_leaves_none() {
        let links = links();
        let (first, second) = (runtime(), runtime());
        for runtime in [&first, &second, &first, &second] {
            assert!(runtime.block_on(async { links.here() }).is_ok());
        }
        assert_eq!(count(&links), 2);
        drop(first);
        assert!(runtime().block_on(async { links.here() }).is_ok());
        assert_eq!(count(&links), 2);
        drop(second);
        for _ in 0..10 {
            assert!(runtime().block_on(async { links.here() }).is_ok());
        }
        assert_eq!(count(&links), 1);
    }

    #[test]
    fn a_link_is_not_used_after_its_runtime() {
        let links = links();
        let first = runtime();
        let link = first.block_on(async { links.here() }).unwrap();
        assert!(link.is_alive());
        drop(first);
        assert!(!link.is_alive());
    }

    #[test]
    fn there_are_not_more_than_there_may_be() {
        let links = links();
        let runtimes: Vec<_> = (0..=MAX_LINKS).map(|_| runtime()).collect();
        for runtime in &runtimes {
            assert!(runtime.block_on(async { links.here() }).is_ok());
        }
        assert_eq!(count(&links), MAX_LINKS);
    }

    #[test]
    fn outside_of_a_runtime_there_is_none() {
        let error = links().here().map(drop).unwrap_err();
        assert_eq!(error.reason_code(), "transport");
    }
}
