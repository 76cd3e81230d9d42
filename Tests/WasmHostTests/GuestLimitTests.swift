import Glibc
import Synchronization
import Testing

@testable import WasmHost

/// What a guest can take of the process's memory and time.
struct GuestLimitTests {
  private func instance(_ text: String) throws -> Instance {
    try Instance(try compile(text), configuration: InstanceConfiguration(), drain: Drain())
  }

  @Test("A table does not grow beyond its limit, whatever its type")
  func tableGrowth() throws {
    let guest = try instance(
      """
      (module
        (table $t 1 funcref)
        (func (export "grow") (param i32) (result i32)
          (table.grow $t (ref.null func) (local.get 0))))
      """)
    let most = UInt32(InstanceLimits.tableElements)
    #expect(try guest.call("grow", 400_000_000) == .max)
    #expect(try guest.call("grow", most) == .max)
    #expect(try guest.call("grow", most - 1) == 1)
    #expect(try guest.call("grow", 1) == .max)
  }

  @Test("A module with more tables, or larger ones, than an instance may have does not start")
  func tables() throws {
    let tables = { (count: Int, size: Int) in
      "(module " + String(repeating: "(table \(size) funcref)", count: count) + ")"
    }
    _ = try instance(tables(Int(InstanceLimits.tables), 1))
    for text in [
      tables(Int(InstanceLimits.tables) + 1, 1), tables(1, Int(InstanceLimits.tableElements) + 1),
    ] {
      let error = #expect(throws: HostError.self) { try instance(text) }
      #expect(error?.description.contains("table") == true)
    }
  }

