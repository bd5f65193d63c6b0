;; Renames files with paths of 128 KiB for ever.
(module
  (import "wasi_snapshot_preview1" "path_rename" (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  ;; The answer that changes nothing.
  (data (i32.const 16) "{}")
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.eq (i32.load8_u offset=17 (local.get $ptr)) (i32.const 98))
      (then
        (loop $again
          (drop (call $rename
            (i32.const 3) (i32.const 0) (i32.const 131072)
            (i32.const 3) (i32.const 0) (i32.const 131072)))
          (br $again))))
    (i64.const 0x10_0000_0002))
)
