//! `cargo run -p hyrouter` and `cargo xtask test` compile the same dependencies with the same features, so that the
//! second command does not compile them again.

use std::collections::{BTreeMap, BTreeSet};

use crate::sh::{self, cargo};

/// Sets of features by package and version. A package has two if the build scripts use another set.
type FeatureSets = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let run = feature_sets(&["--package", "hyrouter", "--edges", "normal,build"])?;
    let test = feature_sets(&["--workspace", "--all-features"])?;
    faults.extend(differences(&run, &test));
    Ok(())
}

fn feature_sets(selection: &[&str]) -> anyhow::Result<FeatureSets> {
    let layout = ["tree", "--prefix", "none", "--format", "{p}|{f}"];
    Ok(parse(&sh::output(cargo().args(layout).args(selection))?))
}

fn parse(tree: &str) -> FeatureSets {
    let mut sets = FeatureSets::new();
    for line in tree.lines() {
        let line = line.trim_end_matches(" (*)");
        if let Some((package, features)) = line.split_once('|') {
            sets.entry(package.to_owned())
                .or_default()
                .insert(features.to_owned());
        }
    }
    sets
}

fn differences(run: &FeatureSets, test: &FeatureSets) -> Vec<String> {
    let of_both = |(package, run): (&String, &BTreeSet<String>)| {
        let test = test.get(package)?;
        (!run.is_subset(test)).then(|| {
            format!(
                "{package} has the features {run:?} in `cargo run` and {test:?} in the tests; add those that are missing \
                 to a dependency of bins/hyrouter"
            )
        })
    };
    run.iter().filter_map(of_both).collect()
}

#[cfg(test)]
mod tests {
    use super::{differences, parse};

    #[test]
    fn a_feature_of_the_tests_only_is_a_difference() {
        let run = parse("a v1.0.0|std\nb v1.0.0|\na v1.0.0|std (*)\nsyn v2.0.0|full\n");
        assert_eq!(differences(&run, &run), [""; 0]);
        let test = parse(
            "a v1.0.0|alloc,std\nb v1.0.0|\nc v1.0.0|\nsyn v2.0.0|full\nsyn v2.0.0|full,visit\n",
        );
        let found = differences(&run, &test);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("a v1.0.0 has the features"),
            "{found:?}"
        );
    }
}
