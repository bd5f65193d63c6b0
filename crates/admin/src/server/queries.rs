//! Handlers of queries.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backends::{BackendsQuery, BackendsReport};
use crate::health::{HealthProblem, HealthReport};
use crate::server::error_response::ErrorResponse;
use crate::server::limits::DECISIONS;
use crate::server::listener_state::ListenerState;
use crate::status::RouterStatus;

#[derive(Serialize)]
struct HealthBody {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<HealthProblem>,
}

impl IntoResponse for HealthReport {
    fn into_response(self) -> Response {
        let (code, status) = match (self.is_ok(), self.warnings.is_empty()) {
            (true, true) => (StatusCode::OK, "ok"),
            (true, false) => (StatusCode::OK, "degraded"),
            (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        };
        let problems = [self.problems, self.warnings].concat();
        (code, Json(HealthBody { status, problems })).into_response()
    }
}

/// `GET /livez`
pub(crate) async fn live(State(state): State<Arc<ListenerState>>) -> HealthReport {
    state.control.live()
}

/// `GET /readyz`
pub(crate) async fn ready(State(state): State<Arc<ListenerState>>) -> HealthReport {
    state.control.ready()
}

/// `GET /metrics`
pub(crate) async fn metrics(State(state): State<Arc<ListenerState>>) -> impl IntoResponse {
    const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = state.metrics.read(|| state.control.metrics()).await;
    ([(header::CONTENT_TYPE, TYPE)], text)
}

/// `GET /api/status`
pub(crate) async fn status(State(state): State<Arc<ListenerState>>) -> Json<RouterStatus> {
    Json(state.control.status())
}

/// `GET /api/backends`
pub(crate) async fn backends(
    State(state): State<Arc<ListenerState>>,
    query: Result<Query<BackendsQuery>, QueryRejection>,
) -> Result<Json<BackendsReport>, ErrorResponse> {
    let Query(query) = query.map_err(|_| {
        ErrorResponse::new(
            StatusCode::BAD_REQUEST,
            "the query is invalid; allowed: provider, route, offset and limit, as in \
             /api/backends?provider=lobbies&limit=100",
        )
    })?;
    Ok(Json(state.control.backends(&query)?))
}

#[derive(Deserialize)]
pub(crate) struct DecisionsQuery {
    limit: Option<usize>,
}

/// `GET /api/decisions`
pub(crate) async fn decisions(
    State(state): State<Arc<ListenerState>>,
    query: Result<Query<DecisionsQuery>, QueryRejection>,
) -> Result<Json<Vec<Value>>, ErrorResponse> {
    let Query(DecisionsQuery { limit }) = query.map_err(|_| {
        ErrorResponse::new(
            StatusCode::BAD_REQUEST,
            "limit must be a whole number, as in /api/decisions?limit=20",
        )
    })?;
    let (most, usual) = DECISIONS;
    Ok(Json(
        state.control.decisions(limit.unwrap_or(usual).min(most)),
    ))
}

/// Body of requests and responses of `/api/log-level`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogLevelBody {
    pub(crate) level: String,
}

/// `GET /api/log-level`
pub(crate) async fn log_level(State(state): State<Arc<ListenerState>>) -> Json<LogLevelBody> {
    Json(LogLevelBody {
        level: state.control.log_level(),
    })
}
