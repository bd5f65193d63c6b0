//! The request for an allocation. Agones allocates something for nearly every body, so that it is made of types alone.

mod parts;

use std::collections::BTreeMap;

use serde::Serialize;

use self::parts::{CounterPatch, ListPatch, RequestPriority, RequestSelector, map};
use crate::{
    AgonesSettings, AllocatableState, AllocationScheduling, AllocationSelector, AllocationSettings,
    Selector,
};

/// Annotation by which a game server is found whose allocation was not answered.
pub(in crate::agones) const ATTEMPT: &str = "hyrouter/allocation";

/// A request for an allocation. Each attempt has the same content and its own mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AllocationRequest {
    api_version: &'static str,
    kind: &'static str,
    spec: RequestSpec,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestSpec {
    selectors: Vec<RequestSelector>,
    scheduling: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    priorities: Vec<RequestPriority>,
    metadata: ServerPatch,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    counters: BTreeMap<String, CounterPatch>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    lists: BTreeMap<String, ListPatch>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ServerPatch {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

impl AllocationRequest {
    /// Creates the request of a provider for a pool with this selector.
    ///
    /// # Errors
    /// A selector compares numbers, which Agones cannot do.
    pub(super) fn new(
        provider: &AgonesSettings,
        settings: &AllocationSettings,
        pool: &Selector,
    ) -> Result<Self, String> {
        let by_state: Vec<_> = allocatable_states(&provider.states)
            .map(|state| AllocationSelector {
                state,
                ..AllocationSelector::default()
            })
            .collect();
        let selectors = match settings.selectors.as_slice() {
            [] => &by_state,
            given => given,
        };
        let selector = |given: &AllocationSelector| {
            RequestSelector::new(given, &[&provider.selector.labels, &given.labels, pool])
        };
        let spec = RequestSpec {
            selectors: selectors.iter().map(selector).collect::<Result<_, _>>()?,
            scheduling: match settings.scheduling {
                AllocationScheduling::Packed => "Packed",
                AllocationScheduling::Distributed => "Distributed",
            },
            priorities: settings
                .priorities
                .iter()
                .map(RequestPriority::new)
                .collect(),
            metadata: ServerPatch {
                labels: settings.labels.clone(),
                annotations: settings.annotations.clone(),
            },
            counters: map(&settings.counters, CounterPatch::new),
            lists: map(&settings.lists, ListPatch::new),
        };
        Ok(Self {
            api_version: "allocation.agones.dev/v1",
            kind: "GameServerAllocation",
            spec,
        })
    }

    /// Returns the body of an attempt with this mark.
    pub(super) fn body(&self, attempt: &str) -> Vec<u8> {
        let mut request = self.clone();
        let annotations = &mut request.spec.metadata.annotations;
        annotations.insert(ATTEMPT.to_owned(), attempt.to_owned());
        // Maps with keys that are texts can always be written.
        serde_json::to_vec(&request).unwrap_or_default()
    }
}

/// Returns the states of a provider that can be allocated, in their order; Ready if there are none.
fn allocatable_states(states: &[String]) -> impl Iterator<Item = AllocatableState> {
    let known = states.iter().filter_map(|state| {
        let mut all = AllocatableState::ALL.iter().copied();
        all.find(|known| known.as_str().eq_ignore_ascii_case(state))
    });
    let known: Vec<_> = known.collect();
    let default = known.is_empty().then_some(AllocatableState::Ready);
    known.into_iter().chain(default)
}

#[cfg(test)]
mod tests;
