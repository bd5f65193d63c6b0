//! Signals that ask the process for something.

use std::io;

/// Action that a signal requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGHUP: read the configuration again.
    Reload,
    /// SIGTERM or ctrl-c (SIGINT): end.
    Shutdown(&'static str),
}

/// Source of signals. Nothing is lost when the future of the next one is dropped.
pub(crate) trait SignalSource {
    /// Waits for the next one.
    fn next(&mut self) -> impl Future<Output = Signal>;
}

/// The one shutdown of a program that has its own signals.
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

/// SIGHUP, which is kept from the start on: a service manager may ask for a reload while plugins are being compiled,
/// and by itself the signal ends a process.
#[derive(Debug)]
pub struct Hangups(#[cfg(unix)] tokio::signal::unix::Signal);

impl Hangups {
    /// Needs a tokio runtime.
    ///
    /// # Errors
    /// The system refuses.
    #[cfg(unix)]
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Self)
    }

    /// There is no such signal here.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub fn new() -> io::Result<Self> {
        Ok(Self())
    }
}

/// SIGTERM, SIGINT and SIGHUP, one after the other.
pub(crate) struct Signals {
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
    #[cfg(unix)]
    int: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hup: tokio::signal::unix::Signal,
}

impl Signals {
    /// From now on these signals no longer end the process by themselves.
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
