use hyrouter_plugin_api::ConnectRequest;

use crate::Record;

/// Is told about what has no place in an [`Outcome`](crate::Outcome), because no player waits for it.
///
/// It is called on the threads that serve players and must not block.
pub trait Observer: Send + Sync + 'static {
    /// A shadow plugin was asked, or could not be.
    fn shadow(&self, report: &ShadowReport<'_>);
}

/// What a shadow plugin would have done.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ShadowReport<'a> {
    /// What the plugin said and how long it took.
    pub record: &'a Record,
    /// What a denied player would have read.
    pub deny_reason: Option<&'a str>,
    /// The request as the next plugin would have seen it. Its event says which player it is.
    pub after: &'a ConnectRequest,
}
