//! Provider `file`: documents in a file or in a directory.

mod document_source;
mod listing;
mod watched_document;

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, sleep};

use self::document_source::{DocumentSource, Look};
use crate::read_files::read_files;
use crate::{FileSettings, Follow, Provider, Publisher};

/// Interval of checks for changed files. A file is read once two checks agree, so a change is published within 0.5 s.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);
/// Wait after a panic, which the same files would cause again.
const PANIC_WAIT: Duration = Duration::from_secs(30);

/// Follows a file, or the files of a directory.
#[derive(Debug)]
pub(crate) struct FileProvider {
    path: PathBuf,
}

impl FileProvider {
    pub(crate) fn new(settings: &FileSettings) -> Self {
        let path = settings.path.clone();
        Self { path }
    }
}

impl Provider for FileProvider {
    fn follow(&self, publisher: Publisher) -> Follow {
        Box::pin(follow(self.path.clone(), publisher))
    }
}

async fn follow(path: PathBuf, publisher: Publisher) {
    let mut source = DocumentSource::new(path.clone());
    let mut checks = interval(CHECK_INTERVAL);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        checks.tick().await;
        let looking = move || {
            let look = source.look();
            (source, look)
        };
        let Some((looked, look)) = read_files(&publisher, looking).await else {
            publisher.fail(format_args!("{}: reading panicked", path.display()));
            source = DocumentSource::new(path.clone());
            sleep(PANIC_WAIT).await;
            continue;
        };
        source = looked;
        match look {
            Look::Same => publisher.confirm(),
            Look::Changed { backends, problems } => publisher.publish(backends, problems),
            Look::Failed(problem) => publisher.fail(problem),
            Look::Unsettled => {}
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
