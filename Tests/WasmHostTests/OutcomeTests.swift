import Testing

@testable import WasmHost

struct OutcomeTests {
  private func run(_ text: String) throws -> Outcome {
    let instance = try Instance(
      try compile(text), configuration: InstanceConfiguration(), drain: Drain())
    return try instance.run()
  }

  @Test("Returning from _start is status 0")
  func returning() throws {
    guard case .exited(status: 0) = try run(#"(module (func (export "_start")))"#) else {
      Issue.record("not exited with 0")
      return
    }
  }

  @Test("proc_exit ends the module with its status", arguments: [0, 1, 7, 255, 256] as [UInt32])
  func exiting(status: UInt32) throws {
    let outcome = try run(
      """
      (module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start") (call $exit (i32.const \(status))) unreachable))
      """)
    guard case .exited(status) = outcome else {
      Issue.record("\(outcome)")
      return
    }
  }

  @Test(
    "A trap is one line and the frames, innermost first",
    arguments: [
      ("unreachable", "unreachable"),
      ("(drop (i32.div_u (i32.const 1) (i32.const 0)))", "divide by zero"),
      (
        "(drop (i32.load (i32.const -4)))",
        "out of bounds memory access: memory fault at wasm address 0xfffffffc in linear memory of "
          + "size 0x10000"
      ),
      ("(call $inner)", "call stack exhausted"),
    ])
  func trapping(code: String, word: String) throws {
    let outcome = try run(
      """
      (module
        (memory 1)
        (func $inner \(code))
        (func $outer (call $inner))
        (func (export "_start") (call $outer)))
      """)
    guard case .trapped(let trap) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(trap.message.contains(word))
    #expect(!trap.message.contains("\n"))
    #expect(trap.frames.first?.function == "inner")
    if word != "call stack exhausted" {
      #expect(trap.frames.count == 3)
      #expect(trap.frames.dropFirst().first?.function == "outer")
      #expect(trap.frames.dropFirst().first?.description.contains(" (module offset 0x") == true)
    }
    #expect(trap.frames.first?.description.hasPrefix("at inner") == true)
  }

  @Test("A module without _start is reported, not run")
  func noStart() throws {
    #expect(throws: HostError.self) { try run("(module)") }
  }

  @Test("A module may exit in its start section")
  func startSection() throws {
    let outcome = try run(
      """
      (module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (func $begin (call $exit (i32.const 3)))
        (start $begin))
      """)
    guard case .exited(status: 3) = outcome else {
      Issue.record("\(outcome)")
      return
    }
  }
}
