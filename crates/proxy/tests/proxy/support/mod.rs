//! A server in this process, and a client for it.
#![allow(dead_code, reason = "every test file uses a part of this")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

pub(crate) mod balancer;
pub(crate) mod flood;
pub(crate) mod relay;
pub(crate) mod shown;

use std::fmt;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_client::{ClientExchange, Dial, GameClient, Hello, Session};
use hyrouter_protocol::Generation;
use hyrouter_proxy::{
    Answer, ConnectInfo, Event, Failure, Handler, Limits, ListenAddress, Server, ServerBuilder,
    ServerCertificate, ServerError, ServerHandle, ServerStatus,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

type Decide = dyn Fn(ConnectInfo) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send + Sync;

/// Long enough for a busy machine; no test that passes waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A handler that tells the test what it sees.
#[derive(Clone)]
struct Watched {
    decide: Arc<Decide>,
    reasons: mpsc::Sender<Observation>,
}

/// What the handler was shown, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Observation {
    Refused(&'static str),
    HandshakeFailed,
    Finished(&'static str),
    Panicked,
}

impl Handler for Watched {
    /// The number of the connection.
    type Note = u64;

    fn answer(&self, info: ConnectInfo) -> impl Future<Output = (Answer, u64)> + Send {
        let id = info.peer().connection_id;
        let answer = (self.decide)(info);
        async move { (answer.await, id) }
    }

    fn failed(&self, failure: &Failure<'_>) -> (Answer, u64) {
        let peer = match failure {
            Failure::BadConnect { peer, .. } => peer,
            Failure::BudgetExceeded { info } => info.peer(),
            _ => unreachable!("{failure:?}"),
        };
        let reason = failure.reason().as_str().to_owned();
        (Answer::disconnect(Some(reason)), peer.connection_id)
    }

    fn observe(&self, event: &Event<'_, u64>) {
        let observed = match event {
            Event::Refused { refusal, .. } => Observation::Refused(refusal.as_str()),
            Event::HandshakeFailed { .. } => Observation::HandshakeFailed,
            Event::Finished(finished) => {
                let times = finished.times;
                let steps = times.handshake + times.connect + times.decision;
                assert!(times.total >= steps && !times.total.is_zero(), "{times:?}");
                if let Ok(sent) = &finished.result {
                    assert_eq!(*sent.note, finished.peer.connection_id);
                }
                Observation::Finished(finished.reason_code())
            }
            Event::Panicked => Observation::Panicked,
            _ => return,
        };
        match self.reasons.try_send(observed) {
            // The test has seen what it wanted and is gone.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(full @ mpsc::error::TrySendError::Full(_)) => {
                panic!("a test makes fewer events than this holds: {full}")
            }
        }
    }
}

/// A server to be started.
pub(crate) struct Setup {
    listen: ListenAddress,
    limits: Limits,
    endpoints: usize,
    builder: ServerBuilder,
}

/// A running server.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) client: GameClient,
    pub(crate) handle: ServerHandle,
    observed: mpsc::Receiver<Observation>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Result<(), ServerError>>,
}

pub(crate) fn server() -> Setup {
    Setup {
        listen: ListenAddress::Address(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        limits: Limits::default(),
        endpoints: 1,
        builder: ServerBuilder::default(),
    }
}

impl Setup {
    pub(crate) fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    pub(crate) fn endpoints(mut self, endpoints: usize) -> Self {
        self.endpoints = endpoints;
        self
    }

    pub(crate) fn certificate(self, certificate: ServerCertificate) -> Self {
        self.built(|builder| builder.certificate(certificate))
    }

    /// With whatever else the builder offers.
    pub(crate) fn built(mut self, change: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Self {
        self.builder = change(self.builder);
        self
    }

    /// Starts it with a handler that answers at once.
    pub(crate) fn answering(
        self,
        decide: impl Fn(ConnectInfo) -> Answer + Send + Sync + 'static,
    ) -> Running {
        self.deciding(move |info| {
            let answer = decide(info);
            async { answer }
        })
    }

    /// Starts it with a handler that may take its time.
    pub(crate) fn deciding<F, Fut>(self, decide: F) -> Running
    where
        F: Fn(ConnectInfo) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        let (reasons, observed) = mpsc::channel(4096);
        let handler = Watched {
            decide: Arc::new(move |info| Box::pin(decide(info))),
            reasons,
        };
        let server: Server<Watched> = self
            .builder
            .listen(self.listen)
            .limits(self.limits)
            .endpoints(NonZeroUsize::new(self.endpoints).unwrap())
            .bind(handler)
            .unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.local_addr().port()));
        let handle = server.handle();
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        let client = GameClient::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        Running {
            address,
            client,
            handle,
            observed,
            stop: Some(stop),
            server,
        }
    }
}

impl Running {
    pub(crate) fn dial(&self) -> Dial {
        Dial::new(self.address)
            .host("play.example.com")
            .timeout(PATIENCE)
    }

    /// One exchange of a client of that generation.
    pub(crate) async fn hello(&self, generation: Generation) -> ClientExchange {
        self.client
            .exchange(&self.dial(), &Hello::of(generation))
            .await
    }

    /// A connection that has said nothing yet.
    pub(crate) async fn connected(&self) -> Session {
        self.client
            .connect(&self.dial(), b"hytale/3")
            .await
            .expect("the handshake works")
    }

    /// The next thing that the handler was shown.
    pub(crate) async fn next(&mut self) -> Observation {
        patiently(self.observed.recv())
            .await
            .expect("the server runs")
    }

    /// Waits until the server's counts are as wanted.
    pub(crate) async fn until(&self, wanted: impl Fn(&ServerStatus) -> bool) -> ServerStatus {
        let mut tick = tokio::time::interval(Duration::from_millis(2));
        let status = async {
            loop {
                tick.tick().await;
                let status = self.handle.status();
                if wanted(&status) {
                    return status;
                }
            }
        };
        let done = tokio::time::timeout(PATIENCE, status).await;
        done.unwrap_or_else(|_| panic!("waited for {PATIENCE:?}: {:?}", self.handle.status()))
    }

    /// Asks for a shutdown without waiting for it.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().expect("stopped once").send(());
    }

    /// Waits for the end of a shutdown.
    pub(crate) async fn ended(self) -> Result<(), ServerError> {
        patiently(self.server)
            .await
            .expect("the server does not panic")
    }
}

/// Fails the test rather than hang.
pub(crate) async fn patiently<F: Future>(future: F) -> F::Output {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.unwrap_or_else(|_| panic!("waited for {PATIENCE:?}"))
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
