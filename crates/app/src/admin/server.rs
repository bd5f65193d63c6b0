//! The admin server of a build with the feature `admin`, and its absence from one without.

use hyrouter_config::{Problem, Settings};

#[cfg(not(feature = "admin"))]
pub(crate) use self::absent::{
    NoAdminEndpoint as AdminEndpoint, NoAdminTokenHandle as AdminTokenHandle,
};
#[cfg(feature = "admin")]
pub(crate) use self::present::{AdminEndpoint, AdminTokenHandle};

impl AdminEndpoint {
    /// Returns the mistake of a configuration with an admin server for a build that has none.
    pub(crate) fn check(settings: &Settings) -> Result<(), Problem> {
        if cfg!(feature = "admin") || settings.admin.listen.is_none() {
            return Ok(());
        }
        Err(missing())
    }
}

/// Returns the problem of an admin server in a build that has none.
fn missing() -> Problem {
    let problem = "this build has no admin server; build with --features admin";
    Problem::new("admin", problem)
}

#[cfg(feature = "admin")]
mod present {
    use std::net::SocketAddr;
    use std::sync::Arc;

    pub(crate) use hyrouter_admin::AdminTokenHandle;
    use hyrouter_admin::{AdminControl, AdminError, AdminToken};
    use tokio::runtime::Handle;

    use crate::build::server::{Transport, holder};
    use crate::error::AppError;

    /// A bound admin server.
    #[derive(Debug)]
    pub(crate) struct AdminEndpoint(hyrouter_admin::AdminServer);

    impl AdminEndpoint {
        /// Binds the listener.
        ///
        /// # Errors
        /// The port is taken, for example.
        pub(crate) fn bind(
            listen: SocketAddr,
            token: Option<AdminToken>,
            control: Arc<dyn AdminControl>,
        ) -> Result<Self, AppError> {
            let bound = hyrouter_admin::AdminServer::bind(listen, token, control);
            bound.map(Self).map_err(|source| AppError::Admin {
                holder: match &source {
                    AdminError::Bind { listen, source } => {
                        holder(Transport::Tcp, listen.port(), source)
                    }
                    _ => None,
                },
                source,
            })
        }

        pub(crate) fn local_addr(&self) -> SocketAddr {
            self.0.local_addr()
        }

        pub(crate) fn token_handle(&self) -> AdminTokenHandle {
            self.0.token_handle()
        }

        pub(crate) async fn run(self, workers: Handle) {
            self.0.run(workers, std::future::pending::<()>()).await;
        }
    }
}

#[cfg(not(feature = "admin"))]
mod absent {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use hyrouter_admin::{AdminControl, AdminToken};
    use tokio::runtime::Handle;

    use crate::error::AppError;

    /// There is none in this build.
    #[derive(Debug)]
    pub(crate) enum NoAdminEndpoint {}

    /// There is none in this build.
    #[derive(Debug)]
    pub(crate) enum NoAdminTokenHandle {}

    impl NoAdminTokenHandle {
        pub(crate) fn replace(&self, _: AdminToken) -> bool {
            match *self {}
        }
    }

    impl NoAdminEndpoint {
        pub(crate) fn bind(
            _: SocketAddr,
            _: Option<AdminToken>,
            _: Arc<dyn AdminControl>,
        ) -> Result<Self, AppError> {
            // `check` refuses such a configuration before.
            Err(AppError::Sink(super::missing()))
        }

        pub(crate) fn local_addr(&self) -> SocketAddr {
            match *self {}
        }

        pub(crate) fn token_handle(&self) -> NoAdminTokenHandle {
            match *self {}
        }

        #[expect(clippy::unused_async, reason = "as in a build with the feature")]
        pub(crate) async fn run(self, _: Handle) {
            match self {}
        }
    }
}
