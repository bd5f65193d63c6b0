;; Calls the host through a table for ever.
(module
  (type $yield (func (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (type $yield)))
  (table 1 funcref)
  (elem (i32.const 0) $sched_yield)
  (memory (export "memory") 2)
  ;; The answer that changes nothing.
  (data (i32.const 16) "{}")
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.eq (i32.load8_u offset=17 (local.get $ptr)) (i32.const 98))
      (then
        (loop $again
          (drop (call_indirect (type $yield) (i32.const 0)))
          (br $again))))
    (i64.const 0x10_0000_0002))
)
