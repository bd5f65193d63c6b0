//! Standard output of a separate process.

use std::process::{Command, Stdio};

use hyrouter_decision_log::{FileSink, FileSinkOptions, FileTarget};

use super::{PATIENCE, connections};
use crate::line;

#[tokio::test]
#[ignore = "the process that lines_go_to_standard_output starts"]
async fn writes() {
    let sink = FileSink::open(FileSinkOptions::new(FileTarget::Stdout)).unwrap();
    for connection in 0..100 {
        sink.record(line(connection));
    }
    assert!(sink.close(PATIENCE).await);
    assert_eq!(sink.counts().sent, 100);
}

#[test]
fn lines_go_to_standard_output() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "file::stdout::writes",
            "--ignored",
            "--nocapture",
        ])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    // The harness writes there too.
    let lines = text
        .lines()
        .filter_map(|line| line.find('{').map(|at| &line[at..]));
    let lines = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert_eq!(connections(&lines), (0..100).collect::<Vec<_>>());
}
