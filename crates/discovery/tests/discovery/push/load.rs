//! 1,000 leases.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::support::{ALL, Folder, heartbeat, register};

#[tokio::test(start_paused = true)]
async fn a_thousand_leases_come_are_renewed_and_end() {
    let folder = Folder::new();
    let mut serving = folder.serve().await;
    let all = serving.session(ALL);
    let ids: Vec<_> = (0..1000).map(|n| format!("lobby-{n:04}")).collect();
    let expected: Vec<_> = ids.iter().map(String::as_str).collect();
    for id in &ids {
        register(&all, id, 10).unwrap();
    }
    serving.has(&expected).await;
    // The even ones send heartbeats for a minute, a thousand in a second.
    for _ in 0..60 {
        for (n, id) in ids.iter().enumerate().step_by(2) {
            heartbeat(&all, id, json!({"players": n % 7})).unwrap();
        }
        sleep(Duration::from_secs(1)).await;
    }
    let even: Vec<_> = expected.iter().copied().step_by(2).collect();
    serving.has(&even).await;
    let start = Instant::now();
    serving.has(&[]).await;
    assert!(start.elapsed() <= Duration::from_secs(10));
}
