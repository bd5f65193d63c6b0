//! Metrics of connections up to the decision.

use std::fmt;
use std::sync::{Arc, OnceLock};

use hyrouter_proxy::{ServerHandle, ServerStatus};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::registry::Registry;

use super::encode::EncodeMetrics as _;
use crate::timestamp::unix;

#[derive(Debug, Default)]
pub(crate) struct ConnectionMetrics {
    pub(crate) handshakes_failed: Counter,
    pub(crate) panics: Counter,
    /// Set when it listens.
    server: OnceLock<ServerHandle>,
}

impl ConnectionMetrics {
    pub(crate) fn watch(&self, server: ServerHandle) {
        // It listens once.
        let _ = self.server.set(server);
    }

    pub(crate) fn status(&self) -> ServerStatus {
        self.server
            .get()
            .map(ServerHandle::status)
            .unwrap_or_default()
    }

    pub(super) fn register(self: &Arc<Self>, registry: &mut Registry) {
        registry.register_collector(Box::new(Arc::clone(self)));
        registry.register(
            "handshakes_failed",
            "TLS handshakes that failed or took too long",
            self.handshakes_failed.clone(),
        );
        registry.register(
            "panics",
            "Connections lost to a panic of the router",
            self.panics.clone(),
        );
    }
}

impl Collector for ConnectionMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let status = self.status();
        encoder.gauge(
            "connections",
            "Open connections, including half-open ones",
            status.open,
        )?;
        encoder.gauge(
            "half_open_handshakes",
            "Connections whose handshake is not complete",
            status.half_open,
        )?;
        encoder.gauge(
            "remembered_connections",
            "Connections that QUIC holds memory for: open ones, and closed ones until QUIC forgets them",
            status.remembered,
        )?;
        encoder.gauge(
            "unread_bytes",
            "Memory reserved for packets that have arrived in part, in bytes",
            status.unread_bytes,
        )?;
        let server = self.server.get();
        encoder.optional_gauge(
            "certificate_not_after_seconds",
            "End of the certificate that players see (its notAfter), in seconds since 1970",
            server.map(|server| unix(server.validity().not_after)),
        )?;
        let refused = status.refused.iter().map(|(refusal, count)| {
            let labels = [("reason", refusal.as_str())];
            (labels, ConstCounter::new(count))
        });
        encoder.family(
            "connections_refused",
            "Connections refused before a Connect packet was read, by the limit that they met",
            refused,
        )?;
        encoder.counter(
            "retries",
            "New connections that the router asked for a proof of address by a QUIC Retry",
            status.retries_sent,
        )?;
        let proxied = status.proxied.unwrap_or_default();
        encoder.gauge(
            "proxied_flows",
            "Known flows of clients behind load balancers; only with quic.proxy_protocol",
            proxied.flows,
        )?;
        let dropped = [
            ("unknown", proxied.unknown),
            ("malformed", proxied.malformed),
            ("unanswerable", proxied.unanswerable),
        ];
        encoder.family(
            "proxied_dropped",
            "Datagrams that were dropped: of a flow without a header (unknown), with a header that is not accepted \
             (malformed), or to a client whose flow is forgotten (unanswerable)",
            dropped.map(|(reason, count)| ([("reason", reason)], ConstCounter::new(count))),
        )
    }
}
