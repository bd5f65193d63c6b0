;; Attaches 5,001 bytes, more than a player can carry: 6,668 letters A in base64.
(module
  (memory (export "memory") 2)
  (data (i32.const 1024) "{\"referral_data\":\"")
  (data (i32.const 7710) "\"}")
  (func (export "alloc") (param $len i32) (result i32) (i32.const 16384))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    (memory.fill (i32.const 1042) (i32.const 65) (i32.const 6668))
    (i64.const 0x0000_0400_0000_1a20))
)
