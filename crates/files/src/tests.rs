use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::{FileProblem, RegularFile, read_file, read_input, read_text, read_text_input};

fn problem(path: &Path, max: usize) -> String {
    let error = read_file(path, max).unwrap_err();
    assert_eq!(error.path, path);
    let text = error.to_string();
    let after_path = text.strip_prefix(&format!("{}: ", path.display()));
    after_path.unwrap().to_owned()
}

#[test]
fn a_file_is_read_up_to_its_bound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    assert!(read_file(&path, 1).unwrap_err().is_missing());
    fs::write(&path, "12345").unwrap();
    assert_eq!(read_file(&path, 5).unwrap(), b"12345");
    assert_eq!(read_file(&path, usize::MAX).unwrap(), b"12345");
    assert_eq!(
        problem(&path, 4),
        "has 5 bytes or more; at most 4 are allowed"
    );
    fs::write(&path, "").unwrap();
    assert_eq!(read_file(&path, 0).unwrap(), b"");
}

#[test]
fn a_huge_file_is_refused_by_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sparse");
    File::create(&path).unwrap().set_len(2 << 30).unwrap();
    assert_eq!(
        problem(&path, 4096),
        "has 2147483648 bytes or more; at most 4096 are allowed"
    );
}

/// Hangs if a read blocks.
#[cfg(unix)]
#[test]
fn the_kind_of_another_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let socket = folder.path().join("socket");
    let _bound = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    for (path, found) in [
        (folder.path(), "a directory"),
        (&pipe, "a pipe"),
        (&link, "a pipe"),
        (&socket, "a socket"),
        (Path::new("/dev/zero"), "a character device"),
        (Path::new("/dev/null"), "a character device"),
    ] {
        assert_eq!(
            problem(path, 16),
            format!("is {found}; a regular file is needed")
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_of_unknown_length_is_bounded() {
    let path = Path::new("/proc/self/status");
    assert!(RegularFile::open(path).unwrap().metadata().len() == 0);
    assert!(read_file(path, 1 << 20).unwrap().len() > 10);
    assert_eq!(
        problem(path, 10),
        "has 11 bytes or more; at most 10 are allowed"
    );
}

#[test]
fn a_text_is_utf_8() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text");
    fs::write(&path, "grüße").unwrap();
    assert_eq!(*read_text(&path, 16).unwrap(), "grüße");
    fs::write(&path, "\u{feff}grüße").unwrap();
    assert_eq!(*read_text(&path, 16).unwrap(), "grüße");
    for utf16 in [b"\xff\xfea\0", b"\xfe\xff\0a"] {
        fs::write(&path, utf16).unwrap();
        let error = read_text_input(&path, 16).unwrap_err();
        assert_eq!(error.problem.to_string(), "is UTF-16; save it as UTF-8");
    }
    fs::write(&path, b"a\ngr\xfc\xdfe").unwrap();
    let error = read_text(&path, 16).unwrap_err();
    assert_eq!(
        error.problem.to_string(),
        "is not UTF-8 in line 2, byte 4 of the file; save it as UTF-8"
    );
    let error = io::Error::from(error);
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}

#[cfg(unix)]
#[test]
fn an_input_may_be_a_pipe() {
    let (reader, mut writer) = io::pipe().unwrap();
    let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&reader));
    io::Write::write_all(&mut writer, b"piped").unwrap();
    drop(writer);
    assert_eq!(read_input(path.as_ref(), 5).unwrap(), b"piped");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "12345").unwrap();
    let error = read_input(&path, 4).unwrap_err();
    assert!(matches!(
        error.problem,
        FileProblem::TooLong { len: 5, max: 4 }
    ));
}
