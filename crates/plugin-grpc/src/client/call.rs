//! One call. tonic's channel carries it, but the message and the status are read here and not by `tonic::client::Grpc`.
//!
//! Its reader (tonic 0.14.9) was tried behind a layer that drops the trailer it panics on. It is not used, because:
//!
//! - `Status::from_header_map` panics if `grpc-status-details-bin` is not base64 (src/status.rs:504). A layer can drop
//!   this header and trailer.
//! - A response beyond the limit is a `Status` of code `OUT_OF_RANGE` (src/codec/decode.rs:219), and its length is only
//!   in an English text. A server can send the same code, so `oversize` could not be distinguished from `status`.
//! - A message that is missing or cut off is a `Status` of code `INTERNAL` (src/codec/decode.rs:297 and
//!   src/client/grpc.rs:277), which a server can send too, so `bad_response` could not be distinguished
//!   from `status`.
//! - The content type is not checked (src/client/grpc.rs:350), so an HTML page is read as the frames of a message.
//!
//! A layer that corrects the last three must read the frames itself, which is all that this module does.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, TE};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body::{Body as _, Frame};
use hyrouter_plugin_api::{PluginAnswer, PluginError};
use serde_json::Value;
use tonic::body::Body;
use tower_service::Service as _;

use super::GrpcError;
use super::failure::CallFailure;
use super::link::Link;
use super::message::IncomingMessage;
use super::settings::MAX_CONFIG;
use super::status::CallStatus;
use crate::wire::{CONFIG, METHOD, is_grpc};

/// Maximum deadline that is sent to a server. No player waits for a day.
const MAX_DEADLINE: Duration = Duration::from_hours(24);

/// Encodes the operator's `config` as binary metadata, which is base64 on the wire.
pub(super) fn config(config: &Value) -> Result<HeaderValue, GrpcError> {
    let json = config.to_string();
    if json.len() > MAX_CONFIG {
        return Err(GrpcError::Setting {
            key: "config",
            problem: "has more than 4096 bytes as JSON, the maximum of metadata",
        });
    }
    let wrong = |_| GrpcError::Setting {
        key: "config",
        problem: "cannot be written as metadata",
    };
    HeaderValue::try_from(STANDARD_NO_PAD.encode(json)).map_err(wrong)
}

/// One attempt of a call.
pub(super) struct OutgoingCall {
    pub(super) message: Bytes,
    pub(super) config: Option<HeaderValue>,
    /// Remaining time that the player waits.
    pub(super) left: Duration,
}

/// Makes the call, and waits for the response without a time limit.
pub(super) async fn unary(
    link: &Link,
    ask: OutgoingCall,
    max: usize,
) -> Result<PluginAnswer, CallFailure> {
    link.hold.count_call();
    let mut channel = link.channel.clone();
    let ready = poll_fn(|context| channel.poll_ready(context)).await;
    ready.map_err(|error| CallFailure::of_channel(&error))?;
    let response = channel.call(request(ask)).await;
    let response = response.map_err(|error| CallFailure::of_channel(&error))?;
    // Any response proves the connection good.
    link.backoff.succeeded();
    read(response, max).await
}

fn request(ask: OutgoingCall) -> Request<Body> {
    let mut request = Request::new(Body::new(SingleFrame(Some(ask.message))));
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

/// Encodes a deadline in the eight digits and the unit that gRPC allows.
fn grpc_timeout(left: Duration) -> String {
    let left = left.min(MAX_DEADLINE);
    let micros = left.as_micros().max(1);
    if micros < 100_000_000 {
        format!("{micros}u")
    } else {
        format!("{}m", left.as_millis())
    }
}

async fn read(response: Response<Body>, max: usize) -> Result<PluginAnswer, CallFailure> {
    let (head, mut body) = response.into_parts();
    let early = CallStatus::read(&head.headers);
    if early.is_none() && (head.status != StatusCode::OK || !is_grpc(&head.headers)) {
        let content_type = head.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        return Err(CallFailure::Failed(PluginError::transport(format_args!(
            "the response is not gRPC: HTTP status {}, content type {:?}",
            head.status,
            content_type
                .map(String::from_utf8_lossy)
                .unwrap_or_default()
        ))));
    }
    let mut message = IncomingMessage::new(max);
    let mut late = None;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|status| CallFailure::of_body(&status))?;
        match frame.into_data() {
            Ok(data) => message.push(data).map_err(CallFailure::Failed)?,
            Err(frame) => {
                if let Some(trailers) = frame.trailers_ref() {
                    late = CallStatus::read(trailers);
                    break;
                }
            }
        }
    }
    match late.or(early) {
        Some(status) if status.code == CallStatus::OK => {
            message.decode().await.map_err(CallFailure::Failed)
        }
        Some(status) if status.code == CallStatus::DEADLINE_EXCEEDED => Err(CallFailure::TimedOut),
        Some(status) if status.code == CallStatus::UNIMPLEMENTED => {
            let message = status.message;
            Err(CallFailure::Failed(PluginError::status(
                status.code,
                format_args!("the server has no {METHOD} ({message})"),
            )))
        }
        Some(status) => {
            let is_cancelled = status.code == CallStatus::CANCELLED;
            let error = PluginError::status(status.code, status.message);
            Err(if is_cancelled {
                CallFailure::Cancelled(error)
            } else {
                CallFailure::Failed(error)
            })
        }
        // hyper ends a body like this when the server resets the stream.
        None => Err(CallFailure::Cancelled(PluginError::transport(
            "the response ended without a status",
        ))),
    }
}

/// A body of one frame. Unlike a body of known size, it adds no `content-length`, which gRPC does not use.
struct SingleFrame(Option<Bytes>);

impl http_body::Body for SingleFrame {
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
    use std::time::Duration;

    use super::grpc_timeout;

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
