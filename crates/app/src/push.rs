//! The server of backends that register themselves, in a build with the feature `push`, and its absence in one without.

use hyrouter_config::{Problem, Settings};

#[cfg(not(feature = "push"))]
pub(crate) use self::absent::{NoPushAccess as PushAccess, NoPushEndpoint as PushEndpoint};
#[cfg(feature = "push")]
pub(crate) use self::present::{PushAccess, PushEndpoint};

impl PushEndpoint {
    /// Returns the mistake of a configuration with a server of pushes for a build that has none.
    pub(crate) fn check(settings: &Settings) -> Result<(), Problem> {
        if cfg!(feature = "push") || settings.discovery.push.is_none() {
            return Ok(());
        }
        let problem = "this build has no server of pushes; build with --features push";
        Err(Problem::new("discovery.push", problem))
    }
}

#[cfg(feature = "push")]
mod present {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use hyrouter_admin::{AdminError, PushHandles, PushServer, PushTls};
    use hyrouter_proxy::{CertificateError, ServerHandle};

    use crate::build::Assembly;
    use crate::build::server::{Transport, holder};
    use crate::discovery::DiscoverySources;
    use crate::error::AppError;

    /// A bound server of pushes.
    #[derive(Debug)]
    pub(crate) struct PushEndpoint {
        server: PushServer,
        access: PushAccess,
    }

    /// The parts of a running server that a reload replaces.
    #[derive(Debug, Clone)]
    pub(crate) struct PushAccess {
        handles: PushHandles,
        /// `None`: plain HTTP.
        tls: Option<PushTls>,
    }

    impl PushEndpoint {
        /// Binds the listener of a configuration, if it has one.
        ///
        /// # Errors
        /// The port is taken, for example.
        pub(crate) fn bind(
            assembly: &Assembly,
            server: &ServerHandle,
        ) -> Result<Option<Self>, AppError> {
            let Some(settings) = &assembly.settings.discovery.push else {
                return Ok(None);
            };
            let Some(listen) = settings.listen else {
                return Ok(None);
            };
            let tls = if settings.is_plaintext() {
                None
            } else {
                Some(PushTls::new(config(assembly, server)?))
            };
            let access = PushAccess {
                handles: PushHandles::default(),
                tls,
            };
            access.follow_sources(&assembly.sources);
            let bound = PushServer::bind(listen, access.tls.clone(), access.handles.clone());
            let server = bound.map_err(|source| AppError::Push {
                holder: match &source {
                    AdminError::Bind { listen, source } => {
                        holder(Transport::Tcp, listen.port(), source)
                    }
                    _ => None,
                },
                source,
            })?;
            Ok(Some(Self { server, access }))
        }

        pub(crate) fn local_addr(&self) -> SocketAddr {
            self.server.local_addr()
        }

        /// Returns whether it speaks HTTPS.
        pub(crate) fn has_tls(&self) -> bool {
            self.access.tls.is_some()
        }

        pub(crate) fn access(&self) -> PushAccess {
            self.access.clone()
        }

        pub(crate) async fn run(self) {
            self.server.run(std::future::pending::<()>()).await;
        }
    }

    impl PushAccess {
        /// Lets backends push to the providers of a configuration.
        pub(crate) fn follow_sources(&self, sources: &DiscoverySources) {
            self.handles.replace(sources.pushes());
        }

        /// Presents the certificate of a configuration from now on.
        pub(crate) fn follow_certificate(&self, assembly: &Assembly, server: &ServerHandle) {
            let Some(tls) = &self.tls else { return };
            match config(assembly, server) {
                Ok(config) => tls.replace(config),
                Err(error) => {
                    tracing::error!(%error, "certificate of the push server not replaced");
                }
            }
        }
    }

    /// Returns TLS with the certificate of the server, else with that of the router.
    fn config(
        assembly: &Assembly,
        server: &ServerHandle,
    ) -> Result<Arc<hyrouter_proxy::HttpTlsConfig>, CertificateError> {
        match &assembly.push_certificate {
            Some(certificate) => certificate.http_config(),
            None => server.certificate().http_config(),
        }
    }
}

#[cfg(not(feature = "push"))]
mod absent {
    use std::net::SocketAddr;

    use hyrouter_proxy::ServerHandle;

    use crate::build::Assembly;
    use crate::discovery::DiscoverySources;
    use crate::error::AppError;

    /// There is none in this build.
    #[derive(Debug)]
    pub(crate) enum NoPushEndpoint {}

    /// There is none in this build.
    #[derive(Debug, Clone)]
    pub(crate) enum NoPushAccess {}

    impl NoPushEndpoint {
        #[expect(clippy::unnecessary_wraps, reason = "as in a build with the feature")]
        pub(crate) fn bind(_: &Assembly, _: &ServerHandle) -> Result<Option<Self>, AppError> {
            // `check` refuses a configuration that has one.
            Ok(None)
        }

        pub(crate) fn local_addr(&self) -> SocketAddr {
            match *self {}
        }

        pub(crate) fn has_tls(&self) -> bool {
            match *self {}
        }

        pub(crate) fn access(&self) -> NoPushAccess {
            match *self {}
        }

        #[expect(clippy::unused_async, reason = "as in a build with the feature")]
        pub(crate) async fn run(self) {
            match self {}
        }
    }

    impl NoPushAccess {
        pub(crate) fn follow_sources(&self, _: &DiscoverySources) {
            match *self {}
        }

        pub(crate) fn follow_certificate(&self, _: &Assembly, _: &ServerHandle) {
            match *self {}
        }
    }
}
