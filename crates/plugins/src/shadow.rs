//! Asks a plugin beside the player's way.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::ConnectRequest;
use tokio::time::Instant;

use crate::member::Member;
use crate::observer::{Observer, ShadowReport};
use crate::step::{Step, judge, judge_failure};

/// Asks in a task of its own. Tasks hold a place at the plugin's gate from the start, so there are at most as many as
/// it lets run and wait.
pub(crate) fn ask_beside(
    member: &Arc<Member>,
    request: &ConnectRequest,
    observer: Option<&Arc<dyn Observer>>,
) {
    let call = match member.admit() {
        Ok(call) => call,
        Err(error) => {
            let step = judge_failure(member, error, Duration::ZERO);
            report(&step, request, observer);
            return;
        }
    };
    let member = Arc::clone(member);
    let mut request = request.clone();
    let observer = observer.cloned();
    tokio::spawn(async move {
        let started = Instant::now();
        let answer = call.make(&request).await;
        let step = judge(&member, &mut request, answer, started.elapsed());
        report(&step, &request, observer.as_ref());
    });
}

fn report(step: &Step, after: &ConnectRequest, observer: Option<&Arc<dyn Observer>>) {
    if let Some(observer) = observer {
        observer.shadow(&ShadowReport {
            record: &step.record,
            deny_reason: step.deny_reason.as_deref(),
            after,
        });
    }
}
