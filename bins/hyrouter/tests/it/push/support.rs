//! A router with a server of pushes, and `curl`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Folder, Router, folder};

/// Token for all ids of the provider `lobbies`.
pub(super) const ALL: &str = "all-0123456789abcdef";
/// Token for ids that begin with `eu-`.
pub(super) const EU: &str = "eu-0123456789abcdef";
/// Token of the provider `games`.
pub(super) const GAMES: &str = "games-0123456789abcdef";
pub(super) const LOBBY: &str = "/v1/providers/lobbies/backends/lobby-1";
pub(super) const LOBBIES: &str = "/v1/providers/lobbies/backends";

/// Returns a configuration whose server of pushes listens there.
pub(super) fn config(listen: &str) -> String {
    format!(
        r#"
listen: "127.0.0.1:0"
discovery:
  push: {{ {listen} }}
  providers:
    - name: lobbies
      type: push
      push: {{ token_file: all, tokens: [{{ file: eu, prefix: eu- }}], state_file: leases.json }}
    - {{ name: games, type: push, push: {{ token_file: games }} }}
routing:
  default: {{ discovery: {{ provider: lobbies }} }}
"#
    )
}

pub(super) fn push_folder(listen: &str) -> Folder {
    folder()
        .file("config.yaml", &config(listen))
        .file("all", ALL)
        .file("eu", EU)
        .file("games", GAMES)
}

/// A router that runs, with its server of pushes.
pub(super) struct PushRouter {
    pub(super) router: Router,
    pub(super) url: String,
}

impl PushRouter {
    pub(super) fn begin(folder: &Folder) -> Self {
        let mut router = Router::begin(folder.hyrouter(&[]));
        let line = router.until("push server listening");
        let (scheme, listen) = (&line["scheme"], line["listen"].as_str().unwrap());
        let listen = listen.replace("0.0.0.0", "127.0.0.1");
        let url = format!("{}://{listen}", scheme.as_str().unwrap());
        router.ready();
        Self { router, url }
    }

    /// Sends a request with `curl`.
    pub(super) fn curl(&self, token: &str, method: &str, path: &str, body: &str) -> Reply {
        let more = ["--json", body];
        self.curl_with(token, method, path, &more)
    }

    pub(super) fn curl_with(&self, token: &str, method: &str, path: &str, more: &[&str]) -> Reply {
        let mut curl = Command::new("curl");
        let token = format!("Authorization: Bearer {token}");
        curl.args(["--silent", "--show-error", "--max-time", "60", "--insecure"]);
        curl.args(["--request", method, "--header", &token]);
        curl.args(["--write-out", "\n%{http_code}"]).args(more);
        Reply::of(curl.arg(format!("{}{path}", self.url)))
    }

    pub(super) fn register(&self, id: &str, host: &str, ttl: u64) -> Reply {
        let body = format!(r#"{{"host": "{host}", "port": 5521, "ttl": {ttl}}}"#);
        self.curl(ALL, "PUT", &format!("{LOBBIES}/{id}"), &body)
    }

    /// Returns the host that a player is referred to; none if the player is refused.
    pub(super) fn target(&self) -> Option<String> {
        let probed = self.router.probe(&["--sni", "play.example.com"]);
        let host = probed["host"].as_str();
        host.map(str::to_owned)
    }

    /// Waits until players are referred to this host, or refused.
    pub(super) fn until_target(&self, host: Option<&str>) {
        let limit = std::time::Instant::now() + std::time::Duration::from_mins(1);
        while self.target().as_deref() != host {
            assert!(std::time::Instant::now() < limit, "{:?}", self.target());
        }
    }
}

/// Response to `curl`.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    body: String,
}

impl Reply {
    fn of(curl: &mut Command) -> Self {
        let output = curl.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        let status = status.parse().unwrap();
        assert_ne!(status, 0, "{}", String::from_utf8_lossy(&output.stderr));
        Self {
            status,
            body: body.to_owned(),
        }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(super) fn is_refused(&self, status: u16, problem: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let error = self.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(problem), "{error}");
    }
}

/// Returns the code block of the page of discovery that starts with this text.
pub(super) fn block(start: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/discovery.md");
    let text = std::fs::read_to_string(page).unwrap();
    let (_, rest) = text.split_once(&format!("```text\n{start}")).unwrap();
    format!("{start}{}", rest.split_once("```").unwrap().0)
}
