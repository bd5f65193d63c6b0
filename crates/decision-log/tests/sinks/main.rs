//! Decisions that are written to files, pipes and servers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

#[cfg(unix)]
mod file;
mod webhook;

use std::time::SystemTime;

use hyrouter_decision_log::{DecisionLine, DecisionOutcome, DecisionRecord};

fn record(connection: u64) -> DecisionRecord<'static> {
    DecisionRecord {
        host: "play.example.com",
        ..DecisionRecord::new(
            SystemTime::now(),
            connection,
            DecisionOutcome::Referral,
            "referred",
        )
    }
}

fn line(connection: u64) -> DecisionLine {
    DecisionLine::new(&record(connection)).unwrap()
}
