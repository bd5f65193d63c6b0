//! Allocation: which players get a backend, when, and what counts if it fails.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyrouter_discovery::{
    Allocating, AllocationFailed, AllocationFailure, AllocationOrder, Allocator, Selector,
};
use hyrouter_gateway::{
    AllocationSource, AllocationTurn, ExplainOptions, Gateway, Reason, RouteAllocation,
};
use hyrouter_plugin_api::{ConnectRequest, ConnectResponse, Plugin, PluginFuture};
use hyrouter_plugins::{Chain, ChainEntry, ChainSettings, Stage};
use hyrouter_router::{
    Backend, Filter, Maintenance, PolicyPatch, PoolSpec, RouteSpec, Router, RouterSpec,
};
use tokio::time::Instant;

use crate::support::{connect, decide, now, player, rng, short};

/// Allocates `allocated-1`, `allocated-2` and so on, or fails.
#[derive(Debug, Default)]
struct Fleet {
    failure: Option<AllocationFailure>,
    asked: AtomicUsize,
    orders: Mutex<Vec<AllocationOrder>>,
}

impl Fleet {
    fn failing(failure: AllocationFailure) -> Arc<Self> {
        let failure = Some(failure);
        Arc::new(Self {
            failure,
            ..Self::default()
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Allocator for Fleet {
    fn allocate<'a>(&'a self, order: &'a AllocationOrder, _: Instant) -> Allocating<'a> {
        Box::pin(async move {
            let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            self.orders.lock().unwrap().push(order.clone());
            match self.failure {
                Some(failure) => Err(AllocationFailed::new(failure, "no luck")),
                None => Ok(Arc::new(Backend::new(format!("allocated-{number}"), 7000))),
            }
        })
    }
}

fn source(fleet: &Arc<Fleet>) -> AllocationSource {
    AllocationSource {
        provider: "games".into(),
        allocator: Arc::<Fleet>::clone(fleet),
        order: AllocationOrder {
            pool: "play".into(),
            selector: Selector::default(),
        },
    }
}

/// A pool whose own policy filters out all backends but `good`, and whose fallback takes all.
fn pool(hosts: &[&str], fallback: bool) -> PoolSpec {
    let mut pool = PoolSpec::default();
    pool.policy.filters = vec![Filter::GameStartNotPast {
        key: "start".parse().unwrap(),
    }];
    pool.backends = hosts.iter().map(|host| backend(host)).collect();
    if fallback {
        pool.fallback = vec![PolicyPatch {
            filters: Some(Vec::new()),
            ..PolicyPatch::default()
        }];
    }
    pool
}

fn backend(host: &str) -> Backend {
    let mut backend = Backend::new(host, 5520);
    if host != "good" {
        backend.meta.insert("start".to_owned(), "1".to_owned());
    }
    backend
}

fn gateway(
    pool: PoolSpec,
    turn: AllocationTurn,
    fleets: &[&Arc<Fleet>],
    chain: Arc<Chain>,
) -> Gateway {
    let route = RouteSpec {
        name: "play".to_owned(),
        patterns: vec!["play.example.com".parse().unwrap()],
        pool,
        ..RouteSpec::default()
    };
    let spec = RouterSpec {
        routes: vec![route],
        default: Some(pool_of_lobby()),
    };
    let allocation = RouteAllocation {
        turn,
        sources: fleets.iter().map(|fleet| source(fleet)).collect(),
    };
    Gateway::builder(Router::new(spec).unwrap())
        .plugins(chain)
        .allocations(
            BTreeMap::from([(Some(0), allocation)]),
            Duration::from_secs(3),
        )
        .build()
}

fn pool_of_lobby() -> PoolSpec {
    PoolSpec {
        backends: vec![Backend::new("lobby", 5520)],
        ..PoolSpec::default()
    }
}

async fn play(gateway: &Gateway) -> (String, Reason) {
    let decision = decide(gateway, &player(), "play.example.com").await;
    (short(&decision), decision.note.reason)
}

#[tokio::test]
async fn each_player_gets_a_server_first_or_last_by_the_pool() {
    use AllocationTurn::{First, Last};
    let full = AllocationFailure::Unallocated;
    // Turn, whether it fails, backends of the pool, a fallback; then the answer and the number of allocations.
    let cases = [
        (First, None, &["good"][..], false, "allocated-1:7000", 1),
        (First, Some(full), &["good"], false, "good:5520", 1),
        (First, Some(full), &["old"], true, "old:5520", 1),
        (Last, None, &["good"], false, "good:5520", 0),
        (Last, None, &["old"], false, "allocated-1:7000", 1),
        (Last, None, &["old"], true, "allocated-1:7000", 1),
        (Last, Some(full), &["old"], true, "old:5520", 1),
    ];
    for (turn, failure, hosts, has_fallback, answer, asked) in cases {
        let fleet = failure.map_or_else(Arc::default, Fleet::failing);
        let pool = pool(hosts, has_fallback);
        let gateway = gateway(pool, turn, &[&fleet], Arc::default());
        let found = play(&gateway).await;
        assert_eq!(
            found,
            (answer.to_owned(), Reason::Referred),
            "{turn:?} {hosts:?}"
        );
        assert_eq!(fleet.asked(), asked, "{turn:?} {hosts:?}");
        let lobby = decide(&gateway, &player(), "else.example.com").await;
        assert_eq!(short(&lobby), "lobby:5520");
        assert_eq!(fleet.asked(), asked, "no other pool allocates");
    }
}

#[tokio::test]
async fn a_player_without_a_server_reads_the_text_of_discovery() {
    for turn in [AllocationTurn::First, AllocationTurn::Last] {
        let fleet = Fleet::failing(AllocationFailure::Contention);
        let gateway = gateway(pool(&["old"], false), turn, &[&fleet], Arc::default());
        let decision = decide(&gateway, &player(), "play.example.com").await;
        assert_eq!(decision.note.reason, Reason::AllocationFailed);
        assert_eq!(decision.answer.reason_code, "allocation_failed");
        assert!(
            short(&decision).contains("looking for a free server"),
            "{decision:?}"
        );
        let note = decision.note.allocation.unwrap();
        assert_eq!(&*note.provider, "games");
        assert_eq!(note.failure, Some(AllocationFailure::Contention));
    }
}

#[tokio::test]
async fn the_next_source_is_asked_if_one_fails() {
    let (full, good) = (
        Fleet::failing(AllocationFailure::Unallocated),
        Arc::default(),
    );
    let gateway = gateway(
        pool(&[], false),
        AllocationTurn::Last,
        &[&full, &good],
        Arc::default(),
    );
    assert_eq!(play(&gateway).await.0, "allocated-1:7000");
    assert_eq!((full.asked(), good.asked()), (1, 1));
    assert_eq!(*good.orders.lock().unwrap(), [source(&good).order]);
}

#[tokio::test]
async fn maintenance_costs_no_server() {
    let fleet = Arc::<Fleet>::default();
    let mut pool = pool(&[], false);
    pool.maintenance = Some(Maintenance::default());
    let gateway = gateway(pool, AllocationTurn::First, &[&fleet], Arc::default());
    assert_eq!(play(&gateway).await.1, Reason::Maintenance);
    assert_eq!(fleet.asked(), 0);
}

/// Request that a plugin saw, and its answer.
struct Watching {
    seen: Mutex<Vec<ConnectRequest>>,
    answer: ConnectResponse,
}

impl Plugin for Watching {
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
        self.seen.lock().unwrap().push(request.clone());
        let answer = self.answer.clone();
        Box::pin(async { Ok(answer.into()) })
    }
}

fn watching(answer: ConnectResponse) -> Arc<Watching> {
    Arc::new(Watching {
        seen: Mutex::default(),
        answer,
    })
}

fn chain(deny: &Arc<Watching>, route: &Arc<Watching>) -> Arc<Chain> {
    let entry = |name, stage, plugin: &Arc<Watching>| ChainEntry {
        plugin: Arc::<Watching>::clone(plugin),
        settings: ChainSettings {
            stage,
            ..ChainSettings::new(name)
        },
    };
    let entries = vec![
        entry("bans", Stage::Deny, deny),
        entry("route", Stage::Route, route),
    ];
    Arc::new(Chain::new(entries).unwrap())
}

fn to(host: &str) -> ConnectResponse {
    ConnectResponse {
        backend: Some(hyrouter_plugin_api::Backend::new(host, 1)),
        ..ConnectResponse::default()
    }
}

#[tokio::test]
async fn plugins_of_stage_deny_come_before_the_allocation_and_the_others_after_it() {
    let (bans, route) = (
        watching(ConnectResponse::default()),
        watching(ConnectResponse::default()),
    );
    let fleet = Arc::<Fleet>::default();
    let chain = chain(&bans, &route);
    let gateway = gateway(
        pool(&["good"], false),
        AllocationTurn::First,
        &[&fleet],
        chain,
    );
    assert_eq!(play(&gateway).await.0, "allocated-1:7000");
    let seen = bans.seen.lock().unwrap()[0].clone();
    assert!(
        seen.candidates.is_empty() && seen.backend.is_none(),
        "{seen:?}"
    );
    let seen = route.seen.lock().unwrap()[0].clone();
    assert_eq!(seen.candidates.len(), 1);
    assert_eq!(seen.selected_index, Some(0));
    assert_eq!(seen.backend.unwrap().host, "allocated-1");
}

#[tokio::test]
async fn a_denied_player_costs_no_server() {
    let (bans, route) = (
        watching(ConnectResponse::deny("no")),
        watching(ConnectResponse::default()),
    );
    let fleet = Arc::<Fleet>::default();
    let chain = chain(&bans, &route);
    let gateway = gateway(pool(&[], false), AllocationTurn::First, &[&fleet], chain);
    assert_eq!(
        play(&gateway).await,
        ("no".to_owned(), Reason::PluginDenied)
    );
    assert_eq!((fleet.asked(), route.seen.lock().unwrap().len()), (0, 0));
}

#[tokio::test]
async fn a_plugin_decides_against_the_allocated_server_or_instead_of_it() {
    let fleet = Arc::<Fleet>::default();
    let chain_of =
        |bans: ConnectResponse, route: ConnectResponse| chain(&watching(bans), &watching(route));
    let later = chain_of(ConnectResponse::default(), to("routed"));
    let gateway_later = gateway(pool(&[], false), AllocationTurn::First, &[&fleet], later);
    assert_eq!(play(&gateway_later).await.0, "routed:1");
    assert_eq!(fleet.asked(), 1);
    let earlier = chain_of(to("named"), ConnectResponse::default());
    let gateway_earlier = gateway(pool(&[], false), AllocationTurn::First, &[&fleet], earlier);
    assert_eq!(play(&gateway_earlier).await.0, "named:1");
    assert_eq!(fleet.asked(), 1);
}

#[tokio::test]
async fn an_explanation_allocates_nothing() {
    let fleet = Arc::<Fleet>::default();
    let gateway = gateway(
        pool(&["good"], false),
        AllocationTurn::First,
        &[&fleet],
        Arc::default(),
    );
    let info = connect(&player(), "play.example.com");
    let (options, mut rng) = (ExplainOptions::default(), rng());
    let explained = gateway.explain(&info, options, now(), &mut rng).await;
    let allocation = explained.allocation.unwrap();
    assert_eq!(*allocation.providers, ["games".into()]);
    assert_eq!(allocation.turn, AllocationTurn::First);
    assert_eq!(short(&explained.decision), "good:5520");
    assert_eq!(fleet.asked(), 0);
}
