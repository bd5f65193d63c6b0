//! Pipes with slow readers or none.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::{PATIENCE, connections, sink_of, until};
use crate::line;

fn pipe() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    (folder, path)
}

fn read_all(path: &Path) -> Vec<u64> {
    let mut text = String::new();
    File::open(path).unwrap().read_to_string(&mut text).unwrap();
    connections(&text)
}

#[tokio::test]
async fn a_queue_is_bounded() {
    let (_folder, path) = pipe();
    let sink = sink_of(&path, 10);
    for connection in 0..15 {
        sink.record(line(connection));
    }
    assert_eq!((sink.counts().lost, sink.counts().sent), (5, 0));

    let reader = spawn_blocking(move || read_all(&path));
    assert!(sink.close(PATIENCE).await);
    assert_eq!(reader.await.unwrap(), (0..10).collect::<Vec<_>>());
    let counts = sink.counts();
    assert_eq!((counts.sent, counts.lost, counts.failed), (10, 5, 0));
}

#[tokio::test]
async fn the_end_does_not_wait_for_a_reader() {
    let (_folder, path) = pipe();
    let sink = sink_of(&path, 10);
    for connection in 0..7 {
        sink.record(line(connection));
    }
    assert!(!sink.close(Duration::from_millis(20)).await);
    sink.record(line(7));
    let counts = sink.counts();
    assert_eq!((counts.sent, counts.lost, counts.failed), (0, 8, 0));
    // A late reader gets no line that was counted as lost, and finds no writer to wait for.
    let mut text = String::new();
    let mut late = File::options()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(&path)
        .unwrap();
    until("the end of the writer", || {
        late.read_to_string(&mut text).is_ok()
    })
    .await;
    assert_eq!(text, "");
    assert_eq!(sink.counts(), counts);
}

#[tokio::test]
async fn the_end_does_not_wait_for_an_idle_reader() {
    let (_folder, path) = pipe();
    let sink = sink_of(&path, 10_000);
    let mut reader = spawn_blocking(move || File::open(path).unwrap())
        .await
        .unwrap();
    // More than the pipe holds.
    for connection in 0..5_000 {
        sink.record(line(connection));
    }
    assert!(!sink.close(Duration::from_millis(20)).await);
    let counts = sink.counts();
    assert_eq!(counts.sent + counts.lost, 5_000);
    assert!(counts.lost > 0 && counts.failed == 0, "{counts:?}");
    // This ends because the thread that wrote has ended.
    let reading = spawn_blocking(move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    });
    assert!(!reading.await.unwrap().is_empty());
    assert_eq!(sink.counts(), counts);
}

#[tokio::test]
async fn a_late_reader_gets_the_waiting_lines() {
    let (_folder, path) = pipe();
    let sink = sink_of(&path, 100);
    // A reload reopens the file and must not wait either.
    for connection in 0..8 {
        sink.record(line(connection));
        sink.reopen();
    }
    let reader = spawn_blocking(move || read_all(&path));
    until("lines", || sink.counts().sent == 8).await;
    assert!(sink.close(PATIENCE).await);
    assert_eq!(reader.await.unwrap(), (0..8).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_slow_reader_does_not_block_and_gets_complete_lines() {
    const ALL: u64 = 20_000;
    let (_folder, path) = pipe();
    let sink = sink_of(&path, 100);
    let mut reader = spawn_blocking(move || File::open(path).unwrap())
        .await
        .unwrap();
    // Far more than queue and pipe hold. The test is that this ends.
    for connection in 0..ALL {
        sink.record(line(connection));
    }
    assert!(sink.counts().lost > 0);

    let reading = spawn_blocking(move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        connections(&text)
    });
    assert!(sink.close(PATIENCE).await);
    let read = reading.await.unwrap();
    let counts = sink.counts();
    assert_eq!(u64::try_from(read.len()).unwrap(), counts.sent);
    assert_eq!((counts.sent + counts.lost, counts.failed), (ALL, 0));
    assert!(read.is_sorted());
}

#[tokio::test]
async fn a_reader_can_close_and_return() {
    let (_folder, path) = pipe();
    let sink = sink_of(&path, 100);
    let opening = path.clone();
    let mut reader = spawn_blocking(move || File::open(opening).unwrap())
        .await
        .unwrap();
    sink.record(line(1));
    until("a line", || sink.counts().sent == 1).await;
    let mut first = [0; 4096];
    let length = reader.read(&mut first).unwrap();
    let first = std::str::from_utf8(&first[..length]).unwrap();
    assert_eq!(connections(first), [1]);
    drop(reader);
    sink.record(line(2));
    until("a failure", || sink.counts().failed == 1).await;

    let reader = spawn_blocking(move || File::open(path).unwrap())
        .await
        .unwrap();
    sink.record(line(3));
    assert!(sink.close(PATIENCE).await);
    let mut text = String::new();
    spawn_blocking(move || {
        { reader }.read_to_string(&mut text).unwrap();
        assert_eq!(connections(&text), [3]);
    })
    .await
    .unwrap();
}
