//! How often things happened.

use std::sync::atomic::{AtomicU64, Ordering};

use hyrouter_identity::Verifier;

/// Counts by a fixed set of codes.
#[derive(Debug)]
pub(crate) struct Tally {
    codes: &'static [&'static str],
    counts: Box<[AtomicU64]>,
}

impl Tally {
    pub(crate) fn new(codes: &'static [&'static str]) -> Self {
        Self {
            codes,
            counts: codes.iter().map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// One more of this code; nothing for `None` and for codes that are not of the set.
    pub(crate) fn count(&self, code: Option<&'static str>) {
        let place = self.codes.iter().position(|known| Some(*known) == code);
        if let Some(count) = place.and_then(|place| self.counts.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Codes that happened, with how often.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        self.codes
            .iter()
            .copied()
            .zip(counts)
            .filter(|(_, count)| *count > 0)
    }
}

/// Tells at the end what became of the tokens and the referral data that players brought.
pub(crate) fn log(verifier: Option<&Verifier>, tickets: &Tally) {
    let tokens = verifier.map_or_else(String::new, |verifier| counts(verifier.counts().iter()));
    if !tokens.is_empty() {
        tracing::info!(counts = tokens, "identity tokens");
    }
    let tickets = counts(tickets.seen());
    if !tickets.is_empty() {
        tracing::info!(counts = tickets, "referral data that players brought");
    }
}

/// `verified=5 identity_missing=2`
fn counts(counts: impl Iterator<Item = (&'static str, u64)>) -> String {
    let seen = counts.filter(|(_, count)| *count > 0);
    let words: Vec<_> = seen
        .map(|(code, count)| format!("{code}={count}"))
        .collect();
    words.join(" ")
}
