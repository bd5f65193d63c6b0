//! Reads the one frame that matters.

use hyrouter_protocol::{Connect, FrameHeader, HEADER_LEN, MAX_CONNECT_PAYLOAD};
use quinn::{ReadError, RecvStream};

/// Why there is no first frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoFrame {
    /// It is no `Connect`, too long, or cut off by the end of the stream.
    Bad,
    /// The connection ended first.
    Gone,
}

/// The payload of the `Connect` frame that the stream begins with.
///
/// The header is judged as soon as its eight bytes are there, and memory grows only with bytes that
/// arrived, never with a length that was merely announced.
pub(crate) async fn read(recv: &mut RecvStream) -> Result<Vec<u8>, NoFrame> {
    let mut header = [0; HEADER_LEN];
    recv.read_exact(&mut header)
        .await
        .map_err(|error| match error {
            quinn::ReadExactError::FinishedEarly(_) => NoFrame::Bad,
            quinn::ReadExactError::ReadError(error) => ended(&error),
        })?;
    let header = FrameHeader::decode(&header).map_err(|_| NoFrame::Bad)?;
    if header.packet_id != Connect::PACKET_ID || header.payload_len > MAX_CONNECT_PAYLOAD {
        return Err(NoFrame::Bad);
    }
    let mut payload = Vec::new();
    while payload.len() < header.payload_len {
        let wanted = header.payload_len - payload.len();
        let chunk = recv
            .read_chunk(wanted, true)
            .await
            .map_err(|error| ended(&error))?;
        let Some(chunk) = chunk else {
            return Err(NoFrame::Bad);
        };
        payload.extend_from_slice(&chunk.bytes);
    }
    Ok(payload)
}

fn ended(error: &ReadError) -> NoFrame {
    match error {
        ReadError::ConnectionLost(_) => NoFrame::Gone,
        _ => NoFrame::Bad,
    }
}
