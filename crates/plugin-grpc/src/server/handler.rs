//! The trait that an author implements.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};
use tonic::{Code, Status};

/// Decides about players, many at the same time.
///
/// Async functions implement it: `serve("127.0.0.1:7777", async |request| Ok(ConnectResponse::default()))`.
pub trait OnConnect: Send + Sync + 'static {
    /// Decides about one player, who waits for the answer: at most 1 s by default (`timeout` in the router's
    /// configuration). Then, or when the player leaves, the future is dropped.
    ///
    /// # Errors
    ///
    /// A failure is not a denial: the router's `on_error` decides about the player. After 5 failures in a row the
    /// router does not call the plugin for 5 s. A panic is a failure too.
    fn on_connect(
        &self,
        request: ConnectRequest,
    ) -> impl Future<Output = Result<ConnectResponse, PluginFailure>> + Send;

    /// Decides about one player with the operator's `config`: its JSON, or nothing if the operator set none. The server
    /// calls this method. By default it ignores the `config`; [`ConfigReader`](crate::ConfigReader) reads it into a
    /// type.
    ///
    /// # Errors
    ///
    /// As [`on_connect`](Self::on_connect).
    fn on_connect_with(
        &self,
        config: Option<&[u8]>,
        request: ConnectRequest,
    ) -> impl Future<Output = Result<ConnectResponse, PluginFailure>> + Send {
        let _ = config;
        self.on_connect(request)
    }
}

impl<F, A> OnConnect for F
where
    F: Fn(ConnectRequest) -> A + Send + Sync + 'static,
    A: Future<Output = Result<ConnectResponse, PluginFailure>> + Send,
{
    fn on_connect(
        &self,
        request: ConnectRequest,
    ) -> impl Future<Output = Result<ConnectResponse, PluginFailure>> + Send {
        self(request)
    }
}

/// A plugin cannot answer. The router logs the text; the player does not see it.
///
/// Any error converts by `?`, with status `INTERNAL` and its own text.
#[derive(Clone, PartialEq, Eq)]
pub struct PluginFailure {
    code: Code,
    message: String,
}

impl PluginFailure {
    /// Returns a failure of status `INTERNAL`: something is broken.
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            code: Code::Internal,
            message: message.into(),
        }
    }

    /// Returns a failure of status `UNAVAILABLE`: something that the plugin needs is unreachable.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self {
            code: Code::Unavailable,
            message: message.into(),
        }
    }

    /// Returns a failure of status `FAILED_PRECONDITION`: the operator's `config` cannot be used.
    pub fn config(problem: impl fmt::Display) -> Self {
        Self {
            code: Code::FailedPrecondition,
            message: format!("config: {problem}"),
        }
    }

    /// Returns a failure of any status of gRPC, by its number. 0, which is no failure, and numbers that gRPC does not
    /// have become `UNKNOWN`.
    pub fn status(code: i32, message: impl Into<String>) -> Self {
        let code = match Code::from_i32(code) {
            Code::Ok => Code::Unknown,
            code => code,
        };
        Self {
            code,
            message: message.into(),
        }
    }
}

impl fmt::Debug for PluginFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.code, self.message)
    }
}

impl<E: std::error::Error> From<E> for PluginFailure {
    fn from(error: E) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<PluginFailure> for Status {
    fn from(failure: PluginFailure) -> Self {
        Self::new(failure.code, failure.message)
    }
}

/// Calls the plugin. A panic becomes a failure.
pub(super) async fn ask(
    plugin: &impl OnConnect,
    config: Option<&[u8]>,
    request: ConnectRequest,
) -> Result<ConnectResponse, PluginFailure> {
    // In an async block, so that a panic before the first await is caught too.
    let mut call = pin!(async { plugin.on_connect_with(config, request).await });
    std::future::poll_fn(|context| {
        // Unwind safe: the future is not polled again after a panic.
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
        polled.unwrap_or_else(|panic| {
            tracing::error!(panic = panic_text(&*panic), "the plugin panicked");
            Poll::Ready(Err(PluginFailure::internal("the plugin panicked")))
        })
    })
    .await
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is not a text")
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};

    use super::PluginFailure;

    #[test]
    fn errors_become_failures() {
        let failed = || -> Result<u16, PluginFailure> { Ok("x".parse::<u16>()?) };
        let failure = failed().unwrap_err();
        assert_eq!(
            failure,
            PluginFailure::internal("invalid digit found in string")
        );
        assert_eq!(
            format!("{failure:?}"),
            "Internal: invalid digit found in string"
        );
    }

    #[test]
    fn every_failure_has_a_valid_status() {
        for (failure, code) in [
            (PluginFailure::internal("x"), Code::Internal),
            (PluginFailure::unavailable("x"), Code::Unavailable),
            (PluginFailure::status(7, "x"), Code::PermissionDenied),
            (PluginFailure::status(0, "x"), Code::Unknown),
            (PluginFailure::status(-1, "x"), Code::Unknown),
            (PluginFailure::status(99, "x"), Code::Unknown),
        ] {
            let status = Status::from(failure);
            assert_eq!((status.code(), status.message()), (code, "x"));
        }
    }
}
