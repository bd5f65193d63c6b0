//! Limits on the resources of backends that push. The other limits are those of the admin server.

use crate::push::source_rates::SourceRate;

/// Maximum number of connections. Each takes at most 200 KiB: 32 KiB of read buffer, a body of 64 KiB, an answer, and
/// 48 KiB of TLS. The body is read after the token was checked.
pub(crate) const PUSH_CONNECTIONS: usize = 1024;

/// Maximum number of connections from one address. Servers of one machine share it.
pub(crate) const PUSH_CONNECTIONS_PER_ADDRESS: usize = 512;

/// Maximum rate of requests from one address. 10,000 servers behind one address can send a heartbeat every 5 s.
pub(crate) const SOURCE_RATE: SourceRate = SourceRate {
    per_second: 2_000,
    burst: 4_000,
};

/// Maximum number of addresses whose rate is remembered: at most 1 MiB. An address is forgotten after 2 s without
/// requests. Addresses beyond share one rate.
pub(crate) const SOURCES: usize = 8_192;
