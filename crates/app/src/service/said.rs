//! Answers of plugins in an explanation.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyrouter_plugins::{Decision, Outcome, Record, Verdict};

use super::Service;
use crate::door::Visit;
use crate::plugins::{Note, Payload};

/// What one plugin said.
#[derive(Debug)]
pub(crate) struct PluginSaid {
    pub(crate) name: Arc<str>,
    pub(crate) verdict: &'static str,
    /// What it changed, or why it failed.
    pub(crate) detail: Option<String>,
    pub(crate) notes: Vec<Note>,
    pub(crate) took: Duration,
}

impl Service {
    /// The answer of each plugin. A note about too much data stands at the last plugin that attached some.
    pub(super) fn said(
        &self,
        visit: &Visit<'_>,
        route: Option<&Arc<str>>,
        outcome: &Outcome,
        now: SystemTime,
    ) -> Vec<PluginSaid> {
        let mut plugins: Vec<_> = outcome.records.iter().map(said).collect();
        let Decision::Allow {
            backend: Some(backend),
            referral_data: Some(data),
            ..
        } = &outcome.decision
        else {
            return plugins;
        };
        let giver = Payload::new(data, &outcome.records).plugin;
        if let Some(said) = plugins.iter_mut().rfind(|said| *said.name == *giver) {
            let bound = visit.bound(&backend.host, backend.port, route.map_or("", |route| route));
            let room = self.referrals.room(bound, now);
            said.notes.extend(Note::of_length(data, room));
        }
        plugins
    }
}

fn said(record: &Record) -> PluginSaid {
    let detail = match &record.verdict {
        Verdict::Failed(error) => Some(error.to_string()),
        Verdict::Changed(changes) => Some(match (changes.backend, changes.referral_data) {
            (true, true) => "backend, referral data".to_owned(),
            (true, false) => "backend".to_owned(),
            _ => "referral data".to_owned(),
        }),
        Verdict::Unchanged | Verdict::Denied => None,
    };
    PluginSaid {
        name: Arc::clone(&record.plugin),
        verdict: record.verdict.as_str(),
        detail,
        notes: Note::all(&record.notices),
        took: record.elapsed,
    }
}
