import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// What requests are called.
struct RequestIdentityTests {
  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let traceparent = "00-\(trace)-00f067aa0ba902b7-01"

  private func name(_ fields: [String], accessLog: Bool = false) throws -> String? {
    try TestServer { $0.accessLog = accessLog }.answer(request("GET", "/", fields))["X-Request-Id"]
  }

  @Test(
    "A name that comes goes back",
    arguments: ["a", "7f3c-11/b=+", String(repeating: "x", count: 128)])
  func given(id: String) throws {
    #expect(try name(["X-Request-Id: \(id)"]) == id)
    #expect(try name(["A: b", "x-request-ID:  \(id) "]) == id)
    #expect(try name(["X-Request-Id: \(id)", "traceparent: \(Self.traceparent)"]) == id)
  }

  @Test(
    "One that could be taken for something else in a log does not",
    arguments: ["", "a b", "a\"b", "a\\b", "\u{e9}", "a\tb", String(repeating: "x", count: 129)])
  func unusable(id: String) throws {
    #expect(try name(["X-Request-Id: \(id)"]) == nil)
    #expect(try name(["X-Request-Id: \(id)", "traceparent: \(Self.traceparent)"]) == Self.trace)
    let made = try #require(try name(["X-Request-Id: \(id)"], accessLog: true))
    #expect(made.wholeMatch(of: /[0-9a-f]{32}/) != nil)
  }

  @Test("A request in a trace is called as the trace is")
  func traced() throws {
    #expect(try name(["Traceparent: \(Self.traceparent)"]) == Self.trace)
    // A later version may say more.
    #expect(try name(["traceparent: cc-\(Self.trace)-00f067aa0ba902b7-01-more"]) == Self.trace)
  }

  @Test(
    "What is no traceparent names nothing (Trace Context 3.2.2)",
    arguments: [
      "", "00", "ff-\(trace)-00f067aa0ba902b7-01", "00-\(trace)-00f067aa0ba902b7-01-more",
      "00-\(trace.uppercased())-00f067aa0ba902b7-01", "00-\(trace)-00f067aa0ba902b7-0",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-\(trace)-0000000000000000-01", "cc-\(trace)-00f067aa0ba902b7-01more",
      "00_\(trace)-00f067aa0ba902b7-01", "0g-\(trace)-00f067aa0ba902b7-01",
    ])
  func noTrace(traceparent: String) throws {
    #expect(try name(["traceparent: \(traceparent)"]) == nil)
  }

  @Test("Where there is an access log each request has a name of its own")
  func made() throws {
    let server = try TestServer { $0.accessLog = true }
    let names = (0..<100).compactMap { _ in server.answer(request("GET"))["X-Request-Id"] }
    #expect(Set(names).count == 100)
    #expect(names.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{32}/) != nil })
    #expect(server.answer("nonsense\r\n")["X-Request-Id"] != nil)
  }

  @Test("Without one no request has a name that has none")
  func notMade() throws {
    let server = try TestServer()
    #expect(server.answer(request("GET"))["X-Request-Id"] == nil)
    #expect(server.answer("nonsense\r\n")["X-Request-Id"] == nil)
  }

  @Test("A request that is refused behind its header section has its name as well")
  func refused() throws {
    let server = try TestServer()
    let reply = server.answer(
      request("POST", "/", ["X-Request-Id: abc", "Content-Length: 99999"]))
    #expect(reply.status == 413)
    #expect(reply["X-Request-Id"] == "abc")
  }
}
