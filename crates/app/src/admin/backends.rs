//! Lists of the backends that a running router uses.

use hyrouter_admin::{BackendsQuery, BackendsReport, CommandError, ListedBackend};
use hyrouter_discovery::DiscoveredBackend;
use hyrouter_router::{Backend, RouteView};

use crate::address;
use crate::discovery::{Origins, status_of};
use crate::reconfigure::{Active, AppState, Overrides};
use crate::timestamp::unix;

/// Default and maximum number of backends in a page.
const USUAL_PAGE: u64 = 1_000;
const LARGEST_PAGE: u64 = 10_000;
/// Length of the meta in a page after which the page ends, in bytes. Meta of one backend has at most 64 KiB.
const PAGE_META: usize = 4 << 20;
/// Maximum number of problems shown for each provider.
const SHOWN_PROBLEMS: usize = 100;

pub(super) fn list(
    state: &AppState,
    query: &BackendsQuery,
) -> Result<BackendsReport, CommandError> {
    let active = state.active.load();
    let snapshot = state.handler.current();
    let router = snapshot.gateway.router();
    let mut page = Page::new(query, &active.overrides);
    // The router's view does not follow the ends of leases. A backend that has just gone is only in that view.
    let discovery = &active.assembly.settings.discovery;
    let view = active.assembly.sources.view();
    let (live, before) = (
        Origins::new(discovery, &view),
        Origins::new(discovery, &snapshot.discovery),
    );
    let find = |route: Option<usize>, backend: &Backend| {
        let origin = live.find(route, backend);
        origin.or_else(|| before.find(route, backend))
    };
    let is_wanted = |name: &str| {
        query
            .provider
            .as_deref()
            .is_none_or(|wanted| wanted == name)
    };
    check_provider(&active, query)?;
    if let Some(wanted) = &query.route {
        let route = router.routes().find(|route| **route.name == **wanted);
        let route =
            route.ok_or_else(|| CommandError::Unknown(format!("there is no route {wanted:?}")))?;
        for backend in route.backends {
            let origin = find(route.index, backend.as_ref());
            let is_listed = match origin {
                Some(origin) => is_wanted(origin.provider),
                None => query.provider.is_none(),
            };
            if is_listed {
                let origin = origin.map(|origin| (origin.provider, origin.found));
                page.add(backend, origin, Some(&route));
            }
        }
    } else {
        for (name, source) in view.iter().filter(|(name, _)| is_wanted(name)) {
            for found in &*source.state.backends {
                page.add(&found.backend, Some((name, found)), None);
            }
        }
        let shown = router.routes().filter(|_| query.provider.is_none());
        for route in shown {
            let is_static = |backend: &&Backend| find(route.index, backend).is_none();
            let own = route.backends.iter().map(AsRef::as_ref).filter(is_static);
            own.for_each(|backend| page.add(backend, None, Some(&route)));
        }
    }
    let sources = active.assembly.sources.iter();
    let sources = sources.filter(|source| is_wanted(&source.settings.name));
    Ok(BackendsReport {
        providers: sources
            .map(|source| status_of(source, SHOWN_PROBLEMS))
            .collect(),
        backends: page.backends,
        total: page.total,
        next: page.next,
    })
}

fn check_provider(active: &Active, query: &BackendsQuery) -> Result<(), CommandError> {
    let Some(wanted) = &query.provider else {
        return Ok(());
    };
    if active.assembly.sources.get(wanted).is_some() {
        return Ok(());
    }
    let unknown = format!("there is no discovery provider {wanted:?}");
    Err(CommandError::Unknown(unknown))
}

/// The part of a list from an offset on.
struct Page<'o> {
    overrides: &'o Overrides,
    offset: u64,
    limit: usize,
    backends: Vec<ListedBackend>,
    /// Length of the meta of these backends in bytes.
    meta: usize,
    total: u64,
    next: Option<u64>,
}

impl<'o> Page<'o> {
    fn new(query: &BackendsQuery, overrides: &'o Overrides) -> Self {
        let limit = query.limit.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE);
        Self {
            overrides,
            offset: query.offset,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            backends: Vec::new(),
            meta: 0,
            total: 0,
            next: None,
        }
    }

    fn add(
        &mut self,
        backend: &Backend,
        origin: Option<(&str, &DiscoveredBackend)>,
        route: Option<&RouteView<'_>>,
    ) {
        let place = self.total;
        self.total += 1;
        if place < self.offset || self.next.is_some() {
            return;
        }
        if self.backends.len() == self.limit || self.meta >= PAGE_META {
            self.next = Some(place);
            return;
        }
        let meta = backend.meta.clone();
        self.meta += meta
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum::<usize>();
        let found = origin.map(|(_, found)| found);
        let expires_at = found.and_then(|found| found.expires_at);
        self.backends.push(ListedBackend {
            provider: origin.map(|(provider, _)| provider.to_owned()),
            route: route.map(|route| route.name.to_string()),
            id: found.map(|found| found.id.to_string()),
            address: address::backend(&backend.host, backend.port),
            // A missing weight counts as 1.
            weight: backend.weight.max(1),
            drained: drained_by(self.overrides, backend, origin.is_some()).map(ToOwned::to_owned),
            expires_at: expires_at.map(unix),
            meta,
        });
    }
}

/// Returns the origin of a drain; none for a backend that serves.
pub(in crate::admin) fn drained_by(
    overrides: &Overrides,
    backend: &Backend,
    is_discovered: bool,
) -> Option<&'static str> {
    if overrides.is_drained(&backend.host, backend.port) {
        return Some("command");
    }
    let origin = if is_discovered { "provider" } else { "config" };
    backend.drained.then_some(origin)
}
