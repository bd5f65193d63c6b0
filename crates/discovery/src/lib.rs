//! Finds the backends of a game network.
//!
//! A [`Provider`] follows one source: files, DNS, an HTTP server, requests of the backends themselves, containers,
//! Kubernetes or Agones. Each is a feature of this crate. [`feed`] connects a provider with its readers: the provider
//! publishes complete sets of backends through a [`Publisher`], and readers take the latest set from a [`Feed`] without
//! waiting.
//!
//! A source that fails keeps its last set. Entries that cannot be used are reported and spoil no others, and the number of
//! backends and the length of all texts are bounded.
//!
//! ```
//! use hyrouter_discovery::{DiscoveredBackend, feed};
//! use hyrouter_router::Backend;
//!
//! let (publisher, feed) = feed("lobbies", 100);
//! publisher.publish([DiscoveredBackend::new("lobby-1", Backend::new("10.0.0.1", 5520))], []);
//! publisher.fail("connection refused");
//!
//! let state = feed.now();
//! assert_eq!(state.backends[0].backend.to_string(), "10.0.0.1:5520");
//! assert_eq!(state.error.as_deref(), Some("connection refused"));
//! ```

#[cfg(feature = "agones")]
mod agones;
mod agones_settings;
mod allocation;
#[cfg(feature = "cluster")]
mod cluster;
mod discovered;
#[cfg(feature = "dns")]
mod dns;
#[cfg(feature = "docker")]
mod docker;
#[cfg(feature = "document")]
pub mod document;
mod feed;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "kubernetes")]
mod kubernetes;
mod open;
mod provider;
#[cfg(feature = "push")]
pub mod push;
#[cfg(any(feature = "file", feature = "http"))]
mod read_files;
mod selector;
mod settings;

pub use self::agones_settings::{
    AgonesMode, AgonesSettings, AllocatableState, AllocationPriority, AllocationScheduling,
    AllocationSelector, AllocationSettings, CounterAction, CounterBounds, ListAction, ListBounds,
};
pub use self::allocation::{
    Allocating, AllocationFailed, AllocationFailure, AllocationOrder, Allocator,
};
pub use self::discovered::{
    DiscoveredBackend, EntryProblem, MAX_ID, MAX_META_BYTES, MAX_META_ENTRIES,
};
pub use self::feed::{DEFAULT_MAX_BACKENDS, Feed, Publisher, SourceState, feed};
pub use self::open::{ProviderError, provider};
pub use self::provider::{Follow, Provider};
pub use self::selector::{LabelTerm, Selector, SelectorError};
pub use self::settings::{
    DnsRecord, DnsSettings, DockerAddress, DockerSettings, FileSettings, HttpSettings,
    KubernetesSettings, MetadataSettings, ObjectSelector, PortSettings, ProviderSettings,
    PushSettings, PushToken, ResourceKind, ResourceSettings, SourceSettings,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
