//! Provider `kubernetes`: pods and `EndpointSlices`.

mod endpoint_slice;
mod pod;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::endpoint_slice::{EndpointSlice, SliceRules};
use self::pod::{Pod, PodRules};
use crate::cluster::{Cluster, Collection, Collections};
use crate::{Follow, KubernetesSettings, Provider, Publisher, ResourceKind, ResourceSettings};

/// Label of an `EndpointSlice` with the name of its Service.
const SERVICE: &str = "kubernetes.io/service-name";

/// Follows pods and `EndpointSlices` of a cluster.
#[derive(Debug)]
pub(crate) struct KubernetesProvider {
    settings: KubernetesSettings,
}

impl KubernetesProvider {
    pub(crate) fn new(settings: &KubernetesSettings) -> Self {
        Self {
            settings: settings.clone(),
        }
    }

    /// Returns the namespaces of a resource in order of their names; `None` is all namespaces.
    fn namespaces<'s>(&'s self, resource: &'s ResourceSettings) -> Vec<Option<&'s str>> {
        if let Some(namespace) = &resource.service_namespace {
            return vec![Some(namespace)];
        }
        let names: BTreeSet<_> = self
            .settings
            .namespaces
            .iter()
            .map(String::as_str)
            .collect();
        if names.is_empty() {
            return vec![None];
        }
        names.into_iter().map(Some).collect()
    }
}

impl Provider for KubernetesProvider {
    fn follow(&self, publisher: Publisher) -> Follow {
        let provider = Self::new(&self.settings);
        Box::pin(async move {
            let settings = &provider.settings;
            let cluster = Arc::new(Cluster::new(settings.kubeconfig.clone()));
            let mut parts = Collections::new(cluster, publisher.max_backends());
            for resource in &settings.resources {
                for namespace in provider.namespaces(resource) {
                    follow(&mut parts, settings, resource, namespace);
                }
            }
            parts.publish(publisher).await;
        })
    }
}

/// Follows a resource in one namespace or in all.
fn follow(
    parts: &mut Collections,
    settings: &KubernetesSettings,
    resource: &ResourceSettings,
    namespace: Option<&str>,
) {
    let labels = resource.selector.labels.as_str();
    match resource.kind {
        ResourceKind::Pods => {
            let pods = Collection::new("", "v1", "pods");
            let rules = PodRules::new(settings, resource);
            parts.follow(pods.within(namespace).labeled(labels), move |pod: &Pod| {
                rules.read(pod)
            });
        }
        ResourceKind::EndpointSlices => {
            let service = resource.service_name.as_ref();
            let service = service.map(|name| format!("{SERVICE}={name}"));
            let terms = service.iter().map(String::as_str).chain([labels]);
            let terms: Vec<_> = terms.filter(|term| !term.trim().is_empty()).collect();
            let slices = Collection::new("discovery.k8s.io", "v1", "endpointslices");
            let rules = SliceRules::new(settings, resource);
            parts.follow(
                slices.within(namespace).labeled(terms.join(",")),
                move |slice: &EndpointSlice| rules.read(slice),
            );
        }
    }
}
