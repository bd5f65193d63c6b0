//! Conditions of a route beside the host.

mod client;
mod share;
mod ticket;

use std::fmt;

pub use self::client::ClientMatch;
pub use self::share::Share;
pub use self::ticket::TicketMatch;
use crate::RouteRequest;

/// Conditions of a route beside the host. All of them must hold. The default has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// The player must present a matching ticket.
    pub ticket: Option<TicketMatch>,
    /// `true` if the player must be verified, `false` if the player must not be verified.
    pub verified: Option<bool>,
    /// The client must match.
    pub client: ClientMatch,
    /// The player must belong to this share.
    pub share: Option<Share>,
}

impl Conditions {
    /// Returns whether there are no conditions.
    pub fn is_empty(&self) -> bool {
        self.ticket.is_none()
            && self.verified.is_none()
            && self.client.is_empty()
            && self.share.is_none()
    }

    /// Returns whether every player who meets the other conditions meets these. Shares are not compared.
    pub fn takes_all_of(&self, others: &Self) -> bool {
        let is_as_wide = self.ticket.is_none() || self.ticket == others.ticket;
        let is_of_all = self.verified.is_none() || self.verified == others.verified;
        let is_whole = self.share.is_none();
        is_as_wide && is_of_all && is_whole && self.client.takes_all_of(&others.client)
    }

    pub(crate) fn hold(&self, request: &RouteRequest<'_>) -> bool {
        self.failure(request).is_none()
    }

    /// Returns the first condition that does not hold.
    pub(crate) fn failure(&self, request: &RouteRequest<'_>) -> Option<&'static str> {
        if let Some(wanted) = &self.ticket {
            let Some(ticket) = &request.ticket else {
                return Some("it takes players with a ticket only");
            };
            if let Some(why) = wanted.failure(ticket) {
                return Some(why);
            }
        }
        match (self.verified, request.verified) {
            (Some(true), false) => return Some("the player is not verified"),
            (Some(false), true) => return Some("the player is verified"),
            _ => {}
        }
        if let Some(why) = self.client.failure(&request.client) {
            return Some(why);
        }
        let share = self.share.as_ref()?;
        (!share.has(request)).then_some("the player is not in its share")
    }
}

/// Writes the conditions as shown beside the patterns of a route; nothing when there are none.
impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        words.extend(self.ticket.as_ref().map(ToString::to_string));
        words.extend(self.verified.map(|verified| format!("verified {verified}")));
        if !self.client.is_empty() {
            words.push(self.client.to_string());
        }
        if let Some(share) = &self.share {
            words.push(format!(
                "{} % of the players",
                f64::from(share.parts) / 100.0
            ));
        }
        if words.is_empty() {
            return Ok(());
        }
        write!(f, "with {}", words.join(", "))
    }
}

fn joined<T: fmt::Display>(values: &[T]) -> String {
    let texts: Vec<_> = values.iter().map(ToString::to_string).collect();
    texts.join(" or ")
}
