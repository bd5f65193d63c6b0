//! TLS of a game client, which accepts any server certificate.

use std::fmt;
use std::sync::Arc;

use quinn::crypto::rustls::QuicClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, PeerIncompatible, SignatureScheme};

use crate::error::GameClientError;

/// A certificate that the client shows when it is asked for one.
pub struct ClientCert {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl ClientCert {
    /// Makes a key and a self-signed certificate, ECDSA P-256.
    ///
    /// # Errors
    ///
    /// The system provides no randomness.
    pub fn self_signed() -> Result<Self, GameClientError> {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let cert = rcgen::CertificateParams::new(["player".to_owned()])?.self_signed(&key)?;
        Ok(Self {
            chain: vec![cert.der().clone()],
            key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        })
    }

    /// Returns the certificate in DER.
    pub fn der(&self) -> &[u8] {
        self.chain.first().map_or(&[], |cert| cert.as_ref())
    }
}

impl Clone for ClientCert {
    fn clone(&self) -> Self {
        Self {
            chain: self.chain.clone(),
            key: self.key.clone_key(),
        }
    }
}

impl fmt::Debug for ClientCert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCert").finish_non_exhaustive()
    }
}

/// Returns the TLS configuration of a game client, for callers that open QUIC connections themselves.
///
/// # Errors
///
/// The built-in crypto provider lacks a cipher that QUIC needs.
pub fn quic_config(alpn: &[Vec<u8>]) -> Result<QuicClientConfig, GameClientError> {
    client_crypto(alpn, None)
}

pub(crate) fn client_crypto(
    alpn: &[Vec<u8>],
    cert: Option<&ClientCert>,
) -> Result<QuicClientConfig, GameClientError> {
    let provider = aws_lc_rs::default_provider();
    let algorithms = provider.signature_verification_algorithms;
    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServerCert(algorithms)));
    let mut tls = match cert {
        Some(cert) => builder.with_client_auth_cert(cert.chain.clone(), cert.key.clone_key())?,
        None => builder.with_no_client_auth(),
    };
    tls.alpn_protocols = alpn.to_vec();
    QuicClientConfig::try_from(tls).map_err(|_| GameClientError::NoInitialCipherSuite)
}

/// Accepts every server that holds the key of the certificate that it shows: all game servers sign
/// their own.
#[derive(Debug)]
struct AnyServerCert(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AnyServerCert {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOffered))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
