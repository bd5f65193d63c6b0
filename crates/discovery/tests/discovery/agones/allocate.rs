//! Game servers that are allocated. One API server for all cases: it has one allocation service.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_discovery::{
    AgonesMode, AgonesSettings, AllocatableState, AllocationFailed, AllocationFailure,
    AllocationOrder, AllocationSelector, AllocationSettings, Allocator, CounterAction,
    CounterBounds, Follow, ProviderSettings, Selector, SourceSettings, feed, provider,
};
use hyrouter_router::Backend;
use hyrouter_testing::kubernetes::{
    AllocationService, ApiClient, ApiServer, game_server, game_servers,
};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::settings;

/// A provider that allocates, and its watch.
struct Allocating {
    allocator: Arc<dyn Allocator>,
    watch: JoinHandle<()>,
}

impl Allocating {
    fn new(settings: AgonesSettings) -> Self {
        let settings = ProviderSettings::new("games", SourceSettings::Agones(settings));
        let provider = provider(&settings).unwrap();
        let (publisher, _) = feed("games", 10);
        let follow: Follow = provider.follow(publisher);
        Self {
            allocator: provider.allocator().unwrap(),
            watch: tokio::spawn(follow),
        }
    }

    async fn allocate(&self) -> Result<Arc<Backend>, AllocationFailed> {
        let order = AllocationOrder {
            pool: "play".into(),
            selector: Selector::default(),
        };
        // Longer than for a player: the machine is busy with other tests.
        let deadline = Instant::now() + Duration::from_secs(30);
        self.allocator.allocate(&order, deadline).await
    }

    async fn failure(&self) -> (AllocationFailure, String) {
        let failed = self.allocate().await.unwrap_err();
        (failed.failure(), failed.to_string())
    }
}

