//! What all requests share.

use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::answer::Refusal;
use crate::control::{Answer, Control};
use crate::events::Feed;
use crate::limits::{COMMAND_TIME, COMMANDS, RELOADS};
use crate::metrics_text::MetricsText;
use crate::refused::RefusalLog;
use crate::status::Reloaded;
use crate::token::Token;

pub(crate) struct Shared {
    pub(crate) control: Arc<dyn Control>,
    token: Option<Mutex<Token>>,
    pub(crate) feed: Feed,
    pub(crate) metrics: MetricsText,
    pub(crate) refusals: RefusalLog,
    reloads: Arc<Semaphore>,
    commands: Arc<Semaphore>,
}

impl Shared {
    pub(crate) fn new(control: Arc<dyn Control>, token: Option<Token>) -> Self {
        Self {
            feed: Feed::new(Arc::clone(&control)),
            metrics: MetricsText::default(),
            refusals: RefusalLog::default(),
            reloads: Arc::new(Semaphore::new(RELOADS)),
            control,
            token: token.map(Mutex::new),
            commands: Arc::new(Semaphore::new(COMMANDS)),
        }
    }

    /// What callers must know, if anything.
    pub(crate) fn token(&self) -> Option<Token> {
        let token = self.token.as_ref()?;
        // It is replaced as a whole, so that a poisoned one is sound.
        let token = token.lock().unwrap_or_else(PoisonError::into_inner);
        Some(token.clone())
    }

    /// Whether there is one to be replaced.
    pub(crate) fn replace_token(&self, next: Token) -> bool {
        let Some(token) = &self.token else {
            return false;
        };
        let mut token = token.lock().unwrap_or_else(PoisonError::into_inner);
        if !token.same(&next) {
            // Whoever reads by the old one has to ask again.
            self.feed.restart();
        }
        *token = next;
        true
    }

    /// Does a command to its end, and waits for it a while. It has a task of its own, so that it ends well when the
    /// caller goes.
    pub(crate) async fn finish<T: Send + 'static>(
        &self,
        begin: impl FnOnce(&dyn Control) -> Answer<T>,
    ) -> Result<T, Refusal> {
        self.finish_one_of(&self.commands, begin).await
    }

    /// As [`finish`](Self::finish). A file system that hangs holds reloads up, and these do not take the places of other
    /// commands.
    pub(crate) async fn finish_reload(&self) -> Result<Reloaded, Refusal> {
        self.finish_one_of(&self.reloads, |control| control.reload())
            .await
    }

    async fn finish_one_of<T: Send + 'static>(
        &self,
        places: &Arc<Semaphore>,
        begin: impl FnOnce(&dyn Control) -> Answer<T>,
    ) -> Result<T, Refusal> {
        let Ok(permit) = Arc::clone(places).try_acquire_owned() else {
            return Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "too many commands at once; ask again later",
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
            Ok(Err(_)) => Err(Refusal::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the command ended without an answer",
            )),
            Err(_) => Err(Refusal::new(
                StatusCode::GATEWAY_TIMEOUT,
                format!("not done within {} s; it goes on", COMMAND_TIME.as_secs()),
            )),
        }
    }
}
