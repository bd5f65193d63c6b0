//! Backends that register themselves: leases that end unless they are renewed.
//!
//! [`PushProvider`] publishes the backends that have a lease. Requests come in through its [`PushHandle`]: it checks the
//! token of a request and gives a [`PushSession`], which registers, renews and ends the leases that the token may change.
//! The crate has no server.
//!
//! ```no_run
//! use hyrouter_discovery::push::{PushHandle, Registration};
//! use serde_json::json;
//!
//! # fn register(handle: &PushHandle) -> Option<()> {
//! let session = handle.authorize(b"0123456789abcdef", ([10, 0, 0, 7], 40_000).into())?;
//! let body = json!({"host": "10.0.0.7", "port": 5520, "ttl": 30});
//! let registration = Registration::from_json(body.as_object()?.clone()).ok()?;
//! let registered = session.register("lobby-1", registration).ok()?;
//! println!("registered until {:?}", registered.term.expires_at);
//! # Some(())
//! # }
//! ```

mod handle;
mod lease;
mod provider;
mod refusal;
mod request;
mod session;
mod state;
mod state_file;
mod store;
mod task;
mod tokens;

pub use self::handle::PushHandle;
pub use self::lease::{LeaseTerm, LeasedBackend, Registered};
pub use self::provider::PushProvider;
pub use self::refusal::PushRefusal;
pub use self::request::{Heartbeat, Registration};
pub use self::session::PushSession;
