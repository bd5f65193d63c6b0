//! Collections of objects, and the requests for them.

use std::fmt;

use http::Request as HttpRequest;
use kube::core::Request;
use kube::core::params::{ListParams, WatchParams};

use super::ApiError;

/// Number of objects of a page, for servers without streaming lists.
const PAGE: u32 = 100;

/// The objects of one kind in one namespace, or in all, that a selector selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Collection {
    /// API group; empty for the core.
    group: &'static str,
    version: &'static str,
    /// Name of the kind in paths and rights, such as `pods`.
    plural: &'static str,
    namespace: Option<String>,
    labels: String,
}

impl Collection {
    /// Creates a collection of all objects of a kind.
    pub(crate) fn new(group: &'static str, version: &'static str, plural: &'static str) -> Self {
        Self {
            group,
            version,
            plural,
            namespace: None,
            labels: String::new(),
        }
    }

    /// Restricts it to a namespace; `None` for all.
    pub(crate) fn within(mut self, namespace: Option<&str>) -> Self {
        self.namespace = namespace.map(ToOwned::to_owned);
        self
    }

    /// Restricts it by a label selector. The server applies it.
    pub(crate) fn labeled(mut self, labels: impl Into<String>) -> Self {
        self.labels = labels.into();
        self
    }

    /// Returns the request for a streaming list: all objects as events, then a mark.
    pub(super) fn stream(&self, seconds: u32) -> Result<HttpRequest<Vec<u8>>, ApiError> {
        let params = self.params(seconds).initial_events();
        self.request().watch(&params, "").map_err(ApiError::new)
    }

    /// Returns the request for the changes after a version.
    pub(super) fn watch(
        &self,
        seconds: u32,
        version: &str,
    ) -> Result<HttpRequest<Vec<u8>>, ApiError> {
        let params = self.params(seconds);
        self.request()
            .watch(&params, version)
            .map_err(ApiError::new)
    }

    /// Returns the request for a page of a list.
    pub(super) fn page(&self, token: Option<&str>) -> Result<HttpRequest<Vec<u8>>, ApiError> {
        let mut params = ListParams::default().limit(PAGE);
        params.label_selector = self.selector();
        params.continue_token = token.map(ToOwned::to_owned);
        self.request().list(&params).map_err(ApiError::new)
    }

    /// Returns what a failed request for the collection means, with the rights that are missing.
    pub(super) fn explain(&self, error: &ApiError) -> String {
        if !error.is_forbidden() {
            return format!("{self}: {error}");
        }
        let (group, plural) = (self.group, self.plural);
        let role = if self.namespace.is_some() {
            "Role in that namespace"
        } else {
            "ClusterRole"
        };
        format!(
            "{self}: {error}; grant its account the verbs list and watch on {plural} (apiGroups: [\"{group}\"]) by a {role}"
        )
    }

    fn params(&self, seconds: u32) -> WatchParams {
        WatchParams {
            label_selector: self.selector(),
            timeout: Some(seconds),
            ..WatchParams::default()
        }
    }

    fn selector(&self) -> Option<String> {
        (!self.labels.is_empty()).then(|| self.labels.clone())
    }

    fn request(&self) -> Request {
        let (group, version, plural) = (self.group, self.version, self.plural);
        let root = if group.is_empty() {
            "api".to_owned()
        } else {
            format!("apis/{group}")
        };
        Request::new(match &self.namespace {
            Some(namespace) => format!("/{root}/{version}/namespaces/{namespace}/{plural}"),
            None => format!("/{root}/{version}/{plural}"),
        })
    }
}

/// Writes `pods in namespace "lobbies"`.
impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} in namespace {namespace:?}", self.plural),
            None => write!(f, "{} in all namespaces", self.plural),
        }
    }
}
