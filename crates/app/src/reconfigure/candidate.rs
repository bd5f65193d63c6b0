//! The next configuration, read and checked, and not yet at work.

use std::path::Path;
use std::sync::Arc;

use hyrouter_admin::AdminToken;
use hyrouter_config::{ConfigError, Draft, LoweredCheck};
use hyrouter_text::Causes;

use super::task::{Active, Running};
use crate::build::{Assembler, Assembly};
use crate::file_set::FileSet;
use crate::observe::sinks::ActiveSinks;
use crate::snapshot::Snapshot;
use crate::source;

/// A configuration that was read and found good, not yet at work.
pub(super) struct Candidate {
    pub(super) assembly: Assembly,
    pub(super) snapshot: Snapshot,
    /// What was at work then.
    pub(super) made_beside: Arc<Active>,
    pub(super) sinks: Option<ActiveSinks>,
    /// Of the admin server.
    pub(super) token: Option<AdminToken>,
    pub(super) look: FileSet,
    /// Checks of the one at work that it takes away, and says so.
    pub(super) lowered: Vec<LoweredCheck>,
}

/// Nothing of it is at work.
pub(super) struct Rejection {
    pub(super) mistakes: Vec<String>,
    pub(super) look: FileSet,
}

/// Everything of the next configuration that can fail on the way. `before` is how the files looked that the one at work
/// was read from, now.
pub(super) fn read(
    running: &Running,
    file: Option<&Path>,
    assembler: &mut Assembler,
    before: FileSet,
) -> Result<Candidate, Rejection> {
    let draft = match source::read(file) {
        Ok(draft) => draft,
        Err(error) => {
            return Err(Rejection {
                mistakes: lines(&error),
                look: before,
            });
        }
    };
    let look = source::look(file, &draft.settings).with_earlier(&before);
    let now = running.active.load_full();
    let checks = &draft.settings.checks;
    let lowered = checks.lowered_from(&now.assembly.settings.checks);
    let silent = lowered.iter().filter(|lowered| !lowered.is_explicit);
    let mistakes: Vec<_> = silent.map(LoweredCheck::refusal).collect();
    // A mistake may be what lowers it.
    if draft.problems.is_empty() && !mistakes.is_empty() {
        return Err(Rejection {
            mistakes,
            look: look.merge(before),
        });
    }
    match assemble(running, &now, assembler, draft) {
        Ok(made) => Ok(Candidate {
            assembly: made.assembly,
            snapshot: made.snapshot,
            made_beside: now,
            sinks: made.sinks,
            token: made.token,
            look,
            lowered,
        }),
        Err(mistakes) => Err(Rejection {
            mistakes,
            look: look.merge(before),
        }),
    }
}

struct Assembled {
    assembly: Assembly,
    snapshot: Snapshot,
    sinks: Option<ActiveSinks>,
    token: Option<AdminToken>,
}

fn assemble(
    running: &Running,
    now: &Active,
    assembler: &mut Assembler,
    draft: Draft,
) -> Result<Assembled, Vec<String>> {
    let made = assembler.assemble(draft, Some(&now.assembly));
    let mut assembly = made.map_err(|error| lines(&error))?;
    let token = assembly.admin_token.take();
    let snapshot = running.live.snapshot(&assembly, &now.overrides);
    let snapshot = snapshot.map_err(|error| vec![Causes(&error).to_string()])?;
    // Last, since it opens files.
    let sinks = running.sinks.next(&assembly.settings.logging);
    let sinks = sinks.map_err(|error| vec![Causes(error.as_ref()).to_string()])?;
    Ok(Assembled {
        assembly,
        snapshot,
        sinks,
        token,
    })
}

/// A line for each mistake.
fn lines(error: &ConfigError) -> Vec<String> {
    match error.problems() {
        [] => vec![error.to_string()],
        mistakes => mistakes.iter().map(ToString::to_string).collect(),
    }
}
