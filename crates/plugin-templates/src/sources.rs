//! The files of all templates, as the build script packed them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::TemplateError;

const COMPRESSED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/templates.deflate"));
/// Length of the JSON.
const LEN: &str = include_str!(concat!(env!("OUT_DIR"), "/templates.len"));

/// Texts by their path in the repository.
pub(crate) type TemplateSources = BTreeMap<String, String>;

/// Returns the sources of all templates as JSON, for `templates.json` of the packed crate.
///
/// # Errors
///
/// [`TemplateError::Damaged`].
pub fn json() -> Result<Vec<u8>, TemplateError> {
    let len = LEN.parse().map_err(damaged)?;
    miniz_oxide::inflate::decompress_to_vec_with_limit(COMPRESSED, len).map_err(damaged)
}

/// Returns the sources of all templates.
pub(crate) fn all() -> Result<&'static TemplateSources, TemplateError> {
    static SOURCES: OnceLock<TemplateSources> = OnceLock::new();
    if let Some(sources) = SOURCES.get() {
        return Ok(sources);
    }
    let sources = serde_json::from_slice(&json()?).map_err(damaged)?;
    Ok(SOURCES.get_or_init(|| sources))
}

/// Returns a file of the repository.
pub(crate) fn file(path: &str) -> Result<&'static str, TemplateError> {
    let text = all()?.get(path).map(String::as_str);
    text.ok_or_else(|| damaged(format_args!("they have no {path}")))
}

/// Returns the files below a folder of the repository, by their path in it.
pub(crate) fn below(
    folder: &str,
) -> Result<impl Iterator<Item = (&'static str, &'static str)>, TemplateError> {
    let prefix = format!("{folder}/");
    let files = all()?.iter();
    Ok(files.filter_map(move |(path, text)| Some((path.strip_prefix(&prefix)?, text.as_str()))))
}

/// Returns an error with the text of another one.
#[allow(
    clippy::needless_pass_by_value,
    reason = "the form that `map_err` takes"
)]
pub(crate) fn damaged(error: impl ToString) -> TemplateError {
    TemplateError::Damaged(error.to_string())
}
