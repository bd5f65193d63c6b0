//! A log of decisions that is a pipe which nothing reads.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::folder;

fn config(recent: usize) -> String {
    format!(
        r#"
listen: "127.0.0.1:0"
admin: {{ listen: "127.0.0.1:0" }}
logging: {{ decisions: pipe, recent_decisions: {recent} }}
routing: {{ default: {{ backends: [{{ host: a.example, port: 1 }}] }} }}
"#
    )
}

#[test]
fn without_a_reader_it_costs_one_thread_whatever_is_reloaded() {
    let folder = folder().file("config.yaml", &config(1));
    let made = Command::new("mkfifo").arg(folder.path("pipe")).status();
    assert!(made.unwrap().success());
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    // Each has another log of decisions.
    for recent in 2..10 {
        fs::write(folder.path("config.yaml"), config(recent)).unwrap();
        admin.post("/reload", &json!({}));
    }
    let begun = Instant::now();
    while router.threads_named("decisions") != 1 {
        let left = router.threads_named("decisions");
        assert!(begun.elapsed() < Duration::from_mins(1), "{left} threads");
        std::thread::park_timeout(Duration::from_millis(10));
    }

    assert_eq!(router.probe(&[])["outcome"], "referral");
    let mut line = String::new();
    let pipe = File::open(folder.path("pipe")).unwrap();
    BufReader::new(pipe).read_line(&mut line).unwrap();
    let decision: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(decision["backend"], "a.example:1");
}
