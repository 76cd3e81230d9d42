import Testing

@testable import WasmHost

struct ClockTests {
  @Test("Time goes on, and the realtime clock shows this century")
  func timeGoesOn() throws {
    let guest = try Guest()
    try guest.expect("clock_time_get", 1, 0, 8)
    let first = try guest.memory.read(UInt64.self, at: 8)
    try guest.expect("clock_time_get", 1, 0, 8)
    #expect(try guest.memory.read(UInt64.self, at: 8) >= first)
    try guest.expect("clock_time_get", 0, 0, 8)
    #expect(try guest.memory.read(UInt64.self, at: 8) > 1_700_000_000_000_000_000)
  }

  @Test(
    "Each of the four clocks has a time and a resolution", arguments: 0...3 as ClosedRange<UInt32>)
  func clocks(id: UInt32) throws {
    let guest = try Guest()
    try guest.expect("clock_time_get", id, 0, 8)
    try guest.expect("clock_res_get", id, 8)
    #expect(try guest.memory.read(UInt64.self, at: 8) > 0)
  }

  @Test("A clock that does not exist is INVAL, a bad pointer FAULT")
  func errors() throws {
    let guest = try Guest()
    #expect(try guest.call("clock_time_get", 4, 0, 8) == .inval)
    #expect(try guest.call("clock_res_get", 99, 8) == .inval)
    #expect(try guest.call("clock_time_get", 0, 0, 0xffff_ffff) == .fault)
    #expect(try guest.call("clock_time_get", 0, 0, 16 * 65536 - 4) == .fault)
    #expect(try guest.call("clock_time_get", 0, 0, 12) == .inval, "misaligned")
  }
}
