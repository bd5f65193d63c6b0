//! What a route asks for beside the host.

use std::fmt;

use crate::{HostPattern, Request, Ticket};

/// What a route asks for beside the host. The default asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// The player has to bring a ticket like this.
    pub ticket: Option<TicketMatch>,
}

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

impl Conditions {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.ticket.is_none()
    }

    pub(crate) fn hold(&self, request: &Request<'_>) -> bool {
        self.failure(request).is_none()
    }

    /// What does not hold.
    pub(crate) fn failure(&self, request: &Request<'_>) -> Option<&'static str> {
        let wanted = self.ticket.as_ref()?;
        match &request.ticket {
            None => Some("it takes players with a ticket only"),
            Some(ticket) => wanted.failure(ticket),
        }
    }
}

impl TicketMatch {
    fn failure(&self, ticket: &Ticket<'_>) -> Option<&'static str> {
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

/// As it is shown beside the patterns of a route; nothing where nothing is asked for.
impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(ticket) = &self.ticket else {
            return Ok(());
        };
        f.write_str("with a ticket")?;
        for (what, patterns) in [("route", &ticket.routes), ("source", &ticket.sources)] {
            let texts: Vec<_> = patterns.iter().map(HostPattern::as_str).collect();
            if !texts.is_empty() {
                write!(f, ", {what} {}", texts.join(" or "))?;
            }
        }
        let ids: Vec<_> = ticket.key_ids.iter().map(u8::to_string).collect();
        if !ids.is_empty() {
            write!(f, ", key {}", ids.join(" or "))?;
        }
        Ok(())
    }
}
