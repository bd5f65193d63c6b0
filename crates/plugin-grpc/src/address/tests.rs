use super::PluginAddress;
use super::parse::MAX_SOCKET_PATH;

#[test]
fn addresses_are_parsed_and_printed() {
    for (text, reads_back) in [
        ("127.0.0.1:7777", "127.0.0.1:7777"),
        ("localhost:0", "localhost:0"),
        ("bans_1.default.svc:65535", "bans_1.default.svc:65535"),
        ("[::1]:7777", "[::1]:7777"),
        ("http://bans", "http://bans:80"),
        ("http://bans:7777/", "http://bans:7777"),
        ("HTTPS://bans", "https://bans:443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]:443"),
        ("unix:/run/bans.sock", "unix:/run/bans.sock"),
        ("dns:///bans:7777", "bans:7777"),
        ("dns:bans:7777", "bans:7777"),
        ("passthrough:///127.0.0.1:7777", "127.0.0.1:7777"),
        ("passthrough:[::1]:7777", "[::1]:7777"),
        ("unix:///run/bans.sock", "unix:/run/bans.sock"),
        ("unix:run/bans.sock", "unix:run/bans.sock"),
    ] {
        let address = PluginAddress::parse(text).unwrap();
        assert_eq!(address.to_string(), reads_back);
        assert_eq!(PluginAddress::parse(reads_back).unwrap(), address);
    }
}

#[test]
fn invalid_addresses_are_refused_with_the_reason() {
    let long = format!("unix:/{}", "x".repeat(MAX_SOCKET_PATH));
    for (text, problem) in [
        ("", "has no host"),
        ("bans", "has no port"),
        (":7777", "has no host"),
        ("bans:", "has a port"),
        ("bans:+1", "has a port"),
        ("bans:65536", "has a port"),
        ("bans:7777x", "has a port"),
        ("::1:7777", "several colons"),
        ("[::1:7777", "not closed"),
        ("[bans]:7777", "not an IPv6 address"),
        ("[::1]7777", "after the bracket"),
        ("[::1]", "has no port"),
        ("user@bans:7777", "neither a name"),
        (" bans:7777", "neither a name"),
        ("bäns:7777", "neither a name"),
        ("bans:7777/", "has a path"),
        ("http://bans/plugin", "has a path"),
        ("http://bans?x", "has a path"),
        ("http://", "has no host"),
        ("dns:///bans", "has no port"),
        ("dns://8.8.8.8/bans:7777", "three slashes"),
        ("xds:///bans:7777", "an unknown scheme"),
        ("ftp://bans:7777", "an unknown scheme"),
        ("unix:", "has no path"),
        ("unix://", "has a host"),
        ("unix://run/bans.sock", "has a host"),
        ("unix:a\0b", "zero byte"),
        (&long, "107 bytes"),
    ] {
        let error = PluginAddress::parse(text).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
        // A user, a password or a query can be a secret.
        let shown = match text {
            "user@bans:7777" => "bans:7777",
            "http://bans?x" => "http://bans",
            _ => text,
        };
        assert!(error.contains(&format!("{shown:?}")), "{error}");
    }
}
