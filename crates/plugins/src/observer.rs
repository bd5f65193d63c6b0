use hyrouter_plugin_api::ConnectRequest;

use crate::Record;

/// Receives the results of shadow plugins, which are in no [`ChainOutcome`](crate::ChainOutcome): no player waits for them.
///
/// Called on the threads that serve players. Must not block.
pub trait Observer: Send + Sync + 'static {
    /// Receives the result of one call to a shadow plugin, or the error that prevented it.
    fn shadow(&self, report: &ShadowReport<'_>);
}

/// Result of a shadow plugin.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ShadowReport<'a> {
    /// The decision of the plugin, and the time of the call.
    pub record: &'a Record,
    /// Text that a denied player would have read.
    pub deny_reason: Option<&'a str>,
    /// The request for the next plugin, had this one been enforced. Its event identifies the player.
    pub after: &'a ConnectRequest,
}
