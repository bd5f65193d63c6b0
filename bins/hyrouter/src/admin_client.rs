//! Commands to a router that runs, over its admin server.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyrouter_files::read_input;
use hyrouter_outgoing::{Address, ClientSettings};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::cli::{self, AdminArgs, print, print_line};
use crate::{exit, serve};

/// Longest answer that is read. An explanation with 10,000 backends has some MiB.
const MAX_ANSWER: usize = 64 << 20;
/// Longest file with a token, in bytes. The router takes no longer one.
const MAX_TOKEN: usize = 4096;
/// How long a connection may take to stand.
const CONNECTING: Duration = Duration::from_secs(5);
/// A reload compiles plugins.
const PATIENCE: Duration = Duration::from_mins(2);

/// A router's admin server.
pub(crate) struct AdminClient {
    address: String,
    token: Option<Zeroizing<String>>,
}

impl AdminClient {
    /// # Errors
    /// The token can not be read.
    pub(crate) fn new(address: &str, token_file: Option<&Path>) -> anyhow::Result<Self> {
        let token = match token_file {
            Some(file) => {
                let bytes = Zeroizing::new(read_input(file, MAX_TOKEN)?);
                let text = str::from_utf8(&bytes)
                    .with_context(|| format!("{}: the token is not UTF-8", file.display()))?;
                Some(Zeroizing::new(text.trim().to_owned()))
            }
            None => None,
        };
        let address = address.strip_prefix("http://").unwrap_or(address);
        Ok(Self {
            address: address.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// # Errors
    /// It is not there, or says no; with what it says.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let exchange = self.exchange(path, body);
        let exchange = tokio::time::timeout(PATIENCE, exchange);
        let (status, answer) = exchange
            .await
            .with_context(|| format!("{} does not answer", self.address))??;
        if status < 300 {
            return Ok(answer);
        }
        let mut text = match (status, text_of(&answer, "error")) {
            (401, _) => "the token is missing or wrong; name its file by --token-file".to_owned(),
            (_, Some(error)) => error.to_owned(),
            (_, None) => format!("HTTP status {status}"),
        };
        for mistake in list_of(&answer, "mistakes") {
            text.push_str("\n  ");
            text.push_str(mistake);
        }
        bail!("{}: {text}", self.address)
    }

    async fn exchange(&self, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let address = Address::parse(&format!("http://{}{path}", self.address))
            .map_err(|error| anyhow::anyhow!("--admin: {}", error.problem()))?;
        let settings = ClientSettings {
            ca_file: None,
            connect_timeout: CONNECTING,
            idle: None,
        };
        let client = settings.client(&address)?;
        let mut request = Request::post(address.uri()).header(CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", **token));
        }
        let request = request
            .body(Full::new(Bytes::from(body.to_string())))
            .context("the token has characters that no token has")?;
        let answer = client
            .request(request)
            .await
            .with_context(|| format!("asking the admin server at {}", self.address))?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
        let body = body
            .map_err(|error| anyhow::anyhow!("reading the answer: {error}"))?
            .to_bytes();
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }
}

fn text_of<'a>(answer: &'a Value, field: &str) -> Option<&'a str> {
    answer.get(field)?.as_str()
}

fn list_of<'a>(answer: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    let list = answer.get(field).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// Has the router do that, and prints what came of it.
pub(crate) fn command(args: &AdminArgs, path: &str) -> anyhow::Result<ExitCode> {
    let client = match client(args) {
        Ok(client) => client?,
        Err(code) => return Ok(code),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(client.post(path, &serde_json::json!({})))?;
    let waiting: Vec<_> = list_of(&answer, "restart_needed").collect();
    print("done")?;
    if !waiting.is_empty() {
        print_line(format_args!(
            "these keys wait for a restart: {}",
            waiting.join(", ")
        ))?;
    }
    Ok(exit::OK)
}

/// The admin server that is named, or that of the configuration.
fn client(args: &AdminArgs) -> Result<anyhow::Result<AdminClient>, ExitCode> {
    if let Some(address) = &args.address {
        return Ok(AdminClient::new(address, args.token_file.as_deref()));
    }
    let settings = match serve::load(&args.config) {
        Ok(settings) => settings,
        Err(error) => {
            cli::complain_of_config(&error);
            let hint = anyhow::anyhow!(
                "the router can be named without a configuration: --admin ADDR:PORT"
            );
            cli::complain(&hint);
            return Err(exit::usage());
        }
    };
    let Some(admin) = settings.admin else {
        return Ok(Err(anyhow::anyhow!(
            "the configuration has no `admin.listen`; name the admin server by --admin"
        )));
    };
    let token_file = args.token_file.as_deref().or(admin.token_file.as_deref());
    let mut address = admin.listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    Ok(AdminClient::new(&address.to_string(), token_file))
}
