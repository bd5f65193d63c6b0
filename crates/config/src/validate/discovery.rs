use std::collections::BTreeMap;

use super::missing;
use crate::model::{Discovery, Provider, ProviderType};
use crate::path::Path;
use crate::problem::{Problems, message};

/// Providers that pools can name.
pub(super) struct Providers {
    names: Vec<String>,
    /// `true` if a name is invalid, so that an unknown provider of a pool may stand for it.
    is_partial: bool,
}

impl Providers {
    pub(super) fn check_name(&self, path: &Path, name: &str, problems: &mut Problems) {
        if self.is_partial || self.names.iter().any(|known| known == name) {
            return;
        }
        let known = match self.names.as_slice() {
            [] => "none, since `discovery.providers` is empty".to_owned(),
            names => names.join(", "),
        };
        problems.add_if_clear(path, message("no such provider", &name.into(), known));
    }
}

pub(super) fn check(discovery: &Discovery, problems: &mut Problems) -> Providers {
    let list = Path::of("discovery.providers");
    let mut seen: BTreeMap<&str, Path> = BTreeMap::new();
    let mut is_partial = problems.is_covered(&list);
    for (index, provider) in discovery.providers.iter().enumerate() {
        let path = list.index(index);
        check_sections(&path, provider, problems);
        is_partial |= problems.is_covered(&path.key("name"));
        super::plugins::check_unique(&path.key("name"), &provider.name, &mut seen, problems);
    }
    Providers {
        names: discovery
            .providers
            .iter()
            .map(|provider| provider.name.clone())
            .collect(),
        is_partial,
    }
}

/// Checks that the section of the provider's type is present.
fn check_sections(path: &Path, provider: &Provider, problems: &mut Problems) {
    let Some(kind) = provider.kind else {
        return;
    };
    let is_there = match kind {
        ProviderType::Kubernetes => provider.kubernetes.is_some(),
        ProviderType::Agones => provider.agones.is_some(),
    };
    let kind = kind.as_str();
    if !is_there {
        problems.add_if_clear(&path.key(kind), missing(&format!("type `{kind}`")));
    }
}
