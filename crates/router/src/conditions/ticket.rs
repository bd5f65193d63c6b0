use std::fmt;

use super::joined;
use crate::{HostPattern, RouteTicket};

/// Which tickets a route takes. The default takes every ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TicketMatch {
    /// The route that the ticket wishes matches one of these; any route, and none, when empty.
    pub routes: Vec<HostPattern>,
    /// The source of the ticket matches one of these; any source when empty.
    pub sources: Vec<HostPattern>,
    /// It was signed with one of these keys; with any when empty.
    pub key_ids: Vec<u8>,
}

impl TicketMatch {
    pub(super) fn failure(&self, ticket: &RouteTicket<'_>) -> Option<&'static str> {
        let fits = |patterns: &[HostPattern], text| {
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(text))
        };
        if !fits(&self.routes, ticket.route) {
            Some("the ticket wishes another route")
        } else if !fits(&self.sources, ticket.source) {
            Some("the ticket comes from another source")
        } else if !self.key_ids.is_empty() && !self.key_ids.contains(&ticket.key_id) {
            Some("the ticket is signed with another key")
        } else {
            None
        }
    }
}

impl fmt::Display for TicketMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a ticket")?;
        for (what, patterns) in [("route", &self.routes), ("source", &self.sources)] {
            if !patterns.is_empty() {
                write!(f, " of {what} {}", joined(patterns))?;
            }
        }
        if !self.key_ids.is_empty() {
            write!(f, " of key {}", joined(&self.key_ids))?;
        }
        Ok(())
    }
}
