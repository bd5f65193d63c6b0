//! Modules that are not loaded, and the errors that operators read.

use crate::support::{bad_request, good_request, guest, module};
use hyrouter_plugin_wasm::{MAX_MODULE_LEN, OutputLevel};

/// What the operator reads: which plugin, which file, and a part of why.
const EXPECTED: &[(&str, &str)] = &[
    (
        "alloc_is_a_global",
        "exports `alloc` as a global where function `alloc(i32) -> i32` is needed",
    ),
    (
        "alloc_of_64_bits",
        "exports `alloc` as function (i64) -> i32 where function `alloc(i32) -> i32` is needed",
    ),
    (
        "alloc_zero_for_config",
        "`configure` failed: bad pointer: alloc(4) returned 0",
    ),
    (
        "command",
        "this is a command: it exports `_start` and no `_initialize`; build a reactor",
    ),
    (
        "configure_loops",
        "`configure` failed: did not return, stopped after 50000000 units of fuel",
    ),
    (
        "configure_mistyped",
        "exports `configure` as function (i32, i32) where function `configure(i32, i32) -> i32`",
    ),
    ("configure_refuses", "refuses its `config` with code 7"),
    (
        "configure_sleeps",
        "`configure` failed: time limit exceeded",
    ),
    ("configure_traps", "`configure` failed: unreachable"),
    (
        "dealloc_mistyped",
        "exports `dealloc` as function (i32) where function `dealloc(i32, i32)`",
    ),
    ("imports_env", r#"imports "env" "system"; allowed: "#),
    ("imports_log_mistyped", "cannot be instantiated"),
    (
        "imports_memory",
        r#"imports "wasi_snapshot_preview1" "memory""#,
    ),
    (
        "imports_wasi_mistyped",
        r#"imports `wasi_snapshot_preview1` "fd_sync" as function (i32) -> i64; it returns an i32"#,
    ),
    ("imports_wasix", r#"imports "wasix_32v1" "sock_open""#),
    (
        "imports_wasix_by_wasi",
        r#"imports "wasi_snapshot_preview1" "thread_spawn""#,
    ),
    ("initialize_loops", "`_initialize` failed: did not return"),
    ("initialize_traps", "`_initialize` failed: unreachable"),
    ("many_tables", "has 5 tables; at most 4 are allowed"),
    (
        "memory_is_a_function",
        "exports `memory` as function () where memory `memory` is needed",
    ),
    ("no_alloc", "does not export function `alloc(i32) -> i32`"),
    ("no_memory", "does not export memory `memory`"),
    (
        "no_on_connect",
        "does not export function `on_connect(i32, i32) -> i64`",
    ),
    (
        "on_connect_of_two_results",
        "exports `on_connect` as function (i32, i32) -> i32, i32",
    ),
    ("shared_memory", "does not compile"),
    (
        "start_loops",
        "its start function trapped or did not return within 50000000 units of fuel",
    ),
    (
        "start_prints",
        "its start function was stopped: called the host before its memory existed",
    ),
    (
        "start_traps",
        "its start function trapped or did not return",
    ),
    ("takes_the_fuel", "is the host's"),
    ("too_much_memory", "cannot be instantiated"),
    (
        "too_much_table",
        "a table of 1000000 entries; at most 100000 are allowed",
    ),
    ("two_memories", "does not compile"),
];

#[test]
fn every_refused_guest_has_a_test() {
    let names: Vec<_> = EXPECTED
        .iter()
        .map(|(name, _)| format!("refused/{name}"))
        .collect();
    assert_eq!(names, crate::support::names("refused"));
}

#[tokio::test]
async fn each_is_refused_with_plugin_file_and_reason() {
    for (name, text) in EXPECTED {
        let guest = guest(&format!("refused/{name}"));
        let error = guest.load().await.expect_err(name).to_string();
        assert!(error.contains(text), "{name}: {error}");
        let begin = format!("plugin \"p\", {}: ", guest.settings.path.display());
        assert!(error.starts_with(&begin), "{name}: {error}");
    }
}

#[tokio::test]
async fn files_that_are_no_modules_are_refused() {
    // Without names, whose section may be cut off and leaves a whole module.
    let whole = wat::parse_bytes(
        br#"(module
            (memory (export "memory") 1)
            (func (export "alloc") (param i32) (result i32) (i32.const 16))
            (func (export "on_connect") (param i32 i32) (result i64) (i64.const 16)))"#,
    )
    .unwrap();
    module(&whole).load().await.unwrap();
    for cut in 1..whole.len() {
        let error = module(whole.get(..cut).unwrap())
            .load()
            .await
            .unwrap_err()
            .to_string();
        let expected = if cut < 4 {
            error.contains("is not a WebAssembly module")
        } else {
            error.contains("does not compile") || error.contains("does not export")
        };
        assert!(expected, "the first {cut} bytes: {error}");
    }
    for (bytes, text) in [
        (&b""[..], "the file is empty"),
        (b"\x7fELF\x02\x01\x01", "is not a WebAssembly module"),
        (b"(module)", "is not a WebAssembly module"),
        (b"\0asm\x02\0\0\0", "does not compile"),
        (b"\0asm\x0d\0\x01\0", "is a WebAssembly component"),
    ] {
        let error = module(bytes).load().await.unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
}

#[tokio::test]
async fn files_that_are_not_there_or_too_long_are_refused() {
    let mut guest = module(b"");
    guest.settings.path.set_file_name("other.wasm");
    let error = guest.load().await.unwrap_err().to_string();
    assert!(error.contains("other.wasm: No such file"), "{error}");

    let guest = module(b"\0asm");
    let file = std::fs::File::options()
        .write(true)
        .open(&guest.settings.path)
        .unwrap();
    file.set_len(MAX_MODULE_LEN as u64 + 1).unwrap();
    let error = guest.load().await.unwrap_err().to_string();
    assert!(error.contains("at most 33554432 are allowed"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_refused_without_waiting() {
    let mut guest = module(b"");
    guest.settings.path.set_file_name("pipe.wasm");
    let made = std::process::Command::new("mkfifo")
        .arg(&guest.settings.path)
        .status();
    assert!(made.unwrap().success());
    let error = guest.load().await.unwrap_err().to_string();
    assert!(
        error.ends_with("pipe.wasm: is a pipe; a regular file is needed"),
        "{error}"
    );
}

#[tokio::test]
async fn a_guest_that_cannot_answer_a_trial_call_is_refused() {
    for (name, text) in [
        ("trap", "trap: unreachable"),
        ("loop", "trap: did not return, stopped after"),
        ("exit", "trap: exited with code"),
        ("alloc_zero", "bad pointer: alloc("),
        ("response_wild", "bad pointer: on_connect returned"),
        ("response_not_json", "bad response: "),
        ("response_is_a_list", "bad response: "),
        ("response_huge", "answer of "),
    ] {
        let mut guest = guest(&format!("bad/{name}"));
        guest.settings.trial = Some(good_request());
        guest.load().await.expect(name);
        guest.settings.trial = Some(bad_request());
        let error = guest.load().await.expect_err(name).to_string();
        assert!(
            error.contains(&format!(
                "it cannot answer a trial call about an example player: {text}"
            )),
            "{name}: {error}"
        );
    }
}

#[tokio::test]
async fn a_trial_leaves_nothing_behind_but_the_words_of_a_guest_that_fails() {
    let talks = |answers: &str| {
        let source = format!(
            r#"(module
  (import "hyrouter" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "{{}}")
  (data (i32.const 32) "asked")
  (func (export "alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "on_connect") (param i32 i32) (result i64)
    (call $log (i32.const 3) (i32.const 32) (i32.const 5))
    {answers}))"#
        );
        let mut guest = module(&wat::parse_str(source).unwrap());
        guest.settings.trial = Some(good_request());
        guest
    };
    let good = talks("(i64.const 0x10_0000_0002)");
    let plugin = good.plugin().await;
    assert_eq!(good.lines.all(), []);
    assert_eq!(plugin.status().calls, 0);
    let bad = talks("(unreachable)");
    bad.load().await.unwrap_err();
    assert_eq!(bad.lines.all(), [(OutputLevel::Warn, "asked".to_owned())]);
}
