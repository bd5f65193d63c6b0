//! Limits of the resources that callers can use.

use std::time::Duration;

/// Connections at once. One more is closed as it is accepted. Each takes at most 192 KiB in the process: 64 KiB of read
/// buffer, a body, and an answer of [`SMALL_ANSWER`]. With [`LARGE_ANSWERS`] that is 64 MiB, and [`SEND_BUFFER`] twice
/// for each in the kernel.
pub(crate) const CONNECTIONS: usize = 256;

/// Connections at once from one address, so that one caller who holds them all does not keep the probes of an
/// orchestrator out.
pub(crate) const CONNECTIONS_PER_ADDRESS: usize = 64;

/// Bytes of a request's header, and of an answer that hyper keeps for a caller who does not read.
pub(crate) const HEADER: usize = 32 * 1024;

/// Bytes of an answer that every connection may have at once.
pub(crate) const SMALL_ANSWER: u64 = 64 * 1024;

/// Bytes of all larger answers of commands and questions that are under way. Without a bound, callers who ask for all
/// decisions and read slowly would keep some megabytes for each connection.
pub(crate) const LARGE_ANSWERS: usize = 16 * 1024 * 1024;

/// Bytes of a request's body.
pub(crate) const BODY: usize = 64 * 1024;

/// Bytes that the kernel keeps for a caller who does not read. Its own default grows to megabytes.
pub(crate) const SEND_BUFFER: usize = 64 * 1024;

/// Time for a request's header; a connection without a request is closed after it.
pub(crate) const HEADER_TIME: Duration = Duration::from_secs(10);

/// Time for a request's body, from its header on.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(10);

/// Time in which a caller reads something of what waits for it.
pub(crate) const STALL_TIME: Duration = Duration::from_secs(10);

/// Time that a caller waits for a command; the command goes on after it. A reload compiles plugins.
pub(crate) const COMMAND_TIME: Duration = Duration::from_mins(1);

/// Commands at once, those included whose caller has gone.
pub(crate) const COMMANDS: usize = 16;

/// Reloads at once, likewise. They are one reload, or two: what is asked while files are read is done once after it.
pub(crate) const RELOADS: usize = 8;

/// Least time between two texts of the metrics.
pub(crate) const METRICS: Duration = Duration::from_secs(1);

/// Readers of the events at once.
pub(crate) const READERS: usize = 32;

/// Life of a stream of events. A caller that is alive and reads nothing is known by nothing before the buffers of both
/// systems are full, and it would keep its place for minutes.
pub(crate) const READER_LIFE: Duration = Duration::from_mins(1);

/// Lines about refused requests in [`REFUSAL_TIME`].
pub(crate) const REFUSAL_LINES: u32 = 10;

/// Time in which [`REFUSAL_LINES`] are logged at most.
pub(crate) const REFUSAL_TIME: Duration = Duration::from_mins(1);

/// Time between events.
pub(crate) const EVENTS: Duration = Duration::from_secs(1);

/// Maximum number of decisions in one answer, and the default.
pub(crate) const DECISIONS: (usize, usize) = (10_000, 100);

/// Time for answers that are under way when the listener ends.
pub(crate) const CLOSE_TIME: Duration = Duration::from_secs(2);

/// Time before the next connection is accepted after the system had no room for one.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
