//! Compiled modules in memory and on disk.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::support::{Guest, call, eventually, good_request, guest};
use hyrouter_plugin_api::ConnectResponse;
use hyrouter_plugin_wasm::WasmHost;

/// Loads the guest with that folder for a cache, as a process that was just started, and asks it.
async fn run(folder: &Path) {
    let host = WasmHost::new().with_cache_dir(folder);
    let plugin = guest("good/minimal").on(&host).plugin().await;
    assert_eq!(
        call(&plugin, &good_request()).await,
        Ok(ConnectResponse::default())
    );
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

/// A folder with one cached module, and its file.
async fn cached() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("deep/cache");
    run(&cache).await;
    let [file] = files(&cache).try_into().unwrap();
    (folder, file)
}

/// Whether the file was written anew.
async fn is_made_anew(file: &Path) -> bool {
    let long_ago = SystemTime::UNIX_EPOCH;
    File::options()
        .append(true)
        .open(file)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    run(file.parent().unwrap()).await;
    assert_eq!(files(file.parent().unwrap()), [file]);
    fs::metadata(file).unwrap().modified().unwrap() != long_ago
}

#[tokio::test]
async fn a_cached_module_is_used_and_is_private() {
    let (_folder, file) = cached().await;
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert_eq!(mode(&file) & 0o077, 0);
    assert!(!is_made_anew(&file).await);
}

#[tokio::test]
async fn every_changed_byte_is_noticed() {
    let (_folder, file) = cached().await;
    let whole = fs::read(&file).unwrap();
    let places = (0..80).chain((80..whole.len()).step_by(whole.len() / 40));
    for place in places {
        let mut bytes = whole.clone();
        *bytes.get_mut(place).unwrap() ^= 1;
        fs::write(&file, &bytes).unwrap();
        run(file.parent().unwrap()).await;
        assert_eq!(
            fs::read(&file).unwrap(),
            whole,
            "byte {place} of {}",
            whole.len()
        );
    }
}

#[tokio::test]
async fn cut_and_lengthened_files_are_noticed() {
    let (_folder, file) = cached().await;
    let whole = fs::read(&file).unwrap();
    for len in [0, 1, 71, 72, 73, whole.len() - 1, whole.len() + 1] {
        let mut bytes = whole.clone();
        bytes.resize(len, 0);
        fs::write(&file, &bytes).unwrap();
        run(file.parent().unwrap()).await;
        assert_eq!(fs::read(&file).unwrap(), whole, "cut to {len}");
    }
}

#[tokio::test]
async fn files_that_others_can_write_are_not_used() {
    let (_folder, file) = cached().await;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o622)).unwrap();
    assert!(is_made_anew(&file).await, "a file that others can write");

    let (_folder, file) = cached().await;
    fs::set_permissions(file.parent().unwrap(), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(is_made_anew(&file).await, "a folder that others can write");
}

#[tokio::test]
async fn another_modules_file_is_not_taken_for_this_one() {
    let (_folder, file) = cached().await;
    let other = file.with_file_name("other.module");
    fs::rename(&file, &other).unwrap();
    let host = WasmHost::new().with_cache_dir(file.parent().unwrap());
    guest("good/leak").on(&host).plugin().await;
    let [leak] = files(file.parent().unwrap())
        .into_iter()
        .filter(|found| *found != other)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    fs::rename(&leak, &file).unwrap();
    fs::remove_file(&other).unwrap();
    assert!(is_made_anew(&file).await);
}

#[tokio::test]
async fn a_cache_that_can_not_be_written_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("file");
    fs::write(&cache, "not a folder").unwrap();
    run(&cache).await;
}

#[tokio::test]
async fn a_module_in_use_is_compiled_once() {
    let folder = tempfile::tempdir().unwrap();
    let host = WasmHost::new().with_cache_dir(folder.path());
    let first = guest("good/minimal").on(&host).plugin().await;
    let [file] = files(folder.path()).try_into().unwrap();
    fs::remove_file(&file).unwrap();
    let second = guest("good/minimal").on(&host).plugin().await;
    assert!(files(folder.path()).is_empty(), "it was compiled again");
    drop((first, second));
    // Threads end by themselves; until then the module is in use.
    eventually("it is compiled again", || {
        let host = host.clone();
        let guest = guest("good/minimal").on(&host);
        futures_free_load(&guest);
        file.exists()
    })
    .await;
}

/// Loads on a thread of its own, from code that cannot wait.
fn futures_free_load(guest: &Guest) {
    let handle = tokio::runtime::Handle::current();
    std::thread::scope(|scope| {
        scope.spawn(|| handle.block_on(async { drop(guest.plugin().await) }));
    });
}
