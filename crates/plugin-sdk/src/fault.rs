/// Why a call has no answer. The text goes to standard error, and from there to the router's log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The router named memory that it did not ask for.
    #[error(
        "the router passed address {at}, which `alloc` did not give or which is given back already"
    )]
    UnknownBuffer {
        /// The address.
        at: usize,
    },
    /// The router named more memory than it asked for.
    #[error("the router passed {len} bytes at address {at}, where `alloc` gave {room}")]
    BeyondBuffer {
        /// The address.
        at: usize,
        /// How many bytes the router means to be there.
        len: usize,
        /// How many there are.
        room: usize,
    },
    /// The request is not JSON, or another one.
    #[error("the request is not one: {0}")]
    Request(#[source] serde_json::Error),
    /// The operator's configuration is not what the plugin reads.
    #[error("configuration refused: {0}")]
    Config(String),
    /// The handler's own error.
    #[error("{0}")]
    Handler(String),
    /// The response does not become JSON.
    #[error("the response does not become JSON: {0}")]
    Response(#[source] serde_json::Error),
}
