import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// MAX_REQUESTS_PER_CONNECTION.
struct RequestLimitTests {
  private func server(_ most: Int) throws -> TestServer {
    try TestServer { $0.maxRequestsPerConnection = most }
  }

  @Test("The response to the last request says so, and the connection ends as others do")
  func last() throws {
    let server = try server(3)
    let client = server.connect()
    for _ in 0..<3 {
      client.send(request("GET"))
      server.run()
    }
    #expect(client.replies().map { $0["Connection"] } == [nil, nil, "close"])
    #expect(client.sawEnd && !client.isClosed)
    client.send(request("GET"))
    client.finish()
    server.run()
    #expect(client.isClosed && !client.wasCutOff && client.statuses.count == 3)
    // It is of each connection.
    #expect(server.answer(request("GET"))["Connection"] == nil)
  }

  @Test("Requests that were sent on are not answered behind the last one")
  func pipelined() throws {
    let server = try server(2)
    let client = server.connect(
      sending: (0..<5).map { request("POST", content: "\($0)") }.joined())
    #expect(client.replies().map(\.text) == ["echo: 0", "echo: 1"])
    #expect(client.replies().last?["Connection"] == "close")
  }

  @Test("An HTTP/1.0 client that asks for keep-alive is told as well")
  func http10() throws {
    let server = try server(2)
    let client = server.connect()
    for _ in 0..<2 {
      client.send(request("GET", "/", ["Connection: keep-alive"], version: "1.0"))
      server.run()
    }
    #expect(client.replies().map { $0["Connection"] } == ["keep-alive", "close"])
  }

  @Test("With one request each, all are answered")
  func one() throws {
    let server = try server(1)
    for _ in 0..<20 { #expect(server.answer(request("GET"))["Connection"] == "close") }
  }

  @Test("There is no limit unless it is set")
  func none() throws {
    let server = try TestServer()
    let client = server.connect()
    for _ in 0..<200 { client.send(String(repeating: request("GET"), count: 16)) }
    server.run()
    #expect(client.statuses.count == 3200 && !client.sawEnd)
  }
}
