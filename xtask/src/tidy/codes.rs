//! Reason codes: each one that a player's decision can have is explained in the documentation.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Context as _;

use crate::sh::root;

/// Page with the remedy for each code.
const TROUBLESHOOTING: &str = "docs/troubleshooting.md";

/// Enums of reason codes, by the file that declares them, with the page that explains them.
const ENUMS: &[(&str, &str, &str)] = &[
    ("Reason", "crates/gateway/src/reason.rs", "docs/failures.md"),
    (
        "CloseReason",
        "crates/proxy/src/close_reason.rs",
        "docs/failures.md",
    ),
    ("Refusal", "crates/proxy/src/refusal.rs", "docs/failures.md"),
    (
        "TokenRefusal",
        "crates/identity/src/token_refusal.rs",
        "docs/identity.md",
    ),
    (
        "TicketResult",
        "crates/gateway/src/ticket.rs",
        "docs/referral-envelope.md",
    ),
];

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    for (name, file, page) in ENUMS {
        let read = |path: &str| {
            fs::read_to_string(root().join(path)).with_context(|| format!("reading {path}"))
        };
        let source = read(file)?;
        let codes = codes(&source, name);
        anyhow::ensure!(!codes.is_empty(), "{file}: no codes of {name} were found");
        for variant in unlisted(&source, name) {
            faults.push(format!("{file}: {name}::ALL lacks {variant}"));
        }
        for page in [*page, TROUBLESHOOTING] {
            let text = read(page)?;
            for code in &codes {
                if !text.contains(&format!("`{code}`")) {
                    faults.push(format!(
                        "{page}: does not explain `{code}` of {name} ({file})"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Returns the text of an enum's lists, which stand before its function `as_str`, and that function.
fn parts<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let (_, methods) = text.split_once(&format!("impl {name} {{"))?;
    let (lists, body) = methods.split_once("fn as_str(")?;
    Some((lists, body.split("\n    }").next()?))
}

/// Returns the variants that the lists lack. The compiler ensures that `as_str` has all.
fn unlisted<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let Some((lists, body)) = parts(text, name) else {
        return Vec::new();
    };
    let listed: BTreeSet<_> = variants(lists).collect();
    variants(body)
        .filter(|variant| !listed.contains(variant))
        .collect()
}

fn variants(text: &str) -> impl Iterator<Item = &str> {
    let places = text.split("Self::").skip(1);
    places.filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
}

/// Returns the codes in the function `as_str` of an enum.
fn codes(text: &str, name: &str) -> Vec<String> {
    let Some((_, body)) = parts(text, name) else {
        return Vec::new();
    };
    let arms = body.lines().filter_map(|line| line.split_once("=> \""));
    let codes = arms.filter_map(|(_, code)| code.split('"').next());
    codes.map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_enum() {
        let text = "impl Other {\n    fn as_str(self) {\n        Self::A => \"x\",\n    }\n}\nimpl Reason {\n    \
            pub const fn as_str(self) -> &'static str {\n        match self {\n            Self::A => \"a\",\n            \
            Self::B => \"b_c\",\n            Self::Of(inner) => inner.as_str(),\n        }\n    }\n\n    fn message() {\n        \
            Self::A => \"text\",\n    }\n}\n";
        assert_eq!(codes(text, "Reason"), ["a", "b_c"]);
        assert_eq!(unlisted(text, "Reason"), ["A", "B", "Of"]);
        let listed = text.replace(
            "impl Reason {",
            "impl Reason {\n    const ALL: [Self; 2] = [Self::A, Self::Of(1)];",
        );
        assert_eq!(unlisted(&listed, "Reason"), ["B"]);
        assert!(codes(text, "Missing").is_empty());
    }
}
