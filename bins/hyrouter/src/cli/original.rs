//! Options in the spelling of the original program.

use std::ffi::OsString;

/// Options of the original program. Go's `flag` package accepts them with one hyphen or two.
const OPTIONS: [&str; 2] = ["config", "log-level"];

/// Adds the second hyphen to options of the original: `-config FILE`, `-config=FILE`. Unit files and container
/// arguments for the original keep working.
pub(crate) fn with_two_hyphens(
    arguments: impl Iterator<Item = OsString>,
) -> impl Iterator<Item = OsString> {
    let mut are_options = true;
    arguments.map(move |argument| {
        are_options &= argument != "--";
        match argument.to_str() {
            Some(text) if are_options && is_of_the_original(text) => format!("-{text}").into(),
            _ => argument,
        }
    })
}

fn is_of_the_original(argument: &str) -> bool {
    let Some(option) = argument.strip_prefix('-') else {
        return false;
    };
    let (name, _) = option.split_once('=').unwrap_or((option, ""));
    OPTIONS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::with_two_hyphens;

    #[test]
    fn only_options_of_the_original_are_changed() {
        for (given, expected) in [
            ("hyrouter -config a.yaml", "hyrouter --config a.yaml"),
            ("hyrouter -config=-config", "hyrouter --config=-config"),
            ("hyrouter -log-level=WARN", "hyrouter --log-level=WARN"),
            ("hyrouter check -config a", "hyrouter check --config a"),
            ("hyrouter --config a", "hyrouter --config a"),
            ("hyrouter -configs a -c b -", "hyrouter -configs a -c b -"),
            ("hyrouter -log-format json", "hyrouter -log-format json"),
            ("hyrouter -- -config", "hyrouter -- -config"),
        ] {
            let arguments = given.split(' ').map(Into::into);
            let found: Vec<_> = with_two_hyphens(arguments).collect();
            assert_eq!(found, expected.split(' ').collect::<Vec<_>>(), "{given}");
        }
    }
}
