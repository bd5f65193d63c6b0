//! A server for tests that answers as it was told. For tests of other crates to take it in by `#[path]`, beside
//! `listen` and `post`.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::listen::{Stream, listen};
use crate::post;

/// What a request is answered with.
pub(crate) trait Answer: Clone + Send + 'static {
    /// What is kept of a request.
    type Request: Clone + Send + 'static;

    /// The answer where none was told.
    fn good() -> Self;

    fn read(head: String, body: Vec<u8>) -> Self::Request;

    fn give(self, stream: &mut Stream) -> impl Future<Output = Then> + Send;
}

/// What an answer leaves behind.
pub(crate) enum Then {
    /// A connection that is read on.
    Next,
    /// None: the client left.
    Left,
    /// None: the server ended it.
    Ended,
}

/// A server on this runtime. Ends with it.
#[derive(Clone)]
pub(crate) struct Told<A: Answer> {
    pub(crate) address: SocketAddr,
    shared: Arc<Mutex<Shared<A>>>,
}

struct Shared<A: Answer> {
    /// What the next requests are answered with. All others are good.
    answers: VecDeque<A>,
    requests: Vec<A::Request>,
    /// Connections that began, and those that the client ended.
    came: usize,
    left: usize,
}

impl<A: Answer> Told<A> {
    pub(crate) async fn new(answers: impl IntoIterator<Item = A>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, None, answers)
    }

    pub(crate) fn on(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        answers: impl IntoIterator<Item = A>,
    ) -> Self {
        let shared = Shared {
            answers: answers.into_iter().collect(),
            requests: Vec::new(),
            came: 0,
            left: 0,
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

    pub(crate) fn requests(&self) -> Vec<A::Request> {
        self.shared.lock().unwrap().requests.clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.shared.lock().unwrap().requests.len()
    }

    pub(crate) fn came(&self) -> usize {
        self.shared.lock().unwrap().came
    }

    pub(crate) fn left(&self) -> usize {
        self.shared.lock().unwrap().left
    }

    async fn serve(&self, stream: Option<Stream>) {
        self.shared.lock().unwrap().came += 1;
        if let Some(mut stream) = stream {
            while let Some((head, body)) = post::read(&mut stream).await {
                let request = A::read(head, body);
                let answer = {
                    let mut shared = self.shared.lock().unwrap();
                    shared.requests.push(request);
                    shared.answers.pop_front().unwrap_or_else(A::good)
                };
                match answer.give(&mut stream).await {
                    Then::Next => {}
                    Then::Left => break,
                    Then::Ended => return,
                }
            }
        }
        self.shared.lock().unwrap().left += 1;
    }
}
