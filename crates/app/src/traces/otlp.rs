//! From a decision to spans.

use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use hyrouter_config::OtlpSettings;
use hyrouter_plugins::Record;
use hyrouter_proxy::{Action, Attached, ConnectInfo, Decided};
use hyrouter_telemetry::{Exchange, PluginSpan, Tracer};
use tokio::runtime::Handle;

use crate::counts::outcome;
use crate::names;

pub(super) fn check(settings: &OtlpSettings) -> anyhow::Result<()> {
    Ok(wanted(settings).check()?)
}

pub(super) fn open(settings: &OtlpSettings) -> anyhow::Result<Tracer> {
    Tracer::open(&wanted(settings), &Handle::current()).context("telemetry.otlp")
}

fn wanted(settings: &OtlpSettings) -> hyrouter_telemetry::OtlpSettings {
    let mut wanted = hyrouter_telemetry::OtlpSettings::new(&settings.endpoint);
    wanted.one_in = settings.one_in;
    wanted.service_name.clone_from(&settings.service_name);
    wanted.timeout = settings.timeout;
    wanted
}

/// The spans are made now that all is over, from the times that were taken anyway.
pub(super) fn record(tracer: &Tracer, decided: &Decided<'_>) {
    let (answer, times) = (decided.answer, decided.times);
    let now = SystemTime::now();
    let start = now.checked_sub(times.total).unwrap_or(now);
    let connect = decided.info.map(ConnectInfo::connect);
    let backend = match answer.map(|answer| &answer.action) {
        Some(Action::Referral { host, port, .. }) => Some(names::backend(host, *port)),
        _ => None,
    };
    let plugins = plugins(answer.and_then(|answer| answer.attached.as_ref()));
    let number = decided.peer.connection_id;
    let mut exchange = Exchange::new(start, number, outcome(decided), decided.reason_code);
    exchange.total = times.total;
    exchange.handshake = times.handshake;
    exchange.connect = times.connect;
    exchange.decision = times.decision;
    exchange.route = answer.and_then(|answer| answer.route.as_deref());
    exchange.backend = backend.as_deref();
    exchange.generation = connect.map(|connect| connect.generation.as_str());
    exchange.build = connect.and_then(|connect| connect.build().number());
    exchange.plugins = &plugins;
    tracer.record(&exchange);
}

/// Plugins are asked one after the other, and nothing else takes time before them.
fn plugins(attached: Option<&Attached>) -> Vec<PluginSpan<'_>> {
    let records = attached.and_then(|attached| attached.get::<Vec<Record>>());
    let mut offset = Duration::ZERO;
    let mut spans = Vec::new();
    for record in records.into_iter().flatten() {
        let verdict = record.verdict.as_str();
        let mut span = PluginSpan::new(&record.plugin, offset, record.elapsed, verdict);
        span.error = record.error_code();
        offset += record.elapsed;
        spans.push(span);
    }
    spans
}
