//! Handlers of requests.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use hyrouter_discovery::document::BackendEntry;
use hyrouter_discovery::push::{Heartbeat, LeaseTerm, LeasedBackend, PushSession, Registration};
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::push::refused::PushRefused;
use crate::push::routes::PushServerState;
use crate::server::connection::ClientAddr;
use crate::server::guard::{is_json, single};
use crate::server::json_body::{json, read};

type PushState = State<Arc<PushServerState>>;
type NamesInPath = Result<Path<(String, String)>, PathRejection>;

/// Lease of a backend.
#[derive(Serialize)]
struct LeaseBody<'i> {
    id: &'i str,
    /// In seconds.
    ttl: u64,
    /// In RFC 3339.
    expires_at: String,
}

/// A backend with its lease.
#[derive(Serialize)]
struct BackendBody {
    #[serde(flatten)]
    entry: BackendEntry,
    ttl: u64,
    expires_at: String,
}

#[derive(Serialize)]
struct ListBody {
    backends: Vec<BackendBody>,
}

/// `PUT /v1/providers/{provider}/backends/{id}`
pub(crate) async fn register(
    state: PushState,
    from: Extension<ClientAddr>,
    names: NamesInPath,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PushRefused> {
    let (session, id) = session_of(&state, from, names, &headers)?;
    let registration = Registration::from_json(object(&headers, body).await?)?;
    let registered = session.register(&id, registration)?;
    let status = if registered.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, lease(&id, registered.term)).into_response())
}

/// `PATCH /v1/providers/{provider}/backends/{id}`
pub(crate) async fn heartbeat(
    state: PushState,
    from: Extension<ClientAddr>,
    names: NamesInPath,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PushRefused> {
    let (session, id) = session_of(&state, from, names, &headers)?;
    let heartbeat = Heartbeat::from_json(object(&headers, body).await?)?;
    let term = session.heartbeat(&id, heartbeat)?;
    Ok(lease(&id, term).into_response())
}

/// `DELETE /v1/providers/{provider}/backends/{id}`
pub(crate) async fn end(
    state: PushState,
    from: Extension<ClientAddr>,
    names: NamesInPath,
    headers: HeaderMap,
) -> Result<StatusCode, PushRefused> {
    let (session, id) = session_of(&state, from, names, &headers)?;
    session.end(&id)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/providers/{provider}/backends/{id}`
pub(crate) async fn show(
    state: PushState,
    from: Extension<ClientAddr>,
    names: NamesInPath,
    headers: HeaderMap,
) -> Result<Response, PushRefused> {
    let (session, id) = session_of(&state, from, names, &headers)?;
    Ok(Json(backend(session.get(&id)?)).into_response())
}

/// `GET /v1/providers/{provider}/backends`
pub(crate) async fn list(
    state: PushState,
    from: Extension<ClientAddr>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, PushRefused> {
    let Path(provider) = name.map_err(not_utf8)?;
    let session = session(&state, from, &provider, &headers)?;
    let backends = session.list()?.into_iter().map(backend).collect();
    Ok(Json(ListBody { backends }).into_response())
}

/// Checks the token of a request before its body is read.
fn session_of(
    state: &PushState,
    from: Extension<ClientAddr>,
    names: NamesInPath,
    headers: &HeaderMap,
) -> Result<(PushSession, String), PushRefused> {
    let Path((provider, id)) = names.map_err(not_utf8)?;
    let session = session(state, from, &provider, headers)?;
    session.check_id(&id)?;
    Ok((session, id))
}

fn session(
    State(state): &PushState,
    Extension(ClientAddr(from)): Extension<ClientAddr>,
    provider: &str,
    headers: &HeaderMap,
) -> Result<PushSession, PushRefused> {
    let checked = state.handles.authorize(provider, headers, from);
    checked.map_err(|(refusal, response)| {
        if let Some(refusal) = refusal {
            state.log(from, refusal);
        }
        response
    })
}

/// Takes the rejection of a path: axum decodes `%` sequences, and refuses those that are not UTF-8.
fn not_utf8(_: PathRejection) -> PushRefused {
    PushRefused::new(StatusCode::BAD_REQUEST, "a name in the path is not UTF-8")
}

/// Reads the object of a body. A heartbeat may have none.
async fn object(headers: &HeaderMap, body: Body) -> Result<Map<String, Value>, PushRefused> {
    if headers.contains_key(CONTENT_TYPE) && !single(headers, &CONTENT_TYPE).is_some_and(is_json) {
        return Err(PushRefused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON: Content-Type: application/json",
        ));
    }
    let body = read(body).await?;
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    Ok(json(&body)?)
}

fn lease(id: &str, term: LeaseTerm) -> Response {
    Json(LeaseBody {
        id,
        ttl: term.ttl.as_secs(),
        expires_at: rfc3339(term.expires_at),
    })
    .into_response()
}

fn backend(leased: LeasedBackend) -> BackendBody {
    BackendBody {
        entry: leased.entry,
        ttl: leased.term.ttl.as_secs(),
        expires_at: rfc3339(leased.term.expires_at),
    }
}

/// Returns a time as `2026-12-01T00:00:00.25Z`.
fn rfc3339(at: SystemTime) -> String {
    let at = OffsetDateTime::from(at);
    let millisecond = at.millisecond();
    let at = at.replace_millisecond(millisecond).unwrap_or(at);
    // Every time of a lease has such a form: its year has four digits.
    at.format(&Rfc3339).unwrap_or_default()
}
