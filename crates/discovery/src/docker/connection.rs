//! Connections to an engine, one a request.

use std::io;
use std::path::Path;

use http::{Request, header};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use super::address::EngineAddress;
use super::error::EngineError;

/// A response whose body is still to be read. Dropping it closes the connection.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) response: http::Response<Incoming>,
    /// The task that moves the bytes of the connection.
    pub(super) connection: JoinSet<()>,
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// Sends a request on a new connection and waits for the head of the response.
pub(super) async fn get(
    address: &EngineAddress,
    tls: Option<&TlsConnector>,
    target: &str,
    path: &str,
) -> Result<Reply, EngineError> {
    let failed = |source| EngineError::Request {
        path: path.to_owned(),
        source,
    };
    let stream = connect(address, tls)
        .await
        .map_err(|error| EngineError::Connect {
            address: address.to_string(),
            problem: problem(address, &error),
        })?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let mut task = JoinSet::new();
    // Its failure is the failure of the request as well.
    task.spawn(async { drop(connection.await) });
    let host = match address {
        EngineAddress::Unix(_) => "localhost".to_owned(),
        EngineAddress::Plain(host, port) | EngineAddress::Tls(host, port) => {
            hyrouter_router::Address(host, *port).to_string()
        }
    };
    let request = Request::get(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, "hyrouter")
        .body(Empty::<Bytes>::new());
    let request = request.map_err(|error| EngineError::Connect {
        address: address.to_string(),
        problem: error.to_string(),
    })?;
    let response = sender.send_request(request).await.map_err(failed)?;
    Ok(Reply {
        response,
        connection: task,
    })
}

async fn connect(
    address: &EngineAddress,
    tls: Option<&TlsConnector>,
) -> io::Result<Box<dyn Duplex>> {
    let (host, port) = match address {
        EngineAddress::Unix(path) => return unix(path).await,
        EngineAddress::Plain(host, port) | EngineAddress::Tls(host, port) => (host, *port),
    };
    let tcp = TcpStream::connect((host.as_str(), port)).await?;
    tcp.set_nodelay(true)?;
    let Some(tls) = tls else {
        return Ok(Box::new(tcp));
    };
    let name = ServerName::try_from(host.clone()).map_err(io::Error::other)?;
    Ok(Box::new(tls.connect(name, tcp).await?))
}

#[cfg(unix)]
async fn unix(path: &Path) -> io::Result<Box<dyn Duplex>> {
    Ok(Box::new(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
async fn unix(_: &Path) -> io::Result<Box<dyn Duplex>> {
    let problem = "this system has no unix sockets; use tcp://host:port";
    Err(io::Error::new(io::ErrorKind::Unsupported, problem))
}

/// Returns the reason why there is no connection, with the remedy.
fn problem(address: &EngineAddress, error: &io::Error) -> String {
    let EngineAddress::Unix(path) = address else {
        return error.to_string();
    };
    match error.kind() {
        io::ErrorKind::NotFound => {
            "there is no such socket; start the API of Docker or Podman, or mount its socket".into()
        }
        io::ErrorKind::ConnectionRefused => {
            "nothing listens on the socket; start the API of Docker or Podman".into()
        }
        io::ErrorKind::PermissionDenied => refusal(path),
        _ => error.to_string(),
    }
}

#[cfg(unix)]
fn refusal(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt as _;

    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    let router = format!("the router runs as user {user} and group {group}");
    let Ok(socket) = std::fs::metadata(path) else {
        return format!(
            "permission denied: {router}, which cannot search the folder of the socket"
        );
    };
    let (owner, owners, mode) = (socket.uid(), socket.gid(), socket.mode() & 0o777);
    format!(
        "permission denied: the socket belongs to user {owner} and group {owners} and has mode {mode:03o}, and {router}; \
         add the router to group {owners}"
    )
}

#[cfg(not(unix))]
fn refusal(_: &Path) -> String {
    "permission denied".into()
}
