//! Provider `file` and real files.

use std::fs;
use std::path::Path;

use hyrouter_discovery::{FileSettings, SourceSettings};

use crate::followed::{Followed, eventually};

fn follow(path: &Path) -> Followed {
    let path = path.to_owned();
    Followed::new(SourceSettings::File(FileSettings { path }))
}

#[tokio::test]
async fn changes_of_a_file_are_published() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backends.json");
    let mut followed = follow(&path);
    let state = followed.until_error("No such file").await;
    assert!(!state.is_synced);
    assert_eq!(followed.feed.age(), None);
    fs::write(
        &path,
        r#"{"backends": [{"host": "10.0.0.1", "port": 5520, "weight": 3}]}"#,
    )
    .unwrap();
    let state = followed
        .until_backends(&["10.0.0.1:5520=10.0.0.1:5520"])
        .await;
    assert_eq!(state.backends[0].backend.weight, 3);
    fs::write(&path, "{}").unwrap();
    let state = followed.until_error("the document has no `backends`").await;
    assert_eq!(state.backends.len(), 1, "the last good set stays");
    fs::write(&path, r#"{"backends": []}"#).unwrap();
    followed.until_backends(&[]).await;
}

#[tokio::test]
async fn files_of_a_directory_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("b.yaml"), "backends: [{ id: b, host: b, port: 1 }]").unwrap();
    fs::write(
        path("c.yaml"),
        "backends: [{ id: b, host: c, port: 1 }, { id: c, host: c, port: 1 }]",
    )
    .unwrap();
    let mut followed = follow(folder.path());
    let state = followed.until_backends(&["b=b:1", "c=c:1"]).await;
    assert_eq!(
        state.problems[0].to_string(),
        "b: its id is used twice; the first entry counts"
    );
    fs::write(path("a.yaml"), "backends: [{ id: a, host: a, port: 1 }]").unwrap();
    followed.until_backends(&["a=a:1", "b=b:1", "c=c:1"]).await;
    fs::write(path("b.yaml"), "backends").unwrap();
    let has_problem = |state: &hyrouter_discovery::SourceState| state.problems.len() == 2;
    let state = followed.until("the problem of b.yaml", has_problem).await;
    assert_eq!(state.error, None, "the other files go on");
    assert_eq!(state.backends.len(), 3);
    fs::remove_file(path("b.yaml")).unwrap();
    // The second entry of this id counts now.
    let state = followed
        .until("a set without problems", |state| state.problems.is_empty())
        .await;
    assert_eq!(&*state.backends[1].id, "b");
    assert_eq!(state.backends[1].backend.host, "c");
}

#[tokio::test]
async fn files_that_rest_are_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backends.yaml");
    fs::write(&path, "backends: []").unwrap();
    let mut followed = follow(&path);
    followed.until_backends(&[]).await;
    // The age grows until the next look sets it back.
    let (feed, greatest) = (followed.feed.clone(), std::cell::Cell::default());
    eventually(|| {
        let age = feed.age().unwrap();
        age < greatest.replace(age)
    })
    .await;
}
