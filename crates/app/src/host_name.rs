//! Host names that a person gives for a player.

use std::str::FromStr;

use hyrouter_router::{NameProblem, wire_name};
use serde::{Deserialize, Serialize};

/// A host name as a player types it, and as a client sends it then. Empty: the player typed an address.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct HostName {
    typed: String,
    sent: String,
}

impl HostName {
    /// The name in the handshake; empty where there is none.
    pub fn sent(&self) -> &str {
        &self.sent
    }

    /// The name as it was typed, if that is not what is sent.
    pub fn converted_from(&self) -> Option<&str> {
        (!self.typed.is_ascii()).then_some(&self.typed)
    }
}

impl FromStr for HostName {
    type Err = NameProblem;

    fn from_str(typed: &str) -> Result<Self, NameProblem> {
        let sent = match typed {
            "" => String::new(),
            name => wire_name(name)?,
        };
        Ok(Self {
            typed: typed.to_owned(),
            sent,
        })
    }
}

impl From<HostName> for String {
    fn from(name: HostName) -> Self {
        name.typed
    }
}

impl TryFrom<String> for HostName {
    type Error = String;

    fn try_from(typed: String) -> Result<Self, String> {
        let name = typed.parse();
        name.map_err(|problem| format!("sni {typed:?}: no client can send such a name: {problem}"))
    }
}
