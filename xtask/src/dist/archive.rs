//! A folder as a reproducible `.tar.gz`.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

/// Packs a folder under its own name. All entries belong to root and have the time `moment`, in seconds since 1970.
pub(super) fn pack(folder: &Path, archive: &Path, moment: u64) -> anyhow::Result<()> {
    let above = folder.parent().context("the folder stands nowhere")?;
    let file = File::create(archive).with_context(|| format!("writing {}", archive.display()))?;
    // The header of gzip has a time too, which is left empty.
    let gzip = GzBuilder::new().mtime(0).write(file, Compression::best());
    let mut tar = Builder::new(gzip);
    for path in all_below(folder)? {
        let name = path.strip_prefix(above)?;
        let metadata = fs::metadata(&path)?;
        let mut header = Header::new_ustar();
        header.set_mtime(moment);
        let runs = metadata.is_dir() || metadata.permissions().mode() & 0o100 != 0;
        header.set_mode(if runs { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        if metadata.is_dir() {
            header.set_entry_type(EntryType::Directory);
            header.set_size(0);
            tar.append_data(&mut header, name, std::io::empty())?;
        } else {
            header.set_entry_type(EntryType::Regular);
            header.set_size(metadata.len());
            tar.append_data(&mut header, name, File::open(&path)?)?;
        }
    }
    tar.into_inner()?.finish()?.sync_all()?;
    Ok(())
}

/// Returns the folder and all entries below it, sorted by name.
fn all_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![folder.to_owned()];
    let mut entries = fs::read_dir(folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(all_below(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sh::target;

    /// Makes a folder with two files, in a given order and of given modes, and packs it.
    fn packed(place: &str, order: &[(&str, u32)]) -> Vec<u8> {
        let above = target().join("dist-tests").join(place);
        let folder = above.join("it");
        let _ = fs::remove_dir_all(&above);
        fs::create_dir_all(folder.join("man")).unwrap();
        for (name, mode) in order {
            fs::write(folder.join(name), name).unwrap();
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(*mode)).unwrap();
        }
        let archive = above.join("it.tar.gz");
        pack(&folder, &archive, 1_000_000_000).unwrap();
        fs::read(archive).unwrap()
    }

    #[test]
    fn the_same_files_are_the_same_bytes() {
        let one = packed("one", &[("program", 0o700), ("man/page.1", 0o600)]);
        let other = packed("other", &[("man/page.1", 0o664), ("program", 0o775)]);
        assert_eq!(one, other);
    }

    #[test]
    fn what_is_in_it() {
        let bytes = packed("entries", &[("program", 0o700), ("man/page.1", 0o600)]);
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let entries: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                assert_eq!(header.mtime().unwrap(), 1_000_000_000);
                assert_eq!(header.uid().unwrap(), 0);
                let path = entry.path().unwrap().to_string_lossy().into_owned();
                (path, header.mode().unwrap())
            })
            .collect();
        let expected = [
            ("it", 0o755),
            ("it/man", 0o755),
            ("it/man/page.1", 0o644),
            ("it/program", 0o755),
        ];
        let found: Vec<_> = entries
            .iter()
            .map(|(path, mode)| (path.trim_end_matches('/'), *mode))
            .collect();
        assert_eq!(found, expected);
    }
}
