;; Opens the folder that wasmer-wasix would have, for ever, through a table.
(module
  (type $open (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (type $open)))
  (table 1 funcref)
  (elem (i32.const 0) $path_open)
  (memory (export "memory") 2)
  ;; The answer that changes nothing.
  (data (i32.const 16) "{}")
  (data (i32.const 32) ".")
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.eq (i32.load8_u offset=17 (local.get $ptr)) (i32.const 98))
      (then
        (loop $again
          (drop (call_indirect (type $open)
            (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 0)
            (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 1024) (i32.const 0)))
          (br $again))))
    (i64.const 0x10_0000_0002))
)
