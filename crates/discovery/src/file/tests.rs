//! Looks at real files, one after another without time between them.

use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::document_source::{DocumentSource, Look};

const GOOD: &str = "backends: [{ host: a, port: 1 }]";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Writes a document with backends of these hosts.
    fn hosts(&self, name: &str, hosts: &[&str]) {
        let entries = hosts
            .iter()
            .map(|host| format!("  - {{ host: {host}, port: 1 }}\n"));
        self.write(name, &format!("backends:\n{}", entries.collect::<String>()));
    }

    fn source(&self, name: &str) -> DocumentSource {
        DocumentSource::new(self.path(name))
    }
}

/// The ids and problems of a changed set.
fn changed(look: Look) -> (Vec<String>, Vec<String>) {
    let Look::Changed { backends, problems } = look else {
        panic!("no changed set: {look:?}");
    };
    let ids = backends.iter().map(|one| one.id.to_string()).collect();
    (ids, problems.iter().map(ToString::to_string).collect())
}

fn ids(look: Look) -> Vec<String> {
    let (ids, problems) = changed(look);
    assert_eq!(problems, [""; 0]);
    ids
}

fn failed(look: Look) -> String {
    let Look::Failed(problem) = look else {
        panic!("no failure: {look:?}");
    };
    problem
}

fn is_same(look: &Look) -> bool {
    matches!(look, Look::Same)
}

/// Looks until the files have settled after the first look, which reads them twice.
fn settle(source: &mut DocumentSource) {
    while !is_same(&source.look()) || !is_same(&source.look()) {}
}

#[test]
fn a_change_is_read_once_two_looks_agree() {
    let folder = Folder::new();
    folder.hosts("a.yaml", &["a"]);
    let mut source = folder.source("a.yaml");
    assert_eq!(ids(source.look()), ["a:1"]);
    settle(&mut source);
    folder.hosts("a.yaml", &["a", "b"]);
    assert!(is_same(&source.look()), "it may still be written to");
    folder.hosts("a.yaml", &["a", "b", "c"]);
    assert!(is_same(&source.look()));
    assert_eq!(ids(source.look()), ["a:1", "b:1", "c:1"]);
    assert!(is_same(&source.look()));
}

#[test]
fn the_first_read_is_repeated_since_the_file_may_be_half_written() {
    let folder = Folder::new();
    folder.hosts("a.yaml", &["a"]);
    let mut source = folder.source("a.yaml");
    assert_eq!(ids(source.look()), ["a:1"]);
    assert!(is_same(&source.look()));
    assert_eq!(ids(source.look()), ["a:1"]);
    assert!(is_same(&source.look()));
    assert!(is_same(&source.look()));
}

#[test]
fn a_single_file_that_is_missing_or_bad_is_a_failure() {
    let folder = Folder::new();
    let mut source = folder.source("a.yaml");
    assert!(failed(source.look()).contains("a.yaml: No such file"));
    folder.write("a.yaml", "backends: {}");
    assert!(failed(source.look()).contains("a.yaml: `backends` is no list"));
    folder.write("a.yaml", GOOD);
    failed(source.look());
    assert_eq!(ids(source.look()), ["a:1"]);
    folder.write("a.yaml", "");
    assert!(is_same(&source.look()));
    assert!(failed(source.look()).contains("no object"));
    fs::remove_file(folder.path("a.yaml")).unwrap();
    assert!(matches!(source.look(), Look::Unsettled));
    assert!(failed(source.look()).contains("No such file"));
    folder.hosts("a.yaml", &["a", "b"]);
    failed(source.look());
    assert_eq!(ids(source.look()), ["a:1", "b:1"]);
}

#[test]
fn a_missing_file_that_comes_back_as_it_was_has_not_changed() {
    let folder = Folder::new();
    folder.write("a.yaml", GOOD);
    let mut source = folder.source("a.yaml");
    settle(&mut source);
    fs::rename(folder.path("a.yaml"), folder.path("b")).unwrap();
    assert!(matches!(source.look(), Look::Unsettled));
    failed(source.look());
    fs::hard_link(folder.path("b"), folder.path("a.yaml")).unwrap();
    assert!(
        is_same(&source.look()),
        "its times differ, and two looks must agree"
    );
    assert_eq!(ids(source.look()), ["a:1"]);
}

