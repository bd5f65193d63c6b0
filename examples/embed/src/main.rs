//! A referral router in one file: routes and a policy in Rust, no configuration.
//!
//! ```text
//! cargo run -p embed
//! cargo run -p hyrouter -- probe 127.0.0.1:5520 --sni play.example.com
//! ```

#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyrouter_gateway::{Gateway, ThreadRandom};
use hyrouter_plugin_api::{ConnectRequest, ConnectResponse, Plugin, PluginFuture};
use hyrouter_plugins::{Chain, ChainEntry, ChainSettings};
use hyrouter_proxy::{ConnectInfo, ServerBuilder};
use hyrouter_router::{Backend, PoolSpec, RouteSpec, Router, RouterSpec, Strategy};

/// The policy: editors are refused, German speakers go to a separate server, the routes decide about all others.
struct Policy;

impl Plugin for Policy {
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
        let (kind, language) = (request.event.client_type, &request.event.language);
        let mut response = ConnectResponse::default();
        if kind == Some(1) {
            response = ConnectResponse::deny("Editors are not welcome here.");
        } else if language.as_deref().is_some_and(|tag| tag.starts_with("de")) {
            response.backend = Some(hyrouter_plugin_api::Backend::new("de.example.com", 5520));
        }
        Box::pin(async { Ok(response.into()) })
    }
}

fn gateway() -> anyhow::Result<Gateway> {
    let mut pool = PoolSpec::default();
    pool.policy.strategy = Strategy::RoundRobin;
    pool.backends = ["lobby-1.example.com", "lobby-2.example.com"]
        .map(|host| Backend::new(host, 5520))
        .into();
    let play = RouteSpec {
        name: "play".to_owned(),
        patterns: vec!["play.example.com".parse()?],
        pool,
        ..RouteSpec::default()
    };
    let mut spec = RouterSpec::default();
    spec.routes.push(play);
    let router = Router::new(spec)?;
    let (plugin, settings) = (Arc::new(Policy), ChainSettings::new("policy"));
    let policy = ChainEntry { plugin, settings };
    let plugins = Arc::new(Chain::new(vec![policy])?);
    Ok(Gateway::builder(router).plugins(plugins).build())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let gateway = Arc::new(gateway()?);
    let decide = move |player: ConnectInfo| {
        let gateway = Arc::clone(&gateway);
        let now = SystemTime::now();
        async move { gateway.decide(&player, now, &mut ThreadRandom).await.answer }
    };
    let address = std::env::args().nth(1);
    let listen: SocketAddr = address.as_deref().unwrap_or("127.0.0.1:5520").parse()?;
    let server = ServerBuilder::default().listen(listen).bind(decide)?;
    println!("listening on {}", server.local_addr());
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    Ok(server.run(interrupted).await?)
}
