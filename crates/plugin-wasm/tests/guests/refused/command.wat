;; A program: it has `_start`, so that it is not to be asked before that has run, and ends then.
(module
  (memory (export "memory") 2)
  (data (i32.const 16) "{}")
  (func (export "_start"))
  (func (export "alloc") (param $len i32) (result i32) (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64) (i64.const 0x10_0000_0002))
)
