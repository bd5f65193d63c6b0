//! Handlers of commands.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};
use tracing::info;

use crate::server::connection::ClientAddr;
use crate::server::error_response::{ErrorResponse, nothing};
use crate::server::json_body::{json, read};
use crate::server::listener_state::ListenerState;
use crate::server::queries::LogLevelBody;
use crate::status::ReloadReport;

pub(crate) type SharedState = State<Arc<ListenerState>>;
pub(crate) type NameInPath = Result<Path<String>, PathRejection>;

/// `POST /api/explain`
pub(crate) async fn explain(
    State(state): SharedState,
    Extension(from): Extension<ClientAddr>,
    body: Body,
) -> Result<Json<Value>, ErrorResponse> {
    log_command(from, "explain", "");
    let question = json(&read(body).await?)?;
    Ok(Json(
        state.finish(|control| control.explain(question)).await?,
    ))
}

/// `POST /reload`
pub(crate) async fn reload(
    State(state): SharedState,
    Extension(from): Extension<ClientAddr>,
) -> Result<Json<ReloadReport>, ErrorResponse> {
    log_command(from, "reload", "");
    let done = state.finish_reload().await;
    Ok(Json(done.inspect_err(|response| {
        log_failure(from, "reload", response);
    })?))
}

/// `POST /drain`
pub(crate) async fn drain(
    State(state): SharedState,
    Extension(from): Extension<ClientAddr>,
) -> Result<Response, ErrorResponse> {
    log_command(from, "drain", "");
    state.control.drain()?;
    Ok(nothing(StatusCode::ACCEPTED))
}

/// `POST /api/backends/{address}/drain`
pub(crate) async fn drain_backend(
    state: SharedState,
    from: Extension<ClientAddr>,
    address: NameInPath,
) -> Result<Response, ErrorResponse> {
    set_drained(state, from, address, true).await
}

/// `DELETE /api/backends/{address}/drain`
pub(crate) async fn undrain_backend(
    state: SharedState,
    from: Extension<ClientAddr>,
    address: NameInPath,
) -> Result<Response, ErrorResponse> {
    set_drained(state, from, address, false).await
}

async fn set_drained(
    State(state): SharedState,
    Extension(from): Extension<ClientAddr>,
    address: NameInPath,
    drained: bool,
) -> Result<Response, ErrorResponse> {
    let address = name(address)?;
    let command = if drained {
        "drain backend"
    } else {
        "undrain backend"
    };
    log_command(from, command, &address);
    let done = state
        .finish(|control| control.drain_backend(&address, drained))
        .await;
    done.inspect_err(|response| log_failure(from, command, response))?;
    Ok(nothing(StatusCode::OK))
}

/// `PUT` or `POST /api/routes/{name}/maintenance`
pub(crate) async fn maintain(
    state: SharedState,
    from: Extension<ClientAddr>,
    route: NameInPath,
    body: Body,
) -> Result<Response, ErrorResponse> {
    let body = read(body).await?;
    let maintenance = if body.trim_ascii().is_empty() {
        Value::Object(Map::new())
    } else {
        json(&body)?
    };
    set_maintenance(state, from, route, Some(maintenance)).await
}

/// `DELETE /api/routes/{name}/maintenance`
pub(crate) async fn end_maintenance(
    state: SharedState,
    from: Extension<ClientAddr>,
    route: NameInPath,
) -> Result<Response, ErrorResponse> {
    set_maintenance(state, from, route, None).await
}

async fn set_maintenance(
    State(state): SharedState,
    Extension(from): Extension<ClientAddr>,
    route: NameInPath,
    maintenance: Option<Value>,
) -> Result<Response, ErrorResponse> {
    let route = name(route)?;
    let command = if maintenance.is_some() {
        "maintain route"
    } else {
        "end maintenance"
    };
    log_command(from, command, &route);
    let done = state
        .finish(|control| control.maintain(&route, maintenance))
        .await;
    done.inspect_err(|response| log_failure(from, command, response))?;
    Ok(nothing(StatusCode::OK))
}

/// `PUT /api/log-level`
pub(crate) async fn set_log_level(
    State(state): SharedState,
    Extension(from): Extension<ClientAddr>,
    body: Body,
) -> Result<Response, ErrorResponse> {
    let LogLevelBody { level } = json(&read(body).await?)?;
    log_command(from, "log level", &level);
    state.control.set_log_level(&level)?;
    Ok(nothing(StatusCode::OK))
}

/// Logs a command. The subject comes from the client, so `Debug` escapes it.
pub(crate) fn log_command(ClientAddr(from): ClientAddr, command: &str, subject: &str) {
    info!(%from, command, ?subject, "admin command");
}

pub(crate) fn log_failure(ClientAddr(from): ClientAddr, command: &str, response: &ErrorResponse) {
    info!(%from, command, error = response.error(), "admin command failed");
}

pub(crate) fn name(name: NameInPath) -> Result<String, ErrorResponse> {
    let Path(name) = name.map_err(|_| {
        ErrorResponse::new(StatusCode::BAD_REQUEST, "the name in the path is not UTF-8")
    })?;
    Ok(name)
}
