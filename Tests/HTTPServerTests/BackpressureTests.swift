import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// Clients that take their responses slowly, or not at all.
struct BackpressureTests {
  static let conversation =
    request("GET") + request("POST", content: "hello") + request("HEAD") + request("OPTIONS")
    + request("GET", "/octets?300") + request("GET", "/", ["Connection: close"])

  @Test("Whatever a send takes, the octets are the same", arguments: 1...40)
  func partialSends(size: Int) throws {
    let whole = try TestServer().connect(sending: Self.conversation)
    let client = try {
      let server = try TestServer()
      let client = server.connect()
      client.largestSend = size
      client.send(Self.conversation)
      server.run()
      return client
    }()
    #expect(client.received == whole.received)
    #expect(client.sawEnd)
  }

  @Test("Whatever a client reads at a time, the octets are the same", arguments: 1...40)
  func windows(size: Int) throws {
    let whole = try TestServer().connect(sending: Self.conversation)
    let server = try TestServer()
    server.network.splitsEvents = size % 2 == 0
    let client = server.connect()
    client.room = 0
    client.send(Self.conversation)
    server.run()
    while client.received.count < whole.received.count {
      #expect(!client.sawEnd)
      let before = client.received.count
      client.read(size)
      server.run()
      try #require(client.received.count == min(before + size, whole.received.count))
    }
    #expect(client.received == whole.received)
    #expect(client.isClosed && !client.wasCutOff)
  }

  @Test("The server stops reading from a client that does not read, and goes on when it does")
  func stopsReading() throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 1000
    let count = 3000
    for i in 0..<count { client.send(request("POST", content: "\(i)")) }
    server.run()
    #expect(client.unread > 100_000)
    #expect(server.network.interest(in: client.descriptor) == .write)
    let unread = client.unread
    server.run(for: .seconds(5))
    #expect(client.unread == unread)
    for _ in 0..<100 where client.unread > 0 || server.memory(of: client) > 0 {
      client.read(20_000)
      server.run(for: .seconds(1))
    }
    #expect(client.replies().map(\.text) == (0..<count).map { "echo: \($0)" })
    #expect(server.network.interest(in: client.descriptor) == .read)
    #expect(server.memory(of: client) == 0)
  }

  @Test("Others are served while a client does not read")
  func others() throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 0
    client.send(String(repeating: request("GET", "/octets?30000"), count: 50))
    for _ in 0..<20 {
      #expect(server.answer(request("GET")).status == 200)
      server.run(for: .milliseconds(300))
    }
  }

  @Test("A connection that waits for a request owns no memory")
  func idleMemory() throws {
    let server = try TestServer()
    let client = server.connect(sending: request("POST", content: "hello"))
    #expect(server.memory(of: client) == 0)
    client.send("GET / HT")
    server.run()
    #expect(server.memory(of: client) > 0)
    client.send("TP/1.1\r\nHost: a\r\n\r\n")
    server.run()
    #expect(server.memory(of: client) == 0)
  }

  /// One connection's share of the memory limit.
  private func share(_ server: TestServer) -> Int {
    let limits = server.loop.context.limits
    return Int(limits.memory) / limits.allConnections - MemoryLayout<Connection>.stride
      - Deadlines.memoryPerConnection
  }

  @Test(
    "A connection holds no more memory than its share of the limit",
    arguments: [0, 100, 8180], [64, 8192, 100_000])
  func bound(fieldSize: Int, bufferSize: Int) throws {
    let value = Array(String(repeating: "v", count: fieldSize).utf8)
    let routes = Routes()
    routes.get("/small") { _, response in
      for _ in 0..<130 { response.write("0123456789") }
    }
    routes.get("/large") { _, response in
      if fieldSize > 0 { response.addField("X", value.span) }
      for _ in 0..<1024 { response.write("0123456789abcdef0123456789abcdef") }
    }
    let server = try TestServer(routes: routes) { $0.bufferSize = bufferSize }
    var most = 0
    // With some of these the small ones end just below the mark up to which requests are read.
    for count in 0...12 {
      let client = server.connect()
      client.room = 0
      client.send(String(repeating: request("GET", "/small"), count: count))
      client.send(String(repeating: request("GET", "/large"), count: 300 + bufferSize / 40))
      server.run()
      for _ in 0..<3 {
        most = max(most, server.memory(of: client))
        client.read(40_000)
        server.run()
      }
      #expect(!client.isClosed)
      client.reset()
      server.run()
    }
    #expect(most > 32_768)
    #expect(most <= share(server))
  }

  @Test("A request that grows holds no more memory than its share of the limit")
  func growingRequest() throws {
    for isChunked in [false, true] {
      let server = try TestServer { $0.maxRequestSize = 100_000 }
      let field = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 99000"
      let client = server.connect(sending: request("POST", "/", [field]))
      for _ in 0..<98 {
        let data = String(repeating: "x", count: 1000)
        client.send(isChunked ? "3e8\r\n\(data)\r\n" : data)
        server.run()
        #expect(server.memory(of: client) <= share(server))
      }
      #expect(server.memory(of: client) > 98_000)
      client.send(isChunked ? "0\r\n\r\n" : String(repeating: "x", count: 1000))
      server.run()
      #expect(client.reply().status == 200)
      #expect(server.memory(of: client) == 0)
    }
  }
}
