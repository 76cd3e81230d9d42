import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// The end of the server. DRAIN_DELAY is 2 seconds here, DRAIN_TIMEOUT 25.
struct DrainTests {
  /// A server in a drain, with connections that were prepared before.
  private func server(
    hasAdminPort: Bool = false, _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> TestServer {
    try TestServer {
      $0.adminPort = hasAdminPort ? TestServer.adminPort : nil
      change(&$0)
    }
  }

  private func drain(_ server: TestServer) {
    server.network.drainRequested = true
    server.run()
  }

  @Test("A server without connections is drained at once")
  func nothingToDo() throws {
    let server = try server()
    server.run(for: .seconds(1))
    drain(server)
    #expect(server.isDrained)
    #expect(server.publicListener.isClosed)
  }

  @Test("With an admin port it goes on accepting for DRAIN_DELAY")
  func delay() throws {
    let server = try server(hasAdminPort: true)
    #expect(server.adminAnswer(request("POST", "/drain")).status == 200)
    server.run(for: .milliseconds(1900))
    #expect(!server.publicListener.isClosed)
    let client = server.connect(sending: request("GET"))
    #expect(client.reply()["Connection"] == "close")
    client.finish()
    server.run(for: .milliseconds(99))
    #expect(!server.isDrained)
    server.run(for: .milliseconds(1))
    #expect(server.isDrained && server.publicListener.isClosed)
  }

  @Test("Readiness fails at once, the server goes on living")
  func readiness() throws {
    let server = try server(hasAdminPort: true)
    let admin = server.connectToAdmin()
    admin.send(request("GET", "/readyz") + request("POST", "/drain"))
    server.run()
    #expect(admin.statuses == [200, 200])
    #expect(server.adminAnswer(request("GET", "/readyz")).status == 503)
    #expect(server.adminAnswer(request("GET", "/livez")).status == 200)
    server.run(for: .milliseconds(1999))
    #expect(server.adminAnswer(request("GET", "/readyz")).status == 503)
  }

  @Test("Clients that wait in the queue are served before the listening socket is closed")
  func queue() throws {
    let server = try server()
    let clients = (0..<7).map { _ in server.connect() }
    for client in clients { client.send(request("GET")) }
    server.publicListener.queue.insert(nil, at: 3)
    drain(server)
    #expect(server.publicListener.isClosed)
    for client in clients {
      #expect(client.reply().status == 200)
      client.finish()
    }
    server.run()
    #expect(server.isDrained)
  }

  @Test("More clients than there are places are served one after the other")
  func longQueue() throws {
    let server = try server()
    let clients = (0..<30).map { _ in server.connect() }
    for client in clients {
      client.send(request("GET"))
      client.finish()
    }
    drain(server)
    server.run(for: .seconds(1))
    #expect(clients.allSatisfy { $0.statuses == [200] })
    #expect(server.isDrained)
  }

  @Test("Clients in the queue are served when there are no descriptors for a moment")
  func exhausted() throws {
    let server = try server()
    let other = server.connect(sending: "GET / HT")
    let client = server.connect()
    client.send(request("GET"))
    server.publicListener.exhaustedUntil = server.now + 200_000_000
    drain(server)
    server.run(for: .milliseconds(500))
    #expect(client.statuses == [200])
    client.finish()
    other.reset()
    server.run()
    #expect(server.isDrained)
  }

  @Test("Requests that have begun are answered")
  func inFlight() throws {
    let server = try server()
    let texts = ["POST / HTTP/1.1\r\nHost: a\r\nContent-Le", "ngth: 5\r\n\r\nhello"]
    let client = server.connect(sending: texts[0])
    drain(server)
    server.run(for: .seconds(9))
    #expect(!server.isDrained)
    client.send(texts[1])
    server.run()
    #expect(client.reply().text == "echo: hello")
    #expect(client.reply()["Connection"] == "close")
    client.finish()
    server.run()
    #expect(server.isDrained)
  }

  @Test("Responses that clients have not taken are sent")
  func pending() throws {
    let server = try server()
    let client = server.connect()
    client.room = 10
    client.send(request("GET") + request("GET", "/octets?30000"))
    server.run()
    drain(server)
    server.run(for: .seconds(5))
    #expect(!server.isDrained)
    client.read(100_000)
    server.run()
    #expect(client.replies().map(\.content.count) == [34, 30_000])
    client.finish()
    server.run()
    #expect(server.isDrained)
  }

  @Test("Idle connections are closed after a second", arguments: ["", request("GET")])
  func idle(text: String) throws {
    let server = try server()
    let client = server.connect(sending: text)
    client.forget()
    server.run(for: .seconds(5))
    drain(server)
    server.run(for: .milliseconds(999))
    #expect(!client.isClosed)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed && client.received.isEmpty)
    #expect(server.isDrained)
  }

  @Test("A request that comes on an idle connection within that second is answered")
  func grace() throws {
    let server = try server()
    let client = server.connect(sending: request("GET"))
    drain(server)
    server.run(for: .milliseconds(900))
    client.send("POST / HTTP/1.1\r\nHost: a\r\n")
    server.run(for: .milliseconds(900))
    client.send("Content-Length: 1\r\n\r\nx")
    server.run()
    #expect(client.statuses == [200, 200])
    #expect(client.replies()[1]["Connection"] == "close")
    client.finish()
    server.run()
    #expect(server.isDrained)
  }

  @Test("Idle connections that take all places do not hold the drain up")
  func fullOfIdle() throws {
    let server = try server { $0.maxConnections = 2 }
    let idle = (0..<2).map { _ in server.connect(sending: request("GET")) }
    drain(server)
    server.run(for: .seconds(2))
    #expect(idle.allSatisfy { $0.isClosed })
    #expect(server.isDrained)
  }

  @Test("Clients in the queue get the places of idle connections")
  func queueBehindIdle() throws {
    let server = try server { $0.maxConnections = 1 }
    let idle = server.connect(sending: request("GET"))
    let client = server.connect(sending: request("GET"))
    drain(server)
    server.run(for: .seconds(2))
    #expect(idle.isClosed)
    #expect(client.statuses == [200])
  }

  @Test("DRAIN_TIMEOUT ends it, whatever is not done")
  func timeout() throws {
    let server = try server { $0.requestTimeout = 3_600_000_000_000 }
    _ = server.connect(sending: "GET / HT")
    drain(server)
    server.run(for: .milliseconds(24_999))
    #expect(!server.isDrained)
    server.run(for: .milliseconds(1))
    #expect(server.isDrained)
  }

  @Test("DRAIN_TIMEOUT ends it when the delay is longer, or all places are taken")
  func timeoutWhileAccepting() throws {
    let slow = try server(hasAdminPort: true) { $0.drainDelay = 60_000_000_000 }
    drain(slow)
    slow.run(for: .milliseconds(24_999))
    #expect(!slow.isDrained)
    slow.run(for: .milliseconds(1))
    #expect(slow.isDrained)

    let full = try server {
      $0.maxConnections = 1
      $0.requestTimeout = 3_600_000_000_000
    }
    let clients = (0..<2).map { _ in full.connect(sending: "GET / HT") }
    drain(full)
    full.run(for: .milliseconds(24_999))
    #expect(!full.isDrained && clients[0].received.isEmpty)
    full.run(for: .milliseconds(1))
    #expect(full.isDrained)
  }

  @Test("The network's wish and the admin port's are one drain, and a second wish changes nothing")
  func twice() throws {
    let server = try server(hasAdminPort: true) { $0.requestTimeout = 3_600_000_000_000 }
    _ = server.connect(sending: "GET / HT")
    drain(server)
    server.run(for: .seconds(1))
    #expect(server.adminAnswer(request("POST", "/drain")).status == 200)
    server.run(for: .seconds(1))
    #expect(server.publicListener.isClosed)
    #expect(server.adminAnswer(request("POST", "/drain")).status == 200)
    server.run(for: .milliseconds(22_999))
    #expect(!server.isDrained)
    server.run(for: .milliseconds(1))
    #expect(server.isDrained)
  }

  @Test("Clients of the admin port do not hold it up, and can look until the end")
  func adminConnections() throws {
    let server = try server(hasAdminPort: true)
    let admin = server.connectToAdmin()
    let client = server.connect(sending: "GET / HT")
    drain(server)
    server.run(for: .seconds(5))
    let reply = server.adminAnswer(request("GET", "/metrics"))
    #expect(reply.text.contains("\nhttp_server_ready 0\n"))
    let other = server.connectToAdmin()
    server.run()
    #expect(admin.isClosed && !other.isClosed)
    client.reset()
    server.run()
    #expect(server.isDrained)
  }

  @Test("A connection that lingers is waited for, and no longer than it lingers")
  func lingering() throws {
    let server = try server()
    let client = server.connect(sending: "GET / HTTP/1.1\r\n\r\n")
    drain(server)
    server.run(for: .milliseconds(4999))
    #expect(!client.isClosed && !server.isDrained)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed && server.isDrained)
  }
}
