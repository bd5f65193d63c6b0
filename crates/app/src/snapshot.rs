//! One compiled configuration.

use std::time::{Duration, SystemTime};

use hyrouter_config::{
    DecisionTarget, EnvelopeSettings, IdentityMode, PoolSourceSettings, ReferralSettings,
    UnknownProtocol,
};
use hyrouter_gateway::{
    DecisionExplanation, DecisionNote, ExplainOptions, Gateway, ReferralSealer, ThreadRandom,
};
use hyrouter_proxy::{ConnectInfo, FinishedConnection};
use hyrouter_router::{Router, SpecError};

use crate::build::Assembly;
use crate::discovery::{DiscoveryView, allocation_time, allocations, pool_backends};
use crate::reconfigure::Overrides;

/// A connection that was answered or closed.
pub(crate) type Finished<'a> = FinishedConnection<'a, DecisionNote>;

/// A gateway with the settings that its surroundings need for each player.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) gateway: Gateway,
    /// The discovered backends that the pools are made of.
    pub(crate) discovery: DiscoveryView,
    pub(crate) log_client_ip: bool,
    /// `true` if decisions are logged.
    pub(crate) logs_decisions: bool,
    decision_timeout: Duration,
    /// Number of plugins in the configuration. For an explanation, the gateway may have none of them.
    pub(crate) configured_plugins: usize,
}

impl Snapshot {
    /// Combines the configuration of `assembly` with the overrides of operators. Continues the round-robin turns of
    /// `previous`.
    ///
    /// # Errors
    /// The routes cannot be compiled.
    pub(crate) fn new(
        assembly: &Assembly,
        overrides: &Overrides,
        previous: Option<&Self>,
    ) -> Result<Self, SpecError> {
        let settings = &assembly.settings;
        let overlay = overrides.overlay();
        let spec = settings.routing.overlaid(&overlay);
        let discovery = assembly.sources.view();
        let pools = pool_backends(&settings.discovery, &spec, &overlay, &discovery, |_| true);
        let allocations = allocations(&settings.discovery, &spec, &assembly.sources);
        let router = Router::new(spec)?.with_backends(pools)?;
        let mut maintenance = settings.maintenance.clone();
        maintenance.extend(overrides.texts());
        let mut builder = Gateway::builder(router)
            .plugins(assembly.chain.clone())
            .share_addresses(settings.logging.log_client_ip)
            .require_identity(settings.identity.mode == IdentityMode::Require)
            .tickets(settings.referral.accept.clone(), settings.referral.max_hops)
            .sealer(sealer(&settings.referral))
            .messages(settings.messages.clone())
            .maintenance_texts(maintenance)
            .allocations(
                allocations,
                allocation_time(settings.limits.decision_timeout),
            )
            .refuse_unknown_builds(settings.unknown_protocol == UnknownProtocol::Deny);
        if let Some(keys) = &assembly.keys {
            builder = builder.verifier(keys.verifier.clone());
            if let Some(bindings) = &keys.bindings {
                builder = builder.bind_certificates(bindings.clone());
            }
        }
        if let Some(previous) = previous {
            builder = builder.succeed(&previous.gateway);
        }
        Ok(Self {
            gateway: builder.build(),
            discovery,
            log_client_ip: settings.logging.log_client_ip,
            logs_decisions: settings.logging.decisions != Some(DecisionTarget::Stdout),
            decision_timeout: settings.limits.decision_timeout,
            configured_plugins: assembly.plugins_in_all,
        })
    }

    /// Returns a snapshot with the backends that the providers give now; none if no pool changes.
    ///
    /// # Errors
    /// A backend cannot be used. Providers give none of that kind.
    pub(crate) fn rediscovered(
        &self,
        assembly: &Assembly,
        overrides: &Overrides,
    ) -> Result<Option<Self>, SpecError> {
        let settings = &assembly.settings;
        let view = assembly.sources.view();
        let has_changed =
            |source: &PoolSourceSettings| view.differs(&source.provider, &self.discovery);
        let overlay = overrides.overlay();
        let pools = pool_backends(
            &settings.discovery,
            &settings.routing,
            &overlay,
            &view,
            |pool| pool.sources.iter().any(has_changed),
        );
        if pools.is_empty() {
            return Ok(None);
        }
        let router = self.gateway.router().with_backends(pools)?;
        Ok(Some(Self {
            gateway: self.gateway.with_router(router),
            discovery: view,
            log_client_ip: self.log_client_ip,
            logs_decisions: self.logs_decisions,
            decision_timeout: self.decision_timeout,
            configured_plugins: self.configured_plugins,
        }))
    }

    /// Explains the decision about a player. Plugins have the same time as for a player on a connection.
    pub(crate) async fn explain(
        &self,
        info: &ConnectInfo,
        mut options: ExplainOptions<'_>,
        with_plugins: bool,
    ) -> DecisionExplanation {
        if with_plugins {
            options = options.with_plugins(self.decision_timeout);
        }
        self.gateway
            .explain(info, options, SystemTime::now(), &mut ThreadRandom)
            .await
    }
}

/// Returns the sealer of referrals that the settings describe.
pub fn sealer(settings: &ReferralSettings) -> ReferralSealer {
    match &settings.envelope {
        EnvelopeSettings::V2(keys) => ReferralSealer::v2(keys.clone(), settings.ttl),
        EnvelopeSettings::V1(keys) => {
            let keys = keys.iter().map(|key| (key.validity, key.sealer.clone()));
            ReferralSealer::v1(keys.collect())
        }
        EnvelopeSettings::Plain => ReferralSealer::default(),
        // `EnvelopeSettings` is non-exhaustive. Fail closed: without a valid key, players are refused.
        _ => ReferralSealer::v1(Vec::new()),
    }
}
