import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// KEEP_ALIVE_TIMEOUT is 130 seconds here, REQUEST_TIMEOUT and WRITE_TIMEOUT are 10.
struct TimeoutTests {
  @Test("A new connection that says nothing is closed without a word", arguments: ["", "\r\n"])
  func silent(text: String) throws {
    let server = try TestServer()
    let client = server.connect(sending: text)
    server.run(for: .milliseconds(9999))
    #expect(!client.isClosed)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed && client.received.isEmpty)
  }

  @Test("A connection between requests is closed without a word")
  func idle() throws {
    let server = try TestServer()
    let client = server.connect()
    server.run(for: .seconds(9))
    for _ in 0..<3 {
      client.forget()
      client.send(request("GET"))
      server.run(for: .milliseconds(129_999))
      #expect(client.statuses == [200])
      #expect(!client.isClosed)
    }
    server.run(for: .milliseconds(1))
    #expect(client.isClosed && client.statuses == [200])
  }

  @Test("An empty line does not prolong the time between requests")
  func idleEmptyLine() throws {
    let server = try TestServer()
    let client = server.connect(sending: request("GET"))
    server.run(for: .seconds(125))
    client.send("\r\n")
    server.run(for: .seconds(5))
    #expect(client.isClosed && client.statuses == [200])
  }

  @Test("A request that does not complete in time is a 408", arguments: [1, 20, 70])
  func slow(octets: Int) throws {
    let server = try TestServer()
    let client = server.connect()
    server.run(for: .seconds(5))
    client.send(request("POST", content: "some content").utf8.prefix(octets).map { $0 })
    server.run(for: .milliseconds(9999))
    #expect(client.received.isEmpty)
    server.run(for: .milliseconds(1))
    #expect(client.reply().status == 408)
    #expect(client.reply()["Connection"] == "close")
    #expect(client.sawEnd && !client.isClosed)
  }

  @Test("Octets that trickle in do not prolong the time of a request")
  func trickle() throws {
    let server = try TestServer()
    let client = server.connect()
    for (i, octet) in request("GET").utf8.enumerated() {
      server.network.after(.milliseconds(400 * i)) { client.send([octet]) }
    }
    server.run(for: .milliseconds(9999))
    #expect(client.received.isEmpty)
    server.run(for: .milliseconds(1))
    #expect(client.reply().status == 408)
    server.run(for: .seconds(5))
    #expect(client.isClosed && client.reply().status == 408)
  }

  @Test("Content that trickles in does not prolong it either", arguments: [false, true])
  func trickleOfContent(isChunked: Bool) throws {
    let server = try TestServer()
    let client = server.connect()
    client.send(
      isChunked
        ? request("POST", "/", ["Transfer-Encoding: chunked"])
        : request("POST", "/", ["Content-Length: 100"]))
    for second in 1..<20 {
      server.network.after(.seconds(second)) { client.send(isChunked ? "1\r\nx\r\n" : "x") }
    }
    server.run(for: .milliseconds(9999))
    #expect(client.received.isEmpty)
    server.run(for: .milliseconds(1))
    #expect(client.reply().status == 408)
  }

  @Test("100 (Continue) does not prolong it")
  func afterContinue() throws {
    let server = try TestServer()
    let client = server.connect(
      sending: request("POST", "/", ["Content-Length: 9", "Expect: 100-continue"]))
    server.run(for: .milliseconds(9999))
    #expect(client.statuses == [100])
    server.run(for: .milliseconds(1))
    #expect(client.statuses == [100, 408])
  }

  @Test("A request may take nearly all of its time, each one anew")
  func nearlyAll() throws {
    let server = try TestServer()
    let client = server.connect()
    for i in 1...5 {
      client.send(request("POST", "/", ["Content-Length: 2"]) + "x")
      server.run(for: .milliseconds(9999))
      client.send("\(i)")
      server.run()
      #expect(client.replies().last?.text == "echo: x\(i)")
    }
  }

  @Test("A request that begins in the last segment of another one has all of its time")
  func pipelined() throws {
    let server = try TestServer()
    let client = server.connect(sending: "GET / HTTP/1.1\r\n")
    server.run(for: .seconds(9))
    client.send("Host: a\r\n\r\nGET / HT")
    server.run(for: .milliseconds(9999))
    #expect(client.statuses == [200])
    server.run(for: .milliseconds(1))
    #expect(client.statuses == [200, 408])
  }

  @Test("The time of a request that waits for its turn begins when the turn comes")
  func behindPending() throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 100
    client.send(request("GET") + "GET / HT")
    server.run(for: .seconds(9))
    client.read(10_000)
    server.run(for: .milliseconds(9999))
    #expect(client.statuses == [200])
    client.send("TP/1.1\r\nHost: a\r\n\r\n")
    server.run()
    #expect(client.statuses == [200, 200])
  }

  @Test("The time between requests begins when the response is sent")
  func idleAfterPending() throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 100
    client.send(request("GET"))
    server.run(for: .seconds(9))
    client.read(10_000)
    server.run(for: .milliseconds(129_999))
    #expect(!client.isClosed)
    server.run(for: .milliseconds(1))
    #expect(client.isClosed)
  }

  @Test("Many connections run out of time, each in its own")
  func many() throws {
    let server = try TestServer()
    var clients: [Client] = []
    for _ in 0..<8 {
      clients.append(server.connect())
      server.run(for: .seconds(1))
    }
    for (i, client) in clients.enumerated() {
      server.run(for: .milliseconds(i == 0 ? 1999 : 999))
      #expect(!client.isClosed)
      server.run(for: .milliseconds(1))
      #expect(client.isClosed)
    }
    #expect(server.loop.context.journal.metrics.connectionsTimedOut == 8)
  }

  @Test("A jump of the wall clock ends nothing", arguments: [-1_000_000_000, 1_000_000_000])
  func wallClock(jump: Int64) throws {
    let server = try TestServer()
    let client = server.connect(sending: request("GET") + "GET ")
    server.run(for: .seconds(5))
    server.network.wallClockOffset += jump
    server.run(for: .milliseconds(4999))
    #expect(client.statuses == [200])
    server.run(for: .milliseconds(1))
    #expect(client.statuses == [200, 408])
  }
}
