//! The way of one player to a game server: a place, a turn, a request, an answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyrouter_router::Backend;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::answer::{self, AllocatedServer};
use super::api::AllocationApi;
use super::failures::FailureLog;
use super::handover::Handover;
use super::lost::OpenAttempts;
use super::pace::Pace;
use super::pool_queue::PoolQueue;
use super::request::AllocationRequest;
use super::waiting::WaitingPlayers;
use crate::agones::backend::{BackendRules, GameServerView, backend_id};
use crate::cluster::ObjectMetadata;
use crate::{
    AgonesSettings, AllocationFailed, AllocationFailure, AllocationOrder, AllocationSettings,
};

/// Maximum time for an answer. Agones gathers requests for up to 0.5 s, and needs 1.6 s when it cannot write.
const ANSWER_TIME: Duration = Duration::from_millis(2_500);
/// Minimum time that a player must have left for a request to be sent: the time that Agones gathers requests.
const LEAST_TIME: Duration = Duration::from_millis(500);
/// Time before `UnAllocated` is asked again: longer than Agones gathers requests, since each batch hands out a game
/// server once.
const UNALLOCATED_WAIT: Duration = Duration::from_millis(600);
/// Maximum time for a lost allocation to be found among the game servers.
const FIND_TIME: Duration = Duration::from_secs(2);
/// Number of orders from which idle ones are forgotten. Reloads leave them behind.
const MANY_ORDERS: usize = 64;

/// Queues by pool and selector.
type Orders = BTreeMap<(Arc<str>, String), Arc<PoolQueue>>;

/// Takes orders of players, and asks for game servers.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) provider: Arc<str>,
    pub(super) settings: AgonesSettings,
    pub(super) allocation: AllocationSettings,
    pub(super) rules: BackendRules,
    pub(super) namespace: String,
    pub(super) api: Box<dyn AllocationApi>,
    pub(super) waiting: WaitingPlayers,
    pub(super) pace: Pace,
    pub(super) orders: Mutex<Orders>,
    pub(super) attempts: Arc<OpenAttempts>,
    pub(super) failures: FailureLog,
}

impl Desk {
    /// Allocates a game server for a player.
    pub(super) async fn allocate(
        self: &Arc<Self>,
        order: &AllocationOrder,
        deadline: Instant,
    ) -> Result<Arc<Backend>, AllocationFailed> {
        let _place = self.waiting.enter()?;
        let queue = self.queue(order)?;
        let mut is_last = false;
        loop {
            let begin = Instant::now();
            let allocated = self.attempt(&queue, deadline).await;
            let Err(failed) = &allocated else {
                return allocated;
            };
            let next = match failed.failure() {
                // Requests of one batch compete for the same game servers. While others get one, this is no answer.
                AllocationFailure::Unallocated if queue.succeeded_since(begin) => {
                    Instant::now() + UNALLOCATED_WAIT
                }
                AllocationFailure::Unallocated if !is_last => {
                    is_last = true;
                    Instant::now() + UNALLOCATED_WAIT
                }
                AllocationFailure::Contention if !is_last => {
                    is_last = true;
                    Instant::now()
                }
                _ => return allocated,
            };
            if next + LEAST_TIME > deadline {
                return allocated;
            }
            sleep_until(next).await;
        }
    }

