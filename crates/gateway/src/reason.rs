//! Reason codes of decisions.

use hyrouter_identity::TokenRefusal;
use hyrouter_messages::MessageKind;

/// Reason for a decision, as a stable code for logs, metrics and monitoring. docs/failures.md explains each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The player is referred to a backend.
    Referred,
    /// No route matches the host name, and no plugin named a backend.
    NoRoute,
    /// No backend of the pool is available, and no plugin named a backend.
    NoBackends,
    /// No backend of the pool is available, a source of its backends has none yet or outdated ones, and no plugin named a
    /// backend.
    DiscoveryUnavailable,
    /// No backend could be allocated, and neither the pool nor a plugin has another.
    AllocationFailed,
    /// The route is under maintenance.
    Maintenance,
    /// A plugin refused the player.
    PluginDenied,
    /// A required plugin failed.
    PluginFailed,
    /// The referral could not be sealed.
    ReferralFailed,
    /// The client's build is newer than all known builds, and such builds are refused.
    UnknownProtocol,
    /// The ticket shows that servers refer the player in a loop.
    TicketLoop,
    /// The `Connect` packet cannot be decoded.
    BadConnect,
    /// The decision took longer than its budget.
    BudgetExceeded,
    /// The identity token was refused.
    Identity(TokenRefusal),
}

impl Reason {
    /// All reasons except [`Identity`](Self::Identity).
    const PLAIN: [Self; 13] = [
        Self::Referred,
        Self::NoRoute,
        Self::NoBackends,
        Self::DiscoveryUnavailable,
        Self::AllocationFailed,
        Self::Maintenance,
        Self::PluginDenied,
        Self::PluginFailed,
        Self::ReferralFailed,
        Self::UnknownProtocol,
        Self::TicketLoop,
        Self::BadConnect,
        Self::BudgetExceeded,
    ];

    /// All reasons: those without an identity token in the order of declaration, then one for each token refusal.
    #[expect(
        clippy::indexing_slicing,
        reason = "in a constant, where a wrong index does not compile"
    )]
    pub const ALL: [Self; Self::PLAIN.len() + TokenRefusal::ALL.len()] = {
        let mut all = [Self::Referred; Self::PLAIN.len() + TokenRefusal::ALL.len()];
        let (plain, rest) = all.split_at_mut(Self::PLAIN.len());
        plain.copy_from_slice(&Self::PLAIN);
        let mut at = 0;
        while at < rest.len() {
            rest[at] = Self::Identity(TokenRefusal::ALL[at]);
            at += 1;
        }
        all
    };

    /// Returns the place in [`ALL`](Self::ALL).
    pub const fn index(self) -> usize {
        match self {
            Self::Referred => 0,
            Self::NoRoute => 1,
            Self::NoBackends => 2,
            Self::DiscoveryUnavailable => 3,
            Self::AllocationFailed => 4,
            Self::Maintenance => 5,
            Self::PluginDenied => 6,
            Self::PluginFailed => 7,
            Self::ReferralFailed => 8,
            Self::UnknownProtocol => 9,
            Self::TicketLoop => 10,
            Self::BadConnect => 11,
            Self::BudgetExceeded => 12,
            Self::Identity(refusal) => Self::PLAIN.len() + refusal as usize,
        }
    }

    /// Returns the stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Referred => "referred",
            Self::NoRoute => "no_route",
            Self::NoBackends => "no_backends",
            Self::DiscoveryUnavailable => "discovery_unavailable",
            Self::AllocationFailed => "allocation_failed",
            Self::Maintenance => "maintenance",
            Self::PluginDenied => "plugin_denied",
            Self::PluginFailed => "plugin_failed",
            Self::ReferralFailed => "referral_failed",
            Self::UnknownProtocol => "unknown_protocol",
            Self::TicketLoop => "ticket_loop",
            Self::BadConnect => "bad_connect",
            Self::BudgetExceeded => "budget_exceeded",
            Self::Identity(refusal) => refusal.as_str(),
        }
    }

    /// Returns the kind of text for players refused for this reason.
    pub(crate) const fn message(self) -> MessageKind {
        match self {
            Self::NoRoute => MessageKind::NoRoute,
            // Without a text of its own, maintenance uses the text of an empty pool.
            Self::NoBackends | Self::Maintenance => MessageKind::NoBackends,
            Self::DiscoveryUnavailable | Self::AllocationFailed => MessageKind::DiscoveryError,
            Self::Identity(_) => MessageKind::Identity,
            _ => MessageKind::RoutingError,
        }
    }
}

/// Result of the check of an identity token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdentityResult {
    /// The token is valid and proves UUID and name.
    Verified,
    /// The token was read but not verified.
    Claimed,
    /// The token was refused. The player is still admitted if identity is not required.
    Refused(TokenRefusal),
}

impl IdentityResult {
    /// All results.
    #[expect(
        clippy::indexing_slicing,
        reason = "in a constant, where a wrong index does not compile"
    )]
    pub const ALL: [Self; 2 + TokenRefusal::ALL.len()] = {
        let mut all = [Self::Verified; 2 + TokenRefusal::ALL.len()];
        all[1] = Self::Claimed;
        let mut at = 0;
        while at < TokenRefusal::ALL.len() {
            all[at + 2] = Self::Refused(TokenRefusal::ALL[at]);
            at += 1;
        }
        all
    };

    /// Returns the place in [`ALL`](Self::ALL).
    pub const fn index(self) -> usize {
        match self {
            Self::Verified => 0,
            Self::Claimed => 1,
            Self::Refused(refusal) => 2 + refusal as usize,
        }
    }

    /// Returns the stable code for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Claimed => "claimed",
            Self::Refused(refusal) => refusal.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hyrouter_proxy::FailureReason;

    use super::*;

    #[test]
    fn failures_have_the_codes_of_the_entrypoint() {
        for (reason, failure) in [
            (Reason::BadConnect, FailureReason::BadConnect),
            (Reason::BudgetExceeded, FailureReason::BudgetExceeded),
        ] {
            assert_eq!(reason.as_str(), failure.as_str());
        }
        assert_eq!(FailureReason::ALL.len(), 2);
    }

    #[test]
    fn each_reason_stands_in_the_list_once_and_has_a_code_of_its_own() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        let results = IdentityResult::ALL.iter().map(|result| result.as_str());
        assert_eq!(
            results.collect::<BTreeSet<_>>().len(),
            IdentityResult::ALL.len()
        );
    }
}
