//! Calls of the plugin.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyrouter_plugin_api::{Plugin, PluginAnswer, PluginError};
use tokio::time::{Instant, timeout};

use crate::suite_request::SuiteRequest;

/// Makes calls as the router does, and counts them.
#[derive(Clone)]
pub(crate) struct Asker {
    plugin: Arc<dyn Plugin>,
    pub(crate) timeout: Duration,
    calls: Arc<AtomicU64>,
}

/// Result of a call.
#[derive(Debug)]
pub(crate) struct SuiteCall {
    pub(crate) answer: Result<PluginAnswer, PluginError>,
    pub(crate) elapsed: Duration,
    /// Number of the call in this run, from 1.
    pub(crate) number: u64,
}

impl Asker {
    pub(crate) fn new(plugin: Arc<dyn Plugin>, timeout: Duration) -> Self {
        Self {
            plugin,
            timeout,
            calls: Arc::default(),
        }
    }

    /// Returns one that calls another plugin, and counts with this one.
    pub(crate) fn of(&self, plugin: Arc<dyn Plugin>) -> Self {
        Self {
            plugin,
            ..self.clone()
        }
    }

    /// Returns the number of calls so far.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Calls the plugin, and waits at most its timeout.
    pub(crate) async fn ask(&self, question: &SuiteRequest) -> SuiteCall {
        self.ask_within(question, self.timeout).await
    }

    /// Calls the plugin, and waits at most `limit`.
    pub(crate) async fn ask_within(&self, question: &SuiteRequest, limit: Duration) -> SuiteCall {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let (plugin, json) = (Arc::clone(&self.plugin), Arc::clone(&question.json));
        let begun = Instant::now();
        // In a task, so that a panic of a plugin in this process is a result.
        let call = tokio::spawn(async move {
            let answer = timeout(limit, plugin.on_connect_json(&json, limit)).await;
            answer.unwrap_or(Err(PluginError::Timeout { after: limit }))
        });
        let answer = call.await.unwrap_or(Err(PluginError::Panic));
        SuiteCall {
            answer,
            elapsed: begun.elapsed(),
            number,
        }
    }
}
