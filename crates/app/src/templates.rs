//! Backends whose host is made from the player's: counted as they are configured.

use hyrouter_proxy::Action;
use hyrouter_router::{Backend, Choice};

use crate::decision_note::NotedAnswer;

/// The candidates of a decision whose host is made from the player's. Empty, without a heap, where there are no captures.
#[derive(Debug, Default)]
pub(crate) struct Templates(Vec<Made>);

#[derive(Debug)]
struct Made {
    host: String,
    port: u16,
    template: Box<str>,
}

impl Templates {
    pub(crate) fn of(choice: &Choice<'_>) -> Self {
        let made = choice.candidates().filter_map(|one| {
            let template = template(one.backend, &one.host)?;
            Some(Made {
                host: one.host.into_owned(),
                port: one.backend.port,
                template,
            })
        });
        Self(made.collect())
    }

    /// Adds the configured host to an answer that refers to one of the candidates.
    pub(crate) fn mark(&self, answer: NotedAnswer) -> NotedAnswer {
        let Action::Referral { host, port, .. } = &answer.answer.action else {
            return answer;
        };
        let mut made = self.0.iter();
        let found = made.find(|one| one.host == *host && one.port == *port);
        let template = found.map(|one| one.template.clone());
        answer.with_configured_host(template)
    }
}

/// Returns the host of a backend as it is configured, if players are referred to another.
pub(crate) fn template(backend: &Backend, host: &str) -> Option<Box<str>> {
    (backend.host != host).then(|| backend.host.as_str().into())
}
