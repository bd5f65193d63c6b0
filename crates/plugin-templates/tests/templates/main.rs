//! The templates, as `hyrouter plugin new` uses them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

mod projects;
mod sources;
mod writing;
