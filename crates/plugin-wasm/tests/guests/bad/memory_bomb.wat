;; Takes all the memory that it can get, touches each page, and aborts when there is no more.
(module
  (memory (export "memory") 2)
  ;; The answer that changes nothing.
  (data (i32.const 16) "{}")
  (func (export "alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (local $page i32)
    (if (i32.eq (i32.load8_u offset=17 (local.get $ptr)) (i32.const 98))
      (then
        (loop $again
          (local.set $page (memory.grow (i32.const 1)))
          (if (i32.eq (local.get $page) (i32.const -1)) (then (unreachable)))
          (i32.store (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1))
          (br $again))))
    (i64.const 0x10_0000_0002))
)
