//! From a record to spans.

use std::time::Duration;

use hyrouter_config::{Problem, TelemetrySettings};
use hyrouter_decision_log::DecisionRecord;
use hyrouter_plugins::Record;
use hyrouter_traces::{PluginCall, Tracer, TracerOptions};
use tokio::runtime::Handle;

use crate::build::findings::at;

pub(super) fn check(settings: &TelemetrySettings) -> Result<(), Problem> {
    options(settings).check().map_err(at("telemetry.otlp"))
}

pub(super) fn open(settings: &TelemetrySettings) -> Result<Tracer, Problem> {
    Tracer::open(&options(settings), &Handle::current()).map_err(at("telemetry.otlp"))
}

fn options(settings: &TelemetrySettings) -> TracerOptions {
    TracerOptions::new(&settings.endpoint)
        .with_one_in(settings.one_in)
        .with_service_name(&settings.service_name)
        .with_timeout(settings.timeout)
}

pub(super) fn record(tracer: &Tracer, record: &DecisionRecord<'_>, calls: &[Record]) {
    // Plugins are called one after the other, and nothing else takes time before them.
    let mut offset = Duration::ZERO;
    let calls = calls.iter().map(|call| {
        let began = offset;
        offset += call.elapsed;
        PluginCall {
            name: &call.plugin,
            offset: began,
            elapsed: call.elapsed,
            verdict: call.verdict.as_str(),
            cached: call.is_cached(),
            error: call.error_code(),
        }
    });
    tracer.record(record, calls);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_configuration_are_those_of_the_tracer() {
        let configured = options(&TelemetrySettings::default());
        // Headers have no equality, as they may be secrets.
        assert_eq!(
            format!("{configured:?}"),
            format!("{:?}", TracerOptions::new(""))
        );
    }
}
