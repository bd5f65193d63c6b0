;; Imports a function of WASI that gives 64 bits.
(module
  (import "wasi_snapshot_preview1" "fd_sync" (func (param i32) (result i64)))
  (memory (export "memory") 2)
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (i64.const 0x10_0000_0002))
)
