//! A provider with two tokens, and short forms of its requests.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use hyrouter_discovery::push::{
    Heartbeat, LeaseTerm, PushHandle, PushProvider, PushRefusal, PushSession, Registered,
    Registration,
};
use hyrouter_discovery::{Feed, Provider as _, PushSettings, PushToken, feed};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::AbortHandle;

/// Token for all ids.
pub(super) const ALL: &str = "all-0123456789abcdef";
/// Token for ids that begin with `eu-`.
pub(super) const EU: &str = "eu-0123456789abcdef";

/// A folder with the files of providers.
pub(super) struct Folder(TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, token) in [("all", ALL), ("eu", EU)] {
            fs::write(folder.path().join(name), token).unwrap();
        }
        Self(folder)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Returns settings with a longest lease of 60 s and the state file `state`.
    pub(super) fn settings(&self) -> PushSettings {
        let token = |name: &str, prefix: &str| PushToken {
            file: self.path(name),
            prefix: prefix.to_owned(),
        };
        PushSettings {
            tokens: vec![token("all", ""), token("eu", "eu-")],
            max_lease: Duration::from_mins(1),
            state_file: Some(self.path("state")),
        }
    }

    /// Starts a provider of at most 1,000 backends, and waits until it serves.
    pub(super) async fn serve(&self) -> Serving {
        Serving::of(&PushProvider::new("lobbies", 1000, &self.settings()).unwrap()).await
    }
}

/// A provider that is followed.
pub(super) struct Serving {
    pub(super) handle: PushHandle,
    pub(super) feed: Feed,
    task: AbortHandle,
}

impl Serving {
    pub(super) async fn of(provider: &PushProvider) -> Self {
        let (publisher, mut feed) = feed("lobbies", 1000);
        let task = tokio::spawn(provider.follow(publisher)).abort_handle();
        assert!(feed.first().await.is_synced);
        Self {
            handle: provider.handle(),
            feed,
            task,
        }
    }

    pub(super) fn session(&self, token: &str) -> PushSession {
        session(&self.handle, token)
    }

    /// Ends the task, as the router does when it ends.
    pub(super) async fn end(self) {
        let Self { task, mut feed, .. } = self;
        task.abort();
        while feed.changed().await {}
    }

    pub(super) fn ids(&self) -> Vec<String> {
        let state = self.feed.now();
        let ids = state.backends.iter().map(|one| one.id.to_string());
        ids.collect()
    }

    /// Waits until these backends are published.
    pub(super) async fn has(&mut self, ids: &[&str]) {
        while self.ids() != ids {
            assert!(self.feed.changed().await);
        }
    }
}

pub(super) fn session(handle: &PushHandle, token: &str) -> PushSession {
    let from: SocketAddr = ([10, 0, 0, 7], 40_000).into();
    handle.authorize(token.as_bytes(), from).unwrap()
}

pub(super) fn registration(mut body: Value) -> Registration {
    Registration::from_json(std::mem::take(body.as_object_mut().unwrap())).unwrap()
}

/// Registers a backend for `ttl` seconds.
pub(super) fn register(
    session: &PushSession,
    id: &str,
    ttl: u64,
) -> Result<Registered, PushRefusal> {
    let body = json!({"host": "10.0.0.1", "port": 5520, "meta": {"region": "eu"}, "ttl": ttl});
    session.register(id, registration(body))
}

pub(super) fn heartbeat(
    session: &PushSession,
    id: &str,
    body: Value,
) -> Result<LeaseTerm, PushRefusal> {
    let Value::Object(body) = body else {
        panic!("the body is an object");
    };
    session.heartbeat(id, Heartbeat::from_json(body).unwrap())
}
