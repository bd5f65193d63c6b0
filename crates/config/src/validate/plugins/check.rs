//! Names, targets and the order of plugins.

use std::collections::BTreeMap;

use crate::model::{Plugin, PluginType};
use crate::path::Path;
use crate::problem::{Problems, message};
use crate::validate::missing;
use crate::validate::tls::check_pair;

pub(super) fn check(plugins: &[Plugin], problems: &mut Problems) {
    let list = Path::of("plugins");
    let mut seen = BTreeMap::new();
    for (index, plugin) in plugins.iter().enumerate() {
        let path = list.index(index);
        check_unique(&path.key("name"), &plugin.name, &mut seen, problems);
        check_target(&path, plugin, problems);
    }
    let is_partial = |index| problems.is_covered(&list.index(index).key("name"));
    if (0..plugins.len()).any(is_partial) {
        return;
    }
    for (index, plugin) in plugins.iter().enumerate() {
        check_order(&list.index(index), plugin, plugins, problems);
    }
}

/// Reports a name that an earlier entry of the list has.
pub(in crate::validate) fn check_unique<'a>(
    path: &Path,
    name: &'a str,
    seen: &mut BTreeMap<&'a str, Path>,
    problems: &mut Problems,
) {
    if problems.is_covered(path) {
        return;
    }
    if let Some(earlier) = seen.get(name) {
        let allowed = format!("a unique name; this is the name of {earlier}");
        problems.add(path, message("not unique", &name.into(), allowed));
    } else {
        seen.insert(name, path.clone());
    }
}

/// Checks that the plugin's address or file is set, and the files of its TLS.
fn check_target(path: &Path, plugin: &Plugin, problems: &mut Problems) {
    if let Some(tls) = plugin.grpc.as_ref().and_then(|grpc| grpc.tls.as_ref()) {
        check_pair(
            &path.key("grpc").key("tls"),
            tls.cert_file.is_some(),
            tls.key_file.is_some(),
            problems,
        );
    }
    let Some(kind) = plugin.kind else {
        return;
    };
    let (key, is_given) = match kind {
        PluginType::Grpc => {
            let grpc = plugin.grpc.as_ref();
            ("address", grpc.is_some_and(|grpc| !grpc.address.is_empty()))
        }
        PluginType::Wasm => {
            let wasm = plugin.wasm.as_ref();
            let has_path = wasm.is_some_and(|wasm| !wasm.path.as_os_str().is_empty());
            ("path", has_path)
        }
    };
    if !is_given {
        let kind = kind.as_str();
        let message = missing(&format!("type `{kind}`"));
        problems.add_if_clear(&path.key(kind).key(key), message);
    }
}

/// Checks that the names in `before` and `after` are those of other plugins, and agree with the order of the stages.
fn check_order(path: &Path, plugin: &Plugin, plugins: &[Plugin], problems: &mut Problems) {
    for (key, names) in [("before", &plugin.before), ("after", &plugin.after)] {
        for (index, name) in names.iter().enumerate() {
            let path = path.key(key).index(index);
            let others = || plugins.iter().filter(|other| other.name != plugin.name);
            let Some(other) = others().find(|other| other.name == *name) else {
                let known: Vec<_> = others().map(|other| other.name.as_str()).collect();
                let message = message(
                    "no other plugin of this name",
                    &name.as_str().into(),
                    known.join(", "),
                );
                problems.add_if_clear(&path, message);
                continue;
            };
            let (first, second) = if key == "before" {
                (plugin, other)
            } else {
                (other, plugin)
            };
            if first.stage > second.stage {
                let message =
                    format!("contradicts the order of stages: {name} runs in another stage");
                problems.add_if_clear(
                    &path,
                    format!(
                        "{message}; allowed: plugins that the order deny, route, mutate permits"
                    ),
                );
            }
        }
    }
}
