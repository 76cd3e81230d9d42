import Testing

@testable import WasmHost

/// Whatever a guest passes, the host answers with an errno.
struct RobustnessTests {
  /// Numbers at the edges of what means something: descriptors, counts, the memory's end, the sign
  /// bit, the wrap.
  private static let numbers: [UInt32] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 48, 64, 100, 1023, 1024, 1025, 4096, 0xf_fff8, 0xf_ffff,
    0x10_0000, 0x10_0001, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_fffc, 0xffff_ffff,
  ]

  @Test(
    "No combination of odd arguments brings the host down", arguments: 1...4 as ClosedRange<UInt64>)
  func oddArguments(seed: UInt64) throws {
    let guest = try Guest()
    // Nothing of the test's own may be read or written, and nothing may block.
    for fd in 0...2 as ClosedRange<UInt32> { try guest.expect("fd_close", fd) }
    let functions = HostFunction.preview1.filter {
      $0.name != "proc_exit" && $0.name != "random_get"
    }
    var state = seed
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    var successes = 0
    for _ in 0..<4000 {
      try guest.write([UInt8](repeating: 0, count: 8192), at: 0)
      let function = functions[next(functions.count)]
      let isStandardAccept = function.name == "sock_accept" && function.parameters.count == 3
      let arguments = function.parameters.map { _ in
        RobustnessTests.numbers[next(RobustnessTests.numbers.count)]
      }
      let result = try guest.instance.call(
        isStandardAccept ? "sock_accept_3" : function.name, list: arguments)
      let number = try #require(result)
      let errno = try #require(Errno(rawValue: UInt16(number)))
      guard errno == .success else { continue }
      successes += 1
      // A new socket would block.
      if function.name == "sock_open" {
        try guest.setNonBlocking(try guest.memory.read(UInt32.self, at: arguments[2]))
      }
      if function.name == "fd_fdstat_set_flags" { try guest.setNonBlocking(arguments[0]) }
    }
    #expect(successes > 100)
  }

  @Test(
    "No list of address records brings the host down", arguments: 1...4 as ClosedRange<UInt64>)
  func oddAddressRecords(seed: UInt64) throws {
    let guest = try Guest()
    var state = seed
    func next() -> UInt32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32(truncatingIfNeeded: state >> 32)
    }
    // Mostly places near by, which hold more of the same.
    func pointer() -> UInt32 {
      let number = Int(next() % 64)
      return number < RobustnessTests.numbers.count
        ? RobustnessTests.numbers[number] : 256 + next() % 64 * 4
    }
    let nodes = ["127.0.0.1", "::1", "localhost", "a\0b", ""].map(bytes)
    var errnos: Set<Errno> = []
    for _ in 0..<1000 {
      for place in 0..<512 as Range<UInt32> { try guest.store(pointer(), at: place * 4) }
      // Hints that mean something, or nearly so.
      try guest.store(next() & 0x0203_007f, at: 0)
      try guest.store(next() & 3, at: 4)
      let node = nodes[Int(next() % 5)]
      try guest.write(node, at: 4096)
      let answer = try guest.instance.call(
        "sock_getaddrinfo",
        list: [4096, UInt32(node.count), 4096, 0, 0, pointer(), next() % 4, 8192])
      let number = try #require(answer)
      errnos.insert(try #require(Errno(rawValue: UInt16(number))))
    }
    // The whole way, and out of it at each place.
    #expect(errnos.isSuperset(of: [.success, .fault, .inval, .notcapable, .ainoname, .aimemory]))
  }
}
