//! What an author writes.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};
use tonic::{Code, Status};

/// Answers for each player. Many are asked about at once.
///
/// Functions do as well: `serve("127.0.0.1:7777", async |request| Ok(ConnectResponse::default()))`.
pub trait OnConnect: Send + Sync + 'static {
    /// Answers for one player, who waits for it; the router does so for a second by default. Then, or when the player
    /// leaves, the future is dropped where it waits.
    ///
    /// # Errors
    ///
    /// A failure is not a denial: what becomes of the player is the router's `on_error`. After five in a row the
    /// router asks no more for a while. A panic is a failure too.
    fn on_connect(
        &self,
        request: ConnectRequest,
    ) -> impl Future<Output = Result<ConnectResponse, Failure>> + Send;
}

impl<F, A> OnConnect for F
where
    F: Fn(ConnectRequest) -> A + Send + Sync + 'static,
    A: Future<Output = Result<ConnectResponse, Failure>> + Send,
{
    fn on_connect(
        &self,
        request: ConnectRequest,
    ) -> impl Future<Output = Result<ConnectResponse, Failure>> + Send {
        self(request)
    }
}

/// A plugin has no answer for a player. Its text goes to the router's log and not to the player.
///
/// Any error becomes one by `?`, with status `INTERNAL` and its own text.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    code: Code,
    message: String,
}

impl Failure {
    /// Something is broken: status `INTERNAL`.
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            code: Code::Internal,
            message: message.into(),
        }
    }

    /// Something that the plugin needs is away: status `UNAVAILABLE`.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self {
            code: Code::Unavailable,
            message: message.into(),
        }
    }

    /// Any other status of gRPC by its number. 0, which is no failure, and numbers that gRPC does not have become
    /// `UNKNOWN`.
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

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.code, self.message)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        Self::new(failure.code, failure.message)
    }
}

/// Asks the plugin, and takes a panic for a failure of it.
pub(super) async fn ask(
    plugin: &impl OnConnect,
    request: ConnectRequest,
) -> Result<ConnectResponse, Failure> {
    // The call is made in the first poll, so a panic in making it is caught too.
    let mut call = pin!(async { plugin.on_connect(request).await });
    std::future::poll_fn(|context| {
        // Nothing of the call is used again after a panic.
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
        polled.unwrap_or_else(|panic| {
            tracing::error!(panic = said(&*panic), "the plugin panicked");
            Poll::Ready(Err(Failure::internal("the plugin panicked")))
        })
    })
    .await
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("something that is no text")
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};

    use super::Failure;

    #[test]
    fn errors_become_failures() {
        let failed = || -> Result<u16, Failure> { Ok("x".parse::<u16>()?) };
        let failure = failed().unwrap_err();
        assert_eq!(failure, Failure::internal("invalid digit found in string"));
        assert_eq!(
            format!("{failure:?}"),
            "Internal: invalid digit found in string"
        );
    }

    #[test]
    fn every_failure_has_a_status_that_is_one() {
        for (failure, code) in [
            (Failure::internal("x"), Code::Internal),
            (Failure::unavailable("x"), Code::Unavailable),
            (Failure::status(7, "x"), Code::PermissionDenied),
            (Failure::status(0, "x"), Code::Unknown),
            (Failure::status(-1, "x"), Code::Unknown),
            (Failure::status(99, "x"), Code::Unknown),
        ] {
            let status = Status::from(failure);
            assert_eq!((status.code(), status.message()), (code, "x"));
        }
    }
}
