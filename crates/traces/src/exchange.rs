//! What is traced.

use std::time::{Duration, SystemTime};

/// Longest text of an error in characters.
const MAX_ERROR: usize = 200;

/// One connection that is over. A step that took no time did not happen, and gets no span.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// When its first datagram came.
    pub start: SystemTime,
    /// From there until it was answered.
    pub total: Duration,
    /// From the start to the end of the handshake.
    pub handshake: Duration,
    /// From there until the first frame was read.
    pub connect: Duration,
    /// From there until there was an answer.
    pub decision: Duration,
    /// Number of the connection, as in the log.
    pub connection: u64,
    /// How it ended: `referral`, `disconnect`, or `closed`.
    pub outcome: &'a str,
    /// Why, as a stable code.
    pub reason: &'a str,
    /// Whether that is an error of the router or its surroundings, or of the client. A player who is refused is none.
    pub is_error: bool,
    /// The route that led here.
    pub route: Option<&'a str>,
    /// Where the player was sent, as `host:port`.
    pub backend: Option<&'a str>,
    /// Generation of the protocol.
    pub generation: Option<&'a str>,
    /// Build of the client.
    pub build: Option<i32>,
    /// Plugins that were asked.
    pub plugins: &'a [PluginSpan<'a>],
}

/// One plugin that was asked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PluginSpan<'a> {
    /// Its name in the configuration.
    pub name: &'a str,
    /// When it was asked, from the start of the decision.
    pub offset: Duration,
    /// How long it took.
    pub elapsed: Duration,
    /// What it said, as a stable code.
    pub verdict: &'a str,
    /// What went wrong; the first 200 characters are sent.
    pub error: Option<&'a str>,
}

impl<'a> Exchange<'a> {
    /// An exchange with what each has. The rest is empty and can be set. `closed` is an error unless set otherwise.
    pub fn new(start: SystemTime, connection: u64, outcome: &'a str, reason: &'a str) -> Self {
        Self {
            start,
            total: Duration::ZERO,
            handshake: Duration::ZERO,
            connect: Duration::ZERO,
            decision: Duration::ZERO,
            connection,
            outcome,
            reason,
            is_error: outcome == "closed",
            route: None,
            backend: None,
            generation: None,
            build: None,
            plugins: &[],
        }
    }

    /// How many spans it makes.
    pub(crate) fn spans(&self) -> u64 {
        let steps = [self.handshake, self.connect]
            .iter()
            .filter(|step| !step.is_zero())
            .count();
        let has_decision = !self.decision.is_zero() || !self.plugins.is_empty();
        let spans = 1 + steps + usize::from(has_decision) + self.plugins.len();
        u64::try_from(spans).unwrap_or(u64::MAX)
    }
}

impl<'a> PluginSpan<'a> {
    /// A plugin that did what it should.
    pub fn new(name: &'a str, offset: Duration, elapsed: Duration, verdict: &'a str) -> Self {
        Self {
            name,
            offset,
            elapsed,
            verdict,
            error: None,
        }
    }
}

/// An [`Exchange`] that waits to be sent. What it borrows is copied; spans are made of it by who sends them.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) start: SystemTime,
    pub(crate) total: Duration,
    pub(crate) handshake: Duration,
    pub(crate) connect: Duration,
    pub(crate) decision: Duration,
    pub(crate) connection: u64,
    pub(crate) outcome: Box<str>,
    pub(crate) reason: Box<str>,
    pub(crate) is_error: bool,
    pub(crate) route: Option<Box<str>>,
    pub(crate) backend: Option<Box<str>>,
    pub(crate) generation: Option<Box<str>>,
    pub(crate) build: Option<i32>,
    pub(crate) plugins: Box<[WaitingPlugin]>,
}

#[derive(Debug)]
pub(crate) struct WaitingPlugin {
    pub(crate) name: Box<str>,
    pub(crate) offset: Duration,
    pub(crate) elapsed: Duration,
    pub(crate) verdict: Box<str>,
    pub(crate) error: Option<Box<str>>,
}

impl Waiting {
    /// Whether there is a span that those of plugins are below.
    pub(crate) fn has_decision(&self) -> bool {
        !self.decision.is_zero() || !self.plugins.is_empty()
    }
}

impl From<&Exchange<'_>> for Waiting {
    fn from(exchange: &Exchange<'_>) -> Self {
        let plugins = exchange.plugins.iter().map(|plugin| WaitingPlugin {
            name: plugin.name.into(),
            offset: plugin.offset,
            elapsed: plugin.elapsed,
            verdict: plugin.verdict.into(),
            error: plugin
                .error
                .map(|error| error.chars().take(MAX_ERROR).collect()),
        });
        Self {
            start: exchange.start,
            total: exchange.total,
            handshake: exchange.handshake,
            connect: exchange.connect,
            decision: exchange.decision,
            connection: exchange.connection,
            outcome: exchange.outcome.into(),
            reason: exchange.reason.into(),
            is_error: exchange.is_error,
            route: exchange.route.map(Into::into),
            backend: exchange.backend.map(Into::into),
            generation: exchange.generation.map(Into::into),
            build: exchange.build,
            plugins: plugins.collect(),
        }
    }
}
