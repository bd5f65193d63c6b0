use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use crate::backend::LenientBackend;
use crate::bounded::BoundedList;
use crate::misnamed_field::{MAX_MISNAMED, MisnamedField};
use crate::object::{Named, Object, null_is_default};
use crate::whole::whole;
use crate::{Backend, CacheField};

/// Maximum number of candidates in an answer.
pub const MAX_CANDIDATES: usize = 1024;
/// Maximum number of names in [`ConnectResponse::cache_key`].
const MAX_CACHE_KEY: usize = 32;

/// Changes that a plugin makes. The default changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "Object<Fields>")]
#[cfg_attr(
    feature = "schema",
    schemars(!from, transform = crate::schema::requires_nothing)
)]
pub struct ConnectResponse {
    /// Refuses the player: the rest of the response is ignored and no later plugin is called.
    pub deny: bool,
    /// Text that a denied player reads; absent or empty: no text. The router cuts it after 4096 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deny_reason: Option<String>,
    /// Replaces the candidates; empty changes nothing. An answer with more than 1024 of them, or with more than 64
    /// entries in the `meta` of one of its backends, is not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = MAX_CANDIDATES)))]
    pub candidates: Vec<Backend>,
    /// Chooses this one of the candidates, from 0. One outside the list is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<i32>", extend("minimum" = 0)))]
    pub selected_index: Option<i64>,
    /// Chooses this backend, whether it is a candidate or not. Without a host or port it is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<Backend>,
    /// Replaces the data that the player's client carries to the backend, also by an empty one; absent keeps it.
    #[serde(with = "crate::bytes", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Base64>"))]
    pub referral_data: Option<Vec<u8>>,
    /// Maximum time in seconds for which the router may give this answer again without a call; absent or 0: not at all.
    /// The router does so only if its operator permits it, and the operator limits the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<i32>", extend("minimum" = 0)))]
    pub cache_ttl: Option<i64>,
    /// Names of the parts of the request that the answer depends on; empty: the answer is the same for every player.
    /// Only with `cache_ttl`. With an unknown name the answer is not cached. Names: `uuid`, `username`, `identity`,
    /// `host`, `route`, `language`, `address` (without the port), `client_cert_fingerprint`, `identity_token_present`,
    /// `client_type`, `client_version`, `protocol_hash`, `protocol_crc`, `protocol_build`, `alpn`, `referral`,
    /// `referral_source`, `candidates`, `backend`, `referral_data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = MAX_CACHE_KEY)))]
    pub cache_key: Option<Vec<String>>,
}

impl ConnectResponse {
    /// Makes a response that denies the player with a text.
    pub fn deny(reason: impl Into<String>) -> Self {
        Self {
            deny: true,
            deny_reason: Some(reason.into()),
            ..Self::default()
        }
    }

    /// Permits the router to give this answer again for at most `ttl`, rounded down to seconds, to requests that are
    /// equal in these fields. Without fields the answer is the same for every player.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use hyrouter_plugin_api::{CacheField, ConnectResponse};
    ///
    /// let response = ConnectResponse::deny("Not today.").cacheable(Duration::from_secs(30), [CacheField::Uuid]);
    /// assert_eq!(response.cache_ttl, Some(30));
    /// assert_eq!(response.cache_key, Some(vec!["uuid".to_owned()]));
    /// ```
    #[must_use]
    pub fn cacheable(mut self, ttl: Duration, key: impl IntoIterator<Item = CacheField>) -> Self {
        let key = key.into_iter().map(CacheField::as_str);
        self.cache_ttl = Some(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
        self.cache_key = Some(key.map(str::to_owned).collect());
        self
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    #[serde(deserialize_with = "null_is_default")]
    deny: bool,
    deny_reason: Option<String>,
    #[serde(deserialize_with = "null_is_default")]
    candidates: BoundedList<LenientBackend, MAX_CANDIDATES>,
    #[serde(deserialize_with = "index")]
    selected_index: Option<i64>,
    backend: Option<LenientBackend>,
    #[serde(deserialize_with = "crate::bytes::deserialize")]
    referral_data: Option<Vec<u8>>,
    /// Name of `referral_data` in later releases of the original Hyrouter.
    #[serde(deserialize_with = "crate::bytes::deserialize")]
    referral_content: Option<Vec<u8>>,
    #[serde(deserialize_with = "seconds")]
    cache_ttl: Option<i64>,
    cache_key: Option<BoundedList<String, MAX_CACHE_KEY>>,
}

impl Named for Fields {
    const NAMES: &'static [&'static str] = &[
        "deny",
        "deny_reason",
        "candidates",
        "selected_index",
        "backend",
        "referral_data",
        "referral_content",
        "cache_ttl",
        "cache_key",
    ];
}

fn index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    whole(deserializer, "a whole number")
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    whole(deserializer, "a whole number of seconds")
}

impl From<Object<Fields>> for ConnectResponse {
    fn from(fields: Object<Fields>) -> Self {
        LenientResponse::from(fields).response
    }
}

/// Response, and the first of its fields whose names are not exactly those of the contract.
#[derive(Deserialize)]
#[serde(from = "Object<Fields>")]
pub(crate) struct LenientResponse {
    pub(crate) response: ConnectResponse,
    pub(crate) misnamed: Vec<MisnamedField>,
}

impl From<Object<Fields>> for LenientResponse {
    fn from(Object { value, misnamed }: Object<Fields>) -> Self {
        let mut read = Self {
            response: ConnectResponse {
                deny: value.deny,
                deny_reason: value.deny_reason,
                candidates: Vec::with_capacity(value.candidates.0.len()),
                selected_index: value.selected_index,
                backend: None,
                referral_data: value.referral_data.or(value.referral_content),
                cache_ttl: value.cache_ttl,
                cache_key: value.cache_key.map(|names| names.0),
            },
            misnamed,
        };
        if let Some(answered) = value.backend {
            let backend = read.take(answered, || "backend.".to_owned());
            read.response.backend = Some(backend);
        }
        for (place, answered) in value.candidates.0.into_iter().enumerate() {
            let backend = read.take(answered, || format!("candidates[{place}]."));
            read.response.candidates.push(backend);
        }
        read
    }
}

impl LenientResponse {
    fn take(&mut self, answered: LenientBackend, place: impl Fn() -> String) -> Backend {
        let left = MAX_MISNAMED.saturating_sub(self.misnamed.len());
        let misnamed = answered.misnamed.into_iter().take(left);
        self.misnamed
            .extend(misnamed.map(|field| field.at(&place())));
        answered.backend
    }
}

#[cfg(test)]
mod tests;
