//! Effect of an answer on the player.

use hyrouter_plugin_api::{Backend, CacheField, ConnectRequest, PluginAnswer};
use hyrouter_plugins::{CacheOffer, Verdict, apply_answer};
use hyrouter_text::shown;
use serde_json::{Value, json};

use super::target::Target;
use crate::envelope;
use hyrouter_gateway::PluginNote;

/// An answer, applied to the request as a chain does.
pub(crate) struct Applied {
    verdict: Verdict,
    deny_reason: Option<String>,
    /// Backend of the player, unless denied.
    backend: Option<Backend>,
    /// Referral data of the player, unless denied.
    data: Option<Vec<u8>>,
    /// Permission of the plugin to cache the answer.
    cache: Option<CacheOffer>,
    notes: Vec<PluginNote>,
}

impl Applied {
    pub(crate) fn new(target: &Target, request: &ConnectRequest, answer: PluginAnswer) -> Self {
        let mut after = request.clone();
        let effect = apply_answer(&mut after, answer, target.override_policy);
        let mut notes = PluginNote::all(&effect.notices);
        if effect.verdict != Verdict::Denied {
            let data = after.referral_data.as_deref().unwrap_or_default();
            notes.extend(PluginNote::of_length(data, target.room.bytes(&after)));
        }
        Self {
            verdict: effect.verdict,
            deny_reason: effect.deny_reason,
            backend: after.backend,
            data: after.referral_data,
            cache: effect.cache,
            notes,
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let verdict = self.verdict.as_str();
        let mut lines = vec![match (&self.verdict, &self.deny_reason, &self.backend) {
            (Verdict::Denied, Some(text), _) => {
                format!("effect: {verdict}, the player reads {text:?}")
            }
            (Verdict::Denied, None, _) => format!("effect: {verdict}, without a text"),
            (_, _, Some(backend)) => {
                format!("effect: {verdict}, the player goes to {}", shown(backend))
            }
            (_, _, None) => {
                format!("effect: {verdict}, no backend is left and the player is refused")
            }
        }];
        if let (Some(data), false) = (&self.data, self.verdict == Verdict::Denied) {
            lines.push(format!(
                "referral data, {} bytes: {}",
                data.len(),
                envelope::content_text(data)
            ));
        }
        lines.extend(self.cache.map(|cache| format!("cacheable {cache}")));
        lines.extend(self.notes.iter().map(PluginNote::to_line));
        lines
    }

    /// Fields: `effect`, `cache`, `notes`.
    pub(crate) fn json(&self) -> Value {
        let is_denied = self.verdict == Verdict::Denied;
        let data = self.data.as_deref().filter(|_| !is_denied);
        let backend = self.backend.as_ref().filter(|_| !is_denied);
        json!({
            "effect": {
                "verdict": self.verdict.as_str(),
                "deny_reason": self.deny_reason,
                "to": backend.map(ToString::to_string),
                "referral_data": data.map(envelope::content_text),
            },
            "cache": self.cache.map(|cache| json!({
                "ttl": cache.ttl().as_secs(),
                "key": cache.fields().iter().map(CacheField::as_str).collect::<Vec<_>>(),
            })),
            "notes": self.notes,
        })
    }
}
