//! Lines in real files and pipes.

mod moved;
mod pipes;
mod stdout;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use hyrouter_decision_log::{FileSink, FileSinkOptions, FileTarget};

use crate::line;

/// Limit that ends a test that hangs; far longer than any test takes.
const PATIENCE: Duration = Duration::from_secs(30);

fn options(path: &Path) -> FileSinkOptions {
    FileSinkOptions::new(FileTarget::File(path.to_owned()))
}

fn sink(path: &Path) -> FileSink {
    FileSink::open(options(path)).unwrap()
}

fn sink_of(path: &Path, queue: usize) -> FileSink {
    FileSink::open(options(path).with_queue(queue)).unwrap()
}

/// Returns the connection numbers of lines, each of which is a complete object.
fn connections(text: &str) -> Vec<u64> {
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines()
        .map(|line| {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            object["connection"].as_u64().unwrap()
        })
        .collect()
}

fn read(path: &Path) -> Vec<u64> {
    connections(&std::fs::read_to_string(path).unwrap())
}

/// Waits until another thread has made a condition true.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    let mut poll = tokio::time::interval(Duration::from_millis(2));
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "not so in time: {what}");
        poll.tick().await;
    }
}

#[tokio::test]
async fn lines_are_appended_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    let first = sink(&path);
    first.record(line(1));
    until("a line", || first.counts().sent == 1).await;
    assert_eq!(read(&path), [1], "a line is written at once");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o137, 0, "not readable by all: {mode:o}");
    assert!(first.close(PATIENCE).await);

    let second = sink(&path);
    for connection in 2..=1_000 {
        second.record(line(connection));
    }
    assert!(second.close(PATIENCE).await);
    assert_eq!(read(&path), (1..=1_000).collect::<Vec<_>>());
    let counts = second.counts();
    assert_eq!((counts.sent, counts.lost, counts.failed), (999, 0, 0));
}

#[tokio::test]
async fn a_sink_that_is_dropped_has_written_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    let sink = sink(&path);
    for connection in 0..100 {
        sink.record(line(connection));
    }
    drop(sink);
    assert_eq!(read(&path).len(), 100);
}

#[tokio::test]
async fn decisions_after_the_end_are_counted_as_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    let sink = sink(&path);
    assert!(sink.close(PATIENCE).await);
    sink.record(line(1));
    assert!(sink.close(PATIENCE).await);
    let counts = sink.counts();
    assert_eq!((counts.sent, counts.lost, counts.failed), (0, 1, 0));
    assert_eq!(read(&path), [0; 0]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_only_counts_failures() {
    let sink = sink(Path::new("/dev/full"));
    for connection in 0..3 {
        sink.record(line(connection));
        until("a failure", || sink.counts().failed == connection + 1).await;
    }
    assert!(sink.close(PATIENCE).await);
    let counts = sink.counts();
    assert_eq!((counts.sent, counts.lost, counts.failed), (0, 0, 3));
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path(), &folder.path().join("no/decisions.jsonl")] {
        let error = FileSink::open(options(path)).unwrap_err().to_string();
        assert!(error.contains(&*path.to_string_lossy()), "{error}");
        assert!(error.contains("os error"), "{error}");
    }
    for queue in [0, 1_000_001] {
        let options = FileSinkOptions::new(FileTarget::Stdout).with_queue(queue);
        let error = FileSink::open(options).unwrap_err().to_string();
        assert_eq!(error, format!("queue is {queue}; allowed: 1 to 1000000"));
    }
}
