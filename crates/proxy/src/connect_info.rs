//! Input for the decision of a handler.

use std::sync::Arc;

use hyrouter_protocol::{Connect, ConnectBuf, DecodeError};

use crate::peer::Peer;

/// Position of the build number in every layout except the oldest.
const BUILD_AT: std::ops::Range<usize> = 5..9;

/// One player's `Connect` and the connection that it came on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ConnectInfo(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    peer: Peer,
    connect: ConnectBuf,
}

/// A `Connect` that cannot be decoded, with the peer handed back.
pub(crate) struct Undecoded {
    pub(crate) peer: Peer,
    pub(crate) error: DecodeError,
    /// Value at the position of the build number in every layout since g2.
    pub(crate) build: Option<i32>,
}

impl ConnectInfo {
    /// Decodes the payload of a first frame, for tests of handlers and for explanations.
    ///
    /// # Errors
    ///
    /// The payload is not a valid `Connect`.
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

    /// Returns the far end of the connection.
    pub fn peer(&self) -> &Peer {
        &self.0.peer
    }

    /// Returns the host name that the client asked for (SNI); empty if it sent none.
    pub fn host(&self) -> &str {
        &self.0.peer.host
    }

    /// Returns the packet.
    pub fn connect(&self) -> Connect<'_> {
        self.0.connect.connect()
    }
}
