//! `cargo xtask dist`: the files of a release. An archive with the binary, its man pages and completions, a systemd
//! unit and an example configuration; a list of the crates in the binary; and checksums.

mod archive;
mod contents;
mod sbom;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::sh::{self, cargo, cmd, say, target};

#[derive(Debug, clap::Args)]
pub(crate) struct DistArgs {
    /// Build for this target, whose programs this machine can run [default: that of the compiler]
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// Folder for the files [default: target/archive]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Cargo profile of the build. Profiles other than `dist` are for trying this command
    #[arg(long, value_name = "NAME", default_value = "dist")]
    profile: String,
}

pub(crate) fn run(args: &DistArgs) -> anyhow::Result<()> {
    let out = args.out.clone().unwrap_or_else(|| target().join("archive"));
    let triple = match &args.target {
        Some(triple) => triple.clone(),
        None => sh::host()?,
    };
    let built = build(args)?;
    let name = format!("hyrouter-{}-{triple}", env!("CARGO_PKG_VERSION"));
    let folder = sh::empty_folder(out.join(&name))?;
    contents::lay_out(&built, &folder)?;
    let moment = moment()?;
    let bom = format!("{name}.cdx.json");
    sbom::write(&triple, moment, &out.join(&bom))?;
    copy(&out.join(&bom), &folder.join("hyrouter.cdx.json"))?;

    let packed = format!("{name}.tar.gz");
    archive::pack(&folder, &out.join(&packed), moment)?;
    let sums = [packed, bom]
        .iter()
        .map(|file| Ok(format!("{}  {file}\n", sum(&out.join(file))?)))
        .collect::<anyhow::Result<String>>()?;
    fs::write(out.join("SHA256SUMS"), &sums).context("writing SHA256SUMS")?;
    say(&format!("{}:\n{sums}", out.display()));
    Ok(())
}

/// Makes the archive of a built router without its list of crates, and returns its path. It is for tests of the
/// archive.
pub(crate) fn archive_of(built: &Path, out: &Path) -> anyhow::Result<PathBuf> {
    let name = format!("hyrouter-{}-{}", env!("CARGO_PKG_VERSION"), sh::host()?);
    let folder = sh::empty_folder(out.join(&name))?;
    contents::lay_out(built, &folder)?;
    let packed = out.join(format!("{name}.tar.gz"));
    archive::pack(&folder, &packed, moment()?)?;
    Ok(packed)
}

/// Builds the router and returns its path.
fn build(args: &DistArgs) -> anyhow::Result<PathBuf> {
    let mut command = cargo();
    command
        .args(["build", "--locked", "--package", "hyrouter"])
        .args(["--profile", &args.profile]);
    let mut folder = target();
    if let Some(triple) = &args.target {
        command.args(["--target", triple]);
        folder.push(triple);
    }
    sh::run(&mut command)?;
    // The only profile whose folder has another name.
    folder.push(match args.profile.as_str() {
        "dev" => "debug",
        profile => profile,
    });
    Ok(folder.join("hyrouter"))
}

/// Returns the time of all entries in the archive: that of the last commit, so that equal sources make equal archives.
fn moment() -> anyhow::Result<u64> {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let text = match given {
        Some(text) => text,
        None => sh::output(cmd("git").args(["log", "-1", "--format=%ct"]))?,
    };
    text.trim()
        .parse()
        .with_context(|| format!("{text:?} is no number of seconds"))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(())
}

/// Returns the SHA-256 of a file in hexadecimal digits.
fn sum(file: &Path) -> anyhow::Result<String> {
    use std::fmt::Write as _;
    let mut hash = Sha256::new();
    let mut source = File::open(file).with_context(|| format!("reading {}", file.display()))?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = io::Read::read(&mut source, &mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
    let mut text = String::new();
    for byte in hash.finalize() {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}
