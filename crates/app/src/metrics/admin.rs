//! Metrics of requests that the admin server refused.

use hyrouter_admin::AccessRefusal;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Requests that the admin server refused, by reason.
#[derive(Debug, Clone)]
pub(crate) struct AdminRefusals(Family<[(&'static str, &'static str); 1], Counter>);

impl Default for AdminRefusals {
    fn default() -> Self {
        let refusals = Self(Family::default());
        for refusal in AccessRefusal::ALL {
            drop(refusals.of(refusal));
        }
        refusals
    }
}

impl AdminRefusals {
    pub(crate) fn count(&self, refusal: AccessRefusal) {
        self.of(refusal).inc();
    }

    fn of(&self, refusal: AccessRefusal) -> Counter {
        self.0.get_or_create_owned(&[("reason", refusal.as_str())])
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "admin_refused",
            "Requests that the admin server refused: without a token (token_missing), with a wrong token \
             (token_wrong), or, if no token is configured, of a form that a web page can send (web_page)",
            self.0.clone(),
        );
    }
}
