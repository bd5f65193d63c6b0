//! The address of an engine.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use http::Uri;
use rustls::pki_types::ServerName;

use crate::{DockerSettings, ProviderError};

/// The address of an engine: a socket of this machine, or a TCP port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EngineAddress {
    /// Path of a unix socket.
    Unix(PathBuf),
    /// Host and port without TLS; the host is this machine.
    Plain(String, u16),
    /// Host and port with TLS.
    Tls(String, u16),
}

impl EngineAddress {
    pub(super) fn new(settings: &DockerSettings) -> Result<Self, ProviderError> {
        let DockerSettings {
            socket,
            ca_file,
            cert_file,
            key_file,
            ..
        } = settings;
        match (cert_file, key_file) {
            (Some(_), None) => return Err(setting("key_file", "missing; cert_file needs it")),
            (None, Some(_)) => return Err(setting("cert_file", "missing; key_file needs it")),
            _ => {}
        }
        let tls_key = match (ca_file, cert_file) {
            (Some(_), _) => Some("ca_file"),
            (None, Some(_)) => Some("cert_file"),
            (None, None) => None,
        };
        if let Some(path) = socket.strip_prefix("unix://") {
            if let Some(key) = tls_key {
                let problem = format!("no use for {socket:?}; allowed with tcp://host:port");
                return Err(setting(key, problem));
            }
            return match Path::new(path) {
                path if path.is_absolute() => Ok(Self::Unix(path.to_owned())),
                _ => Err(invalid(socket)),
            };
        }
        let (host, port) = tcp(socket).ok_or_else(|| invalid(socket))?;
        if tls_key.is_some() {
            return Ok(Self::Tls(host, port));
        }
        if !is_loopback(&host) {
            let problem = format!(
                "{socket:?} gives control of the machine to anyone on the network; set ca_file, cert_file and key_file \
                 for TLS, or use a unix socket or a loopback address"
            );
            return Err(setting("socket", problem));
        }
        Ok(Self::Plain(host, port))
    }
}

/// Returns host and port of `tcp://host:port`. An IPv6 address has no brackets in the result.
fn tcp(socket: &str) -> Option<(String, u16)> {
    let uri: Uri = socket.parse().ok()?;
    let authority = uri.authority()?;
    let is_whole = uri.scheme_str() == Some("tcp")
        && !authority.as_str().contains('@')
        && matches!(uri.path(), "" | "/")
        && uri.query().is_none();
    let host = authority.host();
    let host = host.strip_prefix('[').unwrap_or(host);
    let host = host.strip_suffix(']').unwrap_or(host);
    let port = authority.port_u16().filter(|port| *port != 0)?;
    (is_whole && ServerName::try_from(host).is_ok()).then(|| (host.to_owned(), port))
}

fn is_loopback(host: &str) -> bool {
    let is_local = |address: IpAddr| address.is_loopback();
    host == "localhost" || host.parse().is_ok_and(is_local)
}

fn invalid(socket: &str) -> ProviderError {
    let problem =
        format!("invalid address {socket:?}; allowed: unix:///path/to.sock or tcp://host:port");
    setting("socket", problem)
}

fn setting(key: &'static str, problem: impl Into<String>) -> ProviderError {
    ProviderError::Setting {
        key,
        problem: problem.into(),
    }
}

impl fmt::Display for EngineAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Plain(host, port) | Self::Tls(host, port) => {
                let address = hyrouter_router::Address(host, *port);
                write!(f, "tcp://{address}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DockerAddress, Selector};

    fn address(socket: &str, files: [bool; 3]) -> Result<String, String> {
        let [ca_file, cert_file, key_file] =
            files.map(|is_set| is_set.then(|| PathBuf::from("/x.pem")));
        let settings = DockerSettings {
            socket: socket.to_owned(),
            ca_file,
            cert_file,
            key_file,
            selector: Selector::default(),
            address: DockerAddress::Label,
        };
        match EngineAddress::new(&settings) {
            Ok(EngineAddress::Tls(host, port)) => Ok(format!("tls {host} {port}")),
            Ok(address) => Ok(address.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn addresses_are_read() {
        const NONE: [bool; 3] = [false; 3];
        let same = [
            "unix:///run/docker.sock",
            "tcp://127.0.0.1:2375",
            "tcp://[::1]:2375",
        ];
        for socket in same {
            assert_eq!(address(socket, NONE).unwrap(), socket);
        }
        let tls = address("tcp://docker.example.com:2376", [true; 3]);
        assert_eq!(tls.unwrap(), "tls docker.example.com 2376");
        let tls = address("tcp://127.0.0.1:2376/", [true, false, false]);
        assert_eq!(tls.unwrap(), "tls 127.0.0.1 2376");
        for (socket, files, problem) in [
            ("unix://run/docker.sock", NONE, "socket: invalid address"),
            ("/run/docker.sock", NONE, "unix:///path/to.sock"),
            ("tcp://localhost", NONE, "tcp://host:port"),
            ("tcp://localhost:0", NONE, "invalid address"),
            ("tcp://u:p@localhost:1", NONE, "invalid address"),
            ("tcp://localhost:1/x", NONE, "invalid address"),
            ("http://localhost:1", NONE, "invalid address"),
            ("tcp://10.0.0.1:2375", NONE, "set ca_file"),
            ("unix:///a", [true, false, false], "ca_file: no use"),
            ("tcp://a:1", [true, true, false], "key_file: missing"),
            ("tcp://a:1", [false, false, true], "cert_file: missing"),
        ] {
            let error = address(socket, files).unwrap_err();
            assert!(error.contains(problem), "{socket}: {error}");
        }
    }
}
