//! Metrics of decisions and their durations.

use std::fmt;
use std::sync::Arc;

use hyrouter_decision_log::{DecisionOutcome, DecisionRecord};
use hyrouter_gateway::{DecisionNote, IdentityResult, Reason, TicketResult};
use hyrouter_proxy::{CloseReason, SentAnswer};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::registry::Registry;

use super::codes::{Code, CodeCounters};
use super::encode::EncodeMetrics as _;
use super::histogram::Histogram;

#[derive(Debug, Default)]
pub(crate) struct DecisionMetrics {
    pub(super) referrals: CodeCounters<Reason>,
    disconnects: CodeCounters<Reason>,
    closed: CodeCounters<CloseReason>,
    pub(crate) handshake: Histogram,
    pub(crate) connect: Histogram,
    pub(crate) decision: Histogram,
    pub(crate) exchange: Histogram,
    pub(crate) identity: CodeCounters<IdentityResult>,
    pub(crate) tickets: CodeCounters<TicketResult>,
}

impl DecisionMetrics {
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

    /// Returns each pair of outcome and reason that was counted, with its count.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        fn of<C: Code>(
            counters: &CodeCounters<C>,
            outcome: DecisionOutcome,
        ) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
            let seen = counters.seen();
            seen.map(move |(reason, count)| (outcome.as_str(), reason.as_str(), count))
        }
        of(&self.referrals, DecisionOutcome::Referral)
            .chain(of(&self.disconnects, DecisionOutcome::Disconnect))
            .chain(of(&self.closed, DecisionOutcome::Closed))
    }

    pub(super) fn register(self: &Arc<Self>, registry: &mut Registry) {
        registry.register_collector(Box::new(Arc::clone(self)));
        for (name, help, histogram) in [
            (
                "handshake_seconds",
                "Time from the first datagram to the end of the TLS handshake",
                &self.handshake,
            ),
            (
                "connect_seconds",
                "Time from the end of the handshake to a complete Connect packet",
                &self.connect,
            ),
            (
                "decision_seconds",
                "Time from the Connect packet to the answer, including plugins",
                &self.decision,
            ),
            (
                "exchange_seconds",
                "Time from the first datagram until the answer was sent",
                &self.exchange,
            ),
        ] {
            registry.register(name, help, histogram.clone());
        }
    }
}

impl Collector for DecisionMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let decisions = self.seen().map(|(outcome, reason, count)| {
            let labels = [("outcome", outcome), ("reason", reason)];
            (labels, ConstCounter::new(count))
        });
        encoder.family(
            "decisions",
            "Finished connections, by outcome (referral, disconnect, closed) and reason",
            decisions,
        )?;
        let identity = self.identity.seen().map(of_result);
        encoder.family(
            "identity",
            "Identity tokens of players, by the result of their check",
            identity,
        )?;
        let tickets = self.tickets.seen().map(of_result);
        encoder.family(
            "tickets",
            "Referral data of players, by the result of its check",
            tickets,
        )
    }
}

type ResultLabel = [(&'static str, &'static str); 1];

fn of_result<C: Code>((result, count): (C, u64)) -> (ResultLabel, ConstCounter<u64>) {
    ([("result", result.as_str())], ConstCounter::new(count))
}
