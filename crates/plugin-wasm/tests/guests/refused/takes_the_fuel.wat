;; Exports the name under which the host keeps its fuel.
(module
  (memory (export "memory") 2)
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (i64.const 0x10_0000_0002))
  (global (export "hyrouter:fuel") (mut i64) (i64.const 9_000_000_000_000_000_000))
)
