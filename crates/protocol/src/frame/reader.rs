//! Splitting a stream of bytes into frames.

use std::fmt;

use super::{FrameHeader, HEADER_LEN, MAX_CONNECT_PAYLOAD, MAX_PAYLOAD};
use crate::connect::Connect;
use crate::error::FrameError;

/// Packet as it came off the stream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Id of the packet.
    pub packet_id: i32,
    /// Bytes of the packet, without the header.
    pub payload: &'a [u8],
}

/// Without the payload: that of a Connect holds the player's token.
impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("packet_id", &self.packet_id)
            .field("payload_len", &self.payload.len())
            .finish()
    }
}

/// Splits bytes that come in pieces of any size into frames.
///
/// A header is judged as soon as its eight bytes are there, before any of its payload is kept. After the first error
/// the reader is done: it drops what it holds and what it is given, and repeats the error.
///
/// **Memory.** Take frames with [`next_frame`](Self::next_frame) until there is none before the next
/// [`push`](Self::push); then at most [`HEADER_LEN`] + limit + the bytes of one push are held (and, as in any growing
/// `Vec`, up to twice that is reserved). Nothing is reserved on the word of a header.
///
/// ```
/// use hyrouter_protocol::frame::FrameReader;
///
/// let mut reader = FrameReader::new(1024);
/// reader.push(&[2, 0, 0, 0, 1, 0, 0]);
/// assert_eq!(reader.next_frame()?, None);
/// reader.push(&[0, 7, 8]);
/// let frame = reader.next_frame()?.unwrap();
/// assert_eq!((frame.packet_id, frame.payload), (1, &[7, 8][..]));
/// # Ok::<(), hyrouter_protocol::FrameError>(())
/// ```
#[derive(Debug)]
pub struct FrameReader {
    buffer: Vec<u8>,
    /// Start of the next frame in the buffer. All bytes before it were given out.
    start: usize,
    limit: usize,
    connect_first: bool,
    /// Header of the frame at `start`, once it is there and found good.
    header: Option<FrameHeader>,
    failed: Option<FrameError>,
}

impl FrameReader {
    /// Makes a reader of frames of at most `limit` bytes of payload ([`MAX_PAYLOAD`] if that is less).
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            limit: limit.min(MAX_PAYLOAD),
            connect_first: false,
            header: None,
            failed: None,
        }
    }

    /// Makes the reader for a client's stream: the first frame must be a Connect (id 0), and no frame may have more
    /// than [`MAX_CONNECT_PAYLOAD`] bytes.
    #[must_use]
    pub fn first_connect() -> Self {
        Self::new(MAX_CONNECT_PAYLOAD).connect_first()
    }

    /// Demands that the first frame has packet id 0 and at most [`MAX_CONNECT_PAYLOAD`] bytes. Later frames are held
    /// to the limit of the reader alone.
    #[must_use]
    pub fn connect_first(mut self) -> Self {
        self.connect_first = true;
        self
    }

    /// Takes the next bytes of the stream. [`next_frame`](Self::next_frame) returns an error in them.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        // The header alone first: if it is refused, its payload is never copied.
        let missing = HEADER_LEN.saturating_sub(self.buffer.len());
        let (header, payload) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        if self.failed.is_none() {
            self.buffer.extend_from_slice(header);
            self.read_header();
        }
        if self.failed.is_none() {
            self.buffer.extend_from_slice(payload);
        }
    }

    /// Returns the next whole frame, or `None` until more bytes are pushed.
    ///
    /// # Errors
    /// A header is refused. The reader repeats the error from then on.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        self.read_header();
        if let Some(error) = self.failed {
            return Err(error);
        }
        let Some(FrameHeader {
            payload_len,
            packet_id,
        }) = self.header
        else {
            return Ok(None);
        };
        let payload_start = self.start + HEADER_LEN;
        let end = payload_start + payload_len;
        let Some(payload) = self.buffer.get(payload_start..end) else {
            return Ok(None);
        };
        self.start = end;
        self.header = None;
        self.connect_first = false;
        Ok(Some(Frame { packet_id, payload }))
    }

    /// Returns the number of bytes that no frame has taken. If it is not zero at the end of a stream, the stream ended
    /// inside of a frame.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Judges the header at `start` if it is there and was not judged before.
    fn read_header(&mut self) {
        if self.failed.is_some() || self.header.is_some() {
            return;
        }
        let Some(bytes) = self.buffer.get(self.start..).and_then(<[u8]>::first_chunk) else {
            return;
        };
        match FrameHeader::decode(bytes).and_then(|header| self.admit(header)) {
            Ok(header) => self.header = Some(header),
            Err(error) => {
                self.failed = Some(error);
                self.start = 0;
                self.buffer = Vec::new();
            }
        }
    }

    fn admit(&self, header: FrameHeader) -> Result<FrameHeader, FrameError> {
        let mut limit = self.limit;
        if self.connect_first {
            if header.packet_id != Connect::PACKET_ID {
                return Err(FrameError::NotConnect(header.packet_id));
            }
            limit = limit.min(MAX_CONNECT_PAYLOAD);
        }
        if header.payload_len > limit {
            return Err(FrameError::TooLong {
                len: header.payload_len,
                limit,
            });
        }
        Ok(header)
    }
}
