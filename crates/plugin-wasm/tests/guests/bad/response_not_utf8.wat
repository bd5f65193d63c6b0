;; Answers with a string that is not UTF-8.
(module
  (data (i32.const 64) "{\"deny_reason\":\"\ff\"}")
  (memory (export "memory") 2)
  ;; The answer that changes nothing.
  (data (i32.const 16) "{}")
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.eq (i32.load8_u offset=17 (local.get $ptr)) (i32.const 98))
      (then
        (return (i64.const 0x0000_0040_0000_0013))))
    (i64.const 0x10_0000_0002))
)
