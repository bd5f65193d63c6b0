//! Keeps one collection current: a list, then the changes after it, then a new list from time to time.

use std::time::Duration;

use hyrouter_http_client::Backoff;
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::listing::Listing;
use super::parts::Part;
use super::reader::{LineReader, page};
use super::{ApiError, Cluster, ClusterObject, Collection, Contribution, ObjectKey};
use crate::EntryProblem;

/// Waits after failures.
const BACKOFF: Backoff = Backoff {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(5),
};
/// Longest wait that a server can ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(30);
/// Time of one watch, in seconds. Its end is a contact with the server, even if nothing changes.
const WATCH_SECONDS: u32 = 25;
/// Time that the end of a watch may be late. A connection that hangs is given up then.
const WATCH_LATENESS: Duration = Duration::from_secs(5);
/// Shortest time of a watch that ended as it should.
const SHORT_WATCH: Duration = Duration::from_secs(1);
/// Time of a streaming list, in seconds, and the longest silence in it.
const LIST_SECONDS: u32 = 290;
const LIST_SILENCE: Duration = Duration::from_secs(15);
/// Maximum time to read a page.
const PAGE_TIMEOUT: Duration = Duration::from_mins(1);
/// Maximum number of pages: 10 million objects.
const MAX_PAGES: usize = 100_000;
/// Time between lists, less at most 50 %. A watch on a cluster that was built anew behind the same address stays silent
/// without an error.
const RELIST: Backoff = Backoff {
    first: Duration::from_mins(10),
    longest: Duration::from_mins(10),
};

/// Reads what an object gives.
pub(crate) type Read<T> = Box<dyn Fn(&T) -> Contribution + Send + Sync>;

/// Follows a collection.
pub(super) struct Watch<'c, T> {
    pub(super) cluster: &'c Cluster,
    pub(super) collection: &'c Collection,
    pub(super) part: &'c Part,
    pub(super) read: &'c Read<T>,
    pub(super) max_backends: usize,
}

/// An event of a watch. Its object is read as far as all kinds of events agree.
#[derive(Deserialize)]
struct EventHead {
    r#type: String,
    #[serde(default)]
    object: ObjectHead,
}

