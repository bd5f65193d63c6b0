use std::fmt;

/// A language with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginLanguage {
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// Python.
    Python,
    /// Java.
    Java,
    /// TypeScript, for Node.js.
    TypeScript,
    /// `AssemblyScript`.
    AssemblyScript,
    /// Zig.
    Zig,
    /// C.
    C,
}

impl PluginLanguage {
    /// All languages.
    pub const ALL: [Self; 8] = [
        Self::Rust,
        Self::Go,
        Self::Python,
        Self::Java,
        Self::TypeScript,
        Self::AssemblyScript,
        Self::Zig,
        Self::C,
    ];

    /// Returns the name for a command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Go => "go",
            Self::Python => "python",
            Self::Java => "java",
            Self::TypeScript => "typescript",
            Self::AssemblyScript => "assemblyscript",
            Self::Zig => "zig",
            Self::C => "c",
        }
    }

    /// Returns the name for a text.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Go => "Go",
            Self::Python => "Python",
            Self::Java => "Java",
            Self::TypeScript => "TypeScript",
            Self::AssemblyScript => "AssemblyScript",
            Self::Zig => "Zig",
            Self::C => "C",
        }
    }
}

impl fmt::Display for PluginLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Transport between the router and the plugin of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateKind {
    /// A server of gRPC.
    Grpc,
    /// A file of WebAssembly.
    Wasm,
}

impl TemplateKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Grpc, Self::Wasm];

    /// Returns the name for a command line and a configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Wasm => "wasm",
        }
    }

    /// Returns the name for a text.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Grpc => "gRPC",
            Self::Wasm => "WASM",
        }
    }
}

impl fmt::Display for TemplateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
