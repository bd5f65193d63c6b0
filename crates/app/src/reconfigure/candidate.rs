//! The next configuration, read and checked, not yet active.

use std::sync::Arc;

use hyrouter_admin::AdminToken;
use hyrouter_config::{ConfigError, Draft, LoweredCheck};
use hyrouter_files::watch::FileSet;
use hyrouter_text::Causes;

use super::task::{Active, AppState};
use crate::build::{Assembler, Assembly};
use crate::configuration::Origin;
use crate::observe::sinks::ActiveSinks;
use crate::snapshot::Snapshot;

/// A valid configuration that is not yet active.
pub(super) struct Candidate {
    pub(super) assembly: Assembly,
    pub(super) snapshot: Snapshot,
    /// The active configuration when this one was read.
    pub(super) base: Arc<Active>,
    pub(super) sinks: Option<ActiveSinks>,
    /// Token of the admin server.
    pub(super) token: Option<AdminToken>,
    pub(super) files: FileSet,
    /// Checks that it lowers, with the configuration's explicit consent.
    pub(super) lowered: Vec<LoweredCheck>,
}

/// A configuration with mistakes. Nothing of it becomes active.
pub(super) struct CandidateRejection {
    pub(super) mistakes: Vec<String>,
    pub(super) files: FileSet,
}

/// Reads and builds the next configuration: all steps that can fail. `before` has the current fingerprints of the files
/// of the active configuration.
pub(super) fn read(
    state: &AppState,
    origin: &Origin,
    assembler: &mut Assembler,
    before: FileSet,
) -> Result<Candidate, CandidateRejection> {
    let draft = match origin.read() {
        Ok(draft) => draft,
        Err(error) => {
            return Err(CandidateRejection {
                mistakes: lines(&error),
                files: before,
            });
        }
    };
    let files = origin.files(&draft.settings).with_earlier(&before);
    let now = state.active.load_full();
    let checks = &draft.settings.checks;
    let lowered = checks.lowered_from(&now.assembly.settings.checks);
    let silent = lowered.iter().filter(|lowered| !lowered.is_explicit);
    let mistakes: Vec<_> = silent.map(LoweredCheck::refusal).collect();
    // Mistakes first: a mistake may itself lower a check.
    if draft.problems.is_empty() && !mistakes.is_empty() {
        return Err(CandidateRejection {
            mistakes,
            files: files.merge(before),
        });
    }
    match assemble(state, &now, assembler, draft) {
        Ok(made) => Ok(Candidate {
            assembly: made.assembly,
            snapshot: made.snapshot,
            base: now,
            sinks: made.sinks,
            token: made.token,
            files,
            lowered,
        }),
        Err(mistakes) => Err(CandidateRejection {
            mistakes,
            files: files.merge(before),
        }),
    }
}

struct CandidateParts {
    assembly: Assembly,
    snapshot: Snapshot,
    sinks: Option<ActiveSinks>,
    token: Option<AdminToken>,
}

fn assemble(
    state: &AppState,
    now: &Active,
    assembler: &mut Assembler,
    draft: Draft,
) -> Result<CandidateParts, Vec<String>> {
    let made = assembler.assemble(draft, Some(&now.assembly));
    let mut assembly = made.map_err(|error| lines(&error))?;
    let token = assembly.admin_token.take();
    let snapshot = state.handler.snapshot(&assembly, &now.overrides);
    let snapshot = snapshot.map_err(|error| vec![Causes(&error).to_string()])?;
    // Last, since it opens files.
    let sinks = state.handler.sinks().next(&assembly.settings.logging);
    let sinks = sinks.map_err(|error| vec![error.to_string()])?;
    Ok(CandidateParts {
        assembly,
        snapshot,
        sinks,
        token,
    })
}

/// Returns one line per mistake.
fn lines(error: &ConfigError) -> Vec<String> {
    match error.problems() {
        [] => vec![error.to_string()],
        mistakes => mistakes.iter().map(ToString::to_string).collect(),
    }
}
