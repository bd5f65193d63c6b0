//! Common parts of the providers of a Kubernetes cluster: the way to its API server, complete and current collections of
//! objects, and the facts of an object's metadata.
//!
//! kube-rs connects and authenticates. Lists and watches are read here and not by `kube::runtime::watcher`: that hides
//! bookmarks, which are the only contact with a quiet cluster, drops `Retry-After`, limits no line, and does not fall back
//! to pages if a server refuses streaming lists.

mod api_error;
mod collection;
mod connect;
mod listing;
mod merged;
mod parts;
mod reader;
mod records;
mod watch;

pub(crate) use self::api_error::ApiError;
pub(crate) use self::collection::Collection;
pub(crate) use self::connect::Cluster;
pub(crate) use self::listing::Contribution;
use self::listing::ObjectKey;
pub(crate) use self::parts::Collections;
pub(crate) use self::records::{ClusterObject, ObjectMetadata, Picked, null_as_default};
