;; Sleeps for an hour: a subscription to a relative clock at 1024.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  ;; The answer that changes nothing.
  (data (i32.const 16) "{}")
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.eq (i32.load8_u offset=17 (local.get $ptr)) (i32.const 98))
      (then
        (i64.store (i32.const 1048) (i64.const 3_600_000_000_000))
        (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 2112)))))
    (i64.const 0x10_0000_0002))
)
