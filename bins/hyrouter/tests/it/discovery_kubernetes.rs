//! The router with pods of a real API server, while players connect.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hyrouter_client::ExchangeOutcome;
use hyrouter_testing::kubernetes::{ApiClient, ApiServer, PodDraft, pods};
use tokio::task::JoinHandle;

use crate::support::players::{Player, player};
use crate::support::replaced::BEGIN;
use crate::support::{Folder, folder};

const PATIENCE: Duration = Duration::from_mins(1);

/// The time when a player came, and the host of the referral.
type Answered = (Instant, Option<String>);

/// Players who come one after the other, and where each was referred; none for a refusal.
struct Stream {
    answers: Arc<Mutex<Vec<Answered>>>,
    task: JoinHandle<()>,
}

impl Stream {
    fn of(player: Player) -> Self {
        let answers = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&answers);
        let task = tokio::spawn(async move {
            loop {
                let came = Instant::now();
                let host = match player.comes().await {
                    ExchangeOutcome::Referral { host, .. } => Some(host),
                    ExchangeOutcome::Disconnect { .. } => None,
                    other => panic!("no answer: {other:?}"),
                };
                kept.lock().unwrap().push((came, host));
            }
        });
        Self { answers, task }
    }

    /// Returns where the players were referred who came since then.
    fn since(&self, since: Instant) -> Vec<Option<String>> {
        let answers = self.answers.lock().unwrap();
        let later = answers.iter().filter(|(came, _)| *came >= since);
        later.map(|(_, host)| host.clone()).collect()
    }

    /// Waits until 20 players in a row were referred to exactly these hosts, and returns how long that took, less those
    /// 20.
    async fn until(&self, hosts: &[&str]) -> Duration {
        let (started, mut ticks) = (
            Instant::now(),
            tokio::time::interval(Duration::from_millis(10)),
        );
        loop {
            assert!(started.elapsed() < PATIENCE, "never: {hosts:?}");
            assert!(!self.task.is_finished(), "a player got no answer");
            ticks.tick().await;
            let answers = self.answers.lock().unwrap();
            let later: Vec<_> = answers
                .iter()
                .filter(|(came, _)| *came >= started)
                .collect();
            let Some(last) = later.last_chunk::<20>() else {
                continue;
            };
            let is_seen = |host: &str| last.iter().any(|(_, seen)| seen.as_deref() == Some(host));
            let is_expected = |host: &Option<String>| match host {
                Some(host) => hosts.contains(&host.as_str()),
                None => hosts.is_empty(),
            };
            if hosts.iter().all(|host| is_seen(host))
                && last.iter().all(|(_, host)| is_expected(host))
            {
                return last[0].0 - started;
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn config(kubeconfig: &Path) -> String {
    let kubeconfig = kubeconfig.display();
    format!(
        r#"{BEGIN}
discovery:
  providers:
    - name: pods
      type: kubernetes
      kubernetes:
        kubeconfig: {kubeconfig}
        namespaces: [games]
        resources: [{{ kind: pods, selector: {{ labels: "app=game" }}, port: {{ name: game }} }}]
        filters: {{ require_pod_ready: true }}
routing:
  default: {{ strategy: round_robin, discovery: {{ provider: pods }} }}
"#
    )
}

async fn pod(api: &ApiClient, name: &str, ip: &str) {
    let pod = PodDraft::new(name, ip).label("app", "game");
    let pod = pod.port("game", 5520).unready();
    api.pod("games", &pod).await;
}

fn report(what: &str, took: Duration) {
    eprintln!("{what}: {} ms", took.as_millis());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn players_follow_pods_and_do_not_notice_that_the_api_server_is_down() {
    let Some(mut server) = ApiServer::start() else {
        return;
    };
    let api = server.admin().await;
    api.namespace("games").await;
    let folder = folder().file("config.yaml", &config(&server.kubeconfig()));
    let mut router = folder.serve(&[]);
    let stream = Stream::of(player(&router, "Alder"));
    stream.until(&[]).await;

    pod(&api, "a", "10.8.0.1").await;
    api.set_ready("games", "a", true).await;
    report("pod ready", stream.until(&["10.8.0.1"]).await);
    pod(&api, "b", "10.8.0.2").await;
    api.set_ready("games", "b", true).await;
    report(
        "second pod ready",
        stream.until(&["10.8.0.1", "10.8.0.2"]).await,
    );
    api.set_ready("games", "b", false).await;
    report("pod not ready", stream.until(&["10.8.0.1"]).await);
    api.set_ready("games", "b", true).await;
    stream.until(&["10.8.0.1", "10.8.0.2"]).await;
    api.delete(&pods("games"), "a").await;
    report("pod deleted", stream.until(&["10.8.0.2"]).await);
    let gone = Instant::now();

    server.kill();
    let failed = router.until("discovery provider failed");
    assert_eq!(failed["provider"], "pods");
    let down = Instant::now();
    while stream.since(down).len() < 500 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.start_again();
    router.until("discovery provider recovered");
    let api = server.admin().await;
    pod(&api, "c", "10.8.0.3").await;
    api.set_ready("games", "c", true).await;
    let took = stream.until(&["10.8.0.2", "10.8.0.3"]).await;
    report("pod ready after the API server was down", took);
    // The deleted pod never came back, and no player was refused.
    let answers = stream.since(gone);
    let expected = |host: &Option<String>| {
        let host = host.as_deref();
        host == Some("10.8.0.2") || host == Some("10.8.0.3")
    };
    assert!(answers.iter().all(expected), "{answers:?}");
}

#[test]
fn the_development_configurations_of_kubernetes_are_good() {
    let folder: Folder = folder();
    for name in ["pods", "endpointslices"] {
        let file = format!(
            "{}/../../dev/config.kubernetes.{name}.dev.yaml",
            env!("CARGO_MANIFEST_DIR")
        );
        let file = fs::canonicalize(file).unwrap();
        let ran = folder.run(&["check", "--config", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(!ran.stdout.contains("warning"), "{ran:?}");
    }
}
