//! Requests that have the router do something.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};
use tracing::info;

use crate::answer::{Refusal, nothing};
use crate::json_body::{json, read};
use crate::questions::LogLevel;
use crate::server::From;
use crate::shared::Shared;
use crate::status::Reloaded;

type Shares = State<Arc<Shared>>;
type Name = Result<Path<String>, PathRejection>;

/// `POST /api/explain`
pub(crate) async fn explain(
    State(shared): Shares,
    Extension(from): Extension<From>,
    body: Body,
) -> Result<Json<Value>, Refusal> {
    told(from, "explain", "");
    let question = json(&read(body).await?)?;
    Ok(Json(
        shared.finish(|control| control.explain(question)).await?,
    ))
}

/// `POST /reload`
pub(crate) async fn reload(
    State(shared): Shares,
    Extension(from): Extension<From>,
) -> Result<Json<Reloaded>, Refusal> {
    told(from, "reload", "");
    let done = shared.finish_reload().await;
    Ok(Json(
        done.inspect_err(|refusal| failed(from, "reload", refusal))?,
    ))
}

/// `POST /drain`
pub(crate) async fn drain(
    State(shared): Shares,
    Extension(from): Extension<From>,
) -> Result<Response, Refusal> {
    told(from, "drain", "");
    shared.control.drain()?;
    Ok(nothing(StatusCode::ACCEPTED))
}

/// `POST /api/backends/{address}/drain`
pub(crate) async fn drain_backend(
    shared: Shares,
    from: Extension<From>,
    address: Name,
) -> Result<Response, Refusal> {
    set_drained(shared, from, address, true).await
}

/// `DELETE /api/backends/{address}/drain`
pub(crate) async fn undrain_backend(
    shared: Shares,
    from: Extension<From>,
    address: Name,
) -> Result<Response, Refusal> {
    set_drained(shared, from, address, false).await
}

async fn set_drained(
    State(shared): Shares,
    Extension(from): Extension<From>,
    address: Name,
    drained: bool,
) -> Result<Response, Refusal> {
    let address = name(address)?;
    let command = if drained {
        "drain backend"
    } else {
        "undrain backend"
    };
    told(from, command, &address);
    let done = shared
        .finish(|control| control.drain_backend(&address, drained))
        .await;
    done.inspect_err(|refusal| failed(from, command, refusal))?;
    Ok(nothing(StatusCode::OK))
}

/// `PUT` or `POST /api/routes/{name}/maintenance`
pub(crate) async fn maintain(
    shared: Shares,
    from: Extension<From>,
    route: Name,
    body: Body,
) -> Result<Response, Refusal> {
    let body = read(body).await?;
    let maintenance = if body.trim_ascii().is_empty() {
        Value::Object(Map::new())
    } else {
        json(&body)?
    };
    set_maintenance(shared, from, route, Some(maintenance)).await
}

/// `DELETE /api/routes/{name}/maintenance`
pub(crate) async fn end_maintenance(
    shared: Shares,
    from: Extension<From>,
    route: Name,
) -> Result<Response, Refusal> {
    set_maintenance(shared, from, route, None).await
}

async fn set_maintenance(
    State(shared): Shares,
    Extension(from): Extension<From>,
    route: Name,
    maintenance: Option<Value>,
) -> Result<Response, Refusal> {
    let route = name(route)?;
    let command = if maintenance.is_some() {
        "maintain route"
    } else {
        "end maintenance"
    };
    told(from, command, &route);
    let done = shared
        .finish(|control| control.maintain(&route, maintenance))
        .await;
    done.inspect_err(|refusal| failed(from, command, refusal))?;
    Ok(nothing(StatusCode::OK))
}

/// `PUT /api/log-level`
pub(crate) async fn set_log_level(
    State(shared): Shares,
    Extension(from): Extension<From>,
    body: Body,
) -> Result<Response, Refusal> {
    let LogLevel { level } = json(&read(body).await?)?;
    told(from, "log level", &level);
    shared.control.set_log_level(&level)?;
    Ok(nothing(StatusCode::OK))
}

/// What is named in the path comes from outside, and is escaped in the log.
fn told(From(from): From, command: &str, subject: &str) {
    info!(%from, command, ?subject, "admin command");
}

fn failed(From(from): From, command: &str, refusal: &Refusal) {
    info!(%from, command, error = refusal.error(), "admin command failed");
}

fn name(name: Name) -> Result<String, Refusal> {
    let Path(name) = name
        .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "the name in the path is not UTF-8"))?;
    Ok(name)
}
