//! Format of a response.

use bytes::Bytes;
use http::HeaderValue;
use hyrouter_text::shown;

use crate::document::{self, DocumentFormat, Found};

/// Maximum length of a `Content-Type` in an error, in bytes.
const SHOWN_TYPE: usize = 100;

/// The bytes of a document and their format.
#[derive(Debug)]
pub(super) struct DocumentText {
    bytes: Bytes,
    format: DocumentFormat,
    /// `Content-Type`, if it names no format that is known.
    unknown_type: Option<String>,
}

impl DocumentText {
    /// Returns a text whose format is that of `Content-Type`. If that is neither JSON nor YAML, a path that ends with
    /// `.yaml` or `.yml` is YAML, and any other is JSON: few servers of static files know YAML.
    pub(super) fn new(bytes: Bytes, content_type: Option<&HeaderValue>, path: &str) -> Self {
        let declared = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()));
        let known = declared.as_deref().and_then(declared_format);
        let format = known.unwrap_or_else(|| format_of_path(path));
        let unknown_type = match declared {
            Some(declared) if known.is_none() => {
                Some(shown(declared).within(SHOWN_TYPE).to_string())
            }
            _ => None,
        };
        Self {
            bytes,
            format,
            unknown_type,
        }
    }

    /// Reads the document.
    pub(super) fn read(&self) -> Result<Found, String> {
        let text = std::str::from_utf8(&self.bytes).map_err(|_| "the document is not UTF-8")?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        document::read(text, self.format).map_err(|error| match &self.unknown_type {
            Some(unknown) => format!("{error} (Content-Type {unknown}, read as {})", self.format),
            None => error.to_string(),
        })
    }
}

fn declared_format(content_type: &str) -> Option<DocumentFormat> {
    let essence = content_type.split(';').next().unwrap_or_default();
    match essence.trim().to_ascii_lowercase().as_str() {
        "application/json" | "text/json" => Some(DocumentFormat::Json),
        "application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml" => {
            Some(DocumentFormat::Yaml)
        }
        other if other.ends_with("+json") => Some(DocumentFormat::Json),
        other if other.ends_with("+yaml") => Some(DocumentFormat::Yaml),
        _ => None,
    }
}

fn format_of_path(path: &str) -> DocumentFormat {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("yaml" | "yml") => DocumentFormat::Yaml,
        _ => DocumentFormat::Json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_counts_before_the_path() {
        for (content_type, path, format) in [
            ("application/json", "/a.yaml", DocumentFormat::Json),
            ("application/JSON; charset=utf-8", "/", DocumentFormat::Json),
            ("application/vnd.games+json", "/", DocumentFormat::Json),
            ("application/yaml", "/a.json", DocumentFormat::Yaml),
            ("text/yaml ;charset=utf-8", "/", DocumentFormat::Yaml),
            ("Application/X-YAML", "/", DocumentFormat::Yaml),
            ("text/plain", "/a", DocumentFormat::Json),
            ("text/plain", "/a.yaml", DocumentFormat::Yaml),
            ("application/octet-stream", "/a.yml", DocumentFormat::Yaml),
            ("", "/a.json", DocumentFormat::Json),
        ] {
            let header = HeaderValue::from_static(content_type);
            let text = DocumentText::new(Bytes::new(), Some(&header), path);
            assert_eq!(text.format, format, "{content_type:?} {path}");
        }
        let text = DocumentText::new(Bytes::new(), None, "/a.yaml");
        assert_eq!(
            (text.format, text.unknown_type),
            (DocumentFormat::Yaml, None)
        );
    }

    #[test]
    fn an_error_names_an_unknown_content_type() {
        let html = HeaderValue::from_static("text/html");
        let page = Bytes::from_static(b"<html>");
        let error = DocumentText::new(page, Some(&html), "/")
            .read()
            .unwrap_err();
        assert!(error.starts_with("not JSON: "), "{error}");
        assert!(
            error.ends_with(" (Content-Type text/html, read as JSON)"),
            "{error}"
        );
        let latin = Bytes::from_static(b"{\"backends\": [\"\xfc\"]}");
        let error = DocumentText::new(latin, None, "/").read().unwrap_err();
        assert_eq!(error, "the document is not UTF-8");
        let marked = Bytes::from("\u{feff}{\"backends\": []}");
        DocumentText::new(marked, None, "/").read().unwrap();
    }
}
