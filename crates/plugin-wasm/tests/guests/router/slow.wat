;; Says that it was asked, and answers after three seconds.
(module
  (import "hyrouter" "log" (func $log (param i32 i32 i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "{}")
  (data (i32.const 32) "asked")
  (func (export "alloc") (param $len i32) (result i32) (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (call $log (i32.const 2) (i32.const 32) (i32.const 5))
    (i64.store (i32.const 1048) (i64.const 3_000_000_000))
    (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 2112)))
    (i64.const 0x10_0000_0002))
)
