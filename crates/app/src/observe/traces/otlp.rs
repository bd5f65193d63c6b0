//! From a decision to spans.

use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use hyrouter_config::TelemetrySettings;
use hyrouter_plugins::Record;
use hyrouter_proxy::{Action, ConnectInfo};
use hyrouter_traces::{Exchange, PluginSpan, Tracer};
use tokio::runtime::Handle;

use crate::address;
use crate::metrics::outcome;
use crate::snapshot::Finished;

pub(super) fn check(settings: &TelemetrySettings) -> anyhow::Result<()> {
    Ok(wanted(settings).check()?)
}

pub(super) fn open(settings: &TelemetrySettings) -> anyhow::Result<Tracer> {
    Tracer::open(&wanted(settings), &Handle::current()).context("telemetry.otlp")
}

fn wanted(settings: &TelemetrySettings) -> hyrouter_traces::OtlpSettings {
    let mut wanted = hyrouter_traces::OtlpSettings::new(&settings.endpoint);
    wanted.one_in = settings.one_in;
    wanted.service_name.clone_from(&settings.service_name);
    wanted.timeout = settings.timeout;
    wanted
}

/// The spans are made now that all is over, from the times that were taken anyway.
pub(super) fn record(tracer: &Tracer, finished: &Finished<'_>) {
    let (note, times) = (finished.note(), finished.times);
    let now = SystemTime::now();
    let start = now.checked_sub(times.total).unwrap_or(now);
    let connect = finished.info.map(ConnectInfo::connect);
    let backend = match finished.answer().map(|answer| &answer.action) {
        Some(Action::Referral { host, port, .. }) => Some(address::backend(host, *port)),
        _ => None,
    };
    let plugins = plugins(note.map_or(&[], |note| &note.plugins));
    let number = finished.peer.connection_id;
    let mut exchange = Exchange::new(start, number, outcome(finished), finished.reason_code());
    exchange.total = times.total;
    exchange.handshake = times.handshake;
    exchange.connect = times.connect;
    exchange.decision = times.decision;
    exchange.route = note.and_then(|note| note.route.as_deref());
    exchange.backend = backend.as_deref();
    exchange.generation = connect.map(|connect| connect.generation.as_str());
    exchange.build = connect.and_then(|connect| connect.build().number());
    exchange.plugins = &plugins;
    tracer.record(&exchange);
}

/// Plugins are asked one after the other, and nothing else takes time before them.
fn plugins(records: &[Record]) -> Vec<PluginSpan<'_>> {
    let mut offset = Duration::ZERO;
    let mut spans = Vec::new();
    for record in records {
        let verdict = record.verdict.as_str();
        let mut span = PluginSpan::new(&record.plugin, offset, record.elapsed, verdict);
        span.error = record.error_code();
        offset += record.elapsed;
        spans.push(span);
    }
    spans
}
