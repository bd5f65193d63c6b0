//! `.dockerignore`, as far as it is used here: `*`, and what is taken back by `!PATH`.

pub(super) struct Ignore {
    all: bool,
    taken_back: Vec<String>,
    left_out: Vec<String>,
}

impl Ignore {
    pub(super) fn parse(text: &str) -> Self {
        let mut ignore = Self {
            all: false,
            taken_back: Vec::new(),
            left_out: Vec::new(),
        };
        for line in text.lines().map(str::trim) {
            match line.strip_prefix('!') {
                _ if line.is_empty() || line.starts_with('#') => {}
                None if line == "*" => ignore.all = true,
                None => ignore.left_out.push(line.trim_matches('/').to_owned()),
                Some(path) => ignore.taken_back.push(path.trim_matches('/').to_owned()),
            }
        }
        ignore
    }

    /// Whether a path of the repository does not reach the build.
    pub(super) fn leaves_out(&self, path: &str) -> bool {
        let is_within = |folder: &String| {
            path.strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.left_out.iter().any(is_within) || self.all && !self.taken_back.iter().any(is_within)
    }
}

#[cfg(test)]
mod tests {
    use super::Ignore;

    #[test]
    fn what_is_left_out() {
        let ignore = Ignore::parse("# x\n*\n!crates\n!examples/docker\ncrates/secret\n");
        for (path, left_out) in [
            ("crates", false),
            ("crates/router", false),
            ("crates/secret", true),
            ("cratesx", true),
            ("examples", true),
            ("examples/docker", false),
            ("target", true),
        ] {
            assert_eq!(ignore.leaves_out(path), left_out, "{path}");
        }
        assert!(!Ignore::parse("target\n").leaves_out("crates"));
    }
}
