//! A ban list for Hyrouter, in a process of its own.

mod arguments;
mod bans;
mod file;

use anyhow::Context as _;
use hyrouter_plugin_grpc::{
    ConnectRequest, ConnectResponse, OnConnect, PluginFailure, PluginServer,
};
use tokio::sync::watch;

use crate::arguments::Arguments;
use crate::bans::Bans;

/// Denies who is on the list. The list may be replaced at any time.
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
    let Some(arguments) = Arguments::parse(std::env::args().skip(1))? else {
        say(arguments::USAGE);
        return Ok(());
    };
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

#[expect(clippy::print_stdout, reason = "a program says where it listens")]
fn say(line: &str) {
    println!("{line}");
}
