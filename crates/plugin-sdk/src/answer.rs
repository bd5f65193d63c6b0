use std::fmt::Display;

use hyrouter_plugin_api::ConnectResponse;

/// What a handler may give back: a [`ConnectResponse`], or a `Result` of one.
///
/// An error is told on standard error and ends the call as a failed one: the router then does what the plugin's
/// `on_error` says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer about a player",
    note = "a handler gives a `ConnectResponse` or a `Result<ConnectResponse, E>` whose `E` is `Display`"
)]
pub trait IntoAnswer {
    /// The response, or the text of the error.
    fn into_answer(self) -> Result<ConnectResponse, String>;
}

impl IntoAnswer for ConnectResponse {
    fn into_answer(self) -> Result<ConnectResponse, String> {
        Ok(self)
    }
}

impl<E: Display> IntoAnswer for Result<ConnectResponse, E> {
    fn into_answer(self) -> Result<ConnectResponse, String> {
        self.map_err(|error| error.to_string())
    }
}
