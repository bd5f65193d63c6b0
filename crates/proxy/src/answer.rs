//! What a client is told, and why.

use std::sync::Arc;

/// The one answer that a connection gets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// What is sent.
    pub action: Action,
    /// Why, as a stable code for logs and metrics: `referred` or `denied` unless set.
    pub reason_code: &'static str,
    /// The route that led here, for logs.
    pub route: Option<Arc<str>>,
    /// What else there is to say in logs, such as which plugin failed.
    pub remarks: Option<Box<str>>,
    /// What was made of the client's identity token, as a stable code for logs.
    pub identity: Option<&'static str>,
    /// What was made of the referral data that the client brought, likewise.
    pub ticket: Option<&'static str>,
}

/// What is sent to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// `ClientReferral`: the client leaves and connects to that server.
    Referral {
        /// DNS name or address of the server, at most 256 bytes.
        host: String,
        /// Its port, not 0.
        port: u16,
        /// What the client hands over there, at most 4096 bytes.
        data: Option<Vec<u8>>,
    },
    /// `Disconnect` in the form that the client's build reads.
    Disconnect {
        /// The text that the player sees; `None` leaves it to the game.
        reason: Option<String>,
    },
}

impl Answer {
    /// Sends the client to another server.
    pub fn referral(host: impl Into<String>, port: u16, data: Option<Vec<u8>>) -> Self {
        let action = Action::Referral {
            host: host.into(),
            port,
            data,
        };
        Self::new(action, "referred")
    }

    /// Refuses the client, with a text for the player.
    pub fn disconnect(reason: Option<String>) -> Self {
        Self::new(Action::Disconnect { reason }, "denied")
    }

    fn new(action: Action, reason_code: &'static str) -> Self {
        Self {
            action,
            reason_code,
            route: None,
            remarks: None,
            identity: None,
            ticket: None,
        }
    }

    /// With a reason code of your own.
    #[must_use]
    pub fn because(mut self, reason_code: &'static str) -> Self {
        self.reason_code = reason_code;
        self
    }

    /// With something more to say in logs.
    #[must_use]
    pub fn remarking(mut self, remarks: Option<Box<str>>) -> Self {
        self.remarks = remarks;
        self
    }

    /// With what was made of what the client brought.
    #[must_use]
    pub fn judging(mut self, identity: Option<&'static str>, ticket: Option<&'static str>) -> Self {
        self.identity = identity;
        self.ticket = ticket;
        self
    }

    /// With the route that led here.
    #[must_use]
    pub fn by_route(mut self, route: Arc<str>) -> Self {
        self.route = Some(route);
        self
    }
}
