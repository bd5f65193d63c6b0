//! Start, run and shutdown of a router.

mod critical_tasks;
mod drain;
mod log;
mod phase;
mod signals;

pub(crate) use self::critical_tasks::CriticalTasks;
pub(crate) use self::drain::Drain;
pub use self::drain::Termination;
pub(crate) use self::log::{log_end, log_start};
pub(crate) use self::phase::{Phase, Phases};
pub use self::signals::Hangups;
pub(crate) use self::signals::{ShutdownFuture, SignalSource, Signals};
