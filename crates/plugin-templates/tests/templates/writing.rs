//! A project on disk.

use std::fs;

use hyrouter_plugin_templates::{
    PluginLanguage, Project, ProjectName, Template, TemplateError, TemplateKind,
};

fn project() -> Project {
    let template = Template::find(PluginLanguage::Rust, TemplateKind::Wasm).unwrap();
    template
        .project(&ProjectName::parse("demo").unwrap())
        .unwrap()
}

#[test]
fn a_project_is_written_into_a_new_or_empty_folder() {
    let place = tempfile::tempdir().unwrap();
    let project = project();
    for folder in [place.path().join("new/demo"), place.path().join("empty")] {
        if folder.ends_with("empty") {
            fs::create_dir(&folder).unwrap();
        }
        project.write(&folder).unwrap();
        for (path, text) in project.files() {
            assert_eq!(
                fs::read_to_string(folder.join(path)).unwrap(),
                text,
                "{path}"
            );
        }
    }
}

#[test]
fn nothing_is_overwritten() {
    let place = tempfile::tempdir().unwrap();
    let mine = place.path().join("Cargo.toml");
    fs::write(&mine, "mine").unwrap();
    let error = project().write(place.path()).unwrap_err();
    assert!(matches!(error, TemplateError::NotEmpty { .. }), "{error}");
    assert!(
        error
            .to_string()
            .ends_with("is not empty; name another folder with --path")
    );
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");

    let error = project().write(&mine).unwrap_err();
    assert!(matches!(error, TemplateError::Io { .. }), "{error}");
}
