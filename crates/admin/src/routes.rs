//! Which path is answered by what.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response, map_response_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderValue, header};

use crate::bounded::Room;
use crate::shared::Shared;
use crate::{answer, bounded, commands, events, guard, page, questions};

/// The page takes nothing from elsewhere, and nothing but the page is shown.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let guarded = Router::new()
        .route("/api/status", get(questions::status))
        .route("/api/decisions", get(questions::decisions))
        .route("/api/events", get(events::read))
        .route("/api/explain", post(commands::explain))
        .route(
            "/api/log-level",
            get(questions::log_level).put(commands::set_log_level),
        )
        .route("/reload", post(commands::reload))
        .route("/drain", post(commands::drain))
        .route(
            "/api/backends/{address}/drain",
            post(commands::drain_backend).delete(commands::undrain_backend),
        )
        .route(
            "/api/routes/{name}/maintenance",
            post(commands::maintain)
                .put(commands::maintain)
                .delete(commands::end_maintenance),
        )
        // Inside of the guard: whoever may not ask holds no room.
        .route_layer(map_response_with_state(Room::default(), bounded::answer))
        .route_layer(from_fn_with_state(Arc::clone(&shared), guard::guard));
    Router::new()
        .route("/", get(page::index))
        .route("/assets/app.css", get(page::style))
        .route("/assets/{file}", get(page::script))
        .route("/livez", get(questions::live))
        .route("/readyz", get(questions::ready))
        .route("/metrics", get(questions::metrics))
        .merge(guarded)
        .method_not_allowed_fallback(answer::wrong_method)
        .fallback(answer::unknown)
        .layer(from_fn(bounded::request))
        .layer(map_response(with_headers))
        .with_state(shared)
}

/// What a browser must know about every answer.
async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
