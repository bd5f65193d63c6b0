//! A plugin that keeps the compiler busy holds up nothing but itself.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use hyrouter_testing::bombs::{changed_in_loops, in_plugin, slow};
use serde_json::json;

use crate::support::{Folder, LOAD, Router, folder};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);
/// What a router may grow by while another process compiles.
const GROWTH: u64 = 64 << 20;

const BEGIN: &str = r#"
listen: "127.0.0.1:0"
admin: { listen: "127.0.0.1:0" }
routing: { default: { backends: [{ host: a.example, port: 1 }, { host: b.example, port: 1 }] } }
"#;

fn with_plugin(compile_timeout: &str) -> String {
    format!(
        "{BEGIN}plugins: [{{ name: bomb, type: wasm, wasm: {{ path: bomb.wasm }} }}]
wasm: {{ compile_timeout: {compile_timeout} }}\n"
    )
}

fn with_bomb(bomb: &[u8], config: &str) -> Folder {
    let folder = folder().file("config.yaml", config);
    fs::write(folder.path("bomb.wasm"), bomb).unwrap();
    folder
}

/// Waits for something that another process does.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "never so: {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// The process that compiles for this router.
fn compiler_of(router: &Router) -> u32 {
    until("a compiler", || {
        let [child] = router.children().try_into().ok()?;
        // Until then it is still a copy of the router.
        let command = fs::read(format!("/proc/{child}/cmdline")).ok()?;
        command.ends_with(b"\0compile-wasm\0").then_some(child)
    })
}

/// Waits for the end of a process, which its new parent may not have noticed yet.
fn ended(process: u32) {
    until("the end of the compiler", || {
        let status = fs::read_to_string(format!("/proc/{process}/status"));
        status
            .map_or(true, |status| status.contains("State:\tZ"))
            .then_some(())
    });
}

#[test]
fn a_bomb_in_a_reload_is_stopped_and_nothing_else() {
    let _load = LOAD.blocking_lock();
    let folder = with_bomb(&slow(), BEGIN);
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    let before = router.memory();
    fs::write(folder.path("config.yaml"), with_plugin("2s")).unwrap();

    let reload = || {
        let admin = admin.clone();
        thread::spawn(move || admin.ask("POST", "/reload", "{}"))
    };
    let reloads = [reload(), reload()];
    let compiler = compiler_of(&router);
    // Commands and players wait for neither.
    admin.post("/api/backends/a.example:1/drain", &json!({}));
    assert_eq!(router.probe(&[])["host"], "b.example");
    let mut most = 0;
    while !reloads.iter().all(thread::JoinHandle::is_finished) {
        most = most.max(router.memory());
        let others = router.children();
        assert!(others.iter().all(|child| *child == compiler), "{others:?}");
        thread::park_timeout(Duration::from_millis(5));
    }
    assert!(most < before + GROWTH, "{before} grew to {most} bytes");
    for refused in reloads {
        let refused = refused.join().unwrap();
        assert_eq!(refused.status, 409, "{refused:?}");
        let mistake = refused.json()["mistakes"][0].to_string();
        for part in [
            "bomb",
            "bomb.wasm",
            "takes longer than 2s",
            "wasm.compile_timeout",
        ] {
            assert!(mistake.contains(part), "{mistake}");
        }
    }
    ended(compiler);
}

#[test]
fn a_compiler_has_nothing_of_the_router_and_ends_with_it() {
    let _load = LOAD.blocking_lock();
    for (signal, at_start) in [
        ("TERM", false),
        ("KILL", false),
        ("TERM", true),
        ("KILL", true),
    ] {
        let config = with_plugin("60s");
        let folder = with_bomb(&slow(), if at_start { &config } else { BEGIN });
        let mut router = Router::begin(folder.hyrouter(&["--no-watch"]));
        if !at_start {
            let admin = router.ready_with_admin();
            fs::write(folder.path("config.yaml"), config).unwrap();
            // Its answer is lost with the router.
            thread::spawn(move || {
                std::panic::catch_unwind(|| admin.ask("POST", "/reload", "{}")).is_ok()
            });
        }
        let compiler = compiler_of(&router);
        until("the limits of the compiler", || {
            let limits = fs::read_to_string(format!("/proc/{compiler}/limits")).unwrap();
            let has = |name: &str, soft: &str| {
                let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
                line[name.len()..].split_whitespace().next() == Some(soft)
            };
            (has("Max data size", "1073741824")
                && has("Max core file size", "0")
                && has("Max file size", "0")
                && has("Max open files", "64"))
            .then_some(())
        });
        for file in fs::read_dir(format!("/proc/{compiler}/fd")).unwrap() {
            let file = file.unwrap();
            let number = file.file_name().into_string().unwrap();
            // What these tests themselves were started with, the router did not open.
            let outside = fs::read_link(Path::new("/proc/self/fd").join(&number)).ok();
            let inside = fs::read_link(file.path()).unwrap();
            // The standard library reads the limits of the process for a moment.
            let own = inside.starts_with(format!("/proc/{compiler}"));
            assert!(
                ["0", "1", "2"].contains(&&*number) || own || outside.as_ref() == Some(&inside),
                "{number}: {inside:?}"
            );
        }
        let environment = fs::read(format!("/proc/{compiler}/environ")).unwrap();
        let environment = String::from_utf8(environment).unwrap();
        assert!(
            environment.starts_with("MIMALLOC_ARENA_RESERVE="),
            "{environment}"
        );
        assert!(!environment.contains("PATH="), "{environment}");

        router.signal(signal);
        router.wait();
        ended(compiler);
    }
}

#[test]
fn files_that_no_compiler_is_given_are_refused_by_every_command() {
    for (function, text) in [
        (
            changed_in_loops(2_000, 50),
            "more than 10000 locals that are written in loops",
        ),
        (changed_in_loops(10_000, 200), "more than 5000 locals"),
    ] {
        let folder = with_bomb(&in_plugin(&function), &with_plugin("60s"));
        for command in [
            &["check"][..],
            &["plugin", "call", "bomb"],
            &["plugin", "bench", "--wasm", "bomb.wasm"],
        ] {
            let ran = folder.run(command);
            assert!(
                ran.code != Some(0) && ran.stderr.contains(text),
                "{command:?}: {ran:?}"
            );
        }
    }
}

#[test]
fn the_command_is_not_shown() {
    let folder = folder();
    for command in [
        &["--help"][..],
        &["completions", "bash"],
        &["completions", "zsh"],
    ] {
        let ran = folder.run(command);
        assert!(
            !ran.stdout.contains("compile-wasm"),
            "{command:?}: {}",
            ran.stdout
        );
    }
}
