//! One plugin's turn: its answer becomes a record, and what it changes is changed.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, ConnectResponse, PluginError};
use hyrouter_text::shown;

use crate::apply::{Notice, apply};
use crate::member::Member;
use crate::outcome::{Record, Verdict};

/// What came of one plugin's turn.
pub(crate) struct Step {
    pub(crate) record: Record,
    /// The plugin's words for the player that it denied.
    pub(crate) deny_reason: Option<String>,
}

impl Step {
    fn new(member: &Member, elapsed: Duration, verdict: Verdict) -> Self {
        Self {
            record: Record {
                plugin: Arc::clone(&member.name),
                stage: member.settings.stage,
                elapsed,
                verdict,
                notices: Vec::new(),
            },
            deny_reason: None,
        }
    }
}

/// Judges a plugin's answer and applies it to the request.
pub(crate) fn judge(
    member: &Member,
    request: &mut ConnectRequest,
    answer: Result<ConnectResponse, PluginError>,
    elapsed: Duration,
) -> Step {
    let response = match answer {
        Ok(response) => response,
        Err(error) => return judge_failure(member, error, elapsed),
    };
    if response.deny {
        let mut step = Step::new(member, elapsed, Verdict::Denied);
        step.deny_reason = response.deny_reason.filter(|reason| !reason.is_empty());
        return step;
    }
    let (changes, notices) = apply(request, response, member.settings.override_policy);
    log_notices(&member.name, &notices);
    let mut step = Step::new(member, elapsed, Verdict::of(changes));
    step.record.notices = notices;
    step
}

/// Judges that there was no answer.
pub(crate) fn judge_failure(member: &Member, error: PluginError, elapsed: Duration) -> Step {
    log_failure(&member.name, &error);
    Step::new(member, elapsed, Verdict::Failed(error))
}

fn log_failure(plugin: &str, error: &PluginError) {
    let code = error.reason_code();
    match error {
        // Players in numbers are the cause of these; the breaker has had its line.
        PluginError::Overloaded { .. } | PluginError::BreakerOpen => {
            tracing::debug!(plugin, code, %error, "plugin not asked");
        }
        // Who a player is stays below this level.
        _ if error.quotes_plugin() => {
            tracing::warn!(plugin, code, "plugin failed");
            tracing::debug!(plugin, code, %error, "plugin failed");
        }
        _ => tracing::warn!(plugin, code, %error, "plugin failed"),
    }
}

fn log_notices(plugin: &str, notices: &[Notice]) {
    for notice in notices {
        tracing::warn!(plugin, code = notice.reason_code(), notice = %shown(notice), "part of an answer ignored");
    }
}
