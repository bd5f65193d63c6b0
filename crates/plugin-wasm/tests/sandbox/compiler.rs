//! Modules compiled in a process of its own.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Guest, call, good_request, guest, module};
use hyrouter_plugin_api::ConnectResponse;
use hyrouter_plugin_wasm::{CompileLimits, Compiler, LoadReason, WasmHost};
use hyrouter_testing::bombs::{changed_in_loops, in_plugin, large, slow};

const COMPILER: &str = env!("CARGO_BIN_EXE_hyrouter-wasm-compiler");

/// A compiler that counts its starts in a file.
struct Counting(tempfile::TempDir);

impl Counting {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn host(&self) -> WasmHost {
        self.host_running(&format!("exec {COMPILER}"))
    }

    /// Runs this in a shell after it counted.
    fn host_running(&self, script: &str) -> WasmHost {
        let script = format!("echo started >> {}; {script}", self.file().display());
        WasmHost::new().with_compiler(Compiler::command("/bin/sh", ["-c", &script]))
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.path().join("starts")
    }

    fn starts(&self) -> usize {
        fs::read_to_string(self.file()).map_or(0, |text| text.lines().count())
    }
}

fn limits(timeout: Duration, memory: u64) -> CompileLimits {
    CompileLimits { timeout, memory }
}

async fn reason(guest: &Guest) -> LoadReason {
    guest.load().await.unwrap_err().reason
}

#[tokio::test]
async fn a_plugin_compiled_elsewhere_answers() {
    let compiler = Counting::new();
    let plugin = guest("good/minimal").on(&compiler.host()).plugin().await;
    let answer = call(&plugin, &good_request()).await;
    assert_eq!(answer, Ok(ConnectResponse::default()));
    assert_eq!(compiler.starts(), 1);
}

#[tokio::test]
async fn its_result_is_what_a_cache_keeps() {
    let compiler = Counting::new();
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    for _ in 0..2 {
        // As a process that was just started.
        let host = compiler.host().with_cache_dir(&cache);
        drop(guest("good/minimal").on(&host).plugin().await);
    }
    assert_eq!(compiler.starts(), 1);
}

#[tokio::test]
async fn errors_of_a_module_are_the_same_with_and_without_the_compiler_process() {
    for bytes in [
        b"\0asm\x02\0\0\0".to_vec(),
        in_plugin(&changed_in_loops(2_000, 50)),
        in_plugin("(func (param i32) (memory.atomic.notify (i32.const 0) (i32.const 0)) drop)"),
    ] {
        let here = module(&bytes);
        let compiler = Counting::new();
        let there = module(&bytes).on(&compiler.host());
        let (here, there) = (reason(&here).await, reason(&there).await);
        assert_eq!(here.to_string(), there.to_string());
        assert!(
            there.to_string().starts_with("does not compile: "),
            "{there}"
        );
    }
}

#[tokio::test]
async fn one_that_takes_too_long_is_stopped_and_not_tried_again() {
    let compiler = Counting::new();
    let short = limits(Duration::from_millis(200), 1 << 30);
    let bomb = module(&slow()).on(&compiler.host().with_compile_limits(short));
    for _ in 0..3 {
        let reason = reason(&bomb).await;
        assert!(matches!(reason, LoadReason::CompileTime { .. }), "{reason}");
        let text = reason.to_string();
        assert!(
            text.contains("200ms") && text.contains("wasm.compile_timeout"),
            "{text}"
        );
    }
    assert_eq!(compiler.starts(), 1);
}

#[tokio::test]
async fn one_that_takes_too_much_memory_is_stopped_and_tried_again_with_more() {
    let compiler = Counting::new();
    let host = compiler.host();
    let with = |memory| {
        let limits = limits(Duration::from_mins(1), memory);
        module(&large()).on(&host.clone().with_compile_limits(limits))
    };
    let little = 128 << 20;
    for _ in 0..2 {
        let reason = reason(&with(little)).await;
        assert!(
            matches!(reason, LoadReason::CompileMemory { max } if max == little),
            "{reason}"
        );
    }
    assert_eq!(compiler.starts(), 1);
    with(4 << 30).plugin().await;
    assert_eq!(compiler.starts(), 2);
}

