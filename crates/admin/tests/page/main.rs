//! The status page in a real browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    reason = "a test fails by panic"
)]

#[path = "../support/mod.rs"]
mod support;

mod status;
mod truth;

use serde_json::json;

/// Whether a text can be read on the page.
fn reads(text: &str) -> String {
    format!("document.body.innerText.includes({})", json!(text))
}