#[test]
fn files_of_a_directory_are_merged_in_the_order_of_their_names() {
    let folder = Folder::new();
    folder.hosts("b.yaml", &["b1", "b2"]);
    folder.write("a.json", r#"{"backends": [{"host": "a", "port": 1}]}"#);
    let mut source = folder.source("");
    assert_eq!(ids(source.look()), ["a:1", "b1:1", "b2:1"]);
    settle(&mut source);
    folder.hosts("c.yml", &["c"]);
    assert!(is_same(&source.look()));
    assert_eq!(ids(source.look()), ["a:1", "b1:1", "b2:1", "c:1"]);
    fs::remove_file(folder.path("b.yaml")).unwrap();
    assert!(is_same(&source.look()), "it may be replaced");
    assert_eq!(ids(source.look()), ["a:1", "c:1"]);
    fs::remove_file(folder.path("a.json")).unwrap();
    fs::remove_file(folder.path("c.yml")).unwrap();
    source.look();
    assert_eq!(ids(source.look()), [""; 0]);
}

#[test]
fn a_bad_file_keeps_its_last_good_content() {
    let folder = Folder::new();
    folder.hosts("a.yaml", &["a"]);
    folder.write(
        "b.yaml",
        "backends: [{ host: b, port: 0x }, { host: b, port: 1 }]",
    );
    folder.write("c.yaml", "backends: {");
    let mut source = folder.source("");
    let (ids, problems) = changed(source.look());
    assert_eq!(ids, ["a:1", "b:1"]);
    assert!(
        problems[0].starts_with("b.yaml: backends[0]: "),
        "{problems:?}"
    );
    assert!(
        problems[1].starts_with("c.yaml: not YAML: "),
        "{problems:?}"
    );
    assert!(
        problems[1].ends_with("; it has no backends yet"),
        "{problems:?}"
    );
    settle(&mut source);
    folder.write("a.yaml", "[]");
    folder.hosts("c.yaml", &["c"]);
    source.look();
    let (ids, problems) = changed(source.look());
    assert_eq!(ids, ["a:1", "b:1", "c:1"]);
    let expected = "a.yaml: the document is no object; expected an object with `backends`, a list; \
                    its last good content stays in use";
    assert_eq!(problems[0], expected);
    assert_eq!(problems.len(), 2);
}

#[test]
fn other_kinds_of_files_and_long_files_are_refused() {
    let folder = Folder::new();
    folder.hosts("a.yaml", &["a"]);
    fs::create_dir(folder.path("b.yaml")).unwrap();
    symlink("/dev/zero", folder.path("c.yaml")).unwrap();
    fs::File::create(folder.path("d.yaml"))
        .unwrap()
        .set_len((16 << 20) + 1)
        .unwrap();
    symlink("absent", folder.path("e.yaml")).unwrap();
    folder.write("f\n.yaml", "");
    let (ids, problems) = changed(folder.source("").look());
    assert_eq!(ids, ["a:1"]);
    for (problem, expected) in problems.iter().zip([
        "b.yaml: is a directory; a regular file is needed; it has no backends yet",
        "c.yaml: is a character device",
        "d.yaml: has 16777217 bytes or more; at most 16777216 are allowed",
        "e.yaml: No such file",
        r"f\n.yaml: the document is no object",
    ]) {
        assert!(problem.starts_with(expected), "{problem}");
    }
    assert_eq!(problems.len(), 5);
}

#[test]
fn files_of_a_directory_have_a_bound_in_all() {
    let folder = Folder::new();
    for host in ["a", "b", "c"] {
        folder.hosts(&format!("{host}.yaml"), &[host]);
    }
    let length = fs::metadata(folder.path("a.yaml")).unwrap().len();
    let mut source = folder.source("");
    source.max_total = usize::try_from(length).unwrap() * 5 / 2;
    let (ids, problems) = changed(source.look());
    assert_eq!(ids, ["a:1", "b:1"]);
    let expected = "c.yaml: too long; the files of a directory can have 67108864 bytes in all; \
                    it has no backends yet";
    assert_eq!(problems, [expected]);
    settle(&mut source);
    fs::remove_file(folder.path("a.yaml")).unwrap();
    let looks: Vec<_> = (0..4).map(|_| source.look()).collect();
    let last = looks.into_iter().rfind(|look| !is_same(look)).unwrap();
    assert_eq!(self::ids(last), ["b:1", "c:1"]);
}

#[test]
fn the_swapped_links_of_a_config_map_are_one_change() {
    let folder = Folder::new();
    // As Kubernetes mounts it: a.yaml -> ..data/a.yaml, ..data -> ..1.
    for (version, hosts) in [("..1", ["a", "b"]), ("..2", ["c", "d"])] {
        fs::create_dir(folder.path(version)).unwrap();
        for (name, host) in ["a", "b"].iter().zip(hosts) {
            folder.hosts(&format!("{version}/{name}.yaml"), &[host]);
        }
    }
    symlink("..1", folder.path("..data")).unwrap();
    for name in ["a.yaml", "b.yaml"] {
        symlink(format!("..data/{name}"), folder.path(name)).unwrap();
    }
    let mut source = folder.source("");
    assert_eq!(ids(source.look()), ["a:1", "b:1"]);
    settle(&mut source);
    symlink("..2", folder.path("..next")).unwrap();
    fs::rename(folder.path("..next"), folder.path("..data")).unwrap();
    assert!(is_same(&source.look()));
    assert_eq!(ids(source.look()), ["c:1", "d:1"]);
}

#[test]
fn a_file_may_become_a_directory() {
    let folder = Folder::new();
    folder.hosts("a", &["a"]);
    let mut source = folder.source("a");
    settle(&mut source);
    fs::remove_file(folder.path("a")).unwrap();
    fs::create_dir(folder.path("a")).unwrap();
    folder.hosts("a/b.yaml", &["b"]);
    assert!(is_same(&source.look()));
    assert_eq!(ids(source.look()), ["b:1"]);
}
