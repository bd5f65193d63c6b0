//! Decisions, and how long they took.

use hyrouter_decision_log::{DecisionOutcome, DecisionRecord};
use hyrouter_gateway::{DecisionNote, IdentityResult, Reason, TicketResult};
use hyrouter_metrics::{Codes, Desc, Exposition, Histogram, Source};
use hyrouter_proxy::{CloseReason, SentAnswer};

#[derive(Debug)]
pub(crate) struct DecisionMetrics {
    referrals: Codes<Reason>,
    disconnects: Codes<Reason>,
    closed: Codes<CloseReason>,
    pub(crate) handshake: Histogram,
    pub(crate) connect: Histogram,
    pub(crate) decision: Histogram,
    pub(crate) exchange: Histogram,
    pub(crate) identity: Codes<IdentityResult>,
    pub(crate) tickets: Codes<TicketResult>,
}

impl Default for DecisionMetrics {
    fn default() -> Self {
        Self {
            referrals: Codes::new(&Reason::ALL, Reason::as_str),
            disconnects: Codes::new(&Reason::ALL, Reason::as_str),
            closed: Codes::new(&CloseReason::ALL, CloseReason::as_str),
            handshake: Histogram::default(),
            connect: Histogram::default(),
            decision: Histogram::default(),
            exchange: Histogram::default(),
            identity: Codes::new(&IdentityResult::ALL, IdentityResult::as_str),
            tickets: Codes::new(&TicketResult::ALL, TicketResult::as_str),
        }
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

    pub(super) fn count(
        &self,
        record: &DecisionRecord<'_>,
        result: &Result<SentAnswer<'_, DecisionNote>, CloseReason>,
    ) {
        match result {
            Ok(sent) => {
                let note = sent.note;
                if record.outcome == DecisionOutcome::Referral {
                    self.referrals.inc(note.reason);
                } else {
                    self.disconnects.inc(note.reason);
                }
                if let Some(result) = note.identity {
                    self.identity.inc(result);
                }
                if let Some(result) = note.ticket {
                    self.tickets.inc(result);
                }
            }
            Err(reason) => self.closed.inc(*reason),
        }
        self.handshake.observe(record.handshake);
        // A client that leaves before its Connect has not waited for a decision.
        if record.generation.is_some() || record.error.is_some() {
            self.connect.observe(record.connect);
            self.decision.observe(record.decision);
            self.exchange.observe(record.total);
        }
    }

    /// Every pair of outcome and reason that happened, with how often.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let of =
            |outcome: DecisionOutcome| move |(reason, count)| (outcome.as_str(), reason, count);
        let referrals = self.referrals.seen().map(of(DecisionOutcome::Referral));
        let disconnects = self.disconnects.seen().map(of(DecisionOutcome::Disconnect));
        let closed = self.closed.seen().map(of(DecisionOutcome::Closed));
        referrals.chain(disconnects).chain(closed)
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
        into.histogram(&Self::HANDSHAKE, self.handshake.snapshot());
        into.histogram(&Self::CONNECT, self.connect.snapshot());
        into.histogram(&Self::DECISION, self.decision.snapshot());
        into.histogram(&Self::EXCHANGE, self.exchange.snapshot());
        let identity = self.identity.seen();
        into.counts(&Self::IDENTITY, identity.map(|(code, n)| ([code], n)));
        let tickets = self.tickets.seen();
        into.counts(&Self::TICKETS, tickets.map(|(code, n)| ([code], n)));
    }
}
