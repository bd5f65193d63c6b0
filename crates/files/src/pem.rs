//! Files with certificates and keys in PEM.

use std::path::Path;

use crate::{FileError, MAX_PEM, is_utf16, read_file};

/// Required content of a PEM file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pem {
    /// At least one certificate.
    Certificate,
    /// A private key.
    PrivateKey,
}

/// Reads a file in PEM of at most [`MAX_PEM`] bytes, without a byte order mark.
///
/// # Errors
///
/// As [`read_file`].
pub fn read_pem(path: &Path) -> Result<Vec<u8>, FileError> {
    let mut pem = read_file(path, MAX_PEM)?;
    if pem.starts_with(b"\xef\xbb\xbf") {
        pem.drain(..3);
    }
    Ok(pem)
}

/// Returns the problem of a key that does not match a certificate.
pub fn not_a_pair(certificate: &Path, key: &Path) -> String {
    format!(
        "the private key in {} does not belong to the certificate in {}; name a key and a certificate that belong together, or make a new pair",
        key.display(),
        certificate.display()
    )
}

/// Returns the reason for a missing item in a file, with the remedy. Contains nothing of the file.
pub fn pem_problem(content: &[u8], wanted: Pem) -> String {
    let what = match wanted {
        Pem::Certificate => "certificate",
        Pem::PrivateKey => "private key",
    };
    format!("there is no {what} in it: {}", cause(content, wanted))
}

fn cause(content: &[u8], wanted: Pem) -> &'static str {
    let has = |text: &str| {
        content
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    let is_key = wanted == Pem::PrivateKey;
    if content.trim_ascii().is_empty() {
        return "the file is empty";
    }
    if is_key && (has("BEGIN ENCRYPTED PRIVATE KEY") || has("Proc-Type: 4,ENCRYPTED")) {
        return "the key has a passphrase; remove it with `openssl pkey -in KEY -out NEW`";
    }
    if is_utf16(content) {
        return "it is UTF-16; save it as UTF-8";
    }
    if !has("-----BEGIN ") {
        return if content.starts_with(&[0x30]) {
            "it is DER; convert it to PEM with `openssl x509` or `openssl pkey`, option `-inform DER`"
        } else {
            "PEM is expected, with a line `-----BEGIN ...-----`"
        };
    }
    if !has("-----END ") {
        return "it is cut off, the line `-----END ...-----` is missing";
    }
    if has("BEGIN CERTIFICATE REQUEST") || has("BEGIN NEW CERTIFICATE REQUEST") {
        return "it is a signing request; use the certificate that the authority issued for it";
    }
    match wanted {
        Pem::Certificate if has("PRIVATE KEY-----") && !has("BEGIN CERTIFICATE-----") => {
            "it is a private key; a certificate belongs here"
        }
        Pem::PrivateKey if has("BEGIN CERTIFICATE-----") && !has("PRIVATE KEY-----") => {
            "it is a certificate; its private key belongs here"
        }
        _ if has("BEGIN PUBLIC KEY-----") => "it is a public key",
        _ => "its PEM is damaged or of another kind; PEM is expected as `openssl` writes it",
    }
}

#[cfg(test)]
mod tests {
    use super::{Pem, pem_problem, read_pem};

    #[test]
    fn the_cause_is_named() {
        let pem = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        let traditional = pem("EC PRIVATE KEY").replace("AAAA", "Proc-Type: 4,ENCRYPTED\n\nAAAA");
        for (content, wanted, part) in [
            (String::new(), Pem::Certificate, "is empty"),
            (" \n".to_owned(), Pem::PrivateKey, "is empty"),
            (
                pem("ENCRYPTED PRIVATE KEY"),
                Pem::PrivateKey,
                "has a passphrase",
            ),
            (traditional, Pem::PrivateKey, "has a passphrase"),
            (pem("CERTIFICATE"), Pem::PrivateKey, "it is a certificate"),
            (pem("PRIVATE KEY"), Pem::Certificate, "it is a private key"),
            (
                pem("RSA PRIVATE KEY"),
                Pem::Certificate,
                "it is a private key",
            ),
            (pem("PUBLIC KEY"), Pem::PrivateKey, "it is a public key"),
            (
                pem("CERTIFICATE REQUEST"),
                Pem::Certificate,
                "signing request",
            ),
            (
                pem("CERTIFICATE REQUEST"),
                Pem::PrivateKey,
                "signing request",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nAA".to_owned(),
                Pem::Certificate,
                "is cut off",
            ),
            ("0\u{1}\u{2}".to_owned(), Pem::Certificate, "it is DER"),
            ("hello".to_owned(), Pem::PrivateKey, "PEM is expected"),
            (pem("CERTIFICATE"), Pem::Certificate, "is damaged"),
        ] {
            let problem = pem_problem(content.as_bytes(), wanted);
            assert!(problem.contains(part), "{content:?}: {problem}");
        }
        let utf16 = pem_problem(b"\xff\xfe-\0-\0", Pem::PrivateKey);
        assert!(utf16.contains("it is UTF-16; save it as UTF-8"), "{utf16}");
    }

    #[test]
    fn a_byte_order_mark_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        std::fs::write(&path, "\u{feff}-----BEGIN").unwrap();
        assert_eq!(read_pem(&path).unwrap(), b"-----BEGIN");
    }
}
