//! One plugin of a chain, and one call to it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, ConnectionsClosed, Plugin, PluginAnswer, PluginError};
use tokio::time::{Instant, timeout};

use crate::answer_cache::{AnswerCache, AnswerCacheStatus, CacheLookup};
use crate::breaker::{Breaker, BreakerPermit, FailureEffect};
use crate::call_queue::{CallQueue, QueuePlace};
use crate::notice::Notice;
use crate::recording::RecordingTap;
use crate::settings::{ChainEntry, ChainSettings};
use crate::turn::TurnAnswer;

/// A plugin, its settings, and its state.
#[derive(Clone)]
pub(crate) struct ChainMember {
    pub(crate) name: Arc<str>,
    pub(crate) settings: ChainSettings,
    pub(crate) breaker: Arc<Breaker>,
    pub(crate) queue: Arc<CallQueue>,
    cache: Option<Arc<AnswerCache>>,
    /// The notices about the form of its answers that were logged: one bit for each `NoticeCode`.
    logged: Arc<AtomicU8>,
    pub(crate) tap: Arc<RecordingTap>,
    plugin: Arc<dyn Plugin>,
}

impl fmt::Debug for ChainMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainMember")
            .field("settings", &self.settings)
            .field("breaker", &self.breaker)
            .field("queue", &self.queue)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

impl ChainMember {
    pub(crate) fn new(entry: ChainEntry) -> Self {
        let ChainEntry { plugin, settings } = entry;
        Self {
            name: settings.name.as_str().into(),
            breaker: Arc::new(Breaker::default()),
            queue: Arc::new(CallQueue::new(&settings)),
            cache: settings.cache.map(AnswerCache::new).map(Arc::new),
            settings,
            logged: Arc::default(),
            tap: Arc::default(),
            plugin,
        }
    }

    /// Takes over the state of the plugin of the same name in another chain.
    pub(crate) fn carry_over(&mut self, previous: &Self) {
        self.tap = Arc::clone(&previous.tap);
        // A newly loaded plugin starts with a closed breaker: the failures belong to the old one.
        if self.settings.breaker.is_some() && Arc::ptr_eq(&self.plugin, &previous.plugin) {
            self.breaker = Arc::clone(&previous.breaker);
        }
        if previous.queue.has_limits_of(&self.settings) {
            self.queue = Arc::clone(&previous.queue);
        }
        // A newly loaded plugin may answer otherwise, and other limits are not those that the answers were kept under.
        let limits = previous.cache.as_ref().map(|cache| cache.settings());
        if self.settings.cache == limits && Arc::ptr_eq(&self.plugin, &previous.plugin) {
            self.cache.clone_from(&previous.cache);
        }
    }

    /// Returns whether a notice about the form of its answers was logged before.
    pub(crate) fn was_logged(&self, notice: &Notice) -> bool {
        let bit = 1 << notice.code() as u8;
        self.logged.fetch_or(bit, Ordering::Relaxed) & bit != 0
    }

    /// Returns how many connections to it the router has closed, if it has any.
    pub(crate) fn connections_closed(&self) -> Option<ConnectionsClosed> {
        self.plugin.connections_closed()
    }

    /// Returns what its cache holds, if it has one.
    pub(crate) fn cache_status(&self) -> Option<AnswerCacheStatus> {
        self.cache.as_ref().map(|cache| cache.status())
    }

    /// Begins its turn. A cached answer needs no breaker and no queue: it counts even if the plugin is unreachable.
    pub(crate) fn begin_turn(self: &Arc<Self>, request: &ConnectRequest) -> TurnStart {
        let started = Instant::now();
        let finished = |result, cache| {
            TurnStart::Finished(TurnAnswer {
                result,
                elapsed: started.elapsed(),
                cache,
                cache_fault: None,
            })
        };
        let mut lookup = None;
        if let Some(cache) = &self.cache {
            if let Some(answer) = cache.get(request) {
                return finished(Ok(answer), Some(CacheLookup::Hit));
            }
            lookup = Some(CacheLookup::Miss);
        }
        match self.admit() {
            Ok(call) => TurnStart::Call(call),
            Err(error) => finished(Err(error), lookup),
        }
    }

