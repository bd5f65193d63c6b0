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

/// Length of the header in bytes.
pub const HEADER_LEN: usize = 8;

/// Maximum length of any payload in bytes, 1,677,721,600: the game closes the connection above it.
pub const MAX_PAYLOAD: usize = 0x6400_0000;

/// Maximum length of the payload of a Connect in any generation in bytes: that of g1, where later ones allow 38,013 to
/// 38,056 bytes.
pub const MAX_CONNECT_PAYLOAD: usize = 38_161;

/// Header of a frame, before its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// Length of the payload in bytes.
    pub payload_len: usize,
    /// Id of the packet in the payload.
    pub packet_id: i32,
}

impl FrameHeader {
    /// Reads a header.
    ///
    /// # Errors
    /// The length is negative or above [`MAX_PAYLOAD`], or the id is negative.
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

    /// Writes a header.
    ///
    /// # Errors
    /// The length is above [`MAX_PAYLOAD`], or the id is negative.
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
///
/// # Errors
/// The error of `payload`, or of [`FrameHeader::encode`].
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
