//! Small modules that are expensive to compile.

/// Returns a plugin with these additional functions, as text.
pub fn in_plugin(functions: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (memory (export "memory") 1)
            (func (export "alloc") (param i32) (result i32) (i32.const 16))
            (func (export "on_connect") (param i32 i32) (result i64) (i64.const 0x1000000000))
            {functions})"#
    );
    wat::parse_str(text).unwrap()
}

fn change(locals: usize) -> String {
    let change = |local: usize| format!("local.get {local} i32.const 1 i32.add local.set {local} ");
    (1..=locals).map(change).collect()
}

fn with_locals(locals: usize, body: &str) -> String {
    let types = "i32 ".repeat(locals);
    format!("(func (param i32) (local {types}) {body})")
}

/// Returns a function that changes `locals` locals inside `loops` nested loops.
pub fn changed_in_loops(locals: usize, loops: usize) -> String {
    let body = format!(
        "{}{}{}",
        "loop ".repeat(loops),
        change(locals),
        "local.get 0 br_if 0 end ".repeat(loops)
    );
    with_locals(locals, &body)
}

/// Returns the same with the loops one after the other.
pub fn in_a_row(locals: usize, loops: usize) -> String {
    let each = format!("loop {} local.get 0 br_if 0 end ", change(locals));
    with_locals(locals, &each.repeat(loops))
}

/// Returns a module within the static bounds that takes a minute or more to compile.
pub fn slow() -> Vec<u8> {
    in_plugin(&changed_in_loops(10, 999).repeat(50))
}

/// Returns a module within the static bounds that takes more than 256 MiB to compile.
pub fn large() -> Vec<u8> {
    let add = "local.get 0 i32.load local.get 0 i32.mul local.set 0 ".repeat(50_000);
    in_plugin(&format!("(func (param i32) {add})").repeat(16))
}
