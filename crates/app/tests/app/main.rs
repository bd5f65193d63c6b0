//! A router in this process: built from a file or from settings, asked, reloaded, drained.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panic")]

mod memory;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use hyrouter_app::{App, AppError, Configuration, Origin, Parts};
use hyrouter_client::{Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_config::Sources;
use hyrouter_protocol::Generation;
use tokio::sync::oneshot;
use tokio::time::timeout;

fn write(file: &Path, listen: &str, host: &str) {
    let text = format!(
        "listen: \"{listen}\"\nrouting: {{ default: {{ backends: [{{ host: {host}, port: 5520 }}] }} }}\n"
    );
    std::fs::write(file, text).unwrap();
}

/// Returns the host that a player is referred to.
async fn referral(router: SocketAddr) -> String {
    let client = GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let dial = Dial::new(router).host("play.example.com");
    let exchange = client.exchange(&dial, &Hello::of(Generation::G4)).await;
    match exchange.outcome {
        ExchangeOutcome::Referral { host, .. } => host,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_is_asked_reloaded_and_drained_in_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    write(&file, "127.0.0.1:0", "one.example");
    let configuration = Configuration::read(Origin::File(file.clone())).unwrap();
    let app = App::build(configuration, Parts::default()).unwrap();
    let (address, handle) = (app.local_addr(), app.handle());
    assert_eq!(app.admin_addr(), None);
    let running = tokio::spawn(app.run(std::future::pending()));
    assert_eq!(referral(address).await, "one.example");

    write(&file, "127.0.0.1:0", "two.example");
    let report = handle.reload().await.unwrap();
    assert_eq!(report.changed, ["routing"]);
    assert_eq!(referral(address).await, "two.example");

    std::fs::write(&file, "listne: 1\n").unwrap();
    let error = handle.reload().await.unwrap_err();
    assert!(format!("{error:?}").contains("listne"), "{error:?}");
    assert_eq!(referral(address).await, "two.example");

    handle.drain();
    let ended = timeout(Duration::from_secs(30), running).await.unwrap();
    ended.unwrap().unwrap();
    assert!(handle.reload().await.is_err(), "the router has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_a_program_are_served_until_its_shutdown_and_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    write(&file, "127.0.0.1:0", "one.example");
    let settings = Sources::new().with_file(&file).load().unwrap();
    let app = App::build(settings, Parts::default()).unwrap();
    let (address, handle) = (app.local_addr(), app.handle());
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(app.run(async {
        let _ = stopped.await;
    }));
    assert_eq!(referral(address).await, "one.example");
    assert!(handle.reload().await.is_err());
    stop.send(()).unwrap();
    let ended = timeout(Duration::from_secs(30), running).await.unwrap();
    ended.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_build_says_why_by_its_type() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    let build = || {
        let configuration = Configuration::read(Origin::File(file.clone())).unwrap();
        App::build(configuration, Parts::default())
    };
    write(&file, "127.0.0.1:0", "one.example");
    let first = build().unwrap();
    write(&file, &first.local_addr().to_string(), "one.example");
    let error = build().unwrap_err();
    assert!(
        matches!(
            error,
            AppError::Bind {
                holder: Some(_),
                ..
            }
        ),
        "{error:?}"
    );

    std::fs::write(&file, "listne: 1\n").unwrap();
    let error = build().unwrap_err();
    assert!(matches!(error, AppError::Config(_)), "{error:?}");
}
