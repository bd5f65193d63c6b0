use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::bounded::BoundedMap;
use crate::misnamed_field::MisnamedField;
use crate::object::{Named, Object, null_is_default};
use crate::whole::whole;

/// Maximum length of a backend's host in bytes: of a host name (RFC 1035) with its trailing dot. Addresses are shorter.
pub const MAX_HOST_LEN: usize = 254;

/// Maximum number of entries in the `meta` of a backend that a plugin answers with.
pub const MAX_META: usize = 64;

/// Game server that a player can be referred to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "Object<Fields<BTreeMap<String, String>>>")]
#[cfg_attr(
    feature = "schema",
    schemars(!from, transform = crate::schema::needs_an_address)
)]
pub struct Backend {
    /// Host name or IP address, 1 to 254 bytes. The router ignores a host that no resolver accepts.
    #[cfg_attr(feature = "schema", schemars(extend("maxLength" = MAX_HOST_LEN)))]
    pub host: String,
    /// UDP port. 0 is none; a number that is not a port is read as 0.
    pub port: u16,
    /// Share of the players under strategy `weighted`. A number outside the range is read as its nearest end.
    pub weight: u32,
    /// Facts about the backend, as the configuration or the discovery gives them. A response has at most 64 for each
    /// backend, a request has all.
    pub meta: BTreeMap<String, String>,
}

impl Backend {
    /// Makes a backend without weight and facts.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            ..Self::default()
        }
    }

    /// Returns whether both have the same host and port. Weight and facts are not compared.
    pub fn is_at_same_address(&self, other: &Self) -> bool {
        self.port == other.port && self.host == other.host
    }
}

/// `host:port`, an IPv6 address in brackets.
impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// `M` is the type of `meta`.
#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "M: Deserialize<'de> + Default"))]
struct Fields<M> {
    #[serde(deserialize_with = "null_is_default")]
    host: String,
    #[serde(deserialize_with = "lenient_port")]
    port: u16,
    #[serde(deserialize_with = "saturating_weight")]
    weight: u32,
    #[serde(deserialize_with = "null_is_default")]
    meta: M,
}

impl<M> Named for Fields<M> {
    const NAMES: &'static [&'static str] = &["host", "port", "weight", "meta"];
}

impl<M: Into<BTreeMap<String, String>>> From<Object<Fields<M>>> for Backend {
    fn from(Object { value, .. }: Object<Fields<M>>) -> Self {
        Self {
            host: value.host,
            port: value.port,
            weight: value.weight,
            meta: value.meta.into(),
        }
    }
}

/// A backend of an answer, whose `meta` has at most [`MAX_META`] entries. The router's own requests have no such bound.
#[derive(Deserialize)]
#[serde(from = "Object<Fields<BoundedMap<MAX_META>>>")]
pub(crate) struct LenientBackend {
    pub(crate) backend: Backend,
    pub(crate) misnamed: Vec<MisnamedField>,
}

impl From<Object<Fields<BoundedMap<MAX_META>>>> for LenientBackend {
    fn from(mut fields: Object<Fields<BoundedMap<MAX_META>>>) -> Self {
        Self {
            misnamed: std::mem::take(&mut fields.misnamed),
            backend: fields.into(),
        }
    }
}

/// A wrong port makes one backend unusable, not the whole answer unreadable.
fn lenient_port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = whole(deserializer, "a whole number from 1 to 65535")?;
    Ok(number
        .and_then(|number| u16::try_from(number).ok())
        .unwrap_or(0))
}

fn saturating_weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = whole(deserializer, "a whole number from 0 to 4294967295")?.unwrap_or(0);
    let nearest = if number < 0 { 0 } else { u32::MAX };
    Ok(u32::try_from(number).unwrap_or(nearest))
}

#[cfg(test)]
mod tests {
    use super::Backend;

    fn read(json: &str) -> Result<Backend, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn displays_as_an_address() {
        assert_eq!(Backend::new("10.0.0.1", 5520).to_string(), "10.0.0.1:5520");
        assert_eq!(
            Backend::new("2001:db8::1", 5520).to_string(),
            "[2001:db8::1]:5520"
        );
    }

    #[test]
    fn numbers_that_do_not_fit_are_not_fatal() {
        for (json, port, weight) in [
            (r#"{"port":65535,"weight":4294967295}"#, 65535, u32::MAX),
            (r#"{"port":65536,"weight":4294967296}"#, 0, u32::MAX),
            (r#"{"port":-1,"weight":-1}"#, 0, 0),
            (r#"{"port":null,"weight":null}"#, 0, 0),
            (r#"{"port":5520.0,"weight":3.0}"#, 5520, 3),
            (r#"{"port":65536.0,"weight":1e18}"#, 0, u32::MAX),
            ("{}", 0, 0),
            ("null", 0, 0),
        ] {
            let backend = read(json).unwrap();
            assert_eq!((backend.port, backend.weight), (port, weight), "{json}");
        }
    }

    #[test]
    fn only_objects_are_backends() {
        for json in [
            r#"["10.0.0.1",5520,1,{}]"#,
            r#""10.0.0.1:5520""#,
            "5520",
            "true",
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains("expected an object or null"), "{error}");
        }
        let error = read(r#"{"port":"5520"}"#).unwrap_err();
        assert!(
            error.contains("expected a whole number from 1 to 65535"),
            "{error}"
        );
        for json in [r#"{"port":5520.5}"#, r#"{"port":1e19}"#, r#"{"port":true}"#] {
            assert!(read(json).is_err(), "{json}");
        }
        assert!(read(r#"{"meta":{"a":1}}"#).is_err());
    }
}
