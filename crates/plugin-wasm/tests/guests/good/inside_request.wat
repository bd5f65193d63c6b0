;; Answers with a part of the request: `{` and `}` of an empty list of facts would do, here the two bytes that it
;; writes into the middle of it.
(module
  (memory (export "memory") 2)
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (i32.store16 offset=20 (local.get $ptr) (i32.const 0x7d7b))
    (i64.or
      (i64.shl (i64.extend_i32_u (i32.add (local.get $ptr) (i32.const 20))) (i64.const 32))
      (i64.const 2)))
)
