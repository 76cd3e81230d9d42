import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// Expect: 100-continue (RFC 9110 10.1.1).
struct ContinueTests {
  static let interim = "HTTP/1.1 100 Continue\r\n\r\n"

  private func head(_ fields: String..., version: String = "1.1") -> String {
    request("POST", "/", ["Expect: 100-continue"] + fields, version: version)
  }

  @Test("100 is sent once, when the head has come and no content", arguments: [false, true])
  func once(isChunked: Bool) throws {
    let server = try TestServer()
    let client = server.connect(
      sending: head(isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 4"))
    #expect(client.text == Self.interim)
    for part in isChunked ? ["4", "\r\n", "ab", "cd\r\n", "0\r\n\r"] : ["a", "b", "c"] {
      client.send(part)
      server.run(for: .seconds(1))
      #expect(client.text == Self.interim)
    }
    client.send(isChunked ? "\n" : "d")
    server.run()
    #expect(client.statuses == [100, 200])
    #expect(client.replies().last?.text == "echo: abcd")
  }

  @Test("100 is sent at the last octet of the head, not before")
  func octets() throws {
    let server = try TestServer()
    let client = server.connect()
    let text = head("Content-Length: 1")
    for octet in text.utf8 {
      server.run()
      #expect(client.received.isEmpty)
      client.send([octet])
    }
    server.run()
    #expect(client.text == Self.interim)
  }

  @Test("Each request gets its own 100")
  func each() throws {
    let server = try TestServer()
    let client = server.connect()
    for _ in 0..<2 {
      client.send(head("Content-Length: 1"))
      server.run()
      client.send("x")
      server.run()
    }
    #expect(client.statuses == [100, 200, 100, 200])
  }

  @Test("100 comes behind the answers to the requests before")
  func order() throws {
    let client = try TestServer().connect(sending: request("GET") + head("Content-Length: 1"))
    #expect(client.statuses == [200, 100])
  }

  @Test(
    "No 100 when content has come already",
    arguments: [
      "Content-Length: 4\r\n\r\na", "Content-Length: 4\r\n\r\nabc",
      "Transfer-Encoding: chunked\r\n\r\n4", "Transfer-Encoding: chunked\r\n\r\n4\r\n",
      "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd", "Transfer-Encoding: chunked\r\n\r\n4;a=b",
    ])
  func notNeeded(rest: String) throws {
    let client = try TestServer().connect(
      sending: "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n" + rest)
    #expect(client.received.isEmpty)
  }

  @Test("No 100 when the request is complete")
  func complete() throws {
    let server = try TestServer()
    #expect(server.answer(head("Content-Length: 2") + "ab").text == "echo: ab")
    #expect(server.answer(head("Content-Length: 0")).text == "echo: ")
    #expect(server.answer(head()).text == "echo: ")
  }

  @Test("No 100 for HTTP/1.0, which does not know it")
  func http10() throws {
    let server = try TestServer()
    let client = server.connect(sending: head("Content-Length: 1", version: "1.0"))
    #expect(client.received.isEmpty)
    client.send("x")
    server.run()
    #expect(client.reply().text == "echo: x")
  }

  @Test(
    "100-continue in a list of itself is 100-continue",
    arguments: ["100-continue, 100-continue", "100-continue,", ",100-Continue"])
  func list(expectation: String) throws {
    let client = try TestServer().connect(
      sending: request("POST", "/", ["Expect: \(expectation)", "Content-Length: 1"]))
    #expect(client.text == Self.interim)
  }

  private static let refusals: [(method: String, target: String, status: Int)] = [
    ("POST", "/missing", 404), ("PUT", "/", 405), ("DELETE", "/", 405), ("FOO", "/", 501),
    ("OPTIONS", "/", 204), ("OPTIONS", "*", 204), ("CONNECT", "a:1", 405),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "/missing", 501), ("GET", "/missing?a", 404),
  ]

  private var routes: Routes {
    let routes = Routes()
    routes.get("/") { _, response in response.write("page") }
    routes.post("/") { context, response in response.write(context.request.content) }
    return routes
  }

  @Test(
    "What no handler will see gets its final status at once, and is the last",
    arguments: refusals, ["Content-Length: 4", "Transfer-Encoding: chunked"])
  func refused(item: (method: String, target: String, status: Int), framing: String) throws {
    let server = try TestServer(routes: routes)
    let client = server.connect()
    let text = request(item.method, item.target, ["Expect: 100-continue", framing])
    // Not before the head is complete, whatever is known before.
    client.send(Array(text.utf8.dropLast()))
    server.run()
    #expect(client.received.isEmpty)
    client.send("\n")
    server.run()
    let reply = client.reply(to: item.method)
    #expect(reply.status == item.status)
    #expect(reply["Connection"] == "close")
    #expect(client.sawEnd && !client.isClosed)
    // The content may come all the same; a request behind it is none that is answered.
    client.send("4\r\nabcd\r\n0\r\n\r\n" + request("GET"))
    server.run()
    #expect(client.reply(to: item.method) == reply)
    #expect(client.unread == 0)
    client.finish()
    server.run()
    #expect(client.isClosed)
    let answered = server.loop.context.journal.answered
    #expect(answered == 1)
  }

  @Test("A preflight that expects is answered at once, as any other")
  func preflight() throws {
    let client = try TestServer(routes: routes).connect(
      sending: request(
        "OPTIONS", "/",
        [
          "Origin: https://a.example", "Access-Control-Request-Method: POST",
          "Expect: 100-continue", "Content-Length: 4",
        ]))
    #expect(client.reply().status == 204)
    #expect(client.reply()["Access-Control-Allow-Methods"] == "GET, HEAD, POST, OPTIONS")
    #expect(client.sawEnd)
  }

  @Test("Some of the content changes nothing about what no handler will see")
  func refusedWithContent() throws {
    let server = try TestServer(routes: routes)
    for content in ["a", "abc"] {
      let client = server.connect(
        sending: request("PUT", "/", ["Expect: 100-continue", "Content-Length: 4"]) + content)
      #expect(client.reply().status == 405)
      #expect(client.sawEnd)
    }
    // All of it leaves nothing to doubt.
    let client = server.connect(
      sending: request("PUT", "/", ["Expect: 100-continue", "Content-Length: 4"]) + "abcd"
        + request("GET"))
    #expect(client.statuses == [405, 200])
  }

  @Test("HEAD is GET here as well: there is a handler, so 100 is sent")
  func head() throws {
    let server = try TestServer(routes: routes)
    let client = server.connect(
      sending: request("HEAD", "/", ["Expect: 100-continue", "Content-Length: 1"]))
    #expect(client.text == Self.interim)
  }

  @Test("Without the expectation the content is read first, and the connection goes on")
  func noExpectation() throws {
    let server = try TestServer(routes: routes)
    let client = server.connect(sending: request("PUT", "/", ["Content-Length: 4"]))
    #expect(client.received.isEmpty)
    client.send("abcd" + request("GET"))
    server.run()
    #expect(client.statuses == [405, 200])
  }

  @Test(
    "The admin port says at once that it has no such page or method",
    arguments: [("GET", "/nothing", 404), ("POST", "/livez", 405), ("OPTIONS", "/", 204)])
  func admin(method: String, path: String, status: Int) throws {
    let server = try TestServer { $0.adminPort = TestServer.adminPort }
    let client = server.connectToAdmin()
    client.send(request(method, path, ["Expect: 100-continue", "Content-Length: 1"]))
    server.run()
    #expect(client.statuses == [status])
    #expect(client.sawEnd)
    let other = server.connectToAdmin()
    other.send(request("POST", "/drain", ["Expect: 100-continue", "Content-Length: 1"]))
    server.run()
    #expect(other.text == Self.interim)
    let isDraining = server.loop.context.services.isDraining
    #expect(!isDraining)
  }

  @Test("413 instead of 100 when the content is too large")
  func tooLarge() throws {
    let client = try TestServer().connect(sending: head("Content-Length: 8192"))
    #expect(client.reply().status == 413)
    #expect(client.sawEnd)
  }

  @Test("Another expectation is a 417", arguments: ["200-ok", "100-continue, 200-ok", "100"])
  func unknown(expectation: String) throws {
    let client = try TestServer().connect(
      sending: request("POST", "/", ["Expect: \(expectation)", "Content-Length: 1"]))
    #expect(client.reply().status == 417)
    #expect(client.sawEnd)
  }
}
