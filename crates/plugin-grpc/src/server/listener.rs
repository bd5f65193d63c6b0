//! The socket that connections come from.

use std::io;
#[cfg(unix)]
use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

use super::PluginServerError;
use crate::PluginAddress;
use crate::address::{AddressKind, Scheme};
use crate::wire::ByteStream;

/// A bound socket: a `TcpListener` or a `UnixListener` of tokio.
#[derive(Debug)]
pub struct Listener(Socket);

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix {
        /// Removed before the listener closes, while no other server can take the path.
        _file: Option<SocketFile>,
        listener: UnixListener,
    },
}

impl Listener {
    pub(super) async fn bind(address: &PluginAddress) -> Result<Self, PluginServerError> {
        let bound = match address.kind() {
            AddressKind::Tcp(_, Scheme::Http | Scheme::Https) => {
                return Err(PluginServerError::Scheme {
                    address: address.to_string(),
                });
            }
            AddressKind::Tcp(host_port, Scheme::None) => {
                TcpListener::bind((host_port.host.as_str(), host_port.port))
                    .await
                    .map(Self::from)
            }
            #[cfg(unix)]
            AddressKind::Unix(path) => unix(path).await,
            #[cfg(not(unix))]
            AddressKind::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        };
        bound.map_err(|source| PluginServerError::Bind {
            address: address.to_string(),
            source,
        })
    }

    /// Returns the address in a form that [`PluginAddress::parse`] reads; empty if the socket has no name.
    pub(super) fn address(&self) -> String {
        match &self.0 {
            Socket::Tcp(listener) => listener.local_addr().map(|address| address.to_string()),
            #[cfg(unix)]
            Socket::Unix { listener, .. } => listener.local_addr().map(|address| {
                let path = address.as_pathname().unwrap_or(Path::new(""));
                format!("unix:{}", path.display())
            }),
        }
        .unwrap_or_default()
    }

    pub(super) async fn accept(&self) -> io::Result<Box<dyn ByteStream>> {
        match &self.0 {
            Socket::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Nagle's algorithm would delay an answer, which is one small packet.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            #[cfg(unix)]
            Socket::Unix { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                Ok(Box::new(stream))
            }
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self(Socket::Tcp(listener))
    }
}

/// Keeps the socket's file at the end, because the server did not create it.
#[cfg(unix)]
impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self(Socket::Unix {
            _file: None,
            listener,
        })
    }
}

#[cfg(unix)]
async fn unix(path: &Path) -> io::Result<Listener> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_abandoned(path).await => {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        listener => listener?,
    };
    Ok(Listener(Socket::Unix {
        _file: Some(SocketFile(path.to_owned())),
        listener,
    }))
}

/// Returns whether the file is the socket of a killed server: no process listens on it.
#[cfg(unix)]
async fn is_abandoned(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;

    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let refuses = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    is_socket && UnixStream::connect(path).await.is_err_and(refuses)
}

/// The file of a socket that this process bound.
#[cfg(unix)]
#[derive(Debug)]
struct SocketFile(PathBuf);

#[cfg(unix)]
impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::debug!(path = %self.0.display(), %error, "socket file not removed");
        }
    }
}
