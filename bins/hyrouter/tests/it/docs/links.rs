//! Links to a heading. That the file is there is known to `cargo xtask tidy`.

use super::page::{pages, prose, root};

#[test]
fn links_lead_to_headings() {
    let mut count = 0;
    let mut faults = Vec::new();
    for page in pages() {
        for (number, line) in prose(&page) {
            let links = line.split("](").skip(1);
            let links = links.filter_map(|rest| rest.split_once(')')?.0.split_once('#'));
            for (file, anchor) in links.filter(|(file, _)| !file.contains("://")) {
                count += 1;
                if !headings(&target(&page, file))
                    .iter()
                    .any(|slug| slug == anchor)
                {
                    faults.push(format!("{page}:{number}: no heading {file}#{anchor}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(count > 5, "{count}");
}

/// The page that a link means, from the root of the repository.
fn target(page: &str, file: &str) -> String {
    if file.is_empty() {
        return page.to_owned();
    }
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    root().join(folder).join(file).display().to_string()
}

fn headings(page: &str) -> Vec<String> {
    prose(page)
        .iter()
        .filter_map(|(_, line)| {
            let text = line.strip_prefix('#')?.trim_start_matches('#');
            text.strip_prefix(' ').map(slug)
        })
        .collect()
}

/// What a heading is called in links, as code forges make it.
fn slug(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn headings_have_the_names_that_links_use() {
    for (heading, name) in [
        ("Order", "order"),
        ("How a response is applied", "how-a-response-is-applied"),
        ("gRPC or WASM", "grpc-or-wasm"),
        ("`plugins[].grpc`", "pluginsgrpc"),
    ] {
        assert_eq!(slug(heading), name);
    }
}
