import Sockets
import Testing

@testable import HTTPCodec
@testable import HTTPServer
@testable import ScriptedNetwork

/// MAX_CONNECTIONS_PER_ADDRESS: one client has no more than its part.
struct AddressLimitTests {
  private func server(
    _ most: Int, trusting proxies: String = "", _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> TestServer {
    let trusted = try trustedProxies(proxies)
    return try TestServer {
      $0.maxConnectionsPerAddress = most
      $0.trustedProxies = trusted
      change(&$0)
    }
  }

  private func answered(_ server: TestServer, from address: [UInt8]) -> Bool {
    let client = server.connect(from: address)
    client.send(request("GET"))
    server.run()
    return client.statuses == [200]
  }

  private func overLimit(_ server: TestServer) -> UInt64 {
    server.loop.context.journal.metrics.connectionsOverLimit
  }

  /// In 2001:db8::/32.
  private func v6(_ network: UInt8, _ host: UInt8) -> [UInt8] {
    [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host]
  }

  @Test("An address with as many connections as it may gets no other, and others are served")
  func limit() throws {
    let server = try server(3)
    let clients = (0..<5).map { _ in server.connect(from: [203, 0, 113, 7]) }
    server.run()
    #expect(clients.map(\.isClosed) == [false, false, false, true, true])
    #expect(clients[4].received.isEmpty)
    #expect(server.openConnections == 3 && overLimit(server) == 2)
    #expect(server.loop.context.journal.metrics.connectionsAccepted == 3)
    #expect(answered(server, from: [203, 0, 113, 8]))
    // A place that is given back is its own again.
    clients[1].reset()
    server.run()
    #expect(answered(server, from: [203, 0, 113, 7]))
    #expect(!answered(server, from: [203, 0, 113, 7]))
  }

  @Test("An IPv6 client is its /64, whichever of its addresses it uses")
  func network() throws {
    let server = try server(2)
    #expect(answered(server, from: v6(1, 1)))
    #expect(answered(server, from: v6(1, 2)))
    #expect(!answered(server, from: v6(1, 3)))
    #expect(answered(server, from: v6(2, 1)))
    // The first octets of ::/64 are zeros, as those of a free slot are.
    let loopback = [UInt8](repeating: 0, count: 15) + [1]
    #expect(answered(server, from: loopback) && answered(server, from: loopback))
    #expect(!answered(server, from: loopback))
  }

  @Test("A proxy of ours has any number, for it has many clients, and so has who cannot be told")
  func proxies() throws {
    let server = try server(1, trusting: "10.0.0.0/8")
    for _ in 0..<3 { #expect(answered(server, from: [10, 1, 2, 3])) }
    for _ in 0..<3 { _ = server.connect(sending: request("GET")) }
    #expect(server.openConnections == 6 && overLimit(server) == 0)
  }

  @Test("Without the setting an address has as many as there are slots")
  func off() throws {
    let server = try server(0)
    for _ in 0..<8 { #expect(answered(server, from: [203, 0, 113, 7])) }
    #expect(server.openConnections == 8 && overLimit(server) == 0)
  }

  @Test("One connection too many takes no other client's place, when all are taken")
  func evictsNobody() throws {
    let server = try server(2) { $0.maxConnections = 3 }
    let idle =
      [server.connect(from: [192, 0, 2, 1])]
      + (0..<2).map { _ in server.connect(from: [203, 0, 113, 7]) }
    server.run(for: .seconds(1))
    for _ in 0..<20 { _ = server.connect(from: [203, 0, 113, 7]) }
    server.run()
    #expect(idle.allSatisfy { !$0.isClosed })
    #expect(overLimit(server) == 20)
  }

  @Test("Slots that were used before count for who has them now")
  func reuse() throws {
    let server = try server(2)
    for round in 0..<50 {
      let clients = (0..<3).map { _ in server.connect(from: [203, 0, 113, UInt8(round % 5)]) }
      server.run()
      #expect(clients.filter { !$0.isClosed }.count == 2)
      for client in clients where !client.isClosed { client.reset() }
      server.run()
    }
    #expect(server.openConnections == 0)
  }
}
