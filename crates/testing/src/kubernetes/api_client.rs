//! Requests of the administrator.

use std::path::Path;
use std::time::Duration;

use kube::api::{DeleteParams, GetParams, ListParams, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::Request;
use kube::{Client, Config};
use serde_json::{Value, json};

use super::{ApiServer, PodDraft, pod::conditions};

/// Returns the path of the pods of a namespace.
pub fn pods(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/pods")
}

/// Returns the path of the `EndpointSlices` of a namespace.
pub fn endpoint_slices(namespace: &str) -> String {
    format!("/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices")
}

/// A client of an API server, for one test. A path names a collection, such as [`pods`].
#[derive(Clone)]
pub struct ApiClient {
    client: Client,
}

impl ApiServer {
    /// Returns a client with all rights. Each test needs its own: a client belongs to the runtime of the test.
    pub async fn admin(&self) -> ApiClient {
        ApiClient::new(&self.kubeconfig()).await
    }
}

impl ApiClient {
    /// Makes a client by a kubeconfig.
    pub async fn new(kubeconfig: &Path) -> Self {
        let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let client = Client::try_from(config.unwrap()).unwrap();
        Self { client }
    }

    /// Creates an object and returns it.
    pub async fn create(&self, path: &str, object: &Value) -> Value {
        self.try_create(path, object).await.unwrap()
    }

    /// Creates an object and returns it.
    ///
    /// # Errors
    ///
    /// The server refused it.
    pub async fn try_create(&self, path: &str, object: &Value) -> Result<Value, kube::Error> {
        let body = object.to_string().into_bytes();
        let request = Request::new(path).create(&PostParams::default(), body);
        self.client.request(request.unwrap()).await
    }

    /// Returns an object.
    pub async fn get(&self, path: &str, name: &str) -> Value {
        let request = Request::new(path).get(name, &GetParams::default());
        self.client.request(request.unwrap()).await.unwrap()
    }

    /// Returns all objects of a collection.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let request = Request::new(path).list(&ListParams::default());
        let list: Value = self.client.request(request.unwrap()).await.unwrap();
        list["items"].as_array().unwrap().clone()
    }

    /// Changes an object by a merge patch and returns it.
    pub async fn patch(&self, path: &str, name: &str, change: Value) -> Value {
        let change = Patch::Merge(change);
        let request = Request::new(path).patch(name, &PatchParams::default(), &change);
        self.client.request(request.unwrap()).await.unwrap()
    }

    /// Changes the status of an object by a merge patch.
    pub async fn patch_status(&self, path: &str, name: &str, status: Value) -> Value {
        let change = Patch::Merge(json!({"status": status}));
        let params = PatchParams::default();
        let request = Request::new(path).patch_subresource("status", name, &params, &change);
        self.client.request(request.unwrap()).await.unwrap()
    }

    /// Deletes an object. A pod on a node keeps existing, with a time of deletion in the future, until
    /// [`delete_now`](Self::delete_now).
    pub async fn delete(&self, path: &str, name: &str) {
        self.delete_by(path, name, &DeleteParams::default()).await;
    }

    /// Deletes an object without a grace period.
    pub async fn delete_now(&self, path: &str, name: &str) {
        let now = DeleteParams::default().grace_period(0);
        self.delete_by(path, name, &now).await;
    }

    async fn delete_by(&self, path: &str, name: &str, params: &DeleteParams) {
        let request = Request::new(path).delete(name, params);
        let _: Value = self.client.request(request.unwrap()).await.unwrap();
    }

    /// Creates a namespace.
    pub async fn namespace(&self, name: &str) {
        let namespace = json!({"metadata": {"name": name}});
        self.create("/api/v1/namespaces", &namespace).await;
    }

    /// Creates a pod and writes its status.
    pub async fn pod(&self, namespace: &str, pod: &PodDraft) {
        self.create(&pods(namespace), &pod.object()).await;
        self.patch_status(&pods(namespace), pod.name(), pod.status())
            .await;
    }

    /// Makes a pod ready or not.
    pub async fn set_ready(&self, namespace: &str, pod: &str, is_ready: bool) {
        let status = json!({"conditions": conditions(is_ready)});
        self.patch_status(&pods(namespace), pod, status).await;
    }

    /// Creates a custom resource definition and waits until the collection at `path` can be listed.
    pub async fn define(&self, definition: &Value, path: &str) {
        let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        self.create(definitions, definition).await;
        self.until_listed(path).await;
    }

    /// Waits until the collection at `path` can be listed.
    pub(super) async fn until_listed(&self, path: &str) {
        loop {
            let request = Request::new(path).list(&ListParams::default());
            if self.client.request::<Value>(request.unwrap()).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
