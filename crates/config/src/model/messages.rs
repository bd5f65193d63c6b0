use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Messages {
    /// Texts for players in whose language there is none.
    pub(crate) disconnect: Texts,
    /// Texts by language tag. The router looks for the exact tag (`pt-BR`), then the base language (`pt`), then in
    /// `disconnect`. Tags are case-insensitive; `_` equals `-`. Default: built-in texts in de, fr, es, pt, pt-BR and
    /// it. If the key is present, only its texts are used.
    pub(crate) disconnect_locales: Option<BTreeMap<String, Texts>>,
}

/// `${sni}` stands for the host name that the player typed, `${error}` for the error. An empty text counts as absent. A
/// text that is absent everywhere has a built-in English version.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Texts {
    /// Text if no route matches.
    pub(crate) no_route: Option<String>,
    /// Text if the pool has no backend for the player.
    pub(crate) no_backends: Option<String>,
    /// Text if the decision failed or took too long.
    pub(crate) routing_error: Option<String>,
    /// Text if discovery found no backend.
    pub(crate) discovery_error: Option<String>,
    /// Text if the identity token is missing or not valid, and `identity.mode` is `require`.
    pub(crate) identity: Option<String>,
}
