//! A fake router behind a real admin server, and a client for it.

pub mod busy;
pub mod client;
pub mod fake;

use std::net::SocketAddr;
use std::sync::Arc;

use hyrouter_admin::{AdminServer, AdminToken};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use client::Client;
pub use fake::Fake;

pub const TOKEN: &str = "a-token-for-tests-0123456789";

/// A listener that runs.
pub struct Running {
    pub address: SocketAddr,
    pub fake: Arc<Fake>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// Serves without a token, on loopback.
pub fn serve() -> Running {
    run("127.0.0.1:0", None)
}

/// Serves with [`TOKEN`].
pub fn serve_with_token() -> Running {
    run("127.0.0.1:0", Some(AdminToken::parse(TOKEN).unwrap()))
}

pub fn run(listen: &str, token: Option<AdminToken>) -> Running {
    run_with(Handle::current(), listen, token)
}

/// Serves with these workers.
pub fn run_with(workers: Handle, listen: &str, token: Option<AdminToken>) -> Running {
    let fake = Arc::new(Fake::default());
    let listen = listen.parse().unwrap();
    let admin = AdminServer::bind(listen, token, Arc::clone(&fake) as _).unwrap();
    let (stop, stopped) = oneshot::channel();
    Running {
        address: admin.local_addr(),
        fake,
        stop: Some(stop),
        task: tokio::spawn(admin.run(workers, stopped)),
    }
}

impl Running {
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Stops it, and waits until it has ended.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        self.task.await.unwrap();
    }
}
