//! Request bodies.

use std::collections::HashSet;
use std::fmt;

use axum::body::{Body, HttpBody as _, to_bytes};
use bytes::Bytes;
use http::StatusCode;
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};
use tokio::time::timeout;

use crate::server::error_response::ErrorResponse;
use crate::server::limits::{BODY, BODY_TIME};

/// Reads a body of at most [`BODY`] bytes within [`BODY_TIME`].
pub(crate) async fn read(body: Body) -> Result<Bytes, ErrorResponse> {
    let too_long = || {
        ErrorResponse::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the request body is longer than {BODY} bytes"),
        )
    };
    // The declared length is checked before the body arrives.
    if body.size_hint().lower() > BODY as u64 {
        return Err(too_long());
    }
    match timeout(BODY_TIME, to_bytes(body, BODY)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        // Or the connection failed, and nothing reads the response.
        Ok(Err(_)) => Err(too_long()),
        Err(_) => Err(ErrorResponse::new(
            StatusCode::REQUEST_TIMEOUT,
            format!(
                "the request body did not arrive within {} s",
                BODY_TIME.as_secs()
            ),
        )),
    }
}

/// Deserializes JSON. Refuses duplicate keys in objects, of which serde would silently use the last.
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ErrorResponse> {
    let read = serde_json::from_slice(body).and_then(|Unique| serde_json::from_slice(body));
    read.map_err(|error| {
        ErrorResponse::new(
            StatusCode::BAD_REQUEST,
            format!("the request body is not valid: {error}"),
        )
    })
}

/// Any JSON without duplicate keys.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Unique;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Unique, A::Error> {
                while let Some(Unique) = list.next_element()? {}
                Ok(Unique)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
                let mut keys = HashSet::new();
                while let Some(key) = map.next_key::<String>()? {
                    if keys.contains(&key) {
                        return Err(A::Error::custom(format_args!("duplicate key {key:?}")));
                    }
                    let Unique = map.next_value()?;
                    keys.insert(key);
                }
                Ok(Unique)
            }
        }

        deserializer.deserialize_any(Any)
    }
}
