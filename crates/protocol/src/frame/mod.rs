//! Frames: how packets are laid end to end on the stream.
//!
//! ```text
//! 0  u32 LE  payload length, these 8 bytes not counted
//! 4  i32 LE  packet id
//! 8  payload
//! ```
//!
//! The same in every generation. No packet of the handshake is ever compressed.

mod reader;

pub use reader::{Frame, FrameReader};

use crate::error::{EncodeError, FrameError};

/// Bytes before the payload.
pub const HEADER_LEN: usize = 8;

/// Longest payload of any packet, 1,677,721,600 bytes: the game closes the connection above it.
pub const MAX_PAYLOAD: usize = 0x6400_0000;

/// Longest payload of a Connect in any generation: that of g1, where later ones allow 38,013 to 38,056 bytes.
pub const MAX_CONNECT_PAYLOAD: usize = 38_161;

/// What stands before a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// Bytes of payload that follow.
    pub payload_len: usize,
    /// Which packet the payload is.
    pub packet_id: i32,
}

impl FrameHeader {
    /// Reads a header. A negative length, one above [`MAX_PAYLOAD`] and a negative id are refused.
    pub fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Self, FrameError> {
        let [l0, l1, l2, l3, i0, i1, i2, i3] = *bytes;
        let len = i32::from_le_bytes([l0, l1, l2, l3]);
        let packet_id = i32::from_le_bytes([i0, i1, i2, i3]);
        let Ok(payload_len) = usize::try_from(len) else {
            return Err(FrameError::NegativeLength(len));
        };
        if payload_len > MAX_PAYLOAD {
            return Err(FrameError::TooLong {
                len: payload_len,
                limit: MAX_PAYLOAD,
            });
        }
        if packet_id < 0 {
            return Err(FrameError::NegativeId(packet_id));
        }
        Ok(Self {
            payload_len,
            packet_id,
        })
    }

    /// Writes a header, under the same limits as [`decode`](Self::decode).
    pub fn encode(&self) -> Result<[u8; HEADER_LEN], EncodeError> {
        if self.packet_id < 0 {
            return Err(EncodeError::NegativeId(self.packet_id));
        }
        let len = match u32::try_from(self.payload_len) {
            Ok(len) if self.payload_len <= MAX_PAYLOAD => len,
            _ => {
                return Err(EncodeError::FrameTooLong {
                    len: self.payload_len,
                });
            }
        };
        let [l0, l1, l2, l3] = len.to_le_bytes();
        let [i0, i1, i2, i3] = self.packet_id.to_le_bytes();
        Ok([l0, l1, l2, l3, i0, i1, i2, i3])
    }
}

/// Appends a frame to `out`: the header, and whatever `payload` appends after it.
///
/// On an error `out` is as it was before.
///
/// ```
/// use hyrouter_protocol::frame::write_frame;
///
/// let mut out = Vec::new();
/// write_frame(&mut out, 1, |out| {
///     out.extend([0, 0]);
///     Ok(())
/// })?;
/// assert_eq!(out, [2, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
/// # Ok::<(), hyrouter_protocol::EncodeError>(())
/// ```
pub fn write_frame(
    out: &mut Vec<u8>,
    packet_id: i32,
    payload: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let start = out.len();
    let payload_start = start + HEADER_LEN;
    out.resize(payload_start, 0);
    let header = payload(out).and_then(|()| {
        let payload_len = out.len().saturating_sub(payload_start);
        FrameHeader {
            payload_len,
            packet_id,
        }
        .encode()
    });
    match header {
        Ok(header) => {
            if let Some(place) = out.get_mut(start..payload_start) {
                place.copy_from_slice(&header);
            }
            Ok(())
        }
        Err(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}
