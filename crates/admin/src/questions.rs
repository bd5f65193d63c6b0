//! Requests that change nothing.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Refusal;
use crate::health::{Health, Problem};
use crate::limits::DECISIONS;
use crate::shared::Shared;
use crate::status::Status;

#[derive(Serialize)]
struct HealthBody {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
}

impl IntoResponse for Health {
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
pub(crate) async fn live(State(shared): State<Arc<Shared>>) -> Health {
    shared.control.live()
}

/// `GET /readyz`
pub(crate) async fn ready(State(shared): State<Arc<Shared>>) -> Health {
    shared.control.ready()
}

/// `GET /metrics`
pub(crate) async fn metrics(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = shared.metrics.read(|| shared.control.metrics()).await;
    ([(header::CONTENT_TYPE, TYPE)], text)
}

/// `GET /api/status`
pub(crate) async fn status(State(shared): State<Arc<Shared>>) -> Json<Status> {
    Json(shared.control.status())
}

#[derive(Deserialize)]
pub(crate) struct Limit {
    limit: Option<usize>,
}

/// `GET /api/decisions`
pub(crate) async fn decisions(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<Limit>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let Query(Limit { limit }) = query.map_err(|_| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "limit must be a whole number, as in /api/decisions?limit=20",
        )
    })?;
    let (most, usual) = DECISIONS;
    Ok(Json(
        shared.control.decisions(limit.unwrap_or(usual).min(most)),
    ))
}

/// The body of `/api/log-level`, both ways.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogLevel {
    pub(crate) level: String,
}

/// `GET /api/log-level`
pub(crate) async fn log_level(State(shared): State<Arc<Shared>>) -> Json<LogLevel> {
    Json(LogLevel {
        level: shared.control.log_level(),
    })
}
