//! Room for referral data.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_gateway::{ReferralClaims, ReferralSealer};
use hyrouter_plugin_api::ConnectRequest;
use hyrouter_referral::v1::Sealer;

/// The envelope of a player's referral data: that of the configuration, or the router's default.
#[derive(Clone, Default)]
pub(crate) struct ReferralRoom(pub(crate) Option<Arc<ReferralSealer>>);

impl ReferralRoom {
    /// Returns the maximum number of bytes of referral data, for a request with all changes.
    pub(crate) fn bytes(&self, after: &ConnectRequest) -> usize {
        let Self(sealer) = self;
        let backend = after.backend.as_ref();
        match sealer {
            None => Sealer::unsigned(0).max_content(),
            Some(sealer) => sealer.max_payload(
                ReferralClaims {
                    host: backend.map_or("", |backend| &backend.host),
                    port: backend.map_or(0, |backend| backend.port),
                    route: after.event.route.as_deref().unwrap_or_default(),
                    source: &after.event.sni,
                    ..ReferralClaims::default()
                },
                SystemTime::now(),
            ),
        }
    }
}
