use super::*;

const PLAIN: &str = "correct horse battery staple 012";

/// Returns a token sealed with the key, as a client sees it.
fn sealed(key: &AddressTokenKey) -> Vec<u8> {
    let mut data = b"token".to_vec();
    key.for_quic()
        .aead_from_hkdf(&[7; 16])
        .seal(&mut data, &[])
        .unwrap();
    data
}

#[test]
fn the_three_forms_of_one_secret_are_one_key() {
    let plain = sealed(&AddressTokenKey::parse(PLAIN).unwrap());
    let hex = format!(" HEX: {}\n", hex::encode(PLAIN));
    let base64 = format!("base64:{}", BASE64.encode(PLAIN));
    assert_eq!(sealed(&AddressTokenKey::parse(&hex).unwrap()), plain);
    assert_eq!(sealed(&AddressTokenKey::parse(&base64).unwrap()), plain);
    let unpadded = base64.trim_end_matches('=');
    assert_eq!(sealed(&AddressTokenKey::parse(unpadded).unwrap()), plain);
    let other = AddressTokenKey::parse("correct horse battery staple 013").unwrap();
    assert_ne!(sealed(&other), plain);
}

#[test]
fn what_is_no_key_is_refused_and_never_printed() {
    for (text, says) in [
        ("", "has 0 bytes"),
        ("hunter2", "has 7 bytes"),
        ("hex:0011223344556677", "has 8 bytes"),
        ("hex:hunter2", "hexadecimal"),
        ("base64:hunter2!", "standard base64"),
    ] {
        let error = AddressTokenKey::parse(text).unwrap_err();
        assert!(error.to_string().contains(says), "{text}: {error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    let key = AddressTokenKey::parse(PLAIN).unwrap();
    assert_eq!(format!("{key:?}"), "AddressTokenKey(..)");
}

#[test]
fn a_file_is_named_in_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let says = |what: &str| {
        let error = AddressTokenKey::read(&path).unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
        assert!(error.contains(what), "{error}");
    };
    says("No such file");
    std::fs::write(&path, "short").unwrap();
    says("has 5 bytes");
    std::fs::write(&path, [0xff; 40]).unwrap();
    says("UTF-8");
    std::fs::write(&path, "x".repeat(5_000)).unwrap();
    says("at most 4096");
    std::fs::write(&path, format!("{PLAIN}\n")).unwrap();
    let read = AddressTokenKey::read(&path).unwrap();
    assert_eq!(
        sealed(&read),
        sealed(&AddressTokenKey::parse(PLAIN).unwrap())
    );
}
