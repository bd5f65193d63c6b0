//! The effect of an answer on a request.

use hyrouter_plugin_api::{ConnectRequest, PluginAnswer};

use crate::answer_cache::CacheOffer;
use crate::notice::Notice;
use crate::outcome::Verdict;
use crate::response_applier::apply_response;
use crate::settings::OverridePolicy;

/// Effect of an answer on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerEffect {
    /// The decision of the plugin.
    pub verdict: Verdict,
    /// Parts of the answer that are ignored, or not written as documented.
    pub notices: Vec<Notice>,
    /// Text for a denied player. `None` unless the plugin denies with a text.
    pub deny_reason: Option<String>,
    /// Permission of the plugin to cache the answer, if it has a valid one.
    pub cache: Option<CacheOffer>,
}

/// Applies an answer to its request, as a chain does. Afterwards the request is the one for the next plugin.
pub fn apply_answer(
    request: &mut ConnectRequest,
    answer: PluginAnswer,
    policy: OverridePolicy,
) -> AnswerEffect {
    let PluginAnswer {
        mut response,
        misnamed,
    } = answer;
    let mut notices: Vec<_> = misnamed.into_iter().map(Notice::Misnamed).collect();
    let cache = CacheOffer::of(&response, request).unwrap_or_else(|fault| {
        notices.push(Notice::Uncacheable(fault));
        None
    });
    let text = response.deny_reason.take();
    let deny_reason = text.filter(|text| !text.is_empty());
    if response.deny {
        return AnswerEffect {
            verdict: Verdict::Denied,
            notices,
            deny_reason,
            cache,
        };
    }
    if deny_reason.is_some() {
        notices.push(Notice::ReasonWithoutDeny);
    }
    let (changes, more) = apply_response(request, response, policy);
    notices.extend(more);
    AnswerEffect {
        verdict: Verdict::of(changes),
        notices,
        deny_reason: None,
        cache,
    }
}
