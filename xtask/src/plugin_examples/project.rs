//! One new project, from nothing to a plugin that passes its tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use hyrouter_plugin_templates::{PluginProduct, ProjectName, Template};
use tempfile::TempDir;

use super::bench::Figures;
use super::server::PluginServerProcess;
use super::tools::{self, Tools};
use crate::peers::left_out;

const NAME: &str = "demo";

pub(super) struct ProjectRun<'t> {
    template: &'static Template,
    tools: &'t Tools,
    /// Parent of the project, outside of the repository.
    place: TempDir,
}

impl<'t> ProjectRun<'t> {
    pub(super) fn new(template: &'static Template, tools: &'t Tools) -> anyhow::Result<Self> {
        let place = tempfile::Builder::new().prefix("hyrouter-").tempdir()?;
        Ok(Self {
            template,
            tools,
            place,
        })
    }

    /// Makes the project, builds it, runs its unit tests, and calls the plugin with the conformance suite and the cases
    /// of the project. Returns figures if it was measured.
    pub(super) fn run(&self, is_bench: bool) -> anyhow::Result<Option<Figures>> {
        let Template { language, kind, .. } = self.template;
        if !Tools::builds(self.template) {
            left_out(&format!(
                "the toolchain does not build for WebAssembly; {} is skipped",
                self.template.folder
            ))?;
            return Ok(None);
        }
        let new = [
            "plugin",
            "new",
            NAME,
            "--lang",
            language.as_str(),
            "--kind",
            kind.as_str(),
        ];
        self.step(self.tools.hyrouter(self.place.path(), &new), &new.join(" "))?;
        for command in self.template.build.iter().chain(self.template.test) {
            self.step(self.tools.shell(&self.folder(), command), command)?;
        }
        match self.template.product {
            PluginProduct::Server(command) => self.server(command, is_bench),
            PluginProduct::Module(path) => self.module(path, is_bench),
        }
    }

    fn folder(&self) -> PathBuf {
        self.place.path().join(NAME)
    }

    fn server(&self, command: &str, is_bench: bool) -> anyhow::Result<Option<Figures>> {
        let start = self.tools.shell(&self.folder(), command);
        let server = PluginServerProcess::start(start).with_context(|| command.to_owned())?;
        let target = ["--grpc", &server.address];
        let passed = self.conformance(&target)?;
        let figures = if is_bench {
            let mut figures = Figures::measure(self.template, &passed, |more| {
                let args = [&["plugin", "bench"], &target[..], more].concat();
                self.hyrouter(&args)
            })?;
            figures.set_memory(server.memory()?);
            Some(figures)
        } else {
            None
        };
        server.stop()?;
        Ok(figures)
    }

    fn module(&self, path: &str, is_bench: bool) -> anyhow::Result<Option<Figures>> {
        let module = self.path(&ProjectName::parse(NAME)?.fill(path));
        let len = fs::metadata(&module).with_context(|| module.display().to_string())?;
        ensure!(len.len() > 0, "{} is empty", module.display());
        let module = module.display().to_string();
        let target = ["--wasm", &module];
        let passed = self.conformance(&target)?;
        if !is_bench {
            return Ok(None);
        }
        let mut figures = Figures::measure(self.template, &passed, |more| {
            let args = [&["plugin", "bench"], &target[..], more].concat();
            self.hyrouter(&args)
        })?;
        figures.set_size(len.len());
        Ok(Some(figures))
    }

    fn hyrouter(&self, args: &[&str]) -> anyhow::Result<String> {
        self.step(self.tools.hyrouter(&self.folder(), args), &args.join(" "))
    }

    fn step(&self, command: Command, shown: &str) -> anyhow::Result<String> {
        tools::run(self.template.folder, command, shown)
    }

    /// Returns the path of a file of the project. Cargo's output is outside, where the next run finds it again.
    fn path(&self, path: &str) -> PathBuf {
        let path = Path::new(path);
        match path.strip_prefix("target") {
            Ok(output) => self.tools.cargo_target().join(output),
            Err(_) => self.folder().join(path),
        }
    }

    /// Runs the conformance suite and the cases of the project. Returns the number of passed checks.
    fn conformance(&self, target: &[&str]) -> anyhow::Result<String> {
        let args = [&["plugin", "test"], target, &["--cases", "cases"]].concat();
        let output = self.hyrouter(&args)?;
        let last = output.lines().rev().find(|line| !line.trim().is_empty());
        Ok(last.unwrap_or_default().trim().to_owned())
    }
}
