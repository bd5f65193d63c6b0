//! What a client is told, and why.

use std::any::Any;
use std::fmt;
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
    /// The host of the backend as it is configured, where the one that is sent was made from it: a template with the
    /// client's host name in it.
    pub configured_host: Option<Box<str>>,
    /// What else there is to say in logs, such as which plugin failed.
    pub remarks: Option<Box<str>>,
    /// What was made of the client's identity token, as a stable code for logs.
    pub identity: Option<&'static str>,
    /// What was made of the referral data that the client brought, likewise.
    pub ticket: Option<&'static str>,
    /// What the handler wants to see again when it is shown the decision.
    pub attached: Option<Attached>,
}

/// Something of the handler's own, which the server only carries.
#[derive(Clone)]
pub struct Attached(Arc<dyn Any + Send + Sync>);

impl Attached {
    /// Carries this.
    pub fn new(value: impl Any + Send + Sync) -> Self {
        Self(Arc::new(value))
    }

    /// What is carried, if it is of that type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for Attached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attached").finish_non_exhaustive()
    }
}

/// Equal is only the very same.
impl PartialEq for Attached {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Attached {}

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
            configured_host: None,
            remarks: None,
            identity: None,
            ticket: None,
            attached: None,
        }
    }

    /// With a reason code of your own.
    #[must_use]
    pub fn because(mut self, reason_code: &'static str) -> Self {
        self.reason_code = reason_code;
        self
    }

    /// With the host of the backend as it is configured, if that is another than the one that is sent.
    #[must_use]
    pub fn configured_as(mut self, host: Option<Box<str>>) -> Self {
        self.configured_host = host;
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

    /// With something that the handler wants to see again.
    #[must_use]
    pub fn attaching(mut self, attached: Option<Attached>) -> Self {
        self.attached = attached;
        self
    }

    /// With the route that led here.
    #[must_use]
    pub fn by_route(mut self, route: Arc<str>) -> Self {
        self.route = Some(route);
        self
    }
}
