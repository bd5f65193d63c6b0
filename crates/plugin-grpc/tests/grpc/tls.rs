//! TLS on both sides or one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyrouter_plugin_grpc::{ClientTls, GrpcError, GrpcPlugin, PluginServer, ServerTls, TlsError};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{
    Answer, Running, ask, code, message, peer_like, plugin, python_client, settings, upper,
};
use crate::tls_files::{Files, Signed, trusting};
use hyrouter_testing::peer::PeerProcess;

/// A server of this crate with TLS.
async fn server(own: &Signed, client_ca: Option<&Path>) -> Running {
    let tls = ServerTls {
        cert_file: own.cert.clone(),
        key_file: own.key.clone(),
        client_ca_file: client_ca.map(Path::to_owned),
    };
    Running::new(PluginServer::new(peer_like).with_tls(tls)).await
}

fn with_certificate(ca: &Path, own: &Signed) -> ClientTls {
    ClientTls {
        cert_file: Some(own.cert.clone()),
        key_file: Some(own.key.clone()),
        ..trusting(ca)
    }
}

fn client(address: &str, tls: ClientTls) -> GrpcPlugin {
    let mut settings = settings(address);
    settings.tls = Some(tls);
    GrpcPlugin::new(&settings).unwrap()
}

async fn ask_with(address: &str, tls: ClientTls) -> Answer {
    ask(&client(address, tls), "a").await
}

#[tokio::test]
async fn a_server_is_trusted_by_its_authority_and_no_other() {
    let files = Files::new();
    let (ours, theirs) = (files.authority("ours"), files.authority("theirs"));
    let server = server(&ours.sign("127.0.0.1"), None).await;
    let address = &server.address;
    assert_eq!(
        ask_with(address, trusting(&ours.file)).await,
        Ok(upper("a"))
    );
    let https = format!("https://{address}");
    assert_eq!(ask_with(&https, trusting(&ours.file)).await, Ok(upper("a")));
    let answer = ask_with(address, trusting(&theirs.file)).await;
    assert_eq!(code(&answer), "transport");
    let unknown = "invalid peer certificate: UnknownIssuer";
    assert!(message(&answer).contains(unknown), "{answer:?}");
}

