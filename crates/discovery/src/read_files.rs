//! Work on files, which may hang.

use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::Publisher;

/// Time from which work on files is reported as a failure. It takes milliseconds if no disk hangs.
const LONGEST: Duration = Duration::from_secs(10);

/// Does work on files on a thread for blocking work, and returns its result. `None`: it panicked.
///
/// Reports a failure after 10 s and continues to wait, so that a hanging disk holds one thread of a provider and not one
/// more with each attempt.
pub(crate) async fn read_files<T: Send + 'static>(
    publisher: &Publisher,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let mut task = spawn_blocking(work);
    if let Ok(done) = timeout(LONGEST, &mut task).await {
        return done.ok();
    }
    publisher.fail(format_args!(
        "reading files takes longer than {LONGEST:?}; check the disk or network file system"
    ));
    task.await.ok()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::feed;

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_hangs_is_reported_and_waited_for() {
        let (publisher, mut states) = feed("files", 10);
        let (free, freed) = sync_channel::<()>(1);
        let reading = tokio::spawn(async move {
            let work = move || freed.recv().is_ok();
            read_files(&publisher, work).await
        });
        tokio::task::yield_now().await;
        // A blocking task holds paused time still, so it is moved by hand.
        tokio::time::advance(LONGEST + Duration::from_secs(1)).await;
        let error = states.first().await.error.clone().unwrap();
        assert!(error.contains("longer than 10s"), "{error}");
        free.send(()).unwrap();
        assert_eq!(reading.await.unwrap(), Some(true));
    }

    #[tokio::test]
    async fn a_panic_is_no_result() {
        let (publisher, _feed) = feed("files", 10);
        let nothing = read_files(&publisher, || assert_eq!(1, 2)).await;
        assert_eq!(nothing, None);
    }
}
