import Testing

@testable import WasmHost

/// Tests may play another runtime by standing before a host function.
struct ShadowTests {
  @Test("A shadow answers in place of the host")
  func replacing() throws {
    let guest = try Guest {
      $0.shadows = [Shadow("sock_accept") { _ in UInt32(Errno.connaborted.rawValue) }]
    }
    #expect(try guest.call("sock_accept", 3, 0) == .connaborted)
    #expect(try guest.call("sock_accept_3", 3, 0, 0) == .connaborted)
    #expect(try guest.call("sock_listen", 3, 0) == .badf)
  }

  @Test("A shadow may change the arguments, ask the host, and change the answer in memory")
  func forwarding() throws {
    let guest = try Guest {
      $0.shadows = [
        Shadow("sock_open") { call in
          let result = call.arguments[2]
          let errno = call.forward()
          guard let fd = try? call.memory.read(UInt32.self, at: result) else { return 21 }
          try? call.memory.write(fd + 0x1000_0000, at: result)
          return errno
        },
        Shadow("fd_close") { call in
          call.arguments[0] -= 0x1000_0000
          return call.forward()
        },
      ]
    }
    let fd = try guest.open()
    #expect(fd > 0x1000_0000)
    try guest.expect("fd_close", fd)
    #expect(try guest.call("fd_close", fd) == .badf)
  }
}
