import Testing

@testable import WasmHost

struct ConnectionLimitTests {
  private func guest(limit: UInt32, _ log: CapturedLog = CapturedLog()) throws -> Guest {
    let grant = try #require(ConnectGrants.Grant("127.0.0.1:*"))
    return try Guest {
      $0.maxConnections = limit
      $0.connectGrants = ConnectGrants([grant])
      $0.logger = log.logger
    }
  }

  @Test("Beyond the limit accept is MFILE and the connection waits; closing one makes room")
  func accepting() throws {
    let log = CapturedLog()
    let guest = try guest(limit: 2, log)
    let listener = try guest.listen()
    let clients = try (0..<3).map { _ in try Client(port: listener.port) }
    settle()
    let first = try guest.accept(listener.fd)
    _ = try guest.accept(listener.fd)
    #expect(try guest.call("sock_accept", listener.fd, 0) == .mfile)
    #expect(try guest.call("sock_accept_3", listener.fd, 4, 0) == .mfile)
    #expect(
      log.lines == [
        "refused: the guest has as many connections as it may have call=sock_accept limit=2"
      ])
    try guest.expect("fd_close", first)
    clients[2].send("still here")
    settle()
    #expect(try guest.receive(try guest.accept(listener.fd)).bytes == bytes("still here"))
    #expect(try guest.call("sock_accept", listener.fd, 0) == .mfile)
  }

  @Test("Connections made count too; sockets that are not connected do not")
  func connecting() throws {
    let guest = try guest(limit: 1)
    let listener = try guest.listen()
    let sockets = try (0..<5).map { _ in try guest.open() }
    let record = try guest.address([127, 0, 0, 1])
    let port = UInt32(listener.port)
    try guest.expect("sock_connect", sockets[0], record, port)
    #expect(try guest.call("sock_connect", sockets[1], record, port) == .mfile)
    #expect(try guest.call("sock_accept", listener.fd, 0) == .mfile)
    // Again on the same socket, it is no further one.
    #expect(try guest.call("sock_connect", sockets[0], record, port) == .isconn)
    try guest.expect("fd_close", sockets[0])
    try guest.expect("sock_connect", sockets[1], record, port)
  }

  @Test("A limit of 0 is no connections at all")
  func none() throws {
    let guest = try guest(limit: 0)
    let listener = try guest.listen()
    _ = try Client(port: listener.port)
    #expect(try guest.call("sock_accept", listener.fd, 0) == .mfile)
  }
}
