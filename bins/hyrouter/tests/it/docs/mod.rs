//! What the pages show is tried: each fenced block of `docs/` and of the README, by what its info string says it is.

mod complete;
mod console;
mod data;
mod go;
mod links;
mod log;
mod normal;
mod page;
mod python;
mod server;
mod workshop;

use self::page::{Kind, blocks, check_all, root};

#[test]
fn every_block_says_what_it_is() {
    let unknown: Vec<_> = blocks()
        .into_iter()
        .filter(|block| block.kind().is_none())
        .map(|block| {
            format!(
                "{}: {:?} is nothing that is tried",
                block.place(),
                block.info
            )
        })
        .collect();
    assert!(unknown.is_empty(), "\n{}", unknown.join("\n"));
}

/// Rustdoc tries the Rust of a page that a crate takes in.
#[test]
fn rust_is_a_doctest() {
    let takes_in = std::fs::read_to_string(root().join("crates/plugin-sdk/src/lib.rs")).unwrap();
    check_all(Kind::Rust, |block| {
        let wanted = format!("include_str!(\"../../../{}\")", block.page);
        let is_there = takes_in.contains(&wanted);
        is_there
            .then_some(())
            .ok_or_else(|| format!("no crate has {wanted}, so nobody tries it"))
    });
}
