//! The answer to a request for an allocation.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::api::PostFailed;
use crate::agones::status::ServerStatus;
use crate::cluster::null_as_default;
use crate::{AllocationFailed, AllocationFailure};

/// The game server that was allocated. Ports of its specification are not in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(super) struct AllocatedServer {
    #[serde(rename = "gameServerName", deserialize_with = "null_as_default")]
    pub(super) name: String,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) metadata: AllocatedMetadata,
    #[serde(flatten)]
    pub(super) status: ServerStatus,
}

/// Labels and annotations of the game server, after the changes of the request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(super) struct AllocatedMetadata {
    #[serde(deserialize_with = "null_as_default")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "null_as_default")]
    pub(super) annotations: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct AllocationAnswer {
    status: AllocatedServer,
}

/// Reads an answer.
///
/// # Errors
/// No game server was allocated, or it is not known whether one was.
pub(super) fn read(
    answer: Result<Vec<u8>, PostFailed>,
) -> Result<AllocatedServer, AllocationFailed> {
    use AllocationFailure::{Contention, Unallocated, Unknown};

    let body = answer.map_err(|failed| AllocationFailed::new(kind(&failed), failed.text()))?;
    let AllocationAnswer { status } = serde_json::from_slice(&body).map_err(|error| {
        AllocationFailed::new(Unknown, format_args!("the answer cannot be read: {error}"))
    })?;
    match status.status.state.as_str() {
        "Allocated" => Ok(status),
        "UnAllocated" => Err(AllocationFailed::new(
            Unallocated,
            "no game server matches the selectors",
        )),
        "Contention" => Err(AllocationFailed::new(
            Contention,
            "the game server that Agones chose was taken at the same moment",
        )),
        other => Err(AllocationFailed::new(
            Unknown,
            format_args!("the answer has the unknown state {other:?}"),
        )),
    }
}

fn kind(failed: &PostFailed) -> AllocationFailure {
    use AllocationFailure::{Refused, Unavailable, Unknown};

    match failed {
        // A server that did not answer in time may still have done it.
        PostFailed::Lost(_) | PostFailed::Status(502 | 504, _) => Unknown,
        // The API server found no server to ask, or the one that it asked broke off.
        PostFailed::Status(503, text) if !was_not_asked(text) => Unknown,
        PostFailed::NotSent(_) | PostFailed::Status(429 | 500 | 503, _) => Unavailable,
        PostFailed::Status(..) => Refused,
    }
}

/// Returns whether a 503 says that the request reached no server.
fn was_not_asked(text: &str) -> bool {
    text.ends_with("service unavailable") || text.contains("error trying to reach service: dial ")
}

#[cfg(test)]
mod tests;
