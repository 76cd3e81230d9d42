import Testing

@testable import ScriptedNetwork

/// A connection that is lost is lost alone.
struct ResetTests {
  struct Moment: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let prepare: @Sendable (TestServer, Client) -> Void
  }

  static var moments: [Moment] {
    [
      Moment(testDescription: "before it is accepted") { _, _ in },
      Moment(testDescription: "when it has been accepted") { server, _ in server.run() },
      Moment(testDescription: "in a header section") { server, client in
        client.send("GET / HTTP/1.1\r\nHo")
        server.run()
      },
      Moment(testDescription: "in content") { server, client in
        client.send(request("POST", "/", ["Content-Length: 10"]) + "123")
        server.run()
      },
      Moment(testDescription: "with an unread request") { server, client in
        server.run()
        client.send(request("GET"))
      },
      Moment(testDescription: "between two requests") { server, client in
        client.send(request("GET"))
        server.run()
      },
      Moment(testDescription: "with responses pending") { server, client in
        client.room = 10
        client.send(request("GET"))
        server.run()
      },
      Moment(testDescription: "with responses and requests pending") { server, client in
        client.room = 10
        for _ in 0..<50 { client.send(request("GET", "/octets?30000")) }
        server.run()
      },
      Moment(testDescription: "with the last response pending") { server, client in
        client.room = 10
        client.send(request("GET", "/", ["Connection: close"]))
        server.run()
      },
      Moment(testDescription: "with responses pending after its end") { server, client in
        client.room = 10
        client.send(request("GET"))
        client.finish()
        server.run()
      },
      Moment(testDescription: "while the server waits for its end") { server, client in
        client.send("nonsense\r\n\r\n")
        server.run()
      },
    ]
  }

  @Test("A reset closes that connection and no other", arguments: moments, [false, true])
  func reset(moment: Moment, splitsEvents: Bool) throws {
    let server = try TestServer()
    server.network.splitsEvents = splitsEvents
    let other = server.connect(sending: request("GET") + "POST / HT")
    let client = server.connect()
    moment.prepare(server, client)
    client.reset()
    server.run()
    #expect(client.isClosed)
    #expect(server.openConnections == 1)
    other.send("TP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
    server.run()
    #expect(other.replies().map(\.text).last == "echo: x")
  }

  @Test("A slot is used again after a reset, and stale events do no harm")
  func reuse() throws {
    let server = try TestServer { $0.maxConnections = 1 }
    server.network.splitsEvents = true
    for i in 0..<5 {
      let client = server.connect()
      client.room = 10
      client.send(request("POST", content: "\(i)"))
      server.run()
      let waiting = server.connect(sending: request("GET"))
      #expect(waiting.received.isEmpty)
      client.reset()
      server.run()
      #expect(client.isClosed)
      #expect(waiting.statuses == [200])
      waiting.finish()
      server.run()
      #expect(waiting.isClosed)
    }
  }
}
