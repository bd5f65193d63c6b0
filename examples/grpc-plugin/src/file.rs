//! The file of the list.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use tokio::fs;
use tokio::sync::watch;

use crate::bans::Bans;

/// Interval of checking the file. A change is in effect after this time at the latest.
const INTERVAL: Duration = Duration::from_secs(1);

/// A list and its file.
pub(crate) struct BanFile {
    path: PathBuf,
    version: Version,
    bans: Bans,
}

/// Time and length of a file, which distinguish its states without reading it.
type Version = (SystemTime, u64);

impl BanFile {
    /// Reads the file.
    pub(crate) async fn open(path: PathBuf) -> anyhow::Result<Self> {
        let version = version(&path).await?;
        let bans = read(&path).await?;
        Ok(Self {
            path,
            version,
            bans,
        })
    }

    pub(crate) fn bans(&self) -> &Bans {
        &self.bans
    }

    /// Reads the file again whenever it changed, as long as there is a receiver.
    pub(crate) async fn follow(mut self, bans: watch::Sender<Bans>) {
        let mut interval = tokio::time::interval(INTERVAL);
        while !bans.is_closed() {
            interval.tick().await;
            match self.reload().await {
                Ok(false) => {}
                Ok(true) => {
                    bans.send_replace(self.bans.clone());
                }
                Err(error) => say(&format!("the list is unchanged: {error:#}")),
            }
        }
    }

    /// Returns whether the list changed. A version that cannot be read is tried once.
    async fn reload(&mut self) -> anyhow::Result<bool> {
        let version = version(&self.path).await?;
        if version == self.version {
            return Ok(false);
        }
        self.version = version;
        self.bans = read(&self.path).await?;
        Ok(true)
    }
}

async fn version(path: &Path) -> anyhow::Result<Version> {
    let file = fs::metadata(path).await;
    let file = file.with_context(|| format!("reading the metadata of {}", path.display()))?;
    Ok((file.modified()?, file.len()))
}

async fn read(path: &Path) -> anyhow::Result<Bans> {
    let text = fs::read_to_string(path).await;
    let text = text.with_context(|| format!("reading {}", path.display()))?;
    Ok(Bans::parse(&text))
}

#[expect(clippy::print_stderr, reason = "the operator reads it")]
fn say(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::BanFile;
    use crate::bans::Bans;

    #[tokio::test]
    async fn a_list_is_read_again_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bans.txt");
        std::fs::write(&path, "a").unwrap();
        let mut file = BanFile::open(path.clone()).await.unwrap();
        assert_eq!(file.bans(), &Bans::parse("a"));
        assert!(!file.reload().await.unwrap());

        std::fs::write(&path, "a\nb").unwrap();
        assert!(file.reload().await.unwrap());
        assert_eq!(file.bans(), &Bans::parse("a\nb"));
        assert!(!file.reload().await.unwrap());
    }

    #[tokio::test]
    async fn the_list_stays_if_its_file_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bans.txt");
        assert!(BanFile::open(path.clone()).await.is_err());
        std::fs::write(&path, "a").unwrap();
        let mut file = BanFile::open(path.clone()).await.unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(file.reload().await.is_err());
        assert_eq!(file.bans(), &Bans::parse("a"));

        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(file.reload().await.is_err());
        assert_eq!(file.bans(), &Bans::parse("a"));
    }
}
