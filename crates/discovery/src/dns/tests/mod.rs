//! The loop of lookups with scripted answers and paused time.

mod gaps;
mod schedule;
mod sets;

use std::collections::BTreeMap;
use std::sync::Mutex;

use hickory_resolver::proto::rr::rdata::{A, AAAA, SRV};
use hickory_resolver::proto::rr::{RData, RecordType};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::answer::DnsAnswer;
use super::*;
use crate::{DiscoveredBackend, Feed, SourceSettings, feed};

/// A second of virtual time.
const SECOND: Duration = Duration::from_secs(1);

/// Servers with scripted answers. Names without any do not exist.
#[derive(Default)]
pub(super) struct ScriptedServers(Mutex<Script>);

#[derive(Default)]
struct Script {
    answers: BTreeMap<(String, RecordType), Result<DnsAnswer, DnsFailure>>,
    /// Time that each query takes.
    delay: Duration,
    asked: Vec<(Instant, String, RecordType)>,
    running: usize,
    most_running: usize,
}

impl ScriptedServers {
    /// Sets the records of a name in `example.com`, and their TTL in seconds.
    fn set(&self, name: &str, kind: RecordType, ttl: u64, records: impl Into<Vec<RData>>) {
        let answer = DnsAnswer {
            records: records.into(),
            exists: true,
            ttl: Duration::from_secs(ttl),
        };
        self.put(name, kind, Ok(answer));
    }

    fn fail(&self, name: &str, kind: RecordType) {
        let failure = DnsFailure::Servers("10.0.0.53:53: it answered SERVFAIL".to_owned());
        self.put(name, kind, Err(failure));
    }

    fn put(&self, name: &str, kind: RecordType, answer: Result<DnsAnswer, DnsFailure>) {
        let key = (format!("{name}.example.com."), kind);
        self.0.lock().unwrap().answers.insert(key, answer);
    }

    fn set_delay(&self, delay: Duration) {
        self.0.lock().unwrap().delay = delay;
    }

    /// Returns the times between the queries of this type.
    fn waits(&self, kind: RecordType) -> Vec<Duration> {
        let script = self.0.lock().unwrap();
        let of_kind = script.asked.iter().filter(|asked| asked.2 == kind);
        let times: Vec<_> = of_kind.map(|asked| asked.0).collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    fn most_running(&self) -> usize {
        self.0.lock().unwrap().most_running
    }
}

impl DnsQueries for ScriptedServers {
    async fn ask(&self, name: Name, kind: RecordType) -> Result<DnsAnswer, DnsFailure> {
        let key = (name.to_ascii(), kind);
        let (answer, delay) = {
            let mut script = self.0.lock().unwrap();
            script.asked.push((Instant::now(), key.0.clone(), kind));
            script.running += 1;
            script.most_running = script.most_running.max(script.running);
            (script.answers.get(&key).cloned(), script.delay)
        };
        sleep(delay).await;
        self.0.lock().unwrap().running -= 1;
        let missing = DnsAnswer {
            records: Vec::new(),
            exists: false,
            ttl: SECOND,
        };
        answer.unwrap_or(Ok(missing))
    }
}

/// A provider that runs.
struct Running {
    servers: Arc<ScriptedServers>,
    feed: Feed,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Running {
    /// Starts a provider of `play.example.com` with the default times and port 5520.
    fn start(servers: ScriptedServers, change: impl FnOnce(&mut DnsSettings)) -> Self {
        Self::start_with(servers, None, change)
    }

    fn start_with(
        servers: ScriptedServers,
        max_staleness: Option<Duration>,
        change: impl FnOnce(&mut DnsSettings),
    ) -> Self {
        let provider = provider(max_staleness, change).unwrap();
        let servers = Arc::new(servers);
        let (publisher, feed) = feed("lobbies", 1_000);
        let queries = Arc::clone(&servers);
        let client = move || Ok(Arc::clone(&queries));
        let last = LastAnswers::new(max_staleness);
        let (target, times) = (provider.target.clone(), provider.times);
        let task = tokio::spawn(follow(target, times, client, last, publisher));
        Self {
            servers,
            feed,
            task,
        }
    }

    /// Returns the backends, each as `address weight meta`.
    fn backends(&self) -> Vec<String> {
        let line = |one: &DiscoveredBackend| {
            assert_eq!(*one.id, one.backend.to_string());
            let facts = one.backend.meta.iter();
            let facts: Vec<_> = facts.map(|(k, v)| format!("{k}={v}")).collect();
            let line = format!("{} {} {}", one.id, one.backend.weight, facts.join(" "));
            line.trim_end().to_owned()
        };
        self.feed.now().backends.iter().map(line).collect()
    }

    fn error(&self) -> Option<String> {
        self.feed.now().error.as_deref().map(str::to_owned)
    }

    fn problems(&self) -> Vec<String> {
        let state = self.feed.now();
        state.problems.iter().map(ToString::to_string).collect()
    }
}

fn provider(
    max_staleness: Option<Duration>,
    change: impl FnOnce(&mut DnsSettings),
) -> Result<DnsProvider, ProviderError> {
    let mut dns = DnsSettings {
        name: "play.example.com".to_owned(),
        record: DnsRecord::Auto,
        port: Some(5520),
        servers: Vec::new(),
        min_ttl: SECOND * 5,
        max_ttl: SECOND * 300,
        per_address: true,
    };
    change(&mut dns);
    let mut settings = ProviderSettings::new("lobbies", SourceSettings::Dns(dns.clone()));
    settings.max_staleness = max_staleness;
    DnsProvider::new(&dns, &settings)
}

fn v4(last: u8) -> RData {
    RData::A(A::new(10, 0, 0, last))
}

fn v6(last: u16) -> RData {
    RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last))
}

fn srv(priority: u16, weight: u16, port: u16, target: &str) -> RData {
    let target = match target {
        "." => Name::root(),
        target => Name::from_ascii(format!("{target}.example.com.")).unwrap(),
    };
    RData::SRV(SRV::new(priority, weight, port, target))
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    type Change = fn(&mut DnsSettings);
    let cases: [(Change, &str); 8] = [
        (|dns| dns.name.clear(), "name: \"\": the name is empty"),
        (
            |dns| dns.name = "a..b".to_owned(),
            "name: \"a..b\": not a name of DNS",
        ),
        (|dns| dns.name = "x".repeat(64), "not a name of DNS"),
        (
            |dns| dns.name = "10.0.0.1".to_owned(),
            "an address needs no DNS",
        ),
        (
            |dns| (dns.record, dns.port) = (DnsRecord::A, None),
            "port: needed for A and AAAA records",
        ),
        (
            |dns| (dns.record, dns.port) = (DnsRecord::Aaaa, None),
            "port: needed",
        ),
        (
            |dns| dns.min_ttl = Duration::ZERO,
            "min_ttl: 0ns; allowed: 1 s to max_ttl (300s)",
        ),
        (
            |dns| dns.max_ttl = SECOND,
            "min_ttl: 5s; allowed: 1 s to max_ttl (1s)",
        ),
    ];
    for (change, expected) in cases {
        let error = provider(None, change).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    for name in [
        "_hytale._udp.example.com",
        "bücher.example.",
        "LOBBY.example.com.",
    ] {
        provider(None, |dns| dns.name = name.to_owned()).unwrap();
    }
}
