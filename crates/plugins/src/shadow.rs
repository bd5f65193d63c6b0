//! Calls of shadow plugins. No player waits for them.

use std::sync::Arc;

use hyrouter_plugin_api::ConnectRequest;

use crate::member::{CacheUse, ChainMember, TurnStart};
use crate::observer::{Observer, ShadowReport};
use crate::turn::{PluginTurn, judge};

/// Calls a plugin in a task of its own. A task has its place in the plugin's queue from the start, which bounds the
/// number of tasks.
pub(crate) fn spawn_call(
    member: &Arc<ChainMember>,
    request: &ConnectRequest,
    observer: Option<&Arc<dyn Observer>>,
    cache_use: CacheUse,
) {
    let start = member.begin_turn(request);
    let mut request = request.clone();
    let call = match start {
        TurnStart::Call(call) => call,
        TurnStart::Finished(answer) => {
            let turn = judge(member, &mut request, answer);
            report(&turn, &request, observer);
            return;
        }
    };
    let member = Arc::clone(member);
    let observer = observer.cloned();
    tokio::spawn(async move {
        let answer = call.make(&request, cache_use).await;
        let turn = judge(&member, &mut request, answer);
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
