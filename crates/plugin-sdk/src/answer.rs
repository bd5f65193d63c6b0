use std::fmt::Display;

use hyrouter_plugin_api::ConnectResponse;

/// Return type of a handler: a [`ConnectResponse`], or a `Result` of one.
///
/// An error is written to standard error and makes the call fail: the plugin's `on_error` then decides about the player.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer about a player",
    note = "a handler gives a `ConnectResponse` or a `Result<ConnectResponse, E>` whose `E` is `Display`"
)]
pub trait IntoAnswer {
    /// Returns the response.
    ///
    /// # Errors
    ///
    /// The text of the handler's error.
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
