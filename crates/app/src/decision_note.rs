//! An answer with what logs, metrics and traces show of it.

use std::sync::Arc;

use hyrouter_plugins::Record;
use hyrouter_proxy::{Answer, FinishedConnection};

/// A connection whose exchange is over.
pub(crate) type Finished<'a> = FinishedConnection<'a, DecisionNote>;

/// How an answer came about.
#[derive(Debug, Default)]
pub(crate) struct DecisionNote {
    pub(crate) route: Option<Arc<str>>,
    /// The host of the backend as it is configured, where the one that is sent was made from it: a template with the
    /// client's host name in it.
    pub(crate) configured_host: Option<Box<str>>,
    /// What plugins did that an operator wants to know of, as codes.
    pub(crate) remarks: Option<Box<str>>,
    /// The result of the check of the player's identity token.
    pub(crate) identity: Option<&'static str>,
    /// The result of the check of the referral data that the player has.
    pub(crate) ticket: Option<&'static str>,
    /// The calls of plugins, where traces show them.
    pub(crate) records: Vec<Record>,
}

/// An answer and its note.
#[derive(Debug)]
pub(crate) struct NotedAnswer {
    pub(crate) answer: Answer,
    pub(crate) note: DecisionNote,
}

impl From<Answer> for NotedAnswer {
    fn from(answer: Answer) -> Self {
        let note = DecisionNote::default();
        Self { answer, note }
    }
}

impl NotedAnswer {
    pub(crate) fn with_reason(mut self, reason_code: &'static str) -> Self {
        self.answer = self.answer.with_reason(reason_code);
        self
    }

    pub(crate) fn with_route(mut self, route: Option<&Arc<str>>) -> Self {
        self.note.route = route.cloned();
        self
    }

    pub(crate) fn with_configured_host(mut self, host: Option<Box<str>>) -> Self {
        self.note.configured_host = host;
        self
    }

    /// Adds the results of the checks of an identity token and of referral data.
    pub(crate) fn with_checks(
        mut self,
        identity: Option<&'static str>,
        ticket: Option<&'static str>,
    ) -> Self {
        self.note.identity = identity;
        self.note.ticket = ticket;
        self
    }
}
