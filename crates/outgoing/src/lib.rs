//! HTTP to the services of an operator, such as a webhook, a collector of traces, or a server of keys.
//!
//! An [`Address`] is one that requests can be sent to. [`ClientSettings::client`] makes a client for it, which trusts
//! the certificates of the system and those of a file. [`Causes`] says in one line why a request failed, and
//! [`Backoff`] when to try again. How long a request may take, and how much of an answer is read, is up to the caller.
//! [`mod@batch`] is a queue for what is sent in batches.
//!
//! ```
//! use std::time::Duration;
//!
//! use hyrouter_outgoing::{Address, AddressError, Backoff};
//!
//! let address = Address::parse("https://hooks.example:8443/decisions?key=1")?;
//! assert!(address.is_https());
//! assert_eq!(address.place(), "https://hooks.example:8443");
//!
//! let text = "https://u:hunter2@hooks.example/";
//! let error = Address::parse(text).unwrap_err();
//! assert_eq!(error.to_string(), "has a user name or password, which is not sent");
//! assert_eq!(error.shown(text), "https://hooks.example/");
//!
//! let waits = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) };
//! let third = waits.wait(3);
//! assert!(third >= Duration::from_secs(2) && third <= Duration::from_secs(4));
//! # Ok::<(), AddressError>(())
//! ```

mod address;
mod backoff;
pub mod batch;
mod client;
mod patience;
mod trust;

pub use self::address::{Address, AddressError, MAX_ADDRESS};
pub use self::backoff::Backoff;
pub use self::client::{Client, ClientError, ClientSettings};
pub use self::patience::{Bounded, BoundedStream};
pub use self::trust::TrustError;
pub use hyrouter_text::Causes;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
