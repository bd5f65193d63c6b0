//! Addresses of containers.

use hyrouter_discovery::{DockerAddress, SourceSettings, SourceState};
use hyrouter_testing::engine::ContainerEngine;

use super::{ENABLED, PORT, network, on_both_engines, settings};
use crate::followed::Followed;

on_both_engines!(
    the_address_is_that_of_the_container,
    the_port_is_the_published_one,
    the_address_is_in_the_labels,
    fifty_containers_come_at_once,
);

fn follow(engine: &ContainerEngine, address: DockerAddress) -> Followed {
    Followed::new(SourceSettings::Docker(settings(&engine.socket(), address)))
}

fn address_of(state: &SourceState, name: &str) -> Option<String> {
    let mut backends = state.backends.iter();
    let found = backends.find(|found| &*found.id == name)?;
    Some(found.backend.to_string())
}

fn has_problem(state: &SourceState, name: &str, text: &str) -> bool {
    let entry = format!("container {name}");
    let mut problems = state.problems.iter();
    problems.any(|one| one.entry == entry && one.problem.contains(text))
}

async fn the_address_is_that_of_the_container(engine: &ContainerEngine) {
    engine.call(&["network", "create", "games"]);
    engine.run("lobby", &[ENABLED, PORT, "--network=games"]);
    engine.run(
        "published",
        &[ENABLED, "--network=games", "--publish=5600:5521/udp"],
    );
    engine.run("elsewhere", &[ENABLED, PORT]);
    engine.run("machine", &[ENABLED, PORT, "--network=host"]);
    let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let ip = |name: &str| {
        engine
            .call(&["inspect", "--format", format, name])
            .trim()
            .to_owned()
    };
    let (lobby, published) = (
        format!("{}:5520", ip("lobby")),
        format!("{}:5521", ip("published")),
    );
    let mut followed = follow(engine, network(Some("games")));
    let is_as_expected = |state: &SourceState| {
        address_of(state, "lobby").as_ref() == Some(&lobby)
            && address_of(state, "published").as_ref() == Some(&published)
            && has_problem(state, "elsewhere", "it is not in the network games")
            && has_problem(state, "machine", "docker.address label")
    };
    followed
        .until(&format!("{lobby} and {published}"), is_as_expected)
        .await;
}

async fn the_port_is_the_published_one(engine: &ContainerEngine) {
    let host = "203.0.113.7".to_owned();
    let mut followed = follow(engine, DockerAddress::Published { host });
    engine.run(
        "lobby",
        &[
            ENABLED,
            "--publish=127.0.0.1:5599:5520/udp",
            "--publish=5598:5520/tcp",
        ],
    );
    engine.run(
        "two",
        &[
            ENABLED,
            PORT,
            "--publish=5600:5520/udp",
            "--publish=5601:5521/udp",
        ],
    );
    engine.run("hidden", &[ENABLED, PORT]);
    engine.run(
        "machine",
        &[ENABLED, "--label=hyrouter.port=5530", "--network=host"],
    );
    let is_as_expected = |state: &SourceState| {
        let of_machine = if engine.is_podman() {
            has_problem(state, "machine", "docker.address label")
        } else {
            address_of(state, "machine").as_deref() == Some("203.0.113.7:5530")
        };
        address_of(state, "lobby").as_deref() == Some("203.0.113.7:5599")
            && address_of(state, "two").as_deref() == Some("203.0.113.7:5600")
            && has_problem(
                state,
                "hidden",
                "UDP port 5520 (label hyrouter.port) is not published",
            )
            && of_machine
    };
    followed.until("the published ports", is_as_expected).await;
}

async fn the_address_is_in_the_labels(engine: &ContainerEngine) {
    let mut followed = follow(engine, DockerAddress::Label);
    let host = "--label=hyrouter.host=lobby.example.com";
    engine.run("lobby", &[ENABLED, PORT, host, "--network=host"]);
    engine.run("nameless", &[ENABLED, PORT]);
    let is_as_expected = |state: &SourceState| {
        address_of(state, "lobby").as_deref() == Some("lobby.example.com:5520")
            && has_problem(state, "nameless", "label hyrouter.host is missing")
    };
    followed
        .until("the address of the label", is_as_expected)
        .await;
}

async fn fifty_containers_come_at_once(engine: &ContainerEngine) {
    let names: Vec<_> = (0..50).map(|number| format!("lobby-{number:02}")).collect();
    let host = "--label=hyrouter.host=10.0.0.1";
    let mut followed = follow(engine, DockerAddress::Label);
    for (number, name) in names.iter().enumerate() {
        let port = format!("--label=hyrouter.port={}", 6000 + number);
        // A container without a network starts faster.
        engine.run(name, &[ENABLED, host, &port, "--network=none"]);
    }
    let are_all = |state: &SourceState| {
        let found = state.backends.iter().map(|found| &*found.id);
        found.eq(names.iter().map(String::as_str))
    };
    followed
        .until("50 containers in the order of their names", are_all)
        .await;
}
