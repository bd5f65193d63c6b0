;; Its start function prints before there is a memory to read from.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (i64.const 0x10_0000_0002))
  (func $start (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (start $start)
)
