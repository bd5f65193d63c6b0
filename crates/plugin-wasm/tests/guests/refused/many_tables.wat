;; Has five tables.
(module
  (memory (export "memory") 2)
  (table 100000 funcref)
  (table 100000 funcref)
  (table 100000 funcref)
  (table 100000 funcref)
  (table 100000 funcref)
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (i64.const 0x10_0000_0002))
)
