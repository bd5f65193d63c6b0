//! A headless Chromium, driven by Playwright in Python.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, interval, timeout};

/// Limit that ends a test that hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// Size and color scheme of a page.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Length in CSS pixels.
    pub width: u32,
    /// Length in CSS pixels.
    pub height: u32,
    /// `true` if `prefers-color-scheme` is `dark`.
    pub dark: bool,
}

/// A desktop screen.
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
    driver: Child,
    commands: ChildStdin,
    results: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    /// Starts Chromium. Returns `None` if it or Playwright is missing, and prints this; panics if `REQUIRE_PEERS` is
    /// set.
    pub async fn start() -> Option<Self> {
        let browser = Self::launch().await;
        if browser.is_none() {
            assert!(
                std::env::var_os("REQUIRE_PEERS").is_none(),
                "no Chromium or no Playwright, and REQUIRE_PEERS is set"
            );
            eprintln!(
                "skipped: no Chromium (CHROMIUM names one) or no Playwright (`cargo xtask test` installs it)"
            );
        }
        browser
    }

    async fn launch() -> Option<Self> {
        let mut driver = Command::new(crate::target().join("interop-venv/bin/python"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/browser.py"))
            .arg(chromium()?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let commands = driver.stdin.take()?;
        let results = BufReader::new(driver.stdout.take()?).lines();
        let mut browser = Self {
            driver,
            commands,
            results,
        };
        browser.call("start", json!(null)).await.ok()?;
        Some(browser)
    }

    /// Goes to a page.
    pub async fn open(&mut self, url: &str, view: View) {
        self.look(view).await;
        self.call("open", json!(url)).await.unwrap();
    }

    /// Changes size and color scheme of the page.
    pub async fn look(&mut self, view: View) {
        let size = json!({"width": view.width, "height": view.height});
        self.call("size", size).await.unwrap();
        let scheme = if view.dark { "dark" } else { "light" };
        self.call("scheme", json!(scheme)).await.unwrap();
    }

    /// Returns the value of an expression in the page.
    pub async fn eval(&mut self, expression: &str) -> Value {
        let value = self.call("eval", json!(expression)).await;
        value.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression is true in the page. The expression may throw while the page is rebuilt.
    pub async fn until(&mut self, expression: &str) {
        let mut tries = interval(Duration::from_millis(50));
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            tries.tick().await;
            if self.call("eval", json!(expression)).await == Ok(json!(true)) {
                return;
            }
        }
        let text = self.eval("document.body.innerText").await;
        let problems = self.problems().await;
        panic!("never true: {expression}; the page reads {text}; problems: {problems:?}");
    }

    /// Returns the part of the page that is visible without scrolling, as PNG.
    pub async fn glance(&mut self) -> Vec<u8> {
        self.png(false).await
    }

    /// Returns the whole page as PNG.
    pub async fn screenshot(&mut self) -> Vec<u8> {
        self.png(true).await
    }

    async fn png(&mut self, full: bool) -> Vec<u8> {
        let png = self.call("screenshot", json!(full)).await.unwrap();
        STANDARD.decode(png.as_str().unwrap()).unwrap()
    }

    /// Returns the problems that the browser reported: exceptions, violations of the content security policy, and
    /// failed requests.
    pub async fn problems(&mut self) -> Vec<String> {
        let problems = self.call("problems", json!(null)).await.unwrap();
        serde_json::from_value(problems).unwrap()
    }

    /// Ends the browser.
    pub async fn close(mut self) {
        drop(self.commands);
        let ended = timeout(PATIENCE, self.driver.wait()).await;
        assert!(ended.expect("Chromium ends").unwrap().success());
    }

    async fn call(&mut self, command: &str, argument: Value) -> Result<Value, String> {
        let line = format!("{}\n", json!([command, argument]));
        let result = async {
            self.commands.write_all(line.as_bytes()).await.ok()?;
            self.results.next_line().await.ok()?
        };
        let result = timeout(PATIENCE, result).await;
        let result = result.unwrap_or_else(|_| panic!("no result of {command}"));
        let result = result.ok_or("the driver has ended")?;
        serde_json::from_str(&result).unwrap()
    }
}

fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|program| program.is_file())
}
