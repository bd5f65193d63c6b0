//! QUIC settings for connections that carry one small request and one small answer.

use std::sync::Arc;

use quinn::crypto::rustls::QuicServerConfig;
use quinn::{IdleTimeout, ServerConfig, TransportConfig, VarInt};

use crate::address_token_key::AddressTokenKey;
use crate::error::ServerError;
use crate::limits::Limits;
use crate::permit::QuicMemory;
use crate::tls::OneConnection;

/// Maximum number of bytes that a client can send before the server reads. A `Connect` has a few hundred bytes; the
/// longest, 38 KB, takes two windows.
const CONNECTION_WINDOW: u32 = 32 << 10;
/// Maximum number of unread bytes of one stream: half of the connection's, so that another stream cannot block
/// `Connect`.
const STREAM_WINDOW: u32 = CONNECTION_WINDOW / 2;
/// Buffer for the first datagrams of a client, in bytes. The longest usual `ClientHello` takes two datagrams.
const INCOMING_BUFFER: u64 = 16 << 10;
const INCOMING_BUFFER_TOTAL: u64 = 4 << 20;

/// Returns the settings of new connections. The token key of `before`, the replaced settings, stays if there is no new
/// one, so that clients in the middle of a Retry get in.
pub(crate) fn quic_config(
    before: Option<&ServerConfig>,
    crypto: QuicServerConfig,
    limits: &Limits,
    token_key: Option<&AddressTokenKey>,
) -> Result<ServerConfig, ServerError> {
    let transport = Arc::new(transport(limits)?);
    let crypto = Arc::new(crypto);
    let mut config = if let Some(before) = before {
        let mut config = before.clone();
        config.crypto = crypto;
        config
    } else {
        ServerConfig::with_crypto(crypto)
    };
    config
        .transport_config(transport)
        // No migration: the kernel maps a client to an endpoint by its address, which must not change.
        .migration(false)
        .max_incoming(limits.max_incoming)
        .incoming_buffer_size(INCOMING_BUFFER)
        .incoming_buffer_size_total(INCOMING_BUFFER_TOTAL);
    // Tokens for later connections (RFC 9000, section 8.1.3) would never be used: a client connects once.
    config.validation_token.sent(0);
    if let Some(key) = token_key {
        config.token_key(key.for_quic());
    }
    Ok(config)
}

/// Returns the settings of one connection. QUIC drops `kept` once it has forgotten the connection.
pub(crate) fn for_one(config: &ServerConfig, kept: QuicMemory) -> Arc<ServerConfig> {
    let mut config = config.clone();
    config.crypto = Arc::new(OneConnection::new(config.crypto, kept));
    Arc::new(config)
}

fn transport(limits: &Limits) -> Result<TransportConfig, ServerError> {
    let idle = IdleTimeout::try_from(limits.idle_timeout)
        .map_err(|_| ServerError::IdleTimeout(limits.idle_timeout))?;
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(VarInt::from(limits.max_streams))
        // Never read, so none are allowed.
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW))
        .receive_window(VarInt::from_u32(CONNECTION_WINDOW))
        .send_window(u64::from(CONNECTION_WINDOW))
        // QUIC datagrams (RFC 9221) are not used. `None` refuses them instead of buffering.
        .datagram_receive_buffer_size(None)
        .datagram_send_buffer_size(0)
        // Probes for larger packets would be more bytes than the whole exchange.
        .mtu_discovery_config(None)
        .allow_spin(false)
        .max_idle_timeout(Some(idle));
    Ok(transport)
}
