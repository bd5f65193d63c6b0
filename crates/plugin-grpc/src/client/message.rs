//! The messages of a call: a prefix, then JSON.

use bytes::{Bytes, BytesMut};
use hyrouter_plugin_api::{ConnectRequest, PluginAnswer, PluginError, decode_response};
use tokio::sync::Semaphore;

/// Length in bytes of the prefix of a message: whether it is compressed, and its length in four bytes.
const PREFIX: usize = 5;
/// Maximum length in bytes of a response that is decoded on the thread of the call. That thread serves players too, and
/// the longest response takes about 10 ms.
const MAX_READ_HERE: usize = 16 * 1024;
/// Maximum number of longer responses of all plugins that are decoded at the same time.
static READERS: Semaphore = Semaphore::const_new(4);

/// Encodes a request as a message.
pub(super) fn encode(request: &ConnectRequest) -> Result<Bytes, PluginError> {
    let mut message = Vec::with_capacity(1024);
    message.extend_from_slice(&[0; PREFIX]);
    serde_json::to_writer(&mut message, request)
        .map_err(|error| PluginError::transport(format_args!("writing the request: {error}")))?;
    with_length(message)
}

/// Makes a message of a request that is JSON already.
pub(super) fn frame(json: &[u8]) -> Result<Bytes, PluginError> {
    with_length([&[0; PREFIX], json].concat())
}

/// Writes the length of the message into its prefix.
fn with_length(mut message: Vec<u8>) -> Result<Bytes, PluginError> {
    let len = u32::try_from(message.len().saturating_sub(PREFIX)).map_err(|_| {
        PluginError::transport("the request is longer than the maximum of a gRPC message")
    })?;
    if let Some(prefix) = message.first_chunk_mut::<PREFIX>() {
        let [b3, b2, b1, b0] = len.to_be_bytes();
        *prefix = [0, b3, b2, b1, b0];
    }
    Ok(message.into())
}

/// One message, collected from its pieces.
pub(super) struct IncomingMessage {
    /// Not copied while it is in one piece, as most responses are.
    bytes: Bytes,
    max: usize,
}

impl IncomingMessage {
    pub(super) fn new(max: usize) -> Self {
        Self {
            bytes: Bytes::new(),
            max,
        }
    }

    /// Adds the next piece. Never keeps more than the longest message and a piece.
    pub(super) fn push(&mut self, piece: Bytes) -> Result<(), PluginError> {
        if self.bytes.is_empty() {
            self.bytes = piece;
        } else if !piece.is_empty() {
            let mut bytes = BytesMut::from(std::mem::take(&mut self.bytes));
            bytes.extend_from_slice(&piece);
            self.bytes = bytes.freeze();
        }
        let Some((compressed, len)) = self.prefix() else {
            return Ok(());
        };
        if compressed != 0 {
            return Err(PluginError::bad_response(
                "the message is compressed, which was not requested",
            ));
        }
        if len > self.max {
            return Err(PluginError::Oversize { len, max: self.max });
        }
        if self.bytes.len() > PREFIX.saturating_add(len) {
            return Err(PluginError::bad_response("there is more than one message"));
        }
        Ok(())
    }

    /// Returns the JSON of the message, after its last piece.
    fn json(&self) -> Result<&[u8], PluginError> {
        let (_, len) = self
            .prefix()
            .ok_or_else(|| PluginError::bad_response("there is no message"))?;
        let message = self
            .bytes
            .get(PREFIX..)
            .filter(|message| message.len() == len);
        message.ok_or_else(|| PluginError::bad_response("the message is incomplete"))
    }

    /// Decodes the response, after its last piece.
    pub(super) async fn decode(self) -> Result<PluginAnswer, PluginError> {
        let json = self.json()?;
        if json.len() <= MAX_READ_HERE {
            return decode_response(json);
        }
        // It is never closed.
        let place = READERS.acquire().await.map_err(PluginError::transport)?;
        let reading = tokio::task::spawn_blocking(move || {
            let _place = place;
            decode_response(self.json()?)
        });
        reading.await.unwrap_or(Err(PluginError::Panic))
    }

