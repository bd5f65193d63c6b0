use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use hyrouter_plugin_api::{ConnectRequest, ConnectionsClosed};
use tokio::time::Instant;

use crate::breaker::BreakerState;
use crate::error::ChainError;
use crate::member::Member;
use crate::observer::Observer;
use crate::order;
use crate::outcome::{Decision, DenyCode, Outcome, Verdict};
use crate::settings::{Entry, Mode, OnError, Stage};
use crate::shadow;
use crate::step::{Step, judge};

/// Plugins in the order in which they are asked. Made once for a configuration and shared by all who ask.
#[derive(Default)]
pub struct Chain {
    members: Vec<Arc<Member>>,
    observer: Option<Arc<dyn Observer>>,
}

impl Chain {
    /// Puts plugins in order: by stage, inside a stage as `before` and `after` have it, and otherwise as given.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with their settings, at once.
    pub fn new(entries: Vec<Entry>) -> Result<Self, ChainError> {
        let settings: Vec<_> = entries.iter().map(|entry| &entry.settings).collect();
        let order = order::sort(&settings)?;
        let mut members: Vec<_> = entries
            .into_iter()
            .map(|entry| Some(Arc::new(Member::new(entry))))
            .collect();
        let take = |place: usize| members.get_mut(place).and_then(Option::take);
        Ok(Self {
            members: order.into_iter().filter_map(take).collect(),
            observer: None,
        })
    }

    /// Has somebody told about the shadow plugins.
    #[must_use]
    pub fn observed_by(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Goes on where the chain of an earlier configuration is, for every plugin whose name that has too: the breaker of
    /// the same plugin stays as it is, one that was loaded anew has a closed one, and while `max_concurrency` and `max_queue` are the same, calls of both chains count together.
    #[must_use]
    pub fn carry_over(mut self, previous: &Self) -> Self {
        let earlier: HashMap<_, _> = previous
            .members
            .iter()
            .map(|member| (&member.name, member))
            .collect();
        for member in &mut self.members {
            if let Some(earlier) = earlier.get(&member.name) {
                Arc::make_mut(member).carry_over(earlier);
            }
        }
        self
    }

    /// Asks each plugin about a player, in order, until one denies. Each sees what those before it changed.
    ///
    /// It never waits longer than the sum of the enforced plugins' timeouts. Dropping the future cancels the call that
    /// it waits for; shadow plugins that were asked by then go on.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with a timer.
    pub async fn run(&self, mut request: ConnectRequest) -> Outcome {
        let mut records = Vec::with_capacity(self.members.len());
        for member in &self.members {
            if member.settings.mode == Mode::Shadow {
                shadow::ask_beside(member, &request, self.observer.as_ref());
                continue;
            }
            let started = Instant::now();
            let answer = match member.admit() {
                Ok(call) => call.make(&request).await,
                Err(error) => Err(error),
            };
            let step = judge(member, &mut request, answer, started.elapsed());
            let Step {
                record,
                deny_reason,
            } = step;
            let code = match record.verdict {
                Verdict::Denied => Some(DenyCode::PluginDenied),
                Verdict::Failed(_) if member.settings.effective_on_error() == OnError::Deny => {
                    Some(DenyCode::PluginFailed)
                }
                _ => None,
            };
            records.push(record);
            if let Some(code) = code {
                let decision = Decision::Deny {
                    plugin: Arc::clone(&member.name),
                    code,
                    reason: deny_reason,
                };
                return Outcome { decision, records };
            }
        }
        let decision = Decision::Allow {
            backend: request.backend,
            selected_index: request.selected_index,
            candidates: request.candidates,
            referral_data: request.referral_data,
        };
        Outcome { decision, records }
    }

    /// Whether there are no plugins.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// How each plugin fares, in the order in which they are asked.
    pub fn plugins(&self) -> impl Iterator<Item = PluginStatus<'_>> {
        self.members.iter().map(|member| PluginStatus {
            name: &member.name,
            stage: member.settings.stage,
            mode: member.settings.mode,
            breaker: member.breaker.state(),
            running: member.gate.running(),
            waiting: member.gate.waiting(),
            connections_closed: member.connections_closed(),
        })
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("members", &self.members)
            .finish_non_exhaustive()
    }
}

/// How a plugin of a chain fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginStatus<'a> {
    /// Its name.
    pub name: &'a str,
    /// When it runs.
    pub stage: Stage,
    /// Whether its answers count.
    pub mode: Mode,
    /// Its breaker.
    pub breaker: BreakerState,
    /// How many calls run.
    pub running: usize,
    /// How many calls wait for their turn.
    pub waiting: usize,
    /// How many connections to it the router has closed, if it has any.
    pub connections_closed: Option<ConnectionsClosed>,
}
