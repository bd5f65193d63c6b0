//! Players who keep coming while something happens to the router.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyrouter_client::{Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use hyrouter_referral::v1::EnvelopeV1;
use tokio::task::JoinHandle;

/// Far longer than any answer takes unless it never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whom a router answers.
#[derive(Clone)]
pub(crate) struct Player {
    client: Arc<GameClient>,
    address: SocketAddr,
    pub(crate) hello: Hello,
}

/// A player of that name, who comes to `play.example.com`. Of g2: the newest who sends a name.
pub(crate) fn player(router: &super::Router, name: &str) -> Player {
    let mut hello = Hello::of(Generation::G2);
    name.clone_into(&mut hello.username);
    Player {
        client: Arc::new(GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap()),
        address: router.address.parse().unwrap(),
        hello,
    }
}

impl Player {
    /// The same player, at that address.
    pub(crate) fn from(mut self, ip: IpAddr) -> Self {
        self.client = Arc::new(GameClient::bind((ip, 0).into()).unwrap());
        self
    }

    pub(crate) async fn comes(&self) -> ExchangeOutcome {
        self.comes_to("play.example.com").await
    }

    pub(crate) async fn comes_to(&self, host: &str) -> ExchangeOutcome {
        let dial = Dial::new(self.address).host(host).timeout(PATIENCE);
        self.client.exchange(&dial, &self.hello).await.outcome
    }

    /// Comes again and again until told to stop, and gives all answers.
    pub(crate) fn keeps_coming(&self) -> Coming {
        let stop = Arc::new(AtomicBool::new(false));
        let (player, told) = (self.clone(), Arc::clone(&stop));
        let answers = tokio::spawn(async move {
            let mut answers = Vec::new();
            while !told.load(Ordering::Relaxed) {
                answers.push(player.comes().await);
            }
            answers
        });
        Coming { stop, answers }
    }
}

pub(crate) struct Coming {
    stop: Arc<AtomicBool>,
    answers: JoinHandle<Vec<ExchangeOutcome>>,
}

impl Coming {
    pub(crate) async fn stop(self) -> Vec<ExchangeOutcome> {
        self.stop.store(true, Ordering::Relaxed);
        self.answers.await.unwrap()
    }
}

/// The text that a player was refused with; `None` when referred.
pub(crate) fn refusal(outcome: &ExchangeOutcome) -> Option<&str> {
    match outcome {
        ExchangeOutcome::Disconnect { reason, .. } => Some(reason.as_deref().unwrap_or_default()),
        ExchangeOutcome::Referral { .. } => None,
        other => panic!("no answer: {other:?}"),
    }
}

/// The content of the envelope that a player was sent on with.
pub(crate) fn content(outcome: &ExchangeOutcome) -> &[u8] {
    let ExchangeOutcome::Referral { data, .. } = outcome else {
        panic!("no referral: {outcome:?}");
    };
    let envelope = EnvelopeV1::parse(data.as_deref().unwrap()).unwrap();
    envelope.content()
}
