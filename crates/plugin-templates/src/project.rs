//! A project in memory, and on disk.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::{PluginProduct, ProjectName, Template, TemplateError};

/// The files of a project.
#[derive(Debug)]
pub struct Project {
    template: &'static Template,
    name: ProjectName,
    files: BTreeMap<String, String>,
}

impl Project {
    pub(crate) fn new(
        template: &'static Template,
        name: ProjectName,
        files: BTreeMap<String, String>,
    ) -> Self {
        Self {
            template,
            name,
            files,
        }
    }

    /// Returns paths and texts of all files, sorted by path. A path has `/` between its parts.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let files = self.files.iter();
        files.map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Returns the commands that build the project and run its unit tests, in its folder.
    pub fn commands(&self) -> impl Iterator<Item = &'static str> {
        let Template { build, test, .. } = self.template;
        build.iter().chain(*test).copied()
    }

    /// Returns the command that starts the server, if the plugin is one.
    pub fn server(&self) -> Option<&'static str> {
        match self.template.product {
            PluginProduct::Server(command) => Some(command),
            PluginProduct::Module(_) => None,
        }
    }

    /// Returns the path of the module in the project, if the plugin is one.
    pub fn module(&self) -> Option<String> {
        match self.template.product {
            PluginProduct::Module(path) => Some(self.name.fill(path)),
            PluginProduct::Server(_) => None,
        }
    }

    /// Writes the files into a folder, which is created if it does not exist. Overwrites nothing.
    ///
    /// # Errors
    ///
    /// The folder is not empty, or a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), TemplateError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| TemplateError::Io { path, source }
        };
        fs::create_dir_all(folder).map_err(failed(folder))?;
        let mut entries = fs::read_dir(folder).map_err(failed(folder))?;
        if entries.next().is_some() {
            return Err(TemplateError::NotEmpty {
                folder: folder.to_owned(),
            });
        }
        for (path, text) in self.files() {
            let path = folder.join(path);
            create(&path, text).map_err(failed(&path))?;
        }
        Ok(())
    }
}

/// Creates a file that does not exist, and its folders.
fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::create_new(path)?.write_all(text.as_bytes())
}
