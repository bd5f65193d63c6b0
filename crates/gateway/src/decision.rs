//! The result of a decision.

use std::fmt::Write as _;
use std::sync::Arc;

use hyrouter_plugins::{Record, Verdict};
use hyrouter_proxy::Answer;
use hyrouter_router::RouteRef;

use crate::allocation::AllocationNote;
use crate::reason::{IdentityResult, Reason};
use crate::ticket::TicketResult;

/// The answer for one player, with its explanation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Decision {
    /// The packet that is sent.
    pub answer: Answer,
    /// The explanation for logs and metrics.
    pub note: DecisionNote,
}

/// Explanation of a decision, for logs, metrics, traces and decision sinks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DecisionNote {
    /// The reason.
    pub reason: Reason,
    /// The route that was taken, if any.
    pub route: Option<Arc<str>>,
    /// The configured host of the backend, if it is a template that the client's host name was put into.
    pub configured_host: Option<Box<str>>,
    /// The result of the identity check, if the player sent a token or one is required.
    pub identity: Option<IdentityResult>,
    /// The result of the ticket check, if the player sent referral data.
    pub ticket: Option<TicketResult>,
    /// The allocation of a backend for the player, if one was tried.
    pub allocation: Option<AllocationNote>,
    /// The plugin calls, in order. Empty if none was called.
    pub plugins: Vec<Record>,
}

impl Decision {
    pub(crate) fn new(answer: Answer, reason: Reason) -> Self {
        Self {
            answer: answer.with_reason(reason.as_str()),
            note: DecisionNote {
                reason,
                route: None,
                configured_host: None,
                identity: None,
                ticket: None,
                allocation: None,
                plugins: Vec::new(),
            },
        }
    }

    pub(crate) fn with_route(mut self, route: Option<RouteRef<'_>>) -> Self {
        self.note.route = route.map(|route| Arc::clone(route.name));
        self
    }

    pub(crate) fn with_checks(
        mut self,
        identity: Option<IdentityResult>,
        ticket: Option<TicketResult>,
    ) -> Self {
        self.note.identity = identity;
        self.note.ticket = ticket;
        self
    }
}

impl DecisionNote {
    /// Returns the plugins that denied, failed, or sent fields that were ignored, with stable codes:
    /// `bans:plugin_denied lobby:plugin_failed:timeout`. A denial from the cache of a plugin's answers is
    /// `bans:plugin_denied:cached`. `None` if there are none.
    pub fn plugin_remarks(&self) -> Option<String> {
        let mut text = String::new();
        for record in &self.plugins {
            remark(record, &mut text);
        }
        (!text.is_empty()).then_some(text)
    }
}

fn remark(record: &Record, text: &mut String) {
    let mut add = |code: &str, detail: Option<&str>| {
        let space = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{space}{}:{code}", record.plugin);
        if let Some(detail) = detail {
            let _ = write!(text, ":{detail}");
        }
    };
    match &record.verdict {
        Verdict::Denied => add("plugin_denied", record.is_cached().then_some("cached")),
        Verdict::Failed(error) => add("plugin_failed", Some(error.code().as_str())),
        Verdict::Unchanged | Verdict::Changed(_) => {}
    }
    let notices = record.notices.iter();
    // A notice that every response of a plugin gets is not about this player; it would only flood the log.
    for notice in notices.filter(|notice| !notice.is_about_form()) {
        add(notice.code().as_str(), None);
    }
}
