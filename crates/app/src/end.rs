//! What is said at the end.

use hyrouter_metrics::Codes;

use crate::metrics::Metrics;

/// Tells what became of the tokens and the referral data that players brought.
pub fn log(metrics: &Metrics) {
    let tokens = words(&metrics.decisions.identity);
    if !tokens.is_empty() {
        tracing::info!(counts = tokens, "identity tokens");
    }
    let tickets = words(&metrics.decisions.tickets);
    if !tickets.is_empty() {
        tracing::info!(counts = tickets, "referral data that players brought");
    }
}

/// `verified=5 identity_missing=2`
fn words<C: Copy + PartialEq>(codes: &Codes<C>) -> String {
    let words: Vec<_> = codes
        .seen()
        .map(|(code, count)| format!("{code}={count}"))
        .collect();
    words.join(" ")
}
