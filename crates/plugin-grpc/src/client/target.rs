//! What is connected to, and how.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};

use super::{ClientTls, GrpcError, GrpcSettings};
use crate::TlsError;
use crate::address::{HostPort, Kind, Scheme};
use crate::tls::{self, File};

/// What is connected to, and how.
pub(super) struct Target {
    /// As the operator wrote it.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) tls: Option<Tls>,
    pub(super) connect_timeout: Duration,
    /// Scheme and authority of every request.
    pub(super) origin: Uri,
}

#[derive(Debug, Clone)]
pub(super) enum Place {
    Tcp(Uri),
    Unix(PathBuf),
}

pub(super) struct Tls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) name: ServerName<'static>,
}

impl Target {
    pub(super) fn new(settings: &GrpcSettings) -> Result<Self, GrpcError> {
        let wrong = |problem| {
            Err(GrpcError::Setting {
                key: "address",
                problem,
            })
        };
        let (place, tls, authority) = match (settings.address.kind(), &settings.tls) {
            (Kind::Unix(_), Some(_)) => {
                return wrong("is a unix socket, over which no TLS is spoken");
            }
            (Kind::Tcp(_, Scheme::Http), Some(_)) => {
                return wrong("begins with http://, but TLS is configured");
            }
            (Kind::Tcp(HostPort { port: 0, .. }, _), _) => {
                return wrong("has port 0, which can not be connected to");
            }
            (Kind::Unix(path), None) => (Place::Unix(path.clone()), None, "localhost".to_owned()),
            (Kind::Tcp(host_port, scheme), tls) => {
                let authority = host_port.to_string();
                let tls = match (tls, scheme) {
                    (Some(tls), _) => Some(self::tls(tls, host_port)?),
                    (None, Scheme::Https) => Some(self::tls(&ClientTls::default(), host_port)?),
                    (None, Scheme::None | Scheme::Http) => None,
                };
                (Place::Tcp(uri("http", &authority)?), tls, authority)
            }
        };
        Ok(Self {
            name: settings.address.to_string(),
            place,
            origin: uri(if tls.is_some() { "https" } else { "http" }, &authority)?,
            tls,
            connect_timeout: settings.connect_timeout,
        })
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .field("place", &self.place)
            .field("has_tls", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}

fn uri(scheme: &str, authority: &str) -> Result<Uri, GrpcError> {
    let uri = Uri::builder()
        .scheme(scheme)
        .authority(authority)
        .path_and_query("/");
    uri.build().map_err(|_| GrpcError::Setting {
        key: "address",
        problem: "has a host that HTTP does not allow",
    })
}

fn tls(settings: &ClientTls, address: &HostPort) -> Result<Tls, GrpcError> {
    let (key, domain) = match &settings.domain {
        Some(domain) => ("tls.domain", domain),
        None => ("address", &address.host),
    };
    let name = ServerName::try_from(domain.clone()).map_err(|_| TlsError::Domain {
        key,
        value: domain.clone(),
    })?;
    let file = |key, path| File { key, path };
    let roots = match &settings.ca_file {
        Some(path) => file("tls.ca_file", path).roots()?,
        None => system_roots()?,
    };
    let builder = ClientConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| GrpcError::Setting {
            key: "tls",
            problem: "has no protocol version that is supported here",
        })?
        .with_root_certificates(roots);
    let mut config = match (&settings.cert_file, &settings.key_file) {
        (None, None) => builder.with_no_client_auth(),
        (Some(certificate), Some(key)) => {
            let key = file("tls.key_file", key);
            let certificate = file("tls.cert_file", certificate);
            builder
                .with_client_auth_cert(certificate.certificates()?, key.private_key()?)
                .map_err(|error| key.wrong_pair(certificate, &error))?
        }
        (Some(_), None) | (None, Some(_)) => {
            return Err(GrpcError::Setting {
                key: "tls",
                problem: "has one of cert_file and key_file; both are needed, or none",
            });
        }
    };
    config.alpn_protocols = vec![tls::ALPN.to_vec()];
    Ok(Tls {
        config: Arc::new(config),
        name,
    })
}

fn system_roots() -> Result<Arc<RootCertStore>, TlsError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Systems ship one or the other certificate that is no good; those that are suffice.
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        let problems = found.errors.iter().map(|error| format!(": {error}"));
        return Err(TlsError::NoSystemRoots {
            problem: problems.collect(),
        });
    }
    Ok(Arc::new(roots))
}

#[cfg(test)]
mod tests {
    use super::Target;
    use crate::{Address, ClientTls, GrpcSettings};

    fn target(address: &str, tls: Option<ClientTls>) -> Result<Target, String> {
        let settings = GrpcSettings {
            tls,
            ..GrpcSettings::new(Address::parse(address).unwrap())
        };
        Target::new(&settings).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_and_tls_that_contradict_each_other() {
        for (address, tls, problem) in [
            ("unix:/bans", Some(ClientTls::default()), "no TLS is spoken"),
            (
                "http://bans",
                Some(ClientTls::default()),
                "TLS is configured",
            ),
            ("bans:0", None, "port 0"),
        ] {
            let error = target(address, tls).unwrap_err();
            assert!(error.starts_with("address "), "{error}");
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn what_requests_are_addressed_to() {
        for (address, origin) in [
            ("bans:7777", "http://bans:7777/"),
            ("http://bans", "http://bans:80/"),
            ("[::1]:7777", "http://[::1]:7777/"),
            ("unix:/bans", "http://localhost/"),
        ] {
            let target = target(address, None).unwrap();
            assert!(target.tls.is_none());
            assert_eq!(target.origin.to_string(), origin);
        }
    }
}
