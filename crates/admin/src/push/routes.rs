//! Routes from paths to handlers.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use tokio::time::Instant;
use tracing::warn;

use crate::access_refusal::AccessRefusal;
use crate::push::PushHandles;
use crate::push::handlers;
use crate::push::refused::PushRefused;
use crate::push::source_rates::SourceRates;
use crate::server::bounded;
use crate::server::connection::ClientAddr;
use crate::server::refusal_log::RefusalLog;

/// State of all requests.
pub(crate) struct PushServerState {
    pub(crate) handles: PushHandles,
    refusals: RefusalLog,
    rates: SourceRates,
}

impl PushServerState {
    /// Logs a refusal within the limit. Never logs the token that was sent.
    pub(crate) fn log(&self, from: SocketAddr, refusal: AccessRefusal) {
        if let Some(omitted) = self.refusals.room(Instant::now()) {
            let reason = refusal.as_str();
            warn!(%from, reason, omitted, "push request refused");
        }
    }
}

pub(crate) fn router(handles: PushHandles, rates: SourceRates) -> Router {
    let state = Arc::new(PushServerState {
        handles,
        refusals: RefusalLog::default(),
        rates,
    });
    Router::new()
        .route("/v1/providers/{provider}/backends", get(handlers::list))
        .route(
            "/v1/providers/{provider}/backends/{id}",
            get(handlers::show)
                .put(handlers::register)
                .patch(handlers::heartbeat)
                .delete(handlers::end),
        )
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown)
        .layer(from_fn(header))
        .layer(from_fn_with_state(Arc::clone(&state), rate))
        .with_state(state)
}

async fn rate(
    State(state): State<Arc<PushServerState>>,
    Extension(ClientAddr(from)): Extension<ClientAddr>,
    request: Request,
    next: Next,
) -> Result<Response, PushRefused> {
    if let Err(wait) = state.rates.take(from.ip()) {
        let most = state.rates.per_second();
        let error = format!("too many requests from this address; allowed: {most} per second");
        return Err(PushRefused::new(StatusCode::TOO_MANY_REQUESTS, error).retry_after(wait));
    }
    Ok(next.run(request).await)
}

async fn header(request: Request, next: Next) -> Result<Response, PushRefused> {
    Ok(bounded::request(request, next).await?)
}

async fn unknown() -> PushRefused {
    PushRefused::new(
        StatusCode::NOT_FOUND,
        "unknown path; known: /v1/providers/{provider}/backends and /v1/providers/{provider}/backends/{id}",
    )
}

async fn wrong_method() -> PushRefused {
    PushRefused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path does not allow this method; allowed: GET for all backends, and GET, PUT, PATCH, DELETE for one",
    )
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::header::RETRY_AFTER;
    use tower_service::Service as _;

    use super::*;
    use crate::push::source_rates::SourceRate;

    #[tokio::test(start_paused = true)]
    async fn an_address_over_its_rate_waits() {
        let rate = SourceRate {
            per_second: 1,
            burst: 2,
        };
        let mut router = router(PushHandles::default(), SourceRates::new(rate, 10));
        let mut statuses = Vec::new();
        for last in [1, 1, 1, 2] {
            let mut request = http::Request::new(Body::empty());
            let from = SocketAddr::from(([10, 0, 0, last], 1));
            request.extensions_mut().insert(ClientAddr(from));
            let response = router.call(request).await.unwrap();
            let wait = response.headers().get(RETRY_AFTER).cloned();
            assert_eq!(wait.is_some(), response.status() == 429);
            assert!(wait.is_none_or(|wait| wait == "1"));
            statuses.push(response.status().as_u16());
        }
        assert_eq!(statuses, [404, 404, 429, 404]);
    }
}
