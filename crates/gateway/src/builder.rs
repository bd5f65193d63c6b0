//! Builder of a gateway.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_identity::{Bindings, TokenVerifier};
use hyrouter_messages::{MaintenanceTexts, Messages};
use hyrouter_plugins::Chain;
use hyrouter_referral::VerifyingKeys;
use hyrouter_router::{Router, Turns};

use crate::admission::Admission;
use crate::allocation::{Allocations, RouteAllocation};
use crate::gateway::{Gateway, GatewayParts};
use crate::referral::ReferralSealer;
use crate::ticket::TicketOpener;

/// Parts of a [`Gateway`].
#[derive(Debug)]
pub struct GatewayBuilder {
    router: Router,
    turns: Turns,
    parts: GatewayParts,
}

impl GatewayBuilder {
    pub(crate) fn new(router: Router) -> Self {
        let parts = GatewayParts {
            chain: Arc::default(),
            admission: Admission::default(),
            sealer: ReferralSealer::default(),
            messages: Messages::default(),
            maintenance: BTreeMap::new(),
            refuses_unknown_builds: false,
            shares_addresses: false,
            allocations: Allocations::default(),
        };
        Self {
            turns: Turns::new(&router),
            router,
            parts,
        }
    }

    /// Calls these plugins for each player whose route is open.
    #[must_use]
    pub fn plugins(mut self, chain: Arc<Chain>) -> Self {
        self.parts.chain = chain;
        self
    }

    /// Includes the address of players in plugin requests. Off by default.
    #[must_use]
    pub fn share_addresses(mut self, share: bool) -> Self {
        self.parts.shares_addresses = share;
        self
    }

    /// Verifies identity tokens. Without a verifier their claims are read and count as unproven.
    #[must_use]
    pub fn verifier(mut self, verifier: Arc<TokenVerifier>) -> Self {
        self.parts.admission.identity.verifier = Some(verifier);
        self
    }

    /// Refuses players without a token that the verifier accepts. Off by default. Without a verifier it has no effect.
    #[must_use]
    pub fn require_identity(mut self, required: bool) -> Self {
        self.parts.admission.identity.required = required;
        self
    }

    /// Binds each token to the client certificate that shows it first. Tokens are not bound by default.
    #[must_use]
    pub fn bind_certificates(mut self, bindings: Arc<Bindings>) -> Self {
        self.parts.admission.identity.bindings = Some(bindings);
        self
    }

    /// Accepts tickets that are signed with one of `keys` and have fewer than `max_hops` hops. By default no tickets
    /// are accepted.
    #[must_use]
    pub fn tickets(mut self, keys: VerifyingKeys, max_hops: u8) -> Self {
        self.parts.admission.tickets = TicketOpener::new(keys, max_hops);
        self
    }

    /// Sets how referral data is sealed. By default there is no envelope.
    #[must_use]
    pub fn sealer(mut self, sealer: ReferralSealer) -> Self {
        self.parts.sealer = sealer;
        self
    }

    /// Sets the texts for refused players. By default the built-in texts.
    #[must_use]
    pub fn messages(mut self, messages: Messages) -> Self {
        self.parts.messages = messages;
        self
    }

    /// Sets the texts for routes under maintenance, by name of the route. By default the text of an empty pool.
    #[must_use]
    pub fn maintenance_texts(mut self, texts: BTreeMap<String, MaintenanceTexts>) -> Self {
        self.parts.maintenance = texts;
        self
    }

    /// Refuses clients whose build is newer than all known builds. By default they are decoded with the newest layout.
    #[must_use]
    pub fn refuse_unknown_builds(mut self, refuse: bool) -> Self {
        self.parts.refuses_unknown_builds = refuse;
        self
    }

    /// Allocates backends for the players of these routes, by place of the route, none for the default pool. `time` is
    /// the maximum time for a player, plugins of stage deny included. It must end before the decision does, so that the
    /// other candidates of the pool can still be used.
    #[must_use]
    pub fn allocations(
        mut self,
        routes: BTreeMap<Option<usize>, RouteAllocation>,
        time: Duration,
    ) -> Self {
        self.parts.allocations = Allocations { routes, time };
        self
    }

    /// Continues the round-robin turns of the gateway that this one replaces.
    #[must_use]
    pub fn succeed(mut self, previous: &Gateway) -> Self {
        self.turns = previous.turns.carry(&previous.router, &self.router);
        self
    }

    /// Returns the gateway.
    pub fn build(self) -> Gateway {
        Gateway {
            router: self.router,
            turns: Arc::new(self.turns),
            parts: Arc::new(self.parts),
        }
    }
}