impl Drop for Allocating {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

fn allocate(settings: AllocationSettings) -> AgonesMode {
    AgonesMode::Allocate(Box::new(settings))
}

async fn fleet(api: &ApiClient, namespace: &str, servers: &[&str]) {
    api.namespace(namespace).await;
    for (name, port) in servers.iter().zip(7000..) {
        api.game_server(namespace, &game_server(name, "Ready", port))
            .await;
    }
}

#[tokio::test]
async fn game_servers_are_allocated_through_the_real_aggregation() {
    let Some(server) = ApiServer::start() else {
        return;
    };
    let api = server.admin().await;
    api.define_game_servers().await;
    let mut service = AllocationService::start(&server).await;
    each_player_gets_a_server(&server, &api).await;
    counters_fill_one_server_after_another(&server, &api).await;
    answers_that_are_none(&server, &api).await;
    a_lost_answer_is_found(&server, &api).await;
    a_missing_right_is_named(&server, &api).await;
    the_service_is_away(&server, &api, &mut service).await;
}

async fn each_player_gets_a_server(server: &ApiServer, api: &ApiClient) {
    let space = "alloc-plain";
    fleet(api, space, &["a", "b"]).await;
    let extra = AllocationSettings {
        labels: [("mode".to_owned(), "dm".to_owned())].into(),
        annotations: [("map".to_owned(), "x".to_owned())].into(),
        ..AllocationSettings::default()
    };
    let provider = Allocating::new(settings(server.kubeconfig(), space, allocate(extra)));
    let first = provider.allocate().await.unwrap();
    assert_eq!(first.to_string(), "10.0.0.1:7000");
    for (key, value) in [
        ("gameserver.state", "Allocated"),
        ("k8s.name", "a"),
        ("k8s.namespace", space),
        ("counter.players.capacity", "2"),
        ("label.agones.dev/fleet", "hytale"),
        ("annotation.map", "x"),
    ] {
        assert_eq!(first.meta[key], value, "{first:?}");
    }
    let object = api.get(&game_servers(space), "a").await;
    assert_eq!(object["status"]["state"], "Allocated");
    assert_eq!(object["metadata"]["labels"]["mode"], "dm");
    assert!(object["metadata"]["annotations"]["hyrouter/allocation"].is_string());
    assert_eq!(provider.allocate().await.unwrap().port, 7001);
    let (failure, text) = provider.failure().await;
    assert_eq!(failure, AllocationFailure::Unallocated);
    assert_eq!(text, "no game server matches the selectors");
}

async fn counters_fill_one_server_after_another(server: &ApiServer, api: &ApiClient) {
    let space = "alloc-counters";
    fleet(api, space, &["a", "b"]).await;
    let free = CounterBounds {
        min_available: 1,
        ..CounterBounds::default()
    };
    let selector = |state| AllocationSelector {
        state,
        counters: [("players".to_owned(), free)].into(),
        ..AllocationSelector::default()
    };
    let join = CounterAction {
        amount: 1,
        capacity: None,
    };
    let dense = AllocationSettings {
        selectors: [AllocatableState::Allocated, AllocatableState::Ready]
            .map(selector)
            .to_vec(),
        counters: [("players".to_owned(), join)].into(),
        ..AllocationSettings::default()
    };
    let provider = Allocating::new(settings(server.kubeconfig(), space, allocate(dense)));
    let mut ports = Vec::new();
    for _ in 0..4 {
        ports.push(provider.allocate().await.unwrap().port);
    }
    assert_eq!(ports, [7000, 7000, 7001, 7001]);
    assert_eq!(provider.failure().await.0, AllocationFailure::Unallocated);
}

async fn answers_that_are_none(server: &ApiServer, api: &ApiClient) {
    let space = "alloc-answers";
    fleet(api, space, &["a", "b"]).await;
    let steps = "UnAllocated,allocate,Contention,allocate,422,503,504";
    api.script_allocations(space, 20, steps).await;
    let provider = Allocating::new(settings(
        server.kubeconfig(),
        space,
        allocate(AllocationSettings::default()),
    ));
    assert_eq!(provider.allocate().await.unwrap().port, 7000);
    assert_eq!(provider.allocate().await.unwrap().port, 7001);
    let (failure, text) = provider.failure().await;
    assert_eq!(failure, AllocationFailure::Refused);
    assert!(text.contains("as the script says"), "{text}");
    assert_eq!(provider.failure().await.0, AllocationFailure::Unknown);
    assert_eq!(provider.failure().await.0, AllocationFailure::Unknown);
}

async fn a_lost_answer_is_found(server: &ApiServer, api: &ApiClient) {
    let space = "alloc-lost";
    fleet(api, space, &["a"]).await;
    api.script_allocations(space, 20, "lose").await;
    let provider = Allocating::new(settings(
        server.kubeconfig(),
        space,
        allocate(AllocationSettings::default()),
    ));
    let found = provider.allocate().await.unwrap();
    assert_eq!(found.port, 7000);
    assert_eq!(found.meta["gameserver.state"], "Allocated");
}

async fn a_missing_right_is_named(server: &ApiServer, api: &ApiClient) {
    let space = "alloc-rights";
    fleet(api, space, &["a"]).await;
    let token = api.account(space, "router").await;
    let kubeconfig = server.kubeconfig_for(space, server.url(), &json!({"token": token}));
    let mode = allocate(AllocationSettings::default());
    let provider = Allocating::new(settings(kubeconfig, space, mode));
    let (failure, text) = provider.failure().await;
    assert_eq!(failure, AllocationFailure::Refused);
    for part in [
        "HTTP status 403",
        "system:serviceaccount:alloc-rights:router",
        "grant its account the verb create on gameserverallocations (apiGroups: [\"allocation.agones.dev\"]) by a Role",
    ] {
        assert!(text.contains(part), "{text}");
    }
    // Allocations need no right to list game servers.
    let rules = json!([{
        "apiGroups": ["allocation.agones.dev"], "resources": ["gameserverallocations"], "verbs": ["create"],
    }]);
    api.allow(space, space, "router", rules).await;
    assert_eq!(provider.allocate().await.unwrap().port, 7000);
}

async fn the_service_is_away(server: &ApiServer, api: &ApiClient, service: &mut AllocationService) {
    let space = "alloc-away";
    fleet(api, space, &["a", "b"]).await;
    let provider = Allocating::new(settings(
        server.kubeconfig(),
        space,
        allocate(AllocationSettings::default()),
    ));
    service.set_stopped(true);
    let (failure, text) = provider.failure().await;
    assert_eq!(failure, AllocationFailure::Unknown, "{text}");
    service.set_stopped(false);
    service.kill();
    let (failure, text) = provider.failure().await;
    assert_eq!(failure, AllocationFailure::Unavailable, "{text}");
    assert!(text.contains("HTTP status 503"), "{text}");
    service.start_again();
    let mut port = None;
    for _ in 0..100 {
        match provider.allocate().await {
            Ok(backend) => {
                port = Some(backend.port);
                break;
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
    assert!(port.is_some(), "the API server uses the service again");
}
