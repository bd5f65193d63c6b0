//! Status updates as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::WatchStream;

use crate::control::AdminControl;
use crate::server::error_response::ErrorResponse;
use crate::server::limits::{EVENTS, READER_LIFE, READERS};
use crate::server::listener_state::ListenerState;

/// Makes one snapshot each second for all readers; none without readers.
///
/// A slow reader misses snapshots: only the latest is kept.
pub(crate) struct StatusFeed {
    control: Arc<dyn AdminControl>,
    latest: watch::Sender<Snapshot>,
    readers: Arc<Semaphore>,
}

#[derive(Clone)]
struct Snapshot {
    /// Increases when open streams must end.
    round: u64,
    made: Option<Instant>,
    /// `None` after the last snapshot.
    event: Option<Bytes>,
}

impl StatusFeed {
    pub(crate) fn new(control: Arc<dyn AdminControl>) -> Self {
        let none = Snapshot {
            round: 0,
            made: None,
            event: None,
        };
        Self {
            control,
            latest: watch::Sender::new(none),
            readers: Arc::new(Semaphore::new(READERS)),
        }
    }

    /// Makes the snapshots. Never ends.
    pub(crate) async fn run(&self) -> Infallible {
        let mut ticks = interval(EVENTS);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if self.latest.receiver_count() > 0 {
                // A first reader may just have caused a snapshot.
                self.refresh(EVENTS / 2);
            }
        }
    }

    /// Ends all open streams. New readers are accepted.
    pub(crate) fn restart(&self) {
        self.latest.send_modify(|snapshot| snapshot.round += 1);
    }

    /// Ends all streams. New readers are refused.
    pub(crate) fn close(&self) {
        self.readers.close();
        self.latest.send_modify(|snapshot| snapshot.event = None);
    }

    fn refresh(&self, least_age: std::time::Duration) {
        let made = self.latest.borrow().made;
        if made.is_some_and(|made| made.elapsed() < least_age) {
            return;
        }
        let made = Some(Instant::now());
        // Made without the lock: it takes time, and the thread of the listener reads snapshots.
        let event = Some(self.event());
        self.latest.send_if_modified(|snapshot| {
            let is_open = !self.readers.is_closed();
            if is_open {
                let round = snapshot.round;
                *snapshot = Snapshot { round, made, event };
            }
            is_open
        });
    }

    fn event(&self) -> Bytes {
        let mut event = b"event: status\ndata: ".to_vec();
        // Compact JSON has no line breaks, and a status always serializes.
        if serde_json::to_writer(&mut event, &self.control.status()).is_err() {
            event.extend_from_slice(b"null");
        }
        event.extend_from_slice(b"\n\n");
        event.into()
    }
}

/// `GET /api/events`
pub(crate) async fn read(
    State(state): State<Arc<ListenerState>>,
) -> Result<Response, ErrorResponse> {
    let feed = &state.feed;
    let Ok(permit) = Arc::clone(&feed.readers).try_acquire_owned() else {
        let error = if feed.readers.is_closed() {
            "the router is shutting down".to_owned()
        } else {
            format!(
                "/api/events has {READERS} readers, the maximum; close another status page or reader"
            )
        };
        return Err(ErrorResponse::new(StatusCode::SERVICE_UNAVAILABLE, error));
    };
    feed.refresh(EVENTS);
    let latest = feed.latest.subscribe();
    let round = latest.borrow().round;
    let end = Instant::now() + READER_LIFE;
    let events = WatchStream::new(latest).map_while(move |snapshot| {
        // The permit lives as long as the stream of its reader.
        let _permit = &permit;
        let goes_on = snapshot.round == round && Instant::now() < end;
        let event = snapshot.event.filter(|_| goes_on);
        event.map(Ok::<_, Infallible>)
    });
    let mut response = Body::from_stream(events).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    Ok(response)
}
