//! Connections before they are decided on.

use std::sync::OnceLock;

use hyrouter_metrics::{Counter, Desc, Exposition, Source};
use hyrouter_proxy::{ServerHandle, ServerStatus};

use crate::timestamp::unix;

#[derive(Debug, Default)]
pub(crate) struct ConnectionMetrics {
    pub(crate) handshakes_failed: Counter,
    pub(crate) panics: Counter,
    /// Once it listens.
    server: OnceLock<ServerHandle>,
}

impl ConnectionMetrics {
    const OPEN: Desc = Desc::gauge(
        "hyrouter_connections",
        "Connections that are open, half-open ones among them",
        &[],
    );
    const HALF_OPEN: Desc = Desc::gauge(
        "hyrouter_half_open_handshakes",
        "Connections whose handshake is not complete",
        &[],
    );
    const REMEMBERED: Desc = Desc::gauge(
        "hyrouter_remembered_connections",
        "Connections that QUIC holds memory for, the open ones and closed ones until it has forgotten them",
        &[],
    );
    const UNREAD: Desc = Desc::gauge(
        "hyrouter_unread_bytes",
        "Memory that is set aside for packets that have begun to arrive",
        &[],
    );
    const NOT_AFTER: Desc = Desc::gauge(
        "hyrouter_certificate_not_after_seconds",
        "When the certificate that players see ends (its notAfter), in seconds since 1970",
        &[],
    );
    const REFUSED: Desc = Desc::counter(
        "hyrouter_connections_refused",
        "Connections that were turned away before they could say anything, by the limit that they met",
        &["reason"],
    );
    const FAILED: Desc = Desc::counter(
        "hyrouter_handshakes_failed",
        "TLS handshakes that failed or took too long",
        &[],
    );
    const RETRIES: Desc = Desc::counter(
        "hyrouter_retries",
        "Newcomers that had to prove their address",
        &[],
    );
    const FLOWS: Desc = Desc::gauge(
        "hyrouter_proxied_flows",
        "Flows of clients behind load balancers that the router knows; only with quic.proxy_protocol",
        &[],
    );
    const DROPPED: Desc = Desc::counter(
        "hyrouter_proxied_dropped",
        "Datagrams that were dropped: of a flow that no header came for (unknown), with a header that is not believed (malformed), or for a client whose flow is forgotten (unanswerable)",
        &["reason"],
    );
    const PANICS: Desc = Desc::counter(
        "hyrouter_panics",
        "Connections that were lost to a panic of the router",
        &[],
    );

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
}

impl Source for ConnectionMetrics {
    fn descs(&self) -> &'static [Desc] {
        &[
            Self::OPEN,
            Self::HALF_OPEN,
            Self::REMEMBERED,
            Self::UNREAD,
            Self::NOT_AFTER,
            Self::REFUSED,
            Self::FAILED,
            Self::RETRIES,
            Self::PANICS,
            Self::FLOWS,
            Self::DROPPED,
        ]
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "connections and bytes are below 2^53"
    )]
    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let status = self.status();
        into.gauge(&Self::OPEN, status.open as f64);
        into.gauge(&Self::HALF_OPEN, status.half_open as f64);
        into.gauge(&Self::REMEMBERED, status.remembered as f64);
        into.gauge(&Self::UNREAD, status.unread_bytes as f64);
        if let Some(server) = self.server.get() {
            into.gauge(&Self::NOT_AFTER, unix(server.validity().not_after));
        }
        let refused = status.refused.iter();
        let refused = refused.map(|(refusal, count)| ([refusal.as_str()], count));
        into.counts(&Self::REFUSED, refused);
        into.count(&Self::FAILED, self.handshakes_failed.get());
        into.count(&Self::RETRIES, status.retries_sent);
        into.count(&Self::PANICS, self.panics.get());
        let proxied = status.proxied.unwrap_or_default();
        into.gauge(&Self::FLOWS, proxied.flows as f64);
        let dropped = [
            (["unknown"], proxied.unknown),
            (["malformed"], proxied.malformed),
            (["unanswerable"], proxied.unanswerable),
        ];
        into.counts(&Self::DROPPED, dropped);
    }
}
