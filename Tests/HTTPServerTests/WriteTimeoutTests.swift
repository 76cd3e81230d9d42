import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// WRITE_TIMEOUT is for a client to take 16 KiB of what is to be sent, or the rest.
struct WriteTimeoutTests {
  @Test("A client that reads nothing is closed", arguments: [0, 1, 100])
  func readsNothing(room: Int) throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = room
    client.send(request("GET"))
    server.run(for: .milliseconds(9999))
    #expect(!client.isClosed)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed && client.received.count == room)
    #expect(server.loop.context.journal.metrics.connectionsTimedOut == 1)
  }

  @Test("A client that only reads a little is closed")
  func readsLittle() throws {
    let server = try TestServer { $0.maxRequestSize = 100_000 }
    let client = server.connect()
    client.room = 0
    client.send(request("GET", "/octets?90000"))
    for tenth in 1..<100 {
      server.network.after(.milliseconds(100 * tenth)) { client.read(160) }
    }
    server.run(for: .milliseconds(9999))
    #expect(!client.isClosed)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed)
  }

  @Test("A client that sends on but does not read is closed")
  func sendsOn() throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 0
    client.send(request("GET"))
    for second in 1..<20 {
      server.network.after(.seconds(second)) { client.send(request("GET")) }
    }
    server.run(for: .milliseconds(9999))
    #expect(!client.isClosed)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed)
  }

  @Test("A client that reads slowly but enough gets everything")
  func readsEnough() throws {
    let server = try TestServer { $0.maxRequestSize = 1_000_000 }
    let client = server.connect()
    client.room = 0
    client.send(request("GET", "/octets?1000000"))
    server.run()
    for _ in 0..<62 {
      server.run(for: .milliseconds(9900))
      client.read(16_384)
    }
    server.run()
    #expect(client.reply().content == octets(1_000_000))
    #expect(!client.isClosed)
  }

  @Test(
    "A client that takes 16 KiB in time, across responses, gets everything", arguments: [1, 2, 3])
  func acrossResponses(readsInTime: Int) throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 0
    let count = 100
    client.send(String(repeating: request("GET", "/octets?1000"), count: count))
    server.run()
    for _ in 0..<40 where client.received.count < 100_000 {
      for _ in 0..<readsInTime {
        server.run(for: .milliseconds(9900 / readsInTime))
        client.read(20_000 / readsInTime)
      }
    }
    client.read(100_000)
    server.run()
    #expect(!client.isClosed)
    #expect(client.replies().count == count)
  }

  @Test("Each response has its own time once the one before is taken")
  func nextResponse() throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 0
    client.send(request("GET", "/octets?17000") + request("GET", "/octets?1000"))
    server.run(for: .seconds(1))
    client.read(17_000)  // all but the end of the first one
    server.run(for: .seconds(9))
    client.read(500)  // that end and some of the second one
    server.run(for: .seconds(9))
    #expect(!client.isClosed)
    client.read(10_000)
    server.run()
    #expect(client.replies().map(\.content.count) == [17_000, 1000])
  }

  @Test("What the client is still to be told counts as well", arguments: ["GET /", "nonsense\r\n"])
  func lastResponse(text: String) throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 5
    client.send(text)
    client.finish()
    server.run(for: .milliseconds(9999))
    #expect(!client.isClosed)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed && client.text == "HTTP/")
  }
}
