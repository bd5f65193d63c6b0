//! Answers from the cache.

use hyrouter_plugin_api::{CacheField, ConnectRequest, ConnectResponse, Identity};
use hyrouter_plugins::{AnswerCacheSettings, Chain, ChainOutcome};

use crate::support::{Scene, plugin, request, seconds};

mod calls;
mod keys;
mod limits;

/// A plugin whose answers may be cached, as far as it permits that.
pub(crate) fn cached(response: ConnectResponse) -> Scene {
    plugin("p")
        .answers(response)
        .set(|settings| settings.cache = Some(AnswerCacheSettings::default()))
}

pub(crate) fn limited(mut scene: Scene, change: impl FnOnce(&mut AnswerCacheSettings)) -> Scene {
    scene = scene.set(|settings| {
        let mut limits = AnswerCacheSettings::default();
        change(&mut limits);
        settings.cache = Some(limits);
    });
    scene
}

pub(crate) fn by<const N: usize>(fields: [CacheField; N]) -> ConnectResponse {
    ConnectResponse::default().cacheable(seconds(30), fields)
}

pub(crate) fn named(name: &str) -> ConnectRequest {
    let mut request = request();
    request.event.username = Some(name.to_owned());
    request
}

pub(crate) fn identified(verified: bool, subject: &str) -> ConnectRequest {
    let mut request = request();
    request.event.uuid = Some("victim".to_owned());
    request.event.identity = Some(Identity {
        verified,
        subject: Some(subject.to_owned()),
        ..Identity::default()
    });
    request
}

/// Runs a chain and returns whether the answer of its only plugin is cached.
pub(crate) async fn is_cached(chain: &Chain, request: ConnectRequest) -> bool {
    chain.run(request).await.records[0].is_cached()
}

pub(crate) fn codes(outcome: &ChainOutcome) -> Vec<&'static str> {
    let notices = outcome.records[0].notices.iter();
    notices.map(|notice| notice.code().as_str()).collect()
}
