use super::AdminClient;

#[test]
fn a_token_file_has_the_limits_of_the_router() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let longest = "x".repeat(4096);
    let blanks = format!("{longest}{}", "\n".repeat(4096));
    for (text, problem) in [
        (format!("{longest}\n"), None),
        (blanks.clone(), None),
        (format!("{blanks}\n"), Some("8192")),
        (format!("{longest}x\n"), Some("4096")),
        ("\n".to_owned(), Some("has 0 bytes")),
    ] {
        std::fs::write(&file, &text).unwrap();
        let made = AdminClient::new("127.0.0.1:1", Some(&file));
        let error = made.err().map(|error| format!("{error:#}"));
        match (problem, error) {
            (None, None) => (),
            (Some(problem), Some(error)) => {
                assert!(error.contains(problem), "{error}");
                assert!(!error.contains("xxxxxxxx"), "{error}");
            }
            (_, error) => panic!("{} bytes: {error:?}", text.len()),
        }
    }
}
