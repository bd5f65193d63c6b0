//! `hyrouter plugin new`.

use std::path::PathBuf;
use std::process::ExitCode;

use hyrouter_plugin_templates::{Project, ProjectName, Template};

use crate::cli::{NewArgs, print};
use crate::exit;

pub(crate) fn run(args: &NewArgs) -> anyhow::Result<ExitCode> {
    let template = Template::find(args.lang, args.kind)?;
    let name = ProjectName::parse(&args.name)?;
    let project = template.project(&name)?;
    let folder = args.path.clone();
    let folder = folder.unwrap_or_else(|| PathBuf::from(name.as_str()));
    project.write(&folder)?;
    let mut lines = vec![format!(
        "created {}: a {} plugin in {}, {} files",
        folder.display(),
        args.kind.title(),
        args.lang.title(),
        project.files().len()
    )];
    lines.push("build it, test it, and call it with the cases of the project:".into());
    lines.push(format!("  cd {}", folder.display()));
    lines.extend(commands(&project).map(|command| format!("  {command}")));
    lines.push("README.md describes the project and the router's configuration".into());
    print(&lines.join("\n"))?;
    Ok(exit::OK)
}

/// Returns the commands to use in the folder of the project.
fn commands(project: &Project) -> impl Iterator<Item = String> {
    let mut commands: Vec<_> = project.commands().map(str::to_owned).collect();
    match (project.server(), project.module()) {
        (Some(server), _) => {
            commands.push(format!("{server}    # then, in another terminal:"));
            commands.push("hyrouter plugin test --grpc 127.0.0.1:7777 --cases cases".into());
        }
        (None, Some(module)) => commands.push(format!(
            "hyrouter plugin test --wasm {module} --cases cases"
        )),
        (None, None) => {}
    }
    commands.into_iter()
}
