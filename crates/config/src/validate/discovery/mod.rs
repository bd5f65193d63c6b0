//! Discovery providers.

mod allocation;
mod kubernetes;
mod push;
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use hyrouter_discovery::{ProviderSettings, Selector, SourceSettings};

use super::{Report, missing};
use crate::DiscoverySettings;
use crate::model::{AgonesMode, Discovery, Provider, ProviderType};
use crate::path::Path;
use crate::problem::{Problems, message};

/// Providers that pools can name.
pub(super) struct Providers {
    names: Vec<String>,
    /// Names of those that allocate a backend for each player.
    allocating: BTreeSet<String>,
    /// `true` if a name is invalid, so that an unknown provider of a pool may stand for it.
    is_partial: bool,
}

impl Providers {
    /// Checks the selector of a pool for its provider.
    pub(super) fn check_selector(
        &self,
        path: &Path,
        provider: &str,
        selector: Option<&Selector>,
        report: &mut Report<'_>,
    ) {
        if self.allocating.contains(provider) {
            allocation::check_labels(path, selector, report);
        }
    }

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

/// Builds the settings of the providers. The pools are added by those.
pub(super) fn build(
    discovery: Discovery,
    report: &mut Report<'_>,
) -> (Providers, DiscoverySettings) {
    let list = Path::of("discovery.providers");
    let mut seen: BTreeMap<&str, Path> = BTreeMap::new();
    let mut is_partial = report.problems.is_covered(&list);
    for (index, provider) in discovery.providers.iter().enumerate() {
        let name = list.index(index).key("name");
        is_partial |= report.problems.is_covered(&name);
        super::plugins::check_unique(&name, &provider.name, &mut seen, report.problems);
    }
    let all = discovery.providers.iter();
    let names = all.clone().map(|provider| provider.name.clone());
    let allocating = all.filter(|provider| allocates(provider));
    let providers = Providers {
        names: names.collect(),
        allocating: allocating.map(|provider| provider.name.clone()).collect(),
        is_partial,
    };
    push::check_push(&discovery, report);
    push::check_state_files(&list, &discovery.providers, report);
    let built = discovery.providers.into_iter().enumerate();
    let settings = DiscoverySettings {
        startup_timeout: discovery.startup_timeout,
        push: discovery.push,
        providers: built
            .filter_map(|(index, provider)| build_provider(&list.index(index), provider, report))
            .collect(),
        pools: Vec::new(),
    };
    (providers, settings)
}

fn allocates(provider: &Provider) -> bool {
    let agones = provider.agones.as_ref();
    provider.kind == Some(ProviderType::Agones)
        && agones.is_some_and(|agones| agones.mode == Some(AgonesMode::Allocate))
}

fn build_provider(
    path: &Path,
    provider: Provider,
    report: &mut Report<'_>,
) -> Option<ProviderSettings> {
    let source = build_source(path, &provider, report)?;
    let mut settings = ProviderSettings::new(provider.name, source);
    settings.max_backends = provider.max_backends;
    settings.max_staleness = provider.max_staleness;
    Some(settings)
}

/// Builds the source from the section of the provider's type, and warns of other sections.
fn build_source(
    path: &Path,
    provider: &Provider,
    report: &mut Report<'_>,
) -> Option<SourceSettings> {
    let kind = provider.kind?;
    let sections = [
        (ProviderType::File, provider.file.is_some()),
        (ProviderType::Dns, provider.dns.is_some()),
        (ProviderType::Http, provider.http.is_some()),
        (ProviderType::Push, provider.push.is_some()),
        (ProviderType::Docker, provider.docker.is_some()),
        (ProviderType::Kubernetes, provider.kubernetes.is_some()),
        (ProviderType::Agones, provider.agones.is_some()),
    ];
    for (section, is_there) in sections {
        let at = path.key(section.as_str());
        let is_own = section == kind;
        if is_there && !is_own {
            report.warn(
                &at,
                format!("not used, since the type is `{}`", kind.as_str()),
            );
        }
        if is_own && !is_there && kind != ProviderType::Docker {
            let message = missing(&format!("type `{}`", kind.as_str()));
            report.problems.add_if_clear(&at, message);
        }
    }
    let path = path.key(kind.as_str());
    Some(match kind {
        ProviderType::File => SourceSettings::File(sources::file(provider.file.as_ref()?)),
        ProviderType::Dns => {
            SourceSettings::Dns(sources::dns(&path, provider.dns.as_ref()?, report))
        }
        ProviderType::Http => SourceSettings::Http(sources::http(provider.http.as_ref()?)),
        ProviderType::Push => {
            SourceSettings::Push(push::build(&path, provider.push.as_ref()?, report))
        }
        ProviderType::Docker => {
            let section = provider.docker.as_ref();
            SourceSettings::Docker(sources::docker(&path, section, report))
        }
        ProviderType::Kubernetes => {
            let section = provider.kubernetes.as_ref()?;
            SourceSettings::Kubernetes(kubernetes::kubernetes(&path, section, report))
        }
        ProviderType::Agones => {
            SourceSettings::Agones(kubernetes::agones(&path, provider.agones.as_ref()?, report))
        }
    })
}
