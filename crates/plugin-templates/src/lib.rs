//! Projects for plugins of Hyrouter, one for each language and kind.
//!
//! A template is an example of the repository with the kit that it uses: the same files that CI builds, tests and calls.
//! Only the lines that [`Template`] lists differ: the name of the package and the path of the kit.
//!
//! ```
//! use hyrouter_plugin_templates::{PluginLanguage, ProjectName, Template, TemplateKind};
//!
//! # fn main() -> Result<(), hyrouter_plugin_templates::TemplateError> {
//! let template = Template::find(PluginLanguage::Rust, TemplateKind::Wasm)?;
//! let project = template.project(&ProjectName::parse("vip-lobby")?)?;
//! assert!(project.files().any(|(path, text)| path == "Cargo.toml" && text.contains("vip-lobby")));
//! # Ok(())
//! # }
//! ```

mod error;
mod language;
mod links;
mod project;
mod project_name;
mod sources;
mod table;
mod template;

pub use self::error::TemplateError;
pub use self::language::{PluginLanguage, TemplateKind};
pub use self::project::Project;
pub use self::project_name::ProjectName;
pub use self::sources::json as sources_json;
pub use self::template::{Kit, PluginProduct, Template};
