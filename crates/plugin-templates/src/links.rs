//! Links of Markdown pages that move from the repository into a project.

/// Place of a file of the repository that no project has.
const REPOSITORY: &str = "https://github.com/hyrouter/hyrouter/blob/main/";

/// Folders of the repository and their folders in the project.
pub(crate) struct Relocation<'m> {
    moves: &'m [(String, String)],
}

impl<'m> Relocation<'m> {
    pub(crate) fn new(moves: &'m [(String, String)]) -> Self {
        Self { moves }
    }

    /// Returns a page with links that are right in the project: to the copy of a file, or to the repository. `page` is
    /// its path in the repository.
    pub(crate) fn links(&self, page: &str, text: &str) -> String {
        let mut parts = text.split("](");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            out.push_str("](");
            match part.split_once(')') {
                Some((target, rest)) if target.starts_with("../") => {
                    out.push_str(&self.target(page, target));
                    out.push(')');
                    out.push_str(rest);
                }
                _ => out.push_str(part),
            }
        }
        out
    }

    fn target(&self, page: &str, target: &str) -> String {
        let mut path: Vec<_> = page.split('/').collect();
        path.pop();
        for part in target.split('/') {
            match part {
                ".." => _ = path.pop(),
                "." | "" => {}
                part => path.push(part),
            }
        }
        let path = path.join("/");
        match (self.place(page), self.place(&path)) {
            (Some(page), Some(place)) => {
                let depth = page.matches('/').count();
                format!("{}{place}", "../".repeat(depth))
            }
            _ => format!("{REPOSITORY}{path}"),
        }
    }

    /// Returns the path in the project of a path of the repository.
    fn place(&self, path: &str) -> Option<String> {
        self.moves.iter().find_map(|(from, to)| {
            let rest = path.strip_prefix(from.as_str())?;
            if !rest.is_empty() && !rest.starts_with('/') {
                return None;
            }
            let place = format!("{to}{rest}");
            Some(place.trim_start_matches('/').to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Relocation;

    #[test]
    fn links_lead_to_the_copy_or_to_the_repository() {
        let moves = [
            ("examples/grpc-plugin-go".into(), String::new()),
            ("examples/sdk/go".into(), "hyrouter-plugin".into()),
        ];
        let relocation = Relocation::new(&moves);
        let page = "examples/grpc-plugin-go/README.md";
        for (link, expected) in [
            ("../sdk/go", "hyrouter-plugin"),
            ("../sdk/go/README.md#run", "hyrouter-plugin/README.md#run"),
            (
                "../grpc-plugin/README.md",
                "https://github.com/hyrouter/hyrouter/blob/main/examples/grpc-plugin/README.md",
            ),
            (
                "../../docs/plugin-development.md",
                "https://github.com/hyrouter/hyrouter/blob/main/docs/plugin-development.md",
            ),
            ("main.go", "main.go"),
            ("https://example.com/../a", "https://example.com/../a"),
        ] {
            let text = relocation.links(page, &format!("[a]({link}) and (b)"));
            assert_eq!(text, format!("[a]({expected}) and (b)"));
        }
        let text = relocation.links(
            "examples/sdk/go/README.md",
            "[x](../../grpc-plugin-go/main.go)",
        );
        assert_eq!(text, "[x](../main.go)");
        assert_eq!(
            relocation.links(page, "no link, ]( no end"),
            "no link, ]( no end"
        );
    }
}
