//! Options of a webhook: its URL, its credentials, and the number of decisions that can wait.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use hyrouter_http_client::{BearerToken, Poster, ServiceUrl, UrlRules, check_ca_file};

use crate::{MAX_QUEUE, SinkError};

/// Maximum number of decisions in one request: about 5 MiB.
const MAX_BATCH: usize = 10_000;
/// Maximum time of one request, from its connection to the head of the answer.
const TIMEOUT: Duration = Duration::from_secs(5);

const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("hyrouter/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Options of a webhook: its URL, its credentials, and the number of decisions that can wait. `Debug` omits the
/// token, and user, password and query of the URL.
#[derive(Clone)]
pub struct WebhookOptions {
    url: String,
    token: Option<BearerToken>,
    ca_file: Option<PathBuf>,
    pub(super) queue: usize,
    pub(super) batch: usize,
}

impl WebhookOptions {
    /// Returns the defaults for a URL: `https://host[:port]/path`, or `http://`. With a token, `http://` is for this
    /// machine only.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
            ca_file: None,
            queue: 4_096,
            batch: 100,
        }
    }

    /// Sets the token that is sent as `Authorization: Bearer ...`. Default: none.
    #[must_use]
    pub fn with_token(mut self, token: Option<BearerToken>) -> Self {
        self.token = token;
        self
    }

    /// Sets a file of certificates in PEM that the receiver is trusted by, beside those of the system. Default: none.
    #[must_use]
    pub fn with_ca_file(mut self, ca_file: Option<PathBuf>) -> Self {
        self.ca_file = ca_file;
        self
    }

    /// Sets the maximum number of waiting decisions, 1 to 1,000,000. Default 4,096: 4 seconds at 1,000 decisions per
    /// second, and about 2 MiB.
    #[must_use]
    pub fn with_queue(mut self, queue: usize) -> Self {
        self.queue = queue;
        self
    }

    /// Sets the maximum number of decisions in one request, 1 to 10,000. Default 100: about 50 KiB.
    #[must_use]
    pub fn with_batch(mut self, batch: usize) -> Self {
        self.batch = batch;
        self
    }

    /// Checks that each option can be used. Reads `ca_file`, if there is one and the URL is `https://`, and no other
    /// file.
    ///
    /// # Errors
    ///
    /// Returns the first option that cannot be used, with its value and the allowed values.
    pub fn check(&self) -> Result<(), SinkError> {
        self.check_numbers()?;
        let url = self.service_url()?;
        if let Some(ca_file) = self.ca_file.as_deref().filter(|_| url.is_https()) {
            check_ca_file(ca_file)?;
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), SinkError> {
        for (key, value, most) in [
            ("queue", self.queue, MAX_QUEUE),
            ("batch", self.batch, MAX_BATCH),
        ] {
            if !(1..=most).contains(&value) {
                return Err(SinkError::Setting { key, value, most });
            }
        }
        Ok(())
    }

    fn service_url(&self) -> Result<ServiceUrl, SinkError> {
        let rules = UrlRules {
            secret: self.token.as_ref().map(|_| "the token"),
            credentials: Some("token_file"),
            ..UrlRules::default()
        };
        Ok(ServiceUrl::parse(&self.url, rules)?)
    }

    /// Checks each option, reads the certificates, and makes the poster. Does not connect.
    pub(super) fn poster(&self) -> Result<Poster, SinkError> {
        self.check_numbers()?;
        let address = self.service_url()?;
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, PRODUCT);
        headers.insert(CONTENT_TYPE, JSON);
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, token.to_header());
        }
        Ok(Poster::new(
            address,
            headers,
            TIMEOUT,
            self.ca_file.as_deref(),
        )?)
    }
}

impl fmt::Debug for WebhookOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            url,
            token,
            ca_file,
            queue,
            batch,
        } = self;
        f.debug_struct("WebhookOptions")
            .field("url", &hyrouter_text::shown_address(url))
            .field("token", token)
            .field("ca_file", ca_file)
            .field("queue", queue)
            .field("batch", batch)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{BearerToken, MAX_BATCH, WebhookOptions};
    use crate::MAX_QUEUE;

    #[test]
    fn numbers_have_a_range() {
        type Setter = fn(WebhookOptions, usize) -> WebhookOptions;
        let setters: [(&str, usize, Setter); 2] = [
            ("queue", MAX_QUEUE, WebhookOptions::with_queue),
            ("batch", MAX_BATCH, WebhookOptions::with_batch),
        ];
        for (key, most, set) in setters {
            let check = |value| {
                let options = set(WebhookOptions::new("http://127.0.0.1/"), value);
                options.check().map_err(|error| error.to_string())
            };
            assert_eq!(check(1), Ok(()));
            assert_eq!(check(most), Ok(()));
            for value in [0, most + 1, usize::MAX] {
                let wanted = format!("{key} is {value}; allowed: 1 to {most}");
                assert_eq!(check(value), Err(wanted));
            }
        }
    }

    #[test]
    fn a_token_is_not_sent_in_the_clear() {
        let token = Some(BearerToken::new("hunter2").unwrap());
        let check = |url: &str, token| WebhookOptions::new(url).with_token(token).check();
        for (url, problem) in [
            (
                "http://hooks.example/d?key=hunter2",
                "the token in the clear",
            ),
            (
                "https://u:hunter2@hooks.example/d",
                "set token_file instead",
            ),
            ("hooks.example", "no scheme"),
        ] {
            let error = check(url, token.clone()).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
            assert!(error.contains("https://host[:port]/path"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
            let options = WebhookOptions::new(url).with_token(token.clone());
            let printed = format!("{options:?}");
            assert!(!printed.contains("hunter2"), "{printed}");
        }
        assert!(check("http://hooks.example/d", None).is_ok());
        assert!(check("http://[::1]/d", token).is_ok());
    }
}
