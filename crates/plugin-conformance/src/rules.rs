//! Validity of an answer.

use std::fmt;
use std::sync::Arc;

use hyrouter_plugin_api::{ConnectRequest, PluginAnswer};
use hyrouter_plugins::{CacheOffer, Changes, Notice, OverridePolicy, Verdict, apply_answer};
use hyrouter_referral::v1::Sealer;

use crate::difference::Difference;

/// Maximum length in bytes of a text for a denied player. The router cuts longer ones.
const MAX_REASON: usize = 4096;

/// Start of the names of the unknown fields that the suite sends.
pub(crate) const UNKNOWN: &str = "later_";

/// Returns the maximum number of bytes of referral data that a request with its changes leaves room for.
pub(crate) type Room = Arc<dyn Fn(&ConnectRequest) -> usize + Send + Sync>;

/// Rules that hold for every answer.
#[derive(Clone)]
pub(crate) struct AnswerRules {
    pub(crate) override_policy: OverridePolicy,
    pub(crate) room: Room,
}

impl Default for AnswerRules {
    fn default() -> Self {
        Self {
            override_policy: OverridePolicy::default(),
            // An unsigned envelope, the router's default, has the most room.
            room: Arc::new(|_| Sealer::unsigned(0).max_content()),
        }
    }
}

impl fmt::Debug for AnswerRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerRules")
            .field("override_policy", &self.override_policy)
            .finish_non_exhaustive()
    }
}

/// An answer, applied to its request by the router's code.
#[derive(Debug)]
pub(crate) struct AppliedAnswer {
    pub(crate) verdict: Verdict,
    /// The request for the next plugin.
    pub(crate) after: ConnectRequest,
    /// Permission to cache the answer.
    pub(crate) cache: Option<CacheOffer>,
    /// Parts that the router ignores, or that deviate from the contract.
    pub(crate) faults: Vec<Difference>,
}

impl AnswerRules {
    /// Applies an answer, and finds its faults.
    pub(crate) fn apply(&self, request: &ConnectRequest, answer: &PluginAnswer) -> AppliedAnswer {
        let mut after = request.clone();
        let effect = apply_answer(&mut after, answer.clone(), self.override_policy);
        let mut faults: Vec<_> = effect
            .notices
            .iter()
            .filter(|notice| !is_copied(notice))
            .map(|notice| {
                let got = format!("{notice} ({})", notice.code().as_str());
                Difference::new("answer", "no part that the router ignores", got)
            })
            .collect();
        if let Some(reason) = &effect.deny_reason
            && reason.len() > MAX_REASON
        {
            let got = format_args!("{} bytes, of which the rest is cut", reason.len()).to_string();
            faults.push(Difference::new("deny_reason", "at most 4096 bytes", got));
        }
        let room = (self.room)(&after);
        let data = answer.response.referral_data.as_deref();
        if effect.verdict != Verdict::Denied
            && let Some(data) = data.filter(|data| data.len() > room)
        {
            let expected = format!("at most {room} bytes");
            let got = format!("{} bytes (referral_truncated)", data.len());
            faults.push(Difference::new("referral_data", expected, got));
        }
        AppliedAnswer {
            verdict: effect.verdict,
            cache: effect.cache,
            after,
            faults,
        }
    }
}

/// Returns whether an answer has an unknown field because it returns a backend of the request as it is.
fn is_copied(notice: &Notice) -> bool {
    match notice {
        Notice::Misnamed(field) => field.field().contains(UNKNOWN),
        _ => false,
    }
}

/// Describes changes.
pub(crate) fn changed(changes: Changes) -> String {
    let parts = [
        (changes.candidates, "candidates"),
        (changes.backend, "backend"),
        (changes.referral_data, "referral data"),
    ];
    let parts = parts.iter().filter(|(is_changed, _)| *is_changed);
    let names: Vec<_> = parts.map(|(_, name)| *name).collect();
    format!("changed: {}", names.join(", "))
}

/// Describes the effect of an answer.
pub(crate) fn effect_text(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Changed(changes) => changed(*changes),
        other => other.as_str().to_owned(),
    }
}