#[tokio::test]
async fn without_a_ca_file_the_systems_authorities_are_trusted() {
    let files = Files::new();
    let server = server(&files.authority("ours").sign("127.0.0.1"), None).await;
    let https = format!("https://{}", server.address);
    for (address, tls) in [
        (&server.address, Some(ClientTls::default())),
        (&https, None),
    ] {
        let mut settings = settings(address);
        settings.tls = tls;
        match GrpcPlugin::new(&settings) {
            Ok(plugin) => {
                let answer = ask(&plugin, "a").await;
                assert!(message(&answer).contains("UnknownIssuer"), "{answer:?}");
            }
            // Some machines have no certificates.
            Err(error) => {
                assert!(
                    matches!(error, GrpcError::Tls(TlsError::NoSystemRoots { .. })),
                    "{error}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_certificate_must_have_the_host_or_the_configured_domain() {
    let files = Files::new();
    let ca = files.authority("ca");
    let server = server(&ca.sign("bans.internal"), None).await;
    let answer = ask_with(&server.address, trusting(&ca.file)).await;
    assert!(
        message(&answer).contains("not valid for name"),
        "{answer:?}"
    );
    let tls = ClientTls {
        domain: Some("bans.internal".into()),
        ..trusting(&ca.file)
    };
    assert_eq!(ask_with(&server.address, tls).await, Ok(upper("a")));
}

#[tokio::test]
async fn a_client_sends_a_certificate_if_required() {
    let files = Files::new();
    let (ca, clients, theirs) = (
        files.authority("ca"),
        files.authority("clients"),
        files.authority("theirs"),
    );
    let server = server(&ca.sign("127.0.0.1"), Some(&clients.file)).await;
    let good = with_certificate(&ca.file, &clients.sign("router"));
    assert_eq!(
        ask_with(&server.address, good.clone()).await,
        Ok(upper("a"))
    );
    for (tls, alert) in [
        (trusting(&ca.file), "CertificateRequired"),
        (
            with_certificate(&ca.file, &theirs.sign("router")),
            "UnknownCA",
        ),
    ] {
        let answer = ask_with(&server.address, tls).await;
        assert_eq!(code(&answer), "transport");
        assert!(message(&answer).contains(alert), "{answer:?}");
    }
    assert_eq!(ask_with(&server.address, good).await, Ok(upper("a")));
}

#[tokio::test]
async fn grpcio_supports_tls_as_a_server() {
    let files = Files::new();
    let (ca, clients) = (files.authority("ca"), files.authority("clients"));
    let own = ca.sign("127.0.0.1");
    let flag = Path::new;
    let arguments = [
        flag("--tls-cert"),
        &own.cert,
        flag("--tls-key"),
        &own.key,
        flag("--client-ca"),
        &clients.file,
    ];
    let peer = PeerProcess::python_at("127.0.0.1:0", &arguments);
    let good = with_certificate(&ca.file, &clients.sign("router"));
    assert_eq!(ask_with(peer.address(), good).await, Ok(upper("a")));
    let answer = ask_with(peer.address(), trusting(&ca.file)).await;
    assert_eq!(code(&answer), "transport", "{answer:?}");
}

#[tokio::test]
async fn grpcio_supports_tls_as_a_client() {
    let files = Files::new();
    let (ca, clients) = (files.authority("ca"), files.authority("clients"));
    let server = server(&ca.sign("127.0.0.1"), Some(&clients.file)).await;
    let own = clients.sign("router");
    let option = OsStr::new;
    let common = [
        option("--address"),
        option(&server.address),
        option("--request"),
        option(r#"{"event":{"username":"deny"}}"#),
        option("--ca"),
        ca.file.as_os_str(),
    ];
    let certificate = [
        option("--cert"),
        own.cert.as_os_str(),
        option("--key"),
        own.key.as_os_str(),
    ];
    let answer = python_client(&[&common[..], &certificate].concat())
        .await
        .remove(0);
    let denied = json!({ "deny": true, "deny_reason": "denied by rust peer" });
    assert_eq!(answer["response"], denied, "{answer}");
    let answer = python_client(&common).await.remove(0);
    assert_eq!(answer["code"], 14, "{answer}");
}

#[tokio::test]
async fn tls_on_one_side_is_an_error_and_does_not_hang() {
    let files = Files::new();
    let ca = files.authority("ca");
    let secure = server(&ca.sign("127.0.0.1"), None).await;
    let plain = Running::new(PluginServer::new(peer_like)).await;
    let answer = ask(&plugin(&secure.address), "a").await;
    assert_eq!(code(&answer), "transport", "{answer:?}");
    assert!(message(&answer).contains("`grpc.tls`"), "{answer:?}");
    let answer = ask_with(&plain.address, trusting(&ca.file)).await;
    assert_eq!(code(&answer), "transport", "{answer:?}");
    assert!(
        message(&answer).contains("the server does not speak TLS"),
        "{answer:?}"
    );
    let strict = server(&ca.sign("127.0.0.1"), Some(&ca.file)).await;
    let answer = ask_with(&strict.address, trusting(&ca.file)).await;
    assert_eq!(code(&answer), "transport", "{answer:?}");
    assert!(message(&answer).contains("`cert_file`"), "{answer:?}");
}

#[tokio::test]
async fn a_server_that_does_not_select_http_2_is_an_error() {
    let files = Files::new();
    let ca = files.authority("ca");
    let own = ca.sign("127.0.0.1");
    let chain = CertificateDer::pem_file_iter(&own.cert)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_file(&own.key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serving = async {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.unwrap()
    };
    let (answer, _stream) = tokio::join!(ask_with(&address, trusting(&ca.file)), serving);
    assert!(
        message(&answer).contains("does not speak HTTP/2"),
        "{answer:?}"
    );
}

/// Returns settings, an invalid file for each, and the expected problem.
fn wrong_files(
    files: &Files,
    good: &Signed,
    other: &Signed,
) -> Vec<(&'static str, PathBuf, &'static str)> {
    let empty = files.write("empty.pem", "");
    let broken = files.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    );
    let no_der = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    let no_der = files.write("no-der.pem", no_der);
    let missing = empty.with_file_name("missing.pem");
    vec![
        ("ca", missing.clone(), "No such file"),
        ("ca", empty.clone(), "no certificate in it"),
        ("ca", broken.clone(), "PEM is damaged"),
        ("ca", no_der, "invalid peer certificate"),
        ("ca", good.key.clone(), "no certificate in it"),
        ("cert", missing.clone(), "No such file"),
        ("cert", empty.clone(), "no certificate in it"),
        ("key", missing, "No such file"),
        ("key", empty, "no private key in it"),
        ("key", good.cert.clone(), "no private key in it"),
        (
            "key",
            other.key.clone(),
            "does not belong to the certificate in",
        ),
    ]
}

#[tokio::test]
async fn invalid_files_are_reported_before_the_first_call() {
    let files = Files::new();
    let ca = files.authority("ca");
    let (good, other) = (ca.sign("127.0.0.1"), ca.sign("other"));
    for (key, file, problem) in wrong_files(&files, &good, &other) {
        let mut tls = with_certificate(&ca.file, &good);
        let mut server_tls = ServerTls {
            cert_file: good.cert.clone(),
            key_file: good.key.clone(),
            client_ca_file: Some(ca.file.clone()),
        };
        let (client_key, server_key) = match key {
            "ca" => {
                tls.ca_file = Some(file.clone());
                server_tls.client_ca_file = Some(file.clone());
                ("tls.ca_file", "tls.client_ca_file")
            }
            "cert" => {
                tls.cert_file = Some(file.clone());
                server_tls.cert_file.clone_from(&file);
                ("tls.cert_file", "tls.cert_file")
            }
            _ => {
                tls.key_file = Some(file.clone());
                server_tls.key_file.clone_from(&file);
                ("tls.key_file", "tls.key_file")
            }
        };
        let mut settings = settings("127.0.0.1:7777");
        settings.tls = Some(tls);
        let of_client = GrpcPlugin::new(&settings).unwrap_err().to_string();
        let server = PluginServer::new(peer_like)
            .with_tls(server_tls)
            .bind("127.0.0.1:0")
            .await;
        let of_server = server.unwrap_err().to_string();
        for (error, key) in [(of_client, client_key), (of_server, server_key)] {
            assert!(error.starts_with(&format!("{key}: ")), "{error}");
            assert!(error.contains(&*file.to_string_lossy()), "{error}");
            assert!(error.contains(problem), "{error}, not {problem}");
        }
    }
}

#[test]
fn a_missing_key_and_an_invalid_name_are_reported() {
    let files = Files::new();
    let own = files.authority("ca").sign("router");
    for (tls, problem) in [
        (
            ClientTls {
                cert_file: Some(own.cert),
                ..ClientTls::default()
            },
            "tls has one of cert_file and key_file",
        ),
        (
            ClientTls {
                key_file: Some(own.key),
                ..ClientTls::default()
            },
            "tls has one of cert_file and key_file",
        ),
        (
            ClientTls {
                domain: Some("not a name".into()),
                ..ClientTls::default()
            },
            "tls.domain: \"not a name\" is neither",
        ),
    ] {
        let mut settings = settings("127.0.0.1:7777");
        settings.tls = Some(tls);
        let error = GrpcPlugin::new(&settings).unwrap_err().to_string();
        assert!(error.starts_with(problem), "{error}");
    }
}
