//! States of the providers at one time.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyrouter_discovery::{DiscoveredBackend, SourceState};
use hyrouter_router::Backend;

/// State of one provider, as pools use it.
#[derive(Debug, Clone)]
pub(crate) struct SourceView {
    pub(crate) state: Arc<SourceState>,
    /// `true` if the source fails and the last contact is longer ago than `max_staleness`, so that its backends do not
    /// count.
    pub(crate) is_stale: bool,
}

impl SourceView {
    /// Returns whether its backends count.
    pub(crate) fn is_usable(&self) -> bool {
        self.state.is_synced && !self.is_stale
    }

    /// Returns whether pools that use it are the same under another view of it. The end of a lease makes no difference.
    fn is_same(&self, other: &Self) -> bool {
        let (now, before) = (&self.state.backends, &other.state.backends);
        let is_same_backend = |(now, before): (&DiscoveredBackend, &DiscoveredBackend)| {
            now.id == before.id && Arc::ptr_eq(&now.backend, &before.backend)
        };
        self.is_usable() == other.is_usable()
            && (Arc::ptr_eq(now, before)
                || now.len() == before.len() && now.iter().zip(&**before).all(is_same_backend))
    }
}

/// States of all providers, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct DiscoveryView(BTreeMap<String, SourceView>);

impl DiscoveryView {
    pub(super) fn new(sources: impl IntoIterator<Item = (String, SourceView)>) -> Self {
        Self(sources.into_iter().collect())
    }

    pub(crate) fn get(&self, provider: &str) -> Option<&SourceView> {
        self.0.get(provider)
    }

    /// Returns all providers with what they give, in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &SourceView)> {
        self.0.iter().map(|(name, found)| (name.as_str(), found))
    }

    /// Returns the backends of all providers, as they give them.
    pub(crate) fn backends(&self) -> impl Iterator<Item = &Backend> {
        let found = self.0.values().flat_map(|found| &*found.state.backends);
        found.map(|found| &*found.backend)
    }

    /// Returns whether a provider gives other backends than in an earlier view.
    pub(crate) fn differs(&self, provider: &str, earlier: &Self) -> bool {
        match (self.get(provider), earlier.get(provider)) {
            (Some(now), Some(before)) => !now.is_same(before),
            (now, before) => now.is_some() != before.is_some(),
        }
    }
}
