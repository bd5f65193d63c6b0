//! Blocks that are a part of a file of the repository, such as `go excerpt examples/grpc-plugin-go/main.go`.

use std::fs;

use super::page::{Block, blocks, root};

const EXCERPT: &str = " excerpt ";

/// Returns the path of the file, from the root of the repository.
pub(crate) fn source(block: &Block) -> Option<&str> {
    let (_, path) = block.info.split_once(EXCERPT)?;
    Some(path)
}

#[test]
fn an_excerpt_is_a_part_of_its_file() {
    let found = blocks();
    let mut faults = Vec::new();
    let mut count = 0;
    for block in &found {
        let Some(path) = source(block) else {
            continue;
        };
        count += 1;
        match fs::read_to_string(root().join(path)) {
            Err(error) => faults.push(format!("{}: {path}: {error}", block.place())),
            Ok(text) if !text.contains(&block.text) => {
                faults.push(format!("{}: {path} does not contain it", block.place()));
            }
            Ok(_) => {}
        }
    }
    assert!(count > 0, "no page has an excerpt");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
