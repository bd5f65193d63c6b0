//! The registry of the process.

use std::sync::Arc;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::admin::Readiness;
use crate::metrics::Process;
use crate::metrics::discovery::DiscoveryMetrics;
use crate::reconfigure::AppState;

/// Registers all metrics of a router.
pub(crate) fn of(state: &AppState, readiness: Readiness, process: Process) -> Registry {
    let mut all = Registry::default();
    all.register_collector(Box::new(process));
    let registry = all.sub_registry_with_prefix("hyrouter");
    state.handler.metrics().register(registry);
    registry.register_collector(Box::new(readiness));
    registry.register_collector(Box::new(DiscoveryMetrics(Arc::clone(&state.active))));
    registry.register_collector(Box::new(Arc::clone(&state.history)));
    registry.register_collector(Box::new(Arc::clone(state.handler.sinks())));
    let build = Family::<[(&str, &str); 1], Gauge>::default();
    build
        .get_or_create(&[("version", env!("CARGO_PKG_VERSION"))])
        .set(1);
    registry.register("build_info", "1, with the version of the router", build);
    all
}
