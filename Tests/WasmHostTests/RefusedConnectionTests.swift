import CLinux
import Glibc
import Testing

@testable import WasmHost

/// ACCEPTCONN set to 0: nobody new is let in, and nobody who is in already is lost.
struct RefusedConnectionTests {
  private static let acceptsConnections: UInt32 = 13

  private func set(_ guest: Guest, _ fd: UInt32, _ value: UInt32, size: UInt32 = 4) throws -> Errno?
  {
    try guest.store(value, at: 512)
    return try guest.call("sock_setsockopt", fd, 0, Self.acceptsConnections, 512, size)
  }

  /// A client that connects without waiting.
  private func connect(to port: UInt16) throws -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let client = socket(AF_INET, kind, 0)
    try #require(client >= 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0 || errno == EINPROGRESS)
    return client
  }

  private func isConnected(_ client: Int32, within milliseconds: Int32) -> Bool {
    var question = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
    return poll(&question, 1, milliseconds) == 1 && question.revents & Int16(POLLERR | POLLHUP) == 0
  }

  @Test("Connections that are made can be accepted, new ones are not made")
  func refuses() throws {
    let guest = try Guest()
    let (listener, port) = try guest.listen()
    try guest.setNonBlocking(listener)
    let first = try connect(to: port)
    defer { close(first) }
    try #require(isConnected(first, within: 60_000))
    settle()
    #expect(try set(guest, listener, 0) == .success)

    let second = try connect(to: port)
    defer { close(second) }
    // (Loopback takes microseconds.)
    #expect(!isConnected(second, within: 100))
    try guest.expect("sock_accept", listener, 0)
    let connection = try guest.load(0)
    #expect(try guest.call("sock_accept", listener, 0) == .again)

    // What is accepted goes on as ever.
    #expect(send(first, "ping", 4, Int32(MSG_NOSIGNAL)) == 4)
    var question = pollfd(fd: first, events: Int16(POLLIN), revents: 0)
    try guest.write(Array("pong".utf8), at: 1024)
    try guest.vector(at: 768, to: 1024, count: 4)
    try guest.expect("sock_send", connection, 768, 1, 0, 776)
    #expect(poll(&question, 1, 60_000) == 1)
  }

  @Test("Anything else but 0 on a listening socket is refused")
  func invalid() throws {
    let guest = try Guest()
    let (listener, _) = try guest.listen()
    #expect(try set(guest, listener, 1) == .inval)
    #expect(try set(guest, listener, 0, size: 8) == .inval)
    #expect(try set(guest, listener, 0, size: 0) == .inval)
    let other = try guest.open()
    #expect(try set(guest, other, 0) == .inval)
  }
}
