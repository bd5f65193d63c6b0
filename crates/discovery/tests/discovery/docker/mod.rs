//! The provider `docker` against Docker and Podman.

mod addresses;
mod changes;
mod failures;
mod tls;

use std::path::Path;

use hyrouter_discovery::{DockerAddress, DockerSettings, Selector, SourceSettings};

use crate::followed::Followed;

/// Declares each scenario as a test of Podman and a test of Docker.
macro_rules! on_both_engines {
    ($($scenario:ident),+ $(,)?) => {
        mod podman {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                if let Some(engine) = hyrouter_testing::engine::ContainerEngine::podman() {
                    super::$scenario(&engine).await;
                }
            })+
        }

        mod docker {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                if let Some(engine) = hyrouter_testing::engine::ContainerEngine::docker() {
                    super::$scenario(&engine).await;
                }
            })+
        }
    };
}
use on_both_engines;

const ENABLED: &str = "--label=hyrouter.enable=true";
const PORT: &str = "--label=hyrouter.port=5520";

fn settings(socket: &Path, address: DockerAddress) -> DockerSettings {
    DockerSettings {
        socket: format!("unix://{}", socket.display()),
        ca_file: None,
        cert_file: None,
        key_file: None,
        selector: Selector::default(),
        address,
    }
}

fn network(name: Option<&str>) -> DockerAddress {
    let network = name.map(ToOwned::to_owned);
    DockerAddress::Container { network }
}

/// Follows the containers of an engine by their own addresses.
fn follow(socket: &Path) -> Followed {
    Followed::new(SourceSettings::Docker(settings(socket, network(None))))
}

/// Waits for backends with exactly these names.
async fn names(followed: &mut Followed, expected: &[&str]) {
    let what = format!("{expected:?}");
    let are_there = |state: &hyrouter_discovery::SourceState| {
        let names = state.backends.iter().map(|backend| &*backend.id);
        state.is_synced && state.error.is_none() && names.eq(expected.iter().copied())
    };
    followed.until(&what, are_there).await;
}
