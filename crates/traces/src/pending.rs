//! Traces in the queue.

use std::time::{Duration, SystemTime};

use hyrouter_decision_log::{DecisionOutcome, DecisionRecord};

/// Maximum length of an error text in characters.
const MAX_ERROR: usize = 200;

/// Call of a plugin.
#[derive(Debug, Clone, Copy)]
pub struct PluginCall<'a> {
    /// Name of the plugin in the configuration.
    pub name: &'a str,
    /// Time from the start of the decision to the start of the call.
    pub offset: Duration,
    /// Duration of the call.
    pub elapsed: Duration,
    /// Verdict of the plugin, as a stable code.
    pub verdict: &'static str,
    /// `true` if the verdict is from the cache. The plugin was not called then.
    pub cached: bool,
    /// Error of the call; the first 200 characters are sent.
    pub error: Option<&'a str>,
}

/// Data for the spans of one connection: about 400 bytes, 20 % of the size of the spans, which are made when they
/// are exported.
#[derive(Debug)]
pub(crate) struct PendingTrace {
    pub(crate) start: SystemTime,
    pub(crate) total: Duration,
    pub(crate) handshake: Duration,
    pub(crate) connect: Duration,
    pub(crate) decision: Duration,
    pub(crate) connection: u64,
    pub(crate) outcome: DecisionOutcome,
    pub(crate) reason: &'static str,
    pub(crate) route: Option<Box<str>>,
    pub(crate) backend: Option<String>,
    pub(crate) generation: Option<&'static str>,
    pub(crate) build: Option<i32>,
    pub(crate) plugins: Box<[PendingCall]>,
}

#[derive(Debug)]
pub(crate) struct PendingCall {
    pub(crate) name: Box<str>,
    pub(crate) offset: Duration,
    pub(crate) elapsed: Duration,
    pub(crate) verdict: &'static str,
    pub(crate) cached: bool,
    pub(crate) error: Option<Box<str>>,
}

impl PendingTrace {
    pub(crate) fn new<'a>(
        record: &DecisionRecord<'_>,
        calls: impl Iterator<Item = PluginCall<'a>>,
    ) -> Self {
        let plugins = calls.map(|call| PendingCall {
            name: call.name.into(),
            offset: call.offset,
            elapsed: call.elapsed,
            verdict: call.verdict,
            cached: call.cached,
            error: call
                .error
                .map(|error| error.chars().take(MAX_ERROR).collect()),
        });
        Self {
            // The clock is read once for each connection, at its end.
            start: record.time.checked_sub(record.total).unwrap_or(record.time),
            total: record.total,
            handshake: record.handshake,
            connect: record.connect,
            decision: record.decision,
            connection: record.connection,
            outcome: record.outcome,
            reason: record.reason,
            route: record.route.map(Into::into),
            backend: record.backend.map(|backend| backend.to_string()),
            generation: record.generation,
            build: record.build,
            plugins: plugins.collect(),
        }
    }
}

/// Returns the number of spans of a connection with that number of plugin calls. A step of zero duration did not
/// happen, and has no span.
pub(crate) fn span_count(record: &DecisionRecord<'_>, calls: usize) -> u64 {
    let steps = [record.handshake, record.connect];
    let steps = steps.iter().filter(|step| !step.is_zero()).count();
    let decision = usize::from(has_decision(record.decision, calls));
    u64::try_from(1 + steps + decision + calls).unwrap_or(u64::MAX)
}

/// Returns whether the decision has a span. Spans of plugin calls need it as their parent.
pub(crate) fn has_decision(decision: Duration, calls: usize) -> bool {
    !decision.is_zero() || calls > 0
}
