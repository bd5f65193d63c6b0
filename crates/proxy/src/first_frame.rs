//! Reader of the first frame.

use hyrouter_protocol::{Connect, FrameHeader, HEADER_LEN, MAX_CONNECT_PAYLOAD};
use quinn::{ReadError, RecvStream};

use crate::permit::Permit;

/// Reason for a missing first frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FirstFrameError {
    /// The frame is not a `Connect`, is too long, or is cut off by the end of the stream.
    Bad,
    /// The connection ended first.
    Gone,
    /// There is no memory for it.
    NoRoom,
}

/// Reads the payload of the `Connect` frame at the start of a stream.
///
/// The header is checked as soon as its eight bytes have arrived. Memory grows with received bytes, never with the
/// announced length, and is counted in `permit` before it is allocated.
pub(crate) async fn read(
    recv: &mut RecvStream,
    permit: &mut Permit,
) -> Result<Vec<u8>, FirstFrameError> {
    let mut header = [0; HEADER_LEN];
    recv.read_exact(&mut header)
        .await
        .map_err(|error| match error {
            quinn::ReadExactError::FinishedEarly(_) => FirstFrameError::Bad,
            quinn::ReadExactError::ReadError(error) => ended(&error),
        })?;
    let header = FrameHeader::decode(&header).map_err(|_| FirstFrameError::Bad)?;
    if header.packet_id != Connect::PACKET_ID || header.payload_len > MAX_CONNECT_PAYLOAD {
        return Err(FirstFrameError::Bad);
    }
    let mut payload = Vec::new();
    while payload.len() < header.payload_len {
        let wanted = header.payload_len - payload.len();
        let chunk = recv
            .read_chunk(wanted, true)
            .await
            .map_err(|error| ended(&error))?;
        let Some(chunk) = chunk else {
            return Err(FirstFrameError::Bad);
        };
        let more = growth(&payload, chunk.bytes.len(), header.payload_len);
        permit.hold(more).map_err(|_| FirstFrameError::NoRoom)?;
        payload.reserve_exact(payload.capacity() - payload.len() + more);
        payload.extend_from_slice(&chunk.bytes);
    }
    Ok(payload)
}

/// Returns the growth of `payload` for `coming` more bytes: to twice its size, so that a frame in tiny pieces is not
/// copied for each piece, and never beyond `whole`.
fn growth(payload: &Vec<u8>, coming: usize, whole: usize) -> usize {
    let needed = payload.len() + coming;
    if needed <= payload.capacity() {
        return 0;
    }
    let wanted = needed.max(payload.capacity() * 2).min(whole);
    wanted.saturating_sub(payload.capacity())
}

fn ended(error: &ReadError) -> FirstFrameError {
    match error {
        ReadError::ConnectionLost(_) => FirstFrameError::Gone,
        _ => FirstFrameError::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_in_tiny_pieces_takes_its_own_length_and_few_copies() {
        let whole = MAX_CONNECT_PAYLOAD;
        let (mut payload, mut held, mut copies) = (Vec::new(), 0, 0);
        while payload.len() < whole {
            let more = growth(&payload, 1, whole);
            held += more;
            copies += usize::from(more > 0);
            payload.reserve_exact(payload.capacity() - payload.len() + more);
            payload.push(0_u8);
            assert!(payload.capacity() <= held);
        }
        assert_eq!(held, whole);
        assert!(copies < 20, "{copies}");
    }
}
