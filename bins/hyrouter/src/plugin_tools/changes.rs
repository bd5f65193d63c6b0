//! Changes of the files of a plugin and its cases, and of its server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hyrouter_files::watch::{FileSet, Watch};
use hyrouter_plugin_api::PluginError;
use hyrouter_plugin_conformance::{PluginCase, example_request};
use tokio::time::{MissedTickBehavior, interval};

use super::load::TargetLoader;
use super::target::Target;
use crate::cli::print_line;
use crate::serve;

/// Interval of checking the files. They must be the same at two checks in a row, so that a writer has finished.
const INTERVAL: Duration = Duration::from_millis(200);
/// Time that one attempt to reach a server takes at most.
const ATTEMPT: Duration = Duration::from_millis(500);

/// The files, as they were before the plugin was loaded.
pub(crate) struct WatchedFiles {
    /// Files that are always there: the module, and the configuration.
    fixed: Vec<PathBuf>,
    cases: Option<PathBuf>,
    paths: Vec<PathBuf>,
    seen: FileSet,
}

impl WatchedFiles {
    pub(crate) fn new(loader: &TargetLoader, cases: Option<&Path>) -> Self {
        let args = &loader.args;
        let mut fixed: Vec<_> = args.wasm.iter().cloned().collect();
        if args.name.is_some() {
            fixed.extend(serve::origin(&args.config).file().map(Path::to_owned));
        }
        let mut files = Self {
            fixed,
            cases: cases.map(Path::to_owned),
            paths: Vec::new(),
            seen: FileSet::default(),
        };
        (files.paths, files.seen) = files.look();
        files
    }

    /// Watches the file of a configured plugin too.
    pub(crate) fn add(&mut self, file: &Path) {
        if !self.fixed.iter().any(|known| known == file) {
            self.fixed.push(file.to_owned());
            let (paths, now) = self.look();
            self.paths = paths;
            // A file that changed since the first look is still a change.
            self.seen = now.with_earlier(&self.seen);
        }
    }

    /// Returns the watched files and the watched server for people, such as `plugin.wasm, cases`.
    pub(crate) fn describe(&self, target: Option<&Target>) -> String {
        let server = target.filter(|target| target.server().is_some());
        let server = server.map(|target| target.name.clone());
        let paths = self.fixed.iter().chain(&self.cases);
        let paths = paths.map(|path| path.display().to_string());
        let names: Vec<_> = server.into_iter().chain(paths).collect();
        names.join(", ")
    }

    fn look(&self) -> (Vec<PathBuf>, FileSet) {
        let mut paths = self.fixed.clone();
        if let Some(folder) = &self.cases {
            // A folder that cannot be read has no files; the run reports the reason.
            paths.extend(PluginCase::files(folder).unwrap_or_default());
        }
        let files = FileSet::at(paths.iter().cloned());
        (paths, files)
    }

    /// Returns the names of files that differ from `self`.
    fn changed(&self, paths: &[PathBuf], now: &FileSet) -> Vec<String> {
        let mut names = now.changed_since(&self.seen);
        let added = paths.iter().filter(|path| !self.paths.contains(path));
        let removed = self.paths.iter().filter(|path| !paths.contains(path));
        names.extend(added.chain(removed).map(|path| path.display().to_string()));
        names
    }

    /// Waits until a file differs, or the server is back after it was away. Returns the names of the changes.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) async fn changes(&self, target: Option<&Target>) -> anyhow::Result<Vec<String>> {
        let server = target.and_then(|target| Some((target, target.server()?)));
        let mut watch = Watch::from(self.seen.clone());
        let mut is_away = false;
        let mut checks = interval(INTERVAL);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            checks.tick().await;
            let (paths, now) = self.look();
            if watch.is_due(now.clone()) {
                return Ok(self.changed(&paths, &now));
            }
            let Some((target, server)) = server else {
                continue;
            };
            if !is_away && !server.is_connected() {
                print_line(format_args!(
                    "no connection to {}; waiting for it",
                    target.name
                ))?;
                is_away = true;
            }
            if is_away {
                let answer = target.ask_within(&example_request(), ATTEMPT).await;
                if !matches!(answer, Err(PluginError::Unreachable { .. })) {
                    return Ok(vec![target.name.clone()]);
                }
            }
        }
    }
}
