use super::{MAX_URL, ServiceUrl, ServiceUrlError};

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
        let address = ServiceUrl::parse(text).unwrap();
        let shown = reads_back.split('?').next().unwrap();
        assert_eq!(address.to_string(), shown);
        assert_eq!(format!("{address:?}"), format!("ServiceUrl({shown})"));
        assert_eq!(address.uri(), reads_back);
        assert_eq!(address.is_https(), reads_back.starts_with("https:"));
        assert_eq!(ServiceUrl::parse(reads_back), Ok(address));
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
        let address = ServiceUrl::parse_base(text, "/v1/traces").unwrap();
        assert_eq!(address.to_string(), whole);
    }
    for text in ["http://a.example/?a=b", "http://a.example#a"] {
        let error = ServiceUrl::parse_base(text, "/v1/traces").unwrap_err();
        assert_eq!(error, ServiceUrlError::NotABase);
    }
    for text in ["http://", "http:///"] {
        let error = ServiceUrl::parse_base(text, "/v1/traces").unwrap_err();
        assert_eq!(error, ServiceUrlError::Malformed);
    }
}

#[test]
fn what_is_none_and_why() {
    let longest = format!("https://keys.example/{}", "x".repeat(MAX_URL - 21));
    assert!(ServiceUrl::parse(&longest).is_ok());
    let long = format!("{longest}x");
    for (text, error) in [
        ("", ServiceUrlError::MissingScheme),
        ("keys.example/k", ServiceUrlError::MissingScheme),
        ("ftp://keys.example/k", ServiceUrlError::UnknownScheme),
        ("://keys.example/k", ServiceUrlError::UnknownScheme),
        ("https://", ServiceUrlError::Malformed),
        ("https:///k", ServiceUrlError::Malformed),
        ("https://:443/k", ServiceUrlError::InvalidHost),
        ("https://keys example/k", ServiceUrlError::Malformed),
        ("https://keys..example/k", ServiceUrlError::InvalidHost),
        ("https://[::1/k", ServiceUrlError::Malformed),
        ("https://keys.example:0/k", ServiceUrlError::InvalidPort),
        ("https://keys.example:/k", ServiceUrlError::InvalidPort),
        ("https://keys.example:65536/k", ServiceUrlError::InvalidPort),
        ("https://keys.example/k#1", ServiceUrlError::WithFragment),
        ("https://u@keys.example/k#1", ServiceUrlError::WithUser),
        (&long, ServiceUrlError::TooLong),
    ] {
        assert_eq!(ServiceUrl::parse(text), Err(error), "{text}");
        assert_eq!(error.to_string(), error.problem());
    }
    let limit = MAX_URL.to_string();
    assert!(ServiceUrlError::TooLong.problem().contains(&limit));
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
        let error = ServiceUrl::parse(text).unwrap_err();
        assert_eq!(error, ServiceUrlError::WithUser);
        assert_eq!(error.shown(text), shown);
    }
    let long = format!("https://{}", "x".repeat(MAX_URL));
    let shown = ServiceUrlError::TooLong.shown(&long);
    assert_eq!(shown, long[..MAX_URL]);
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
        let address = ServiceUrl::parse(text).unwrap();
        assert_eq!(address.is_in_the_clear(), is_in_the_clear, "{text}");
    }
}

#[test]
fn a_place_has_no_path() {
    let address = ServiceUrl::parse("https://[::1]:8443/d?key=hunter2").unwrap();
    assert_eq!(address.origin(), "https://[::1]:8443");
}
