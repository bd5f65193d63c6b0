use serde::{Deserialize, Serialize};

use crate::object::null_is_default;
use crate::{Backend, ConnectEvent};

/// One player and where they would go, as the router and the plugins before this one have it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectRequest {
    /// Who comes.
    #[serde(deserialize_with = "null_is_default")]
    pub event: ConnectEvent,
    /// How the pool chooses: `round_robin`, `random`, `weighted`, `least_loaded` or `p2c`.
    #[serde(deserialize_with = "null_is_default")]
    pub strategy: String,
    /// The backends to choose from, in the pool's order.
    #[serde(deserialize_with = "null_is_default")]
    pub candidates: Vec<Backend>,
    /// The place of the chosen backend among the candidates, from 0; -1 in JSON where it has none.
    #[serde(with = "selected_index")]
    pub selected_index: Option<usize>,
    /// The chosen backend. Without one the JSON has a backend of empty host and port 0.
    #[serde(with = "selected_backend")]
    pub backend: Option<Backend>,
    /// What the player's client will carry to the backend.
    #[serde(with = "crate::bytes", skip_serializing_if = "Option::is_none")]
    pub referral_data: Option<Vec<u8>>,
}

#[expect(
    clippy::ref_option,
    reason = "the signature that serde calls a `with` module by"
)]
mod selected_index {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        index: &Option<usize>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let number = index.map_or(-1, |index| i64::try_from(index).unwrap_or(i64::MAX));
        serializer.serialize_i64(number)
    }

    pub(super) fn deserialize<'de, D>(deserializer: D) -> Result<Option<usize>, D::Error>
    where
        D: Deserializer<'de>,
    {
        let number: Option<i64> = Option::deserialize(deserializer)?;
        Ok(number.and_then(|number| usize::try_from(number).ok()))
    }
}

#[expect(
    clippy::ref_option,
    reason = "the signature that serde calls a `with` module by"
)]
mod selected_backend {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::Backend;

    pub(super) fn serialize<S: Serializer>(
        backend: &Option<Backend>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match backend {
            Some(backend) => backend.serialize(serializer),
            None => Backend::default().serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D>(deserializer: D) -> Result<Option<Backend>, D::Error>
    where
        D: Deserializer<'de>,
    {
        let backend: Option<Backend> = Option::deserialize(deserializer)?;
        Ok(backend.filter(|backend| !backend.host.is_empty() || backend.port != 0))
    }
}
