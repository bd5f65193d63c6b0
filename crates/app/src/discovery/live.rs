//! One contact with each provider of a configuration, without a router.

use std::time::Duration;

use hyrouter_admin::ProviderStatus;
use serde::Serialize;

use super::status_of;
use crate::build::Assembly;

/// Number of backends that are shown for each provider.
const SHOWN_BACKENDS: usize = 3;
/// Number of problems that are shown for each provider.
const SHOWN_PROBLEMS: usize = 5;
/// Type of the provider that contacts nothing.
const PUSH: &str = "push";

/// Backends of the providers of a configuration, from one contact.
#[derive(Debug, Serialize)]
pub struct LiveReport {
    providers: Vec<LiveProvider>,
}

#[derive(Debug, Serialize)]
struct LiveProvider {
    #[serde(flatten)]
    status: ProviderStatus,
    /// The first backends as `id host:port`.
    first: Vec<String>,
}

impl Assembly {
    /// Contacts each discovery provider once. Waits until each has synced or failed, at most `longest`.
    ///
    /// Needs a tokio runtime with I/O and time. The providers run until the assembly is dropped.
    pub async fn contact_providers(&self, longest: Duration) -> LiveReport {
        self.sources.contact(longest).await;
        let providers = self.sources.iter().map(|source| {
            let state = source.feed.now();
            let first = state.backends.iter().take(SHOWN_BACKENDS);
            LiveProvider {
                status: status_of(source, SHOWN_PROBLEMS),
                first: first
                    .map(|found| format!("{} {}", found.id, found.backend))
                    .collect(),
            }
        });
        LiveReport {
            providers: providers.collect(),
        }
    }
}

impl LiveReport {
    /// Returns whether each provider that can be contacted has given its backends.
    pub fn is_good(&self) -> bool {
        self.providers.iter().all(LiveProvider::is_good)
    }

    /// Returns the report as text, a line for each provider and for each problem.
    pub fn lines(&self) -> Vec<String> {
        self.providers
            .iter()
            .flat_map(LiveProvider::lines)
            .collect()
    }
}

impl LiveProvider {
    fn is_good(&self) -> bool {
        let ProviderStatus {
            kind,
            synced,
            error,
            ..
        } = &self.status;
        error.is_none() && (*synced || kind == PUSH)
    }

    fn lines(&self) -> Vec<String> {
        let ProviderStatus {
            name,
            kind,
            synced,
            backends,
            error,
            unusable,
            problems,
            dropped,
            ..
        } = &self.status;
        let mut result = match (error, synced) {
            (Some(error), _) => format!("failed: {error}"),
            (None, false) if kind == PUSH => "waits for requests; nothing to contact".to_owned(),
            (None, false) => "failed: no answer in time".to_owned(),
            (None, true) => match backends {
                1 => "1 backend".to_owned(),
                count => format!("{count} backends"),
            },
        };
        if !self.first.is_empty() {
            result = format!("{result}: {}", self.first.join(", "));
            if let Some(more @ 1..) = backends.checked_sub(self.first.len() as u64) {
                result = format!("{result} and {more} more");
            }
        }
        let mut lines = vec![format!("provider {name} ({kind}): {result}")];
        lines.extend(
            problems
                .iter()
                .map(|problem| format!("  not used: {problem}")),
        );
        if let Some(more @ 1..) = unusable.checked_sub(problems.len() as u64) {
            lines.push(format!("  not used: {more} more entries"));
        }
        if *dropped > 0 {
            lines.push(format!(
                "  left out: {dropped} backends beyond max_backends"
            ));
        }
        lines
    }
}
