import Testing

@testable import ScriptedNetwork

struct PipeliningTests {
  @Test("Requests of all methods are answered in order, in one send")
  func order() throws {
    let server = try TestServer()
    let client = server.connect(
      sending: request("GET") + request("HEAD") + request("POST", content: "a")
        + request("OPTIONS") + request("PUT", content: "b") + request("FOO")
        + chunkedRequest(["c"]) + request("OPTIONS", "*") + request("DELETE") + request("GET"))
    let methods = ["GET", "HEAD", "POST", "OPTIONS"]
    let replies = client.replies(to: methods)
    #expect(replies.map(\.status) == [200, 200, 200, 204, 405, 501, 200, 204, 405, 200])
    #expect(replies[2].text == "echo: a")
    #expect(replies[6].text == "echo: c")
    #expect(client.sendCount == 1)
    #expect(!client.sawEnd)
  }

  @Test(
    "A flood of requests is answered to the last, in order", arguments: [1, 100, 2048, 100_000])
  func flood(bufferSize: Int) throws {
    let server = try TestServer { $0.bufferSize = bufferSize }
    let count = bufferSize < 10 ? 100 : 1000
    let client = server.connect(
      sending: (0..<count).map { request("POST", content: "number \($0)") }.joined())
    #expect(client.replies().map(\.text) == (0..<count).map { "echo: number \($0)" })
  }

  @Test("A second event in a turn does not take a connection's answer away")
  func repeatedEvents() throws {
    let server = try TestServer()
    server.network.repeatsEvents = true
    let last = request("POST", "/", ["Connection: close"], content: "last")
    let clients = (0..<20).map { _ in
      let client = server.connect(sending: last)
      client.finish()
      return client
    }
    let kept = server.connect()
    server.run()
    kept.send(last)
    kept.finish()
    server.run()
    for client in clients + [kept] {
      #expect(client.replies().map(\.text) == ["echo: last"])
      #expect(client.sawEnd)
    }
  }

  @Test("Large responses to one segment are all sent")
  func large() throws {
    let server = try TestServer()
    let client = server.connect(
      sending: String(repeating: request("GET", "/octets?30000"), count: 10) + request("GET"))
    #expect(client.replies().count == 11)
    #expect(client.replies().prefix(10).allSatisfy { $0.content == octets(30000) })
  }

  @Test("Nothing is answered behind the last request")
  func behindClose() throws {
    let server = try TestServer()
    let client = server.connect(
      sending: request("GET") + request("GET", "/", ["Connection: close"]) + request("GET"))
    #expect(client.statuses == [200, 200])
    client.send(request("GET"))
    server.run()
    #expect(client.statuses == [200, 200])
  }

  @Test("Nothing is answered behind a request that was refused")
  func behindRefused() throws {
    let client = try TestServer().connect(
      sending: request("GET") + "GET / HTTP/1.1\r\n\r\n" + request("GET"))
    #expect(client.statuses == [200, 400])
    #expect(client.sawEnd)
  }

  @Test("Nothing is answered behind a CONNECT")
  func behindConnect() throws {
    let client = try TestServer().connect(
      sending: request("CONNECT", "server.example:443") + request("GET"))
    #expect(client.statuses == [405])
    #expect(client.sawEnd)
  }

  @Test("What looks like a request in content is content")
  func smuggled() throws {
    let server = try TestServer()
    let inner = request("GET", "/inner")
    let client = server.connect(sending: request("POST", content: inner) + chunkedRequest([inner]))
    #expect(client.replies().map(\.text) == ["echo: " + inner, "echo: " + inner])
  }

  @Test("Connections do not get each other's answers")
  func separate() throws {
    let server = try TestServer()
    let clients = (0..<8).map { _ in server.connect() }
    for round in 0..<5 {
      for (i, client) in clients.enumerated() {
        let text = Array(request("POST", content: "client \(i), round \(round)").utf8)
        client.send(text[..<(20 + i)])
        client.send(text[(20 + i)...])
      }
      server.run()
    }
    for (i, client) in clients.enumerated() {
      #expect(
        client.replies().map(\.text) == (0..<5).map { "echo: client \(i), round \($0)" })
    }
  }
}
