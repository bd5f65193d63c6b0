use std::collections::VecDeque;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyrouter_router::Backend;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::api::{PostFailed, Posting};
use super::handover::Handover;
use super::pool_queue::PoolQueue;
use super::*;
use crate::{AgonesMode, AllocationFailed, AllocationFailure};

/// Reaction of a fleet to a request.
#[derive(Debug, Clone)]
enum Act {
    Allocate,
    State(&'static str),
    Fail(PostFailed),
    /// Allocates, and the answer never comes.
    Lose,
}

/// A fleet whose servers are `10.0.0.1`, `10.0.0.2` and so on. It plays its acts in turn, then allocates.
#[derive(Debug, Clone)]
struct Fleet(Arc<FleetState>);

#[derive(Debug)]
struct FleetState {
    takes: Duration,
    acts: Mutex<VecDeque<Act>>,
    asked: Mutex<Vec<(Instant, Value)>>,
    allocated: AtomicUsize,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl Fleet {
    fn new(takes: Duration, acts: impl IntoIterator<Item = Act>) -> Self {
        Self(Arc::new(FleetState {
            takes,
            acts: Mutex::new(acts.into_iter().collect()),
            asked: Mutex::default(),
            allocated: AtomicUsize::default(),
            running: AtomicUsize::default(),
            most: AtomicUsize::default(),
        }))
    }

    fn asked(&self) -> Vec<(Instant, Value)> {
        let asked = self.0.asked.lock();
        asked.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn mark(&self, place: usize) -> String {
        let asked = self.asked();
        let annotations = &asked[place].1["spec"]["metadata"]["annotations"];
        annotations[ATTEMPT].as_str().unwrap().to_owned()
    }
}

impl AllocationApi for Fleet {
    fn post(&self, body: Vec<u8>) -> Posting<'_> {
        Box::pin(async move {
            let fleet = &self.0;
            let request = serde_json::from_slice(&body).unwrap();
            fleet.asked.lock().unwrap().push((Instant::now(), request));
            let running = fleet.running.fetch_add(1, Ordering::SeqCst) + 1;
            fleet.most.fetch_max(running, Ordering::SeqCst);
            let act = fleet.acts.lock().unwrap().pop_front();
            sleep(fleet.takes).await;
            fleet.running.fetch_sub(1, Ordering::SeqCst);
            match act.unwrap_or(Act::Allocate) {
                Act::Allocate => {
                    let number = fleet.allocated.fetch_add(1, Ordering::SeqCst) + 1;
                    Ok(allocated(number))
                }
                Act::State(state) => Ok(json!({"status": {"state": state}}).to_string().into()),
                Act::Fail(failed) => Err(failed),
                Act::Lose => std::future::pending().await,
            }
        })
    }
}

fn allocated(number: usize) -> Vec<u8> {
    let status = json!({
        "state": "Allocated", "gameServerName": format!("s-{number}"),
        "address": format!("10.0.{}.{}", number / 256, number % 256),
        "ports": [{"name": "game", "port": 7000}],
    });
    json!({"status": status}).to_string().into()
}

struct Scene {
    allocator: AgonesAllocator,
    fleet: Fleet,
    attempts: Arc<OpenAttempts>,
}

fn settings(allocation: &AllocationSettings) -> AgonesSettings {
    AgonesSettings {
        namespaces: vec!["games".to_owned()],
        mode: AgonesMode::Allocate(Box::new(allocation.clone())),
        ..AgonesSettings::default()
    }
}

fn scene(fleet: &Fleet, min_interval: Duration) -> Scene {
    let allocation = AllocationSettings {
        min_interval,
        ..AllocationSettings::default()
    };
    let settings = settings(&allocation);
    let attempts = Arc::<OpenAttempts>::default();
    let api = fleet.clone();
    Scene {
        allocator: AgonesAllocator::new(
            "games",
            &settings,
            &allocation,
            api,
            Arc::clone(&attempts),
        ),
        fleet: fleet.clone(),
        attempts,
    }
}

fn order(pool: &str) -> AllocationOrder {
    AllocationOrder {
        pool: pool.into(),
        selector: Selector::default(),
    }
}

type Allocated = Result<Arc<Backend>, AllocationFailed>;

impl Scene {
    async fn allocate(&self, pool: &str) -> Allocated {
        let deadline = Instant::now() + Duration::from_millis(3_500);
        self.allocator.allocate(&order(pool), deadline).await
    }

