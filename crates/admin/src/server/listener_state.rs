//! State shared by all requests.

use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::control::{AdminControl, CommandFuture};
use crate::server::error_response::ErrorResponse;
use crate::server::events::StatusFeed;
use crate::server::limits::{COMMAND_TIME, COMMANDS, RELOADS};
use crate::server::metrics_text::MetricsText;
use crate::server::refusal_log::RefusalLog;
use crate::status::ReloadReport;
use crate::token::AdminToken;

pub(crate) struct ListenerState {
    pub(crate) control: Arc<dyn AdminControl>,
    token: Option<Mutex<AdminToken>>,
    pub(crate) feed: StatusFeed,
    pub(crate) metrics: MetricsText,
    pub(crate) refusals: RefusalLog,
    reloads: Arc<Semaphore>,
    commands: Arc<Semaphore>,
}

impl ListenerState {
    pub(crate) fn new(control: Arc<dyn AdminControl>, token: Option<AdminToken>) -> Self {
        Self {
            feed: StatusFeed::new(Arc::clone(&control)),
            metrics: MetricsText::default(),
            refusals: RefusalLog::default(),
            reloads: Arc::new(Semaphore::new(RELOADS)),
            control,
            token: token.map(Mutex::new),
            commands: Arc::new(Semaphore::new(COMMANDS)),
        }
    }

    /// Returns the token that requests need, if any.
    pub(crate) fn token(&self) -> Option<AdminToken> {
        let token = self.token.as_ref()?;
        // The token is replaced in one step, so it is valid even if the lock is poisoned.
        let token = token.lock().unwrap_or_else(PoisonError::into_inner);
        Some(token.clone())
    }

    /// Replaces the token. Returns `false` without a change if there was none.
    pub(crate) fn replace_token(&self, next: AdminToken) -> bool {
        let Some(token) = &self.token else {
            return false;
        };
        let mut token = token.lock().unwrap_or_else(PoisonError::into_inner);
        if !token.same(&next) {
            // Readers with the old token must authenticate again.
            self.feed.restart();
        }
        *token = next;
        true
    }

    /// Runs a command, and waits at most [`COMMAND_TIME`] for its result. The command has its own task, so it completes
    /// even if the client disconnects.
    pub(crate) async fn finish<T: Send + 'static>(
        &self,
        begin: impl FnOnce(&dyn AdminControl) -> CommandFuture<T>,
    ) -> Result<T, ErrorResponse> {
        self.finish_one_of(&self.commands, begin).await
    }

    /// Runs a reload like [`finish`](Self::finish). Reloads have their own permits, so that a hanging file system does
    /// not block other commands.
    pub(crate) async fn finish_reload(&self) -> Result<ReloadReport, ErrorResponse> {
        self.finish_one_of(&self.reloads, |control| control.reload())
            .await
    }

    async fn finish_one_of<T: Send + 'static>(
        &self,
        places: &Arc<Semaphore>,
        begin: impl FnOnce(&dyn AdminControl) -> CommandFuture<T>,
    ) -> Result<T, ErrorResponse> {
        let Ok(permit) = Arc::clone(places).try_acquire_owned() else {
            return Err(ErrorResponse::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "too many commands in progress; retry later",
            ));
        };
        let answer = begin(self.control.as_ref());
        let task = tokio::spawn(async move {
            let result = answer.await;
            drop(permit);
            result
        });
        match timeout(COMMAND_TIME, task).await {
            Ok(Ok(result)) => Ok(result?),
            Ok(Err(_)) => Err(ErrorResponse::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the command ended without a result; see the log of the router",
            )),
            Err(_) => Err(ErrorResponse::new(
                StatusCode::GATEWAY_TIMEOUT,
                format!(
                    "the command takes longer than {} s; it continues in the background",
                    COMMAND_TIME.as_secs()
                ),
            )),
        }
    }
}
