//! One plugin, called from several runtimes, since the router has one for each core.

use std::sync::{Arc, Barrier};

use hyrouter_plugin_grpc::{GrpcPlugin, PluginServer};
use tokio::runtime::{Builder, Runtime};

use crate::support::{Running, ask, peer_like, plugin, upper};

fn single() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server on its own runtime.
fn server() -> (Runtime, Running) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(Running::new(PluginServer::new(peer_like)));
    (runtime, server)
}

#[test]
fn runtimes_call_concurrently_and_get_their_own_responses() {
    let (_runtime, server) = server();
    let plugin = Arc::new(plugin(&server.address));
    let barrier = Arc::new(Barrier::new(4));
    let ask_often = |number: usize, plugin: &GrpcPlugin, barrier: &Barrier| {
        let runtime = single();
        barrier.wait();
        runtime.block_on(async {
            for call in 0..100 {
                let name = format!("player-{number}-{call}");
                assert_eq!(ask(plugin, &name).await, Ok(upper(&name)));
            }
        });
    };
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (plugin, barrier) = (&plugin, &barrier);
            scope.spawn(move || ask_often(number, plugin, barrier));
        }
    });
}

#[test]
fn a_runtime_that_ends_affects_no_other() {
    let (_runtime, server) = server();
    let plugin = plugin(&server.address);
    let lasting = single();
    for number in 0..20 {
        let passing = single();
        let name = format!("p{number}");
        for runtime in [&passing, &lasting, &passing] {
            assert_eq!(runtime.block_on(ask(&plugin, &name)), Ok(upper(&name)));
        }
        drop(passing);
        assert_eq!(lasting.block_on(ask(&plugin, &name)), Ok(upper(&name)));
    }
}

#[test]
fn an_idle_runtime_can_call_again() {
    let (_runtime, server) = server();
    let plugin = plugin(&server.address);
    let (first, second) = (single(), single());
    assert_eq!(first.block_on(ask(&plugin, "a")), Ok(upper("a")));
    for _ in 0..10 {
        assert_eq!(second.block_on(ask(&plugin, "b")), Ok(upper("b")));
    }
    assert_eq!(first.block_on(ask(&plugin, "c")), Ok(upper("c")));
}
