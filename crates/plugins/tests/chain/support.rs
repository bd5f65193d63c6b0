//! Scripted plugins, and chains of them.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyrouter_plugin_api::{
    Backend, ConnectEvent, ConnectRequest, ConnectResponse, Plugin, PluginError, PluginFuture,
};
use hyrouter_plugins::{
    BreakerSettings, BreakerState, Chain, ChainDecision, ChainEntry, ChainOutcome, ChainSettings,
    DenyCode, Mode, OnError, OverridePolicy, PluginStatus, Stage, Verdict,
};
use tokio::time::Instant;

/// What a scripted plugin does in one call.
#[derive(Clone)]
pub(crate) enum Act {
    Answer(ConnectResponse),
    Fail(PluginError),
    /// Answers after a while.
    After(Duration, ConnectResponse),
    Hang,
    Panic,
    /// Panics before there is a future.
    PanicAtOnce,
}

/// Plays its acts in turn, the last one for ever.
pub(crate) struct Scripted {
    acts: Mutex<VecDeque<Act>>,
    seen: Mutex<Vec<(ConnectRequest, Duration)>>,
    in_flight: Arc<AtomicUsize>,
    disconnects: AtomicUsize,
}

impl Scripted {
    pub(crate) fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// How often it was let go.
    pub(crate) fn disconnects(&self) -> usize {
        self.disconnects.load(Ordering::SeqCst)
    }

    /// Calls whose future is neither done nor dropped.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }

    /// The request of its only call.
    pub(crate) fn request(&self) -> ConnectRequest {
        let seen = self.seen.lock().unwrap();
        assert_eq!(seen.len(), 1);
        seen[0].0.clone()
    }

    /// How much time each call was told that it has.
    pub(crate) fn lefts(&self) -> Vec<Duration> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|(_, left)| *left).collect()
    }

    fn next(&self) -> Act {
        let mut acts = self.acts.lock().unwrap();
        if acts.len() > 1 {
            acts.pop_front().unwrap()
        } else {
            acts[0].clone()
        }
    }
}

impl Plugin for Scripted {
    fn disconnect(&self) {
        self.disconnects.fetch_add(1, Ordering::SeqCst);
    }

    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, left: Duration) -> PluginFuture<'a> {
        self.seen.lock().unwrap().push((request.clone(), left));
        let act = self.next();
        assert!(!matches!(act, Act::PanicAtOnce), "scripted panic");
        let flight = Flight::new(&self.in_flight);
        Box::pin(async move {
            let _flight = flight;
            match act {
                Act::Answer(response) => Ok(response.into()),
                Act::Fail(error) => Err(error),
                Act::After(delay, response) => {
                    tokio::time::sleep(delay).await;
                    Ok(response.into())
                }
                Act::Hang => std::future::pending().await,
                Act::Panic | Act::PanicAtOnce => panic!("scripted panic"),
            }
        })
    }
}

struct Flight(Arc<AtomicUsize>);

