//! `hyrouter probe`: a game client in one command.

mod address;
mod report;
mod token;

use std::process::ExitCode;

use anyhow::Context as _;
use hyrouter_client::{ClientCert, Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use hyrouter_protocol::builds::ClientBuild;

use crate::cli::{ExpectedAnswer, ProbeArgs, print, print_json};
use crate::{envelope, exit};

pub(crate) fn run(args: &ProbeArgs) -> anyhow::Result<ExitCode> {
    let (address, name) = address::resolve(&args.address)?;
    let hello = hello(args)?;
    // Checked before the connection is made, so that a mistake costs the router nothing.
    hello
        .frame()
        .context("these options do not fit into a Connect packet of this build")?;
    let mut dial = Dial::new(address).timeout(args.timeout);
    let host = args.player.sni.clone().or(name).unwrap_or_default();
    if !host.sent().is_empty() {
        dial = dial.host(host.sent());
    }
    if !args.alpn.is_empty() {
        dial = dial.alpn(args.alpn.iter().map(String::as_str));
    }
    if args.client_cert {
        dial = dial.cert(ClientCert::self_signed()?);
    }

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let exchange = runtime.block_on(async {
        let client = GameClient::toward(address).context("opening a socket")?;
        let exchange = client.exchange(&dial, &hello).await;
        client.finish().await;
        anyhow::Ok(exchange)
    })?;

    if args.json {
        print_json(&report::json(&exchange, &host))?;
    } else {
        print(&report::text(&exchange, &host))?;
    }
    Ok(if is_good(&exchange.outcome, args.expect) {
        exit::OK
    } else {
        exit::FAILED
    })
}

fn hello(args: &ProbeArgs) -> anyhow::Result<Hello> {
    let player = &args.player;
    let mut hello = match (player.build, player.generation) {
        (Some(build), _) => Hello::of_build(ClientBuild::Number(build)),
        (None, Some(generation)) => Hello::of(generation),
        // G2 is the newest generation that sends name and UUID outside of the token.
        (None, None)
            if args.sign.key.is_none() && (player.username.is_some() || player.uuid.is_some()) =>
        {
            Hello::of(Generation::G2)
        }
        (None, None) => Hello::of(Generation::G4),
    };
    hello.identity_token = token::token(args)?;
    if let Some(text) = &args.referral_data {
        hello.referral_data = Some(envelope::from_hex(text).context("--referral-data")?);
        hello.referral_source = Some(source(&args.referral_source)?);
    }
    if let Some(language) = &player.language {
        hello.language.clone_from(language);
    }
    if let Some(username) = &player.username {
        hello.username.clone_from(username);
    }
    if let Some(uuid) = player.uuid {
        hello.uuid = uuid;
    }
    Ok(hello)
}

fn source(text: &str) -> anyhow::Result<(String, u16)> {
    let (host, port) = text
        .rsplit_once(':')
        .context("--referral-source: expected HOST:PORT, such as lobby.example.com:5520")?;
    let port = port
        .parse()
        .context("--referral-source: the port must be 0 to 65535")?;
    Ok((host.to_owned(), port))
}

fn is_good(outcome: &ExchangeOutcome, expected: Option<ExpectedAnswer>) -> bool {
    match outcome {
        ExchangeOutcome::Referral { .. } => expected != Some(ExpectedAnswer::Disconnect),
        ExchangeOutcome::Disconnect { .. } => expected != Some(ExpectedAnswer::Referral),
        _ => false,
    }
}
