//! A ban list for Hyrouter, in a separate process.

mod bans;
mod file;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use hyrouter_plugin_grpc::{
    ConnectRequest, ConnectResponse, OnConnect, PluginFailure, PluginServer,
};
use tokio::sync::watch;

use crate::bans::Bans;

/// A ban list for Hyrouter
#[derive(Debug, Parser)]
struct Arguments {
    /// Address to listen on: HOST:PORT or unix:PATH
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7777")]
    listen: String,
    /// File with a line for each player: UUID or name, then the reason if there is one
    #[arg(long, value_name = "FILE")]
    bans: Option<PathBuf>,
}

/// Denies the players on the list. The list may be replaced at any time.
struct BanList(watch::Receiver<Bans>);

impl OnConnect for BanList {
    async fn on_connect(&self, request: ConnectRequest) -> Result<ConnectResponse, PluginFailure> {
        let Self(bans) = self;
        let bans = bans.borrow();
        Ok(match bans.reason(&request.event) {
            Some(reason) => ConnectResponse::deny(reason),
            None => ConnectResponse::default(),
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let (replace, bans) = watch::channel(Bans::default());
    if let Some(path) = arguments.bans {
        let file = file::BanFile::open(path).await?;
        replace.send_replace(file.bans().clone());
        tokio::spawn(file.follow(replace));
    }
    let server = PluginServer::new(BanList(bans))
        .bind(&arguments.listen)
        .await?;
    say(&format!("listening on {}", server.address()));
    server.run().await.context("serving the plugin")
}

#[expect(clippy::print_stdout, reason = "the program prints its address")]
fn say(line: &str) {
    println!("{line}");
}
