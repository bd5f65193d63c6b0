//! The server that a plugin connects to.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http::Uri;

use super::tls::TlsTarget;
use super::{ClientTls, GrpcError, GrpcSettings};
use crate::address::{AddressKind, HostPort, Scheme};

/// The server that a plugin connects to.
pub(super) struct DialTarget {
    /// As the operator wrote it.
    pub(super) name: String,
    pub(super) address: DialAddress,
    pub(super) tls: Option<TlsTarget>,
    pub(super) connect_timeout: Duration,
    /// Scheme and authority of every request.
    pub(super) origin: Uri,
}

#[derive(Debug, Clone)]
pub(super) enum DialAddress {
    Tcp(Uri),
    Unix(PathBuf),
}

impl DialTarget {
    pub(super) fn new(settings: &GrpcSettings) -> Result<Self, GrpcError> {
        let wrong = |problem| {
            Err(GrpcError::Setting {
                key: "address",
                problem,
            })
        };
        let (dial_address, tls, authority) = match (settings.address.kind(), &settings.tls) {
            (AddressKind::Unix(_), Some(_)) => {
                return wrong("is a unix socket, which does not support TLS");
            }
            (AddressKind::Tcp(_, Scheme::Http), Some(_)) => {
                return wrong("begins with http://, but TLS is configured");
            }
            (AddressKind::Tcp(HostPort { port: 0, .. }, _), _) => {
                return wrong("has port 0, which is not a port to connect to");
            }
            (AddressKind::Unix(path), None) => (
                DialAddress::Unix(path.clone()),
                None,
                "localhost".to_owned(),
            ),
            (AddressKind::Tcp(host_port, scheme), tls) => {
                let authority = host_port.to_string();
                let tls = match (tls, scheme) {
                    (Some(tls), _) => Some(TlsTarget::new(tls, host_port)?),
                    (None, Scheme::Https) => {
                        Some(TlsTarget::new(&ClientTls::default(), host_port)?)
                    }
                    (None, Scheme::None | Scheme::Http) => None,
                };
                (DialAddress::Tcp(uri("http", &authority)?), tls, authority)
            }
        };
        Ok(Self {
            name: settings.address.to_string(),
            address: dial_address,
            origin: uri(if tls.is_some() { "https" } else { "http" }, &authority)?,
            tls,
            connect_timeout: settings.connect_timeout,
        })
    }
}

impl fmt::Debug for DialTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DialTarget")
            .field("name", &self.name)
            .field("address", &self.address)
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

#[cfg(test)]
mod tests {
    use super::DialTarget;
    use crate::{ClientTls, GrpcSettings, PluginAddress};

    fn target(address: &str, tls: Option<ClientTls>) -> Result<DialTarget, String> {
        let settings = GrpcSettings::new(PluginAddress::parse(address).unwrap()).with_tls(tls);
        DialTarget::new(&settings).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_and_tls_that_contradict_each_other() {
        for (address, tls, problem) in [
            ("unix:/bans", Some(ClientTls::default()), "not support TLS"),
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
    fn requests_have_scheme_and_authority() {
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
