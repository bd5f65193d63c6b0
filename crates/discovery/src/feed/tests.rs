use hyrouter_router::Backend;

use super::*;

fn backend(id: &str, host: &str) -> DiscoveredBackend {
    DiscoveredBackend::new(id, Backend::new(host, 5520))
}

fn ids(feed: &Feed) -> Vec<String> {
    let state = feed.now();
    state
        .backends
        .iter()
        .map(|one| one.id.to_string())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_failure_keeps_the_last_set_and_its_age_grows() {
    let (publisher, mut feed) = feed("files", 10);
    assert!(!feed.now().is_synced);
    assert_eq!(feed.age(), None);
    publisher.confirm();
    assert_eq!(feed.age(), None, "there is nothing to confirm yet");
    publisher.publish([backend("a", "10.0.0.1")], []);
    assert!(feed.changed().await);
    tokio::time::advance(Duration::from_secs(7)).await;
    publisher.fail("away\n");
    assert!(feed.changed().await);
    let state = feed.now();
    assert_eq!(state.error.as_deref(), Some(r"away\n"));
    assert!(state.is_synced);
    assert_eq!(ids(&feed), ["a"]);
    assert_eq!(feed.age(), Some(Duration::from_secs(7)));
    publisher.confirm();
    assert!(feed.changed().await);
    assert_eq!(feed.now().error, None);
    assert_eq!(feed.age(), Some(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_part_that_fails_keeps_its_error_beside_the_set() {
    let (publisher, mut feed) = feed("pods", 10);
    publisher.publish_partial([backend("a", "10.0.0.1")], [], "b\n");
    let state = feed.first().await;
    assert!(state.is_synced);
    assert_eq!(state.error.as_deref(), Some(r"b\n"));
    assert_eq!(ids(&feed), ["a"]);
    tokio::time::advance(Duration::from_secs(7)).await;
    // The same again is a contact and no change.
    publisher.publish_partial([backend("a", "10.0.0.1")], [], "b\n");
    assert_eq!(feed.age(), Some(Duration::ZERO));
    assert!(!feed.state.has_changed().unwrap());
    publisher.publish([backend("a", "10.0.0.1")], []);
    assert!(feed.changed().await);
    assert_eq!(feed.now().error, None);
}

#[tokio::test]
async fn readers_wake_only_for_changes() {
    let (publisher, mut feed) = feed("files", 10);
    publisher.publish([backend("a", "10.0.0.1")], []);
    assert!(feed.changed().await);
    publisher.publish([backend("a", "10.0.0.1")], []);
    publisher.confirm();
    assert!(!feed.state.has_changed().unwrap());
    publisher.fail("away");
    assert!(feed.changed().await);
    publisher.fail("away");
    assert!(!feed.state.has_changed().unwrap());
    assert_eq!(feed.failures(), 2);
    drop(publisher);
    assert!(!feed.changed().await);
}

#[test]
fn bad_entries_do_not_spoil_the_others() {
    let (publisher, feed) = feed("files", 2);
    let unreadable = EntryProblem::new("backends[0]", "no host");
    publisher.publish(
        [
            backend("a", "10.0.0.1"),
            backend("b", "10.0.0.256"),
            backend("a", "10.0.0.2"),
            backend("c", "10.0.0.3"),
            backend("d", "10.0.0.4"),
        ],
        [unreadable],
    );
    let state = feed.now();
    assert_eq!(ids(&feed), ["a", "c"]);
    assert_eq!((state.unusable, state.dropped), (3, 1));
    let entries: Vec<_> = state.problems.iter().map(|one| &*one.entry).collect();
    assert_eq!(entries, ["backends[0]", "b", "a"]);
}

#[test]
fn problems_are_bounded() {
    let (publisher, feed) = feed("files", 2);
    let problems = (0..1_000).map(|n| EntryProblem::new(n, "no host"));
    publisher.publish([], problems);
    let state = feed.now();
    assert_eq!(
        (state.problems.len(), state.unusable),
        (MAX_PROBLEMS, 1_000)
    );
}
