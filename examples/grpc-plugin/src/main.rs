//! A ban list and a lobby for VIPs, in a separate process.

mod bans;
mod file;
mod handler;

use std::env;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use hyrouter_plugin_grpc::{ConfigReader, PluginServer};
use tokio::sync::watch;

use crate::bans::Bans;
use crate::file::BanFile;
use crate::handler::{BanList, VipLobby};

/// Ban list in the working directory. Used if it exists and no other one is named.
const BANS: &str = "bans.txt";

/// A ban list for Hyrouter
#[derive(Debug, Parser)]
struct Arguments {
    /// Address to listen on: HOST:PORT or unix:PATH [default: `PLUGIN_ADDRESS`, else 127.0.0.1:7777]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// File with a line for each player: UUID or name, then the reason if there is one [default: `PLUGIN_BANS`, else
    /// bans.txt if it exists]
    #[arg(long, value_name = "FILE")]
    bans: Option<PathBuf>,
}

impl Arguments {
    fn address(&self) -> String {
        let address = self
            .listen
            .clone()
            .or_else(|| env::var("PLUGIN_ADDRESS").ok());
        address.unwrap_or_else(|| "127.0.0.1:7777".into())
    }

    fn ban_file(&self) -> Option<PathBuf> {
        let named = self.bans.clone();
        let named = named.or_else(|| env::var_os("PLUGIN_BANS").map(PathBuf::from));
        named.or_else(|| Some(PathBuf::from(BANS)).filter(|path| path.exists()))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let (replace, bans) = watch::channel(Bans::default());
    if let Some(path) = arguments.ban_file() {
        let file = BanFile::open(path).await?;
        replace.send_replace(file.bans().clone());
        tokio::spawn(file.follow(replace));
    }
    let plugin = ConfigReader::new(BanList(bans)).with_check(VipLobby::check);
    let server = PluginServer::new(plugin).bind(&arguments.address()).await?;
    say(&format!("listening on {}", server.address()));
    server.run().await.context("serving the plugin")
}

#[expect(clippy::print_stdout, reason = "the program prints its address")]
fn say(line: &str) {
    println!("{line}");
}
