//! Calls of shadow plugins. No player waits for them.

use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::ConnectRequest;
use tokio::time::Instant;

use crate::member::ChainMember;
use crate::observer::{Observer, ShadowReport};
use crate::turn::{PluginTurn, judge, judge_failure};

/// Calls a plugin in a task of its own. A task has its place in the plugin's queue from the start, which bounds the
/// number of tasks.
pub(crate) fn spawn_call(
    member: &Arc<ChainMember>,
    request: &ConnectRequest,
    observer: Option<&Arc<dyn Observer>>,
) {
    let call = match member.admit() {
        Ok(call) => call,
        Err(error) => {
            let turn = judge_failure(member, error, Duration::ZERO);
            report(&turn, request, observer);
            return;
        }
    };
    let member = Arc::clone(member);
    let mut request = request.clone();
    let observer = observer.cloned();
    tokio::spawn(async move {
        let started = Instant::now();
        let answer = call.make(&request).await;
        let turn = judge(&member, &mut request, answer, started.elapsed());
        report(&turn, &request, observer.as_ref());
    });
}

fn report(turn: &PluginTurn, after: &ConnectRequest, observer: Option<&Arc<dyn Observer>>) {
    if let Some(observer) = observer {
        observer.shadow(&ShadowReport {
            record: &turn.record,
            deny_reason: turn.deny_reason.as_deref(),
            after,
        });
    }
}
