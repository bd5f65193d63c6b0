//! What is said at the end.

use hyrouter_metrics::Codes;

use crate::counts::Counts;

/// Tells what became of the tokens and the referral data that players brought.
pub fn log(counts: &Counts) {
    let tokens = words(&counts.decisions.identity);
    if !tokens.is_empty() {
        tracing::info!(counts = tokens, "identity tokens");
    }
    let tickets = words(&counts.decisions.tickets);
    if !tickets.is_empty() {
        tracing::info!(counts = tickets, "referral data that players brought");
    }
}

/// `verified=5 identity_missing=2`
fn words(codes: &Codes) -> String {
    let words: Vec<_> = codes
        .seen()
        .map(|(code, count)| format!("{code}={count}"))
        .collect();
    words.join(" ")
}
