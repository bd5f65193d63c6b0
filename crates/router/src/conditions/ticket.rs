use std::fmt;

use super::joined;
use crate::{HostPattern, RouteTicket};

/// The tickets that a route takes. The default takes every ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TicketMatch {
    /// Patterns for the requested route of the ticket. One must match. Empty: any route, including none.
    pub routes: Vec<HostPattern>,
    /// Patterns for the source of the ticket. One must match. Empty: any source.
    pub sources: Vec<HostPattern>,
    /// Ids of keys. One of the keys must have signed the ticket. Empty: any key.
    pub key_ids: Vec<u8>,
}

impl TicketMatch {
    pub(super) fn failure(&self, ticket: &RouteTicket<'_>) -> Option<&'static str> {
        let fits = |patterns: &[HostPattern], text| {
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(text))
        };
        if !fits(&self.routes, ticket.route) {
            Some("the ticket requests another route")
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
