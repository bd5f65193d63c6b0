//! TLS to an engine.

use std::sync::Arc;

use hyrouter_http_client::ClientTlsFiles;
use tokio::task::spawn_blocking;
use tokio_rustls::TlsConnector;

use super::address::EngineAddress;
use super::error::EngineError;
use crate::DockerSettings;

/// Reads the files for TLS, if the address has TLS. They are read for each session, so that renewed files are used.
pub(super) async fn connector(
    settings: &DockerSettings,
    address: &EngineAddress,
) -> Result<Option<TlsConnector>, EngineError> {
    if !matches!(address, EngineAddress::Tls(..)) {
        return Ok(None);
    }
    let (ca, cert) = (settings.ca_file.clone(), settings.cert_file.clone());
    let key = settings.key_file.clone();
    let read = spawn_blocking(move || {
        let tls = ClientTlsFiles {
            ca_file: ca.as_deref(),
            certificate: cert.as_deref().zip(key.as_deref()),
        };
        tls.config()
    });
    let config = read.await.map_err(|error| EngineError::Connect {
        address: address.to_string(),
        problem: error.to_string(),
    })??;
    Ok(Some(TlsConnector::from(Arc::new(config))))
}