    /// Waits for a turn and sends one request. Until it is sent, the future can be dropped at no cost.
    async fn attempt(
        self: &Arc<Self>,
        queue: &Arc<PoolQueue>,
        deadline: Instant,
    ) -> Result<Arc<Backend>, AllocationFailed> {
        let busy = || {
            AllocationFailed::new(
                AllocationFailure::Busy,
                "the time for the player ended before its turn",
            )
        };
        let turn = Arc::clone(&queue.turns).acquire_owned();
        let turn = timeout_at(deadline, turn).await.map_err(|_| busy())?;
        let turn = turn.map_err(|_| busy())?;
        if let Some(spare) = queue.spare() {
            return Ok(spare);
        }
        // A slot too late for an answer is for a player who came later.
        let latest = deadline.checked_sub(LEAST_TIME).ok_or_else(busy)?;
        let has_slot = Instant::now() <= latest && self.pace.slot(latest).await;
        if !has_slot || Instant::now() > latest {
            return Err(busy());
        }
        let (reply, answer) = oneshot::channel();
        // A separate task: the player may leave, and the next one gets the game server then.
        tokio::spawn(Arc::clone(self).send(Arc::clone(queue), turn, reply));
        match timeout_at(deadline, answer).await {
            Ok(Ok(allocated)) => allocated.map(Handover::accept),
            Ok(Err(_)) => Err(AllocationFailed::new(
                AllocationFailure::Unavailable,
                "the router is stopping",
            )),
            Err(_) => Err(AllocationFailed::new(
                AllocationFailure::Unknown,
                "no answer within the time for the player",
            )),
        }
    }

    async fn send(
        self: Arc<Self>,
        queue: Arc<PoolQueue>,
        _turn: OwnedSemaphorePermit,
        reply: oneshot::Sender<Result<Handover, AllocationFailed>>,
    ) {
        let allocated = self.ask(&queue).await;
        if allocated.is_ok() {
            queue.succeeded();
        }
        let handover = |backend| Handover::new(&self.provider, &queue, backend);
        // Without a player, the handover is dropped, which keeps the game server.
        let _ = reply.send(allocated.map(handover));
    }

    /// Sends one request and reads its answer, else looks for the game server that has its mark.
    async fn ask(&self, queue: &PoolQueue) -> Result<Arc<Backend>, AllocationFailed> {
        let mut attempt = self
            .attempts
            .begin(format!("{:032x}", rand::random::<u128>()));
        let body = queue.request.body(attempt.mark());
        let answer = timeout(ANSWER_TIME, self.api.post(body)).await;
        let allocated = match answer {
            Ok(answer) => answer::read(answer).and_then(|server| self.backend(server)),
            Err(_) => Err(AllocationFailed::new(
                AllocationFailure::Unknown,
                format_args!("no answer within {ANSWER_TIME:?}"),
            )),
        };
        match allocated {
            Err(failed) if failed.failure() == AllocationFailure::Unknown => {
                let found = timeout(FIND_TIME, attempt.found()).await;
                found.map_err(|_| failed)
            }
            known => known.map(Arc::new),
        }
    }

    fn backend(&self, server: AllocatedServer) -> Result<Backend, AllocationFailed> {
        let metadata = ObjectMetadata {
            name: server.name,
            namespace: self.namespace.clone(),
            labels: server.metadata.labels,
            annotations: server.metadata.annotations,
            ..ObjectMetadata::default()
        };
        let view = GameServerView {
            metadata: &metadata,
            status: &server.status,
            spec: &[],
        };
        self.rules.allocated(view).map_err(|problem| {
            let id = backend_id(&metadata);
            AllocationFailed::new(
                AllocationFailure::Unusable,
                format_args!("game server {id} cannot be used: {problem}"),
            )
        })
    }

    /// Returns the state of an order.
    fn queue(&self, order: &AllocationOrder) -> Result<Arc<PoolQueue>, AllocationFailed> {
        let key = (Arc::clone(&order.pool), order.selector.as_str().to_owned());
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = orders.get(&key) {
            return Ok(Arc::clone(queue));
        }
        if orders.len() >= MANY_ORDERS {
            orders.retain(|_, queue| !queue.is_idle());
        }
        let request = AllocationRequest::new(&self.settings, &self.allocation, &order.selector)
            .map_err(|problem| AllocationFailed::new(AllocationFailure::Refused, problem))?;
        let queue = Arc::new(PoolQueue::new(request));
        orders.insert(key, Arc::clone(&queue));
        Ok(queue)
    }
}
