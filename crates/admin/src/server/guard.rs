//! Authorization of requests.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, Method, StatusCode};

use crate::access_refusal::AccessRefusal;
use crate::server::connection::ClientAddr;
use crate::server::error_response::ErrorResponse;
use crate::server::listener_state::ListenerState;
use crate::token::AdminToken;

/// Header that commands without a JSON body need if there is no token; its value does not matter. A web page cannot
/// send it to another site.
const COMMAND: &str = "x-hyrouter-command";
/// Header in which browsers report the relation of the requesting site to this one. Pages cannot change it.
const FETCH_SITE: &str = "sec-fetch-site";

/// Accepts requests with the token. If the server has no token, accepts requests that are not from web pages.
pub(crate) async fn guard(
    State(state): State<Arc<ListenerState>>,
    Extension(ClientAddr(from)): Extension<ClientAddr>,
    request: Request,
    next: Next,
) -> Result<Response, ErrorResponse> {
    let checked = match state.token() {
        Some(token) => has_token(&token, request.headers()),
        None => is_no_web_page(request.method(), request.headers()),
    };
    if let Err((refused, response)) = checked {
        state.control.refused(refused);
        state.refusals.log(from, refused);
        return Err(response);
    }
    Ok(next.run(request).await)
}

type Checked = Result<(), (AccessRefusal, ErrorResponse)>;

fn has_token(token: &AdminToken, headers: &HeaderMap) -> Checked {
    let given = bearer(headers);
    if given.is_some_and(|given| token.is(given.as_bytes())) {
        return Ok(());
    }
    let refused = if headers.contains_key(AUTHORIZATION) {
        AccessRefusal::TokenWrong
    } else {
        AccessRefusal::TokenMissing
    };
    let response = ErrorResponse::new(
        StatusCode::UNAUTHORIZED,
        "the admin token is required: Authorization: Bearer ...",
    );
    Err((refused, response))
}

/// Returns the token of the header `Authorization: Bearer ...`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, given) = single(headers, &AUTHORIZATION)?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(given.trim())
}

/// Checks a request if the server has no token. Local programs may send requests. Web pages in a local browser must
/// not:
///
/// - DNS rebinding: a page whose name resolves to loopback could read responses as its own. Its `Host` is another name.
/// - Cross-site requests: a page of another site can post a form without a preflight request, but neither JSON nor
///   extra headers.
fn is_no_web_page(method: &Method, headers: &HeaderMap) -> Checked {
    let forbidden = |error| {
        let response = ErrorResponse::new(StatusCode::FORBIDDEN, error);
        Err((AccessRefusal::WebPage, response))
    };
    if !single(headers, &HOST).is_some_and(is_this_machine) {
        return forbidden("without a token, Host must be localhost or a loopback address");
    }
    let site = HeaderName::from_static(FETCH_SITE);
    if headers.contains_key(&site)
        && !matches!(single(headers, &site), Some("same-origin" | "none"))
    {
        return forbidden("without a token, requests from pages of other sites are refused");
    }
    let simple =
        !headers.contains_key(COMMAND) && !single(headers, &CONTENT_TYPE).is_some_and(is_json);
    if simple && !method.is_safe() {
        return forbidden(
            "without a token, this request needs Content-Type: application/json or the header X-Hyrouter-Command",
        );
    }
    Ok(())
}

/// Returns the value of a header that occurs exactly once.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() {
        return None;
    }
    first.to_str().ok()
}

pub(crate) fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Returns whether `Host` is `localhost` or a loopback address. The port is ignored, because a tunnel changes it.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts() {
        for host in [
            "localhost",
            "LOCALHOST:5580",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.8.8.8:1",
            "[::1]",
            "[::1]:5580",
            "[::ffff:127.0.0.1]:1",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            ":80",
            "evil.example",
            "localhost.evil.example",
            "evil.example:5580",
            "127.0.0.1.evil.example",
            "127.0.0.1:80:80",
            "127.0.0.1@evil.example",
            "10.0.0.1",
            "0.0.0.0",
            "[::2]",
            "localhost:port",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn json_content_types() {
        assert!(is_json("application/json"));
        assert!(is_json("Application/JSON; charset=utf-8"));
        assert!(!is_json("text/plain; application/json"));
        assert!(!is_json("application/jsonp"));
        assert!(!is_json(""));
    }
}
