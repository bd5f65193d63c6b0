//! The next configuration, read and checked, and not yet at work.

use std::path::Path;
use std::sync::Arc;

use hyrouter_admin::Token;
use hyrouter_config::{ConfigError, Draft, Lowered};
use hyrouter_outgoing::Causes;

use super::conductor::{AtWorkNow, Running};
use crate::assembly::{Assembler, Assembly};
use crate::service::Service;
use crate::sinks::AtWork;
use crate::source;
use crate::watch::Look;

/// A configuration that was read and found good, not yet at work.
pub(super) struct Next {
    pub(super) assembly: Assembly,
    pub(super) service: Service,
    /// What was at work then.
    pub(super) made_beside: Arc<AtWorkNow>,
    pub(super) sinks: Option<AtWork>,
    /// Of the admin server.
    pub(super) token: Option<Token>,
    pub(super) look: Look,
    /// Checks of the one at work that it takes away, and says so.
    pub(super) lowered: Vec<Lowered>,
}

/// Nothing of it is at work.
pub(super) struct Refused {
    pub(super) mistakes: Vec<String>,
    pub(super) look: Look,
}

/// Everything of the next configuration that can fail on the way. `before` is how the files looked that the one at work
/// was read from, now.
pub(super) fn read(
    running: &Running,
    file: Option<&Path>,
    assembler: &mut Assembler,
    before: Look,
) -> Result<Next, Refused> {
    let draft = match source::read(file) {
        Ok(draft) => draft,
        Err(error) => {
            return Err(Refused {
                mistakes: lines(&error),
                look: before,
            });
        }
    };
    let look = source::look(file, &draft.settings).since(&before);
    let now = running.at_work.load_full();
    let checks = &draft.settings.checks;
    let lowered = checks.lowered_from(&now.assembly.settings.checks);
    let silent = lowered.iter().filter(|lowered| !lowered.is_explicit);
    let mistakes: Vec<_> = silent.map(Lowered::refusal).collect();
    // A mistake may be what lowers it.
    if draft.mistakes.is_empty() && !mistakes.is_empty() {
        return Err(Refused {
            mistakes,
            look: look.and(before),
        });
    }
    match assemble(running, &now, assembler, draft) {
        Ok(made) => Ok(Next {
            assembly: made.assembly,
            service: made.service,
            made_beside: now,
            sinks: made.sinks,
            token: made.token,
            look,
            lowered,
        }),
        Err(mistakes) => Err(Refused {
            mistakes,
            look: look.and(before),
        }),
    }
}

struct Assembled {
    assembly: Assembly,
    service: Service,
    sinks: Option<AtWork>,
    token: Option<Token>,
}

fn assemble(
    running: &Running,
    now: &AtWorkNow,
    assembler: &mut Assembler,
    draft: Draft,
) -> Result<Assembled, Vec<String>> {
    let made = assembler.assemble(draft, Some(&now.assembly));
    let mut assembly = made.map_err(|error| lines(&error))?;
    let token = assembly.admin_token.take();
    let service = running.live.service(&assembly, &now.commanded);
    let service = service.map_err(|error| vec![Causes(&error).to_string()])?;
    // Last, since it opens files.
    let sinks = running.sinks.next(&assembly.settings.logging);
    let sinks = sinks.map_err(|error| vec![Causes(error.as_ref()).to_string()])?;
    Ok(Assembled {
        assembly,
        service,
        sinks,
        token,
    })
}

/// A line for each mistake.
fn lines(error: &ConfigError) -> Vec<String> {
    match error.mistakes() {
        [] => vec![error.to_string()],
        mistakes => mistakes.iter().map(ToString::to_string).collect(),
    }
}
