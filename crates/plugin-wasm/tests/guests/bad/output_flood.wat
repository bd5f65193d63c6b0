;; Prints 64 KiB at a time for ever.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  ;; The answer that changes nothing.
  (data (i32.const 16) "{}")
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.eq (i32.load8_u offset=17 (local.get $ptr)) (i32.const 98))
      (then
        (i32.store (i32.const 1024) (i32.const 65536))
        (i32.store (i32.const 1028) (i32.const 65536))
        (loop $again
          (drop (call $write (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 1032)))
          (br $again))))
    (i64.const 0x10_0000_0002))
)
