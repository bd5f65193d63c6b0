use super::{HostProblem, check_host};

#[test]
fn what_resolvers_take_is_a_host() {
    let label = "x".repeat(63);
    let name = format!("{label}.{label}.{label}.{}", "x".repeat(61));
    assert_eq!(name.len(), 253);
    for host in [
        "lobby",
        "lobby-1.example.com",
        "Lobby.Example.COM.",
        "stack_lobby.1.k3x9",
        "_game._udp.example.com",
        "1.servers.svc",
        "lobby.1",
        "0x7f.example",
        "xn--mnchen-3ya.example.com",
        &label,
        &name,
        &format!("{name}."),
        "127.0.0.1",
        "10.0.0.7",
        "0.0.0.1",
        "::1",
        "[2001:db8::7]",
        "fe80::1%eth0",
        "[fe80::1%2]",
        "::ffff:10.0.0.7",
    ] {
        assert_eq!(check_host(host), Ok(()), "{host}");
    }
}

#[test]
fn what_no_resolver_takes_is_none() {
    use HostProblem::{Character, EmptyLabel, Hyphen, NoMachine, Numeric};
    let character = |found| Character { found };
    let long = "x".repeat(64);
    let name = format!("{}xx", "x.".repeat(126));
    assert_eq!(name.len(), 254);
    for (host, problem) in [
        ("", HostProblem::Empty),
        (".", EmptyLabel),
        ("lobby..example.com", EmptyLabel),
        (".example.com", EmptyLabel),
        ("example.com..", EmptyLabel),
        (&format!("a.{long}"), HostProblem::LongLabel { len: 64 }),
        (&name, HostProblem::TooLong { len: 254 }),
        (&"x".repeat(1 << 20), HostProblem::TooLong { len: 1 << 20 }),
        ("-lobby", Hyphen),
        ("lobby-.example.com", Hyphen),
        ("lobby%20x", character('%')),
        ("lobby#1", character('#')),
        ("lobby\".example.com", character('"')),
        ("lob'by", character('\'')),
        ("a b", character(' ')),
        (" lobby", character(' ')),
        ("a\nb", character('\n')),
        ("a\u{1b}[2K", character('\u{1b}')),
        ("a\0", character('\0')),
        ("a\u{202e}b", character('\u{202e}')),
        ("bücher.example.com", character('ü')),
        ("lobby:5520", character(':')),
        ("https://lobby", character(':')),
        ("u@lobby", character('@')),
        ("lobby/x", character('/')),
        ("[lobby]", character('[')),
        ("[127.0.0.1]", character('[')),
        ("[::1", character('[')),
        ("[]", character('[')),
        ("::1%", character(':')),
        ("::1%a\nb", character(':')),
        ("::1%25%25", character(':')),
        ("$1.example.com", character('$')),
        ("127.1", Numeric),
        ("010.0.0.7", Numeric),
        ("10.0.0.07", Numeric),
        ("10.0.0.7.", Numeric),
        ("2130706433", Numeric),
        ("0x7f000001", Numeric),
        ("0X7F.0.0.1", Numeric),
        ("0x", Numeric),
        ("256.0.0.1", Numeric),
        ("1.2.3.4.5", Numeric),
        ("0.0.0.0", NoMachine),
        ("255.255.255.255", NoMachine),
        ("224.0.0.1", NoMachine),
        ("::", NoMachine),
        ("[::]", NoMachine),
        ("::%eth0", NoMachine),
        ("::ffff:0.0.0.0", NoMachine),
        ("ff02::1", NoMachine),
    ] {
        assert_eq!(check_host(host), Err(problem), "{host:?}");
    }
}
