//! A Kubernetes API for tests: the API server and etcd of `dev/kubernetes-test-server`, in a separate process.
//!
//! There is no kubelet and no controller. A test writes the status of its pods itself.

mod access;
mod agones;
mod api_client;
mod api_proxy;
mod api_server;
mod pod;

pub use self::agones::{AllocationService, game_server, game_servers};
pub use self::api_client::{ApiClient, endpoint_slices, pods};
pub use self::api_proxy::{ApiFault, ApiProxy};
pub use self::api_server::ApiServer;
pub use self::pod::PodDraft;
