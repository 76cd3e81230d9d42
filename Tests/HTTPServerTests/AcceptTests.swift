import HTTPCodec
import Sockets
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

struct AcceptTests {
  @Test("Clients beyond MAX_CONNECTIONS wait, and are served when there is a place")
  func full() throws {
    let server = try TestServer { $0.maxConnections = 3 }
    // All are in the middle of a request.
    let clients = (0..<9).map { i in
      let client = server.connect()
      client.send(request("POST", "/", ["Content-Length: 2"]) + "\(i)")
      return client
    }
    server.run(for: .seconds(5))
    #expect(server.network.interest(in: server.publicListener.descriptor) == [])
    #expect(server.openConnections == 3)
    #expect(server.publicListener.queue.count == 6)
    for (i, client) in clients.enumerated() {
      client.send(".")
      server.run()
      #expect(client.reply().text == "echo: \(i).")
      client.finish()
      server.run()
    }
    #expect(server.loop.context.journal.metrics.connectionsEvicted == 0)
    #expect(server.openConnections == 0)
    #expect(server.network.interest(in: server.publicListener.descriptor) == .read)
    #expect(server.loop.context.journal.metrics.connectionsAccepted == 9)
  }

  @Test("Places are given back by every way in which a connection ends")
  func places() throws {
    let server = try TestServer { $0.maxConnections = 1 }
    let ends: [(Client) -> Void] = [
      { $0.finish() }, { $0.reset() }, { _ in server.run(for: .seconds(130)) },
      {
        $0.send("nonsense\r\n")
        server.run(for: .seconds(5))
      },
    ]
    for end in ends + ends {
      let client = server.connect(sending: request("GET"))
      #expect(client.statuses == [200])
      end(client)
      server.run()
      #expect(client.isClosed)
    }
  }

  @Test("A request that came with the connection is answered in the same turn")
  func atOnce() throws {
    let server = try TestServer()
    let client = server.connect()
    client.send(request("GET"))
    try server.loop.turn()
    #expect(client.statuses == [200])
  }

  @Test("Hundreds of waiting clients are all served")
  func many() throws {
    let server = try TestServer { $0.maxConnections = 500 }
    let clients = (0..<500).map { _ in server.connect() }
    for client in clients { client.send(request("GET")) }
    server.run()
    #expect(clients.allSatisfy { $0.statuses == [200] })
  }

  @Test("The next client is served when one is lost before it is accepted")
  func lost() throws {
    let server = try TestServer()
    for _ in 0..<100 { server.publicListener.queue.append(nil) }
    let client = server.connect(sending: request("GET"))
    #expect(client.statuses == [200])
    #expect(server.loop.context.journal.metrics.connectionsLost == 100)
  }

  @Test("Accepting pauses for a tenth of a second when there are no descriptors")
  func exhausted() throws {
    let server = try TestServer()
    let other = server.connect(sending: request("POST", "/", ["Content-Length: 2"]) + "a")
    server.publicListener.exhaustedUntil = server.now + 250_000_000
    let client = server.connect()
    client.send(request("GET"))
    server.run()
    #expect(server.network.interest(in: server.publicListener.descriptor) == [])
    #expect(server.loop.context.journal.metrics.acceptPauses == 1)
    server.run(for: .milliseconds(99))
    #expect(server.publicListener.exhaustions == 1)
    other.send("b" + request("POST", "/", ["Content-Length: 2"]) + "a")
    server.run()
    #expect(other.statuses == [200])
    server.run(for: .milliseconds(200))
    #expect(server.publicListener.exhaustions == 3)
    #expect(client.received.isEmpty)
    server.run(for: .milliseconds(2))
    #expect(client.statuses == [200])
    #expect(server.publicListener.exhaustions == 3)
  }

  @Test(
    "A listening socket that failed ends the server, without spinning", arguments: [false, true])
  func failed(hasAdminPort: Bool) throws {
    let server = try TestServer { $0.adminPort = hasAdminPort ? TestServer.adminPort : nil }
    let client = server.connect(sending: request("POST", "/", ["Content-Length: 2"]) + "a")
    server.publicListener.failure = SocketError(code: 9)
    server.run(for: .seconds(5))
    #expect(!server.isDrained)
    client.send("b")
    server.run()
    #expect(client.reply().text == "echo: ab")
    client.finish()
    server.run()
    #expect(server.isDrained)
  }

  @Test("A failed admin port ends the server as well, without spinning")
  func adminFailed() throws {
    let server = try TestServer { $0.adminPort = TestServer.adminPort }
    let client = server.connect(sending: request("POST", "/", ["Content-Length: 2"]) + "a")
    server.network.listeners[1].failure = SocketError(code: 9)
    server.run(for: .seconds(5))
    client.send("b")
    server.run()
    #expect(client.reply().text == "echo: ab")
    client.finish()
    server.run()
    #expect(server.isDrained)
  }

  @Test("Without HOST it listens on every address: IPv6 and IPv4 in one, or IPv4 where that is all")
  func everyAddress() throws {
    let both = try TestServer {
      $0.adminPort = TestServer.adminPort
      $0.adminHost = nil
    }
    #expect(both.network.listeners.allSatisfy { $0.address.isIPv6 })
    // No such family, no such address, not granted.
    for code in [97, 99, 1] as [Int32] {
      let server = try TestServer(listening: false)
      server.network.faults.listenIPv6 = SocketError(code: code)
      try server.listen()
      #expect(server.network.listeners.map(\.address.isIPv6) == [false])
      #expect(server.connect(sending: request("GET")).statuses == [200])
    }
    // A port in use is in use, and one that was asked for by its address has no other.
    for (code, host) in [(98, nil), (97, IPAddress.anyIPv6)] as [(Int32, IPAddress?)] {
      let server = try TestServer(listening: false) { $0.host = host }
      server.network.faults.listenIPv6 = SocketError(code: code)
      #expect(throws: ListenError.self) { try server.listen() }
      #expect(server.network.listeners.isEmpty)
    }
  }

  @Test("A port that cannot be opened is told with its setting")
  func refused() throws {
    do {
      _ = try TestServer { $0.adminPort = TestServer.port }
      Issue.record("two listening sockets on a port")
    } catch let error as ListenError {
      #expect(error.setting.description == "ADMIN_PORT")
      #expect(error.address.port == TestServer.port)
      #expect(error.error == SocketError(code: 98))
    }
  }
}
