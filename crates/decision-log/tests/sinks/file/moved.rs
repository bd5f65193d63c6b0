//! Files that are moved while they are written.

use std::fs;

use super::{PATIENCE, read, sink, until};
use crate::line;

#[tokio::test]
async fn a_moved_file_is_created_again_on_reopen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    let moved = folder.path().join("decisions.jsonl.1");
    let sink = sink(&path);
    sink.record(line(1));
    until("a line", || sink.counts().sent == 1).await;
    fs::rename(&path, &moved).unwrap();
    sink.reopen();
    // Reopens without a new decision, since logrotate waits until the old file is closed.
    until("a new file", || path.exists()).await;
    sink.record(line(2));
    assert!(sink.close(PATIENCE).await);
    assert_eq!((read(&moved), read(&path)), (vec![1], vec![2]));
}

#[tokio::test]
async fn a_moved_or_removed_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    let moved = folder.path().join("decisions.jsonl.1");
    let sink = sink(&path);
    sink.record(line(1));
    until("a line", || sink.counts().sent == 1).await;
    fs::rename(&path, &moved).unwrap();
    sink.record(line(2));
    until("another line", || sink.counts().sent == 2).await;
    assert_eq!((read(&moved), read(&path)), (vec![1], vec![2]));

    fs::remove_file(&path).unwrap();
    sink.record(line(3));
    until("a third line", || sink.counts().sent == 3).await;
    assert_eq!(read(&path), [3]);

    // Another file of this name must not be mistaken for the open one.
    fs::write(&moved, "").unwrap();
    fs::rename(&moved, &path).unwrap();
    sink.record(line(4));
    until("a fourth line", || sink.counts().sent == 4).await;
    assert_eq!(read(&path), [4]);
}

#[tokio::test]
async fn no_line_is_lost_while_the_folder_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("here");
    let away = folder.path().join("away");
    fs::create_dir(&here).unwrap();
    let sink = sink(&here.join("decisions.jsonl"));
    sink.record(line(1));
    until("a line", || sink.counts().sent == 1).await;
    fs::rename(&here, &away).unwrap();
    sink.reopen();
    sink.record(line(2));
    until("another line", || sink.counts().sent == 2).await;
    assert_eq!(read(&away.join("decisions.jsonl")), [1, 2]);

    fs::create_dir(&here).unwrap();
    sink.record(line(3));
    until("a third line", || sink.counts().sent == 3).await;
    assert_eq!(read(&here.join("decisions.jsonl")), [3]);
    assert_eq!(sink.counts().failed, 0);
}
