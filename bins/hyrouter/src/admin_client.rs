//! Client of a running router's admin server.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request};
use hyrouter_files::{ExposeSecret as _, SecretRules, SecretString, read_text_input};
use hyrouter_http_client::{HttpClientOptions, ServiceUrl, UrlRules, read_body};
use serde_json::Value;
use zeroize::Zeroizing;

/// Maximum size of a response, in bytes. An explanation with 10,000 backends has several MiB.
const MAX_ANSWER: usize = 64 << 20;
/// Rules of a token. The router has the same maximum.
const RULES: SecretRules = SecretRules::token(1);
/// Maximum time to connect.
const CONNECTING: Duration = Duration::from_secs(5);
/// Maximum time for a response. A reload compiles plugins, which can take a minute.
const PATIENCE: Duration = Duration::from_mins(2);

/// A client of one admin server.
pub(crate) struct AdminClient {
    address: String,
    token: Option<SecretString>,
}

impl AdminClient {
    /// Creates a client that sends the token in `token_file`.
    ///
    /// # Errors
    ///
    /// The token cannot be read.
    pub(crate) fn new(address: &str, token_file: Option<&Path>) -> anyhow::Result<Self> {
        let token = match token_file {
            Some(file) => {
                let text = read_text_input(file, RULES.max_file())?;
                let token = RULES.check(&text);
                Some(token.with_context(|| file.display().to_string())?)
            }
            None => None,
        };
        Ok(Self {
            address: address.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Sends a command and returns the response.
    ///
    /// # Errors
    ///
    /// The server does not answer, or refuses the command. The error contains the server's message.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let (status, answer) = self.ask(path, body).await?;
        self.accepted(status, answer)
    }

    /// Sends a command and returns the status and the response, even of a refusal.
    ///
    /// # Errors
    ///
    /// The server does not answer.
    pub(crate) async fn ask(&self, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        self.request(Method::POST, path, body).await
    }

    /// Sends a request without a body and returns the response.
    ///
    /// # Errors
    ///
    /// The server does not answer, or refuses the request. The error contains the server's message.
    pub(crate) async fn without_body(&self, method: Method, path: &str) -> anyhow::Result<Value> {
        let (status, answer) = self.request(method, path, &Value::Null).await?;
        self.accepted(status, answer)
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<(u16, Value)> {
        let exchange = self.exchange(method, path, body);
        let exchange = tokio::time::timeout(PATIENCE, exchange);
        let exchange = exchange.await;
        exchange.with_context(|| format!("{} does not answer", self.address))?
    }

    /// Returns the response of a successful request.
    ///
    /// # Errors
    ///
    /// The status means failure. The error contains the server's message.
    pub(crate) fn accepted(&self, status: u16, answer: Value) -> anyhow::Result<Value> {
        if status < 300 {
            return Ok(answer);
        }
        let mut text = match (status, text_of(&answer, "error")) {
            (401, _) => "the token is missing or wrong; name its file with --token-file".to_owned(),
            (_, Some(error)) => error.to_owned(),
            (_, None) => format!("HTTP status {status}"),
        };
        for mistake in list_of(&answer, "mistakes") {
            text.push_str("\n  ");
            text.push_str(mistake);
        }
        bail!("{}: {text}", self.address)
    }

    /// Returns whether the router still drains: it answers and is not ready. A router that has ended does not answer,
    /// and one that was started in its place is ready.
    pub(crate) async fn is_ending(&self) -> bool {
        let exchange = self.exchange(Method::GET, "/readyz", &Value::Null);
        let answer = tokio::time::timeout(CONNECTING, exchange).await;
        // A slow router has not ended.
        answer.map_or(true, |answer| answer.is_ok_and(|(status, _)| status == 503))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<(u16, Value)> {
        let has_scheme = self.address.contains("://");
        let scheme = if has_scheme { "" } else { "http://" };
        let address = format!("{scheme}{}{path}", self.address);
        // The address may contain a password, so the error does not repeat it.
        let address = ServiceUrl::parse(&address, UrlRules::default()).map_err(|error| {
            anyhow::anyhow!(
                "--admin: the address {}; allowed: ADDR:PORT, http://ADDR:PORT and https://ADDR:PORT",
                error.problem
            )
        })?;
        let settings = HttpClientOptions {
            ca_file: None,
            connect_timeout: CONNECTING,
            idle: None,
        };
        let client = settings.client(&address)?;
        let mut request = Request::builder()
            .method(method)
            .uri(address.uri())
            .header(CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            // Over http:// too, to any host: the operator names the address, and the admin server has no TLS
            // (docs/admin.md).
            let token = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
            let mut token = HeaderValue::from_str(&token)?;
            token.set_sensitive(true);
            request = request.header(AUTHORIZATION, token);
        }
        let request = request.body(Full::new(Bytes::from(body.to_string())))?;
        let answer = client
            .request(request)
            .await
            .with_context(|| format!("asking the admin server at {}", self.address))?;
        let status = answer.status().as_u16();
        let body = read_body(answer.into_body(), MAX_ANSWER).await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }
}

/// Encodes a name for a path or a query (RFC 3986, section 2.1).
pub(crate) fn percent_encoded(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn text_of<'a>(answer: &'a Value, field: &str) -> Option<&'a str> {
    answer.get(field)?.as_str()
}

pub(crate) fn list_of<'a>(answer: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    let list = answer.get(field).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests;
