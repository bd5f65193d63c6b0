use serde_json::json;

use super::*;

/// A dual-stack game server as the notes on Agones have it.
fn status() -> ServerStatus {
    serde_json::from_value(json!({
        "state": "Ready",
        "address": "node-1.example.test",
        "addresses": [
            {"type": "InternalIP", "address": "10.0.0.11"},
            {"type": "ExternalIP", "address": "203.0.113.11"},
            {"type": "ExternalIP", "address": "2001:db8::11"},
            {"type": "Hostname", "address": "node-1"},
            {"type": "ExternalDNS", "address": "node-1.example.test"},
            {"type": "PodIP", "address": "10.1.0.1"},
            {"type": "PodIP", "address": "fd00::1"},
        ],
        "ports": [{"name": "admin", "port": 7000}, {"name": "game", "port": 7396}, {"name": "query", "port": 7421}],
    }))
    .unwrap()
}

fn spec() -> Vec<SpecPort> {
    let ports: crate::agones::status::ServerPorts = serde_json::from_value(json!({"ports": [
        {"name": "admin", "containerPort": 9000, "protocol": "TCP"},
        {"name": "game", "containerPort": 5520},
        {"name": "query", "containerPort": 5521, "protocol": "TCPUDP"},
    ]}))
    .unwrap();
    ports.ports
}

fn preferring(kinds: &[&str]) -> AgonesSettings {
    AgonesSettings {
        use_address_list: true,
        address_preference: kinds.iter().map(ToString::to_string).collect(),
        ..AgonesSettings::default()
    }
}

fn found(settings: &AgonesSettings) -> Result<(String, u16), &'static str> {
    let (status, spec) = (status(), spec());
    let (host, port) = host_and_port(settings, &status, &spec)?;
    Ok((host.to_owned(), port))
}

#[test]
fn the_address_follows_source_and_preference() {
    let ignored = AgonesSettings {
        use_address_list: false,
        ..preferring(&["ExternalIP"])
    };
    let cases = [
        (AgonesSettings::default(), "node-1.example.test"),
        (ignored, "node-1.example.test"),
        (preferring(&[]), "10.0.0.11"),
        (preferring(&["ExternalIP"]), "203.0.113.11"),
        (preferring(&["PublicIP", "externalip"]), "203.0.113.11"),
        (preferring(&["Hostname", "ExternalIP"]), "node-1"),
        (preferring(&["PublicIP"]), "10.0.0.11"),
    ];
    for (settings, host) in cases {
        assert_eq!(found(&settings).unwrap(), (host.to_owned(), 7396));
    }
}

#[test]
fn an_empty_list_of_addresses_leaves_the_one_of_the_status() {
    let mut status = status();
    status.addresses.clear();
    let settings = preferring(&["ExternalIP"]);
    let (host, _) = host_and_port(&settings, &status, &[]).unwrap();
    assert_eq!(host, "node-1.example.test");
    status.address.clear();
    let found = host_and_port(&settings, &status, &[]);
    assert_eq!(found, Err("it has no address"));
}

#[test]
fn the_port_is_a_number_or_a_name_or_the_first_of_udp() {
    let with = |port: PortSettings| AgonesSettings {
        port,
        ..AgonesSettings::default()
    };
    let named = |name: &str| PortSettings {
        name: Some(name.to_owned()),
        ..PortSettings::default()
    };
    let number = PortSettings {
        number: Some(1234),
        ..named("game")
    };
    let container = PortSettings {
        container_port: Some(1234),
        ..PortSettings::default()
    };
    let cases = [
        (with(PortSettings::default()), Some(7396)),
        (with(named("query")), Some(7421)),
        (with(named("other")), None),
        (with(number), Some(1234)),
        (with(container), Some(7396)),
    ];
    for (settings, port) in cases {
        assert_eq!(found(&settings).ok().map(|(_, port)| port), port);
    }
}

#[test]
fn the_address_of_a_pod_has_the_port_of_the_container() {
    let settings = preferring(&["PodIP"]);
    assert_eq!(found(&settings).unwrap(), ("10.1.0.1".to_owned(), 5520));
    // An answer to an allocation has no container ports. The next address that has a port is taken.
    let status = status();
    let (host, port) = host_and_port(&settings, &status, &[]).unwrap();
    assert_eq!((host, port), ("10.0.0.11", 7000));
    let mut known = settings;
    known.port.container_port = Some(5520);
    let (host, port) = host_and_port(&known, &status, &[]).unwrap();
    assert_eq!((host, port), ("10.1.0.1", 5520));
}

#[test]
fn a_game_server_without_ports_is_reported() {
    let mut status = status();
    for port in [0, -1, 70_000] {
        status.ports.truncate(1);
        status.ports[0].port = port;
        let found = host_and_port(&AgonesSettings::default(), &status, &[]).err();
        assert_eq!(found, Some("it has no port for the game"));
    }
    let null: ServerStatus = serde_json::from_value(json!({
        "state": "Creating", "address": "", "addresses": null, "ports": null, "counters": null, "lists": null,
        "nodeName": null, "players": null,
    }))
    .unwrap();
    let settings = AgonesSettings::default();
    let found = host_and_port(&settings, &null, &[]);
    assert_eq!(found, Err("it has no address"));
}
