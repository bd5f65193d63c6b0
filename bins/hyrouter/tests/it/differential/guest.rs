//! Plugins with one scripted answer, byte by byte.

use std::fmt::Write as _;

use super::case::Guest;

const TEXT: usize = 1024;
const ANSWER: usize = 4096;
const OTHERWISE: usize = 65_536;
const REQUEST: usize = 131_072;

/// Makes the WASM module.
pub(crate) fn module(guest: &Guest) -> Vec<u8> {
    let text = quoted(&guest.when);
    let answer = quoted(&guest.answer);
    let otherwise = quoted("{}");
    let len = guest.when.len();
    let found = packed(ANSWER, guest.answer.len());
    let not_found = packed(OTHERWISE, 2);
    let source = format!(
        r#"(module
  (memory (export "memory") 32)
  (data (i32.const {TEXT}) "{text}")
  (data (i32.const {ANSWER}) "{answer}")
  (data (i32.const {OTHERWISE}) "{otherwise}")
  (func (export "alloc") (param i32) (result i32) (i32.const {REQUEST}))
  (func (export "on_connect") (param $at i32) (param $len i32) (result i64)
    (local $i i32) (local $j i32)
    (block $nowhere (loop $next
      (br_if $nowhere (i32.gt_u (i32.add (local.get $i) (i32.const {len})) (local.get $len)))
      (local.set $j (i32.const 0))
      (block $differs (loop $same
        (if (i32.eq (local.get $j) (i32.const {len})) (then (return (i64.const {found}))))
        (br_if $differs (i32.ne
          (i32.load8_u (i32.add (local.get $at) (i32.add (local.get $i) (local.get $j))))
          (i32.load8_u offset={TEXT} (local.get $j))))
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (br $same)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (i64.const {not_found})))"#
    );
    wat::parse_str(source).unwrap()
}

/// What `on_connect` returns: the pointer in the high half, the length in the low one.
fn packed(pointer: usize, len: usize) -> u64 {
    ((pointer as u64) << 32) | len as u64
}

fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for byte in text.bytes() {
        write!(quoted, "\\{byte:02x}").unwrap();
    }
    quoted
}
