//! 1,000 leases of a running router, from one `curl` with many connections.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use super::support::{ALL, LOBBIES, PushRouter, push_folder};
use crate::support::{Folder, LOAD};

const LEASES: usize = 1000;
/// Maximum time until leases of 30 s have ended, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// Sends a request for each of these numbers, and returns the statuses.
fn curl(
    folder: &Folder,
    push: &PushRouter,
    method: &str,
    numbers: &[usize],
    body: &str,
) -> Vec<String> {
    let mut requests = String::new();
    for n in numbers {
        let url = format!("{}{LOBBIES}/lobby-{n:04}", push.url);
        let body = body.replace('"', "\\\"");
        // `next` without a request after it ends all transfers.
        requests += if requests.is_empty() { "" } else { "next\n" };
        write!(
            requests,
            "url = \"{url}\"\nrequest = \"{method}\"\ndata = \"{body}\"\noutput = \"/dev/null\"\n\
             header = \"Authorization: Bearer {ALL}\"\nheader = \"Content-Type: application/json\"\n\
             write-out = \"%{{http_code}}\\n\"\n"
        )
        .unwrap();
    }
    fs::write(folder.path("requests"), requests).unwrap();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--parallel", "--parallel-max", "32", "--config"]);
    let output = curl.arg(folder.path("requests")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn ids(push: &PushRouter) -> Vec<String> {
    let list = push.curl_with(ALL, "GET", LOBBIES, &[]).json();
    let backends = list["backends"].as_array().unwrap().iter();
    backends
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_thousand_leases_are_pushed_renewed_and_expire() {
    let _load = LOAD.lock().await;
    let folder = push_folder("listen: '127.0.0.1:0'");
    let push = PushRouter::begin(&folder);
    let all: Vec<_> = (0..LEASES).collect();
    let even: Vec<_> = (0..LEASES).step_by(2).collect();
    let body = |ttl: u32| format!(r#"{{"host": "10.9.9.1", "port": 5521, "ttl": {ttl}}}"#);
    assert_eq!(
        curl(&folder, &push, "PUT", &all, &body(60)),
        vec!["201"; LEASES]
    );
    assert_eq!(ids(&push).len(), LEASES);
    assert_eq!(
        curl(&folder, &push, "PUT", &all, &body(30)),
        vec!["200"; LEASES]
    );
    push.until_target(Some("10.9.9.1"));
    let start = Instant::now();
    let expected: Vec<_> = even.iter().map(|n| format!("lobby-{n:04}")).collect();
    while ids(&push) != expected {
        let renewed = curl(&folder, &push, "PATCH", &even, r#"{"players": 3}"#);
        assert_eq!(renewed, vec!["200"; even.len()]);
        // The pace of heartbeats. Without it, they are more than one address may send.
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(start.elapsed() < PATIENCE, "{}", ids(&push).len());
    }
    push.until_target(Some("10.9.9.1"));
    while !ids(&push).is_empty() {
        assert!(start.elapsed() < 2 * PATIENCE, "{}", ids(&push).len());
    }
    push.until_target(None);
}
