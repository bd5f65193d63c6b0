//! The way to an API server.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderValue, USER_AGENT};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyrouter_files::read_text;
use hyrouter_text::Causes;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout};

use super::ApiError;

/// Maximum time to open a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum time from a request to the head of its response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(15);
/// Minimum age of a session that is opened anew after a failed connection.
const REOPEN_AFTER: Duration = Duration::from_mins(1);
/// Maximum time to read the body of an error, and its maximum length in bytes.
const ERROR_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_ERROR: usize = 16 << 10;
/// Maximum length of a file with a token in bytes.
const MAX_TOKEN: usize = 64 << 10;

/// An API server. It is connected when it is needed, and credentials are read anew after the server refused them.
#[derive(Debug)]
pub(crate) struct Cluster {
    kubeconfig: Option<PathBuf>,
    session: Mutex<SessionState>,
}

/// The session, and the attempt to open it.
#[derive(Debug, Default)]
struct SessionState {
    open: Option<(Arc<Session>, Instant)>,
    /// At most one attempt at a time. A command of a kubeconfig can hang.
    opening: Option<JoinHandle<Result<Session, ApiError>>>,
}

impl SessionState {
    /// Drops the session, so that the next request reads the kubeconfig and its files anew.
    fn close(&mut self) {
        self.open = None;
    }
}

/// A client, and the file of its token.
struct Session {
    client: Client,
    /// It is read for each request: kube-rs does not read it anew for a minute, and does not accept a line feed at its
    /// end.
    token_file: Option<PathBuf>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("token_file", &self.token_file)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Creates a cluster by the path of a kubeconfig. Without one, uses the service account of the pod, else the default
    /// kubeconfig.
    pub(crate) fn new(kubeconfig: Option<PathBuf>) -> Self {
        Self {
            kubeconfig,
            session: Mutex::default(),
        }
    }

    /// Sends a request once and returns a response that is a success. Nothing is repeated.
    ///
    /// # Errors
    ///
    /// The kubeconfig cannot be used, there was no response within 15 s, or it is no success.
    pub(crate) async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Body>, ApiError> {
        let session = self.session().await.map_err(ApiError::before_sending)?;
        let mut request = request.map(Body::from);
        let agent = concat!("hyrouter/", env!("CARGO_PKG_VERSION"));
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        if let Some(file) = session.token_file.clone() {
            let token = bearer(file).await.map_err(ApiError::before_sending)?;
            headers.insert(AUTHORIZATION, token);
        }
        let response = timeout(RESPONSE_TIMEOUT, session.client.send(request)).await;
        let response = match response {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                self.close_old().await;
                return Err(ApiError::of_request(&error));
            }
            Err(_) => {
                return Err(ApiError::new("no response from the API server within 15 s"));
            }
        };
        if response.status().is_success() {
            return Ok(response);
        }
        let (head, body) = response.into_parts();
        let error = ApiError::of_response(head.status, &head.headers, &start_of(body).await);
        if error.is_unauthorized() {
            // Certificates and tokens of a kubeconfig are replaced with their file.
            self.session.lock().await.close();
        }
        Err(error)
    }

    async fn session(&self) -> Result<Arc<Session>, ApiError> {
        let mut state = self.session.lock().await;
        if let Some((session, _)) = &state.open {
            return Ok(Arc::clone(session));
        }
        let opening = state.opening.get_or_insert_with(|| {
            let (path, runtime) = (self.kubeconfig.clone(), Handle::current());
            // It reads files, and a kubeconfig may name a command that prints credentials.
            spawn_blocking(move || runtime.block_on(Session::open(path.as_deref())))
        });
        let Ok(opened) = timeout(RESPONSE_TIMEOUT, opening).await else {
            return Err(ApiError::new(
                "reading the kubeconfig, or its command for credentials, takes longer than 15 s",
            ));
        };
        state.opening = None;
        let session = Arc::new(opened.map_err(ApiError::new)??);
        state.open = Some((Arc::clone(&session), Instant::now()));
        Ok(session)
    }

    /// Closes a session after a failed connection, unless it is new: a cluster that was built anew has another address or
    /// other certificates in the same kubeconfig.
    async fn close_old(&self) {
        let mut state = self.session.lock().await;
        if state
            .open
            .as_ref()
            .is_some_and(|(_, since)| since.elapsed() > REOPEN_AFTER)
        {
            state.close();
        }
    }
}

impl Session {
    async fn open(kubeconfig: Option<&Path>) -> Result<Self, ApiError> {
        let mut config = config(kubeconfig).await?;
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        // It repeats any request for minutes, POST included.
        config.default_retry = false;
        let auth = &config.auth_info;
        let is_token_used =
            auth.token.is_none() && auth.username.is_none() && auth.auth_provider.is_none();
        let token_file = config.auth_info.token_file.take_if(|_| is_token_used);
        let client = Client::try_from(config).map_err(|error| ApiError::of_request(&error))?;
        Ok(Self {
            client,
            token_file: token_file.map(PathBuf::from),
        })
    }
}

/// Reads the configuration of a client. kube-rs alone would prefer a default kubeconfig to the service account.
async fn config(kubeconfig: Option<&Path>) -> Result<Config, ApiError> {
    let kubeconfig = match kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None if env::var_os("KUBERNETES_SERVICE_HOST").is_some() => {
            let config = Config::incluster();
            return config.map_err(|error| {
                ApiError::new(format_args!(
                    "service account of the pod: {}",
                    Causes(&error)
                ))
            });
        }
        None => Kubeconfig::read(),
    };
    let kubeconfig = kubeconfig.map_err(|error| kubeconfig_error(&error))?;
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    config.map_err(|error| kubeconfig_error(&error))
}

/// Shows an error without the lines of the kubeconfig, which may hold tokens.
fn kubeconfig_error(error: &KubeconfigError) -> ApiError {
    match error {
        KubeconfigError::Parse(_) => ApiError::new(
            "kubeconfig: it is no valid YAML of a kubeconfig; `kubectl config view` shows the place",
        ),
        error => ApiError::new(format_args!("kubeconfig: {}", Causes(error))),
    }
}

/// Returns the header with the token of a file.
async fn bearer(file: PathBuf) -> Result<HeaderValue, ApiError> {
    let text = spawn_blocking(move || read_text(&file, MAX_TOKEN).map_err(ApiError::new));
    let text = text.await.map_err(ApiError::new)??;
    let mut value = HeaderValue::try_from(format!("Bearer {}", text.trim()))
        .map_err(|_| ApiError::new("the token file has characters that no token has"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Reads the start of an error's body, which is shown.
async fn start_of(mut body: Body) -> Vec<u8> {
    let mut start = Vec::new();
    let read = async {
        while let Some(Ok(frame)) = body.frame().await {
            let Ok(data) = frame.into_data() else { break };
            let rest = MAX_ERROR - start.len();
            start.extend(data.iter().take(rest));
            if start.len() == MAX_ERROR {
                break;
            }
        }
    };
    // What has arrived until then is enough.
    let _ = timeout(ERROR_TIMEOUT, read).await;
    start
}
