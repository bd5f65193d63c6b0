use super::{JwksSource, MAX_URL};

#[test]
fn urls_are_parsed_and_printed() {
    for (text, reads_back) in [
        (
            "https://sessions.hytale.com/.well-known/jwks.json",
            "https://sessions.hytale.com/.well-known/jwks.json",
        ),
        ("https://keys.example", "https://keys.example/"),
        ("HTTPS://keys.example/?v=S3cr3t", "https://keys.example/"),
        (
            "https://[2001:db8::1]:8443/k",
            "https://[2001:db8::1]:8443/k",
        ),
        ("https://10.0.0.1/k", "https://10.0.0.1/k"),
        ("http://localhost/k", "http://localhost/k"),
        ("http://LocalHost:80/k", "http://localhost/k"),
        ("http://127.0.0.1:8080/k", "http://127.0.0.1:8080/k"),
        ("http://127.9.9.9/k", "http://127.9.9.9/k"),
        ("http://[::1]:8080/k@2", "http://[::1]:8080/k@2"),
    ] {
        let source = JwksSource::parse(text).unwrap();
        assert!(matches!(source, JwksSource::Url(_)), "{text}");
        assert_eq!(source.to_string(), reads_back);
        assert!(!format!("{source:?}").contains("S3cr3t"));
    }
}

#[test]
fn texts_without_a_scheme_are_files() {
    for text in ["jwks.json", "./jwks.json", "/etc/keys", "https", "C:\\keys"] {
        assert_eq!(JwksSource::parse(text), Ok(JwksSource::File(text.into())));
    }
}

#[test]
fn invalid_sources_are_refused_with_the_reason() {
    let long = format!("https://keys.example/{}", "x".repeat(MAX_URL));
    for (text, problem) in [
        ("", "is empty"),
        ("a\0b", "zero byte"),
        ("ftp://keys.example/k", "has an unknown scheme"),
        ("file:///etc/keys", "has an unknown scheme"),
        ("https://", "no host"),
        ("https:///k", "no host"),
        ("https://:443/k", "no host"),
        ("https://keys example/k", "is not a URL"),
        ("https://keys..example/k", "neither a name"),
        ("https://[::1/k", "neither a name"),
        ("https://keys.example:0/k", "has a port"),
        ("https://keys.example:/k", "has a port"),
        ("https://keys.example:65536/k", "has a port"),
        ("https://keys.example/k#1", "has a fragment"),
        ("http://keys.example/k", "in the clear"),
        ("http://10.0.0.1/k", "in the clear"),
        ("http://127.0.0.1.example/k", "in the clear"),
        ("http://[::ffff:10.0.0.1]/k", "in the clear"),
        (&long, "2048 bytes"),
    ] {
        let error = JwksSource::parse(text).unwrap_err().to_string();
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn a_password_is_not_repeated() {
    for text in [
        "https://u:hunter2@keys.example/k",
        "https://hunter2@keys.example",
        "https://hunter2@[::1",
        "http://localhost@hunter2@keys.example/k",
    ] {
        let error = JwksSource::parse(text).unwrap_err().to_string();
        assert!(error.contains("user name or password"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let in_the_clear = JwksSource::parse("http://keys.example/k?key=hunter2").unwrap_err();
    assert!(!in_the_clear.to_string().contains("hunter2"));
}
