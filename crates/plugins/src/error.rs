use std::fmt;

use crate::Stage;

/// No chain can be made of these plugins. Everything that is wrong is said at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", Lines(.problems))]
pub struct ChainError {
    /// What is wrong, at least one thing.
    pub problems: Vec<ChainProblem>,
}

/// One thing that is wrong with the plugins of a chain. Indexes count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainProblem {
    /// Two plugins have the same name.
    #[error("plugin {index} has the name {name:?} of plugin {first}, names must be unique")]
    DuplicateName {
        /// The name.
        name: String,
        /// Place of the plugin that has it first.
        first: usize,
        /// Place of the plugin that has it again.
        index: usize,
    },
    /// `before` or `after` names no plugin of the chain.
    #[error("plugin {plugin:?}: {relation} names {name:?}, allowed: {}", .known.join(", "))]
    UnknownName {
        /// Whose list it is.
        plugin: String,
        /// Which list it is.
        relation: Relation,
        /// What it names.
        name: String,
        /// The names of the other plugins.
        known: Vec<String>,
    },
    /// `before` or `after` asks for what the order of the stages rules out.
    #[error(
        "plugin {plugin:?} of stage {stage} can not run {relation} {name:?} of stage {other_stage}, the order is deny, route, mutate"
    )]
    Contradiction {
        /// Whose list it is.
        plugin: String,
        /// Its stage.
        stage: Stage,
        /// Which list it is.
        relation: Relation,
        /// What it names.
        name: String,
        /// The stage of that.
        other_stage: Stage,
    },
    /// Plugins that all wait for one another.
    #[error("each has to run before the next: {}", .path.join(" -> "))]
    Cycle {
        /// Their names; the first stands at the end again.
        path: Vec<String>,
    },
    /// A plugin that has no time to answer.
    #[error("plugin {plugin:?} has timeout 0, it must be longer")]
    ZeroTimeout {
        /// Its name.
        plugin: String,
    },
}

/// One of the lists that say where in its stage a plugin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It runs before the named.
    Before,
    /// It runs after the named.
    After,
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::After => "after",
        })
    }
}

struct Lines<'a>(&'a [ChainProblem]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
