//! Runs of a chain: one call of each plugin for one player, with a pause after stage deny where the caller wants one.

use std::sync::Arc;

use hyrouter_plugin_api::ConnectRequest;

use crate::chain::Chain;
use crate::member::{CacheUse, ChainMember, TurnStart};
use crate::outcome::{ChainDecision, ChainOutcome, DenyCode, Record, Verdict};
use crate::settings::{Mode, OnError, Stage};
use crate::shadow;
use crate::turn::{PluginTurn, judge};

/// Outcome of the plugins of stage deny.
#[derive(Debug)]
pub enum DenyStageOutcome {
    /// No plugin denied the player.
    Passed(Box<PassedDenyStage>),
    /// A plugin denied the player. The other plugins are not called.
    Denied(ChainOutcome),
}

/// A player that no plugin of stage deny denied.
#[derive(Debug)]
pub struct PassedDenyStage {
    /// The request with the changes of the plugins so far. The caller may set backend and candidates.
    pub request: ConnectRequest,
    pub(crate) records: Vec<Record>,
}

impl PassedDenyStage {
    /// Returns the outcome of a run whose last plugin was called or, with a decision, denied.
    pub(crate) fn outcome(self, denied: Option<ChainDecision>) -> ChainOutcome {
        let Self { request, records } = self;
        let decision = denied.unwrap_or(ChainDecision::Allow {
            backend: request.backend,
            selected_index: request.selected_index,
            candidates: request.candidates,
            referral_data: request.referral_data,
        });
        ChainOutcome { decision, records }
    }
}

impl Chain {
    /// Calls each plugin for a player, in order, until one denies. Each plugin gets the request with the changes of
    /// earlier plugins.
    ///
    /// Waits at most the sum of the enforced plugins' timeouts. Dropping the future cancels the running call; calls of
    /// shadow plugins that have begun go on.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with a timer.
    pub async fn run(&self, request: ConnectRequest) -> ChainOutcome {
        self.run_with(request, CacheUse::ReadWrite).await
    }

    /// Does as [`run`](Self::run) for a player that is only assumed. Cached answers count, but none is cached.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with a timer.
    pub async fn rehearse(&self, request: ConnectRequest) -> ChainOutcome {
        self.run_with(request, CacheUse::ReadOnly).await
    }

    /// Calls the plugins of stage deny only. [`finish`](Self::finish) calls the others, so that the caller can choose a
    /// backend in between. Together they do as [`run`](Self::run) does.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with a timer.
    pub async fn run_deny(&self, request: ConnectRequest) -> DenyStageOutcome {
        let (deny, _) = self.members.split_at(self.deny_end());
        let mut passed = PassedDenyStage {
            request,
            records: Vec::with_capacity(self.members.len()),
        };
        let denied = self.call(deny, &mut passed, CacheUse::ReadWrite).await;
        match denied {
            Some(decision) => DenyStageOutcome::Denied(ChainOutcome {
                decision,
                records: passed.records,
            }),
            None => DenyStageOutcome::Passed(Box::new(passed)),
        }
    }

    /// Calls the plugins after stage deny.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with a timer.
    pub async fn finish(&self, mut passed: PassedDenyStage) -> ChainOutcome {
        let (_, rest) = self.members.split_at(self.deny_end());
        let denied = self.call(rest, &mut passed, CacheUse::ReadWrite).await;
        passed.outcome(denied)
    }

    async fn run_with(&self, request: ConnectRequest, cache_use: CacheUse) -> ChainOutcome {
        let mut passed = PassedDenyStage {
            request,
            records: Vec::with_capacity(self.members.len()),
        };
        let denied = self.call(&self.members, &mut passed, cache_use).await;
        passed.outcome(denied)
    }

    /// Returns the number of plugins of stage deny, which are the first ones.
    fn deny_end(&self) -> usize {
        self.members
            .partition_point(|member| member.settings.stage == Stage::Deny)
    }

    /// Calls some plugins in order. Returns the decision of the one that denies.
    async fn call(
        &self,
        members: &[Arc<ChainMember>],
        passed: &mut PassedDenyStage,
        cache_use: CacheUse,
    ) -> Option<ChainDecision> {
        let PassedDenyStage { request, records } = passed;
        for member in members {
            // Before the call of the next plugin, so that it sees the request as an enforced plugin would.
            if member.settings.mode == Mode::Shadow {
                shadow::spawn_call(member, request, self.observer.as_ref(), cache_use);
                continue;
            }
            let answer = match member.begin_turn(request) {
                TurnStart::Call(call) => call.make(request, cache_use).await,
                TurnStart::Finished(answer) => answer,
            };
            let PluginTurn {
                record,
                deny_reason,
            } = judge(member, request, answer);
            let code = match record.verdict {
                Verdict::Denied => Some(DenyCode::PluginDenied),
                // `on_error: deny`, the default in stage deny, fails closed.
                Verdict::Failed(_) if member.settings.effective_on_error() == OnError::Deny => {
                    Some(DenyCode::PluginFailed)
                }
                _ => None,
            };
            records.push(record);
            if let Some(code) = code {
                return Some(ChainDecision::Deny {
                    plugin: Arc::clone(&member.name),
                    code,
                    reason: deny_reason,
                });
            }
        }
        None
    }
}
