//! A headless Chromium, driven by its `DevTools` protocol.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

/// Against hanging.
const PATIENCE: Duration = Duration::from_mins(1);

/// Size and color scheme of a page.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// `true` if `prefers-color-scheme` is `dark`.
    pub dark: bool,
}

/// A screen on a desk.
pub const DESK: View = View {
    width: 1280,
    height: 900,
    dark: false,
};

/// Keeps a screenshot: in the folder `SCREENSHOTS`, or in one of the build.
pub fn keep(name: &str, png: &[u8]) {
    let folder = std::env::var_os("SCREENSHOTS").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| crate::target().join("tmp"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), png).unwrap();
}

/// A browser with one page.
pub struct Browser {
    child: Child,
    folder: PathBuf,
    socket: BufReader<TcpStream>,
    session: String,
    calls: u64,
    problems: Vec<String>,
}

impl Browser {
    /// Starts Chromium. Where there is none: `None`, and a word on standard error; with `REQUIRE_PEERS` it fails.
    pub async fn start() -> Option<Self> {
        let Some(program) = find() else {
            assert!(
                std::env::var_os("REQUIRE_PEERS").is_none(),
                "there is no Chromium, and REQUIRE_PEERS is set"
            );
            eprintln!("skipped: there is no Chromium; CHROMIUM may name one");
            return None;
        };
        Some(
            timeout(PATIENCE, Self::launch(&program))
                .await
                .expect("Chromium starts"),
        )
    }

