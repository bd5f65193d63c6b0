//! Wake-ups of callers, many at once.
//!
//! To wake a task of another thread takes a system call, even if the runtime of the task is awake. So workers hand the
//! wakers to a [`WakeRelay`]. Its task, on the runtime of the callers, wakes them without a system call. Only a relay
//! whose task sleeps must be woken.

use std::cell::RefCell;
use std::future::poll_fn;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Handle, Id};

thread_local! {
    /// Relay of the runtime that this thread belongs to.
    static CURRENT: RefCell<Option<ThreadRelay>> = const { RefCell::new(None) };
}

/// Wakers of one thread's callers, on their way to a task of their runtime.
#[derive(Debug, Default)]
pub(crate) struct WakeRelay {
    state: Mutex<State>,
    /// Copy of `state.is_closed`, readable without the lock.
    is_closed: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    ready: Vec<Waker>,
    /// Waker of the task, while it sleeps.
    task: Option<Waker>,
    is_closed: bool,
}

impl WakeRelay {
    /// Returns the relay of this thread. Starts its task at the first call. Returns `None` outside of a runtime.
    pub(crate) fn current() -> Option<Arc<Self>> {
        let runtime = Handle::try_current().ok()?;
        let id = runtime.id();
        let known = CURRENT.try_with(|current| {
            let current = current.borrow();
            let known = current.as_ref().filter(|known| known.serves(id));
            known.map(|known| Arc::clone(&known.relay))
        });
        if let Some(relay) = known.ok()? {
            return Some(relay);
        }
        let relay = Arc::new(Self::default());
        runtime.spawn(RelayTask(Arc::clone(&relay)).run());
        let current = ThreadRelay {
            runtime: id,
            relay: Arc::clone(&relay),
        };
        // Dropped outside of the closure, since that wakes callers.
        let previous = CURRENT.try_with(|place| place.replace(Some(current)));
        drop(previous);
        Some(relay)
    }

    /// Wakes a caller soon.
    pub(crate) fn wake(&self, caller: Waker) {
        let mut state = self.lock();
        if state.is_closed {
            drop(state);
            return caller.wake();
        }
        state.ready.push(caller);
        let task = state.task.take();
        drop(state);
        if let Some(task) = task {
            task.wake();
        }
    }

    /// Wakes all callers, from now on without the task.
    fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        let mut state = self.lock();
        state.is_closed = true;
        let ready = mem::take(&mut state.ready);
        let task = state.task.take();
        drop(state);
        for caller in ready.into_iter().chain(task) {
            caller.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Consistent after every statement under the lock, so a poisoned lock is usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A relay and its runtime. Dropping it, at the end of the thread, ends the task.
struct ThreadRelay {
    runtime: Id,
    relay: Arc<WakeRelay>,
}

impl ThreadRelay {
    fn serves(&self, runtime: Id) -> bool {
        self.runtime == runtime && !self.relay.is_closed.load(Ordering::Relaxed)
    }
}

impl Drop for ThreadRelay {
    fn drop(&mut self) {
        self.relay.close();
    }
}

/// Task of a relay. Dropping it, at the end of the runtime, closes the relay.
struct RelayTask(Arc<WakeRelay>);

impl RelayTask {
    async fn run(self) {
        let mut woken = Vec::new();
        poll_fn(|context| self.poll(context, &mut woken)).await;
    }

    fn poll(&self, context: &mut Context<'_>, woken: &mut Vec<Waker>) -> Poll<()> {
        let mut state = self.0.lock();
        if state.is_closed {
            return Poll::Ready(());
        }
        if state.ready.is_empty() {
            state.task = Some(context.waker().clone());
            return Poll::Pending;
        }
        mem::swap(&mut state.ready, woken);
        drop(state);
        for caller in woken.drain(..) {
            caller.wake();
        }
        // The next turn comes after those callers. Until then an answer needs no wake-up.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for RelayTask {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, mpsc};
    use std::task::{Poll, Wake, Waker};
    use std::thread;
    use std::time::Duration;

    use tokio::runtime::{Builder, Runtime};
    use tokio::task::JoinSet;
    use tokio::time::timeout;

    use super::WakeRelay;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn one_thread() -> Runtime {
        Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn there_is_none_outside_of_a_runtime() {
        assert!(WakeRelay::current().is_none());
    }

    #[test]
    fn all_callers_of_a_thread_share_one() {
        one_thread().block_on(async {
            let relay = WakeRelay::current().unwrap();
            let other = tokio::spawn(async { WakeRelay::current().unwrap() });
            assert!(Arc::ptr_eq(&relay, &other.await.unwrap()));
        });
    }

    #[test]
    fn all_callers_are_woken() {
        const CALLERS: usize = 100;
        let two_threads = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        for runtime in [one_thread(), two_threads] {
            let (wakers, waiting) = mpsc::channel::<(Arc<WakeRelay>, Waker)>();
            let waker = thread::spawn(move || {
                for (relay, caller) in waiting {
                    relay.wake(caller);
                }
            });
            let callers = async {
                let mut callers = JoinSet::new();
                for _ in 0..CALLERS {
                    let wakers = wakers.clone();
                    callers.spawn(async move {
                        for _ in 0..100 {
                            let mut was_polled = false;
                            poll_fn(|context| {
                                if was_polled {
                                    return Poll::Ready(());
                                }
                                was_polled = true;
                                let relay = WakeRelay::current().unwrap();
                                wakers.send((relay, context.waker().clone())).unwrap();
                                Poll::Pending
                            })
                            .await;
                        }
                    });
                }
                callers.join_all().await;
            };
            runtime.block_on(async {
                timeout(Duration::from_mins(1), callers).await.unwrap();
            });
            drop(wakers);
            waker.join().unwrap();
        }
    }

    #[test]
    fn a_runtime_that_ended_loses_no_wake_up() {
        let runtime = one_thread();
        let relay = runtime.block_on(async { WakeRelay::current().unwrap() });
        let caller = Arc::new(Count::default());
        relay.wake(Arc::clone(&caller).into());
        assert_eq!(caller.0.load(Ordering::SeqCst), 0, "the runtime sleeps");
        drop(runtime);
        assert_eq!(caller.0.load(Ordering::SeqCst), 1);
        relay.wake(Arc::clone(&caller).into());
        assert_eq!(caller.0.load(Ordering::SeqCst), 2);
        // The next runtime of this thread has its own.
        one_thread().block_on(async {
            let next = WakeRelay::current().unwrap();
            assert!(!Arc::ptr_eq(&relay, &next));
            next.wake(Arc::clone(&caller).into());
            while caller.0.load(Ordering::SeqCst) < 3 {
                tokio::task::yield_now().await;
            }
        });
    }

    #[test]
    fn the_task_ends_with_its_thread() {
        let runtime = one_thread();
        let handle = runtime.handle().clone();
        let relay = thread::spawn(move || {
            let _inside = handle.enter();
            WakeRelay::current().unwrap()
        });
        let relay = relay.join().unwrap();
        let caller = Arc::new(Count::default());
        relay.wake(Arc::clone(&caller).into());
        assert_eq!(caller.0.load(Ordering::SeqCst), 1);
        runtime.block_on(async {
            while tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks()
                > 0
            {
                tokio::task::yield_now().await;
            }
        });
    }
}
