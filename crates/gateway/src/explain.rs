//! Explanations: a normal decision with a recorder attached.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyrouter_plugin_api::ConnectRequest;
use hyrouter_plugins::{Chain, ChainDecision, ChainOutcome};
use hyrouter_proxy::{Action, ConnectInfo};
use hyrouter_referral::Envelope;
use hyrouter_router::{Explanation, RouteDecision, RouteRequest};
use rand::CryptoRng;
use tokio::time::timeout;
use uuid::Uuid;

use crate::admission::Arrival;
use crate::allocation::AllocationTurn;
use crate::decision::Decision;
use crate::gateway::{Gateway, Moment, payload_plugin};
use crate::player::{Player, Presenter};
use crate::plugin_report::{PluginNote, PluginReport};

/// Options of an explanation. By default the player is taken from the packet and no plugins are called.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExplainOptions<'a> {
    player: Option<(Option<Uuid>, Option<&'a str>, bool)>,
    plugin_budget: Option<Duration>,
}

/// A decision with its steps.
#[derive(Debug)]
#[non_exhaustive]
pub struct DecisionExplanation {
    /// The decision. The signature of its referral data is blank: otherwise the reader could pass for the player.
    pub decision: Decision,
    /// The steps of routing; `None` if the player was not admitted.
    pub routing: Option<Explanation>,
    /// The allocation that the player would get; none if a candidate comes first. The decision is the one without it.
    pub allocation: Option<AllocationExplanation>,
    /// The responses of the plugins.
    pub plugins: PluginsExplanation,
}

/// An allocation in an explanation, which makes none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AllocationExplanation {
    /// Names of the providers that would be asked, in order.
    pub providers: Vec<Arc<str>>,
    /// Order of allocations and candidates of the pool.
    pub turn: AllocationTurn,
}

/// Part of the plugins in an explanation.
#[derive(Debug, Default)]
#[non_exhaustive]
pub enum PluginsExplanation {
    /// Plugins have no influence: the player was not admitted, or the route is closed.
    #[default]
    Bypassed,
    /// Plugins were not called: the options exclude them, or the gateway has none.
    LeftOut,
    /// The time for the decision ended before the plugins responded.
    TimedOut,
    /// Responses of the plugins, in order.
    Answers(Vec<PluginReport>),
}

impl<'a> ExplainOptions<'a> {
    /// Assumes these attributes of the player instead of the packet's and the token's.
    #[must_use]
    pub fn with_player(
        mut self,
        uuid: Option<Uuid>,
        username: Option<&'a str>,
        verified: bool,
    ) -> Self {
        self.player = Some((uuid, username, verified));
        self
    }

    /// Calls the plugins, for at most this time in total.
    #[must_use]
    pub fn with_plugins(mut self, budget: Duration) -> Self {
        self.plugin_budget = Some(budget);
        self
    }
}

impl Gateway {
    /// Decides as [`decide`](Self::decide) does, and records each step. Has no side effects: round-robin turns do not
    /// advance, no token is bound to a certificate, no response is cached, and no backend is allocated.
    ///
    /// # Panics
    ///
    /// With plugins, outside of a tokio runtime with a timer.
    pub async fn explain<R>(
        &self,
        info: &ConnectInfo,
        options: ExplainOptions<'_>,
        now: SystemTime,
        rng: &mut R,
    ) -> DecisionExplanation
    where
        R: CryptoRng + Send,
    {
        let assumed = options
            .player
            .map(|(uuid, username, verified)| Player::assumed(uuid, username, verified));
        let mut recorder = Recorder {
            plugin_budget: options.plugin_budget,
            routing: None,
            allocation: None,
            plugins: PluginsExplanation::default(),
        };
        let moment = Moment { now, rng };
        let decision = self
            .decide_with(
                info,
                Presenter::Operator,
                assumed,
                moment,
                Some(&mut recorder),
            )
            .await;
        DecisionExplanation {
            decision: without_signature(decision),
            routing: recorder.routing,
            allocation: recorder.allocation,
            plugins: recorder.plugins,
        }
    }
}

/// Records a decision. Replaces the steps that differ in an explanation: round-robin turns do not advance, and plugins
/// are called on demand, within a separate budget.
pub(crate) struct Recorder {
    plugin_budget: Option<Duration>,
    routing: Option<Explanation>,
    allocation: Option<AllocationExplanation>,
    plugins: PluginsExplanation,
}

impl Recorder {
    pub(crate) fn route<'g>(
        &mut self,
        gateway: &'g Gateway,
        request: &RouteRequest<'_>,
        moment: &mut Moment<'_, impl CryptoRng>,
    ) -> RouteDecision<'g> {
        let router = &gateway.router;
        let (decision, routing) = router.explain(request, &gateway.turns, moment.now, moment.rng);
        self.routing = Some(routing);
        let due = gateway.parts.allocations.due(&decision);
        self.allocation = due.map(|allocation| AllocationExplanation {
            providers: allocation
                .sources
                .iter()
                .map(|source| Arc::clone(&source.provider))
                .collect(),
            turn: allocation.turn,
        });
        decision
    }

    /// Returns whether the plugins of an open route are called.
    pub(crate) fn asks(&mut self, chain: &Chain) -> bool {
        self.plugins = PluginsExplanation::LeftOut;
        self.plugin_budget.is_some() && !chain.is_empty()
    }

    /// Runs the chain. `None`: the budget is used up.
    pub(crate) async fn run(
        &mut self,
        chain: &Chain,
        request: ConnectRequest,
    ) -> Option<ChainOutcome> {
        self.plugins = PluginsExplanation::TimedOut;
        let budget = self.plugin_budget.unwrap_or_default();
        timeout(budget, chain.rehearse(request)).await.ok()
    }

    /// Records the responses of plugins. A note about too long referral data is attached to the last plugin that set
    /// it.
    pub(crate) fn plugins(
        &mut self,
        gateway: &Gateway,
        arrival: &Arrival<'_>,
        routed: &RouteDecision<'_>,
        outcome: &ChainOutcome,
        now: SystemTime,
    ) {
        let mut reports: Vec<_> = outcome.records.iter().map(PluginReport::of).collect();
        if let ChainDecision::Allow {
            backend: Some(backend),
            referral_data: Some(data),
            ..
        } = &outcome.decision
        {
            let plugin = payload_plugin(&outcome.records);
            if let Some(report) = reports.iter_mut().rfind(|report| *report.name == *plugin) {
                let route = routed.route().map_or("", |route| &**route.name);
                let claims = arrival.referral_claims(&backend.host, backend.port, route);
                let limit = gateway.parts.sealer.max_payload(claims, now);
                report.notes.extend(PluginNote::of_length(data, limit));
            }
        }
        self.plugins = PluginsExplanation::Answers(reports);
    }
}

fn without_signature(mut decision: Decision) -> Decision {
    if let Action::Referral {
        data: Some(data), ..
    } = &mut decision.answer.action
    {
        blank_signature(data);
    }
    decision
}

/// Replaces the signature with zeros, if there is one.
fn blank_signature(data: &mut [u8]) {
    let signature = match Envelope::parse(data) {
        Ok(envelope) => envelope.signature().len(),
        // A signed envelope of version 1 ends with an HMAC-SHA256 of 32 bytes.
        Err(_) if data.starts_with(b"HYRP\x01\x01") => 32,
        Err(_) => 0,
    };
    let begin = data.len().saturating_sub(signature);
    if let Some(signature) = data.get_mut(begin..) {
        signature.fill(0);
    }
}
