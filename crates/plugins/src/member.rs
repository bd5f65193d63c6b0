//! One plugin of a chain, and one call of it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;
use std::time::Duration;

use hyrouter_plugin_api::{Answer, ConnectRequest, ConnectionsClosed, Plugin, PluginError};
use tokio::time::{Instant, timeout};

use crate::apply::Notice;
use crate::breaker::{Breaker, Failed, Pass};
use crate::gate::{Gate, Place};
use crate::settings::{Entry, Settings};

/// A plugin, what the operator says about it, and how it fares.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: Arc<str>,
    pub(crate) settings: Settings,
    pub(crate) breaker: Arc<Breaker>,
    pub(crate) gate: Arc<Gate>,
    /// The notices about the form of its answers that were logged, a bit for each code.
    told: Arc<AtomicU8>,
    plugin: Arc<dyn Plugin>,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("settings", &self.settings)
            .field("breaker", &self.breaker)
            .field("gate", &self.gate)
            .finish_non_exhaustive()
    }
}

impl Member {
    pub(crate) fn new(entry: Entry) -> Self {
        let Entry { plugin, settings } = entry;
        Self {
            name: settings.name.as_str().into(),
            breaker: Arc::new(Breaker::default()),
            gate: Arc::new(Gate::new(&settings)),
            settings,
            told: Arc::default(),
            plugin,
        }
    }

    /// Goes on with what the plugin of the same name did in another chain.
    pub(crate) fn carry_over(&mut self, previous: &Self) {
        // A breaker says something about the very plugin that failed, not about the one that takes its place.
        if self.settings.breaker.is_some() && Arc::ptr_eq(&self.plugin, &previous.plugin) {
            self.breaker = Arc::clone(&previous.breaker);
        }
        if previous.gate.has_limits_of(&self.settings) {
            self.gate = Arc::clone(&previous.gate);
        }
    }

    /// Returns whether a notice about the form of its answers was logged before.
    pub(crate) fn was_told(&self, notice: &Notice) -> bool {
        let bit = match notice {
            Notice::Misnamed(_) if notice.is_taken() => 1,
            Notice::Misnamed(_) => 2,
            _ => 4,
        };
        self.told.fetch_or(bit, Ordering::Relaxed) & bit != 0
    }

    /// Connections that were closed, if the plugin has any.
    pub(crate) fn connections_closed(&self) -> Option<ConnectionsClosed> {
        self.plugin.connections_closed()
    }

    /// Leave to make one call. Costs nothing but the answer where there is none.
    pub(crate) fn admit(self: &Arc<Self>) -> Result<Call, PluginError> {
        let pass = match &self.settings.breaker {
            Some(settings) => {
                let pass = self.breaker.admit(settings, || self.plugin.is_back());
                Some(pass.ok_or(PluginError::BreakerOpen)?)
            }
            None => None,
        };
        Ok(Call {
            place: self.gate.enter()?,
            pass,
            member: Arc::clone(self),
        })
    }
}

/// Leave to make one call. Whatever it holds is given back when it is dropped, made or not.
pub(crate) struct Call {
    member: Arc<Member>,
    pass: Option<Pass>,
    place: Place,
}

impl Call {
    /// Waits for a turn, asks, and waits for the answer: all that within the plugin's timeout.
    pub(crate) async fn make(self, request: &ConnectRequest) -> Result<Answer, PluginError> {
        let Self {
            member,
            pass,
            place,
        } = self;
        let limit = member.settings.timeout;
        let started = Instant::now();
        let mut has_begun = false;
        let answer = timeout(limit, async {
            let _slot = place.turn().await?;
            let left = limit.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Err(PluginError::Timeout { after: limit });
            }
            has_begun = true;
            ask(&*member.plugin, request, left).await
        });
        let result = answer
            .await
            .unwrap_or(Err(PluginError::Timeout { after: limit }));
        if let Some(pass) = pass {
            settle(&member, pass, &result, has_begun);
        }
        result
    }
}

/// Asks, and takes a panic for a failure of the plugin.
async fn ask(
    plugin: &dyn Plugin,
    request: &ConnectRequest,
    left: Duration,
) -> Result<Answer, PluginError> {
    // The call is made in the first poll, so a panic in making it is caught too.
    let mut call = pin!(async { plugin.on_connect(request, left).await });
    std::future::poll_fn(|context| {
        // Nothing of the call is used again after a panic.
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
        polled.unwrap_or(Poll::Ready(Err(PluginError::Panic)))
    })
    .await
}

/// Tells the breaker how the call ended. Too many players at once are no failure of the plugin: neither a refusal nor
/// a wait that was over before the plugin was asked.
fn settle(member: &Member, pass: Pass, result: &Result<Answer, PluginError>, has_begun: bool) {
    let plugin = &*member.name;
    match result {
        Ok(_) => {
            if pass.succeeded() {
                tracing::info!(plugin, "plugin answers again, breaker closed");
            }
        }
        Err(PluginError::Overloaded { .. }) => {}
        Err(PluginError::Timeout { .. }) if !has_begun => {}
        Err(error) => {
            let failed = pass.failed(matches!(error, PluginError::Unreachable { .. }));
            if failed == Failed::Opened {
                tracing::warn!(
                    plugin,
                    code = error.reason_code(),
                    %error,
                    "plugin fails, breaker opened"
                );
            }
            // Nothing that it sends while it is left alone costs anything.
            if failed != Failed::Counted {
                member.plugin.let_go();
            }
        }
    }
}
