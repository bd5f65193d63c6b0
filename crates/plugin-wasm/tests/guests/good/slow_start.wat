;; Needs a second to initialize.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "{}")
  (func (export "_initialize")
    (i64.store (i32.const 1048) (i64.const 1_000_000_000))
    (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 2112))))
  (func (export "alloc") (param $len i32) (result i32) (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (i64.const 0x10_0000_0002))
)
