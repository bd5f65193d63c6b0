//! An HTTP client for the services of an operator, such as a webhook, a collector of traces, or a server of keys.
//!
//! A [`ServiceUrl`] is a URL that requests can be sent to. [`HttpClientOptions::client`] makes a client for it, which trusts
//! the certificates of the system and those of a file. [`Causes`](hyrouter_text::Causes) shows in one line why a request failed, [`Backoff`] and
//! [`Retry`] when to try again. [`Poster`] posts bodies to one URL; [`mod@batch`] is a queue for what it sends in batches.
//!
//! ```
//! use std::time::Duration;
//!
//! use hyrouter_http_client::{ServiceUrl, ServiceUrlError, Backoff};
//!
//! let address = ServiceUrl::parse("https://hooks.example:8443/decisions?key=1")?;
//! assert!(address.is_https());
//! assert_eq!(address.origin(), "https://hooks.example:8443");
//!
//! let text = "https://u:hunter2@hooks.example/";
//! let error = ServiceUrl::parse(text).unwrap_err();
//! assert_eq!(error.to_string(), "has a user name or password, which is not sent");
//! assert_eq!(error.shown(text), "https://hooks.example/");
//!
//! let waits = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) };
//! let third = waits.wait(3);
//! assert!(third >= Duration::from_secs(2) && third <= Duration::from_secs(4));
//! # Ok::<(), ServiceUrlError>(())
//! ```

mod backoff;
pub mod batch;
mod bounded;
mod http_client;
mod poster;
mod service_url;
mod trust;

pub use self::backoff::{Backoff, Retry};
pub use self::bounded::{Bounded, BoundedStream};
pub use self::http_client::{HttpClient, HttpClientError, HttpClientOptions};
pub use self::poster::{PostError, Poster};
pub use self::service_url::{MAX_URL, ServiceUrl, ServiceUrlError};
pub use self::trust::TrustError;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
