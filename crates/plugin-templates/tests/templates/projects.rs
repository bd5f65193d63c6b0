//! The files of each project.

use std::collections::BTreeMap;

use hyrouter_plugin_templates::{
    Kit, PluginLanguage, PluginProduct, Project, ProjectName, Template, TemplateKind,
};

fn project(template: &'static Template) -> Project {
    let name = ProjectName::parse("vip-lobby").unwrap();
    template.project(&name).unwrap()
}

fn files(template: &'static Template) -> BTreeMap<String, String> {
    let project = project(template);
    let files = project.files();
    files
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect()
}

#[test]
fn nothing_leads_out_of_a_project() {
    for template in Template::all() {
        for (path, text) in files(template) {
            let own = !path.starts_with("hyrouter/") && !path.starts_with("hyrouter-plugin/");
            let depth = path.matches('/').count();
            let outside = format!("](../{}", "../".repeat(depth));
            assert!(
                !text.contains(&outside),
                "{path}: a link out of the project"
            );
            for leftover in ["../sdk/", "../../crates/", "../../sdk"] {
                assert!(!own || !text.contains(leftover), "{path}: {leftover}");
            }
        }
    }
}

#[test]
fn a_project_has_its_name_and_not_the_one_of_the_example() {
    for template in Template::all() {
        let files = files(template);
        let is_package = |path: &str| {
            let packages = [
                "Cargo.toml",
                "go.mod",
                "package.json",
                "package-lock.json",
                "pom.xml",
                "pyproject.toml",
            ];
            packages.contains(&path)
        };
        let packages: Vec<_> = files.iter().filter(|(path, _)| is_package(path)).collect();
        for (path, text) in packages {
            assert!(text.contains("vip-lobby"), "{}/{path}", template.folder);
            let old = format!("\"example-{}\"", template.folder);
            assert!(!text.contains(&old), "{}/{path}", template.folder);
        }
    }
}

#[test]
fn the_readme_has_the_commands() {
    for template in Template::all() {
        // A long command has two lines.
        let readme = files(template)["README.md"].replace("\\\n    ", "");
        let mut commands: Vec<_> = project(template).commands().map(str::to_owned).collect();
        match template.product {
            PluginProduct::Server(command) => {
                commands.push(command.to_owned());
                commands.push("hyrouter plugin test --grpc 127.0.0.1:7777 --cases cases".into());
                commands.extend(["FROM ", "COPY ", "USER ", "[\""].map(str::to_owned));
            }
            PluginProduct::Module(_) => commands.push("hyrouter plugin test --wasm ".into()),
        }
        for command in commands {
            assert!(
                readme.contains(&command),
                "examples/{}/README.md does not have `{command}`",
                template.folder
            );
        }
    }
}

#[test]
fn a_project_has_cases_and_its_kit() {
    for template in Template::all() {
        let files = files(template);
        let count = |prefix: &str| files.keys().filter(|path| path.starts_with(prefix)).count();
        assert!(count("cases/") >= 5, "{}", template.folder);
        match template.kit {
            Kit::None => assert_eq!(count("hyrouter"), 0),
            Kit::Folder(_) => assert!(count("hyrouter-plugin/") > 0, "{}", template.folder),
            Kit::Crates(crates) => {
                for name in crates {
                    let manifest = format!("hyrouter/crates/{name}/Cargo.toml");
                    assert!(files.contains_key(&manifest), "{manifest}");
                }
                assert!(files.contains_key("hyrouter/LICENSE-MIT"));
            }
        }
    }
}

#[test]
fn the_manifest_of_the_crates_has_what_they_inherit() {
    let rust = Template::find(PluginLanguage::Rust, TemplateKind::Grpc).unwrap();
    let files = files(rust);
    let manifest = &files["hyrouter/Cargo.toml"];
    assert!(manifest.starts_with("[workspace]\n"));
    for line in [
        "members = [\"crates/*\"]",
        "[workspace.package]",
        "hyrouter-plugin-api = { version = \"0.1.0\", path = \"crates/plugin-api\" }",
        "[workspace.lints.rust]",
    ] {
        assert!(manifest.contains(line), "{line}");
    }
    for line in ["default-members", "[profile", "bins/"] {
        assert!(!manifest.contains(line), "{line}");
    }
}

#[test]
fn a_combination_that_does_not_exist_names_those_that_do() {
    let error = Template::find(PluginLanguage::Python, TemplateKind::Wasm).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("there is no template for python and wasm; templates: "),
        "{text}"
    );
    for template in Template::all() {
        let known = format!("{} {}", template.language, template.kind);
        assert!(text.contains(&known), "{text}");
    }
}
