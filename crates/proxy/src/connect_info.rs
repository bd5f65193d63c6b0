//! What a handler gets to decide on.

use std::sync::Arc;

use hyrouter_protocol::{Connect, ConnectBuf, DecodeError};

use crate::peer::Peer;

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
}

impl ConnectInfo {
    pub(crate) fn decode(peer: Peer, payload: Vec<u8>) -> Result<Self, Box<Undecoded>> {
        match ConnectBuf::decode(payload, peer.alpn.as_deref()) {
            Ok(connect) => Ok(Self(Arc::new(Inner { peer, connect }))),
            Err(error) => Err(Box::new(Undecoded { peer, error })),
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
