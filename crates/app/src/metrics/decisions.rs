//! DecisionMetrics, and how long they took.

use hyrouter_gateway::{IdentityResult, Reason, TicketResult};
use hyrouter_metrics::{Codes, Desc, Exposition, Histogram, Source};
use hyrouter_proxy::{Action, CloseReason};

use crate::snapshot::Finished;

#[derive(Debug)]
pub(crate) struct DecisionMetrics {
    referrals: Codes,
    disconnects: Codes,
    closed: Codes,
    pub(crate) handshake: Histogram,
    pub(crate) connect: Histogram,
    pub(crate) decision: Histogram,
    pub(crate) exchange: Histogram,
    pub(crate) identity: Codes,
    pub(crate) tickets: Codes,
}

impl Default for DecisionMetrics {
    fn default() -> Self {
        Self {
            referrals: Codes::new(["referred"]),
            disconnects: Codes::new(reasons()),
            closed: Codes::new(reasons()),
            handshake: Histogram::default(),
            connect: Histogram::default(),
            decision: Histogram::default(),
            exchange: Histogram::default(),
            identity: Codes::new(IdentityResult::ALL.map(IdentityResult::as_str)),
            tickets: Codes::new(TicketResult::ALL.map(TicketResult::as_str)),
        }
    }
}

fn reasons() -> impl Iterator<Item = &'static str> {
    let closed = CloseReason::ALL.map(CloseReason::as_str);
    Reason::ALL.map(Reason::as_str).into_iter().chain(closed)
}

/// What was done, in the words of logs and metrics.
pub(crate) fn outcome(finished: &Finished<'_>) -> &'static str {
    match finished.answer().map(|answer| &answer.action) {
        Some(Action::Referral { .. }) => "referral",
        Some(Action::Disconnect { .. }) => "disconnect",
        _ => "closed",
    }
}

impl DecisionMetrics {
    const DECISIONS: Desc = Desc::counter(
        "hyrouter_decisions",
        "Connections that were answered or closed, by what was done (referral, disconnect, closed) and why",
        &["outcome", "reason"],
    );
    const HANDSHAKE: Desc = Desc::histogram(
        "hyrouter_handshake_seconds",
        "From the first datagram to the end of the TLS handshake",
        &[],
    );
    const CONNECT: Desc = Desc::histogram(
        "hyrouter_connect_seconds",
        "From the handshake to a whole Connect packet",
        &[],
    );
    const DECISION: Desc = Desc::histogram(
        "hyrouter_decision_seconds",
        "From the Connect packet to the answer, plugins included",
        &[],
    );
    const EXCHANGE: Desc = Desc::histogram(
        "hyrouter_exchange_seconds",
        "From the first datagram until the answer was sent",
        &[],
    );
    const IDENTITY: Desc = Desc::counter(
        "hyrouter_identity",
        "Identity tokens of players, by what was made of them",
        &["result"],
    );
    const TICKETS: Desc = Desc::counter(
        "hyrouter_tickets",
        "Referral data that players brought, by what was made of it",
        &["result"],
    );

    pub(super) fn count(&self, finished: &Finished<'_>) {
        let reason = finished.reason_code();
        match outcome(finished) {
            "referral" => self.referrals.inc(reason),
            "disconnect" => self.disconnects.inc(reason),
            _ => self.closed.inc(reason),
        }
        let times = finished.times;
        self.handshake.observe(times.handshake);
        // Who leaves before a Connect has not waited for a decision.
        if finished.info.is_some() || finished.error.is_some() {
            self.connect.observe(times.connect);
            self.decision.observe(times.decision);
            self.exchange.observe(times.total);
        }
        let note = finished.note();
        if let Some(code) = note.and_then(|note| note.identity) {
            self.identity.inc(code.as_str());
        }
        if let Some(code) = note.and_then(|note| note.ticket) {
            self.tickets.inc(code.as_str());
        }
    }

    /// Every pair of outcome and reason that happened, with how often.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let of = |outcome, codes: &'_ Codes| {
            let seen: Vec<_> = codes.seen().collect();
            seen.into_iter()
                .map(move |(reason, count)| (outcome, reason, count))
        };
        of("referral", &self.referrals)
            .chain(of("disconnect", &self.disconnects))
            .chain(of("closed", &self.closed))
    }
}

impl Source for DecisionMetrics {
    fn descs(&self) -> &'static [Desc] {
        &[
            Self::DECISIONS,
            Self::HANDSHAKE,
            Self::CONNECT,
            Self::DECISION,
            Self::EXCHANGE,
            Self::IDENTITY,
            Self::TICKETS,
        ]
    }

    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let seen = self.seen();
        let decisions = seen.map(|(outcome, reason, count)| ([outcome, reason], count));
        into.counts(&Self::DECISIONS, decisions);
        into.histogram(&Self::HANDSHAKE, self.handshake.read());
        into.histogram(&Self::CONNECT, self.connect.read());
        into.histogram(&Self::DECISION, self.decision.read());
        into.histogram(&Self::EXCHANGE, self.exchange.read());
        let identity = self.identity.seen();
        into.counts(&Self::IDENTITY, identity.map(|(code, n)| ([code], n)));
        let tickets = self.tickets.seen();
        into.counts(&Self::TICKETS, tickets.map(|(code, n)| ([code], n)));
    }
}
