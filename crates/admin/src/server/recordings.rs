//! Handlers of recordings of plugins.

use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use crate::recording::RecordingCommand;
use crate::server::commands::{NameInPath, SharedState, log_command, log_failure, name};
use crate::server::connection::ClientAddr;
use crate::server::error_response::{ErrorResponse, nothing};
use crate::server::json_body::{json, read};

/// `POST /api/plugins/{name}/recording`
pub(crate) async fn start(
    State(state): SharedState,
    Extension(from): Extension<ClientAddr>,
    plugin: NameInPath,
    body: Body,
) -> Result<Response, ErrorResponse> {
    let plugin = name(plugin)?;
    let body = read(body).await?;
    let command = if body.trim_ascii().is_empty() {
        RecordingCommand::default()
    } else {
        json(&body)?
    };
    // Names of players must not be readable for every program of this machine.
    if !command.keep.is_empty() && state.token().is_none() {
        return Err(ErrorResponse::new(
            StatusCode::FORBIDDEN,
            "`keep` records data of players and needs an admin token; set `admin.token_file`",
        ));
    }
    let subject = match &*command.keep {
        [] => plugin.clone(),
        kept => format!("{plugin}, keeps {}", kept.join(", ")),
    };
    log_command(from, "record plugin", &subject);
    let started = state.control.start_recording(&plugin, command);
    started
        .map_err(ErrorResponse::from)
        .inspect_err(|response| log_failure(from, "record plugin", response))?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /api/plugins/{name}/recording`
pub(crate) async fn show(
    State(state): SharedState,
    plugin: NameInPath,
) -> Result<Json<Value>, ErrorResponse> {
    Ok(Json(state.control.recording(&name(plugin)?)?))
}

/// `DELETE /api/plugins/{name}/recording`
pub(crate) async fn stop(
    State(state): SharedState,
    Extension(from): Extension<ClientAddr>,
    plugin: NameInPath,
) -> Result<Json<Value>, ErrorResponse> {
    let plugin = name(plugin)?;
    log_command(from, "end recording", &plugin);
    Ok(Json(state.control.stop_recording(&plugin)?))
}
