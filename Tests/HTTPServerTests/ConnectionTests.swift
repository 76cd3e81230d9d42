import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

struct ConnectionTests {
  @Test("A connection stays open for one request after another")
  func keepsAlive() throws {
    let server = try TestServer()
    let client = server.connect(sending: request("GET"))
    #expect(client.reply().text == "GET request processed successfully")
    #expect(client.reply()["Connection"] == nil)
    client.send(request("POST", content: "hello"))
    server.run(for: .seconds(60))
    #expect(client.replies().last?.text == "echo: hello")
    #expect(!client.sawEnd && !client.isClosed)
    #expect(server.openConnections == 1)
  }

  @Test(
    "Connection: close is the last request",
    arguments: ["close", "Close", "foo, close", "close, keep-alive"])
  func close(option: String) throws {
    let server = try TestServer()
    let client = server.connect(sending: request("GET", "/", ["Connection: \(option)"]))
    #expect(client.reply().status == 200)
    #expect(client.reply()["Connection"] == "close")
    #expect(client.isClosed && !client.wasCutOff)
    #expect(server.openConnections == 0)
  }

  @Test("HTTP/1.0 closes unless it asks for keep-alive, and is told which")
  func http10() throws {
    let server = try TestServer()
    let client = server.connect(sending: "GET / HTTP/1.0\r\n\r\n")
    #expect(client.reply()["Connection"] == "close")
    #expect(client.sawEnd)

    let other = server.connect(sending: "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
    #expect(other.reply()["Connection"] == "keep-alive")
    #expect(!other.sawEnd)
    other.forget()
    other.send("GET / HTTP/1.0\r\n\r\n")
    server.run()
    #expect(other.reply()["Connection"] == "close")
    #expect(other.sawEnd)
  }

  @Test("A later minor version is answered as HTTP/1.1")
  func http12() throws {
    let client = try TestServer().connect(sending: request("GET", version: "1.9"))
    #expect(client.reply()["Connection"] == nil)
    #expect(client.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
  }

  @Test("HEAD has the head of GET and no content", arguments: ["/", "/octets?30000", "/octets?0"])
  func head(target: String) throws {
    let server = try TestServer()
    let get = server.answer(request("GET", target))
    let head = server.answer(request("HEAD", target), method: "HEAD")
    #expect(head.head == get.head)
    #expect(head["Content-Length"] == String(get.content.count))
  }

  @Test(
    "A status without content has neither content nor Content-Length, whatever the handler wrote",
    arguments: [204, 304])
  func noContent(code: Int) throws {
    let routes = Routes.answering { _, response in
      response.status = code == 204 ? .noContent : .notModified
      response.write("never sent")
    }
    let server = try TestServer(routes: routes)
    let client = server.connect(sending: request("GET") + request("GET"))
    #expect(client.statuses == [code, code])
    for name in ["Content-Length", "Content-Type", "Transfer-Encoding"] {
      #expect(client.replies()[0][name] == nil)
    }
  }

  @Test("A response without content says that it has none")
  func empty() throws {
    let server = try TestServer(routes: .answering { _, _ in })
    let reply = server.answer(request("GET"))
    #expect(reply["Content-Length"] == "0")
    #expect(reply["Content-Type"] == nil)
  }

  @Test("A handler can close the connection")
  func closedByHandler() throws {
    let server = try TestServer(
      routes: .answering { _, response in response.closesConnection = true })
    let client = server.connect(sending: request("GET") + request("GET"))
    #expect(client.reply()["Connection"] == "close")
    #expect(client.sawEnd)
  }

  @Test("Empty lines before a request are nothing", arguments: ["", "a GET before"])
  func emptyLine(before: String) throws {
    let server = try TestServer()
    let client = server.connect(sending: before.isEmpty ? "" : request("GET"))
    client.forget()
    client.send("\r\n" + request("POST", content: "a"))
    server.run()
    #expect(client.reply().text == "echo: a")
  }

  @Test("A client that has finished sending gets all its answers, and then the end")
  func halfClosed() throws {
    let server = try TestServer()
    let client = server.connect()
    for i in 0..<3 { client.send(request("POST", content: "\(i)")) }
    client.finish()
    server.run()
    #expect(client.replies().map(\.text) == ["echo: 0", "echo: 1", "echo: 2"])
    #expect(client.isClosed && !client.wasCutOff)
  }

  @Test("A client that has finished sending gets its answers however slowly it reads")
  func halfClosedSlow() throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 100
    let count = 20
    client.send(String(repeating: request("GET", "/octets?9000"), count: count))
    client.finish()
    server.run()
    #expect(!client.isClosed)
    while !client.isClosed && server.now < 2_000_000_000_000 {
      client.read(5000)
      server.run(for: .seconds(1))
    }
    #expect(client.replies().count == count)
    #expect(client.replies().allSatisfy { $0.content == octets(9000) })
  }

  @Test("An end in the middle of a request is a 400 and the end")
  func halfRequest() throws {
    let whole = Array(request("POST", content: "hello").utf8)
    for cut in 1..<whole.count {
      let server = try TestServer()
      let client = server.connect()
      client.send(whole[..<cut])
      server.run()
      client.finish()
      server.run()
      let reply = client.reply()
      #expect(reply.status == 400 && reply["Connection"] == "close", "cut at \(cut)")
      #expect(reply.text == "the request ended before it was complete\n")
      #expect(client.isClosed && server.openConnections == 0)
    }
  }

  @Test("An end between requests is answered with nothing", arguments: ["", "\r\n"])
  func endBetween(text: String) throws {
    let server = try TestServer()
    let client = server.connect(sending: text)
    client.finish()
    server.run()
    #expect(client.isClosed && client.received.isEmpty)
  }

  @Test("An answer to half of a request that was answered already is not given twice")
  func endAfterAnswer() throws {
    let server = try TestServer()
    let client = server.connect(sending: request("GET") + "GET / HT")
    client.finish()
    server.run()
    #expect(client.statuses == [200, 400])
    #expect(client.isClosed)
  }
}
