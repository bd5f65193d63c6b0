//! Servers and networks that fail.

use std::time::Duration;

use hyrouter_testing::kubernetes::{ApiFault, ApiProxy, ApiServer, PodDraft, pods};
use serde_json::json;
use tokio::time::sleep;

use super::{follow, pods_of};

fn draft(name: &str, ip: &str) -> PodDraft {
    PodDraft::new(name, ip).port("game", 5520)
}

#[tokio::test]
async fn a_server_that_is_killed_leaves_the_last_set_and_is_followed_again() {
    let Some(mut server) = ApiServer::start() else {
        return;
    };
    let api = server.admin().await;
    api.namespace("n").await;
    api.pod("n", &draft("a", "10.0.0.1")).await;
    let mut followed = follow(pods_of(server.kubeconfig(), &["n"]));
    followed.until_backends(&["n/a=10.0.0.1:5520"]).await;

    server.kill();
    followed.until_error("pods in namespace \"n\"").await;
    assert_eq!(followed.backends(), ["n/a=10.0.0.1:5520"]);
    // The age grows while the server is unreachable.
    while followed.feed.age().unwrap() < Duration::from_secs(2) {
        sleep(Duration::from_millis(50)).await;
    }
    server.start_again();
    let api = server.admin().await;
    api.pod("n", &draft("b", "10.0.0.2")).await;
    let both = ["n/a=10.0.0.1:5520", "n/b=10.0.0.2:5520"];
    let state = followed.until_backends(&both).await;
    assert_eq!(state.error, None);
    api.delete_now(&pods("n"), "a").await;
    followed.until_backends(&["n/b=10.0.0.2:5520"]).await;

    // A new cluster behind the same address, whose versions are lower.
    server.kill();
    followed.until_error("pods in namespace \"n\"").await;
    server.wipe();
    server.start_again();
    followed.until_backends(&[]).await;
    let api = server.admin().await;
    api.namespace("n").await;
    api.pod("n", &draft("c", "10.0.0.3")).await;
    followed.until_backends(&["n/c=10.0.0.3:5520"]).await;
}

#[tokio::test]
async fn a_server_without_streaming_lists_is_listed_in_pages() {
    let flags = ["--feature-gates=WatchList=false", "--watch-cache=false"];
    let Some(server) = ApiServer::start_with(&flags) else {
        return;
    };
    let api = server.admin().await;
    api.namespace("n").await;
    for number in 0..250 {
        let pod = json!({
            "metadata": {"name": format!("p{number:03}")},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        });
        api.create(&pods("n"), &pod).await;
    }
    let status = json!({"phase": "Running", "podIP": "10.0.0.1"});
    api.patch_status(&pods("n"), "p249", status).await;
    let mut settings = pods_of(server.kubeconfig(), &["n"]);
    settings.resources[0].port.number = Some(5520);
    let mut followed = follow(settings);
    followed.until_backends(&["n/p249=10.0.0.1:5520"]).await;
    // Old versions are gone; the watch continues from the present one.
    api.delete_now(&pods("n"), "p000").await;
    server.compact();
    let status = json!({"phase": "Running", "podIP": "10.0.0.2"});
    api.patch_status(&pods("n"), "p001", status).await;
    let both = ["n/p001=10.0.0.2:5520", "n/p249=10.0.0.1:5520"];
    followed.until_backends(&both).await;
}

#[tokio::test]
async fn overload_cut_and_hanging_connections() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let api = server.admin().await;
    api.namespace("faults").await;
    let proxy = ApiProxy::start(server).await;
    let user = json!({"token": server.admin_token()});
    let kubeconfig = server.kubeconfig_for("faults", &proxy.url(), &user);
    let mut followed = follow(pods_of(kubeconfig, &["faults"]));
    let mut expected = Vec::new();
    let add = async |expected: &mut Vec<String>| {
        let number = expected.len();
        let (name, ip) = (format!("p{number:02}"), format!("10.7.0.{}", number + 1));
        api.pod("faults", &draft(&name, &ip)).await;
        expected.push(format!("faults/{name}={ip}:5520"));
    };
    let overloaded = "HTTP status 429: overloaded, try later";
    for (fault, error) in [
        (ApiFault::Cut, "pods in namespace \"faults\""),
        (ApiFault::Answer("429 Too Many Requests"), overloaded),
        (
            ApiFault::Answer("500 Internal Server Error"),
            "HTTP status 500",
        ),
        (
            ApiFault::Answer("503 Service Unavailable"),
            "HTTP status 503: overloaded",
        ),
        (ApiFault::Hang, "the API server stopped answering"),
    ] {
        // The second one is an event of a watch.
        for _ in 0..2 {
            add(&mut expected).await;
            let shown: Vec<_> = expected.iter().map(String::as_str).collect();
            let state = followed.until_backends(&shown).await;
            assert_eq!(state.error, None);
        }
        proxy.fail(fault);
        // Unseen until the server can be reached again.
        let seen = expected.len();
        add(&mut expected).await;
        let state = followed.until_error(error).await;
        assert_eq!(state.backends.len(), seen);
        proxy.fail(ApiFault::None);
    }
    let shown: Vec<_> = expected.iter().map(String::as_str).collect();
    followed.until_backends(&shown).await;
}
