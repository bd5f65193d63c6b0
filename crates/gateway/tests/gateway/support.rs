//! Players, routers and plugins for the tests.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyrouter_client::Hello;
use hyrouter_gateway::{Decision, Gateway, GatewayBuilder};
use hyrouter_identity::{TokenPolicy, TokenVerifier};
use hyrouter_plugin_api::{ConnectRequest, ConnectResponse, Plugin, PluginError, PluginFuture};
use hyrouter_plugins::{Chain, ChainEntry, ChainSettings, OnError};
use hyrouter_protocol::frame::HEADER_LEN;
use hyrouter_protocol::{ClientBuild, Generation};
use hyrouter_proxy::{Action, ConnectInfo, Peer};
use hyrouter_router::{Backend, PoolSpec, RouteSpec, Router, RouterSpec, Strategy};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// A gateway with one route, `play`, in round robin between `a.example.com` and `b.example.com`.
pub(crate) fn play() -> GatewayBuilder {
    Gateway::builder(router(&["a.example.com", "b.example.com"]))
}

pub(crate) fn router(hosts: &[&str]) -> Router {
    let mut pool = PoolSpec::default();
    pool.policy.strategy = Strategy::RoundRobin;
    pool.backends = hosts.iter().map(|host| Backend::new(*host, 5520)).collect();
    let play = RouteSpec {
        name: "play".to_owned(),
        patterns: vec!["play.example.com".parse().unwrap()],
        pool,
        ..RouteSpec::default()
    };
    let spec = RouterSpec {
        routes: vec![play],
        ..RouterSpec::default()
    };
    Router::new(spec).unwrap()
}

pub(crate) fn player() -> Hello {
    Hello::of(Generation::G4)
}

pub(crate) fn player_of_build(build: i32) -> Hello {
    Hello::of_build(ClientBuild::Number(build))
}

/// The connection of a player who asks for that host.
pub(crate) fn connect(hello: &Hello, host: &str) -> ConnectInfo {
    let mut peer = Peer::new("192.0.2.7:50000".parse().unwrap());
    peer.host = host.into();
    peer.alpn = Some(hello.alpn().into());
    let packet = hello.frame().unwrap().split_off(HEADER_LEN);
    ConnectInfo::new(peer, packet).unwrap()
}

pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_hours(500_000)
}

pub(crate) fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

pub(crate) async fn decide(gateway: &Gateway, hello: &Hello, host: &str) -> Decision {
    // A server spawns it on any thread.
    fn sendable<T: Send>(future: T) -> T {
        future
    }
    let (info, mut rng) = (connect(hello, host), rng());
    sendable(gateway.decide(&info, now(), &mut rng)).await
}

/// The answer in short: `host:port`, or the text that the player reads.
pub(crate) fn short(decision: &Decision) -> String {
    match &decision.answer.action {
        Action::Referral { host, port, .. } => format!("{host}:{port}"),
        Action::Disconnect { reason } => reason.clone().unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

/// A chain of one plugin that always answers this.
pub(crate) fn plugin(response: ConnectResponse) -> Arc<Chain> {
    plugin_fn(move |_| Ok(response.clone()))
}

/// A chain of one plugin without which no player passes.
pub(crate) fn plugin_fn<F>(answer: F) -> Arc<Chain>
where
    F: Fn(&ConnectRequest) -> Result<ConnectResponse, PluginError> + Send + Sync + 'static,
{
    let mut settings = ChainSettings::new("policy");
    settings.on_error = Some(OnError::Deny);
    let plugin = Arc::new(Answering(answer));
    Arc::new(Chain::new(vec![ChainEntry { plugin, settings }]).unwrap())
}

struct Answering<F>(F);

impl<F> Plugin for Answering<F>
where
    F: Fn(&ConnectRequest) -> Result<ConnectResponse, PluginError> + Send + Sync + 'static,
{
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
        let response = (self.0)(request);
        Box::pin(async { response.map(Into::into) })
    }
}

/// Has no keys, so it accepts no token.
pub(crate) fn strict_verifier() -> Arc<TokenVerifier> {
    Arc::new(TokenVerifier::new(TokenPolicy::default()))
}
