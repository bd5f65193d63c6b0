//! Data of the status page.

mod limits;
mod routes;

use std::time::SystemTime;

use hyrouter_admin::{
    CertificateStatus, ConnectionsStatus, DecisionsStatus, HealthProblem, IdentityStatus,
    LatencyStatus, NamedCount, PluginCacheStatus, PluginOverview, RouterState, RouterStatus,
};
use hyrouter_config::Settings;
use hyrouter_plugins::Mode;

use super::control::StartFacts;
use crate::build::NOTICE;
use crate::build::identity_keys::IdentityKeys;
use crate::discovery::{Origins, status_of};
use crate::lifecycle::Phase;
use crate::reconfigure::AppState;
use crate::timestamp::{unix, unix_now};

/// Maximum number of problems that are shown for each provider. The list of backends has more.
const SHOWN_PROBLEMS: usize = 3;

pub(super) fn now(
    state: &AppState,
    start: &StartFacts,
    phase: Phase,
    problems: Vec<HealthProblem>,
) -> RouterStatus {
    let active = state.active.load();
    let settings = &active.assembly.settings;
    let metrics = state.handler.metrics();
    let server = metrics.connections.status();
    let snapshot = state.handler.current();
    let now = SystemTime::now();
    let mut warnings = active.assembly.warnings(now);
    warnings.extend(active.overrides.without_effect(snapshot.gateway.router()));
    let origins = Origins::new(&settings.discovery, &snapshot.discovery);
    RouterStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        state: match phase {
            Phase::Starting => RouterState::Starting,
            Phase::Serving => RouterState::Serving,
            Phase::Draining => RouterState::Draining,
        },
        started_at: start.at,
        uptime_seconds: (unix_now() - start.at).max(0.0),
        listen: start.address.to_string(),
        endpoints: start.endpoints,
        config: state.history.status(Some(certificate(state, now))),
        decisions: decisions(state),
        connections: ConnectionsStatus {
            open: server.open as u64,
            half_open: server.half_open as u64,
            retries: server.retries_sent,
            refused: server.refused.total(),
            handshakes_failed: metrics.connections.handshakes_failed.get(),
        },
        routes: routes::shown(snapshot.gateway.router().routes())
            .map(|shown| routes::of(state, &active, &origins, shown))
            .collect(),
        totals: routes::totals(snapshot.gateway.router().routes()),
        providers: (active.assembly.sources.iter())
            .map(|source| status_of(source, SHOWN_PROBLEMS))
            .collect(),
        plugins: plugins(state, settings),
        identity: identity(state, settings, active.assembly.keys.as_deref()),
        limits: limits::of(&settings.limits),
        refusals: refusals(state),
        warnings,
        problems,
    }
}

fn certificate(state: &AppState, now: SystemTime) -> CertificateStatus {
    let validity = state.server.validity();
    CertificateStatus {
        sha256: state.server.fingerprint().to_string(),
        not_before: unix(validity.not_before),
        not_after: unix(validity.not_after),
        is_valid: validity.not_before <= now && now <= validity.not_after,
        ends_soon: validity.not_after < now + NOTICE,
    }
}

fn decisions(state: &AppState) -> DecisionsStatus {
    let decisions = &state.handler.metrics().decisions;
    let outcomes: Vec<_> = decisions
        .seen()
        .map(|(outcome, reason, count)| NamedCount {
            name: if reason == "referred" || outcome == "disconnect" {
                reason.to_owned()
            } else {
                format!("{outcome}: {reason}")
            },
            count,
        })
        .collect();
    DecisionsStatus {
        total: outcomes.iter().map(|outcome| outcome.count).sum(),
        outcomes,
        latency: LatencyStatus {
            handshake: decisions.handshake.quantiles(),
            connect: decisions.connect.quantiles(),
            decision: decisions.decision.quantiles(),
            exchange: decisions.exchange.quantiles(),
        },
    }
}

fn plugins(state: &AppState, settings: &Settings) -> Vec<PluginOverview> {
    let metrics = &state.handler.metrics().plugins;
    let snapshot = state.handler.current();
    let shown = snapshot.gateway.plugins().plugins().map(|plugin| {
        let count = metrics.of(plugin.name).unwrap_or_default();
        let written = settings
            .plugins
            .iter()
            .find(|written| written.settings.name == plugin.name);
        PluginOverview {
            name: plugin.name.to_owned(),
            kind: written
                .map_or("unknown", |written| written.kind.as_str())
                .to_owned(),
            stage: plugin.stage.to_string(),
            mode: match plugin.mode {
                Mode::Shadow => "shadow".to_owned(),
                Mode::Enforce => "enforce".to_owned(),
            },
            breaker: plugin.breaker.as_str().to_owned(),
            running: plugin.running as u64,
            waiting: plugin.waiting as u64,
            calls: count.calls(),
            failures: count.failed.get(),
            denials: count.denied.get(),
            latency: count.took.quantiles(),
            last_error: count.last_error(),
            cache: plugin.cache.map(|cache| PluginCacheStatus {
                entries: cache.entries as u64,
                memory: cache.memory as u64,
                hits: count.all_hits(),
                misses: count.misses.get(),
            }),
        }
    });
    shown.collect()
}

fn identity(state: &AppState, settings: &Settings, keys: Option<&IdentityKeys>) -> IdentityStatus {
    let status = keys.map(IdentityKeys::status);
    let results = state.handler.metrics().decisions.identity.seen();
    IdentityStatus {
        mode: settings.identity.mode.as_str().to_owned(),
        keys: status.as_ref().map(|status| status.key_ids.len() as u64),
        keys_age_seconds: keys
            .and_then(|keys| keys.verifier.keys_age(SystemTime::now()))
            .map(|age| age.as_secs_f64()),
        problem: status.and_then(|status| status.last_error),
        results: results
            .map(|(result, n)| count((result.as_str(), n)))
            .collect(),
    }
}

fn refusals(state: &AppState) -> Vec<NamedCount> {
    let metrics = state.handler.metrics();
    let refused = metrics.connections.status().refused;
    let refused = refused.iter().filter(|(_, count)| *count > 0);
    let mut refusals: Vec<_> = refused
        .map(|(refusal, n)| count((refusal.as_str(), n)))
        .collect();
    let denied = metrics.decisions.seen();
    let denied = denied.filter(|(outcome, _, _)| *outcome != "referral");
    refusals.extend(denied.map(|(_, reason, n)| count((reason, n))));
    refusals
}

fn count((name, count): (&'static str, u64)) -> NamedCount {
    NamedCount {
        name: name.to_owned(),
        count,
    }
}
