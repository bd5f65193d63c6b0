//! The fenced blocks of the pages.

use std::fs;
use std::path::{Path, PathBuf};

/// A block between fences.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// File from the root of the repository.
    pub(crate) page: String,
    /// Line of the opening fence, from 1.
    pub(crate) line: usize,
    /// Info string of the fence.
    pub(crate) info: String,
    pub(crate) text: String,
}

impl Block {
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }
}

/// Checks each block with an info string, and panics with the places of all faults. At least one block must exist.
pub(crate) fn check_all(info: &str, mut check: impl FnMut(&Block) -> Result<(), String>) {
    let found = with_info(info);
    assert!(!found.is_empty(), "no page has a block of {info:?}");
    let faults: Vec<_> = found
        .iter()
        .filter_map(|block| {
            let fault = check(block).err()?;
            Some(format!("{}: {fault}", block.place()))
        })
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

pub(crate) fn with_info(info: &str) -> Vec<Block> {
    let mut blocks = blocks();
    blocks.retain(|block| block.info == info);
    blocks
}

/// All blocks of all pages.
pub(crate) fn blocks() -> Vec<Block> {
    pages()
        .iter()
        .flat_map(|page| blocks_of(page, &text(page)))
        .collect()
}

/// The pages, as paths from the root of the repository.
pub(crate) fn pages() -> Vec<String> {
    let mut pages: Vec<_> = ["CONTRIBUTING.md", "README.md", "SECURITY.md"]
        .map(str::to_owned)
        .into();
    for folder in ["docs", "docs/adr"] {
        let files = fs::read_dir(root().join(folder)).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let names = names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "md"));
        pages.extend(names.map(|name| format!("{folder}/{name}")));
    }
    pages.sort();
    pages
}

pub(crate) fn text(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap()
}

/// Lines outside of all blocks, with their numbers.
pub(crate) fn prose(page: &str) -> Vec<(usize, String)> {
    let text = text(page);
    let within = |number: usize| {
        blocks_of(page, &text).into_iter().any(|block| {
            (block.line..=block.line + block.text.lines().count() + 1).contains(&number)
        })
    };
    let numbered = (1..).zip(text.lines());
    numbered
        .filter(|(number, _)| !within(*number))
        .map(|(number, line)| (number, line.to_owned()))
        .collect()
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn blocks_of(page: &str, text: &str) -> Vec<Block> {
    const FENCE: &str = "```";
    let mut blocks = Vec::new();
    let mut lines = (1..).zip(text.lines());
    while let Some((line, opening)) = lines.next() {
        let Some(info) = opening.trim_start().strip_prefix(FENCE) else {
            continue;
        };
        // A block within a list is indented, with all its lines.
        let indent = opening.len() - opening.trim_start().len();
        let mut content = String::new();
        loop {
            let Some((_, inner)) = lines.next() else {
                panic!("{page}:{line}: the block has no end");
            };
            if inner.trim() == FENCE {
                break;
            }
            content.push_str(inner.get(indent..).unwrap_or_default());
            content.push('\n');
        }
        blocks.push(Block {
            page: page.to_owned(),
            line,
            info: info.trim().to_owned(),
            text: content,
        });
    }
    blocks
}

#[test]
fn blocks_are_found_where_they_are() {
    let text =
        "a\n```yaml\nb: 1\n\n  c: 2\n```\n1. x\n   ```text\n   d\n     e\n   ```\n```\nf\n```\n";
    let found: Vec<_> = blocks_of("page", text)
        .into_iter()
        .map(|block| (block.place(), block.info, block.text))
        .collect();
    let expected = [
        ("page:2", "yaml", "b: 1\n\n  c: 2\n"),
        ("page:8", "text", "d\n  e\n"),
        ("page:12", "", "f\n"),
    ];
    assert_eq!(
        found,
        expected.map(|(place, info, text)| (place.into(), info.into(), text.into()))
    );
}