impl Flight {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A plugin in the making.
pub(crate) struct Scene {
    acts: Vec<Act>,
    settings: ChainSettings,
}

/// A plugin that changes nothing by default.
pub(crate) fn plugin(name: &str) -> Scene {
    Scene {
        acts: Vec::new(),
        settings: ChainSettings::new(name),
    }
}

impl Scene {
    pub(crate) fn act(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    pub(crate) fn answers(self, response: ConnectResponse) -> Self {
        self.act(Act::Answer(response))
    }

    pub(crate) fn fails(self) -> Self {
        self.act(Act::Fail(broken()))
    }

    pub(crate) fn set(mut self, change: impl FnOnce(&mut ChainSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub(crate) fn stage(self, stage: Stage) -> Self {
        self.set(|settings| settings.stage = stage)
    }

    pub(crate) fn before(self, names: &[&str]) -> Self {
        self.set(|settings| settings.before = names.iter().map(ToString::to_string).collect())
    }

    pub(crate) fn after(self, names: &[&str]) -> Self {
        self.set(|settings| settings.after = names.iter().map(ToString::to_string).collect())
    }

    pub(crate) fn on_error(self, on_error: Option<OnError>) -> Self {
        self.set(|settings| settings.on_error = on_error)
    }

    pub(crate) fn shadow(self) -> Self {
        self.set(|settings| settings.mode = Mode::Shadow)
    }

    pub(crate) fn only_candidates(self) -> Self {
        self.set(|settings| settings.override_policy = OverridePolicy::Candidates)
    }

    pub(crate) fn limits(self, max_concurrency: u32, max_queue: u32) -> Self {
        self.set(|settings| {
            settings.max_concurrency = NonZeroU32::new(max_concurrency).unwrap();
            settings.max_queue = max_queue;
        })
    }

    pub(crate) fn breaker(self, failures: u32, cool_down: Duration) -> Self {
        self.set(|settings| {
            settings.breaker = Some(BreakerSettings {
                failures: NonZeroU32::new(failures).unwrap(),
                cool_down,
                ..BreakerSettings::default()
            });
        })
    }

    pub(crate) fn build(self) -> (Arc<Scripted>, ChainEntry) {
        let Self { mut acts, settings } = self;
        if acts.is_empty() {
            acts.push(Act::Answer(ConnectResponse::default()));
        }
        let scripted = Arc::new(Scripted {
            acts: Mutex::new(acts.into()),
            seen: Mutex::default(),
            in_flight: Arc::default(),
            disconnects: AtomicUsize::default(),
        });
        let plugin = Arc::clone(&scripted);
        (scripted, ChainEntry { plugin, settings })
    }
}

/// A chain with the plugins to look at, in the order given.
pub(crate) fn chain<const N: usize>(scenes: [Scene; N]) -> (Arc<Chain>, [Arc<Scripted>; N]) {
    let mut entries = Vec::new();
    let plugins = scenes.map(|scene| {
        let (plugin, entry) = scene.build();
        entries.push(entry);
        plugin
    });
    (Arc::new(Chain::new(entries).unwrap()), plugins)
}

/// A request of three candidates `a`, `b` and `c`, where `a` is chosen.
pub(crate) fn request() -> ConnectRequest {
    ConnectRequest {
        event: ConnectEvent {
            sni: "play.example.com".into(),
            username: Some("Ann".into()),
            ..ConnectEvent::default()
        },
        strategy: "round_robin".into(),
        candidates: backends(&["a", "b", "c"]),
        selected_index: Some(0),
        backend: Some(backend("a")),
        referral_data: Some(b"given".to_vec()),
    }
}

/// A backend of that host at the usual port.
pub(crate) fn backend(host: &str) -> Backend {
    Backend::new(host, 5520)
}

pub(crate) fn backends(hosts: &[&str]) -> Vec<Backend> {
    hosts.iter().map(|host| backend(host)).collect()
}

pub(crate) fn overriding(host: &str) -> ConnectResponse {
    ConnectResponse {
        backend: Some(backend(host)),
        ..ConnectResponse::default()
    }
}

pub(crate) fn broken() -> PluginError {
    PluginError::transport("connection reset")
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// What a chain did with a request, and how long it took.
pub(crate) async fn timed(chain: &Chain, request: ConnectRequest) -> (ChainOutcome, Duration) {
    let started = Instant::now();
    let outcome = chain.run(request).await;
    (outcome, started.elapsed())
}

/// The only plugin of a chain.
pub(crate) fn status(chain: &Chain) -> PluginStatus<'_> {
    let mut plugins = chain.plugins();
    let status = plugins.next().unwrap();
    assert!(plugins.next().is_none());
    status
}

pub(crate) fn breaker_of(chain: &Chain) -> BreakerState {
    status(chain).breaker
}

/// Short questions to an outcome.
pub(crate) trait Ask {
    fn host(&self) -> Option<&str>;
    fn deny_code(&self) -> Option<DenyCode>;
    /// The error of the plugin at this place.
    fn error(&self, place: usize) -> Option<&PluginError>;
}

impl Ask for ChainOutcome {
    fn host(&self) -> Option<&str> {
        let ChainDecision::Allow { backend, .. } = &self.decision else {
            panic!("denied: {self:?}");
        };
        backend.as_ref().map(|backend| backend.host.as_str())
    }

    fn deny_code(&self) -> Option<DenyCode> {
        match self.decision {
            ChainDecision::Allow { .. } => None,
            ChainDecision::Deny { code, .. } => Some(code),
        }
    }

    fn error(&self, place: usize) -> Option<&PluginError> {
        match &self.records[place].verdict {
            Verdict::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// Lets every task that can run do so. Time stands still.
pub(crate) async fn settle() {
    for _ in 0..32 {
        tokio::task::yield_now().await;
    }
}
