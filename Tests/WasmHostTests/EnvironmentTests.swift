import Testing

@testable import WasmHost

struct EnvironmentTests {
  @Test("Arguments and environment are what the configuration says, byte for byte")
  func strings() throws {
    let guest = try Guest {
      $0.arguments = ["a.wasm", "--x", ""]
      $0.environment = [.init("PORT", "80"), .init("ÄÖ", "=b=")]
    }
    try guest.expect("args_sizes_get", 0, 4)
    #expect(try guest.load(0) == 3)
    #expect(try guest.load(4) == 12)
    try guest.expect("args_get", 16, 64)
    #expect(try [guest.load(16), guest.load(20), guest.load(24)] == [64, 71, 75])
    #expect(try guest.read(64, 12) == bytes("a.wasm\0--x\0\0"))

    try guest.expect("environ_sizes_get", 0, 4)
    #expect(try guest.load(0) == 2)
    #expect(try guest.load(4) == 17)
    try guest.expect("environ_get", 16, 64)
    #expect(try guest.read(64, 17) == bytes("PORT=80\0ÄÖ==b=\0"))
  }

  @Test("Nothing of the host's environment is passed by itself")
  func empty() throws {
    let guest = try Guest()
    try guest.expect("environ_sizes_get", 0, 4)
    #expect(try guest.load(0) == 0)
    #expect(try guest.load(4) == 0)
    try guest.expect("environ_get", 16, 64)
  }

  @Test("Bad pointers are FAULT, misaligned ones INVAL")
  func errors() throws {
    let guest = try Guest { $0.environment = [.init("A", "1")] }
    #expect(try guest.call("environ_get", 0xffff_fffc, 64) == .fault)
    #expect(try guest.call("environ_get", 16, 16 * 65536 - 2) == .fault)
    #expect(try guest.call("environ_get", 17, 64) == .inval)
    #expect(try guest.call("args_sizes_get", 0, 0xffff_ffff) == .fault)
  }

  @Test("Random bytes fill the buffer and nothing beside it")
  func random() throws {
    let guest = try Guest()
    try guest.expect("random_get", 1000, 500)
    #expect(try guest.read(1000, 500).contains { $0 != 0 })
    #expect(try guest.read(1500, 100).allSatisfy { $0 == 0 })
    try guest.expect("random_get", 16 * 65536, 0)
    #expect(try guest.call("random_get", 16 * 65536 - 1, 2) == .fault)
    #expect(try guest.call("random_get", 8, 0xffff_ffff) == .fault)
  }
}
