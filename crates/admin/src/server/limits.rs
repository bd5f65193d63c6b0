//! Limits on the resources of clients.

use std::time::Duration;

/// Maximum number of connections. Further ones are closed when they are accepted. Each connection takes at most 192 KiB
/// in the process: 64 KiB of read buffer, a request body, and a response of [`SMALL_RESPONSE`]. With [`LARGE_RESPONSES`]
/// that is 64 MiB, plus twice [`SEND_BUFFER`] for each connection in the kernel.
pub(crate) const CONNECTIONS: usize = 256;

/// Maximum number of connections from one address, so that one client cannot block the probes of an orchestrator.
pub(crate) const CONNECTIONS_PER_ADDRESS: usize = 64;

/// Maximum length of a request header in bytes, and of the response data that hyper buffers.
pub(crate) const HEADER: usize = 32 * 1024;

/// Maximum length in bytes of a response that needs no part of [`LARGE_RESPONSES`].
pub(crate) const SMALL_RESPONSE: u64 = 64 * 1024;

/// Maximum total length in bytes of larger responses in progress. Without this limit, clients that request all
/// decisions and read slowly would hold several megabytes for each connection.
pub(crate) const LARGE_RESPONSES: usize = 16 * 1024 * 1024;

/// Maximum length of a request body in bytes.
pub(crate) const BODY: usize = 64 * 1024;

/// Send buffer of a connection in the kernel, in bytes. The default of the kernel grows to megabytes.
pub(crate) const SEND_BUFFER: usize = 64 * 1024;

/// Time for a request header. An idle connection is closed after it.
pub(crate) const HEADER_TIME: Duration = Duration::from_secs(10);

/// Time for a request body, from the end of the header.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(10);

/// Time in which a client must read some of a response.
pub(crate) const STALL_TIME: Duration = Duration::from_secs(10);

/// Time after which the response to a command is sent, even if the command is still running. A reload compiles plugins.
pub(crate) const COMMAND_TIME: Duration = Duration::from_mins(1);

/// Maximum number of running commands, including those of clients that have disconnected.
pub(crate) const COMMANDS: usize = 16;

/// Maximum number of reload requests, counted like [`COMMANDS`]. They share at most two reloads: requests that arrive
/// while files are read share the next one.
pub(crate) const RELOADS: usize = 8;

/// Minimum time between two metrics texts.
pub(crate) const METRICS: Duration = Duration::from_secs(1);

/// Maximum number of event streams.
pub(crate) const READERS: usize = 32;

/// Maximum duration of an event stream. A client that reads nothing is not noticed before the buffers of both systems
/// are full, which would take minutes.
pub(crate) const READER_LIFE: Duration = Duration::from_mins(1);

/// Maximum number of log lines about refused requests in [`REFUSAL_TIME`].
pub(crate) const REFUSAL_LINES: u32 = 10;

/// Period of [`REFUSAL_LINES`].
pub(crate) const REFUSAL_TIME: Duration = Duration::from_mins(1);

/// Time between events.
pub(crate) const EVENTS: Duration = Duration::from_secs(1);

/// Maximum number of decisions in one response, and the default.
pub(crate) const DECISIONS: (usize, usize) = (10_000, 100);

/// Time to finish responses in progress at shutdown.
pub(crate) const CLOSE_TIME: Duration = Duration::from_secs(2);

/// Wait after a failure to accept a connection, for example without free file descriptors.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
