;; Its `configure` sleeps for an hour.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (i64.const 0x10_0000_0002))
  (func (export "configure") (param i32 i32) (result i32)
    (i64.store (i32.const 1048) (i64.const 3_600_000_000_000))
    (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 2112)))
)