    /// Begins an allocation for a player on another task.
    fn player(&self, pool: &'static str) -> tokio::task::JoinHandle<Allocated> {
        let allocator = self.allocator.clone();
        let deadline = Instant::now() + Duration::from_millis(3_500);
        tokio::spawn(async move { allocator.allocate(&order(pool), deadline).await })
    }
}

fn host(allocated: &Allocated) -> &str {
    &allocated.as_ref().unwrap().host
}

fn failure(allocated: &Allocated) -> AllocationFailure {
    allocated.as_ref().unwrap_err().failure()
}

const BATCH: Duration = Duration::from_millis(500);

#[tokio::test(start_paused = true)]
async fn a_player_gets_a_server_and_each_attempt_has_a_mark_of_its_own() {
    let scene = scene(&Fleet::new(BATCH, []), Duration::ZERO);
    assert_eq!(host(&scene.allocate("a").await), "10.0.0.1");
    let second = scene.allocate("a").await.unwrap();
    assert_eq!(second.meta["k8s.name"], "s-2");
    assert_eq!(second.meta["k8s.namespace"], "games");
    assert_ne!(scene.fleet.mark(0), scene.fleet.mark(1));
}

#[tokio::test(start_paused = true)]
async fn unallocated_is_asked_again_once_after_more_than_a_batch() {
    let unallocated = || Act::State("UnAllocated");
    let scene = scene(&Fleet::new(BATCH, [unallocated()]), Duration::ZERO);
    assert_eq!(host(&scene.allocate("a").await), "10.0.0.1");
    let asked = scene.fleet.asked();
    let between = asked[1].0 - asked[0].0;
    assert!(between > BATCH + BATCH, "{between:?}");

    let none = Fleet::new(BATCH, std::iter::repeat_n(unallocated(), 9));
    let scene = self::scene(&none, Duration::ZERO);
    let failed = scene.allocate("a").await;
    assert_eq!(failure(&failed), AllocationFailure::Unallocated);
    assert_eq!(none.asked().len(), 2);
}

/// In one batch each server is handed out once, so that players of one batch get `UnAllocated` although there is a server.
#[tokio::test(start_paused = true)]
async fn unallocated_is_no_answer_while_others_of_the_pool_get_a_server() {
    let acts = [
        Act::Allocate,
        Act::State("UnAllocated"),
        Act::State("UnAllocated"),
        Act::Allocate,
        Act::State("UnAllocated"),
        Act::Allocate,
    ];
    let scene = scene(&Fleet::new(BATCH, acts), Duration::ZERO);
    let players: Vec<_> = (0..3).map(|_| scene.player("a")).collect();
    for player in players {
        assert!(player.await.unwrap().is_ok());
    }
    assert_eq!(scene.fleet.asked().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn contention_is_asked_again_at_once_and_once() {
    let contention = || Act::State("Contention");
    let scene = scene(&Fleet::new(BATCH, [contention()]), Duration::ZERO);
    let begin = Instant::now();
    assert_eq!(host(&scene.allocate("a").await), "10.0.0.1");
    assert_eq!(begin.elapsed(), BATCH + BATCH);
    let none = Fleet::new(BATCH, std::iter::repeat_n(contention(), 9));
    let failed = self::scene(&none, Duration::ZERO).allocate("a").await;
    assert_eq!(failure(&failed), AllocationFailure::Contention);
    assert_eq!(none.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_unknown_is_never_repeated() {
    for act in [
        Act::Lose,
        Act::Fail(PostFailed::Lost("reset".to_owned())),
        Act::Fail(PostFailed::Status(504, "timeout".to_owned())),
    ] {
        let scene = scene(&Fleet::new(BATCH, [act]), Duration::ZERO);
        let begin = Instant::now();
        let failed = scene.allocate("a").await;
        assert_eq!(failure(&failed), AllocationFailure::Unknown);
        assert!(begin.elapsed() <= Duration::from_millis(3_500));
        assert_eq!(scene.fleet.asked().len(), 1);
    }
    let refused = Act::Fail(PostFailed::Status(403, "forbidden".to_owned()));
    let scene = scene(&Fleet::new(BATCH, [refused]), Duration::ZERO);
    let failed = scene.allocate("a").await;
    assert_eq!(failure(&failed), AllocationFailure::Refused);
    assert_eq!(failed.unwrap_err().to_string(), "forbidden");
    assert_eq!(scene.fleet.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_allocation_is_found_by_its_mark() {
    let scene = scene(&Fleet::new(BATCH, [Act::Lose]), Duration::ZERO);
    let player = scene.player("a");
    sleep(Duration::from_millis(600)).await;
    let mark = scene.fleet.mark(0);
    scene
        .attempts
        .report("another", || panic!("not in progress"));
    scene
        .attempts
        .report(&mark, || Some(Backend::new("found", 1)));
    // The answer may still come, for as long as an answer may take.
    let begin = Instant::now();
    assert_eq!(host(&player.await.unwrap()), "found");
    assert_eq!(begin.elapsed(), Duration::from_millis(1_900));
    assert_eq!(scene.fleet.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_player_that_leaves_while_waiting_costs_nothing() {
    let interval = Duration::from_secs(1);
    let scene = scene(&Fleet::new(Duration::ZERO, []), interval);
    assert!(scene.allocate("a").await.is_ok());
    let leaving = scene.player("a");
    sleep(Duration::from_millis(300)).await;
    leaving.abort();
    assert!(leaving.await.is_err());
    assert_eq!(host(&scene.allocate("a").await), "10.0.0.2");
    assert_eq!(scene.fleet.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_server_of_a_player_that_left_is_for_the_next_one_of_the_pool() {
    let scene = scene(&Fleet::new(BATCH, []), Duration::ZERO);
    let leaving = scene.player("a");
    sleep(Duration::from_millis(100)).await;
    leaving.abort();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(host(&scene.allocate("b").await), "10.0.0.2");
    assert_eq!(host(&scene.allocate("a").await), "10.0.0.1");
    assert_eq!(host(&scene.allocate("a").await), "10.0.0.3");

    let leaving = scene.player("a");
    sleep(Duration::from_millis(100)).await;
    leaving.abort();
    sleep(Duration::from_secs(20)).await;
    assert_eq!(
        host(&scene.allocate("a").await),
        "10.0.0.5",
        "not after 20 s"
    );
}

#[tokio::test(start_paused = true)]
async fn the_interval_holds_for_the_provider_and_late_players_learn_it() {
    let interval = Duration::from_secs(1);
    let scene = scene(&Fleet::new(Duration::ZERO, []), interval);
    let begin = Instant::now();
    let players: Vec<_> = ["a", "b", "a", "b", "a", "b"]
        .into_iter()
        .map(|pool| scene.player(pool))
        .collect();
    let mut busy = 0;
    for player in players {
        let allocated = player.await.unwrap();
        if allocated.is_err() {
            assert_eq!(failure(&allocated), AllocationFailure::Busy);
            busy += 1;
        }
    }
    let times: Vec<_> = scene
        .fleet
        .asked()
        .iter()
        .map(|(at, _)| (*at - begin).as_secs())
        .collect();
    assert_eq!(times, [0, 1, 2, 3]);
    assert_eq!(busy, 2);
}

#[tokio::test(start_paused = true)]
async fn under_steady_load_each_slot_of_the_interval_is_used() {
    let scene = scene(&Fleet::new(Duration::ZERO, []), Duration::from_millis(500));
    let mut players = Vec::new();
    for _ in 0..300 {
        players.push(scene.player("a"));
        sleep(Duration::from_millis(100)).await;
    }
    for player in players {
        let _ = player.await.unwrap();
    }
    // 30 s of players are 60 slots.
    let asked = scene.fleet.asked().len();
    assert!((55..=68).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn pools_do_not_wait_for_each_other_and_the_number_that_waits_is_bounded() {
    let fleet = Fleet::new(Duration::from_secs(2), []);
    let scene = scene(&fleet, Duration::ZERO);
    let players: Vec<_> = (0..1_000).map(|_| scene.player("a")).collect();
    sleep(Duration::from_millis(1)).await;
    assert_eq!(fleet.0.most.load(Ordering::SeqCst), 64);
    let refused = scene.allocate("b").await;
    assert_eq!(failure(&refused), AllocationFailure::Busy);
    players[999].abort();
    sleep(Duration::from_millis(1)).await;
    let begin = Instant::now();
    assert!(scene.allocate("b").await.is_ok());
    assert_eq!(begin.elapsed(), Duration::from_secs(2));
}

#[tokio::test]
async fn a_game_server_that_was_not_accepted_is_kept() {
    let allocation = AllocationSettings::default();
    let request = AllocationRequest::new(&settings(&allocation), &allocation, &Selector::default());
    let queue = Arc::new(PoolQueue::new(request.unwrap()));
    let provider = Arc::from("games");
    let handover = |host: &str| Handover::new(&provider, &queue, Arc::new(Backend::new(host, 1)));
    assert_eq!(handover("a").accept().host, "a");
    assert_eq!(queue.spare(), None);
    drop(handover("b"));
    assert_eq!(queue.spare().unwrap().host, "b");
    assert_eq!(queue.spare(), None);
}

/// Prints what `cargo test -- --ignored --nocapture throughput` is run for: with 50 ms an allocation, 2,000 players at once.
#[tokio::test(start_paused = true)]
#[ignore = "prints figures"]
async fn throughput() {
    for players in [100, 500, 1_000, 2_000] {
        let fleet = Fleet::new(Duration::from_millis(50), []);
        let scene = scene(&fleet, Duration::ZERO);
        let begin = Instant::now();
        let waiting: Vec<_> = (0..players).map(|_| scene.player("a")).collect();
        let (mut served, mut longest) = (0_u32, Duration::ZERO);
        for player in waiting {
            if player.await.unwrap().is_ok() {
                served += 1;
                longest = longest.max(begin.elapsed());
            }
        }
        let rate = f64::from(served) / longest.as_secs_f64();
        println!(
            "{players} at once: {served} served, the last after {longest:?}, {rate:.0} a second"
        );
    }
}
