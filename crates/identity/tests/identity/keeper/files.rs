//! Keys in a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyrouter_identity::{KeeperStatus, TokenRefusal};
use tempfile::TempDir;

use super::server::Server;
use super::support::{Kept, key, keys, set};
use hyrouter_testing::clock::{Clock, until};

/// Longer than any wait for the next attempt.
const REFRESH: Duration = Duration::from_secs(661);

fn kept(file: &Path) -> Kept {
    Kept::new(file.to_str().unwrap())
}

/// A folder with a file of keys.
fn folder(content: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    fs::write(&file, content).unwrap();
    (folder, file)
}

#[test]
fn a_file_is_loaded_before_the_keeper_runs() {
    let key = key("a");
    let (_folder, file) = folder(&set(&[&key]));
    let mut kept = kept(&file);
    assert_eq!(kept.verify(&key), Err(TokenRefusal::KeysUnavailable));
    kept.keeper.as_mut().unwrap().load_file().unwrap();
    assert_eq!(kept.verify(&key), Ok(()));
    assert_eq!(kept.status().key_ids, ["a"]);
    assert!(kept.status().last_success.is_some());
}

#[test]
fn an_unusable_file_is_named_with_the_reason() {
    let (folder, file) = folder("");
    let missing = folder.path().join("missing.json");
    let mut cases = vec![
        (missing, None, "os error 2"),
        (
            folder.path().to_owned(),
            None,
            "is a directory; a regular file is needed",
        ),
    ];
    for (content, problem) in [
        ("", "not a JSON Web Key Set"),
        (r#"{"keys":[]}"#, "no key to verify with"),
        (
            &*" ".repeat(262_145),
            "has 262145 bytes or more; at most 262144 are allowed",
        ),
    ] {
        cases.push((file.clone(), Some(content.to_owned()), problem));
    }
    for (file, content, problem) in cases {
        if let Some(content) = content {
            fs::write(&file, content).unwrap();
        }
        let mut kept = kept(&file);
        let error = kept.keeper.as_mut().unwrap().load_file().unwrap_err();
        let error = error.to_string();
        assert!(
            error.starts_with(&format!("{}: ", file.display())),
            "{error}"
        );
        assert!(error.contains(problem), "{error}");
        assert!(!kept.verifier.has_keys());
    }
}

#[tokio::test(start_paused = true)]
async fn loading_files_does_not_wait_for_a_service() {
    let clock = Clock::hold().await;
    let server = Server::new(keys(&[&key("a")])).await;
    let mut kept = Kept::new(&server.url());
    kept.keeper.as_mut().unwrap().load_file().unwrap();
    clock.settle().await;
    assert_eq!(server.count(), 0);
    assert_eq!(kept.status(), KeeperStatus::default());
}

#[tokio::test(start_paused = true)]
async fn keys_stay_when_a_file_vanishes_or_breaks() {
    let clock = Clock::hold().await;
    let (a, b) = (key("a"), key("b"));
    let (_folder, file) = folder(&set(&[&a]));
    let kept = kept(&file).run();
    until("keys", || kept.verify(&a).is_ok()).await;

    fs::remove_file(&file).unwrap();
    clock.pass(REFRESH).await;
    until("a failure", || kept.status().failures == 1).await;
    assert_eq!(kept.verify(&a), Ok(()));
    fs::write(&file, &set(&[&b])[..20]).unwrap();
    clock.pass(REFRESH).await;
    until("a failure", || kept.status().failures == 2).await;
    assert_eq!(kept.verify(&a), Ok(()));

    fs::write(&file, set(&[&b])).unwrap();
    clock.pass(REFRESH).await;
    until("the new key", || kept.verify(&b).is_ok()).await;
    assert_eq!(kept.verify(&a), Err(TokenRefusal::UnknownKey));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_key_triggers_a_read_at_once() {
    let _clock = Clock::hold().await;
    let (a, b) = (key("a"), key("b"));
    let (_folder, file) = folder(&set(&[&a]));
    let kept = kept(&file).run();
    until("keys", || kept.verify(&a).is_ok()).await;
    fs::write(&file, set(&[&b])).unwrap();
    assert_eq!(kept.verify(&b), Err(TokenRefusal::UnknownKey));
    until("the new key", || kept.verifier.key_ids() == ["b"]).await;
    assert_eq!(kept.verify(&b), Ok(()));
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_replaced_link_is_followed_even_with_the_same_times() {
    use std::os::unix::fs::symlink;

    let clock = Clock::hold().await;
    let (a, b) = (key("a"), key("b"));
    // As Kubernetes mounts a ConfigMap: jwks.json -> ..data/jwks.json, ..data -> ..1, and ..data is replaced.
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (version, key) in [("..1", &a), ("..2", &b)] {
        fs::create_dir(at(version)).unwrap();
        let file = at(version).join("jwks.json");
        fs::write(&file, set(&[key])).unwrap();
        let opened = fs::File::options().write(true).open(&file).unwrap();
        opened.set_modified(std::time::UNIX_EPOCH).unwrap();
    }
    symlink("..1", at("..data")).unwrap();
    symlink("..data/jwks.json", at("jwks.json")).unwrap();
    let kept = kept(&at("jwks.json")).run();
    until("keys", || kept.verify(&a).is_ok()).await;

    symlink("..2", at("..data_tmp")).unwrap();
    fs::rename(at("..data_tmp"), at("..data")).unwrap();
    clock.pass(REFRESH).await;
    until("the new key", || kept.verify(&b).is_ok()).await;
    assert_eq!(kept.verify(&a), Err(TokenRefusal::UnknownKey));
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_pipe_does_not_block() {
    let clock = Clock::hold().await;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    // Holds the pipe open and writes nothing. Its end unblocks a reader when the test is over.
    let opened = fs::File::options().read(true).write(true).open(&pipe);
    let _writer = opened.unwrap();
    let kept = kept(&pipe).run();
    until("a failure", || kept.status().failures == 1).await;
    assert_eq!(kept.error(), "is a pipe; a regular file is needed");
    clock.settle().await;
}