    /// Admits one call.
    ///
    /// # Errors
    /// The breaker is open, or the queue is full.
    fn admit(self: &Arc<Self>) -> Result<AdmittedCall, PluginError> {
        let permit = match &self.settings.breaker {
            Some(settings) => {
                let permit = self.breaker.admit(settings, || self.plugin.has_recovered());
                Some(permit.ok_or(PluginError::BreakerOpen)?)
            }
            None => None,
        };
        Ok(AdmittedCall {
            place: self.queue.enter()?,
            permit,
            member: Arc::clone(self),
        })
    }
}

/// Begin of a plugin's turn.
pub(crate) enum TurnStart {
    /// The answer is there, or the error in its place.
    Finished(TurnAnswer),
    /// The plugin must be called.
    Call(AdmittedCall),
}

/// Use of the caches in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CacheUse {
    /// Cached answers count, and new ones are cached.
    ReadWrite,
    /// Cached answers count.
    ReadOnly,
}

/// A call that the breaker and the queue admit. Dropping it gives back its place, whether it was made or not.
pub(crate) struct AdmittedCall {
    member: Arc<ChainMember>,
    permit: Option<BreakerPermit>,
    place: QueuePlace,
}

impl AdmittedCall {
    /// Calls the plugin, and caches the answer if the plugin, the operator and `cache_use` permit it.
    pub(crate) async fn make(self, request: &ConnectRequest, cache_use: CacheUse) -> TurnAnswer {
        let cache = self.member.cache.clone();
        let started = Instant::now();
        let result = self.call(request).await;
        let cache_fault = match (&cache, &result) {
            (Some(cache), Ok(answer)) if cache_use == CacheUse::ReadWrite => {
                cache.put(request, answer, started).err()
            }
            _ => None,
        };
        TurnAnswer {
            result,
            elapsed: started.elapsed(),
            cache: cache.map(|_| CacheLookup::Miss),
            cache_fault,
        }
    }

    /// Waits for a turn, calls, and waits for the answer, in all at most the plugin's timeout.
    async fn call(self, request: &ConnectRequest) -> Result<PluginAnswer, PluginError> {
        let Self {
            member,
            permit,
            place,
        } = self;
        let limit = member.settings.timeout;
        let started = Instant::now();
        let mut has_begun = false;
        let answer = timeout(limit, async {
            let _slot = place.turn().await?;
            // The queue used up part of the timeout. The plugin learns the rest, so that it can give up in time.
            let left = limit.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Err(PluginError::Timeout { after: limit });
            }
            // From here on a timeout counts as a failure of the plugin. Before, it only waited in the queue.
            has_begun = true;
            call_plugin(&*member.plugin, request, left).await
        });
        let result = answer
            .await
            .unwrap_or(Err(PluginError::Timeout { after: limit }));
        member.tap.record(request, &result);
        if let Some(permit) = permit {
            record_result(&member, permit, &result, has_begun);
        }
        result
    }
}

/// Calls the plugin. A panic becomes an error.
async fn call_plugin(
    plugin: &dyn Plugin,
    request: &ConnectRequest,
    left: Duration,
) -> Result<PluginAnswer, PluginError> {
    // In an async block, so that a panic before there is a future is caught too.
    let mut call = pin!(async { plugin.on_connect(request, left).await });
    std::future::poll_fn(|context| {
        // Unwind safe: the future is not polled again after a panic.
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
        polled.unwrap_or(Poll::Ready(Err(PluginError::Panic)))
    })
    .await
}

/// Records the result of a call in the breaker. A refusal and a wait that ended in the queue are no failures of the
/// plugin: many players cause them.
fn record_result(
    member: &ChainMember,
    permit: BreakerPermit,
    result: &Result<PluginAnswer, PluginError>,
    has_begun: bool,
) {
    let plugin = &*member.name;
    match result {
        Ok(_) => {
            if permit.succeeded() {
                tracing::info!(plugin, "plugin answers again; breaker closed");
            }
        }
        Err(PluginError::Overloaded { .. }) => {}
        Err(PluginError::Timeout { .. }) if !has_begun => {}
        Err(error) => {
            let effect = permit.failed(matches!(error, PluginError::Unreachable { .. }));
            if effect == FailureEffect::Opened {
                tracing::warn!(
                    plugin,
                    code = error.code().as_str(),
                    %error,
                    "plugin failed repeatedly; breaker opened"
                );
            }
            // Closes the connection, so that a skipped plugin cannot use the router's CPU by sending data.
            if effect != FailureEffect::Counted {
                member.plugin.disconnect();
            }
        }
    }
}
