//! The status page in a real browser.

mod status;
mod truth;

use serde_json::json;

/// Whether a text can be read on the page.
fn reads(text: &str) -> String {
    format!("document.body.innerText.includes({})", json!(text))
}
