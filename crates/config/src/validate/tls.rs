use super::missing;
use crate::model::Tls;
use crate::path::Path;
use crate::problem::Problems;
use crate::settings::{CertificateFiles, TlsSettings};

pub(super) fn build(tls: Tls, problems: &mut Problems) -> TlsSettings {
    let certificate = check_pair(&Path::of("tls"), tls.cert_file, tls.key_file, problems);
    TlsSettings {
        certificate: certificate.map(|(cert, key)| CertificateFiles {
            cert: cert.into(),
            key: key.into(),
        }),
        alpn: tls.alpn.iter().map(|name| name.trim().to_owned()).collect(),
    }
}

/// `cert_file` and `key_file` come together or not at all. An empty text is none.
pub(super) fn check_pair(
    path: &Path,
    cert: Option<String>,
    key: Option<String>,
    problems: &mut Problems,
) -> Option<(String, String)> {
    let is_given = |file: &String| !file.is_empty();
    match (cert.filter(is_given), key.filter(is_given)) {
        (Some(cert), Some(key)) => return Some((cert, key)),
        (None, None) => {}
        (Some(_), None) => problems.add_if_clear(&path.key("key_file"), missing("`cert_file`")),
        (None, Some(_)) => problems.add_if_clear(&path.key("cert_file"), missing("`key_file`")),
    }
    None
}
