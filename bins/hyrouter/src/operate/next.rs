//! The next configuration, read and checked, and not yet at work.

use std::path::Path;
use std::sync::Arc;

use hyrouter_admin::Token;
use hyrouter_config::{Lowered, Settings};
use hyrouter_outgoing::Causes;

use super::conductor::{AtWorkNow, Running};
use crate::assembly::{Assembler, Assembly, admin_token};
use crate::serve;
use crate::service::Service;
use crate::sinks::AtWork;
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
    let settings = match serve::read(file) {
        Ok(settings) => settings,
        Err(error) => {
            let mistakes = error.mistakes();
            let mut lines: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
            if lines.is_empty() {
                lines.push(error.to_string());
            }
            return Err(Refused {
                mistakes: lines,
                look: before,
            });
        }
    };
    let look = serve::look(file, &settings).since(&before);
    let now = running.at_work.load_full();
    let lowered = settings.checks.lowered_from(&now.assembly.settings.checks);
    let silent = lowered.iter().filter(|lowered| !lowered.is_explicit);
    let mistakes: Vec<_> = silent.map(Lowered::refusal).collect();
    if !mistakes.is_empty() {
        return Err(Refused {
            mistakes,
            look: look.and(before),
        });
    }
    match assemble(running, &now, assembler, settings) {
        Ok((assembly, service, sinks, token)) => Ok(Next {
            assembly,
            service,
            made_beside: now,
            sinks,
            token,
            look,
            lowered,
        }),
        Err(error) => Err(Refused {
            mistakes: vec![Causes(error.as_ref()).to_string()],
            look: look.and(before),
        }),
    }
}

fn assemble(
    running: &Running,
    now: &AtWorkNow,
    assembler: &mut Assembler,
    settings: Settings,
) -> anyhow::Result<(Assembly, Service, Option<AtWork>, Option<Token>)> {
    let assembly = assembler.assemble(settings, Some(&now.assembly))?;
    let token = admin_token(&assembly.settings)?;
    let service = running.live.service(&assembly, &now.commanded)?;
    // Last, since it opens files.
    let sinks = running.sinks.next(&assembly.settings.logging)?;
    Ok((assembly, service, sinks, token))
}
