;; Logs lines that are outside of its memory or as long as all of it, then traps.
(module
  (import "hyrouter" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 2)
  ;; The answer that changes nothing.
  (data (i32.const 16) "{}")
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.eq (i32.load8_u offset=17 (local.get $ptr)) (i32.const 98))
      (then
        (call $log (i32.const 2) (i32.const 0xffff_0000) (i32.const 100))
        (call $log (i32.const 99) (i32.const 0) (i32.const 0xffff_ffff))
        (unreachable)))
    (i64.const 0x10_0000_0002))
)
