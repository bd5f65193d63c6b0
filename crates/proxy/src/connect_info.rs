//! What a handler gets to decide on.

use std::sync::Arc;

use hyrouter_protocol::{Connect, ConnectBuf, DecodeError};

use crate::peer::Peer;

/// Where the build number stands in every layout but the oldest.
const BUILD_AT: std::ops::Range<usize> = 5..9;

/// One player's `Connect` and the connection that it came on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ConnectInfo(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    peer: Peer,
    connect: ConnectBuf,
}

/// A `Connect` that can not be decoded, with the peer handed back.
pub(crate) struct Undecoded {
    pub(crate) peer: Peer,
    pub(crate) error: DecodeError,
    /// What stands where every layout since g2 has the build number.
    pub(crate) build: Option<i32>,
}

impl ConnectInfo {
    /// What a handler would get of this peer for the payload of this first frame: for tests of handlers, and for those
    /// who want to know what a player would be told.
    ///
    /// # Errors
    ///
    /// When the payload is no `Connect` that can be decoded.
    pub fn new(peer: Peer, payload: Vec<u8>) -> Result<Self, DecodeError> {
        Self::decode(peer, payload).map_err(|bad| bad.error)
    }

    pub(crate) fn decode(peer: Peer, payload: Vec<u8>) -> Result<Self, Box<Undecoded>> {
        let build = payload
            .get(BUILD_AT)
            .and_then(|bytes| bytes.try_into().ok())
            .map(i32::from_le_bytes);
        match ConnectBuf::decode(payload, peer.alpn.as_deref()) {
            Ok(connect) => Ok(Self(Arc::new(Inner { peer, connect }))),
            Err(error) => Err(Box::new(Undecoded { peer, error, build })),
        }
    }

    /// The far end of the connection.
    pub fn peer(&self) -> &Peer {
        &self.0.peer
    }

    /// The host name that the player wants; empty where the client sent none.
    pub fn host(&self) -> &str {
        &self.0.peer.host
    }

    /// The packet.
    pub fn connect(&self) -> Connect<'_> {
        self.0.connect.connect()
    }
}
