//! One plugin's turn: its answer becomes a record and is applied to the request.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, PluginAnswer, PluginError};
use hyrouter_text::shown;

use crate::answer_cache::{CacheFault, CacheLookup};
use crate::answer_effect::apply_answer;
use crate::member::ChainMember;
use crate::notice::Notice;
use crate::outcome::{Record, Verdict};

/// A plugin's answer at its turn, or the error in its place.
pub(crate) struct TurnAnswer {
    pub(crate) result: Result<PluginAnswer, PluginError>,
    /// Time that the player waited for it, the queue included.
    pub(crate) elapsed: Duration,
    pub(crate) cache: Option<CacheLookup>,
    /// Reason why the answer is not cached although its plugin permits it.
    pub(crate) cache_fault: Option<CacheFault>,
}

/// Result of one plugin's turn.
pub(crate) struct PluginTurn {
    pub(crate) record: Record,
    /// Text of the plugin for the player that it denied.
    pub(crate) deny_reason: Option<String>,
}

impl PluginTurn {
    fn new(
        member: &ChainMember,
        elapsed: Duration,
        cache: Option<CacheLookup>,
        verdict: Verdict,
    ) -> Self {
        Self {
            record: Record {
                plugin: Arc::clone(&member.name),
                stage: member.settings.stage,
                elapsed,
                cache,
                verdict,
                notices: Vec::new(),
            },
            deny_reason: None,
        }
    }
}

/// Judges a plugin's answer and applies it to the request.
pub(crate) fn judge(
    member: &ChainMember,
    request: &mut ConnectRequest,
    answer: TurnAnswer,
) -> PluginTurn {
    let TurnAnswer {
        result,
        elapsed,
        cache,
        cache_fault,
    } = answer;
    let answer = match result {
        Ok(answer) => answer,
        Err(error) => {
            log_failure(&member.name, &error);
            return PluginTurn::new(member, elapsed, cache, Verdict::Failed(error));
        }
    };
    let mut effect = apply_answer(request, answer, member.settings.override_policy);
    effect.notices.extend(cache_fault.map(Notice::Uncacheable));
    log_notices(member, &effect.notices);
    let mut turn = PluginTurn::new(member, elapsed, cache, effect.verdict);
    turn.record.notices = effect.notices;
    turn.deny_reason = effect.deny_reason;
    turn
}

fn log_failure(plugin: &str, error: &PluginError) {
    let code = error.code().as_str();
    // Many players cause these, one line each; the breaker has logged its opening.
    if error.is_skip() {
        tracing::debug!(plugin, code, %error, "plugin not called");
    } else {
        // `PluginError` has escaped and cut its text.
        tracing::warn!(plugin, code, %error, "plugin failed");
    }
}

fn log_notices(member: &ChainMember, notices: &[Notice]) {
    for notice in notices {
        // Most likely every answer has it, so it is logged once.
        if notice.is_about_form() && member.was_logged(notice) {
            continue;
        }
        let plugin = &*member.name;
        let code = notice.code().as_str();
        if notice.is_taken() {
            tracing::warn!(plugin, code, notice = %shown(notice), "plugin response deviates from the contract");
        } else {
            tracing::warn!(plugin, code, notice = %shown(notice), "part of a plugin response ignored");
        }
    }
}
