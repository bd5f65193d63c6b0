use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Messages {
    /// The texts when there is none in the player's language.
    pub(crate) disconnect: Texts,
    /// The texts by language tag: the exact tag first (`pt-BR`), then the base language (`pt`), then `disconnect`. Case
    /// does not count in tags, and `_` equals `-`. Absent: built-in de, fr, es, pt, pt-BR and it; present: only what
    /// is given here.
    pub(crate) disconnect_locales: Option<BTreeMap<String, Texts>>,
}

/// `${sni}` stands for the host name that the player typed, `${error}` for what went wrong.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Texts {
    /// No route takes the host name. An empty text counts as absent, also in the others; what is absent
    /// everywhere has a built-in English text.
    pub(crate) no_route: Option<String>,
    /// The pool has no backend left for this player.
    pub(crate) no_backends: Option<String>,
    /// The decision failed or took too long.
    pub(crate) routing_error: Option<String>,
    /// Discovery has nothing to offer.
    pub(crate) discovery_error: Option<String>,
    /// The identity token is missing or not good, and `identity.mode` is `require`.
    pub(crate) identity: Option<String>,
}
