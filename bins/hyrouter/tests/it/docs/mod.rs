//! Tests each fenced block of `docs/` and of the README by its info string.

mod complete;
mod console;
mod data;
mod excerpt;
mod go;
mod links;
mod log;
mod page;
mod python;
mod server;
mod workshop;

use self::page::{blocks, root};

/// The info strings that a test looks for, and `text` for what cannot be tried.
const TRIED: &[&str] = &[
    "console",
    "console run",
    "go grpc",
    "go wasip1",
    "json case",
    "json request",
    "json response",
    "python grpc",
    "rust",
    "rust no_run",
    "text",
    "text log",
    "text mistakes",
    "yaml",
    "yaml full",
    "yaml wrong",
];

#[test]
fn every_block_says_what_it_is() {
    let mut unknown = blocks();
    unknown
        .retain(|block| !TRIED.contains(&block.info.as_str()) && excerpt::source(block).is_none());
    assert!(unknown.is_empty(), "no test tries these: {unknown:#?}");
}

/// Rustdoc tries the Rust of a page that a crate takes in.
#[test]
fn rust_is_a_doctest() {
    let takes_in = std::fs::read_to_string(root().join("crates/plugin-sdk/src/lib.rs")).unwrap();
    let mut untried = blocks();
    assert!(untried.iter().any(|block| block.info.starts_with("rust")));
    untried.retain(|block| {
        let include = format!("include_str!(\"../../../{}\")", block.page);
        block.info.starts_with("rust") && !takes_in.contains(&include)
    });
    assert!(untried.is_empty(), "no crate takes these in: {untried:#?}");
}
