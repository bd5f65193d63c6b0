use std::fmt;

use crate::Stage;

/// Error of invalid chain settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", Lines(.problems))]
pub struct ChainError {
    /// The problems, at least one.
    pub problems: Vec<ChainProblem>,
}

/// A problem in the settings of a chain. Indexes count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainProblem {
    /// Two plugins have the same name.
    #[error("plugin {index} has the same name {name:?} as plugin {first}; names must be unique")]
    DuplicateName {
        /// The name.
        name: String,
        /// Index of the first plugin of that name.
        first: usize,
        /// Index of the other plugin of that name.
        index: usize,
    },
    /// `before` or `after` names no plugin of the chain.
    #[error("plugin {plugin:?}: {relation} names {name:?}, allowed: {}", .known.join(", "))]
    UnknownName {
        /// The plugin with the list.
        plugin: String,
        /// The list.
        relation: Relation,
        /// The name in it.
        name: String,
        /// The names of the other plugins.
        known: Vec<String>,
    },
    /// `before` or `after` contradicts the order of the stages.
    #[error(
        "plugin {plugin:?} of stage {stage} cannot run {relation} {name:?} of stage {other_stage}; the order is deny, route, mutate"
    )]
    Contradiction {
        /// The plugin with the list.
        plugin: String,
        /// Its stage.
        stage: Stage,
        /// The list.
        relation: Relation,
        /// The name in it.
        name: String,
        /// The stage of the plugin of that name.
        other_stage: Stage,
    },
    /// Plugins that wait for one another.
    #[error("each must run before the next: {}", .path.join(" -> "))]
    Cycle {
        /// Their names; the first stands at the end again.
        path: Vec<String>,
    },
    /// A plugin without time to answer.
    #[error("plugin {plugin:?} has timeout 0; it must be greater than 0")]
    ZeroTimeout {
        /// Its name.
        plugin: String,
    },
}

/// A list of the settings that orders plugins inside a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The plugin runs before the named ones.
    Before,
    /// The plugin runs after the named ones.
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
