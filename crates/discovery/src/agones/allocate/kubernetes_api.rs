//! The allocation service of a cluster.

use std::sync::Arc;

use http::{Request, header::CONTENT_TYPE};
use kube::client::Body;

use super::api::{AllocationApi, PostFailed, Posting};
use crate::cluster::{ApiError, Cluster};

/// Maximum length of an answer in bytes. One holds the labels, annotations and lists of a game server.
const MAX_ANSWER: usize = 2 << 20;

/// The allocation service of a namespace, behind the API server.
#[derive(Debug)]
pub(in crate::agones) struct KubernetesApi {
    cluster: Arc<Cluster>,
    path: String,
    namespace: String,
}

impl KubernetesApi {
    pub(in crate::agones) fn new(cluster: Arc<Cluster>, namespace: &str) -> Self {
        Self {
            cluster,
            path: format!(
                "/apis/allocation.agones.dev/v1/namespaces/{namespace}/gameserverallocations"
            ),
            namespace: namespace.to_owned(),
        }
    }

    async fn send(&self, body: Vec<u8>) -> Result<Vec<u8>, PostFailed> {
        let request = Request::post(&self.path).header(CONTENT_TYPE, "application/json");
        let request = request
            .body(body)
            .map_err(|error| PostFailed::NotSent(error.to_string()))?;
        let response = self.cluster.send(request).await;
        let response = response.map_err(|error| self.failed(&error))?;
        read(response.into_body()).await
    }

    fn failed(&self, error: &ApiError) -> PostFailed {
        let namespace = &self.namespace;
        match error.code {
            Some(403) => PostFailed::Status(
                403,
                format!(
                    "{error}; grant its account the verb create on gameserverallocations (apiGroups: [\"allocation.agones.dev\"]) by a Role in namespace {namespace:?}"
                ),
            ),
            Some(404) => PostFailed::Status(
                404,
                format!("{error}; the cluster has no allocation service: is Agones installed?"),
            ),
            Some(code) => PostFailed::Status(code, error.to_string()),
            None if error.is_unsent => PostFailed::NotSent(error.to_string()),
            None => PostFailed::Lost(error.to_string()),
        }
    }
}

impl AllocationApi for KubernetesApi {
    fn post(&self, body: Vec<u8>) -> Posting<'_> {
        Box::pin(self.send(body))
    }
}

async fn read(body: Body) -> Result<Vec<u8>, PostFailed> {
    use http_body_util::{BodyExt as _, Limited};

    let whole = Limited::new(body, MAX_ANSWER).collect().await;
    let whole = whole.map_err(|error| PostFailed::Lost(error.to_string()))?;
    Ok(whole.to_bytes().into())
}
