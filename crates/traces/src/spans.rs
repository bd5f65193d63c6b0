//! Spans of an exchange.

use std::time::{Duration, SystemTime};

use hyrouter_decision_log::DecisionOutcome;

use crate::otlp::{KeyValue, OtlpSpan, SpanKind, SpanStatus, SpanStatusCode};
use crate::pending::{PendingCall, PendingTrace, has_decision};

/// Sampled (bit 0), and it is known (bit 8) that the parent is of this process (bit 9).
const FLAGS: u32 = 0x101;

/// Makes the spans: the connection, its steps, and plugins below the decision.
pub(crate) fn make(pending: &PendingTrace, spans: &mut Vec<OtlpSpan>) {
    let trace = Trace {
        id: id(rand::random::<u128>().to_be_bytes()),
    };
    let start = nanos(pending.start);
    let mut root = trace.span("connection", &[], start, pending.total);
    root.kind = SpanKind::Server.into();
    root.attributes = attributes(pending);
    // A player who is refused is no error.
    root.status = (pending.outcome == DecisionOutcome::Closed).then(|| error(pending.reason));
    let root_id = root.id.clone();
    spans.push(root);

    let mut at = start;
    for (name, step) in [
        ("handshake", pending.handshake),
        ("connect", pending.connect),
    ] {
        if !step.is_zero() {
            spans.push(trace.span(name, &root_id, at, step));
            at = later(at, step);
        }
    }
    if has_decision(pending.decision, pending.plugins.len()) {
        let decision = trace.span("decision", &root_id, at, pending.decision);
        let decision_id = decision.id.clone();
        spans.push(decision);
        for call in &pending.plugins {
            spans.push(trace.plugin(call, &decision_id, at));
        }
    }
}

struct Trace {
    id: Vec<u8>,
}

impl Trace {
    fn span(&self, name: &str, parent: &[u8], start: u64, elapsed: Duration) -> OtlpSpan {
        OtlpSpan {
            trace_id: self.id.clone(),
            id: id(rand::random::<u64>().to_be_bytes()),
            parent_id: parent.to_vec(),
            flags: FLAGS,
            name: name.to_owned(),
            kind: SpanKind::Internal.into(),
            start_time_unix_nano: start,
            end_time_unix_nano: later(start, elapsed),
            attributes: Vec::new(),
            status: None,
        }
    }

    fn plugin(&self, call: &PendingCall, parent: &[u8], decision: u64) -> OtlpSpan {
        let start = later(decision, call.offset);
        let mut span = self.span("plugin", parent, start, call.elapsed);
        span.attributes = vec![
            KeyValue::text("hyrouter.plugin", &call.name),
            KeyValue::text("hyrouter.verdict", call.verdict),
        ];
        span.status = call.error.as_deref().map(error);
        span
    }
}

fn attributes(pending: &PendingTrace) -> Vec<KeyValue> {
    let connection = i64::try_from(pending.connection).unwrap_or(i64::MAX);
    let mut attributes = vec![
        KeyValue::int("hyrouter.connection", connection),
        KeyValue::text("hyrouter.outcome", pending.outcome.as_str()),
        KeyValue::text("hyrouter.reason", pending.reason),
    ];
    for (key, value) in [
        ("hyrouter.route", pending.route.as_deref()),
        ("hyrouter.backend", pending.backend.as_deref()),
        ("hyrouter.generation", pending.generation),
    ] {
        attributes.extend(value.map(|value| KeyValue::text(key, value)));
    }
    let build = pending.build.map(i64::from);
    attributes.extend(build.map(|build| KeyValue::int("hyrouter.build", build)));
    attributes
}

fn error(message: &str) -> SpanStatus {
    SpanStatus {
        message: message.to_owned(),
        code: SpanStatusCode::Error.into(),
    }
}

/// An id of zeros is none.
fn id<const N: usize>(mut bytes: [u8; N]) -> Vec<u8> {
    if bytes == [0; N] {
        bytes = [1; N];
    }
    bytes.to_vec()
}

fn nanos(time: SystemTime) -> u64 {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

fn later(start: u64, elapsed: Duration) -> u64 {
    start.saturating_add(u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use hyrouter_decision_log::{DecisionOutcome, DecisionRecord};

    use super::{id, make};
    use crate::PluginCall;
    use crate::pending::{PendingTrace, span_count};

    fn closed(time: SystemTime, connection: u64) -> DecisionRecord<'static> {
        DecisionRecord::new(time, connection, DecisionOutcome::Closed, "timeout")
    }

    #[test]
    fn spans_are_as_many_as_they_are_counted_and_none_is_twice() {
        let step = Duration::from_millis(1);
        let call = PluginCall {
            name: "a",
            offset: step,
            elapsed: step,
            verdict: "allow",
            error: None,
        };
        let mut ids = Vec::new();
        for bits in 0..16 {
            let time = |bit| {
                if bits & bit == 0 {
                    Duration::ZERO
                } else {
                    step
                }
            };
            let record = DecisionRecord {
                handshake: time(1),
                connect: time(2),
                decision: time(4),
                ..closed(SystemTime::UNIX_EPOCH, 1)
            };
            let calls = (bits & 8 != 0).then_some(call);
            let mut spans = Vec::new();
            make(&PendingTrace::new(&record, calls.into_iter()), &mut spans);
            assert_eq!(
                u64::try_from(spans.len()).unwrap(),
                span_count(&record, usize::from(calls.is_some())),
                "{bits}"
            );
            ids.extend(spans.into_iter().map(|span| span.id));
        }
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }

    #[test]
    fn no_id_is_zero() {
        assert_eq!(id([0; 8]), [1; 8]);
        assert_eq!(id([0, 0, 7]), [0, 0, 7]);
    }

    #[test]
    fn no_clock_is_too_wrong() {
        let record = DecisionRecord {
            total: Duration::MAX,
            ..closed(SystemTime::UNIX_EPOCH - Duration::from_secs(1), u64::MAX)
        };
        let mut spans = Vec::new();
        make(&PendingTrace::new(&record, [].into_iter()), &mut spans);
        assert_eq!(spans[0].start_time_unix_nano, 0);
        assert_eq!(spans[0].end_time_unix_nano, u64::MAX);
    }
}