  @Test("inspect says no to what an instance would be refused for")
  func inspection() throws {
    let directory = try TemporaryDirectory()
    func obstacles(_ fields: String) throws -> [String] {
      let module = try assemble("(module \(fields) (func (export \"_start\")))")
      let file = try directory.write(module, "m.wasm")
      return try Inspection(path: file, engine: engine(), memoryLimit: 1 << 20).obstacles
    }
    #expect(try obstacles("(memory 16) (table 1 2 funcref) (table 131072 funcref)") == [])
    #expect(try obstacles("(memory 17)") == ["the module needs more memory than --memory grants"])
    #expect(
      try obstacles("(table 131073 funcref)")
        == ["the module has a table of 131073 elements; the limit is 131072"])
    #expect(
      try obstacles(String(repeating: "(table 1 funcref)", count: 5))
        == ["the module has 5 tables; the limit is 4"])
  }

  @Test("A module of a proposal that is not allowed is refused, and the line names what is missing")
  func proposals() throws {
    let refused: [(module: String, word: String)] = [
      ("(module (memory 1) (memory 1))", "multi"),
      ("(module (memory i64 1))", "memory64"),
      ("(module (memory 1 2 shared))", "threads"),
      ("(module (func $f return_call $f))", "tail calls"),
      ("(module (tag))", "exceptions"),
      ("(module (type (struct)))", "gc"),
      ("(module (func (param (ref func))))", "function references"),
      (
        "(module (func (param v128 v128) (result v128) "
          + "(i8x16.relaxed_swizzle (local.get 0) (local.get 1))))", "relaxed"
      ),
      (
        "(module (func (param i64 i64 i64 i64) (result i64 i64) (i64.add128 (local.get 0) "
          + "(local.get 1) (local.get 2) (local.get 3))))", "wide arithmetic"
      ),
      ("(module (memory 1 (pagesize 1)))", "custom page sizes"),
      ("(module (func (param externref)))", "gc"),
    ]
    for (module, word) in refused {
      let error = #expect(throws: HostError.self, "\(word)") { try compile(module) }
      let line = error?.description ?? ""
      #expect(
        line.lowercased().replacing("-", with: " ").contains(word.replacing("-", with: " ")),
        "\(word): \(line)")
      #expect(!line.contains("\n"))
    }
    // What compilers emit by themselves.
    for module in [
      "(module (func (result i32 i32) i32.const 1 i32.const 2))",
      "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1))))",
      "(module (func (param v128) (result v128) (i8x16.neg (local.get 0))))",
      "(module (table 1 funcref) (func (drop (table.size 0))))",
      "(module (func (param i32) (result i32) (i32.extend8_s (local.get 0))))",
      "(module (func (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0))))",
      "(module (global (export \"g\") (mut i32) (i32.const 0)))",
    ] {
      _ = try compile(module)
    }
  }

  @Test("Modules that are too large, or have too many functions, are not compiled")
  func excess() throws {
    let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    // A function section that says how many there are: 100,001 of type 0.
    let many = preamble + [1, 4, 1, 0x60, 0, 0, 3, 0x05, 0xa1, 0x8d, 0x06, 0, 0]
    func load(_ bytes: [UInt8]) -> HostError? {
      #expect(throws: HostError.self) {
        try bytes.withUnsafeBytes {
          _ = try Module(compiling: $0, path: "m.wasm", engine: try engine())
        }
      }
    }
    guard case .excessive(_, let reason) = load(many) else {
      Issue.record("not refused for its functions")
      return
    }
    #expect(reason.contains("100001 functions"))
    let large = preamble + [UInt8](repeating: 0, count: ModuleLimits.size)
    guard case .excessive = load(large) else {
      Issue.record("not refused for its size")
      return
    }
    func number(_ value: Int) -> [UInt8] {
      value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + number(value >> 7)
    }
    func section(_ identifier: UInt8, _ content: [UInt8]) -> [UInt8] {
      [identifier] + number(content.count) + content
    }
    let (types, elements, body) = (120_000, 400_000, 1_100_000)
    let code = number(body) + [UInt8](repeating: 1, count: body)
    for (module, word) in [
      (
        section(1, number(types) + Array(repeatElement([0x60, 0, 0], count: types).joined())),
        "types"
      ),
      (
        section(
          9,
          [1, 5, 0x70] + number(elements)
            + Array(repeatElement([0xd0, 0x70, 0x0b], count: elements).joined())),
        "section"
      ),
      (section(10, [1] + code), "function"),
    ] {
      guard case .excessive(_, let reason) = load(preamble + module), reason.contains(word) else {
        Issue.record("not refused for its \(word)")
        return
      }
    }
    // What is damaged before its functions is the engine's to say.
    for damaged in [[3], [3, 0x80, 0x80, 0x80, 0x80, 0x80], [1, 0xff, 0xff, 0xff, 0xff, 0x0f]]
      as [[UInt8]]
    {
      guard case .notAModule = load(preamble + damaged) else {
        Issue.record("\(damaged)")
        return
      }
    }
  }

  @Test("Of a list of clocks so many are looked at, and no more takes memory of the host")
  func clocks() throws {
    let guest = try Guest()
    // Memory that is new is zero: clocks of no time.
    #expect(try guest.instance.call("grow", 32) == 16)
    let count = UInt32(Poller.mostClocks)
    let (list, events): (UInt32, UInt32) = (0x10_0000, 0x20_0000)
    try guest.expect("poll_oneoff", list, events, count + 3, 128)
    #expect(try guest.load(128) == count + 3)
    let errors = try (0..<(count + 3)).map {
      try guest.memory.read(UInt16.self, at: events + $0 * 32 + 8)
    }
    #expect(errors.count { $0 == Errno.inval.rawValue } == 3)
    #expect(errors.count { $0 == 0 } == Int(count))
  }

  @Test("Names that would take seconds to be told are left out, and others stay")
  func names() throws {
    func module(_ name: String) throws -> [UInt8] {
      try assemble("(module (func $\(name) (export \"_start\") unreachable))")
    }
    func frames(_ bytes: [UInt8]) throws -> [String] {
      let module = try bytes.withUnsafeBytes {
        try Module(compiling: $0, path: "m.wasm", engine: try engine())
      }
      let instance = try Instance(module, configuration: InstanceConfiguration(), drain: Drain())
      guard case .trapped(let trap) = try instance.run() else { return [] }
      #expect(trap.message.contains("unreachable"))
      return trap.frames.map { $0.function ?? "\($0.functionIndex)" }
    }
    let longest = String(repeating: "n", count: ModuleNames.longest)
    #expect(try frames(module(longest)) == [longest])
    #expect(try frames(module(longest + "n")) == ["0"])
    // A C++ name of 500 octets whose parts refer to each other.
    var hostile = "_Z1fI1PIiiE"
    for number in 0..<40 { hostile += "S\(String(number, radix: 36).uppercased())_IS1_S1_E" }
    #expect(try frames(module(hostile + "EvT13_")) == ["0"])
    // Names that cannot be read are none.
    var damaged = try module("abcdef")
    let place = try #require(damaged.lastIndex(of: UInt8(ascii: "a")))
    damaged[place - 1] = 0x7f
    #expect(try frames(damaged) == ["0"])
  }

  // MARK: Time

  /// Runs an instance on a thread of its own until it has ended.
  private final class Running: Sendable {
    private let drain: Drain
    let outcome = Mutex<Outcome?>(nil)
    private let over = Atomic<Bool>(false)
    var isOver: Bool { over.load(ordering: .acquiring) }
    private let engine: Engine

    /// - Parameter isTerminated: whether it is terminated before the instance exists. It then has an engine of its own,
    ///   which no other test interrupts.
    init(_ text: String, isTerminated: Bool = false) throws {
      let drain = try Drain()
      let engine = isTerminated ? try Engine() : try WasmHostTests.engine()
      self.drain = drain
      self.engine = engine
      if isTerminated { terminate() }
      let module = try assemble(text).withUnsafeBytes { bytes in
        try Module(compiling: bytes, path: "test.wasm", engine: engine)
      }
      try startThread { [self] in
        let instance = try? Instance(
          module, configuration: InstanceConfiguration(), drain: drain)
        let result = try? instance?.run()
        outcome.withLock { $0 = result }
        over.store(true, ordering: .releasing)
      }
    }

    func terminate() {
      drain.terminate()
      engine.interrupt()
    }

    /// The trap's message, once there is one.
    func message() -> String? {
      for _ in 0..<6000 {
        if case .trapped(let trap)? = outcome.withLock({ $0 }) { return trap.message }
        pause(milliseconds: 10)
      }
      return nil
    }
  }

  private static let imports = """
    (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_recv"
      (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    """

  @Test(
    "An instance that is ended ends, whatever it does: computes, recurses, waits for one socket",
    arguments: [
      "(loop $l (br $l))",
      "(loop $l (i32.store (i32.const 0) (i32.const 1)) (br $l))",
      "(loop $l (call $f) (br $l))",
      """
      (drop (call $open (i32.const 1) (i32.const 1) (i32.const 0)))
      (loop $l (drop (call $recv (i32.load (i32.const 0)) (i32.const 16) (i32.const 1)
        (i32.const 0) (i32.const 32) (i32.const 36))) (br $l))
      """,
    ])
  func termination(body: String) throws {
    let running = try Running(
      "(module \(Self.imports) (func $f) (func (export \"_start\") \(body)))")
    // It is at it.
    pause(milliseconds: 50)
    #expect(running.outcome.withLock { $0 == nil })
    // Another instance of the same engine is not meant.
    let other = try Guest()
    running.terminate()
    #expect(running.message()?.contains("interrupt") == true)
    try other.expect("sched_yield")
  }

  @Test("An instance that is ended does not wait on its standard streams")
  func standardStreams() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    // Nobody reads it, and it is full.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let octets = [UInt8](repeating: 0, count: 4096)
    while write(ends[1], octets, octets.count) > 0 {}
    _ = fcntl(ends[1], F_SETFL, 0)
    let guest = try Guest()
    let output = guest.instance.descriptors.insert(ends[1], kind: .output, state: [])
    var empty: [Int32] = [-1, -1]
    try #require(pipe(&empty) == 0)
    defer { for end in empty { close(end) } }
    let input = guest.instance.descriptors.insert(empty[0], kind: .input, state: [])
    guest.drain.terminate()
    try guest.vector(at: 64, to: 1024, count: 5)
    #expect(try guest.call("fd_write", output, 64, 1, 72) == .intr)
    #expect(try guest.call("fd_read", input, 64, 1, 72) == .intr)
  }

  @Test("An instance that was ended before it existed ends at once")
  func terminationBefore() throws {
    let running = try Running(
      "(module (func (export \"_start\") (loop $l (br $l))))", isTerminated: true)
    #expect(running.message()?.contains("interrupt") == true)
  }

  @Test("An instance whose start section computes for ever is ended as well")
  func startSection() throws {
    let running = try Running("(module (func $s (loop $l (br $l))) (start $s))")
    pause(milliseconds: 50)
    #expect(!running.isOver)
    running.terminate()
    for _ in 0..<6000 where !running.isOver { pause(milliseconds: 10) }
    #expect(running.isOver)
  }
}
