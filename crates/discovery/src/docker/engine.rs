//! The requests of the API that are used: version, list of containers, events.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use hyrouter_http_client::read_body;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::form_urlencoded;

use super::address::EngineAddress;
use super::connection::{Reply, get};
use super::error::EngineError;
use super::events::Events;
use super::labels::ENABLED;
use super::listing::Listed;
use super::tls;
use super::version::{EngineVersion, Versions};
use crate::DockerSettings;

/// Maximum time of one request, with its connection and its response.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum length of a list of containers in bytes. 10,000 containers with 20 labels each are about 25 MB.
const MAX_LIST: usize = 64 << 20;
/// Maximum length of other responses in bytes.
const MAX_SHORT: usize = 64 << 10;

/// An engine whose version is known.
pub(super) struct Engine {
    address: Arc<EngineAddress>,
    tls: Option<TlsConnector>,
    version: EngineVersion,
}

impl Engine {
    /// Reads the files for TLS and asks for the version of the engine.
    pub(super) async fn find(
        settings: &DockerSettings,
        address: &Arc<EngineAddress>,
    ) -> Result<Self, EngineError> {
        let mut engine = Self {
            address: Arc::clone(address),
            tls: tls::connector(settings, address).await?,
            version: EngineVersion::default(),
        };
        let versions: Versions = engine.json("/version", &[], MAX_SHORT).await?;
        engine.version = versions.choose();
        Ok(engine)
    }

    /// Returns whether the engine sends an event when a container begins to stop. Podman sends none before the end.
    pub(super) fn reports_stopping(&self) -> bool {
        !self.version.is_podman
    }

    /// Lists the running and paused containers that are enabled.
    pub(super) async fn containers(&self) -> Result<Vec<Listed>, EngineError> {
        let filters = json!({ "label": [ENABLED] });
        self.list(filters).await
    }

    /// Lists the containers of [`Self::containers`] whose health check has not succeeded or fails. The list of Podman
    /// does not show the health, but it can be filtered by it.
    pub(super) async fn not_healthy(&self) -> Result<Vec<Listed>, EngineError> {
        let filters = json!({ "label": [ENABLED], "health": ["starting", "unhealthy"] });
        self.list(filters).await
    }

    async fn list(&self, filters: serde_json::Value) -> Result<Vec<Listed>, EngineError> {
        let query = [("filters", filters.to_string())];
        self.json("/containers/json", &query, MAX_LIST).await
    }

    /// Opens the stream of events of containers that are enabled.
    pub(super) async fn events(&self) -> Result<Events, EngineError> {
        let filters = json!({ "type": ["container"], "label": [ENABLED] });
        let query = [("filters", filters.to_string())];
        let reply = within("/events", self.get("/events", &query)).await?;
        Ok(Events::new(reply))
    }

    async fn json<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        max: usize,
    ) -> Result<T, EngineError> {
        within(path, async {
            // The connection lives as long as its task.
            let Reply {
                response,
                connection: _connection,
            } = self.get(path, query).await?;
            let body = read_body(response.into_body(), max)
                .await
                .map_err(|source| EngineError::Body {
                    path: path.to_owned(),
                    source,
                })?;
            serde_json::from_slice(&body).map_err(|source| EngineError::Foreign {
                path: path.to_owned(),
                source,
            })
        })
        .await
    }

    /// Sends a request. The status of the response is 200.
    async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Reply, EngineError> {
        let mut target = format!("{}{path}", self.version);
        if !query.is_empty() {
            let pairs = query.iter().map(|(key, value)| (key, value));
            let pairs = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish();
            target = format!("{target}?{pairs}");
        }
        let reply = get(&self.address, self.tls.as_ref(), &target, path).await?;
        let status = reply.response.status();
        if status == StatusCode::OK {
            return Ok(reply);
        }
        // An unreadable reason is no reason; the status is enough.
        let Reply {
            response,
            connection: _connection,
        } = reply;
        let body = read_body(response.into_body(), MAX_SHORT).await;
        let body = body.unwrap_or_default();
        Err(EngineError::Status {
            path: path.to_owned(),
            status,
            message: message(&body),
        })
    }
}

async fn within<T>(
    path: &str,
    request: impl Future<Output = Result<T, EngineError>>,
) -> Result<T, EngineError> {
    let limit = REQUEST_TIMEOUT;
    let late = |_| EngineError::Timeout {
        path: path.to_owned(),
        limit,
    };
    timeout(limit, request).await.map_err(late)?
}

/// Returns the reason of an engine for a refusal: the `message` of its JSON, else the text of a proxy.
fn message(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Refusal {
        message: String,
    }
    let message = serde_json::from_slice(body).map(|Refusal { message }| message);
    message.unwrap_or_else(|_| String::from_utf8_lossy(body).trim().to_owned())
}
