//! Signals to the process.

use std::io;

/// Action that a signal requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGHUP: reload the configuration.
    Reload,
    /// SIGTERM or SIGINT (Ctrl-C): drain and stop.
    Shutdown(&'static str),
}

/// Source of signals. Nothing is lost when the future of the next one is dropped.
pub(crate) trait SignalSource {
    /// Waits for the next signal.
    fn next(&mut self) -> impl Future<Output = Signal>;
}

/// Shutdown by a future, for a program that handles signals itself.
pub(crate) struct ShutdownFuture<F>(Option<F>);

impl<F> ShutdownFuture<F> {
    pub(crate) fn new(shutdown: F) -> Self {
        Self(Some(shutdown))
    }
}

impl<F: Future<Output = ()> + Unpin> SignalSource for ShutdownFuture<F> {
    async fn next(&mut self) -> Signal {
        match &mut self.0 {
            Some(shutdown) => shutdown.await,
            None => std::future::pending().await,
        }
        self.0 = None;
        Signal::Shutdown("shutdown")
    }
}

/// Receiver of SIGHUP. Create it before the build: a service manager may request a reload while plugins are compiled,
/// and the default action of SIGHUP ends the process.
#[derive(Debug)]
pub struct Hangups(#[cfg(unix)] tokio::signal::unix::Signal);

impl Hangups {
    /// Starts to receive SIGHUP. Needs a tokio runtime.
    ///
    /// # Errors
    /// The system refuses the handler.
    #[cfg(unix)]
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Self)
    }

    /// Does nothing: this system has no SIGHUP.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(unix))]
    pub fn new() -> io::Result<Self> {
        Ok(Self())
    }
}

/// SIGTERM, SIGINT and SIGHUP in the order of their arrival.
pub(crate) struct Signals {
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
    #[cfg(unix)]
    int: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hup: tokio::signal::unix::Signal,
}

impl Signals {
    /// Starts to receive the signals. From now on they do not end the process.
    #[cfg(unix)]
    pub(crate) fn new(hangups: Hangups) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            hup: hangups.0,
        })
    }

    #[cfg(not(unix))]
    pub(crate) fn new(_hangups: Hangups) -> io::Result<Self> {
        Ok(Self {})
    }
}

impl SignalSource for Signals {
    #[cfg(unix)]
    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.term.recv() => Signal::Shutdown("SIGTERM"),
            _ = self.int.recv() => Signal::Shutdown("SIGINT"),
            _ = self.hup.recv() => Signal::Reload,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::Shutdown("ctrl-c")
    }
}
