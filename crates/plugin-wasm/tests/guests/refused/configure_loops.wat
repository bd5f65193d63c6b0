;; Its `configure` never returns.
(module
  (memory (export "memory") 2)
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (i64.const 0x10_0000_0002))
  (func (export "configure") (param i32 i32) (result i32) (loop $again (br $again)) (i32.const 0))
)
