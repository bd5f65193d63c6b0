//! A template: where its files are, and what of them changes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::links::Relocation;
use crate::project::Project;
use crate::sources::damaged;
use crate::table::TEMPLATES;
use crate::{PluginLanguage, ProjectName, TemplateError, TemplateKind, sources};

/// Folder of a project with the kit of its language.
const KIT: &str = "hyrouter-plugin";
/// Folder of a project with the crates of a kit in Rust.
const CRATES: &str = "hyrouter";

/// An example of the repository that a project begins as.
#[derive(Debug)]
pub struct Template {
    /// Language of the project.
    pub language: PluginLanguage,
    /// Transport between the router and the plugin.
    pub kind: TemplateKind,
    /// Folder of the example, below `examples/`.
    pub folder: &'static str,
    /// Part of the repository that the example uses.
    pub kit: Kit,
    /// Lines that differ from the example.
    pub(crate) edits: &'static [Edit],
    /// Commands of a shell that build the project, in its folder.
    pub build: &'static [&'static str],
    /// Commands of a shell that run its unit tests.
    pub test: &'static [&'static str],
    /// Product of the build.
    pub product: PluginProduct,
}

/// Part of the repository that an example uses. A project has a copy of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kit {
    /// Nothing.
    None,
    /// The kit in this folder of `examples/sdk/`.
    Folder(&'static str),
    /// These folders of `crates/`.
    Crates(&'static [&'static str]),
}

/// Product of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginProduct {
    /// A server, started by this command. It listens on the address in `PLUGIN_ADDRESS`.
    Server(&'static str),
    /// A module at this path of the project. `{name}` and `{snake}` stand for the name of the project.
    Module(&'static str),
}

/// A change of one place of one file.
#[derive(Debug)]
pub(crate) struct Edit {
    pub(crate) file: &'static str,
    /// Text that occurs exactly once.
    pub(crate) from: &'static str,
    /// Its replacement. `{name}` and `{snake}` stand for the name of the project.
    pub(crate) to: &'static str,
}

impl Template {
    /// Returns all templates.
    pub fn all() -> &'static [Self] {
        TEMPLATES
    }

    /// Returns the template of a language and a kind.
    ///
    /// # Errors
    ///
    /// There is none. The text lists all templates.
    pub fn find(
        language: PluginLanguage,
        kind: TemplateKind,
    ) -> Result<&'static Self, TemplateError> {
        let found = TEMPLATES
            .iter()
            .find(|template| template.language == language && template.kind == kind);
        found.ok_or_else(|| TemplateError::Unknown {
            language,
            kind,
            known: known(),
        })
    }

    /// Returns a project of this name.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Damaged`].
    pub fn project(&'static self, name: &ProjectName) -> Result<Project, TemplateError> {
        let mut files = BTreeMap::new();
        let example = format!("examples/{}", self.folder);
        let mut moves = vec![(example.clone(), String::new())];
        match self.kit {
            Kit::None => {}
            Kit::Folder(kit) => moves.push((format!("examples/sdk/{kit}"), KIT.to_owned())),
            Kit::Crates(crates) => {
                moves.extend(crates.iter().map(|name| {
                    let path = format!("crates/{name}");
                    let place = format!("{CRATES}/{path}");
                    (path, place)
                }));
                files.insert(
                    format!("{CRATES}/Cargo.toml"),
                    workspace(sources::file("Cargo.toml")?),
                );
                for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
                    let text = sources::file(license)?.to_owned();
                    files.insert(format!("{CRATES}/{license}"), text);
                }
            }
        }
        let relocation = Relocation::new(&moves);
        for (from, to) in &moves {
            for (path, text) in sources::below(from)? {
                let place = join(to, path);
                let text = if Path::new(path).extension().is_some_and(|end| end == "md") {
                    relocation.links(&join(from, path), text)
                } else {
                    text.to_owned()
                };
                files.insert(place, text);
            }
        }
        for edit in self.edits {
            let text = files.get_mut(edit.file);
            let text =
                text.ok_or_else(|| damaged(format_args!("{} has no {}", self.folder, edit.file)))?;
            *text = edit.apply(text, name)?;
        }
        Ok(Project::new(self, name.clone(), files))
    }
}

impl Edit {
    fn apply(&self, text: &str, name: &ProjectName) -> Result<String, TemplateError> {
        match text.split_once(self.from) {
            Some((before, after)) if !after.contains(self.from) => {
                Ok(format!("{before}{}{after}", name.fill(self.to)))
            }
            _ => Err(damaged(format_args!(
                "{} does not have exactly once: {}",
                self.file, self.from
            ))),
        }
    }
}

fn known() -> String {
    let names = TEMPLATES
        .iter()
        .map(|template| format!("{} {}", template.language, template.kind));
    names.collect::<Vec<_>>().join(", ")
}

fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}

/// Returns the manifest of a workspace for the crates of a kit: that of the repository without its members and profiles.
/// The crates inherit from it.
fn workspace(root: &str) -> String {
    let mut text = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n".to_owned();
    let mut is_kept = false;
    for line in root.lines() {
        if line.starts_with('[') {
            is_kept = line.starts_with("[workspace.");
            if is_kept {
                text.push('\n');
            }
        }
        if is_kept && !line.is_empty() {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}
