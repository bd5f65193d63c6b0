//! The state of providers, for operators.

use hyrouter_admin::ProviderStatus;

use super::Source;

/// Returns the state of a provider, with at most `problems` problems of its entries.
pub(crate) fn status_of(source: &Source, problems: usize) -> ProviderStatus {
    let view = source.view();
    let state = &view.state;
    ProviderStatus {
        name: source.settings.name.clone(),
        kind: source.settings.source.as_str().to_owned(),
        synced: state.is_synced,
        stale: view.is_stale,
        age_seconds: source.feed.age().map(|age| age.as_secs_f64()),
        backends: state.backends.len() as u64,
        failures: source.feed.failures(),
        error: state.error.as_deref().map(ToOwned::to_owned),
        unusable: state.unusable as u64,
        problems: (state.problems.iter().take(problems))
            .map(ToString::to_string)
            .collect(),
        dropped: state.dropped as u64,
    }
}
