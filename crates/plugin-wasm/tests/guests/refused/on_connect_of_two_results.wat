;; Its `on_connect` gives address and length apart.
(module
  (memory (export "memory") 2)
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param i32 i32) (result i32 i32) (i32.const 16) (i32.const 2))
)
