use super::{MAX_URL, ServiceUrl, ServiceUrlError, UrlProblem, UrlRules};

const ANY: UrlRules = UrlRules {
    path: None,
    secret: None,
    credentials: None,
};
const BASE: UrlRules = UrlRules {
    path: Some("/v1/traces"),
    ..ANY
};
const SECRET: UrlRules = UrlRules {
    secret: Some("keys"),
    ..ANY
};

fn problem(text: &str, rules: UrlRules) -> UrlProblem {
    ServiceUrl::parse(text, rules).unwrap_err().problem
}

#[test]
fn urls_are_parsed_and_printed() {
    for (text, reads_back) in [
        ("https://keys.example", "https://keys.example/"),
        ("HTTPS://keys.example/?v=1", "https://keys.example/?v=1"),
        (
            "https://[2001:db8::1]:8443/k",
            "https://[2001:db8::1]:8443/k",
        ),
        ("https://10.0.0.1/k", "https://10.0.0.1/k"),
        ("http://LocalHost:80/k", "http://localhost/k"),
        (
            "https://b\u{fc}cher.example/\u{e4}",
            "https://xn--bcher-kva.example/%C3%A4",
        ),
        ("http://[::1]:8080/k@2", "http://[::1]:8080/k@2"),
    ] {
        let address = ServiceUrl::parse(text, ANY).unwrap();
        let shown = reads_back.split('?').next().unwrap();
        assert_eq!(address.to_string(), shown);
        assert_eq!(format!("{address:?}"), format!("ServiceUrl({shown})"));
        assert_eq!(address.uri(), reads_back);
        assert_eq!(address.is_https(), reads_back.starts_with("https:"));
        assert_eq!(ServiceUrl::parse(reads_back, ANY), Ok(address));
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
        let address = ServiceUrl::parse(text, BASE).unwrap();
        assert_eq!(address.to_string(), whole);
    }
    for text in ["http://a.example/?a=b", "http://a.example#a"] {
        assert_eq!(problem(text, BASE), UrlProblem::NotABase);
    }
    for text in ["http://", "http:///"] {
        assert_eq!(problem(text, BASE), UrlProblem::MissingHost);
    }
}

#[test]
fn invalid_urls_are_refused_with_the_reason() {
    let longest = format!("https://keys.example/{}", "x".repeat(MAX_URL - 21));
    assert!(ServiceUrl::parse(&longest, ANY).is_ok());
    let long = format!("{longest}x");
    let long_if_escaped = format!("https://keys.example/{}", "\u{e4}".repeat(400));
    for (text, error) in [
        ("", UrlProblem::MissingScheme),
        ("keys.example/k", UrlProblem::MissingScheme),
        ("ftp://keys.example/k", UrlProblem::UnknownScheme),
        ("://keys.example/k", UrlProblem::UnknownScheme),
        ("https://", UrlProblem::MissingHost),
        ("https:///k", UrlProblem::MissingHost),
        ("https://:443/k", UrlProblem::MissingHost),
        ("https://keys example/k", UrlProblem::Malformed),
        ("https://keys.example/a\tb", UrlProblem::Malformed),
        ("https://keys.example/k\n", UrlProblem::Malformed),
        ("https://\\host/k", UrlProblem::Malformed),
        ("https://host:\\k", UrlProblem::Malformed),
        ("https://keys.example/a\\b", UrlProblem::Malformed),
        (
            "https://keys.example\\@hunter2/k",
            UrlProblem::WithUser(None),
        ),
        ("https://keys..example/k", UrlProblem::InvalidHost),
        ("https://[::1/k", UrlProblem::InvalidHost),
        ("https://keys.example:0/k", UrlProblem::InvalidPort),
        ("https://keys.example:/k", UrlProblem::InvalidPort),
        ("https://keys.example:65536/k", UrlProblem::InvalidPort),
        ("https://keys.example/k#1", UrlProblem::WithFragment),
        ("https://u@keys.example/k#1", UrlProblem::WithUser(None)),
        (&long, UrlProblem::TooLong),
        (&long_if_escaped, UrlProblem::TooLong),
    ] {
        assert_eq!(problem(text, ANY), error, "{text}");
    }
    assert_eq!(problem(&longest, BASE), UrlProblem::TooLong);
}

#[test]
fn passwords_and_long_urls_are_not_printed() {
    let rules = UrlRules {
        credentials: Some("token_file"),
        ..ANY
    };
    for (text, shown) in [
        ("https://u:hunter2@keys.example/k", "https://keys.example/k"),
        ("https://hunter2@[::1", "https://[::1"),
        (
            "https://u:hunter2\\@keys.example/k",
            "https://keys.example/k",
        ),
        (
            "http://localhost@hunter2@keys.example/k",
            "http://keys.example/k",
        ),
    ] {
        let error = ServiceUrl::parse(text, rules).unwrap_err();
        assert_eq!(error.url, shown);
        let text = format!(
            "{shown:?} has a user name or password, which is not sent; set token_file instead"
        );
        assert_eq!(error.to_string(), text);
    }
    let long = format!("https://{}", "x".repeat(MAX_URL));
    let shown = ServiceUrl::parse(&long, ANY).unwrap_err().url;
    assert_eq!(shown, long[..MAX_URL]);
    let ServiceUrlError { url, problem } =
        ServiceUrl::parse("http://keys.example/k?key=hunter2", SECRET).unwrap_err();
    assert_eq!(url, "http://keys.example/k");
    assert_eq!(problem, UrlProblem::InTheClear("keys"));
}

#[test]
fn only_loopback_is_not_a_network() {
    for (text, is_in_the_clear) in [
        ("http://localhost/k", false),
        ("http://LOCALHOST:80/k", false),
        ("http://127.0.0.2/k", false),
        ("http://2130706433/k", false),
        ("http://[::1]:80/k", false),
        ("http://keys.example/k", true),
        ("http://10.0.0.1/k", true),
        ("http://127.0.0.1.example/k", true),
        ("http://[::ffff:10.0.0.1]/k", true),
        ("https://keys.example/k", false),
    ] {
        let is_refused = ServiceUrl::parse(text, SECRET).is_err();
        assert_eq!(is_refused, is_in_the_clear, "{text}");
        assert!(ServiceUrl::parse(text, ANY).is_ok(), "{text}");
    }
}

#[test]
fn a_place_has_no_path() {
    let address = ServiceUrl::parse("https://[::1]:8443/d?key=hunter2", ANY).unwrap();
    assert_eq!(address.origin(), "https://[::1]:8443");
}
