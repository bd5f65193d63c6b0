//! Arguments of `hyrouter plugin new`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use hyrouter_plugin_templates::{PluginLanguage, TemplateKind};

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Name of the project: lower-case letters, digits, - and _
    pub(crate) name: String,
    /// Language
    #[arg(long, value_name = "LANGUAGE", value_parser = language())]
    pub(crate) lang: PluginLanguage,
    /// Kind of the plugin: a gRPC server, or a WebAssembly file
    #[arg(long, value_name = "KIND", value_parser = kind())]
    pub(crate) kind: TemplateKind,
    /// Folder of the project, which must be empty or not exist [default: NAME]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) path: Option<PathBuf>,
}

fn language() -> impl TypedValueParser<Value = PluginLanguage> {
    let names = PluginLanguage::ALL.map(PluginLanguage::as_str);
    let find = |name: String| {
        PluginLanguage::ALL
            .into_iter()
            .find(|lang| lang.as_str() == name)
    };
    PossibleValuesParser::new(names).try_map(move |name| find(name).ok_or("unknown language"))
}

fn kind() -> impl TypedValueParser<Value = TemplateKind> {
    let names = TemplateKind::ALL.map(TemplateKind::as_str);
    let find = |name: String| {
        TemplateKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
    };
    PossibleValuesParser::new(names).try_map(move |name| find(name).ok_or("unknown kind"))
}
