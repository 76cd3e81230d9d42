import Testing

@testable import WasmHost

struct SocketOptionTests {
  private func set(_ guest: Guest, _ fd: UInt32, _ name: UInt32, _ value: [UInt8]) throws -> Errno?
  {
    try guest.write(value, at: 128)
    return try guest.call("sock_setsockopt", fd, 0, name, 128, UInt32(value.count))
  }

  private func get(
    _ guest: Guest, _ fd: UInt32, _ name: UInt32, _ count: UInt32
  ) throws -> (Errno?, [UInt8]) {
    try guest.store(count, at: 160)
    let errno = try guest.call("sock_getsockopt", fd, 0, name, 128, 160)
    return (errno, errno == .success ? try guest.read(128, Int(try guest.load(160))) : [])
  }

  @Test("What is set can be read", arguments: [0, 7] as [UInt32])
  func flags(name: UInt32) throws {
    let guest = try Guest()
    let fd = try guest.open()
    #expect(try get(guest, fd, name, 4) == (.success, [0, 0, 0, 0]))
    #expect(try set(guest, fd, name, [1, 0, 0, 0]) == .success)
    #expect(try get(guest, fd, name, 4) == (.success, [1, 0, 0, 0]))
  }

  @Test("Sizes, linger and timeouts have their own layouts")
  func layouts() throws {
    let guest = try Guest()
    let fd = try guest.open()
    for name in [5, 6, 10] as [UInt32] {
      #expect(try set(guest, fd, name, [0, 0x20, 0, 0]) == .success)
      #expect(try get(guest, fd, name, 4).1.count == 4)
    }
    let linger: [UInt8] = [1, 0, 0, 0, 3, 0, 0, 0]
    #expect(try set(guest, fd, 9, linger) == .success)
    #expect(try get(guest, fd, 9, 8) == (.success, linger))
    let seconds: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    for name in [11, 12] as [UInt32] {
      #expect(try set(guest, fd, name, seconds) == .success)
      #expect(try get(guest, fd, name, 16) == (.success, seconds))
    }
  }

  @Test("ACCEPTCONN says whether the socket listens")
  func acceptsConnections() throws {
    let guest = try Guest()
    #expect(try get(guest, try guest.open(), 13, 4) == (.success, [0, 0, 0, 0]))
    #expect(try get(guest, try guest.listen().fd, 13, 4) == (.success, [1, 0, 0, 0]))
  }

  @Test("ERROR is a WASI errno, and is cleared")
  func pendingError() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try get(guest, fd, 2, 4) == (.success, [0, 0, 0, 0]))
    client.reset()
    settle()
    #expect(try get(guest, fd, 2, 4) == (.success, [15, 0, 0, 0]))
    #expect(try get(guest, fd, 2, 4) == (.success, [0, 0, 0, 0]))
    #expect(try set(guest, fd, 2, [0, 0, 0, 0]) == .inval)
  }

  @Test("Any other level, name or size is INVAL")
  func refused() throws {
    let guest = try Guest()
    let fd = try guest.open()
    for name in [1, 3, 4, 8, 14, 15, 0xffff_ffff] as [UInt32] {
      #expect(try set(guest, fd, name, [1, 0, 0, 0]) == .inval)
      #expect(try get(guest, fd, name, 4).0 == .inval)
    }
    #expect(try guest.call("sock_setsockopt", fd, 1, 0, 128, 4) == .inval)
    #expect(try guest.call("sock_setsockopt", fd, 6, 1, 128, 4) == .inval)
    #expect(try set(guest, fd, 0, [1]) == .inval)
    #expect(try set(guest, fd, 9, [1, 0, 0, 0]) == .inval)
    #expect(try get(guest, fd, 11, 8).0 == .inval)
    #expect(try guest.call("sock_setsockopt", fd, 0, 0, 0xffff_ffff, 4) == .fault)
    #expect(try guest.call("sock_getsockopt", fd, 0, 0, 128, 0xffff_ffff) == .fault)
    #expect(try get(guest, fd, 0, 0xffff_ffff).0 == .fault)
  }
}
