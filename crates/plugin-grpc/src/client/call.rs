//! One call. tonic carries it; the message is framed here, because the request is borrowed, the length of an answer
//! that is too long has to be told, and nothing that a server sends may panic.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, TE};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body::{Body as _, Frame};
use hyrouter_plugin_api::{Answer, ConnectRequest, PluginError, decode_response};
use serde_json::Value;
use tokio::sync::Semaphore;
use tonic::body::Body;
use tower_service::Service as _;

use super::GrpcError;
use super::failure::Failure;
use super::link::Link;
use super::settings::MAX_CONFIG;
use super::status::Status;
use crate::wire::{METHOD, is_grpc};

/// Before each message: whether it is compressed, and its length in four bytes.
const PREFIX: usize = 5;
/// Name of the metadata with the operator's `config`.
const CONFIG: &str = "hyrouter-config-bin";
/// Longest answer in bytes that is read on the thread that asks. That thread serves players too, and the longest answer
/// takes it some ten milliseconds.
const READ_HERE: usize = 16 * 1024;
/// Longer answers that are read at once, of all plugins.
static READERS: Semaphore = Semaphore::const_new(4);
/// Longest deadline that is told to a server. No player waits a day.
const MAX_DEADLINE: Duration = Duration::from_hours(24);

/// The request as it goes over the wire.
pub(super) fn message(request: &ConnectRequest) -> Result<Bytes, PluginError> {
    let mut message = Vec::with_capacity(1024);
    message.extend_from_slice(&[0; PREFIX]);
    serde_json::to_writer(&mut message, request)
        .map_err(|error| PluginError::transport(format_args!("writing the request: {error}")))?;
    let len = u32::try_from(message.len().saturating_sub(PREFIX))
        .map_err(|_| PluginError::transport("the request is longer than a message can be"))?;
    if let Some(prefix) = message.first_chunk_mut::<PREFIX>() {
        let [b3, b2, b1, b0] = len.to_be_bytes();
        *prefix = [0, b3, b2, b1, b0];
    }
    Ok(message.into())
}

/// The operator's `config` as the value of metadata: binary metadata is base64 on the wire.
pub(super) fn config(config: &Value) -> Result<HeaderValue, GrpcError> {
    let json = config.to_string();
    if json.len() > MAX_CONFIG {
        return Err(GrpcError::Setting {
            key: "config",
            problem: "has more than 4096 bytes as JSON, which is what fits beside a call",
        });
    }
    let wrong = |_| GrpcError::Setting {
        key: "config",
        problem: "can not be written as metadata",
    };
    HeaderValue::try_from(STANDARD_NO_PAD.encode(json)).map_err(wrong)
}

/// What is asked.
pub(super) struct Ask {
    pub(super) message: Bytes,
    pub(super) config: Option<HeaderValue>,
    /// How long the player waits.
    pub(super) left: Duration,
}

/// Asks, and waits for the answer without a limit of time.
pub(super) async fn unary(link: &Link, ask: Ask, max: usize) -> Result<Answer, Failure> {
    link.hold.call();
    let mut channel = link.channel.clone();
    let ready = poll_fn(|context| channel.poll_ready(context)).await;
    ready.map_err(|error| Failure::of_channel(&error))?;
    let response = channel.call(request(ask)).await;
    let response = response.map_err(|error| Failure::of_channel(&error))?;
    // Whatever it says, something answered.
    link.backoff.succeeded();
    read(response, max).await
}

fn request(ask: Ask) -> Request<Body> {
    let mut request = Request::new(Body::new(Once(Some(ask.message))));
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = Uri::from_static(METHOD);
    let headers = request.headers_mut();
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/grpc+json"),
    );
    if let Ok(deadline) = HeaderValue::try_from(grpc_timeout(ask.left)) {
        headers.insert("grpc-timeout", deadline);
    }
    if let Some(config) = ask.config {
        headers.insert(CONFIG, config);
    }
    request
}

/// At most eight digits and a unit.
fn grpc_timeout(left: Duration) -> String {
    let left = left.min(MAX_DEADLINE);
    let micros = left.as_micros().max(1);
    if micros < 100_000_000 {
        format!("{micros}u")
    } else {
        format!("{}m", left.as_millis())
    }
}

async fn read(response: Response<Body>, max: usize) -> Result<Answer, Failure> {
    let (head, mut body) = response.into_parts();
    let early = Status::read(&head.headers);
    if early.is_none() && (head.status != StatusCode::OK || !is_grpc(&head.headers)) {
        let content_type = head.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        return Err(Failure::Failed(PluginError::transport(format_args!(
            "not an answer of gRPC, but of HTTP: {}, content type {:?}",
            head.status,
            content_type
                .map(String::from_utf8_lossy)
                .unwrap_or_default()
        ))));
    }
    let mut message = Message::new(max);
    let mut late = None;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|status| Failure::of_body(&status))?;
        match frame.into_data() {
            Ok(data) => message.push(data).map_err(Failure::Failed)?,
            Err(frame) => {
                if let Some(trailers) = frame.trailers_ref() {
                    late = Status::read(trailers);
                    break;
                }
            }
        }
    }
    match late.or(early) {
        Some(status) if status.code == Status::OK => {
            message.decode().await.map_err(Failure::Failed)
        }
        Some(status) if status.code == Status::DEADLINE_EXCEEDED => Err(Failure::TimedOut),
        Some(status) if status.code == Status::UNIMPLEMENTED => {
            let message = status.message;
            Err(Failure::Failed(PluginError::status(
                status.code,
                format_args!("the server has no {METHOD} ({message})"),
            )))
        }
        Some(status) => {
            let is_cancelled = status.code == Status::CANCELLED;
            let error = PluginError::status(status.code, status.message);
            Err(if is_cancelled {
                Failure::Cancelled(error)
            } else {
                Failure::Failed(error)
            })
        }
        // hyper ends a body like this when the server resets the stream.
        None => Err(Failure::Cancelled(PluginError::transport(
            "the answer ended without a status",
        ))),
    }
}

