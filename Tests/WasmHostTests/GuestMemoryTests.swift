import Testing

@testable import WasmHost

struct GuestMemoryTests {
  @Test("Memory that has grown since the last call is seen")
  func growth() throws {
    let guest = try Guest()
    let end: UInt32 = 16 * 65536
    #expect(try guest.call("random_get", end, 8) == .fault)
    #expect(try guest.instance.call("grow", 1) == 16)
    try guest.expect("random_get", end, 65536)
    #expect(try guest.call("random_get", end + 65536, 1) == .fault)
  }

  @Test("A range that wraps around 32 bits is FAULT")
  func wrapping() throws {
    let guest = try Guest()
    #expect(try guest.call("random_get", 0xffff_ffff, 1) == .fault)
    #expect(try guest.call("random_get", 0xffff_fff0, 0x20) == .fault)
    #expect(try guest.call("poll_oneoff", 0, 0, 0xffff_ffff, 0) == .fault)
  }

  @Test("The whole of a 4 GiB memory can be addressed, and nothing after it")
  func fullMemory() throws {
    let guest = try Guest { $0.memoryLimit = 8 << 30 }
    #expect(try guest.instance.call("grow", 65536 - 16) == 16)
    try guest.expect("random_get", 0xffff_fff0, 16)
    #expect(try guest.call("random_get", 0xffff_fff0, 17) == .fault)
    try guest.expect("clock_time_get", 0, 0, 0xffff_fff8)
  }

  @Test("Memory does not grow beyond the limit")
  func limit() throws {
    let guest = try Guest { $0.memoryLimit = 2 << 20 }
    #expect(try guest.instance.call("grow", 16) == 16)
    #expect(try guest.instance.call("grow", 1) == .max)
  }

  @Test("A module that needs more than the limit at once is refused")
  func initialMemory() throws {
    let error = #expect(throws: HostError.self) {
      try Guest { $0.memoryLimit = 65536 }
    }
    guard case .notInstantiable(let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("memory"))
    #expect(!reason.contains("\n"))
  }

  @Test("A module without an exported memory gets FAULT for each pointer")
  func noMemory() throws {
    let module = try compile(
      """
      (module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (func (export "get") (result i32) (call $random (i32.const 0) (i32.const 1))))
      """)
    let instance = try Instance(module, configuration: InstanceConfiguration(), drain: Drain())
    #expect(try instance.call("get") == UInt32(Errno.fault.rawValue))
  }
}
