/// The text of a module that listens on 127.0.0.1, on a port of the system's choice, and then does
/// as told.
///
/// - Parameter instructions: may use `$accept` and `$exit`; the listener is at address 0.
func listeningGuest(then instructions: String = "") -> String {
  """
  (module
    (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_bind" (func $bind (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_listen" (func $listen (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "\\18\\00\\00\\00\\04\\00\\00\\00\\7f\\00\\00\\01")
    (func (export "_start")
      (drop (call $open (i32.const 1) (i32.const 2) (i32.const 0)))
      (drop (call $bind (i32.load (i32.const 0)) (i32.const 16) (i32.const 0)))
      (drop (call $listen (i32.load (i32.const 0)) (i32.const 8)))
      \(instructions)))
  """
}
