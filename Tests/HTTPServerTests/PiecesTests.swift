import HTTPService
import Memory
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// Responses whose content goes out in pieces, and what a route wants of the content of its requests.
struct PiecesTests {
  private static let size = 200_000

  private static var routes: Routes {
    let routes = Routes()
    let octets = ImmortalOctets(
      keeping: String(decoding: ScriptedNetwork.octets(size), as: UTF8.self))
    routes.get("/large") { _, response in
      response.write("begins ")
      response.rest = ContentSource(octets)
    }
    routes.get("/small") { _, response in response.write("small") }
    routes.post("/ten", maxContent: 10) { context, response in
      response.write(context.request.content)
    }
    routes.post("/slow", seconds: 60) { context, response in response.write(context.request.content)
    }
    return routes
  }

  private static var large: String {
    "begins " + String(decoding: ScriptedNetwork.octets(size), as: UTF8.self)
  }

  @Test("They are one response, with the requests behind it answered in their turn")
  func pipelined() throws {
    let server = try TestServer(routes: Self.routes)
    let client = server.connect(
      sending: request("GET", "/small") + request("GET", "/large") + request("GET", "/large")
        + request("GET", "/small"))
    server.run()
    #expect(client.statuses == [200, 200, 200, 200])
    #expect(client.replies().map(\.text) == ["small", Self.large, Self.large, "small"])
    #expect(client.replies()[1]["Content-Length"] == "\(Self.size + 7)")
  }

  @Test(
    "A client that takes little at a time makes the server hold one piece of them",
    arguments: [1000, 30_000])
  func slowly(room: Int) throws {
    let server = try TestServer(routes: Self.routes)
    let client = server.connect()
    client.room = room
    client.send(request("GET", "/large") + request("GET", "/small"))
    server.run(for: .seconds(1))
    while !client.received.suffix(5).elementsEqual("small".utf8) {
      #expect(server.memory(of: client) < 70_000)
      let before = client.received.count
      client.read(room)
      server.run(for: .milliseconds(10))
      try #require(client.received.count > before)
    }
    #expect(client.replies().map(\.text) == [Self.large, "small"])
  }

  @Test("A client that takes none is closed after WRITE_TIMEOUT, one that takes some is not")
  func timeouts() throws {
    let server = try TestServer(routes: Self.routes) { $0.writeTimeout = 4 * .second }
    let none = server.connect()
    let some = server.connect()
    (none.room, some.room) = (1000, 20_000)
    none.send(request("GET", "/large"))
    some.send(request("GET", "/large"))
    for _ in 0..<6 {
      server.run(for: .seconds(3))
      some.read(20_000)
    }
    #expect(none.isClosed && !some.isClosed)
  }

  @Test("HEAD has the length, and none of the content")
  func head() throws {
    let reply = try TestServer(routes: Self.routes).answer(
      request("HEAD", "/large"), method: "HEAD")
    #expect(reply["Content-Length"] == "\(Self.size + 7)" && reply.text.isEmpty)
  }

  @Test("A connection that closes does so behind the last piece")
  func closes() throws {
    let server = try TestServer(routes: Self.routes)
    let client = server.connect(sending: request("GET", "/large", ["Connection: close"]))
    server.run()
    #expect(client.reply().text == Self.large && client.isClosed && !client.wasCutOff)
  }

  @Test("Content above the limit of its route is refused before it has come, whatever its framing")
  func limit() throws {
    let server = try TestServer(routes: Self.routes)
    let known = server.connect(
      sending: "POST /ten HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n")
    #expect(known.statuses == [413] && known.sawEnd)
    let chunked = server.connect(
      sending: "POST /ten HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n")
    #expect(chunked.statuses.isEmpty)
    chunked.send("5\r\nghijk\r\n")
    server.run()
    #expect(chunked.statuses == [413] && chunked.sawEnd)
    let asks = server.connect(
      sending: "POST /ten HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n"
    )
    #expect(asks.statuses == [413])
    let fits = server.connect(
      sending: "POST /ten HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
    fits.send("0123456789")
    server.run()
    #expect(fits.reply().text == "0123456789")
    // All of it at once: the connection can go on.
    let whole = server.connect(
      sending: request("POST", "/ten", content: "0123456789a") + request("GET", "/small"))
    #expect(whole.statuses == [413, 200])
  }

  @Test("A route can give its requests longer than REQUEST_TIMEOUT, and they have that and no more")
  func time() throws {
    let server = try TestServer(routes: Self.routes) { $0.requestTimeout = 10 * .second }
    let slow = server.connect(
      sending: "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
    let other = server.connect(
      sending: "POST /ten HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
    let never = server.connect(
      sending: "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
    server.run(for: .seconds(11))
    #expect(other.statuses == [408] && slow.statuses.isEmpty)
    server.run(for: .seconds(40))
    slow.send("b")
    server.run(for: .milliseconds(1))
    #expect(slow.reply().text == "ab" && never.statuses.isEmpty)
    server.run(for: .seconds(20))
    #expect(never.statuses == [408])
  }
}
