;; Traps for everybody with a host name. Byte 17 of the request is the quote at the end of none.
(module
  (memory (export "memory") 2)
  (data (i32.const 16) "{}")
  (func (export "alloc") (param $len i32) (result i32) (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.ne (i32.load8_u offset=17 (local.get $ptr)) (i32.const 34))
      (then (unreachable)))
    (i64.const 0x10_0000_0002))
)
