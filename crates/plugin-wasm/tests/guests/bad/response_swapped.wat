;; Answers with the address in the low half and the length in the high one.
(module
  (memory (export "memory") 32)
  ;; The answer that changes nothing.
  (data (i32.const 16) "{}")
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.eq (i32.load8_u offset=17 (local.get $ptr)) (i32.const 98))
      (then
        (return (i64.const 0x0000_0002_0010_0010))))
    (i64.const 0x10_0000_0002))
)
