//! The configuration files of the original: `check` accepts files with their keys and values.

use std::fs;
use std::path::Path;

use crate::support::folder;

/// Names of the files, with the numbers of settings that are not used.
const FILES: [(&str, usize); 7] = [
    ("config.yaml", 0),
    ("config.dev.yaml", 0),
    ("config.plugins.dev.yaml", 0),
    ("config.agones.allocate.dev.yaml", 0),
    ("config.agones.observe.dev.yaml", 0),
    ("config.kubernetes.endpointslices.dev.yaml", 2),
    ("config.kubernetes.pods.dev.yaml", 2),
];

#[test]
fn its_files_are_accepted() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/original");
    assert_eq!(fs::read_dir(&data).unwrap().count(), FILES.len());
    for (name, unused) in FILES {
        let text = fs::read_to_string(data.join(name)).unwrap();
        let folder = folder().file(name, &text);
        // The plugin of one file is built elsewhere here.
        let ran = folder.run(&["check", "--json", "--no-files", "--config", name]);
        assert_eq!(ran.code, Some(0), "{name}: {ran:?}");
        let report = ran.json();
        let warnings = report["warnings"].as_array().unwrap().iter();
        let paths = warnings.map(|warning| warning["path"].as_str().unwrap());
        let ignored = paths
            .filter(|path| path.ends_with("discovery.limit") || path.ends_with("discovery.sort"));
        assert_eq!(ignored.count(), unused, "{name}: {report}");
    }
}
