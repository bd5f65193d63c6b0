//! Exchanges of a client: hello, then a referral or a disconnect.

use crate::support::{Observation, server};
use base64::Engine as _;
use hyrouter_client::{ClientCert, Ending, ExchangeOutcome, Hello};
use hyrouter_protocol::builds::{ClientBuild, Generation};
use hyrouter_proxy::Answer;

fn referral() -> ExchangeOutcome {
    ExchangeOutcome::Referral {
        host: "10.0.0.7".to_owned(),
        port: 5521,
        data: Some(b"hello".to_vec()),
    }
}

fn refer() -> Answer {
    Answer::referral("10.0.0.7", 5521, Some(b"hello".to_vec()))
}

#[tokio::test]
async fn every_generation_is_referred() {
    let mut server = server().answering(|_| refer());
    for generation in Generation::ALL {
        let exchange = server.hello(generation).await;
        assert_eq!(exchange.outcome, referral(), "{generation}");
        assert_eq!(server.next().await, Observation::Finished("referred"));
    }
}

#[tokio::test]
async fn a_disconnect_has_the_form_that_the_build_reads() {
    let server = server().answering(|_| Answer::disconnect(Some("täglich 日本".to_owned())));
    // Build, packet id, and whether that form carries a text.
    for (build, packet_id, has_text) in [
        (ClientBuild::Hash, 1, true),
        (ClientBuild::Number(20), 1, true),
        (ClientBuild::Number(51), 2, true),
        (ClientBuild::Number(70), 2, false),
        (ClientBuild::Number(100), 2, true),
        (ClientBuild::Number(150), 2, false),
        (ClientBuild::Number(242), 2, true),
    ] {
        let exchange = server
            .client
            .exchange(&server.dial(), &Hello::of_build(build))
            .await;
        let reason = has_text.then(|| "täglich 日本".to_owned());
        assert_eq!(
            exchange.outcome,
            ExchangeOutcome::Disconnect { packet_id, reason },
            "{build}"
        );
    }
}

#[tokio::test]
async fn the_handler_sees_what_tls_tells() {
    let server = server().answering(|info| {
        let peer = info.peer();
        let alpn = String::from_utf8_lossy(peer.alpn.as_deref().unwrap_or_default()).into_owned();
        let cert = peer
            .client_cert
            .map_or("none".to_owned(), |cert| cert.to_string());
        Answer::disconnect(Some(format!("{}|{alpn}|{cert}", info.host())))
    });
    let cert = ClientCert::self_signed().unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, cert.der());
    let fingerprint = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);

    let dial = server
        .dial()
        .host("EU.Example.com")
        .alpn(["hytale/2", "hytale/200", "hytale/3"])
        .cert(cert);
    let exchange = server
        .client
        .exchange(&dial, &Hello::of(Generation::G4))
        .await;
    let wanted = format!("eu.example.com|hytale/200|{fingerprint}");
    assert_eq!(
        exchange.outcome,
        ExchangeOutcome::Disconnect {
            packet_id: 2,
            reason: Some(wanted)
        }
    );
    assert_eq!(exchange.alpn.as_deref(), Some(&b"hytale/200"[..]));

    let nameless = hyrouter_client::Dial::new(server.address);
    let exchange = server
        .client
        .exchange(&nameless, &Hello::of(Generation::G4))
        .await;
    let wanted = "|hytale/3|none".to_owned();
    assert_eq!(
        exchange.outcome,
        ExchangeOutcome::Disconnect {
            packet_id: 2,
            reason: Some(wanted)
        }
    );
}

#[tokio::test]
async fn the_handler_sees_the_whole_connect() {
    let server = server().answering(|info| {
        let connect = info.connect();
        let source = connect
            .referral_source
            .map(|source| format!("{}:{}", source.host, source.port));
        Answer::disconnect(Some(format!(
            "{:?} {:?} {:?} {:?} {source:?}",
            connect.username,
            connect.language,
            connect.identity_token.map(str::len),
            connect.referral_data,
        )))
    });
    let mut hello = Hello::of(Generation::G2);
    hello.username = "Alder".to_owned();
    hello.language = "de-DE".to_owned();
    hello.identity_token = Some("t".repeat(8192));
    hello.referral_data = Some(vec![7; 3]);
    hello.referral_source = Some(("a.example".to_owned(), 9));
    let exchange = server.client.exchange(&server.dial(), &hello).await;
    let wanted = r#"Some("Alder") Some("de-DE") Some(8192) Some([7, 7, 7]) Some("a.example:9")"#;
    assert_eq!(
        exchange.outcome,
        ExchangeOutcome::Disconnect {
            packet_id: 1,
            reason: Some(wanted.to_owned())
        }
    );
}

#[tokio::test]
async fn no_common_alpn_is_a_tls_alert() {
    let mut server = server().answering(|_| refer());
    let dial = server.dial().alpn(["h3"]);
    let exchange = server
        .client
        .exchange(&dial, &Hello::of(Generation::G4))
        .await;
    assert!(
        matches!(
            exchange.outcome,
            ExchangeOutcome::Ended(Ending::Transport { code: 0x178, .. })
        ),
        "{exchange:?}"
    );
    assert_eq!(server.next().await, Observation::HandshakeFailed);
}

#[tokio::test]
async fn bytes_after_the_first_connect_change_nothing() {
    let mut server = server().answering(|_| refer());
    let hello = Hello::of(Generation::G4);
    let frame = hello.frame().unwrap();
    let mut session = server.connected().await;
    session
        .send(&[&frame[..], &frame[..], b"noise"].concat())
        .await
        .unwrap();
    let _apart = session.send_apart(&frame).await.unwrap();
    assert_eq!(session.answer(&hello).await, referral());
    session.leave();

    assert_eq!(server.next().await, Observation::Finished("referred"));
    // A second decision would be reported before this one.
    let _ = server.hello(Generation::G1).await;
    assert_eq!(server.next().await, Observation::Finished("referred"));
    server.stop();
    server.ended().await.unwrap();
}

#[tokio::test]
async fn a_client_that_stays_is_closed_with_code_0() {
    let server = server()
        .limits(|limits| limits.close_timeout = std::time::Duration::from_millis(200))
        .answering(|_| refer());
    let hello = Hello::of(Generation::G4);
    let mut session = server.connected().await;
    session.send(&hello.frame().unwrap()).await.unwrap();
    assert_eq!(session.answer(&hello).await, referral());
    let ended = crate::support::patiently(session.ended()).await;
    assert_eq!(
        ended,
        Ending::Application {
            code: 0,
            reason: String::new()
        }
    );
}

#[tokio::test]
async fn an_answer_that_can_not_be_said_still_answers() {
    let server = server().answering(|_| Answer::referral("h".repeat(257), 1, None));
    let exchange = server.hello(Generation::G4).await;
    assert_eq!(
        exchange.outcome,
        ExchangeOutcome::Disconnect {
            packet_id: 2,
            reason: None
        }
    );
}
