//! Events of containers: a JSON object a line, without end.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde::Deserialize;
use tokio::task::JoinSet;

use super::connection::Reply;
use super::error::EngineError;

/// Maximum length of a line in bytes. The labels of the container are in it. A longer line counts as a change.
const MAX_LINE: usize = 1 << 20;
/// Signals that end a game server: `SIGINT`, `SIGQUIT`, `SIGKILL`, `SIGTERM`, and `SIGRTMIN+3` for systemd.
const ENDING: [&str; 5] = ["2", "3", "9", "15", "37"];
/// Beginnings of actions that do not change what the list shows. Health checks run commands (`exec_`) all the time.
const UNRELATED: [&str; 12] = [
    "exec", "attach", "detach", "resize", "top", "export", "copy", "archive", "extract", "commit",
    "create", "init",
];

/// The stream of events of an engine.
#[derive(Debug)]
pub(super) struct Events {
    body: Incoming,
    lines: LineBuffer,
    _connection: JoinSet<()>,
}

/// Effect of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ContainerEvent {
    /// The container with this id began to stop. The list shows it as running until it ends.
    Stopping(String),
    /// The container with this id started.
    Started(String),
    /// Something else changed.
    Changed,
}

impl Events {
    pub(super) fn new(reply: Reply) -> Self {
        Self {
            body: reply.response.into_body(),
            lines: LineBuffer::default(),
            _connection: reply.connection,
        }
    }

    /// Waits for the next event that changes something. No event is lost if the future is dropped.
    pub(super) async fn next(&mut self) -> Result<ContainerEvent, EngineError> {
        loop {
            while let Some(line) = self.lines.next() {
                let event = match line {
                    EventLine::Whole(line) => read(&line),
                    EventLine::TooLong => Some(ContainerEvent::Changed),
                };
                if let Some(event) = event {
                    return Ok(event);
                }
            }
            // A broken connection is the end of the stream as well: the next connection shows why.
            let Some(Ok(frame)) = self.body.frame().await else {
                return Err(EngineError::EventsEnded);
            };
            if let Ok(bytes) = frame.into_data() {
                self.lines.add(&bytes);
            }
        }
    }
}

/// The bytes of a stream, cut into lines.
#[derive(Debug, Default)]
struct LineBuffer {
    bytes: Vec<u8>,
    /// Number of bytes that have no line end.
    searched: usize,
    /// In a line that is longer than the maximum, whose beginning is dropped.
    is_in_long_line: bool,
}

/// A line of a stream.
#[derive(Debug, PartialEq, Eq)]
enum EventLine {
    /// The line with its end.
    Whole(Vec<u8>),
    /// The line was longer than the maximum, and is dropped.
    TooLong,
}

impl LineBuffer {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns the next line, once its end is there.
    fn next(&mut self) -> Option<EventLine> {
        let rest = self.bytes.get(self.searched..).unwrap_or_default();
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            self.searched = self.bytes.len();
            if self.searched > MAX_LINE {
                self.bytes.clear();
                self.searched = 0;
                self.is_in_long_line = true;
            }
            return None;
        };
        let after = self.bytes.split_off(self.searched + end + 1);
        let line = std::mem::replace(&mut self.bytes, after);
        self.searched = 0;
        let is_long = std::mem::take(&mut self.is_in_long_line) || line.len() > MAX_LINE;
        Some(if is_long {
            EventLine::TooLong
        } else {
            EventLine::Whole(line)
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    action: String,
    actor: Actor,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Actor {
    #[serde(rename = "ID")]
    id: String,
    #[serde(default)]
    attributes: Option<Attributes>,
}

#[derive(Default, Deserialize)]
struct Attributes {
    /// Number of the signal of a `kill`. Podman does not tell it.
    signal: Option<String>,
}

/// Returns the effect of an event. A line that is not understood counts as a change.
fn read(line: &[u8]) -> Option<ContainerEvent> {
    if line.trim_ascii().is_empty() {
        return None;
    }
    let Ok(Line { action, actor }) = serde_json::from_slice(line) else {
        return Some(ContainerEvent::Changed);
    };
    if UNRELATED.iter().any(|one| action.starts_with(one)) {
        return None;
    }
    let signal = actor.attributes.and_then(|attributes| attributes.signal);
    Some(match (action.as_str(), signal.as_deref()) {
        ("kill", Some(signal)) if ENDING.contains(&signal) => ContainerEvent::Stopping(actor.id),
        ("start", _) => ContainerEvent::Started(actor.id),
        _ => ContainerEvent::Changed,
    })
}

#[cfg(test)]
mod tests;
