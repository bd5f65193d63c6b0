use std::path::PathBuf;

use hyrouter_discovery::{DiscoveredBackend, FileSettings, SourceSettings};
use hyrouter_router::Backend;

use super::*;

/// A provider that is not started, and its publisher.
fn source(path: &str, max_staleness: Option<Duration>) -> (Source, Publisher) {
    let path = PathBuf::from(path);
    let mut settings = ProviderSettings::new("files", SourceSettings::File(FileSettings { path }));
    settings.max_staleness = max_staleness;
    let source = Source::open(&settings).unwrap();
    let publisher = source.idle.lock().unwrap().take().unwrap();
    (source, publisher)
}

fn publish(publisher: &Publisher, host: &str) {
    publisher.publish([DiscoveredBackend::new(host, Backend::new(host, 5520))], []);
}

fn hosts(source: &Source) -> Vec<String> {
    let backends = source
        .view()
        .state
        .backends
        .iter()
        .cloned()
        .collect::<Vec<_>>();
    backends
        .iter()
        .map(|one| one.backend.host.clone())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_changed_provider_has_the_last_set_until_its_first() {
    let (before, publisher) = source("/a", None);
    publish(&publisher, "old");
    let limit = Duration::from_mins(1);
    let (after, publisher) = source("/b", Some(limit));
    after.take_over(&before);
    assert_eq!(hosts(&after), ["old"]);
    publisher.fail("no such file");
    assert!(after.view().is_usable());
    tokio::time::advance(limit * 2).await;
    assert!(after.view().is_stale, "the inherited set ages too");
    publish(&publisher, "new");
    assert_eq!(hosts(&after), ["new"]);
    assert!(after.view().is_usable());
}

#[tokio::test(start_paused = true)]
async fn only_a_source_that_fails_is_too_old() {
    let limit = Duration::from_mins(1);
    let (source, publisher) = source("/a", Some(limit));
    publish(&publisher, "a");
    tokio::time::advance(limit * 2).await;
    assert!(!source.view().is_stale, "it is asked rarely");
    publisher.fail("refused");
    assert!(source.view().is_stale);
    publisher.confirm();
    assert!(!source.view().is_stale);
}
