import Testing

@testable import ScriptedNetwork

/// The end of a connection that the server ends (RFC 9112 9.6): it says that it sends no more, and
/// reads on, so that the response is not lost.
struct LingeringTests {
  static let long = String(repeating: "x", count: 9000)

  static let endings: [(name: String, status: Int, text: String)] = [
    ("bare LF", 400, "GET / HTTP/1.1\nHost: a\n\n"),
    ("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
    ("malformed chunk", 400, request("POST", "/", ["Transfer-Encoding: chunked"]) + "-1\r\n"),
    ("both framings", 400, request("POST", "/", ["Transfer-Encoding: chunked"], content: "a")),
    ("content too large", 413, request("POST", "/", ["Content-Length: 8192"])),
    (
      "content far too large", 413,
      request("POST", "/", ["Content-Length: 99999999999999999999999"])
    ),
    ("chunk too large", 413, request("POST", "/", ["Transfer-Encoding: chunked"]) + "FFFFFFFFFF"),
    (
      "extensions too large", 413,
      request("POST", "/", ["Transfer-Encoding: chunked"]) + "1;" + long
    ),
    ("target too long", 414, "GET /" + long),
    ("header section too large", 431, "GET / HTTP/1.1\r\nX-Long: " + long),
    (
      "trailer section too large", 431,
      request("POST", "/", ["Transfer-Encoding: chunked"]) + "0\r\nX-Long: " + long
    ),
    ("method too long", 501, long + " / HTTP/1.1\r\n"),
    ("unknown coding", 501, request("POST", "/", ["Transfer-Encoding: gzip, chunked"])),
    ("later version", 505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
    ("unknown expectation", 417, request("POST", "/", ["Expect: x"], content: "a")),
    ("octets behind the last request", 200, request("GET", "/", ["Connection: close"]) + "x"),
    ("a tunnel", 405, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
  ]

  /// Requests behind which their clients send nothing, as they say.
  static let lastRequests: [(status: Int, text: String)] = [
    (200, request("GET", "/", ["Connection: close"])),
    (200, request("POST", "/", ["Connection: close"], content: "abc")),
    (200, request("POST", "/", ["Connection: close", "Transfer-Encoding: chunked"]) + "0\r\n\r\n"),
    (200, "GET / HTTP/1.0\r\n\r\n"),
    (405, request("DELETE", "/", ["Connection: close"])),
    (501, request("FOO", "/", ["Connection: close"])),
  ]

  private func ending(_ name: String) throws -> (status: Int, text: String) {
    let ending = try #require(Self.endings.first { $0.name == name })
    return (ending.status, ending.text)
  }

  @Test(
    "The response says close, the server half-closes and discards what still comes",
    arguments: endings.map(\.name))
  func discards(name: String) throws {
    let (status, text) = try ending(name)
    let server = try TestServer()
    let client = server.connect(sending: text)
    let reply = client.reply()
    #expect(reply.status == status && reply["Connection"] == "close")
    #expect(client.sawEnd && !client.isClosed)
    for _ in 0..<100 { client.send(Self.long) }
    client.send(request("GET"))
    server.run()
    #expect(client.unread == 0)
    #expect(client.reply() == reply)
    client.finish()
    server.run()
    #expect(client.isClosed && !client.wasCutOff)
    #expect(server.openConnections == 0)
  }

  @Test(
    "Where nothing can follow the request the connection is closed at once, however it came",
    arguments: lastRequests.map(\.text))
  func closedAtOnce(text: String) throws {
    let server = try TestServer()
    let whole = server.connect(sending: text)
    #expect(whole.isClosed && !whole.wasCutOff)
    #expect(whole.statuses == Self.lastRequests.filter { $0.text == text }.map(\.status))
    let cut = server.connect()
    for octet in text.utf8 {
      #expect(!cut.isClosed)
      cut.send([octet])
      server.run()
    }
    #expect(cut.isClosed && cut.received == whole.received && server.openConnections == 0)
  }

  @Test("A client that never ends is closed after five seconds", arguments: endings.map(\.name))
  func time(name: String) throws {
    let server = try TestServer()
    let client = server.connect(sending: try ending(name).text)
    server.run(for: .milliseconds(4999))
    #expect(!client.isClosed)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed)
  }

  @Test("Sending on does not prolong it")
  func sendingOn() throws {
    let server = try TestServer()
    let client = server.connect(sending: "GET / HTTP/1.1\r\n\r\n")
    for tenth in 1..<50 {
      server.network.after(.milliseconds(100 * tenth)) { client.send("x") }
    }
    server.run(for: .milliseconds(4999))
    #expect(!client.isClosed)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed && !client.wasCutOff)
  }

  @Test("A client that has ended already is closed at once", arguments: endings.map(\.name))
  func endedAlready(name: String) throws {
    let server = try TestServer()
    let client = server.connect()
    client.send(try ending(name).text)
    client.finish()
    server.run()
    #expect(client.statuses == [try ending(name).status])
    #expect(client.isClosed && !client.wasCutOff)
  }

  @Test("The end is said when all is sent, and the five seconds begin then")
  func afterSending() throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 100
    client.send(request("GET", "/octets?1000", ["Connection: close"]) + "x")
    server.run(for: .seconds(4))
    #expect(!client.sawEnd)
    client.read(10_000)
    server.run(for: .milliseconds(4999))
    #expect(client.sawEnd && !client.isClosed)
    #expect(client.reply().content == octets(1000))
    server.run(for: .milliseconds(1))
    #expect(client.isClosed)
  }

  @Test("A refused HEAD has an answer without content")
  func head() throws {
    let client = try TestServer().connect(sending: "HEAD / HTTP/1.1\r\n\r\n")
    let reply = client.reply(to: "HEAD")
    #expect(reply.status == 400)
    #expect(reply["Content-Length"] == "39")
  }

  @Test("A refusal says the reason")
  func reason() throws {
    let client = try TestServer().connect(sending: "GET / HTTP/1.1\r\n\r\n")
    #expect(client.reply().text == "an HTTP/1.1 request needs a Host field\n")
    #expect(client.reply()["Content-Type"] == "text/plain; charset=utf-8")
    #expect(client.reply()["Date"] != nil)
  }
}
