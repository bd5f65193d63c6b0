//! A server for tests with prepared responses.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::listen::{Stream, listen};
use crate::post;

/// A prepared response.
pub trait ScriptedAnswer: Clone + Send + 'static {
    /// Record of a request, for the test to check.
    type Request: Clone + Send + 'static;

    /// Path and query of the URL of the server.
    const PATH: &'static str = "";

    /// Returns the response when no prepared one is left.
    fn good() -> Self;

    /// Makes a record of a request from its head and body.
    fn read(head: String, body: Vec<u8>) -> Self::Request;

    /// Writes the response.
    fn give(self, stream: &mut Stream) -> impl Future<Output = AfterAnswer> + Send;
}

/// State of a connection after a response.
pub enum AfterAnswer {
    /// The next request is read.
    KeepAlive,
    /// The client closed it.
    ClosedByClient,
    /// The server closed it.
    ClosedByServer,
}

/// A server on this runtime, which ends with it.
#[derive(Clone)]
pub struct ScriptedServer<A: ScriptedAnswer> {
    /// Address that the server listens on.
    pub address: SocketAddr,
    shared: Arc<Mutex<Shared<A>>>,
}

struct Shared<A: ScriptedAnswer> {
    /// Responses to the next requests. Later ones get a good response.
    answers: VecDeque<A>,
    requests: Vec<A::Request>,
    accepted: usize,
    closed_by_client: usize,
}

impl<A: ScriptedAnswer> ScriptedServer<A> {
    /// Listens on a free port of loopback.
    pub async fn new(answers: impl IntoIterator<Item = A>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, None, answers)
    }

    /// Serves `listener`, with TLS or without.
    pub fn on(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        answers: impl IntoIterator<Item = A>,
    ) -> Self {
        let shared = Shared {
            answers: answers.into_iter().collect(),
            requests: Vec::new(),
            accepted: 0,
            closed_by_client: 0,
        };
        let server = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::new(Mutex::new(shared)),
        };
        let serving = server.clone();
        listen(listener, tls, move |stream| {
            let server = serving.clone();
            async move { server.serve(stream).await }
        });
        server
    }

    /// Returns its URL, without TLS.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, A::PATH)
    }

    /// Returns all received requests.
    pub fn requests(&self) -> Vec<A::Request> {
        self.shared.lock().unwrap().requests.clone()
    }

    /// Returns the number of received requests.
    pub fn count(&self) -> usize {
        self.shared.lock().unwrap().requests.len()
    }

    /// Returns the number of accepted connections.
    pub fn accepted(&self) -> usize {
        self.shared.lock().unwrap().accepted
    }

    /// Returns the number of connections that the client closed.
    pub fn closed_by_client(&self) -> usize {
        self.shared.lock().unwrap().closed_by_client
    }

    async fn serve(&self, stream: Option<Stream>) {
        self.shared.lock().unwrap().accepted += 1;
        if let Some(mut stream) = stream {
            while let Some((head, body)) = post::read(&mut stream).await {
                let request = A::read(head, body);
                let answer = {
                    let mut shared = self.shared.lock().unwrap();
                    shared.requests.push(request);
                    shared.answers.pop_front().unwrap_or_else(A::good)
                };
                match answer.give(&mut stream).await {
                    AfterAnswer::KeepAlive => {}
                    AfterAnswer::ClosedByClient => break,
                    AfterAnswer::ClosedByServer => return,
                }
            }
        }
        self.shared.lock().unwrap().closed_by_client += 1;
    }
}
