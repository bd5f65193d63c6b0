//! Containers that come, change and go.

use std::process::Stdio;

use hyrouter_discovery::SourceSettings;
use hyrouter_testing::engine::ContainerEngine;

use super::{ENABLED, PORT, follow, names, network, on_both_engines, settings};
use crate::followed::Followed;

on_both_engines!(
    containers_come_and_go,
    a_paused_container_is_out,
    a_container_is_in_when_its_health_check_succeeds,
    a_container_is_out_when_it_begins_to_stop,
    a_signal_that_does_not_end_a_container_keeps_it,
    labels_are_those_of_the_new_container,
    a_selector_chooses,
);

async fn containers_come_and_go(engine: &ContainerEngine) {
    engine.run("first", &[ENABLED, PORT]);
    let mut followed = follow(&engine.socket());
    names(&mut followed, &["first"]).await;
    engine.run("second", &[ENABLED, PORT]);
    engine.run("other", &[PORT]);
    engine.run("another", &["--label=hyrouter.enable=false", PORT]);
    names(&mut followed, &["first", "second"]).await;
    engine.call(&["kill", "first"]);
    names(&mut followed, &["second"]).await;
    engine.call(&["start", "first"]);
    names(&mut followed, &["first", "second"]).await;
    engine.call(&["rename", "second", "third"]);
    names(&mut followed, &["first", "third"]).await;
    engine.call(&["rm", "--force", "first", "third"]);
    names(&mut followed, &[]).await;
}

async fn a_paused_container_is_out(engine: &ContainerEngine) {
    let mut followed = follow(&engine.socket());
    engine.run("lobby", &[ENABLED, PORT]);
    names(&mut followed, &["lobby"]).await;
    engine.call(&["pause", "lobby"]);
    names(&mut followed, &[]).await;
    engine.call(&["unpause", "lobby"]);
    names(&mut followed, &["lobby"]).await;
}

async fn a_container_is_in_when_its_health_check_succeeds(engine: &ContainerEngine) {
    let mut followed = follow(&engine.socket());
    let check = "--health-cmd=test -e /ready";
    let options = [
        ENABLED,
        PORT,
        check,
        "--health-interval=1s",
        "--health-retries=1",
    ];
    engine.run("checked", &options);
    engine.run("unchecked", &[ENABLED, PORT]);
    names(&mut followed, &["unchecked"]).await;
    let make = |command: &str| {
        engine.call(&["exec", "checked", command, "/ready"]);
        // Podman leaves the checks to systemd, which is not everywhere.
        if engine.is_podman() {
            drop(engine.client(&["healthcheck", "run", "checked"]).output());
        }
    };
    make("touch");
    names(&mut followed, &["checked", "unchecked"]).await;
    make("rm");
    names(&mut followed, &["unchecked"]).await;
    make("touch");
    names(&mut followed, &["checked", "unchecked"]).await;
}

async fn a_container_is_out_when_it_begins_to_stop(engine: &ContainerEngine) {
    let mut followed = follow(&engine.socket());
    // The first process of a container ignores SIGTERM, so that the stop takes its whole grace.
    engine.run("lobby", &[ENABLED, PORT]);
    names(&mut followed, &["lobby"]).await;
    let mut stop = engine.client(&["stop", "--time", "600", "lobby"]);
    let mut stop = stop
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    names(&mut followed, &[]).await;
    assert!(stop.try_wait().unwrap().is_none(), "the stop has ended");
    engine.call(&["kill", "lobby"]);
    stop.wait().unwrap();
    engine.call(&["start", "lobby"]);
    names(&mut followed, &["lobby"]).await;
}

async fn a_signal_that_does_not_end_a_container_keeps_it(engine: &ContainerEngine) {
    let mut followed = follow(&engine.socket());
    engine.run("lobby", &[ENABLED, PORT]);
    names(&mut followed, &["lobby"]).await;
    engine.call(&["kill", "--signal", "HUP", "lobby"]);
    // The event before this one is a signal to the other container.
    engine.run("second", &[ENABLED, PORT]);
    names(&mut followed, &["lobby", "second"]).await;
}

async fn labels_are_those_of_the_new_container(engine: &ContainerEngine) {
    let mut followed = follow(&engine.socket());
    let hostname = "--label=hyrouter.hostname=new.example.com";
    let region = "--label=hyrouter.meta.region=eu";
    engine.run(
        "lobby",
        &[ENABLED, PORT, hostname, region, "--label=hyrouter.weight=3"],
    );
    let is_new = |state: &hyrouter_discovery::SourceState| {
        let [found] = &*state.backends else {
            return false;
        };
        let meta = &found.backend.meta;
        meta["hostname"] == "new.example.com"
            && meta["region"] == "eu"
            && meta["label.hyrouter.weight"] == "3"
            && found.backend.weight == 3
    };
    followed.until("the facts", is_new).await;
    engine.call(&["rm", "--force", "lobby"]);
    engine.run("lobby", &[ENABLED, PORT, "--label=hyrouter.drained=true"]);
    let is_drained = |state: &hyrouter_discovery::SourceState| {
        let [found] = &*state.backends else {
            return false;
        };
        found.backend.drained && !found.backend.meta.contains_key("hostname")
    };
    followed.until("the drained container", is_drained).await;
    engine.run("bad", &[ENABLED, "--label=hyrouter.port=x"]);
    let problem = "container bad: label hyrouter.port is \"x\"; allowed: 1 to 65535";
    let is_reported = |state: &hyrouter_discovery::SourceState| {
        state.backends.len() == 1 && state.problems.iter().any(|one| one.to_string() == problem)
    };
    followed.until(problem, is_reported).await;
}

async fn a_selector_chooses(engine: &ContainerEngine) {
    let mut settings = settings(&engine.socket(), network(None));
    settings.selector = "tier=lobby,!retired,size in (1,2)".parse().unwrap();
    let mut followed = Followed::new(SourceSettings::Docker(settings));
    let tier = "--label=tier=lobby";
    engine.run("chosen", &[ENABLED, PORT, tier, "--label=size=2"]);
    engine.run(
        "retired",
        &[ENABLED, PORT, tier, "--label=size=2", "--label=retired=yes"],
    );
    engine.run("third-size", &[ENABLED, PORT, tier, "--label=size=3"]);
    engine.run(
        "arena",
        &[ENABLED, PORT, "--label=tier=arena", "--label=size=1"],
    );
    engine.run("last", &[ENABLED, PORT, tier, "--label=size=1"]);
    names(&mut followed, &["chosen", "last"]).await;
}
