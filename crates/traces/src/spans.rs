//! Spans of a connection.

use std::time::{Duration, SystemTime};

use hyrouter_decision_log::DecisionOutcome;
use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::trace::{
    IdGenerator as _, RandomIdGenerator, SpanData, SpanEvents, SpanLinks,
};

use crate::pending::{PendingCall, PendingTrace, has_decision};

/// Name of the instrumentation scope. It is not the name of the crate: operators filter by it.
const SCOPE: &str = "hyrouter-telemetry";

/// Makes the spans of traces.
pub(crate) struct SpanMaker {
    ids: RandomIdGenerator,
    scope: InstrumentationScope,
}

impl Default for SpanMaker {
    fn default() -> Self {
        let scope = InstrumentationScope::builder(SCOPE).with_version(env!("CARGO_PKG_VERSION"));
        Self {
            ids: RandomIdGenerator::default(),
            scope: scope.build(),
        }
    }
}

impl SpanMaker {
    /// Appends the spans of a connection: its own, those of its steps, and those of plugins below the decision.
    pub(crate) fn make(&self, mut pending: PendingTrace, spans: &mut Vec<SpanData>) {
        let trace = self.ids.new_trace_id();
        let plugins = std::mem::take(&mut pending.plugins);
        let PendingTrace {
            mut start,
            handshake,
            connect,
            decision,
            ..
        } = pending;
        let root = self.root(trace, pending);
        let root_id = root.span_context.span_id();
        spans.push(root);

        for (name, step) in [("handshake", handshake), ("connect", connect)] {
            if !step.is_zero() {
                spans.push(self.span(trace, root_id, name, start, step));
                start = later(start, step);
            }
        }
        if has_decision(decision, plugins.len()) {
            let decision = self.span(trace, root_id, "decision", start, decision);
            let decision_id = decision.span_context.span_id();
            spans.push(decision);
            for call in plugins {
                spans.push(self.plugin(trace, decision_id, start, call));
            }
        }
    }

    fn root(&self, trace: TraceId, pending: PendingTrace) -> SpanData {
        let mut root = self.span(
            trace,
            SpanId::INVALID,
            "connection",
            pending.start,
            pending.total,
        );
        root.span_kind = SpanKind::Server;
        // A refused player is not an error.
        if pending.outcome == DecisionOutcome::Closed {
            root.status = Status::error(pending.reason);
        }
        root.attributes = attributes(pending);
        root
    }

    fn plugin(
        &self,
        trace: TraceId,
        parent: SpanId,
        decision: SystemTime,
        call: PendingCall,
    ) -> SpanData {
        let start = later(decision, call.offset);
        let mut span = self.span(trace, parent, "plugin", start, call.elapsed);
        span.attributes = vec![
            KeyValue::new("hyrouter.plugin", String::from(call.name)),
            KeyValue::new("hyrouter.verdict", call.verdict),
        ];
        if call.cached {
            span.attributes.push(KeyValue::new("hyrouter.cached", true));
        }
        if let Some(error) = call.error {
            span.status = Status::error(String::from(error));
        }
        span
    }

    fn span(
        &self,
        trace: TraceId,
        parent: SpanId,
        name: &'static str,
        start: SystemTime,
        elapsed: Duration,
    ) -> SpanData {
        SpanData {
            span_context: SpanContext::new(
                trace,
                self.ids.new_span_id(),
                TraceFlags::SAMPLED,
                false,
                TraceState::NONE,
            ),
            parent_span_id: parent,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: name.into(),
            start_time: start,
            end_time: later(start, elapsed),
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: self.scope.clone(),
        }
    }
}

fn attributes(pending: PendingTrace) -> Vec<KeyValue> {
    let connection = i64::try_from(pending.connection).unwrap_or(i64::MAX);
    let required = [
        KeyValue::new("hyrouter.connection", connection),
        KeyValue::new("hyrouter.outcome", pending.outcome.as_str()),
        KeyValue::new("hyrouter.reason", pending.reason),
    ];
    let optional: [(_, Option<Value>); 4] = [
        (
            "hyrouter.route",
            pending.route.map(|route| String::from(route).into()),
        ),
        ("hyrouter.backend", pending.backend.map(Into::into)),
        ("hyrouter.generation", pending.generation.map(Into::into)),
        (
            "hyrouter.build",
            pending.build.map(|build| i64::from(build).into()),
        ),
    ];
    let optional = optional.into_iter();
    let optional = optional.filter_map(|(key, value)| Some(KeyValue::new(key, value?)));
    required.into_iter().chain(optional).collect()
}

/// Returns the start if the end is beyond all times of the system.
fn later(start: SystemTime, elapsed: Duration) -> SystemTime {
    start.checked_add(elapsed).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use hyrouter_decision_log::{DecisionOutcome, DecisionRecord};

    use super::SpanMaker;
    use crate::PluginCall;
    use crate::pending::{PendingTrace, span_count};

    fn closed(time: SystemTime, connection: u64) -> DecisionRecord<'static> {
        DecisionRecord::new(time, connection, DecisionOutcome::Closed, "timeout")
    }

    #[test]
    fn the_number_of_spans_is_the_counted_one() {
        let step = Duration::from_millis(1);
        let call = PluginCall {
            name: "a",
            offset: step,
            elapsed: step,
            verdict: "allow",
            cached: false,
            error: None,
        };
        for bits in 0..16_u32 {
            let time = |bit| step * u32::from(bits & bit != 0);
            let record = DecisionRecord {
                handshake: time(1),
                connect: time(2),
                decision: time(4),
                ..closed(SystemTime::UNIX_EPOCH, 1)
            };
            let calls = (bits & 8 != 0).then_some(call);
            let mut spans = Vec::new();
            let pending = PendingTrace::new(&record, calls.into_iter());
            SpanMaker::default().make(pending, &mut spans);
            assert_eq!(
                u64::try_from(spans.len()).unwrap(),
                span_count(&record, usize::from(calls.is_some())),
                "{bits}"
            );
        }
    }

    #[test]
    fn no_clock_is_too_wrong() {
        let record = DecisionRecord {
            handshake: Duration::MAX,
            total: Duration::MAX,
            ..closed(SystemTime::UNIX_EPOCH - Duration::from_secs(1), u64::MAX)
        };
        let mut spans = Vec::new();
        let pending = PendingTrace::new(&record, [].into_iter());
        SpanMaker::default().make(pending, &mut spans);
        assert!(spans.iter().all(|span| span.end_time >= span.start_time));
    }
}