/// One message, as it comes in.
struct Message {
    /// Not copied while it is in one piece, as answers are.
    bytes: Bytes,
    max: usize,
}

impl Message {
    fn new(max: usize) -> Self {
        Self {
            bytes: Bytes::new(),
            max,
        }
    }

    /// The next piece. Never keeps more than the longest message and a piece.
    fn push(&mut self, piece: Bytes) -> Result<(), PluginError> {
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
                "it is compressed, which was not asked for",
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

    /// The whole message, when nothing more comes.
    fn json(&self) -> Result<&[u8], PluginError> {
        let (_, len) = self
            .prefix()
            .ok_or_else(|| PluginError::bad_response("there is no message"))?;
        let message = self
            .bytes
            .get(PREFIX..)
            .filter(|message| message.len() == len);
        message.ok_or_else(|| PluginError::bad_response("the message is not whole"))
    }

    /// The answer, when nothing more comes.
    async fn decode(self) -> Result<Answer, PluginError> {
        let json = self.json()?;
        if json.len() <= READ_HERE {
            return decode_response(json);
        }
        // Nobody closes it.
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

/// A body of one frame. Unlike a body of known size it brings no `content-length`, which gRPC does not have.
struct Once(Option<Bytes>);

impl http_body::Body for Once {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use bytes::Bytes;
    use hyrouter_plugin_api::{Answer, ConnectRequest, PluginError};

    use super::{Message, READ_HERE, READERS, grpc_timeout, message};

    fn pushed(pieces: &[&[u8]], max: usize) -> Result<Message, PluginError> {
        let mut message = Message::new(max);
        for piece in pieces {
            message.push(Bytes::copy_from_slice(piece))?;
        }
        Ok(message)
    }

    #[test]
    fn a_message_is_its_length_and_json() {
        let message = message(&ConnectRequest::default()).unwrap();
        let json = serde_json::to_vec(&ConnectRequest::default()).unwrap();
        assert_eq!(
            &message[..5],
            [0, 0, 0, 0, u8::try_from(json.len()).unwrap()]
        );
        assert_eq!(&message[5..], json);
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
    fn what_is_not_one_whole_message_is_told() {
        for (pieces, problem) in [
            (&[&b""[..]][..], "no message"),
            (&[b"\0\0\0\0"], "no message"),
            (&[b"\0\0\0\0\x02{"], "not whole"),
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
    fn a_length_is_refused_before_the_message_comes() {
        let error = pushed(&[b"\0\xff\xff\xff\xff"], 1024).map(drop);
        let len = usize::try_from(u32::MAX).unwrap();
        assert_eq!(error, Err(PluginError::Oversize { len, max: 1024 }));
    }

    fn answer(len: usize) -> Message {
        let json = format!("{{{}}}", " ".repeat(len - 2));
        let prefix = [&[0][..], &u32::try_from(len).unwrap().to_be_bytes()].concat();
        pushed(&[&prefix, json.as_bytes()], len).unwrap()
    }

    #[tokio::test]
    async fn long_answers_are_read_elsewhere() {
        let context = &mut Context::from_waker(Waker::noop());
        let places = READERS.acquire_many(4).await.unwrap();
        // There is nowhere to read it, so that a thread of players would have to.
        let mut long = pin!(answer(READ_HERE + 1).decode());
        assert!(long.as_mut().poll(context).is_pending());
        let mut short = pin!(answer(READ_HERE).decode());
        assert!(short.as_mut().poll(context).is_ready());
        drop(places);
        assert_eq!(long.await, Ok(Answer::default()));
        let broken = answer(READ_HERE + 1);
        let broken = Message {
            bytes: broken.bytes.slice(..READ_HERE),
            ..broken
        };
        assert!(broken.decode().await.is_err());
    }

    #[test]
    fn deadlines_have_eight_digits_at_most() {
        for (left, header) in [
            (Duration::ZERO, "1u"),
            (Duration::from_nanos(1500), "1u"),
            (Duration::from_secs(1), "1000000u"),
            (Duration::from_micros(99_999_999), "99999999u"),
            (Duration::from_secs(100), "100000m"),
            (Duration::MAX, "86400000m"),
        ] {
            assert_eq!(grpc_timeout(left), header);
        }
    }
}