/// Start of an object, a bookmark or an error.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ObjectHead {
    metadata: HeadMetadata,
    code: Option<u16>,
    message: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct HeadMetadata {
    namespace: Box<str>,
    name: Box<str>,
    resource_version: String,
    annotations: Option<Marks>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Marks {
    #[serde(rename = "k8s.io/initial-events-end")]
    end_of_list: Option<String>,
}

/// The object of an event.
#[derive(Deserialize)]
struct EventObject<T> {
    object: T,
}

#[derive(Deserialize)]
struct Page {
    metadata: PageMetadata,
    items: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageMetadata {
    resource_version: String,
    #[serde(default)]
    r#continue: String,
}

impl<T: ClusterObject> Watch<'_, T> {
    /// Keeps the part current, without end.
    pub(super) async fn run(&self) {
        let mut failures = 0_u32;
        loop {
            let Err(error) = self.cycle(&mut failures).await else {
                continue;
            };
            failures = failures.saturating_add(1);
            if failures == 1 && error.is_expired() {
                // The server has forgotten the version, as after each of its restarts. A new list is the answer.
                continue;
            }
            let asked = error.retry_after.unwrap_or_default().min(LONGEST_ASKED);
            self.part.fail(self.collection.explain(&error));
            sleep(BACKOFF.wait(failures).max(asked)).await;
        }
    }

    /// Lists, then watches until it is time to list again.
    async fn cycle(&self, failures: &mut u32) -> Result<(), ApiError> {
        let relist_at = Instant::now() + RELIST.wait(1);
        let (listing, mut version) = match self.stream().await {
            // The server has no streaming lists.
            Err(error) if error.is_invalid() => self.pages().await?,
            listed => listed?,
        };
        self.part.replace(listing);
        while Instant::now() < relist_at {
            let started = Instant::now();
            let request = self.collection.watch(WATCH_SECONDS, &version)?;
            let response = self.cluster.send(request).await?;
            self.part.contact();
            let time = Duration::from_secs(WATCH_SECONDS.into()) + WATCH_LATENESS;
            let mut lines = LineReader::new(response.into_body());
            while let Some(line) = lines.next(started + time).await? {
                if let Some(new) = self.event(line)? {
                    *failures = 0;
                    version = new;
                }
                if self.part.is_short() {
                    return Ok(());
                }
            }
            if started.elapsed() < SHORT_WATCH {
                return Err(ApiError::new("the API server ended a watch at once"));
            }
            *failures = 0;
            self.part.contact();
        }
        Ok(())
    }

    /// Applies an event of a watch. Returns the version after it.
    fn event(&self, line: &[u8]) -> Result<Option<String>, ApiError> {
        let EventHead { r#type, object } = head(line)?;
        match r#type.as_str() {
            "ADDED" | "MODIFIED" => {
                let (key, version) = key(object);
                let found = self.found(&key, line);
                self.part.set(key, found);
                Ok(Some(version))
            }
            "DELETED" => {
                let (key, version) = key(object);
                self.part.remove(&key);
                Ok(Some(version))
            }
            "BOOKMARK" => {
                self.part.contact();
                Ok(Some(object.metadata.resource_version))
            }
            "ERROR" => Err(error(object)),
            _ => Ok(None),
        }
    }

    /// Reads a streaming list. Returns it with its version.
    async fn stream(&self) -> Result<(Listing, String), ApiError> {
        let response = self
            .cluster
            .send(self.collection.stream(LIST_SECONDS)?)
            .await?;
        let mut listing = Listing::new(self.max_backends);
        let mut lines = LineReader::new(response.into_body());
        while let Some(line) = lines.next(Instant::now() + LIST_SILENCE).await? {
            let EventHead { r#type, object } = head(line)?;
            match r#type.as_str() {
                // All kinds: an object can change while the list is sent.
                "ADDED" | "MODIFIED" => {
                    let (key, _) = key(object);
                    let found = self.found(&key, line);
                    listing.set(key, found);
                }
                "DELETED" => {
                    listing.remove(&key(object).0);
                }
                "BOOKMARK" => {
                    let HeadMetadata {
                        resource_version,
                        annotations,
                        ..
                    } = object.metadata;
                    if annotations.is_some_and(|marks| marks.end_of_list.is_some()) {
                        return Ok((listing, resource_version));
                    }
                }
                "ERROR" => return Err(error(object)),
                _ => {}
            }
        }
        Err(ApiError::new("the API server ended a list too early"))
    }

    /// Reads a list in pages. Returns it with its version.
    async fn pages(&self) -> Result<(Listing, String), ApiError> {
        let mut listing = Listing::new(self.max_backends);
        let mut token = None;
        for _ in 0..MAX_PAGES {
            let request = self.collection.page(token.as_deref())?;
            let body = self.cluster.send(request).await?.into_body();
            let page = page(body, PAGE_TIMEOUT).await?;
            let Page { metadata, items } =
                serde_json::from_slice(&page).map_err(|error| unreadable(&error))?;
            for item in items {
                let head = ObjectHead::deserialize(&item).unwrap_or_default();
                let (key, _) = key(head);
                let found = match T::deserialize(item) {
                    Ok(object) => (self.read)(&object),
                    Err(error) => problem(&key, &error),
                };
                listing.set(key, found);
            }
            if metadata.r#continue.is_empty() {
                return Ok((listing, metadata.resource_version));
            }
            token = Some(metadata.r#continue);
        }
        Err(ApiError::new("the list has no end"))
    }

    /// Reads what the object of an event gives.
    fn found(&self, key: &ObjectKey, line: &[u8]) -> Contribution {
        match serde_json::from_slice::<EventObject<T>>(line) {
            Ok(EventObject { object }) => (self.read)(&object),
            Err(error) => problem(key, &error),
        }
    }
}

fn head(line: &[u8]) -> Result<EventHead, ApiError> {
    serde_json::from_slice(line).map_err(|error| unreadable(&error))
}

fn key(object: ObjectHead) -> (ObjectKey, String) {
    let HeadMetadata {
        namespace,
        name,
        resource_version,
        ..
    } = object.metadata;
    (ObjectKey { namespace, name }, resource_version)
}

/// Returns the error that ends a watch.
fn error(object: ObjectHead) -> ApiError {
    let text = object.message.unwrap_or_default();
    ApiError::of_code(object.code.unwrap_or_default(), &text)
}

fn unreadable(error: &serde_json::Error) -> ApiError {
    ApiError::new(format_args!(
        "the API server sent something else than its API: {error}"
    ))
}

fn problem(key: &ObjectKey, error: &serde_json::Error) -> Contribution {
    let ObjectKey { namespace, name } = key;
    Contribution::Problem(EntryProblem::new(
        format_args!("{namespace}/{name}"),
        format_args!("it cannot be read: {error}"),
    ))
}
