pub(crate) mod empty;
mod env;
mod file;
mod json;
mod target;
mod tree;
mod yaml;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::SystemTime;

use figment::Figment;
use figment::providers::Serialized;
use serde_json::Value;

pub(crate) use self::env::{Environment, PREFIX};
use self::file::ParsedFile;
use crate::checks::Layers;
use crate::model::Config;
use crate::path::Path;
use crate::problem::{Problem, Problems};
use crate::secrets::Secrets;
use crate::sections::Sections;
use crate::{ConfigError, Settings, schema_check, validate};

/// Sources of a configuration: built-in defaults, over them a file, over it the environment.
#[derive(Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    variables: Option<Vec<(OsString, OsString)>>,
    now: Option<SystemTime>,
    is_elsewhere: bool,
}

/// A configuration and all its problems.
#[derive(Debug)]
#[non_exhaustive]
pub struct Draft {
    /// The settings. Invalid values are replaced by defaults, so only values that no problem
    /// [concerns](Problem::concerns) can be used.
    pub settings: Settings,
    /// All problems by path. Without any, a router can run with the settings.
    pub problems: Vec<Problem>,
}

impl From<Settings> for Draft {
    fn from(settings: Settings) -> Self {
        Self {
            settings,
            problems: Vec::new(),
        }
    }
}

impl Sources {
    /// The built-in configuration (see [`Settings::built_in`]) and the environment of the process.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads this file (`.yaml`, `.yml` or `.json`) over the defaults, which have no pool, in place of the built-in
    /// configuration. `-`, `/dev/stdin`, and descriptors of `/dev/fd` and `/proc/self/fd` may be pipes, which can be
    /// read once, and are JSON if they can be read as such, else YAML.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Uses these variables instead of those of the process. Only names that start with `HYROUTER_` count,
    /// and those that a `secret_env` of the file names.
    #[must_use]
    pub fn with_env<I, K, V>(mut self, variables: I) -> Self
    where
        I: IntoIterator<Item = (K, V)>,
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let variables = variables.into_iter();
        self.variables = Some(
            variables
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        );
        self
    }

    /// Uses this time instead of the clock's to decide which keys are valid.
    #[must_use]
    pub fn with_now(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    /// Reads the configuration of another machine: opens no file but the configuration itself. Secrets of files and of
    /// variables that are not set count as present and good, so that a router must not run with these settings.
    #[must_use]
    pub fn for_other_machine(mut self) -> Self {
        self.is_elsewhere = true;
        self
    }

    /// Reads, checks and builds.
    ///
    /// # Errors
    /// The file cannot be read or parsed, or anything in it or in the environment is wrong; then all problems are
    /// reported together.
    pub fn load(self) -> Result<Settings, ConfigError> {
        let Draft { settings, problems } = self.read()?;
        if problems.is_empty() {
            Ok(settings)
        } else {
            Err(ConfigError::Invalid { problems })
        }
    }

    /// Does the same for a caller that checks for further problems before it reports any.
    ///
    /// # Errors
    /// Nothing could be built: the file cannot be read or parsed.
    pub fn read(self) -> Result<Draft, ConfigError> {
        let base = match &self.file {
            Some(_) => Config::default(),
            None => Config::built_in(),
        };
        let ParsedFile {
            value,
            bare,
            zeros,
            open,
        } = match &self.file {
            Some(path) => file::read(path)?,
            None => ParsedFile::whole(Value::Object(serde_json::Map::new())),
        };
        let file = without_nulls(value);
        let variables = self
            .variables
            .unwrap_or_else(|| std::env::vars_os().collect());

        let mut problems = Problems::default();
        let behind_nothing = empty::report(&bare, &mut problems);
        let environment = Environment::read(variables.iter().cloned(), &file, &mut problems);
        let merged = Figment::from(Serialized::defaults(base))
            .merge(Serialized::defaults(&file))
            .merge(&environment)
            .extract()
            .map_err(|error| ConfigError::Merge(error.to_string()))?;

        let right = schema_check::check(merged, &mut problems);
        let layers = Layers {
            environment: Some(environment.values()),
            file: Some(&file),
            open: open.as_deref(),
        };
        for path in &zeros {
            let message = "a number with leading zeros, which is octal for some programs; write it without them, or in \
                           quotes if it is a text";
            problems.add_if_clear(path, message);
        }
        let sections = Sections::of(&right);
        let mut settings = match serde_json::from_value(right) {
            Ok(config) => validate::build(
                config,
                &layers,
                &Secrets::new(&variables).elsewhere(self.is_elsewhere),
                self.now.unwrap_or_else(SystemTime::now),
                &mut problems,
            ),
            Err(error) => {
                problems.add(&Path::default(), error.to_string());
                Settings::built_in()
            }
        };
        settings.warnings.extend(behind_nothing);
        settings.sections = sections;
        Ok(Draft {
            settings,
            problems: problems.into_list(),
        })
    }
}

/// Leaves out the values of variables, which may be secrets.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// Removes keys with `null`, which means that they are absent, so that they do not hide the default. A list has no
/// default below it.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let present = map.into_iter().filter(|(_, value)| !value.is_null());
            present
                .map(|(key, value)| (key, without_nulls(value)))
                .collect()
        }
        value => value,
    }
}
