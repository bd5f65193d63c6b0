//! Status page. It contains no data, so it needs no token.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header;

use crate::server::error_response;

/// Browsers cache the page, and revalidate it.
const CACHE: &str = "no-cache";

/// Modules of the script. The page loads the first.
const SCRIPTS: &[(&str, &str)] = &[
    ("app.js", include_str!("../../page/app.js")),
    ("api.js", include_str!("../../page/api.js")),
    ("chart.js", include_str!("../../page/chart.js")),
    ("decisions.js", include_str!("../../page/decisions.js")),
    ("dom.js", include_str!("../../page/dom.js")),
    ("format.js", include_str!("../../page/format.js")),
    ("history.js", include_str!("../../page/history.js")),
    ("providers.js", include_str!("../../page/providers.js")),
    ("routes.js", include_str!("../../page/routes.js")),
    ("view.js", include_str!("../../page/view.js")),
];

/// `GET /`
pub(crate) async fn index() -> impl IntoResponse {
    file(
        "text/html; charset=utf-8",
        include_str!("../../page/index.html"),
    )
}

/// `GET /assets/app.css`
pub(crate) async fn style() -> impl IntoResponse {
    file(
        "text/css; charset=utf-8",
        include_str!("../../page/app.css"),
    )
}

/// `GET /assets/{file}`
pub(crate) async fn script(Path(name): Path<String>) -> Response {
    match SCRIPTS.iter().find(|(script, _)| *script == name) {
        Some((_, text)) => file("text/javascript; charset=utf-8", text).into_response(),
        None => error_response::unknown().await.into_response(),
    }
}

fn file(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, CACHE),
        ],
        text,
    )
}
