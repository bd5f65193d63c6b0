//! Log lines at the start and at the end.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::SystemTime;

use hyrouter_proxy::{Handler, Server};

use crate::build::Assembly;
use crate::configuration::Origin;
use crate::metrics::{Code, CodeCounters, Metrics};
use crate::summary::{PoolSummary, SHOWN_ROUTES, Summary};

/// Logs the addresses, routes and plugins of a started router.
pub(crate) fn log_start<H: Handler>(assembly: &Assembly, origin: &Origin, server: &Server<H>) {
    let settings = &assembly.settings;
    let expired = assembly.expired(SystemTime::now());
    let address = server.local_addr();
    let summary = Summary::of(settings);
    match origin {
        Origin::File(file) => tracing::info!(file = %file.display(), "configuration"),
        Origin::Program => {}
        Origin::BuiltIn => tracing::info!(
            "no config.yaml found; every player is referred to {}; try: hyrouter probe {} --sni play.example.com",
            summary
                .default
                .as_ref()
                .map_or_else(|| "no backend".to_owned(), PoolSummary::backends),
            reachable(address),
        ),
    }
    for warning in settings.warnings.iter().chain(&expired) {
        tracing::warn!(key = warning.path, "configuration: {}", warning.message);
    }
    log_routes(&summary);
    if !summary.drained.is_empty() {
        let backends = summary.drained.join(", ");
        tracing::info!(backends, "drained by the configuration");
    }
    if !summary.maintenance.is_empty() {
        let routes = summary.maintenance.join(", ");
        tracing::info!(routes, "under maintenance by the configuration");
    }
    tracing::info!(
        identity = summary.identity,
        referral_data = summary.referral_data,
        "trust"
    );
    for plugin in &summary.plugins {
        let mode = if plugin.is_shadow {
            "shadow"
        } else {
            "enforce"
        };
        tracing::info!(plugin = plugin.name, stage = plugin.stage, mode, "plugin");
    }
    let buffer = server.recv_buffer();
    if buffer.granted < buffer.requested {
        tracing::warn!(
            granted = buffer.granted,
            wanted = buffer.requested,
            "the receive buffer is smaller than requested; bursts of players may wait 1 s longer; raise net.core.rmem_max"
        );
    }
    // Last, so that this line means that everything else works.
    tracing::info!(
        listen = %address,
        fingerprint = %server.fingerprint(),
        endpoints = server.endpoints(),
        "ready for players"
    );
}

fn log_routes(summary: &Summary) {
    for route in summary.routes.iter().take(SHOWN_ROUTES) {
        tracing::info!(
            route = route.name,
            hosts = route.hosts(),
            conditions = Some(&*route.conditions).filter(|text| !text.is_empty()),
            strategy = route.pool.strategy,
            backends = route.pool.backends(),
            fallbacks = route.pool.fallbacks,
            "route"
        );
    }
    if let Some(more @ 1..) = summary.routes.len().checked_sub(SHOWN_ROUTES) {
        tracing::info!(more, "more routes");
    }
    if let Some(pool) = &summary.default {
        tracing::info!(
            strategy = pool.strategy,
            backends = pool.backends(),
            fallbacks = pool.fallbacks,
            "default"
        );
    } else {
        tracing::info!("no default: other hosts are refused");
    }
}

/// Returns an address at which this machine reaches the server: loopback in place of an unspecified one.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

/// Logs the results of all identity tokens and referral data.
pub(crate) fn log_end(metrics: &Metrics) {
    let tokens = words(&metrics.decisions.identity);
    if !tokens.is_empty() {
        tracing::info!(counts = tokens, "identity tokens");
    }
    let tickets = words(&metrics.decisions.tickets);
    if !tickets.is_empty() {
        tracing::info!(counts = tickets, "referral data of players");
    }
}

/// Returns the codes that were counted with their counts, such as `verified=5 identity_missing=2`.
fn words<C: Code>(counters: &CodeCounters<C>) -> String {
    let words: Vec<_> = counters
        .seen()
        .map(|(code, count)| format!("{}={count}", code.as_str()))
        .collect();
    words.join(" ")
}
