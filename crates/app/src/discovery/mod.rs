//! Discovered backends: the providers of the active configuration, and the pools that use them.
//!
//! Providers run beside the configuration. A reload keeps those whose settings did not change. A changed set of backends
//! rebuilds only the pools that use it, and replaces the router as a whole.

mod allocations;
mod live;
mod origins;
mod pools;
mod source;
mod sources;
mod status;
mod trigger;
mod view;

pub(crate) use self::allocations::{allocation_time, allocations};
pub use self::live::LiveReport;
pub(crate) use self::origins::Origins;
pub(crate) use self::pools::pool_backends;
pub(crate) use self::source::Source;
pub(crate) use self::sources::{DiscoverySources, wait_for};
pub(crate) use self::status::status_of;
pub(crate) use self::trigger::{Pacing, Trigger};
pub(crate) use self::view::{DiscoveryView, SourceView};
