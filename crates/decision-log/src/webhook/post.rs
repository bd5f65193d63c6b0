//! One request.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyrouter_http_client::{HttpClient, HttpClientError, HttpClientOptions, ServiceUrl};
use hyrouter_text::Causes;
use tokio::time::timeout;

use super::backoff::retry_after;
use super::{WebhookSettings, url};
use crate::SinkError;

/// How long one request may take, from its connection to the head of the answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read, so that the connection can be used again. Nothing in them is used.
const MAX_BODY: usize = 64 * 1024;
/// How long these bytes may take.
const DRAIN: Duration = Duration::from_secs(1);
/// How long a connection is kept for the next batch: less than most servers do.
const IDLE: Duration = Duration::from_secs(20);

const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("hyrouter-decisions/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The service that is posted to.
pub(super) struct Receiver {
    address: ServiceUrl,
    authorization: Option<HeaderValue>,
    client: HttpClient<Full<Bytes>>,
}

/// Why a batch was not taken. Says nothing of what was sent or answered but the status.
#[derive(Debug, thiserror::Error)]
pub(super) enum PostError {
    #[error("no answer within {TIMEOUT:?}")]
    Timeout,
    #[error("{}", Causes(.0))]
    Request(#[from] HttpClientError),
    #[error("the answer is {0}, a redirect; these are not followed, name the place itself")]
    Redirect(StatusCode),
    #[error("the answer is {status}")]
    Status {
        status: StatusCode,
        retry_after: Option<Duration>,
    },
}

impl PostError {
    /// Whether the same batch may be taken another time.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Timeout | Self::Request(_) => true,
            Self::Redirect(_) => false,
            Self::Status { status, .. } => {
                status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429)
            }
        }
    }

    /// How long the receiver asks to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl Receiver {
    pub(super) fn new(settings: &WebhookSettings) -> Result<Self, SinkError> {
        let address = url::parse(&settings.url, settings.token.is_some())?;
        let client = HttpClientOptions {
            ca_file: settings.ca_file.as_deref(),
            connect_timeout: TIMEOUT,
            idle: Some(IDLE),
        }
        .client(&address)?;
        Ok(Self {
            address,
            authorization: settings
                .token
                .as_ref()
                .map(super::Token::to_header)
                .transpose()?,
            client,
        })
    }

    /// Scheme and host.
    pub(super) fn origin(&self) -> String {
        self.address.origin()
    }

    pub(super) async fn post(&self, body: Bytes) -> Result<(), PostError> {
        let Ok(response) = timeout(TIMEOUT, self.client.request(self.request(body))).await else {
            return Err(PostError::Timeout);
        };
        let response = response?;
        let status = response.status();
        let answer = if status.is_success() {
            Ok(())
        } else if status.is_redirection() {
            Err(PostError::Redirect(status))
        } else {
            let retry_after = asked(&response);
            Err(PostError::Status {
                status,
                retry_after,
            })
        };
        // The head has said it all; a body that is too long, slow, or broken costs the connection only.
        let rest = Limited::new(response.into_body(), MAX_BODY);
        let _ = timeout(DRAIN, rest.collect()).await;
        answer
    }

    fn request(&self, body: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.address.uri().clone();
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, PRODUCT);
        headers.insert(CONTENT_TYPE, JSON);
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        request
    }
}

fn asked(response: &Response<Incoming>) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?;
    retry_after(value.to_str().ok()?, SystemTime::now())
}
