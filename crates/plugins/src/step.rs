//! One plugin's turn: its answer becomes a record, and what it changes is changed.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::{Answer, ConnectRequest, PluginError};
use hyrouter_text::shown;

use crate::apply::{Notice, apply};
use crate::member::Member;
use crate::outcome::{Record, Verdict};
use crate::settings::OverridePolicy;

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
    answer: Result<Answer, PluginError>,
    elapsed: Duration,
) -> Step {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return judge_failure(member, error, elapsed),
    };
    let effect = weigh(request, answer, member.settings.override_policy);
    log_notices(member, &effect.notices);
    let mut step = Step::new(member, elapsed, effect.verdict);
    step.record.notices = effect.notices;
    step.deny_reason = effect.deny_reason;
    step
}

/// What an answer comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effect {
    /// What the plugin said.
    pub verdict: Verdict,
    /// What of the answer does not count, or is not written as it should be.
    pub notices: Vec<Notice>,
    /// What a denied player reads. `None` unless it denies with a text.
    pub deny_reason: Option<String>,
}

/// Applies an answer to the request that it was given to, as a chain does. Afterwards the request is what the next
/// plugin would be asked with.
pub fn weigh(request: &mut ConnectRequest, answer: Answer, policy: OverridePolicy) -> Effect {
    let Answer {
        mut response,
        misnamed,
    } = answer;
    let mut notices: Vec<_> = misnamed.into_iter().map(Notice::Misnamed).collect();
    let words = response.deny_reason.take();
    let deny_reason = words.filter(|words| !words.is_empty());
    if response.deny {
        return Effect {
            verdict: Verdict::Denied,
            notices,
            deny_reason,
        };
    }
    if deny_reason.is_some() {
        notices.push(Notice::ReasonWithoutDeny);
    }
    let (changes, more) = apply(request, response, policy);
    notices.extend(more);
    Effect {
        verdict: Verdict::of(changes),
        notices,
        deny_reason: None,
    }
}

/// Judges that there was no answer.
pub(crate) fn judge_failure(member: &Member, error: PluginError, elapsed: Duration) -> Step {
    log_failure(&member.name, &error);
    Step::new(member, elapsed, Verdict::Failed(error))
}

fn log_failure(plugin: &str, error: &PluginError) {
    let code = error.reason_code();
    // Players in numbers are the cause of these; the breaker has had its line.
    if error.is_skip() {
        tracing::debug!(plugin, code, %error, "plugin not asked");
    } else {
        // Its text is escaped and cut.
        tracing::warn!(plugin, code, %error, "plugin failed");
    }
}

fn log_notices(member: &Member, notices: &[Notice]) {
    for notice in notices {
        // What every answer of the plugin has is said once.
        if notice.is_about_form() && member.was_told(notice) {
            continue;
        }
        let plugin = &*member.name;
        let code = notice.reason_code();
        if notice.is_taken() {
            tracing::warn!(plugin, code, notice = %shown(notice), "answer of a plugin not as documented");
        } else {
            tracing::warn!(plugin, code, notice = %shown(notice), "part of an answer ignored");
        }
    }
}