    fn prefix(&self) -> Option<(u8, usize)> {
        let [compressed, len @ ..] = *self.bytes.first_chunk::<PREFIX>()?;
        Some((
            compressed,
            usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX),
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use bytes::Bytes;
    use hyrouter_plugin_api::{ConnectRequest, PluginAnswer, PluginError};

    use super::{IncomingMessage, MAX_READ_HERE, READERS, encode, frame};

    fn pushed(pieces: &[&[u8]], max: usize) -> Result<IncomingMessage, PluginError> {
        let mut message = IncomingMessage::new(max);
        for piece in pieces {
            message.push(Bytes::copy_from_slice(piece))?;
        }
        Ok(message)
    }

    #[test]
    fn a_message_is_its_length_and_json() {
        let message = encode(&ConnectRequest::default()).unwrap();
        let json = serde_json::to_vec(&ConnectRequest::default()).unwrap();
        assert_eq!(
            &message[..5],
            [0, 0, 0, 0, u8::try_from(json.len()).unwrap()]
        );
        assert_eq!(&message[5..], json);
        assert_eq!(frame(&json).unwrap(), message);
    }

    #[test]
    fn pieces_become_one_message() {
        let whole = b"\0\0\0\0\x02{}";
        for cut in 0..=whole.len() {
            let (start, end) = whole.split_at(cut);
            let message = pushed(&[start, b"", end], 2).unwrap();
            assert_eq!(message.json().unwrap(), b"{}", "cut at {cut}");
        }
        assert_eq!(pushed(&[b"\0\0\0\0\0"], 2).unwrap().json().unwrap(), b"");
    }

    #[test]
    fn other_than_one_complete_message_is_an_error() {
        for (pieces, problem) in [
            (&[&b""[..]][..], "no message"),
            (&[b"\0\0\0\0"], "no message"),
            (&[b"\0\0\0\0\x02{"], "incomplete"),
        ] {
            let message = pushed(pieces, 2).unwrap();
            let error = message.json().unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
        for (pieces, problem) in [
            (&[&b"\x01\0\0\0\x02{}"[..]][..], "compressed"),
            (&[b"\0\0\0\0\x02{}\0"], "more than one"),
            (&[b"\0\0\0\0\x02{}", b"\0\0\0\0\x02{}"], "more than one"),
        ] {
            let error = pushed(pieces, 2).map(drop).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn a_length_is_refused_before_the_message_is_read() {
        let error = pushed(&[b"\0\xff\xff\xff\xff"], 1024).map(drop);
        let len = usize::try_from(u32::MAX).unwrap();
        assert_eq!(error, Err(PluginError::Oversize { len, max: 1024 }));
    }

    fn answer(len: usize) -> IncomingMessage {
        let json = format!("{{{}}}", " ".repeat(len - 2));
        let prefix = [&[0][..], &u32::try_from(len).unwrap().to_be_bytes()].concat();
        pushed(&[&prefix, json.as_bytes()], len).unwrap()
    }

    #[tokio::test]
    async fn long_responses_are_decoded_on_another_thread() {
        let context = &mut Context::from_waker(Waker::noop());
        let places = READERS.acquire_many(4).await.unwrap();
        // All permits are taken, so that a decode on this thread would be noticed.
        let mut long = pin!(answer(MAX_READ_HERE + 1).decode());
        assert!(long.as_mut().poll(context).is_pending());
        let mut short = pin!(answer(MAX_READ_HERE).decode());
        assert!(short.as_mut().poll(context).is_ready());
        drop(places);
        assert_eq!(long.await, Ok(PluginAnswer::default()));
        let broken = answer(MAX_READ_HERE + 1);
        let broken = IncomingMessage {
            bytes: broken.bytes.slice(..MAX_READ_HERE),
            ..broken
        };
        assert!(broken.decode().await.is_err());
    }
}
