//! The templates.

use crate::template::{Edit, Kit, PluginProduct, Template};
use crate::{PluginLanguage, TemplateKind};

pub(crate) const TEMPLATES: &[Template] = &[
    Template {
        language: PluginLanguage::Rust,
        kind: TemplateKind::Grpc,
        folder: "grpc-plugin",
        kit: Kit::Crates(&["files", "plugin-api", "plugin-grpc", "text"]),
        edits: &[
            Edit {
                file: "Cargo.toml",
                from: "name = \"example-grpc-plugin\"",
                to: "name = \"{name}\"",
            },
            Edit {
                file: "Cargo.toml",
                from: "path = \"../../crates/plugin-grpc\"",
                to: "path = \"hyrouter/crates/plugin-grpc\"",
            },
            Edit {
                file: "Cargo.toml",
                from: "\n[lints]\nworkspace = true\n",
                to: "",
            },
        ],
        build: &["cargo build"],
        test: &["cargo test"],
        product: PluginProduct::Server("cargo run"),
    },
    Template {
        language: PluginLanguage::Rust,
        kind: TemplateKind::Wasm,
        folder: "wasm-plugin",
        kit: Kit::Crates(&["plugin-api", "plugin-sdk", "text"]),
        edits: &[
            Edit {
                file: "Cargo.toml",
                from: "name = \"example-wasm-plugin\"",
                to: "name = \"{name}\"",
            },
            Edit {
                file: "Cargo.toml",
                from: "hyrouter-plugin-sdk = { version = \"0.1.0\", path = \"../../crates/plugin-sdk\" }",
                to: "hyrouter-plugin-sdk = { version = \"0.1.0\", path = \"hyrouter/crates/plugin-sdk\" }",
            },
            // The repository has this profile in its root.
            Edit {
                file: "Cargo.toml",
                from: "serde_json = \"1\"\n",
                to: "serde_json = \"1\"\n\n[profile.release]\nlto = true\ncodegen-units = 1\n\
                     panic = \"abort\"\nstrip = true\n",
            },
        ],
        build: &["cargo build --release --target wasm32-wasip1"],
        test: &["cargo test"],
        product: PluginProduct::Module("target/wasm32-wasip1/release/{snake}.wasm"),
    },
    Template {
        language: PluginLanguage::Go,
        kind: TemplateKind::Grpc,
        folder: "grpc-plugin-go",
        kit: Kit::Folder("go"),
        edits: &[
            Edit {
                file: "go.mod",
                from: "module hyrouter.example/grpc-plugin-go\n",
                to: "module {name}\n",
            },
            Edit {
                file: "go.mod",
                from: "=> ../sdk/go\n",
                to: "=> ./hyrouter-plugin\n",
            },
        ],
        build: &[],
        test: &["go test ./..."],
        product: PluginProduct::Server("go run ."),
    },
    Template {
        language: PluginLanguage::Go,
        kind: TemplateKind::Wasm,
        folder: "wasm-plugin-go",
        kit: Kit::None,
        edits: &[Edit {
            file: "go.mod",
            from: "module hyrouter.example/wasm-plugin-go\n",
            to: "module {name}\n",
        }],
        build: &[
            "GOOS=wasip1 GOARCH=wasm go build -trimpath -ldflags=\"-s -w\" -buildmode=c-shared -o plugin.wasm .",
        ],
        test: &["go test ."],
        product: PluginProduct::Module("plugin.wasm"),
    },
    Template {
        language: PluginLanguage::Python,
        kind: TemplateKind::Grpc,
        folder: "grpc-plugin-python",
        kit: Kit::Folder("python"),
        edits: &[Edit {
            file: "requirements.txt",
            from: "../sdk/python\n",
            to: "./hyrouter-plugin\n",
        }],
        build: &[
            "python3 -m venv .venv",
            ".venv/bin/pip install -r requirements.txt",
        ],
        test: &[".venv/bin/python -m unittest"],
        product: PluginProduct::Server(".venv/bin/python plugin.py"),
    },
    Template {
        language: PluginLanguage::Java,
        kind: TemplateKind::Grpc,
        folder: "grpc-plugin-java",
        kit: Kit::Folder("java"),
        edits: &[
            Edit {
                file: "pom.xml",
                from: "<artifactId>grpc-plugin-java</artifactId>",
                to: "<artifactId>{name}</artifactId>",
            },
            Edit {
                file: "pom.xml",
                from: "<module>../sdk/java</module>",
                to: "<module>hyrouter-plugin</module>",
            },
        ],
        // Runs the unit tests too.
        build: &["mvn package"],
        test: &[],
        product: PluginProduct::Server("java -jar plugin/target/plugin.jar"),
    },
    Template {
        language: PluginLanguage::TypeScript,
        kind: TemplateKind::Grpc,
        folder: "grpc-plugin-typescript",
        kit: Kit::Folder("typescript"),
        edits: &[
            Edit {
                file: "package.json",
                from: "\"name\": \"grpc-plugin-typescript\"",
                to: "\"name\": \"{name}\"",
            },
            Edit {
                file: "package.json",
                from: "file:../sdk/typescript",
                to: "file:hyrouter-plugin",
            },
            Edit {
                file: "package-lock.json",
                from: "{\n  \"name\": \"grpc-plugin-typescript\"",
                to: "{\n  \"name\": \"{name}\"",
            },
            Edit {
                file: "package-lock.json",
                from: "\n      \"name\": \"grpc-plugin-typescript\"",
                to: "\n      \"name\": \"{name}\"",
            },
            Edit {
                file: "package-lock.json",
                from: "\"@hyrouter/plugin\": \"file:../sdk/typescript\"",
                to: "\"@hyrouter/plugin\": \"file:hyrouter-plugin\"",
            },
            Edit {
                file: "package-lock.json",
                from: "\"resolved\": \"file:../sdk/typescript\"",
                to: "\"resolved\": \"file:hyrouter-plugin\"",
            },
        ],
        build: &["npm ci", "npm run build"],
        test: &["npm test"],
        product: PluginProduct::Server("npm start"),
    },
    Template {
        language: PluginLanguage::AssemblyScript,
        kind: TemplateKind::Wasm,
        folder: "wasm-plugin-assemblyscript",
        kit: Kit::None,
        edits: &[
            Edit {
                file: "package.json",
                from: "\"name\": \"hyrouter-wasm-plugin-assemblyscript\"",
                to: "\"name\": \"{name}\"",
            },
            Edit {
                file: "package-lock.json",
                from: "{\n  \"name\": \"hyrouter-wasm-plugin-assemblyscript\"",
                to: "{\n  \"name\": \"{name}\"",
            },
            Edit {
                file: "package-lock.json",
                from: "\n      \"name\": \"hyrouter-wasm-plugin-assemblyscript\"",
                to: "\n      \"name\": \"{name}\"",
            },
        ],
        build: &["npm ci", "npm run build"],
        test: &["npm test"],
        product: PluginProduct::Module("build/plugin.wasm"),
    },
    Template {
        language: PluginLanguage::Zig,
        kind: TemplateKind::Wasm,
        folder: "wasm-plugin-zig",
        kit: Kit::None,
        edits: &[],
        build: &[
            "python3 -m venv .venv",
            ".venv/bin/pip install -r requirements.txt",
            ".venv/bin/python -m ziglang build-exe plugin.zig -target wasm32-freestanding -fno-entry -rdynamic \
             -OReleaseFast -fstrip --stack 131072",
        ],
        test: &[".venv/bin/python -m ziglang test lobby.zig"],
        product: PluginProduct::Module("plugin.wasm"),
    },
    Template {
        language: PluginLanguage::C,
        kind: TemplateKind::Wasm,
        folder: "wasm-plugin-c",
        kit: Kit::None,
        edits: &[],
        build: &[
            "python3 -m venv .venv",
            ".venv/bin/pip install -r requirements.txt",
            ".venv/bin/pip download --no-deps --no-binary yyjson --require-hashes -r yyjson.txt",
            "tar -xzf yyjson-4.0.6.tar.gz && cp yyjson-4.0.6/yyjson/yyjson.? .",
            ".venv/bin/python -m ziglang cc -target wasm32-wasi -mexec-model=reactor -O2 -flto -s \
             -Wl,-z,stack-size=131072 -o plugin.wasm plugin.c lobby.c yyjson.c",
        ],
        test: &[
            ".venv/bin/python -m ziglang cc -o lobby_test lobby_test.c lobby.c yyjson.c && ./lobby_test",
        ],
        product: PluginProduct::Module("plugin.wasm"),
    },
];
