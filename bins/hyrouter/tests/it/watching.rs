//! Files that change are read again.

use std::fs;

use crate::support::folder;
use crate::support::players::{player, refusal};
use crate::support::replaced::{
    BEGIN, certificate, comes_until, config, counting_plugin, host, serve, write,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn files_are_watched_as_editors_and_kubernetes_change_them() {
    let (folder, mut router, admin) = serve(&config("a.example"), &[]);
    let player = player(&router, "Alder");
    assert_eq!(host(&player.comes().await), "a.example");
    // As an editor saves.
    write(&folder, "config.yaml~", &config("b.example"));
    fs::rename(folder.path("config.yaml~"), folder.path("config.yaml")).unwrap();
    comes_until(&player, "b.example").await;
    router.until("configuration reloaded");

    // As Kubernetes mounts a ConfigMap: config.yaml -> ..data/config.yaml, ..data -> ..version.
    let link = |to: &str, name: &str| {
        let next = folder.path("..next");
        std::os::unix::fs::symlink(to, &next).unwrap();
        fs::rename(next, folder.path(name)).unwrap();
    };
    for version in ["c", "d"] {
        fs::create_dir(folder.path(&format!("..{version}"))).unwrap();
        let file = format!("..{version}/config.yaml");
        write(&folder, &file, &config(&format!("{version}.example")));
    }
    link("..c", "..data");
    link("..data/config.yaml", "config.yaml");
    comes_until(&player, "c.example").await;
    router.until("configuration reloaded");
    link("..d", "..data");
    comes_until(&player, "d.example").await;
    router.until("configuration reloaded");

    // A broken file is reported once, not every second.
    write(&folder, "..d/config.yaml", "routing: [");
    router.until("reload failed");
    assert_eq!(host(&player.comes().await), "d.example");
    write(&folder, "..d/config.yaml", &config("e.example"));
    comes_until(&player, "e.example").await;
    assert_eq!(admin.status()["config"]["failed_reloads"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_file_that_is_named_is_watched_too() {
    let folder = folder();
    counting_plugin(&folder, "one");
    let plugins = "plugins: [{ name: p, type: wasm, wasm: { path: plugin.wasm }, stage: deny }]\n";
    write(
        &folder,
        "config.yaml",
        &format!("{}{plugins}", config("a.example")),
    );
    let (mut router, _admin) = folder.serve_with_admin(&[]);
    counting_plugin(&folder, "two");
    router.until("configuration reloaded");
    let refused = player(&router, "Alder").comes().await;
    assert!(refusal(&refused).unwrap().starts_with("two "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn sighup_reads_again_also_without_watching() {
    let (folder, mut router, admin) = serve(&config("a.example"), &["--no-watch"]);
    write(&folder, "config.yaml", &config("b.example"));
    router.signal("HUP");
    router.until("configuration reloaded");
    assert_eq!(host(&player(&router, "Alder").comes().await), "b.example");
    assert_eq!(admin.status()["config"]["reloads"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_file_that_comes_late_is_found() {
    let (folder, mut router, _admin) = serve(&config("a.example"), &[]);
    let late = format!(
        "{}tls: {{ cert_file: late.crt, key_file: late.key }}\n",
        config("b.example")
    );
    write(&folder, "config.yaml", &late);
    router.until("reload failed");
    certificate(&folder, "late");
    router.until("configuration reloaded");
    assert_eq!(host(&player(&router, "Alder").comes().await), "b.example");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_token_of_the_admin_server_may_change() {
    let begin = BEGIN.replace("\"127.0.0.1:0\" }", "\"127.0.0.1:0\", token_file: token }");
    let whole =
        format!("{begin}routing: {{ default: {{ backends: [{{ host: a, port: 1 }}] }} }}\n");
    let folder = folder()
        .file("config.yaml", &whole)
        .file("token", "0123456789abcdef");
    let (mut router, admin) = folder.serve_with_admin(&[]);
    let (old, new) = (
        admin.clone().with_token("0123456789abcdef"),
        admin.with_token("fedcba9876543210"),
    );
    assert_eq!(old.get("/api/status").status, 200);
    write(&folder, "token", "fedcba9876543210");
    router.until("configuration reloaded");
    assert_eq!(new.get("/api/status").status, 200);
    assert_eq!(old.get("/api/status").status, 401);
}

/// As `ExecReload` of a service asks for it.
#[test]
fn the_command_waits_for_a_reload_and_says_what_changed() {
    let config = |backend: &str, more: &str| {
        format!(
            "listen: '127.0.0.1:0'\nquic: {{ token_key_file: key }}\nadmin: {{ listen: '127.0.0.1:0' }}\n\
             routing: {{ default: {{ backends: [{backend}] }} }}\n{more}"
        )
    };
    let key = "0123456789abcdef0123456789abcdef";
    let folder = folder().file("key", key);
    let write = |name: &str, text: &str| fs::write(folder.path(name), text).unwrap();
    write("config.yaml", &config("{ host: a, port: 1 }", ""));
    let (_router, admin) = folder.serve_with_admin(&["--no-watch"]);
    let reload =
        |more: &[&str]| folder.run(&[&["reload", "--admin", &admin.address], more].concat());
    assert_eq!(
        reload(&[]).stdout,
        "configuration reloaded\nnothing changed\n"
    );
    write(
        "config.yaml",
        &config("", "logging: { recent_decisions: 7 }\n"),
    );
    fs::remove_file(folder.path("key")).unwrap();
    write("key", &key.replace('0', "f"));
    let ran = reload(&[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let begin = "configuration reloaded\nchanged: logging, routing\nchanged files: config.yaml, key\nwarning: routing.default";
    assert!(ran.stdout.starts_with(begin), "{ran:?}");
    write("config.yaml", "listne: 1\nrouting: {}\n");
    let ran = reload(&[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("listne: unknown key"), "{ran:?}");
    let ran = reload(&["--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        ran.json()["mistakes"].as_array().unwrap().len(),
        2,
        "{ran:?}"
    );
}

/// Standard output has one line for each player, of one schema.
#[test]
fn decisions_on_standard_output_are_not_logged_twice() {
    let folder = folder().file(
        "config.yaml",
        "listen: '127.0.0.1:0'\nlogging: { decisions: stdout }\nrouting: { default: { backends: [{ host: a, port: 1 }] } }\n",
    );
    let mut router = folder.serve(&[]);
    router.probe(&[]);
    router.signal("TERM");
    let mut decisions = 0;
    while let Some(line) = router.line() {
        decisions += usize::from(line["reason"] == "referred");
        assert_ne!(line["message"], "decision", "{line}");
    }
    assert_eq!(decisions, 1);
}
