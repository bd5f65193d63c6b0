//! From the first log line to the last answer.

mod critical_tasks;
mod drain;
mod phase;
mod signals;
pub(crate) mod start_log;

pub(crate) use self::critical_tasks::CriticalTasks;
pub use self::drain::Ended;
pub(crate) use self::drain::serve;
pub(crate) use self::phase::{Phase, Phases};
pub use self::signals::Hangups;
pub(crate) use self::signals::{Signal, Signals};
