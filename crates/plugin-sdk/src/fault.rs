/// Reason why a call has no answer. Its text goes to standard error, and from there to the router's log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The router passed memory that it did not allocate.
    #[error(
        "the router passed address {at}, which `alloc` did not return or which is already released"
    )]
    UnknownBuffer {
        /// The address.
        at: usize,
    },
    /// The router passed more memory than it allocated.
    #[error("the router passed {len} bytes at address {at}, where `alloc` allocated {room}")]
    BeyondBuffer {
        /// The address.
        at: usize,
        /// Number of bytes that the router passed.
        len: usize,
        /// Number of bytes that it allocated.
        room: usize,
    },
    /// The request is not the JSON of a request.
    #[error("the request is invalid: {0}")]
    Request(#[source] serde_json::Error),
    /// The plugin refuses the operator's configuration.
    #[error("configuration refused: {0}")]
    Config(String),
    /// The handler returned an error.
    #[error("{0}")]
    Handler(String),
    /// The response could not be encoded as JSON.
    #[error("the response cannot be encoded as JSON: {0}")]
    Response(#[source] serde_json::Error),
}
