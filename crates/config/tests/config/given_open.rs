//! Configurations from a pipe.

use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;

use crate::support::{load_file, load_named};

#[test]
fn a_pipe_is_read_once_as_json_or_yaml() {
    for text in [
        "routing:\n  default:\n    backends: [{host: a, port: 7}]\n",
        "{routing: {default: {backends: [{host: a, port: 7}]}}}",
        "\u{feff}{\n\t\"routing\": {\"default\": {\"backends\": [{\"host\": \"a\", \"port\": 7}]}}}",
    ] {
        let (reader, mut writer) = io::pipe().unwrap();
        let fd = reader.as_raw_fd();
        writer.write_all(text.as_bytes()).unwrap();
        drop(writer);
        let pool = load_file(format!("/proc/self/fd/{fd}").into()).unwrap();
        assert_eq!(pool.routing.default.unwrap().backends[0].port, 7);
        let again = load_file(format!("/dev/fd/{fd}").into()).unwrap_err();
        assert_eq!(
            again.to_string(),
            format!(
                "/dev/fd/{fd}: the input is empty; a pipe can be read only once, so a reload needs a file"
            )
        );
    }
}

#[test]
fn mistakes_of_a_pipe_name_their_line() {
    let (reader, mut writer) = io::pipe().unwrap();
    let path = format!("/dev/fd/{}", reader.as_raw_fd());
    writer.write_all(b"routing:\n  default: [\n").unwrap();
    drop(writer);
    let error = load_file(path.clone().into()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{path}:2:12: ")), "{error}");
}

/// Checks that a named pipe is refused, since it may never have a writer.
#[test]
fn a_named_pipe_and_a_file_without_extension_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let error = load_file(path).unwrap_err().to_string();
    assert!(
        error.ends_with("is a pipe; a regular file is needed"),
        "{error}"
    );
    let error = load_named("config", "routing: {}", [("", ""); 0]).unwrap_err();
    assert!(
        error.to_string().contains("unknown file extension"),
        "{error}"
    );
}
