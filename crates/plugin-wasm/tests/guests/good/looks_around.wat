;; Tries what leads out of the sandbox, and denies with what came of it, a letter each: A for 0, B for 1.
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_create_directory" (func $mkdir (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "x")
  (data (i32.const 64) "{\"deny\":true,\"deny_reason\":\"------\"}")
  (func $tell (param $place i32) (param $number i32)
    ;; Z stands for 25 and all above.
    (i32.store8 offset=92
      (local.get $place)
      (i32.add
        (i32.const 65)
        (select (local.get $number) (i32.const 25) (i32.lt_u (local.get $number) (i32.const 25))))))
  (func (export "alloc") (param $len i32) (result i32) (i32.const 4096))
  (func (export "on_connect") (param $ptr i32) (param $len i32) (result i64)
    ;; Opens a file to create it, and makes a folder: error numbers.
    (call $tell (i32.const 0) (call $path_open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 1)
      (i32.const 1) (i64.const 0x1fffffff) (i64.const 0x1fffffff) (i32.const 0) (i32.const 1024)))
    (call $tell (i32.const 1) (call $mkdir (i32.const 3) (i32.const 16) (i32.const 1)))
    ;; Reads 8 bytes of standard input: how many there were.
    (i32.store (i32.const 1024) (i32.const 2048))
    (i32.store (i32.const 1028) (i32.const 8))
    (drop (call $read (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 1032)))
    (call $tell (i32.const 2) (i32.load (i32.const 1032)))
    ;; How many variables the environment has.
    (drop (call $environ (i32.const 1040) (i32.const 1044)))
    (call $tell (i32.const 3) (i32.load (i32.const 1040)))
    ;; Writes to something that is neither standard output nor error.
    (call $tell (i32.const 4) (call $write (i32.const 3) (i32.const 1024) (i32.const 1) (i32.const 1032)))
    ;; How many arguments there are beside its own name.
    (drop (call $args (i32.const 1040) (i32.const 1044)))
    (call $tell (i32.const 5) (i32.load (i32.const 1040)))
    (drop (call $send (i32.const 4) (i32.const 1024) (i32.const 1) (i32.const 0) (i32.const 1032)))
    (i64.const 0x0000_0040_0000_0024))
)
