//! Allocation of a backend for a player, between the plugins of stage deny and the others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_discovery::{AllocationFailed, AllocationFailure, AllocationOrder, Allocator};
use hyrouter_plugin_api::{Backend, ConnectRequest};
use hyrouter_plugins::{ChainOutcome, DenyStageOutcome};
use hyrouter_router::RouteDecision;
use rand::CryptoRng;
use tokio::time::Instant;

use crate::admission::Arrival;
use crate::decision::Decision;
use crate::gateway::{Gateway, Moment};
use crate::plugin_request::{plugin_backend, plugin_request};

/// Default of the maximum time for an allocation. It leaves 1.5 s of a decision's 5 s to plugins.
const DEFAULT_TIME: Duration = Duration::from_millis(3_500);

/// Allocation of backends for the players of a route.
#[derive(Debug, Clone)]
pub struct RouteAllocation {
    /// Order of allocations and candidates of the pool.
    pub turn: AllocationTurn,
    /// Sources in the order in which they are asked.
    pub sources: Vec<AllocationSource>,
}

/// Order of allocations and candidates of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllocationTurn {
    /// A backend is allocated for each player. If that fails, the candidates count.
    First,
    /// A backend is allocated if the pool's own policy leaves no candidate. If that fails, the fallbacks of the pool count.
    Last,
}

impl AllocationTurn {
    /// Returns the name in explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
        }
    }
}

/// A source that allocates for a route.
#[derive(Debug, Clone)]
pub struct AllocationSource {
    /// Name of the provider.
    pub provider: Arc<str>,
    /// The provider's allocator.
    pub allocator: Arc<dyn Allocator>,
    /// The order of the route's pool.
    pub order: AllocationOrder,
}

/// Allocation for a player, for logs and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationNote {
    /// Name of the provider that was asked last.
    pub provider: Arc<str>,
    /// Kind of its failure; none if it allocated a backend.
    pub failure: Option<AllocationFailure>,
}

/// Allocations of all routes.
#[derive(Debug)]
pub(crate) struct Allocations {
    /// By place of the route, none for the default pool.
    pub(crate) routes: BTreeMap<Option<usize>, RouteAllocation>,
    pub(crate) time: Duration,
}

impl Default for Allocations {
    fn default() -> Self {
        Self {
            routes: BTreeMap::new(),
            time: DEFAULT_TIME,
        }
    }
}

impl Allocations {
    /// Returns the allocation that a player with this decision needs; none if a candidate comes first.
    pub(crate) fn due(&self, routed: &RouteDecision<'_>) -> Option<&RouteAllocation> {
        if self.routes.is_empty() {
            return None;
        }
        let allocation = self.routes.get(&routed.route()?.index)?;
        let is_due = match routed {
            RouteDecision::Maintenance { .. } => false,
            RouteDecision::Backend(choice) => {
                allocation.turn == AllocationTurn::First || choice.fallback() > 0
            }
            _ => true,
        };
        is_due.then_some(allocation)
    }
}

/// A backend that was allocated, or the failure of the source that was asked last.
struct Allocated {
    note: AllocationNote,
    backend: Option<Arc<hyrouter_router::Backend>>,
}

/// The candidates that count if no backend is allocated.
struct Candidates {
    list: Vec<Backend>,
    selected_index: Option<usize>,
    backend: Option<Backend>,
}

impl Candidates {
    /// Takes the candidates out of a request.
    fn take(request: &mut ConnectRequest) -> Self {
        Self {
            list: std::mem::take(&mut request.candidates),
            selected_index: request.selected_index.take(),
            backend: request.backend.take(),
        }
    }

    /// Returns an allocated backend as the only candidate.
    fn only(backend: &hyrouter_router::Backend) -> Self {
        let backend = plugin_backend(&backend.host, backend);
        Self {
            list: vec![backend.clone()],
            selected_index: Some(0),
            backend: Some(backend),
        }
    }

    fn put(self, request: &mut ConnectRequest) {
        request.candidates = self.list;
        request.selected_index = self.selected_index;
        request.backend = self.backend;
    }
}

impl Gateway {
    /// Decides about a player who gets an allocated backend: once, and only if no plugin of stage deny refused the player.
    /// These plugins see no backend. If one of them names a backend, none is allocated.
    pub(crate) async fn allocate<R>(
        &self,
        arrival: &Arrival<'_>,
        routed: &RouteDecision<'_>,
        allocation: &RouteAllocation,
        mut moment: Moment<'_, R>,
    ) -> Decision
    where
        R: CryptoRng + Send,
    {
        let deadline = Instant::now() + self.parts.allocations.time;
        let mut request = plugin_request(arrival, routed, self.parts.shares_addresses);
        let otherwise = Candidates::take(&mut request);
        let mut passed = match self.parts.chain.run_deny(request).await {
            DenyStageOutcome::Passed(passed) => passed,
            DenyStageOutcome::Denied(outcome) => {
                return self.apply_plugins(arrival, routed, outcome, None, &mut moment);
            }
        };
        let mut note = None;
        if passed.request.backend.is_none() {
            let allocated = allocation.allocate(deadline).await;
            let candidates = match &allocated.backend {
                Some(backend) => Candidates::only(backend),
                None => otherwise,
            };
            candidates.put(&mut passed.request);
            note = Some(allocated.note);
        }
        let outcome: ChainOutcome = self.parts.chain.finish(*passed).await;
        self.apply_plugins(arrival, routed, outcome, note, &mut moment)
    }
}

impl RouteAllocation {
    /// Asks the sources in turn until one allocates a backend.
    async fn allocate(&self, deadline: Instant) -> Allocated {
        let mut last = None;
        for source in &self.sources {
            let allocated = source.allocator.allocate(&source.order, deadline).await;
            let failure = allocated.as_ref().err().map(AllocationFailed::failure);
            let note = AllocationNote {
                provider: Arc::clone(&source.provider),
                failure,
            };
            match allocated {
                Ok(backend) => {
                    let backend = Some(backend);
                    return Allocated { note, backend };
                }
                Err(_) => last = Some(note),
            }
        }
        let note = last.unwrap_or_else(|| AllocationNote {
            provider: Arc::from(""),
            failure: Some(AllocationFailure::Unavailable),
        });
        Allocated {
            note,
            backend: None,
        }
    }
}
