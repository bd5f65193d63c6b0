//! Metrics of requests that the admin server refused.

use hyrouter_admin::AccessRefusal;
use hyrouter_metrics::{Codes, Desc, Exposition, Source};

/// Requests to the admin server that its guard refused.
#[derive(Debug)]
pub(crate) struct AdminRefusals(Codes<AccessRefusal>);

impl Default for AdminRefusals {
    fn default() -> Self {
        Self(Codes::new(&AccessRefusal::ALL, AccessRefusal::as_str))
    }
}

impl AdminRefusals {
    const REFUSED: Desc = Desc::counter(
        "hyrouter_admin_refused",
        "Requests that the admin server refused: without a token (token_missing), with a wrong one (token_wrong), or, \
         where there is none, as a web page can send them (web_page)",
        &["reason"],
    );

    pub(crate) fn count(&self, refused: AccessRefusal) {
        self.0.inc(refused);
    }
}

impl Source for AdminRefusals {
    fn descs(&self) -> &'static [Desc] {
        &[Self::REFUSED]
    }

    fn collect(&self, into: &mut Exposition<'_, '_>) {
        let refused = self.0.iter().map(|(reason, count)| ([reason], count));
        into.counts(&Self::REFUSED, refused);
    }
}
