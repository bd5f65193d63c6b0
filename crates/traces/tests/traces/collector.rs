//! A collector that fails on demand. It reads requests with the definitions of OpenTelemetry itself.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use hyrouter_testing::listen::Stream;
use hyrouter_testing::scripted::{AfterAnswer, ScriptedAnswer, ScriptedServer};

/// What a request is answered with.
#[derive(Clone)]
pub(crate) enum Answer {
    /// This status, these lines of the head, this body.
    Status(&'static str, &'static str, Vec<u8>),
    /// Nothing, until the client leaves.
    Stall,
    /// Nothing, and the connection ends.
    End,
}

pub(crate) fn status(status: &'static str) -> Answer {
    Answer::Status(status, "", Vec::new())
}

/// One request as it came.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) export: ExportTraceServiceRequest,
}

impl Request {
    pub(crate) fn spans(&self) -> &[Span] {
        assert_eq!(self.export.resource_spans.len(), 1);
        assert_eq!(self.export.resource_spans[0].scope_spans.len(), 1);
        &self.export.resource_spans[0].scope_spans[0].spans
    }
}

/// `key=value` of each attribute.
pub(crate) fn attributes(attributes: &[KeyValue]) -> Vec<String> {
    let show = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        Value::BoolValue(flag) => flag.to_string(),
        other => panic!("{other:?} is not sent"),
    };
    attributes
        .iter()
        .map(|attribute| {
            let value = attribute.value.as_ref().unwrap().value.as_ref().unwrap();
            format!("{}={}", attribute.key, show(value))
        })
        .collect()
}

pub(crate) type Collector = ScriptedServer<Answer>;

impl ScriptedAnswer for Answer {
    type Request = Request;

    fn good() -> Self {
        status("200 OK")
    }

    fn read(head: String, body: Vec<u8>) -> Request {
        let export = ExportTraceServiceRequest::decode(&*body).unwrap();
        Request { head, export }
    }

    async fn give(self, stream: &mut Stream) -> AfterAnswer {
        match self {
            Self::Status(status, lines, body) => {
                let length = body.len();
                let head = format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {length}\r\n\r\n");
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(&body).await.unwrap();
                AfterAnswer::KeepAlive
            }
            Self::Stall => {
                let _ = stream.read_u8().await;
                AfterAnswer::ClosedByClient
            }
            Self::End => AfterAnswer::ClosedByServer,
        }
    }
}
