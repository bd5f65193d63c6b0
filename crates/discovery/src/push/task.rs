//! The task of a provider: it publishes leases, ends them on time, stores them, and reads tokens again.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_text::shown;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

use super::state::{PushPhase, PushState};
use super::store::{LastSave, load, save};
use crate::Publisher;

/// Shortest time between two publications. A first change is published at once.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(100);
/// Shortest time between two publications that change the ends of leases only.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(1);
/// Time after which the provider, which is its own source, confirms an unchanged set.
const CONFIRM_INTERVAL: Duration = Duration::from_secs(1);
/// Time between two reads of the token files.
const TOKEN_INTERVAL: Duration = Duration::from_secs(2);

/// Follows the leases without end.
pub(super) async fn follow(state: Arc<PushState>, publisher: Publisher) {
    let last_save = LastSave::new(&state);
    load(&state).await;
    tokio::join!(
        publish(&state, &publisher),
        save(&state),
        refresh_tokens(&state)
    );
    drop(last_save);
}

async fn publish(state: &PushState, publisher: &Publisher) {
    let mut last = None;
    loop {
        let until = publish_if_due(state, publisher, &mut last);
        let wake = async {
            match until {
                Some(until) => sleep_until(until).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = state.changed.notified() => {}
            () = wake => {}
            () = sleep(CONFIRM_INTERVAL) => publisher.confirm(),
        }
    }
}

/// Publishes changes if the last publication is long enough ago. Returns the time of the next step: a publication, or
/// the end of a lease.
fn publish_if_due(
    state: &PushState,
    publisher: &Publisher,
    last: &mut Option<Instant>,
) -> Option<Instant> {
    let now = Instant::now();
    let mut leases = state.leases();
    // The provider that took the leases over publishes them.
    if leases.phase == PushPhase::Replaced {
        return None;
    }
    let wait = if leases.is_changed || last.is_none() {
        Some(PUBLISH_INTERVAL)
    } else {
        leases.is_renewed.then_some(RENEWAL_INTERVAL)
    };
    let due = wait.map(|wait| last.map_or(now, |last| last + wait));
    let next_end = leases.table.next_end();
    if due.is_none_or(|due| due > now) {
        return due.into_iter().chain(next_end).min();
    }
    (leases.is_changed, leases.is_renewed) = (false, false);
    let backends = leases.table.discovered();
    drop(leases);
    publisher.publish(backends, []);
    *last = Some(Instant::now());
    next_end
}

async fn refresh_tokens(state: &Arc<PushState>) {
    let mut known = None;
    loop {
        sleep(TOKEN_INTERVAL).await;
        let reader = Arc::clone(state);
        let read =
            spawn_blocking(move || reader.tokens.refresh().map_err(|error| error.to_string()));
        let problem = read
            .await
            .map_err(|error| error.to_string())
            .flatten()
            .err();
        if problem != known {
            let provider = &*state.provider;
            if let Some(error) = &problem {
                let error = shown(error);
                tracing::warn!(
                    provider,
                    %error,
                    "token file cannot be used; its last token stays valid"
                );
            } else {
                tracing::info!(provider, "token files can be used again");
            }
            known = problem;
        }
    }
}
