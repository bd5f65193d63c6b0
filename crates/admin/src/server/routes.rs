//! Routes from paths to handlers.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response, map_response_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderValue, header};

use crate::server::bounded::ResponseBudget;
use crate::server::listener_state::ListenerState;
use crate::server::{bounded, commands, error_response, events, guard, page, queries, recordings};

/// The page loads nothing from other sites, and no other site can embed it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn router(state: Arc<ListenerState>) -> Router {
    let guarded = Router::new()
        .route("/api/status", get(queries::status))
        .route("/api/backends", get(queries::backends))
        .route("/api/decisions", get(queries::decisions))
        .route("/api/events", get(events::read))
        .route("/api/explain", post(commands::explain))
        .route(
            "/api/log-level",
            get(queries::log_level).put(commands::set_log_level),
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
        .route(
            "/api/plugins/{name}/recording",
            get(recordings::show)
                .post(recordings::start)
                .delete(recordings::stop),
        )
        // Inside the guard, so that refused requests do not use the budget.
        .route_layer(map_response_with_state(ResponseBudget::default(), bounded::answer))
        .route_layer(from_fn_with_state(Arc::clone(&state), guard::guard));
    Router::new()
        .route("/", get(page::index))
        .route("/assets/app.css", get(page::style))
        .route("/assets/{file}", get(page::script))
        .route("/livez", get(queries::live))
        .route("/readyz", get(queries::ready))
        .route("/metrics", get(queries::metrics))
        .merge(guarded)
        .method_not_allowed_fallback(error_response::wrong_method)
        .fallback(error_response::unknown)
        .layer(from_fn(bounded::request))
        .layer(map_response(with_headers))
        .with_state(state)
}

/// Adds security headers for browsers to a response.
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
