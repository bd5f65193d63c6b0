//! Spans of an exchange.

use std::time::{Duration, SystemTime};

use crate::exchange::{Waiting, WaitingPlugin};
use crate::otlp::{Code, KeyValue, Kind, Span, Status};

/// Sampled (bit 0), and it is known (bit 8) that the parent is of this process (bit 9).
const FLAGS: u32 = 0x101;

/// Makes the spans: the connection, its steps, and plugins below the decision.
pub(crate) fn make(waiting: &Waiting, spans: &mut Vec<Span>) {
    let trace = Trace {
        id: id(rand::random::<u128>().to_be_bytes()),
    };
    let start = nanos(waiting.start);
    let mut root = trace.span("connection", &[], start, waiting.total);
    root.kind = Kind::Server.into();
    root.attributes = attributes(waiting);
    root.status = waiting.is_error.then(|| error(&waiting.reason));
    let root_id = root.id.clone();
    spans.push(root);

    let mut at = start;
    for (name, step) in [
        ("handshake", waiting.handshake),
        ("connect", waiting.connect),
    ] {
        if !step.is_zero() {
            spans.push(trace.span(name, &root_id, at, step));
            at = later(at, step);
        }
    }
    if waiting.has_decision() {
        let decision = trace.span("decision", &root_id, at, waiting.decision);
        let decision_id = decision.id.clone();
        spans.push(decision);
        for plugin in &waiting.plugins {
            spans.push(trace.plugin(plugin, &decision_id, at));
        }
    }
}

struct Trace {
    id: Vec<u8>,
}

impl Trace {
    fn span(&self, name: &str, parent: &[u8], start: u64, elapsed: Duration) -> Span {
        Span {
            trace_id: self.id.clone(),
            id: id(rand::random::<u64>().to_be_bytes()),
            parent_id: parent.to_vec(),
            flags: FLAGS,
            name: name.to_owned(),
            kind: Kind::Internal.into(),
            start_time_unix_nano: start,
            end_time_unix_nano: later(start, elapsed),
            attributes: Vec::new(),
            status: None,
        }
    }

    fn plugin(&self, plugin: &WaitingPlugin, parent: &[u8], decision: u64) -> Span {
        let start = later(decision, plugin.offset);
        let mut span = self.span("plugin", parent, start, plugin.elapsed);
        span.attributes = vec![
            KeyValue::text("hyrouter.plugin", &plugin.name),
            KeyValue::text("hyrouter.verdict", &plugin.verdict),
        ];
        span.status = plugin.error.as_deref().map(error);
        span
    }
}

fn attributes(waiting: &Waiting) -> Vec<KeyValue> {
    let connection = i64::try_from(waiting.connection).unwrap_or(i64::MAX);
    let mut attributes = vec![
        KeyValue::int("hyrouter.connection", connection),
        KeyValue::text("hyrouter.outcome", &waiting.outcome),
        KeyValue::text("hyrouter.reason", &waiting.reason),
    ];
    for (key, value) in [
        ("hyrouter.route", &waiting.route),
        ("hyrouter.backend", &waiting.backend),
        ("hyrouter.generation", &waiting.generation),
    ] {
        attributes.extend(value.as_deref().map(|value| KeyValue::text(key, value)));
    }
    let build = waiting.build.map(i64::from);
    attributes.extend(build.map(|build| KeyValue::int("hyrouter.build", build)));
    attributes
}

fn error(message: &str) -> Status {
    Status {
        message: message.to_owned(),
        code: Code::Error.into(),
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

    use super::{id, make};
    use crate::exchange::{Exchange, PluginSpan, Waiting};

    #[test]
    fn spans_are_as_many_as_they_are_counted_and_none_is_twice() {
        let step = Duration::from_millis(1);
        let plugins = [PluginSpan::new("a", step, step, "allow")];
        let mut exchange = Exchange::new(SystemTime::UNIX_EPOCH, 1, "closed", "timeout");
        let mut ids = Vec::new();
        for bits in 0..16 {
            let time = |bit| {
                if bits & bit == 0 {
                    Duration::ZERO
                } else {
                    step
                }
            };
            exchange.handshake = time(1);
            exchange.connect = time(2);
            exchange.decision = time(4);
            exchange.plugins = if bits & 8 == 0 { &[] } else { &plugins };
            let waiting = Waiting::from(&exchange);
            let mut spans = Vec::new();
            make(&waiting, &mut spans);
            assert_eq!(
                u64::try_from(spans.len()).unwrap(),
                exchange.spans(),
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
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        let mut exchange = Exchange::new(before, u64::MAX, "closed", "timeout");
        exchange.total = Duration::MAX;
        let mut spans = Vec::new();
        make(&Waiting::from(&exchange), &mut spans);
        assert_eq!(spans[0].start_time_unix_nano, 0);
        assert_eq!(spans[0].end_time_unix_nano, u64::MAX);
    }
}
