use super::{Address, AddressError, MAX_ADDRESS};

#[test]
fn what_is_an_address_and_how_it_reads_back() {
    for (text, reads_back) in [
        ("https://keys.example", "https://keys.example/"),
        ("HTTPS://keys.example/?v=1", "https://keys.example/?v=1"),
        (
            "https://[2001:db8::1]:8443/k",
            "https://[2001:db8::1]:8443/k",
        ),
        ("https://10.0.0.1/k", "https://10.0.0.1/k"),
        ("http://LocalHost:80/k", "http://LocalHost:80/k"),
        ("http://[::1]:8080/k@2", "http://[::1]:8080/k@2"),
    ] {
        let address = Address::parse(text).unwrap();
        let shown = reads_back.split('?').next().unwrap();
        assert_eq!(address.to_string(), shown);
        assert_eq!(format!("{address:?}"), format!("Address({shown})"));
        assert_eq!(address.uri(), reads_back);
        assert_eq!(address.is_https(), reads_back.starts_with("https:"));
        assert_eq!(Address::parse(reads_back), Ok(address));
    }
}

#[test]
fn a_path_is_added_to_a_base() {
    for (text, whole) in [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("http://[::1]:4318/", "http://[::1]:4318/v1/traces"),
        (
            "https://a.example/tenant//",
            "https://a.example/tenant/v1/traces",
        ),
    ] {
        let address = Address::parse_base(text, "/v1/traces").unwrap();
        assert_eq!(address.to_string(), whole);
    }
    for text in ["http://a.example/?a=b", "http://a.example#a"] {
        let error = Address::parse_base(text, "/v1/traces").unwrap_err();
        assert_eq!(error, AddressError::NoBase);
    }
    for text in ["http://", "http:///"] {
        let error = Address::parse_base(text, "/v1/traces").unwrap_err();
        assert_eq!(error, AddressError::NoUrl);
    }
}

#[test]
fn what_is_none_and_why() {
    let longest = format!("https://keys.example/{}", "x".repeat(MAX_ADDRESS - 21));
    assert!(Address::parse(&longest).is_ok());
    let long = format!("{longest}x");
    for (text, error) in [
        ("", AddressError::NoScheme),
        ("keys.example/k", AddressError::NoScheme),
        ("ftp://keys.example/k", AddressError::UnknownScheme),
        ("://keys.example/k", AddressError::UnknownScheme),
        ("https://", AddressError::NoUrl),
        ("https:///k", AddressError::NoUrl),
        ("https://:443/k", AddressError::NoHost),
        ("https://keys example/k", AddressError::NoUrl),
        ("https://keys..example/k", AddressError::NoHost),
        ("https://[::1/k", AddressError::NoUrl),
        ("https://keys.example:0/k", AddressError::NoPort),
        ("https://keys.example:/k", AddressError::NoPort),
        ("https://keys.example:65536/k", AddressError::NoPort),
        ("https://keys.example/k#1", AddressError::WithFragment),
        ("https://u@keys.example/k#1", AddressError::WithUser),
        (&long, AddressError::TooLong),
    ] {
        assert_eq!(Address::parse(text), Err(error), "{text}");
        assert_eq!(error.to_string(), error.problem());
    }
    let limit = MAX_ADDRESS.to_string();
    assert!(AddressError::TooLong.problem().contains(&limit));
}

#[test]
fn a_password_is_not_shown_nor_more_than_is_allowed() {
    for (text, shown) in [
        ("https://u:hunter2@keys.example/k", "https://keys.example/k"),
        ("https://hunter2@[::1", "https://[::1"),
        (
            "http://localhost@hunter2@keys.example/k",
            "http://keys.example/k",
        ),
    ] {
        let error = Address::parse(text).unwrap_err();
        assert_eq!(error, AddressError::WithUser);
        assert_eq!(error.shown(text), shown);
    }
    let long = format!("https://{}", "x".repeat(MAX_ADDRESS));
    let shown = AddressError::TooLong.shown(&long);
    assert_eq!(shown, long[..MAX_ADDRESS]);
}

#[test]
fn only_this_machine_is_no_network() {
    for (text, is_in_the_clear) in [
        ("http://localhost/k", false),
        ("http://LOCALHOST:80/k", false),
        ("http://127.0.0.2/k", false),
        ("http://[::1]:80/k", false),
        ("http://keys.example/k", true),
        ("http://10.0.0.1/k", true),
        ("http://127.0.0.1.example/k", true),
        ("http://[::ffff:10.0.0.1]/k", true),
        ("https://keys.example/k", false),
    ] {
        let address = Address::parse(text).unwrap();
        assert_eq!(address.is_in_the_clear(), is_in_the_clear, "{text}");
    }
}

#[test]
fn a_place_has_no_path() {
    let address = Address::parse("https://[::1]:8443/d?key=hunter2").unwrap();
    assert_eq!(address.place(), "https://[::1]:8443");
}
