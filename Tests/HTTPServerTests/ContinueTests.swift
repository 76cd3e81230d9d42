import Testing

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

  @Test("413 instead of 100 when the content is too large")
  func tooLarge() throws {
    let client = try TestServer().connect(sending: head("Content-Length: 8192"))
    #expect(client.reply().status == 413)
    #expect(client.sawEnd)
  }

  @Test("Another expectation is a 417", arguments: ["200-ok", "100-continue, 100-continue", "100"])
  func unknown(expectation: String) throws {
    let client = try TestServer().connect(
      sending: request("POST", "/", ["Expect: \(expectation)", "Content-Length: 1"]))
    #expect(client.reply().status == 417)
    #expect(client.sawEnd)
  }
}
