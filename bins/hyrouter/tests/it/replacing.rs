//! A plugin is replaced by another one that answers otherwise, while players connect. Each player gets an answer of
//! the old or the new plugin.

use std::fs;
use std::path::Path;
use std::time::Duration;

use hyrouter_testing::peer::{PeerProcess, anywhere};

use crate::support::players::{Coming, Player, content, player};
use crate::support::replaced::{BEGIN, write};
use crate::support::{Folder, Router, example_plugin, folder};

/// Longer than a replacement takes on a busy machine. Not a verdict: it ends a test that would never end.
const PATIENCE: Duration = Duration::from_mins(2);

/// A router with this plugin, which refuses all players if it fails.
fn serve(plugin: &str) -> (Folder, Router) {
    let folder = folder();
    configure(&folder, plugin);
    let router = folder.serve(&[]);
    (folder, router)
}

fn configure(folder: &Folder, plugin: &str) {
    let config = format!(
        "{BEGIN}routing: {{ default: {{ backends: [{{ host: a.example, port: 5520 }}] }} }}
plugins: [{{ name: p, stage: deny, {plugin} }}]\n"
    );
    write(folder, "next.yaml", &config);
    fs::rename(folder.path("next.yaml"), folder.path("config.yaml")).unwrap();
}

/// Players who keep coming until the end.
struct Crowd {
    one: Player,
    all: Vec<Coming>,
}

impl Crowd {
    fn new(router: &Router) -> Self {
        let one = player(router, "Alder");
        let all = (0..4).map(|_| player(router, "Alder").keeps_coming());
        Self {
            all: all.collect(),
            one,
        }
    }

    /// Waits until a player is referred with this data. A refusal of another player ends the test.
    async fn until(&self, data: &str) {
        let seen = async { while content(&self.one.comes().await) != data.as_bytes() {} };
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        seen.unwrap_or_else(|_| panic!("never: {data}"));
    }

    /// Checks that all players had one of these answers, and that none was refused.
    async fn all_had(self, allowed: &[&str]) {
        let mut players = 0;
        for coming in self.all {
            for outcome in coming.stop().await {
                // Panics for a player that was refused or got no answer.
                let data = String::from_utf8_lossy(content(&outcome)).into_owned();
                assert!(allowed.contains(&&*data), "{data}");
                players += 1;
            }
        }
        assert!(players > 4, "only {players} players came");
    }
}

/// Puts a module in place of the configured one, as `mv` does.
fn put(folder: &Folder, module: &[u8]) {
    fs::write(folder.path("next.wasm"), module).unwrap();
    fs::rename(folder.path("next.wasm"), folder.path("plugin.wasm")).unwrap();
}

/// A module that sends every player on with the data `new`.
fn new_module() -> Vec<u8> {
    let text = r#"{"referral_data":"bmV3"}"#;
    let (escaped, length) = (text.replace('"', "\\\""), text.len());
    let module = format!(
        r#"(module
  (memory (export "memory") 2)
  (data (i32.const 1024) "{escaped}")
  (func (export "alloc") (param i32) (result i32) (i32.const 16384))
  (func (export "on_connect") (param i32 i32) (result i64)
    (i64.or (i64.shl (i64.const 1024) (i64.const 32)) (i64.const {length}))))"#
    );
    wat::parse_str(module).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_module_is_replaced_by_rename_and_a_broken_one_is_not_taken() {
    let example = fs::read(example_plugin("wasm-plugin.wasm")).unwrap();
    let folder = folder();
    put(&folder, &example);
    configure(&folder, "type: wasm, wasm: { path: plugin.wasm }");
    let mut router = folder.serve(&[]);
    let (old, new) = (r#"{"lobby":"main"}"#, "new");
    let crowd = Crowd::new(&router);
    crowd.until(old).await;
    put(&folder, &new_module());
    crowd.until(new).await;
    put(&folder, &example);
    crowd.until(old).await;
    let traps = br#"(module (memory (export "memory") 2)
        (func (export "alloc") (param i32) (result i32) (i32.const 16384))
        (func (export "on_connect") (param i32 i32) (result i64) (unreachable)))"#;
    let cut = example.get(..example.len() / 2).unwrap();
    for (module, text) in [
        (cut, "does not compile"),
        (
            &wat::parse_bytes(traps).unwrap(),
            "cannot answer a trial call",
        ),
        (&wat::parse_str("(module)").unwrap(), "does not export"),
    ] {
        put(&folder, module);
        let line = router.until("plugins[0]").to_string();
        assert!(line.contains(text), "{text}: {line}");
        crowd.until(old).await;
    }
    put(&folder, &new_module());
    crowd.until(new).await;
    crowd.all_had(&[old, new]).await;
}

fn python(address: &str, answer: &str, more: &[&str]) -> PeerProcess {
    let arguments = [&["--answer", answer], more].concat();
    let arguments: Vec<_> = arguments.into_iter().map(Path::new).collect();
    PeerProcess::python_at(address, &arguments)
}

/// `plugins` of a gRPC server whose restart may take as long as a busy machine needs.
fn grpc(address: &str) -> String {
    format!(
        "type: grpc, grpc: {{ address: \"{address}\" }}, timeout: 30s, breaker: {{ connect_grace: 1m }}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_killed_and_another_one_starts_at_its_address() {
    let mut server = python(&anywhere(), "old", &[]);
    let (_folder, router) = serve(&grpc(server.address()));
    let crowd = Crowd::new(&router);
    crowd.until("old").await;
    for answer in ["new", "newer"] {
        let address = server.address().to_owned();
        server = tokio::task::block_in_place(|| {
            server.kill();
            python(&address, answer, &[])
        });
        crowd.until(answer).await;
    }
    crowd.all_had(&["old", "new", "newer"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_beside_the_old_one_on_a_shared_port() {
    let mut old = python(&anywhere(), "old", &["--share-port"]);
    let (_folder, router) = serve(&grpc(old.address()));
    let crowd = Crowd::new(&router);
    crowd.until("old").await;
    let _new = tokio::task::block_in_place(|| python(old.address(), "new", &["--share-port"]));
    old.signal("TERM");
    crowd.until("new").await;
    assert!(tokio::task::block_in_place(|| old.wait()));
    crowd.all_had(&["old", "new"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_at_another_address_that_a_reload_makes_known() {
    let mut old = python(&anywhere(), "old", &[]);
    let (folder, router) = serve(&grpc(old.address()));
    let crowd = Crowd::new(&router);
    crowd.until("old").await;
    let new = tokio::task::block_in_place(|| python(&anywhere(), "new", &[]));
    configure(&folder, &grpc(new.address()));
    crowd.until("new").await;
    old.signal("TERM");
    assert!(tokio::task::block_in_place(|| old.wait()));
    crowd.until("new").await;
    crowd.all_had(&["old", "new"]).await;
}
