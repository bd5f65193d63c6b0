//! Tokens and certificates.

use std::fs;
use std::time::Duration;

use hyrouter_discovery::{HttpSettings, ProviderSettings, SourceSettings, SourceState, provider};
use hyrouter_testing::authority::Authority;
use hyrouter_testing::document_server::DocumentServer;
use hyrouter_testing::listen::{head, listen};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::{FIRST, ONE, follow, settings};
use crate::followed::eventually;

#[tokio::test]
async fn a_token_is_read_again_for_each_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "hunter2\n").unwrap();
    let server = DocumentServer::start();
    server.answer("d", "", &[], ONE);
    let mut followed = follow(HttpSettings {
        token_file: Some(file.clone()),
        ..settings(server.url("d"))
    });
    followed.until_backends(&FIRST).await;
    assert!(server.requests("d")[0].contains("\tauthorization: Bearer hunter2"));
    fs::write(&file, "hunter3").unwrap();
    let has_new = |line: &String| line.contains("\tauthorization: Bearer hunter3");
    eventually(|| server.requests("d").iter().any(has_new)).await;
    fs::remove_file(&file).unwrap();
    let state = followed.until_error("token_file: ").await;
    assert!(state.error.as_deref().unwrap().contains("No such file"));
    assert_eq!(state.backends.len(), 1);
    fs::write(&file, "hunter4").unwrap();
    let has_recovered = |state: &SourceState| state.error.is_none();
    followed.until("recovery", has_recovered).await;
}

#[tokio::test]
async fn replaced_certificates_are_trusted_from_the_next_request_on() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    listen(
        listener,
        Some(theirs.acceptor("127.0.0.1")),
        |stream| async {
            let Some(mut stream) = stream else {
                return;
            };
            while head(&mut stream).await.is_some() {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{ONE}",
                    ONE.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        },
    );
    let mut followed = follow(HttpSettings {
        ca_file: Some(file.clone()),
        ..settings(url)
    });
    let state = followed.until_error("ca_file: ").await;
    assert!(!state.is_synced);
    fs::copy(ours.file(), &file).unwrap();
    followed.until_error("certificate").await;
    fs::copy(theirs.file(), &file).unwrap();
    followed.until_backends(&FIRST).await;
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    let url = |url: &str| settings(url.to_owned());
    for (settings, problem) in [
        (url("backends"), "url: \"backends\" has no scheme"),
        (
            url("http://user:hunter2@h/"),
            "url: \"http://h/\" has a user name or password",
        ),
        (
            HttpSettings {
                token_file: Some("token".into()),
                ..url("http://example.com/")
            },
            "url: \"http://example.com/\" would send the token in the clear over a network",
        ),
        (
            HttpSettings {
                interval: Duration::default(),
                ..url("https://example.com/")
            },
            "interval: 0 s; allowed: more than 0 s",
        ),
    ] {
        let settings = ProviderSettings::new("tested", SourceSettings::Http(settings));
        let error = provider(&settings).unwrap_err().to_string();
        assert!(error.starts_with(problem), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
