//! Failures of a call, by whether the plugin has seen the request.

use std::error::Error;
use std::time::Duration;

use hyrouter_plugin_api::PluginError;
use hyrouter_text::Causes;
use tokio::time::Instant;

use super::dial::DialError;

/// Maximum lateness of a timer: the resolution of tokio's timers.
const TIMER_SLACK: Duration = Duration::from_millis(2);

/// Reason why a call has no response.
#[derive(Debug)]
pub(super) enum CallFailure {
    /// The time has elapsed.
    TimedOut,
    /// There is no connection, and the next attempt to connect is due at this time.
    NotConnected(String, Instant),
    /// The server cancelled the call, as servers do when its deadline has passed there.
    Cancelled(PluginError),
    /// The connection ended before the plugin could see the request.
    NotSent(String),
    /// The connection ended before the response. The plugin may have seen the request.
    Broken(String),
    /// Any other failure.
    Failed(PluginError),
}

impl CallFailure {
    /// Reads the error of a channel that has no response.
    pub(super) fn of_channel(error: &tonic::transport::Error) -> Self {
        // Its own text is only "transport error".
        let Some(cause) = error.source() else {
            return Self::Failed(PluginError::transport(error));
        };
        let causes = Causes(cause);
        for cause in causes.iter() {
            if let Some(error) = cause.downcast_ref::<DialError>() {
                if error.is_fault {
                    return Self::Failed(PluginError::transport(error));
                }
                return Self::NotConnected(error.to_string(), error.retry_at);
            }
            if cause.is::<tonic::TimeoutExpired>() {
                return Self::TimedOut;
            }
            if is_unasked(cause) {
                return Self::NotSent(causes.to_string());
            }
            if is_cancelled(cause) {
                return Self::Cancelled(PluginError::transport(causes));
            }
        }
        if causes.iter().any(is_broken) {
            return Self::Broken(causes.to_string());
        }
        let text = causes.to_string();
        // h2's error for the first bytes of another protocol.
        if text.contains("frame with invalid size") {
            return Self::Failed(PluginError::transport(format_args!(
                "the server does not speak HTTP/2 without TLS: it speaks TLS (`grpc.tls`) or HTTP/1 ({text})"
            )));
        }
        Self::Failed(PluginError::transport(text))
    }

    /// Reads the error that ended the body of a response.
    pub(super) fn of_body(status: &tonic::Status) -> Self {
        let Some(cause) = status.source() else {
            return Self::Failed(PluginError::transport(status.message()));
        };
        let causes = Causes(cause);
        if causes.iter().any(is_cancelled) {
            return Self::Cancelled(PluginError::transport(causes));
        }
        if causes.iter().any(is_broken) {
            return Self::Broken(causes.to_string());
        }
        Self::Failed(PluginError::transport(causes))
    }

    /// Returns whether the server answered with status CANCELLED before the deadline, although the call was not
    /// cancelled here. A server with grpcio does so when it stops, for each call that arrives after that.
    pub(super) fn is_by_a_stop(&self, asked: Instant, left: Duration) -> bool {
        matches!(self, Self::Cancelled(PluginError::Status { .. }))
            && asked.elapsed().saturating_add(TIMER_SLACK) < left
    }

    /// Returns the error for a call that started at this time and had `left` to wait.
    pub(super) fn into_error(self, asked: Instant, left: Duration) -> PluginError {
        let after = asked.elapsed();
        match self {
            Self::TimedOut => PluginError::Timeout { after },
            // The server's timer can fire before the timer here: this is a timeout, not a failure of the server.
            Self::Cancelled(_) if after.saturating_add(TIMER_SLACK) >= left => {
                PluginError::Timeout { after: left }
            }
            Self::NotConnected(problem, _) | Self::NotSent(problem) => {
                PluginError::unreachable(problem)
            }
            Self::Broken(problem) => PluginError::transport(problem),
            Self::Cancelled(error) | Self::Failed(error) => error,
        }
    }
}

/// Returns whether the request was never sent, or the server refused it unread.
fn is_unasked(cause: &(dyn Error + 'static)) -> bool {
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return error.is_canceled();
    }
    cause.downcast_ref::<h2::Error>().is_some_and(|error| {
        // A GOAWAY ends only streams after the last that the server has seen (RFC 9113, section 6.8).
        error.is_remote()
            && (error.is_go_away() || error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// Returns whether the connection ended.
fn is_broken(cause: &(dyn Error + 'static)) -> bool {
    if let Some(error) = cause.downcast_ref::<h2::Error>() {
        return error.is_io() || (error.is_remote() && error.is_go_away());
    }
    let hyper = cause.downcast_ref::<hyper::Error>();
    cause.is::<std::io::Error>()
        || hyper.is_some_and(|error| error.is_closed() || error.is_incomplete_message())
}

fn is_cancelled(cause: &(dyn Error + 'static)) -> bool {
    cause
        .downcast_ref::<h2::Error>()
        .is_some_and(|error| error.is_remote() && error.reason() == Some(h2::Reason::CANCEL))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hyrouter_plugin_api::PluginError;
    use tokio::time::{Instant, advance};

    use super::CallFailure;

    #[tokio::test(start_paused = true)]
    async fn a_call_that_the_server_cancels_at_its_deadline_has_timed_out() {
        let cancelled = || CallFailure::Cancelled(PluginError::transport("reset"));
        let left = Duration::from_millis(100);
        let asked = Instant::now();
        advance(Duration::from_millis(90)).await;
        let early = cancelled().into_error(asked, left);
        assert_eq!(early, PluginError::transport("reset"));
        for step in [9, 1, 1000] {
            advance(Duration::from_millis(step)).await;
            let late = cancelled().into_error(asked, left);
            assert_eq!(late, PluginError::Timeout { after: left });
        }
        let failed = CallFailure::Failed(PluginError::transport("reset"));
        assert_eq!(
            failed.into_error(asked, left),
            PluginError::transport("reset")
        );
    }
}
