//! Providers from settings.

#[cfg(feature = "agones")]
use crate::agones::AgonesProvider;
#[cfg(feature = "dns")]
use crate::dns::DnsProvider;
#[cfg(feature = "docker")]
use crate::docker::DockerProvider;
#[cfg(feature = "file")]
use crate::file::FileProvider;
#[cfg(feature = "http")]
use crate::http::HttpProvider;
#[cfg(feature = "kubernetes")]
use crate::kubernetes::KubernetesProvider;
#[cfg(feature = "push")]
use crate::push::PushProvider;
use crate::{Provider, ProviderSettings, SourceSettings};

/// A provider cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The crate was built without the feature of the source.
    #[error("this build has no discovery provider of type `{0}`; build it with the feature `{0}`")]
    NotBuilt(&'static str),
    /// A setting cannot be used.
    #[error("{key}: {problem}")]
    Setting {
        /// Key of the setting below the section of the source, such as `token_file`.
        key: &'static str,
        /// The problem, with the value and the allowed values.
        problem: String,
    },
}

/// Makes the provider of these settings. It contacts nothing until it is [followed](Provider::follow).
///
/// # Errors
/// The crate was built without the feature of the source, or a setting cannot be used.
#[allow(
    unreachable_patterns,
    clippy::match_single_binding,
    reason = "each feature adds an arm"
)]
pub fn provider(settings: &ProviderSettings) -> Result<Box<dyn Provider>, ProviderError> {
    let source: &SourceSettings = &settings.source;
    match source {
        #[cfg(feature = "agones")]
        SourceSettings::Agones(agones) => {
            Ok(Box::new(AgonesProvider::new(&settings.name, agones)?))
        }
        #[cfg(feature = "dns")]
        SourceSettings::Dns(dns) => Ok(Box::new(DnsProvider::new(dns, settings)?)),
        #[cfg(feature = "docker")]
        SourceSettings::Docker(docker) => Ok(Box::new(DockerProvider::new(docker)?)),
        #[cfg(feature = "file")]
        SourceSettings::File(file) => Ok(Box::new(FileProvider::new(file))),
        #[cfg(feature = "http")]
        SourceSettings::Http(http) => Ok(Box::new(HttpProvider::new(http)?)),
        #[cfg(feature = "kubernetes")]
        SourceSettings::Kubernetes(settings) => Ok(Box::new(KubernetesProvider::new(settings))),
        #[cfg(feature = "push")]
        SourceSettings::Push(push) => {
            let ProviderSettings {
                name, max_backends, ..
            } = settings;
            Ok(Box::new(PushProvider::new(name, *max_backends, push)?))
        }
        other => Err(ProviderError::NotBuilt(other.as_str())),
    }
}
