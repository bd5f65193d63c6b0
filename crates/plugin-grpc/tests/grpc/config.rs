//! The operator's `config`, from the client to the handler.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hyrouter_plugin_grpc::{
    ConfigReader, ConnectRequest, ConnectResponse, GrpcPlugin, PluginServer,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Running, ask, code, message, settings};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Greeting {
    text: String,
}

impl Default for Greeting {
    fn default() -> Self {
        Self {
            text: "Not today.".into(),
        }
    }
}

impl Greeting {
    fn check(&self) -> Result<(), &'static str> {
        if self.text.is_empty() {
            return Err("text: is empty");
        }
        Ok(())
    }
}

/// A server that counts how often its `config` is checked.
async fn server(checks: &Arc<AtomicU32>) -> Running {
    let greet = async |config: Arc<Greeting>, _: ConnectRequest| {
        Ok(ConnectResponse::deny(config.text.as_str()))
    };
    let checks = Arc::clone(checks);
    let plugin = ConfigReader::new(greet).with_check(move |config: &Greeting| {
        checks.fetch_add(1, Ordering::Relaxed);
        config.check()
    });
    Running::new(PluginServer::new(plugin)).await
}

fn plugin(server: &Running, config: Option<Value>) -> GrpcPlugin {
    GrpcPlugin::new(&settings(&server.address).with_config(config)).unwrap()
}

#[tokio::test]
async fn a_handler_gets_the_config_of_each_call() {
    let checks = Arc::default();
    let server = server(&checks).await;
    let without = plugin(&server, None);
    let with = plugin(&server, Some(json!({ "text": "Später, bitte." })));
    for (plugin, text) in [
        (&without, "Not today."),
        (&without, "Not today."),
        (&with, "Später, bitte."),
        (&with, "Später, bitte."),
        (&without, "Not today."),
    ] {
        assert_eq!(ask(plugin, "a").await, Ok(ConnectResponse::deny(text)));
    }
    // Read only when it changes.
    assert_eq!(checks.load(Ordering::Relaxed), 3);
    let null = plugin(&server, Some(Value::Null));
    assert_eq!(
        ask(&null, "a").await,
        Ok(ConnectResponse::deny("Not today."))
    );
}

#[tokio::test]
async fn a_config_that_cannot_be_used_is_a_failed_precondition() {
    let server = server(&Arc::default()).await;
    for (config, problem) in [
        (json!({ "text": "" }), "config: text: is empty"),
        (json!({ "text": 7 }), "config: invalid type: integer `7`"),
        (json!({ "txt": "a" }), "config: unknown field `txt`"),
        (json!([7]), "config: invalid type"),
    ] {
        let answer = ask(&plugin(&server, Some(config)), "a").await;
        assert_eq!(code(&answer), "status");
        let message = message(&answer);
        assert!(
            message.contains("FAILED_PRECONDITION") && message.contains(problem),
            "{message}"
        );
    }
}
