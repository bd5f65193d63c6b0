//! Host names as players type them.

use std::str::FromStr;

use hyrouter_router::{NameProblem, wire_name};
use serde::{Deserialize, Serialize};

/// A host name as a player types it and as the client sends it. Empty if the player typed an IP address.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct HostName {
    typed: String,
    sent: String,
}

impl HostName {
    /// Returns the name in the handshake; empty if there is none.
    pub fn sent(&self) -> &str {
        &self.sent
    }

    /// Returns the name as typed, if the client sends another form of it.
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
