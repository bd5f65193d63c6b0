//! A collector is who its certificate says, or gets nothing.

use hyrouter_traces::TracerOptions;
use tokio::net::TcpListener;

use crate::collector::Collector;
use crate::{counts, open, record};
use hyrouter_testing::authority::Authority;
use hyrouter_testing::clock::{Clock, until};

/// A collector with a certificate for this host.
async fn collector(authority: &Authority, host: &str) -> Collector {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Collector::on(listener, Some(authority.acceptor(host)), [])
}

fn trusting(authority: &Authority, collector: &Collector) -> TracerOptions {
    TracerOptions::new(format!("https://{}", collector.address))
        .with_ca_file(Some(authority.file()))
}

#[tokio::test(start_paused = true)]
async fn a_collector_is_trusted_by_an_authority_of_ones_own() {
    let _clock = Clock::hold().await;
    let authority = Authority::new();
    let collector = collector(&authority, "127.0.0.1").await;
    let tracer = open(&trusting(&authority, &collector));
    record(&tracer, 0..128);
    until("a batch", || counts(&tracer) == (256, 0, 0)).await;
    assert!(
        rustls::crypto::CryptoProvider::get_default().is_none(),
        "nothing is installed for the whole process"
    );
}

#[tokio::test(start_paused = true)]
async fn a_collector_of_another_authority_or_name_is_not() {
    let clock = Clock::hold().await;
    let (ours, theirs) = (Authority::new(), Authority::new());
    for (authority, host) in [(&theirs, "127.0.0.1"), (&ours, "127.0.0.2")] {
        let collector = collector(authority, host).await;
        let tracer = open(&trusting(&ours, &collector));
        record(&tracer, 0..128);
        until("a handshake that ended", || {
            collector.closed_by_client() == 1
        })
        .await;
        clock.settle().await;
        assert_eq!((collector.count(), counts(&tracer)), (0, (0, 0, 0)));
    }
}