#[tokio::test]
async fn callers_with_the_same_module_share_one_compilation() {
    let compiler = Counting::new();
    let host = compiler.host();
    let bytes = in_plugin(&changed_in_loops(100, 50));
    let (one, two, three) = (
        module(&bytes).on(&host),
        module(&bytes).on(&host),
        module(&bytes).on(&host),
    );
    let (one, two, three) = tokio::join!(one.load(), two.load(), three.load());
    let _all = (one.unwrap(), two.unwrap(), three.unwrap());
    assert_eq!(compiler.starts(), 1);
}

#[tokio::test]
async fn callers_that_wait_share_a_failure_too() {
    let compiler = Counting::new();
    let host = compiler
        .host()
        .with_compile_limits(limits(Duration::from_millis(200), 1 << 30));
    let bytes = slow();
    let (one, two) = (module(&bytes).on(&host), module(&bytes).on(&host));
    let (one, two) = tokio::join!(reason(&one), reason(&two));
    for reason in [one, two] {
        assert!(matches!(reason, LoadReason::CompileTime { .. }), "{reason}");
    }
    assert_eq!(compiler.starts(), 1);
}

#[tokio::test]
async fn a_compiler_that_fails_is_no_plugin_and_no_panic() {
    let missing = WasmHost::new().with_compiler(Compiler::command("/nowhere/compiler", [""; 0]));
    let text = reason(&guest("good/minimal").on(&missing))
        .await
        .to_string();
    assert_eq!(
        text,
        "the compiler failed: cannot start /nowhere/compiler: No such file or directory (os error 2)"
    );
    for (script, expected) in [
        ("exit 0", "its result is invalid"),
        ("echo nonsense", "its result is invalid"),
        (
            "printf '\\033[2Jgone\\nmore' >&2; exit 3",
            "it ended with exit status: 3: \u{fffd}[2Jgone",
        ),
        ("kill -SEGV $$", "it ended with signal: 11"),
    ] {
        let compiler = Counting::new();
        let guest = guest("good/minimal").on(&compiler.host_running(script));
        let text = reason(&guest).await.to_string();
        assert!(text.starts_with("the compiler failed: "), "{text}");
        assert!(text.contains(expected), "{script}: {text}");
    }
}

#[tokio::test]
async fn one_that_prints_without_end_is_stopped() {
    let compiler = Counting::new();
    for script in ["exec yes >&2", "exec yes", "exec sleep 600"] {
        let host = compiler
            .host_running(script)
            .with_compile_limits(limits(Duration::from_millis(300), 1 << 30));
        let text = reason(&guest("good/minimal").on(&host)).await.to_string();
        assert!(
            !text.contains('\n') && text.len() < 2_000,
            "{script}: {text}"
        );
    }
}

#[tokio::test]
async fn it_gets_no_environment() {
    let compiler = Counting::new();
    let seen = compiler.0.path().join("seen");
    let script = format!("/usr/bin/env > {}; exec {COMPILER}", seen.display());
    guest("good/minimal")
        .on(&compiler.host_running(&script))
        .plugin()
        .await;
    let seen = fs::read_to_string(seen).unwrap();
    let mut names: Vec<_> = seen
        .lines()
        .filter_map(|line| line.split('=').next())
        .collect();
    // What the shell itself sets is not counted.
    names.retain(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["MIMALLOC_ARENA_RESERVE", "RAYON_NUM_THREADS"]);
}

/// What stands in front of a module of that length.
fn head(len: usize) -> Vec<u8> {
    let words = [u64::from_le_bytes(*b"hyrcomp1"), 1 << 30, 60, len as u64];
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn it_ends_when_its_starter_is_gone() {
    let bomb = slow();
    for cut in [0, 20, 32, 100, bomb.len() + 32] {
        let mut child = Command::new(Path::new(COMPILER))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = [head(bomb.len()), bomb.clone()].concat();
        stdin.write_all(bytes.get(..cut).unwrap()).unwrap();
        drop(stdin);
        // A minute of work is left at the last one; the test does not end if it is done.
        let mut output = Vec::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_end(&mut output)
            .unwrap();
        assert!(output.is_empty());
        assert!(!child.wait().unwrap().success());
    }
}

#[test]
fn by_hand_it_says_what_it_is() {
    let mut child = Command::new(COMPILER)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&[b'x'; 100]).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(64));
    let text = String::from_utf8(ended.stderr).unwrap();
    assert!(text.contains("for the program that starts it"), "{text}");
}
