//! The wire, as both sides know it.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use tokio::io::{AsyncRead, AsyncWrite};

/// A connection under HTTP/2: TCP, a unix socket, or TLS over TCP.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// Path of the only method.
pub(crate) const METHOD: &str = "/hyrouter.Plugin/OnConnect";
/// Name of the metadata that carries the operator's `config`.
pub(crate) const CONFIG: &str = "hyrouter-config-bin";

/// Returns whether these are the headers of a gRPC message. `application/grpc-web` is another protocol.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    const GRPC: &[u8] = b"application/grpc";
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        value
            .as_bytes()
            .split_at_checked(GRPC.len())
            .is_some_and(|(start, rest)| {
                start.eq_ignore_ascii_case(GRPC)
                    && matches!(rest.first(), None | Some(b'+' | b';' | b' '))
            })
    })
}

#[cfg(test)]
mod tests {
    use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

    #[test]
    fn content_types_of_grpc() {
        for (value, is_grpc) in [
            ("application/grpc", true),
            ("application/grpc+json", true),
            ("application/grpc+proto", true),
            ("application/grpc; charset=utf-8", true),
            ("application/grpc;charset=utf-8", true),
            ("Application/GRPC", true),
            ("application/grpc-web", false),
            ("application/grpc-web+json", false),
            ("application/grp", false),
            ("application/json", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]);
            assert_eq!(super::is_grpc(&headers), is_grpc, "{value}");
        }
        assert!(!super::is_grpc(&HeaderMap::new()));
    }
}
