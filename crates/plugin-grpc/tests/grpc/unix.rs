//! Unix sockets.

use std::os::unix::net::UnixListener;

use hyrouter_plugin_grpc::{ConnectResponse, PluginServer};

use crate::support::{
    Running, SHORT, ask, ask_until_answered, ask_within, code, message, peer_like, plugin, upper,
};
use hyrouter_testing::peer::PeerProcess;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peers_are_called_over_a_socket_and_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let address = |name: &str| format!("unix:{}/{name}.sock", folder.path().display());
    let go = PeerProcess::go_at(&address("go")).map(|peer| (peer, "denied by go peer"));
    let python = PeerProcess::python_at(&address("python"), &[]);
    let rust = PeerProcess::rust_example_at(&address("rust"), &[]);
    let others = [
        (python, "denied by python peer"),
        (rust, "denied by the example ban list"),
    ];
    for (mut peer, reason) in go.into_iter().chain(others) {
        let plugin = plugin(peer.address());
        let denied = ConnectResponse::deny(reason);
        assert_eq!(ask(&plugin, "deny").await, Ok(denied.clone()));
        peer.kill();
        let answer = ask_within(&plugin, "deny", SHORT).await;
        assert_eq!(code(&answer), "unreachable");
        peer.start_again();
        assert_eq!(ask_until_answered(&plugin, "deny").await, denied);
    }
}

#[tokio::test]
async fn a_socket_is_replaced_only_if_its_server_is_dead() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.sock");
    let address = format!("unix:{}", path.display());
    // A dropped listener leaves its file.
    drop(UnixListener::bind(&path).unwrap());
    let server = Running::at(&address, PluginServer::new(peer_like)).await;
    assert_eq!(server.address, address);

    let second = PluginServer::new(peer_like).bind(&address).await;
    assert!(second.unwrap_err().to_string().contains("in use"));
    assert_eq!(ask(&plugin(&address), "a").await, Ok(upper("a")));

    server.stop().await.unwrap().unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_other_than_a_socket_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("precious.txt");
    std::fs::write(&path, "data").unwrap();
    let address = format!("unix:{}", path.display());
    assert!(PluginServer::new(peer_like).bind(&address).await.is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"data");
    let answer = ask(&plugin(&address), "a").await;
    assert!(message(&answer).contains("refused"), "{answer:?}");
}

#[tokio::test]
async fn the_file_of_a_bound_socket_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.sock");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let server = Running::run(PluginServer::new(peer_like).listen(listener).unwrap());
    assert_eq!(server.address, format!("unix:{}", path.display()));
    assert_eq!(ask(&plugin(&server.address), "a").await, Ok(upper("a")));
    server.stop().await.unwrap().unwrap();
    assert!(path.exists());
}
