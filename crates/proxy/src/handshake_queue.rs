//! The order in which an endpoint computes handshakes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::pools::Prefix;

/// Clients that share turns: clients of one network with proven addresses, or all clients with unproven ones.
pub(crate) type Group = Option<Prefix>;

/// Queue of new connections of one endpoint. One handshake is computed at a time, and groups take turns, so that a
/// client that connects often delays only itself. The limit of half-open connections bounds the queue.
#[derive(Debug, Default)]
pub(crate) struct HandshakeQueue(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    /// `true` while a connection has a turn.
    busy: bool,
    /// Waiting groups, each once. The first has the next turn.
    groups: VecDeque<Group>,
    of_group: HashMap<Group, VecDeque<oneshot::Sender<HandshakeTurn>>>,
}

/// The turn of one connection. The next turn begins when it is dropped.
#[derive(Debug)]
pub(crate) struct HandshakeTurn {
    /// `None` after the turn was passed on.
    queue: Option<Arc<HandshakeQueue>>,
}

impl HandshakeQueue {
    /// Waits for a turn.
    pub(crate) async fn turn(self: &Arc<Self>, group: Group) -> HandshakeTurn {
        let queue = Some(Arc::clone(self));
        let called = {
            let mut waiting = self.waiting();
            if !waiting.busy {
                waiting.busy = true;
                return HandshakeTurn { queue };
            }
            waiting.join(group)
        };
        // A caller is dropped only after it has called.
        called.await.unwrap_or(HandshakeTurn { queue: None })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // The queue is consistent after every call, so a poisoned lock is usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn join(&mut self, group: Group) -> oneshot::Receiver<HandshakeTurn> {
        let (call, called) = oneshot::channel();
        let others = self.of_group.entry(group).or_default();
        if others.is_empty() {
            self.groups.push_back(group);
        }
        others.push_back(call);
        called
    }

    fn next(&mut self) -> Option<oneshot::Sender<HandshakeTurn>> {
        // The unproven group goes last: forged packets must not delay clients with a proven address.
        if self.groups.len() > 1 && self.groups.front() == Some(&None) {
            self.groups.rotate_left(1);
        }
        let next = self.groups.pop_front().and_then(|group| {
            let others = self.of_group.get_mut(&group)?;
            let next = others.pop_front();
            if others.is_empty() {
                self.of_group.remove(&group);
            } else {
                self.groups.push_back(group);
            }
            next
        });
        self.busy = next.is_some();
        next
    }
}

impl Drop for HandshakeTurn {
    fn drop(&mut self) {
        let Some(queue) = self.queue.take() else {
            return;
        };
        loop {
            let Some(next) = queue.waiting().next() else {
                return;
            };
            let turn = Self {
                queue: Some(Arc::clone(&queue)),
            };
            match next.send(turn) {
                Ok(()) => return,
                // The waiter was dropped, for instance by its timeout. Try the next one.
                Err(mut turn) => turn.queue = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn network(n: u8) -> Group {
        let ip = std::net::IpAddr::from([10, 0, n, 1]);
        Prefix::all_of(ip).last()
    }

    fn poll<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    #[test]
    fn groups_take_turns_whoever_has_more_in_the_queue() {
        let queue = Arc::new(HandshakeQueue::default());
        let mut turn = poll(pin!(queue.turn(None)));
        assert!(turn.is_some(), "the first has no need to wait");
        let groups = [1, 1, 1, 1, 2, 2, 3];
        let mut waiting = groups.map(|n| Some((n, Box::pin(queue.turn(network(n))))));
        for (_, one) in waiting.iter_mut().flatten() {
            assert!(poll(one.as_mut()).is_none());
        }
        // One gives up, and its turn is the next group's.
        waiting[1] = None;
        let mut order = Vec::new();
        for _ in 0..6 {
            drop(turn.take());
            for slot in &mut waiting {
                if let Some((n, one)) = slot
                    && let Some(next) = poll(one.as_mut())
                {
                    order.push(*n);
                    turn = Some(next);
                    *slot = None;
                }
            }
        }
        assert_eq!(order, [1, 2, 3, 2, 1, 1]);
        drop(turn);
        assert!(poll(pin!(queue.turn(None))).is_some(), "the queue is empty");
    }

    #[test]
    fn proven_clients_go_before_unproven_ones() {
        let queue = Arc::new(HandshakeQueue::default());
        let turn = poll(pin!(queue.turn(None)));
        let mut unproven = Box::pin(queue.turn(None));
        let mut proven = Box::pin(queue.turn(network(1)));
        assert!(poll(unproven.as_mut()).is_none());
        assert!(poll(proven.as_mut()).is_none());
        drop(turn);
        assert!(poll(unproven.as_mut()).is_none());
        assert!(poll(proven.as_mut()).is_some());
        assert!(poll(unproven.as_mut()).is_some());
    }

    /// A waiting connection may be dropped after its turn has come and before it is notified.
    #[test]
    fn a_turn_that_nobody_takes_is_the_next_ones() {
        let queue = Arc::new(HandshakeQueue::default());
        let turn = poll(pin!(queue.turn(None)));
        let mut first = Box::pin(queue.turn(network(1)));
        let mut second = Box::pin(queue.turn(network(2)));
        assert!(poll(first.as_mut()).is_none());
        assert!(poll(second.as_mut()).is_none());
        drop(turn);
        drop(first);
        assert!(poll(second.as_mut()).is_some());
    }
}