    async fn launch(program: &Path) -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("hyrouter-chromium-{}-{number}", std::process::id()));
        let mut child = Command::new(program)
            // The browser runs as root in containers, and loads only our page.
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
            .args(["--hide-scrollbars", "--remote-debugging-port=0", "about:blank"])
            .arg(format!("--user-data-dir={}", folder.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = loop {
            let line = lines
                .next_line()
                .await
                .unwrap()
                .expect("Chromium says where it listens");
            if let Some((_, url)) = line.split_once("DevTools listening on ws://") {
                break url.to_owned();
            }
        };
        // The browser keeps writing, and would block without a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let (address, path) = url.split_once('/').unwrap();
        let mut browser = Self {
            child,
            folder,
            socket: connect(address, path).await,
            session: String::new(),
            calls: 0,
            problems: Vec::new(),
        };
        let target = browser
            .call("Target.createTarget", json!({"url": "about:blank"}))
            .await;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach).await;
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({})).await;
        }
        browser
    }

    /// Goes to a page.
    pub async fn open(&mut self, url: &str, view: View) {
        self.look(view).await;
        let gone = self.call("Page.navigate", json!({"url": url})).await;
        assert_eq!(gone["errorText"], Value::Null, "{url}");
        self.until("document.readyState === 'complete'").await;
    }

    /// Looks at the page in another way.
    pub async fn look(&mut self, view: View) {
        let View {
            width,
            height,
            dark,
        } = view;
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", media).await;
    }

    /// The value of an expression in the page.
    pub async fn eval(&mut self, expression: &str) -> Value {
        let answer = self.try_eval(expression).await;
        answer.unwrap_or_else(|exception| panic!("{expression}: {exception}"))
    }

    async fn try_eval(&mut self, expression: &str) -> Result<Value, Value> {
        let wanted = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.call("Runtime.evaluate", wanted).await;
        match answer["exceptionDetails"].take() {
            Value::Null => Ok(answer["result"]["value"].take()),
            exception => Err(exception),
        }
    }

    /// Waits until an expression is true in the page. The expression may throw while the page is rebuilt.
    pub async fn until(&mut self, expression: &str) {
        let mut tries = interval(Duration::from_millis(50));
        let found = async {
            loop {
                tries.tick().await;
                if self.try_eval(expression).await == Ok(json!(true)) {
                    break;
                }
            }
        };
        if timeout(PATIENCE, found).await.is_err() {
            let text = self.eval("document.body.innerText").await;
            panic!(
                "never true: {expression}; the page reads {text}; problems: {:?}",
                self.problems
            );
        }
    }

    /// Returns the part of the page that is visible without scrolling, as PNG.
    pub async fn glance(&mut self) -> Vec<u8> {
        let shot = self
            .call("Page.captureScreenshot", json!({"format": "png"}))
            .await;
        base64(shot["data"].as_str().unwrap())
    }

    /// Returns the whole page as PNG.
    pub async fn screenshot(&mut self) -> Vec<u8> {
        let metrics = self.call("Page.getLayoutMetrics", json!({})).await;
        let size = &metrics["cssContentSize"];
        let clip =
            json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1});
        let wanted = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let shot = self.call("Page.captureScreenshot", wanted).await;
        base64(shot["data"].as_str().unwrap())
    }

    /// Returns the problems that the browser reported: exceptions, violations of the content security policy, and
    /// failed requests.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Ends it.
    pub async fn close(mut self) {
        self.session.clear();
        self.send("Browser.close", json!({})).await;
        timeout(PATIENCE, self.child.wait())
            .await
            .expect("Chromium ends")
            .unwrap();
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        let answer = async {
            let id = self.send(method, params).await;
            loop {
                let mut message = self.receive().await;
                if message["id"] == id {
                    assert_eq!(message["error"], Value::Null, "{method}");
                    return message["result"].take();
                }
                self.note(&message);
            }
        };
        timeout(PATIENCE, answer)
            .await
            .unwrap_or_else(|_| panic!("no answer to {method}"))
    }

    fn note(&mut self, message: &Value) {
        let params = &message["params"];
        let problem = match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => &params["exceptionDetails"],
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => &params["entry"],
            _ => return,
        };
        self.problems.push(problem.to_string());
    }

    async fn send(&mut self, method: &str, params: Value) -> u64 {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        // A client's frame is masked; a mask of zeros leaves it as it is.
        let text = message.to_string();
        let mut frame = vec![0x81, 0x80 | 127];
        frame.extend_from_slice(&(text.len() as u64).to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        self.socket.write_all(&frame).await.unwrap();
        self.calls
    }

    /// The next message, put together from its frames.
    async fn receive(&mut self) -> Value {
        let mut text = Vec::new();
        loop {
            let [head, length] = self.take().await;
            let length = match length & 0x7f {
                126 => u16::from_be_bytes(self.take().await).into(),
                127 => u64::from_be_bytes(self.take().await),
                short => short.into(),
            };
            let from = text.len();
            text.resize(from + usize::try_from(length).unwrap(), 0);
            self.socket.read_exact(&mut text[from..]).await.unwrap();
            match head & 0x0f {
                0 | 1 if head & 0x80 != 0 => return serde_json::from_slice(&text).unwrap(),
                0 | 1 => {}
                9 | 10 => text.truncate(from),
                other => panic!("the browser sends a frame of kind {other}"),
            }
        }
    }

    async fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.socket.read_exact(&mut bytes).await.unwrap();
        bytes
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.child.start_kill());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|program| program.is_file())
}

/// Opens a `WebSocket`, whose key proves nothing that a test wants to know.
async fn connect(address: &str, path: &str) -> BufReader<TcpStream> {
    let mut socket = BufReader::new(TcpStream::connect(address).await.unwrap());
    let request = format!(
        "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut line = String::new();
    socket.read_line(&mut line).await.unwrap();
    assert!(line.starts_with("HTTP/1.1 101"), "{line}");
    while line != "\r\n" {
        line.clear();
        socket.read_line(&mut line).await.unwrap();
    }
    socket
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = text
        .bytes()
        .filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte))
        .map(|digit| u32::try_from(digit).unwrap())
        .collect();
    let mut bytes = Vec::new();
    for four in digits.chunks(4) {
        let whole = (0..4).fold(0, |sum, at| sum << 6 | four.get(at).copied().unwrap_or(0));
        bytes.extend_from_slice(&whole.to_be_bytes()[1..four.len()]);
    }
    bytes
}
