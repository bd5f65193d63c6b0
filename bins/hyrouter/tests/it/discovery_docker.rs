//! Containers of Podman and Docker, while the router serves.

use std::time::{Duration, Instant};

use hyrouter_testing::engine::ContainerEngine;
use serde_json::json;

use crate::support::replaced::BEGIN;
use crate::support::{Folder, Ran, Router, folder};

/// Maximum time until the router follows a container. It takes a fraction of a second on a machine that is not busy.
const LIMIT: Duration = Duration::from_secs(10);
const NEW: &str = "new.example.com";
const OTHER: &str = "other.example.com";

fn config(engine: &ContainerEngine) -> String {
    format!(
        "{BEGIN}
discovery:
  providers:
    - {{ name: containers, type: docker, docker: {{ socket: 'unix://{}', address: published, host: 203.0.113.7 }} }}
routing:
  routes:
    - match: {{ hostname: new.example.com }}
      pool: {{ discovery: {{ provider: containers, selector: game=new }} }}
    - match: {{ hostname: other.example.com }}
      pool: {{ discovery: {{ provider: containers, selector: game=other }} }}
",
        engine.socket().display()
    )
}

/// Probes the router as the player of a host name, until the output has a text.
fn probe_until(folder: &Folder, router: &Router, name: &str, text: &str) {
    let begun = Instant::now();
    loop {
        let Ran { stdout, stderr, .. } = folder.run(&["probe", &router.address, "--sni", name]);
        if stdout.contains(text) || stderr.contains(text) {
            return;
        }
        assert!(begun.elapsed() < LIMIT, "no {text:?} in {stdout}{stderr}");
    }
}

fn players_follow_containers(engine: &ContainerEngine) {
    let folder = folder().file("config.yaml", &config(engine));
    let (router, admin) = folder.serve_with_admin(&[]);
    probe_until(&folder, &router, NEW, "disconnect (packet");
    let enable = "--label=hyrouter.enable=true";
    let run = |name: &str, port: u16| {
        let game = format!("--label=game={name}");
        engine.run(
            name,
            &[enable, &game, &format!("--publish={port}:5520/udp")],
        );
    };
    run("new", 5601);
    probe_until(&folder, &router, NEW, "referral to 203.0.113.7:5601");
    run("other", 5602);
    probe_until(&folder, &router, OTHER, "referral to 203.0.113.7:5602");
    probe_until(&folder, &router, NEW, "referral to 203.0.113.7:5601");
    engine.call(&["kill", "new"]);
    probe_until(&folder, &router, NEW, "disconnect (packet");
    engine.call(&["rm", "new"]);
    run("new", 5603);
    probe_until(&folder, &router, NEW, "referral to 203.0.113.7:5603");
    assert_eq!(admin.status()["config"]["reloads"], json!(0));
}

#[test]
fn players_follow_containers_of_podman() {
    if let Some(engine) = ContainerEngine::podman() {
        players_follow_containers(&engine);
    }
}

#[test]
fn players_follow_containers_of_docker() {
    if let Some(engine) = ContainerEngine::docker() {
        players_follow_containers(&engine);
    }
}
