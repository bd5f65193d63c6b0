//! A collector that can be told to fail. What it is sent is read with the definitions of OpenTelemetry itself.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::listen::{Stream, listen};
use crate::post;

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

/// A server on this runtime. Ends with it.
#[derive(Clone)]
pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// What the next requests are answered with. All others are good.
    answers: VecDeque<Answer>,
    requests: Vec<Request>,
    /// Connections that the client ended.
    left: usize,
}

impl Collector {
    pub(crate) async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, None, answers)
    }

    pub(crate) fn on(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        answers: impl IntoIterator<Item = Answer>,
    ) -> Self {
        let shared = Shared {
            answers: answers.into_iter().collect(),
            ..Shared::default()
        };
        let collector = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::new(Mutex::new(shared)),
        };
        let serving = collector.clone();
        listen(listener, tls, move |stream| {
            let collector = serving.clone();
            async move { collector.serve(stream).await }
        });
        collector
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.lock().unwrap().requests.clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.shared.lock().unwrap().requests.len()
    }

    pub(crate) fn left(&self) -> usize {
        self.shared.lock().unwrap().left
    }

    async fn serve(&self, stream: Option<Stream>) {
        if let Some(stream) = stream
            && !self.answer(stream).await
        {
            return;
        }
        self.shared.lock().unwrap().left += 1;
    }

    /// Whether the client left first.
    async fn answer(&self, mut stream: Stream) -> bool {
        while let Some((head, body)) = post::read(&mut stream).await {
            let export = ExportTraceServiceRequest::decode(&*body).unwrap();
            let answer = {
                let mut shared = self.shared.lock().unwrap();
                shared.requests.push(Request { head, export });
                shared.answers.pop_front()
            };
            match answer.unwrap_or_else(|| status("200 OK")) {
                Answer::Status(status, lines, body) => {
                    let length = body.len();
                    let head =
                        format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {length}\r\n\r\n");
                    stream.write_all(head.as_bytes()).await.unwrap();
                    stream.write_all(&body).await.unwrap();
                }
                Answer::Stall => {
                    let _ = stream.read_u8().await;
                    break;
                }
                Answer::End => return false,
            }
        }
        true
    }
}
