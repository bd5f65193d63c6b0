;; Answers in the very buffer of the request: an overlap that is harmless. The answer is the request, whose fields a
;; response does not have but for candidates, index, backend and referral data.
(module
  (memory (export "memory") 2)
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (global.set $held (i32.const 0))
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $ptr)) (i64.const 32))
      (i64.extend_i32_u (local.get $len))))
  ;; Given back twice, it would trap.
  (global $held (mut i32) (i32.const 0))
  (func (export "dealloc") (param $ptr i32) (param $len i32)
    (if (global.get $held) (then (unreachable)))
    (global.set $held (i32.const 1)))
)
