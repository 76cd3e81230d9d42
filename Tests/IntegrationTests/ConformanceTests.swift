import Foundation
import ServerHarness
import Testing

/// The conformance service on wasm-serve, one server for all cases.
///
/// Each case is run twice: the message in one piece, and cut into many segments. A server must not
/// tell the difference (RFC 9112 2.2).
@Suite(.conformanceServer)
struct ConformanceTests {
  @Test("In one piece", arguments: ConformanceCase.all)
  func whole(item: ConformanceCase) throws {
    try check(item, segment: max(item.message.count + item.behind.count, 1))
  }

  @Test("In many segments", arguments: ConformanceCase.all)
  func inSegments(item: ConformanceCase) throws {
    // Octet by octet, except for what is large.
    try check(item, segment: item.message.count / 400 + 1)
  }

  @Test("There are enough cases, each with a name of its own")
  func count() {
    let names = Set(ConformanceCase.all.map(\.id))
    #expect(names.count == ConformanceCase.all.count)
    #expect(names.count >= 150)
  }

  @Test("A client that waits for 100 (Continue) gets it before the content, once")
  func continued() throws {
    let client = try ConformanceServer.client()
    try client.send(request("POST / HTTP/1.1", "Expect: 100-continue", "Content-Length: 4"))
    #expect(try client.response().status == 100)
    try client.send("ab")
    try client.send("cd")
    let response = try client.response()
    #expect(response.status == 200)
    #expect(response.text == "abcd")
    // And for each request anew.
    try client.send(
      request("POST / HTTP/1.1", "Expect: 100-continue", "Transfer-Encoding: chunked"))
    #expect(try client.response().status == 100)
    try client.send("1\r\nx\r\n0\r\n\r\n")
    #expect(try client.response().text == "x")
  }

  @Test("A client that waits for 100 (Continue) with what is too large gets the 413 instead")
  func notContinued() throws {
    let client = try ConformanceServer.client()
    try client.send(request("POST / HTTP/1.1", "Expect: 100-continue", "Content-Length: 100000"))
    #expect(try client.response().status == 413)
    #expect(try client.readToEnd().isEmpty)
  }

  // MARK: -

  private func check(_ item: ConformanceCase, segment: Int) throws {
    let client = try ConformanceServer.client()
    let cut = max(item.message.count - segment, 0)
    try client.send(Array(item.message[..<cut]), inSegmentsOf: segment)
    try client.send(Array(item.message[cut...]) + item.behind)
    if item.ends { client.finishSending() }
    switch item.expectation {
    case .answers(let answers):
      try checkAnswers(answers, client, item)
      // Both sides still agree on where a message begins.
      let marker = "marker of \(item.id.count)"
      try client.post(marker)
      #expect(try client.response().text == marker)
      client.finishSending()
    case .closes(let answers):
      let last = try checkAnswers(answers, client, item)
      // Who has closed their half knows already; so does a client of HTTP/1.0.
      if let last, !item.ends { #expect(last.closes) }
    case .refused(let statuses):
      let response = try client.response()
      #expect(statuses.contains(response.status), "\(response.status): \(response.text)")
      #expect(response.closes)
      #expect(!response.content.isEmpty)
    }
    let rest = try client.readToEnd()
    #expect(rest.isEmpty, "\(String(decoding: rest, as: UTF8.self))")
  }

  @discardableResult
  private func checkAnswers(
    _ answers: [ConformanceCase.Answer], _ client: Client, _ item: ConformanceCase
  ) throws -> HTTPResponse? {
    var last: HTTPResponse?
    for answer in answers {
      var response = try client.response(toHEAD: answer.isToHEAD)
      if response.status == 100 && item.mayContinue {
        response = try client.response(toHEAD: answer.isToHEAD)
      }
      #expect(response.status == answer.status, "\(response.text)")
      if let content = answer.content { #expect(response.text == content) }
      if let field = answer.field { #expect(!response.values(field).isEmpty, "no \(field)") }
      #expect(response["date"] != nil)
      last = response
    }
    return last
  }
}

/// Starts the server before the first case, and ends it behind the last one.
struct ConformanceServer: SuiteTrait, TestScoping {
  @TaskLocal private static var current: ServerProcess?

  static func client() throws -> Client {
    guard let current else { throw TestFailure("no server") }
    return try current.client()
  }

  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    let server = try ServerProcess(
      .wasmServe, .fixture, settings: ["REQUEST_TIMEOUT": "60", "KEEP_ALIVE_TIMEOUT": "60"])
    try await ConformanceServer.$current.withValue(server, operation: function)
    server.program.signal(SIGTERM)
    let result = try server.program.finish()
    #expect(result.status == 0, "\(result.errors.suffix(500))")
  }
}

extension Trait where Self == ConformanceServer {
  static var conformanceServer: Self { Self() }
}
