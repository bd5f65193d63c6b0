use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::object::null_is_default;
use crate::{Backend, ConnectEvent};

/// Player and chosen backend, as the router and the plugins before this one decided.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
#[cfg_attr(feature = "schema", schemars(transform = crate::schema::has_both_names))]
pub struct ConnectRequest {
    /// Player that connects.
    #[serde(deserialize_with = "null_is_default")]
    pub event: ConnectEvent,
    /// Strategy of the pool: `round_robin`, `random`, `weighted`, `least_loaded` or `p2c`.
    #[serde(deserialize_with = "null_is_default")]
    pub strategy: String,
    /// The backends to choose from, in the pool's order.
    #[serde(deserialize_with = "null_is_default")]
    pub candidates: Vec<Backend>,
    /// Index of the chosen backend among the candidates, from 0; -1 in JSON if it has none.
    #[serde(deserialize_with = "selected_index")]
    #[cfg_attr(feature = "schema", schemars(with = "i32", extend("minimum" = -1)))]
    pub selected_index: Option<usize>,
    /// The chosen backend. Without one the JSON has a backend of empty host and port 0.
    #[serde(deserialize_with = "selected_backend")]
    #[cfg_attr(feature = "schema", schemars(with = "Backend"))]
    pub backend: Option<Backend>,
    /// Data that the player's client carries to the backend. The JSON has it a second time as `referral_content`, its
    /// name in later releases of the original Hyrouter, which plugins may read instead.
    #[serde(deserialize_with = "crate::bytes::deserialize")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            skip_serializing_if = "Option::is_none",
            with = "Option<crate::schema::Base64>"
        )
    )]
    pub referral_data: Option<Vec<u8>>,
}

impl Serialize for ConnectRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = self.referral_data.as_deref().map(crate::bytes::encode);
        let index = self
            .selected_index
            .map_or(-1, |index| i64::try_from(index).unwrap_or(i64::MAX));
        let backend = self.backend.as_ref().map(Cow::Borrowed);
        let written = Written {
            event: &self.event,
            strategy: &self.strategy,
            candidates: &self.candidates,
            selected_index: index,
            backend: backend.unwrap_or_default(),
            referral_data: data.as_deref(),
            referral_content: data.as_deref(),
        };
        written.serialize(serializer)
    }
}

/// Request as it is written.
#[derive(Serialize)]
struct Written<'a> {
    event: &'a ConnectEvent,
    strategy: &'a str,
    candidates: &'a [Backend],
    selected_index: i64,
    backend: Cow<'a, Backend>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referral_data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referral_content: Option<&'a str>,
}

fn selected_index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let number: Option<i64> = Option::deserialize(deserializer)?;
    Ok(number.and_then(|number| usize::try_from(number).ok()))
}

fn selected_backend<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Backend>, D::Error> {
    let backend: Option<Backend> = Option::deserialize(deserializer)?;
    Ok(backend.filter(|backend| !backend.host.is_empty() || backend.port != 0))
}
