//! `hyrouter plugin new`. `cargo xtask plugin-examples` builds and runs the projects.

use hyrouter_plugin_templates::{ProjectName, Template};

use crate::support::folder;

#[test]
fn each_template_makes_a_project() {
    let folder = folder();
    for (number, template) in Template::all().iter().enumerate() {
        let name = format!("demo-{number}");
        let ran = folder.run(&[
            "plugin",
            "new",
            &name,
            "--lang",
            template.language.as_str(),
            "--kind",
            template.kind.as_str(),
        ]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let project = template
            .project(&ProjectName::parse(&name).unwrap())
            .unwrap();
        for (path, text) in project.files() {
            let file = folder.path(&format!("{name}/{path}"));
            assert_eq!(std::fs::read_to_string(file).unwrap(), text, "{path}");
        }
        for command in project.commands() {
            assert!(ran.stdout.contains(&format!("\n  {command}\n")), "{ran:?}");
        }
        assert!(ran.stdout.contains("hyrouter plugin test --"), "{ran:?}");
    }
}

#[test]
fn what_cannot_be_made_is_refused_with_the_reason() {
    let folder = folder();
    std::fs::create_dir(folder.path("taken")).unwrap();
    let folder = folder.file("taken/mine.txt", "mine");
    let new = |name: &str, lang: &str, kind: &str, path: &str| {
        folder.run(&[
            "plugin", "new", name, "--lang", lang, "--kind", kind, "--path", path,
        ])
    };
    for (name, lang, kind, path, code, text) in [
        ("demo", "rust", "grpc", "taken", 1, "taken is not empty"),
        (
            "demo",
            "python",
            "wasm",
            "new",
            1,
            "there is no template for python and wasm; templates: rust grpc, rust wasm",
        ),
        ("De mo", "rust", "grpc", "new", 1, "the name \"De mo\""),
        ("demo", "cobol", "grpc", "new", 64, "[possible values: rust"),
        (
            "demo",
            "rust",
            "http",
            "new",
            64,
            "[possible values: grpc, wasm]",
        ),
    ] {
        let ran = new(name, lang, kind, path);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.stderr.contains(text), "{ran:?}");
        assert!(!folder.path("new").exists());
    }
    assert_eq!(std::fs::read_dir(folder.path("taken")).unwrap().count(), 1);
}
