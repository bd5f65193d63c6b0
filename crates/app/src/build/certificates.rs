//! Certificates of servers.

use hyrouter_config::Settings;
use hyrouter_proxy::ServerCertificate;

use super::findings::{Findings, at};

/// Reads the certificate of the router.
pub(super) fn certificate(
    settings: &Settings,
    findings: &mut Findings,
) -> Option<ServerCertificate> {
    let (cert_file, key_file) = settings.tls.certificate()?;
    if !findings.are_free(&["tls.cert_file", "tls.key_file"]) {
        return None;
    }
    let read = ServerCertificate::from_pem_files(cert_file, key_file);
    findings.keep(read.map_err(at("tls")))
}

/// Reads the certificate of the server of pushes.
pub(super) fn push_certificate(
    settings: &Settings,
    findings: &mut Findings,
) -> Option<ServerCertificate> {
    let push = settings.discovery.push.as_ref()?;
    let (cert_file, key_file) = (push.cert_file.as_ref()?, push.key_file.as_ref()?);
    if !findings.are_free(&["discovery.push.cert_file", "discovery.push.key_file"]) {
        return None;
    }
    let read = ServerCertificate::from_pem_files(cert_file, key_file);
    findings.keep(read.map_err(at("discovery.push")))
}
