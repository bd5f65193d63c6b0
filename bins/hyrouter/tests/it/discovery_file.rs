//! Backends of a directory, while the router serves.

use std::fs;

use serde_json::json;

use crate::support::folder;
use crate::support::players::player;
use crate::support::replaced::{BEGIN, host, referred_to, write};

const DISCOVERY: &str = "
discovery: { providers: [{ name: lobbies, type: file, file: { path: backends.d } }] }
routing: { default: { discovery: { provider: lobbies } } }
";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn players_follow_the_files_without_a_reload() {
    let folder = folder().file("config.yaml", &format!("{BEGIN}{DISCOVERY}"));
    fs::create_dir(folder.path("backends.d")).unwrap();
    let document = |host: &str| format!("backends: [{{ host: {host}, port: 5520 }}]");
    write(&folder, "backends.d/a.yaml", &document("a.example"));
    let (mut router, admin) = folder.serve_with_admin(&[]);
    let player = player(&router, "Alder");
    referred_to(&player, "a.example").await;

    write(&folder, "backends.d/a.yaml", &document("b.example"));
    referred_to(&player, "b.example").await;

    // The last good content stays.
    write(&folder, "backends.d/a.yaml", "backends: [");
    router.until("entry not used");
    assert_eq!(host(&player.comes().await), "b.example");
    fs::rename(folder.path("backends.d"), folder.path("away")).unwrap();
    let line = router.until("discovery provider failed; its last backends stay in use");
    assert_eq!(line["provider"], "lobbies");
    assert!(
        line["error"]
            .as_str()
            .unwrap()
            .starts_with("backends.d: No such file"),
        "{line}"
    );
    assert_eq!(host(&player.comes().await), "b.example");

    write(&folder, "away/a.yaml", &document("c.example"));
    fs::rename(folder.path("away"), folder.path("backends.d")).unwrap();
    referred_to(&player, "c.example").await;
    assert_eq!(admin.status()["config"]["reloads"], json!(0));
}
