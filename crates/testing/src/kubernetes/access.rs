//! Accounts, their tokens and rights, and kubeconfigs.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{ApiClient, ApiServer};

/// Returns the path of the roles or the bindings of a namespace.
fn rbac(namespace: &str, plural: &str) -> String {
    format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/{plural}")
}

impl ApiServer {
    /// Writes a kubeconfig for a server at `url` (this one, or a proxy in front of it) and returns its path. `user` is
    /// the entry of the user, such as `{"tokenFile": "/path"}`.
    pub fn kubeconfig_for(&self, name: &str, url: &str, user: &Value) -> PathBuf {
        let ca = self.folder().join("pki/ca.crt");
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": url, "certificate-authority": ca}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        });
        let path = self.folder().join(format!("{name}.kubeconfig"));
        fs::write(&path, config.to_string()).unwrap();
        path
    }

    /// Writes a file with a token and a line feed, as an editor leaves it, and returns its path.
    pub fn token_file(&self, name: &str, token: &str) -> PathBuf {
        let path = self.folder().join(format!("{name}.token"));
        replace(&path, &format!("{token}\n"));
        path
    }

    /// Returns the token of the administrator.
    pub fn admin_token(&self) -> String {
        let tokens = fs::read_to_string(self.folder().join("tokens.csv")).unwrap();
        tokens.split(',').next().unwrap().to_owned()
    }
}

/// Replaces a file in one step, as the kubelet does with tokens.
fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(&new, path).unwrap();
}

impl ApiClient {
    /// Creates a service account without rights, and returns a token for it.
    pub async fn account(&self, namespace: &str, name: &str) -> String {
        let accounts = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
        self.create(&accounts, &json!({"metadata": {"name": name}}))
            .await;
        self.token(namespace, name).await
    }

    /// Returns a new token for a service account.
    pub async fn token(&self, namespace: &str, name: &str) -> String {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token");
        let request =
            json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
        let answer = self.create(&path, &request).await;
        answer["status"]["token"].as_str().unwrap().to_owned()
    }

    /// Gives an account of the namespace `home` these rights in a namespace, by a `Role` with the account's name.
    pub async fn allow(&self, namespace: &str, home: &str, account: &str, rules: Value) {
        let metadata = json!({"name": account});
        let role = json!({"metadata": metadata, "rules": rules});
        self.create(&rbac(namespace, "roles"), &role).await;
        let binding = json!({
            "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": account},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": home}],
        });
        self.create(&rbac(namespace, "rolebindings"), &binding)
            .await;
    }

    /// Removes the rights of an account in a namespace.
    pub async fn forbid(&self, namespace: &str, account: &str) {
        for plural in ["rolebindings", "roles"] {
            self.delete_now(&rbac(namespace, plural), account).await;
        }
    }
}
