import Memory

@testable import CodecOracle
@testable import HTTPCodec
@testable import HTTPServer
@testable import ScriptedNetwork

extension FuzzTarget {
  /// Requests, and what handlers make of the responses: the octets are a program for both.
  static let response = FuzzTarget(name: "response") { ResponseOracle().check($0) }
}

/// Whatever a handler writes, a client reads the responses that were meant, and nothing else.
struct ResponseOracle {
  /// What became of the octets on their way; a test changes some, to see that it is noticed.
  var transfer: @Sendable ([UInt8]) -> [UInt8] = { $0 }

  /// What a handler is to do, and what must come of it.
  private struct Script {
    var status = Status.ok
    var hasContentType = true
    var closes = false
    var fields: [(name: StaticString, value: [UInt8])] = []
    var content: [UInt8] = []
  }

  /// Handlers name their fields themselves: these are literals, values are from anywhere.
  private static let names: [StaticString] = ["X-A", "ETag", "Location", "Set-Cookie"]
  private static let policies: [StaticString] = [
    "*", "", "https://a.example", "https://a.example, http://b",
  ]

  func check(_ input: [UInt8]) -> String? {
    var choices = Choices(input)
    var configuration = Configuration()
    configuration.allowedOrigins =
      AllowedOrigins(choices.pick(ResponseOracle.policies).octets) ?? .every
    configuration.maxRequestSize = choices.pick([100, 8192, 40_000])
    configuration.logLevel = .error
    let server = choices.take(choices.next(below: 12))
    configuration.serverHeader = ImmortalOctets(copying: server.span) ?? ImmortalOctets()

    let script = Box(Script())
    let routes = Routes()
    for method in [Method.get, .post, .delete] {
      routes.on(method, "/") { _, response in
        response.status = script.value.status
        if !script.value.hasContentType { response.contentType = nil }
        response.closesConnection = script.value.closes
        for field in script.value.fields { response.add(field.name, field.value) }
        let content = script.value.content
        response.write(content.span)
      }
    }
    let limits = Limits(configuration)
    var service = PublicService(routes, configuration, limits)
    service.setTime(Int64(choices.next()) * 86_399)
    var journal = Journal(configuration)

    var output = OctetBuffer(limit: 1 << 20)
    var expected: [(Script, method: String, staysOpen: Bool)] = []
    while !choices.isEmpty, expected.count < 8 {
      script.value = ResponseOracle.script(&choices)
      let method = choices.pick(["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "BREW"])
      let message = ResponseOracle.request(method, &choices)
      let memory = PoisonedOctets(message)
      var parser = RequestParser(limits: .ample)
      var octets = memory.mutableOctets()
      guard case .complete? = try? parser.parse(&octets) else { continue }
      let exchange = ConnectionState(
        keepsAlive: parser.keepsAlive, isHTTP11: parser.isHTTP11, began: 0, peer: nil)
      let staysOpen = service.respond(
        to: parser.request(in: octets.span), exchange, &journal, into: &output)
      expected.append((script.value, method, staysOpen))
    }
    if output.overflowed { return nil }

    let (replies, rest) = WireReply.all(
      in: transfer(array(output.octets)), methods: expected.map(\.method))
    guard rest.isEmpty, replies.count == expected.count else {
      return "\(replies.count) responses and \(rest.count) octets instead of \(expected.count):"
        + text(rest)
    }
    let limit = limits.responseContent
    for (reply, (script, method, staysOpen)) in zip(replies, expected) {
      if let complaint = complaint(reply, script, method, staysOpen, limit) {
        return "\(complaint): \(reply)"
      }
    }
    return nil
  }

  private static func script(_ choices: inout Choices) -> Script {
    var script = Script()
    script.status = Status(code: 100 + choices.next(below: 500)) ?? .ok
    let flags = choices.next()
    script.hasContentType = flags & 1 == 0
    script.closes = flags & 2 != 0
    for _ in 0..<(flags >> 2) % 4 {
      let value = choices.take(choices.next(below: 32))
      let repeated = (0..<(flags > 250 ? 200 : 1)).flatMap { _ in value }
      script.fields.append((choices.pick(ResponseOracle.names), repeated))
    }
    let content = choices.take(choices.next(below: 32))
    // Some are too large to be sent.
    script.content = (0..<(flags & 0x80 == 0 ? 1 : 1200)).flatMap { _ in content }
    return script
  }

  private static func request(_ method: String, _ choices: inout Choices) -> [UInt8] {
    let target = choices.pick(["/", "/", "/", "*", "/other"])
    let version = choices.pick(["1.1", "1.1", "1.0"])
    var message = CodecOracle.octets("\(method) \(target) HTTP/\(version)\r\nHost: a\r\n")
    let fields = choices.pick([
      "", "Connection: close\r\n", "Connection: keep-alive\r\n", "Origin: https://a.example\r\n",
      "Origin: http://b\r\nAccess-Control-Request-Method: GET\r\n",
    ])
    message += CodecOracle.octets(fields)
    if choices.next() % 2 == 1 {
      // A client's words that a response repeats.
      message += CodecOracle.octets("Access-Control-Request-Headers: ")
      message += choices.take(choices.next(below: 32)) + CodecOracle.octets("\r\n")
    }
    return message + CodecOracle.octets("\r\n")
  }

  private func complaint(
    _ reply: WireReply, _ script: Script, _ method: String, _ staysOpen: Bool, _ limit: Int
  ) -> String? {
    let scalars = reply.head.unicodeScalars
    let ends = scalars.filter { $0 == "\r" || $0 == "\n" }.count
    guard ends == 2 * (reply.names.count + 2) else { return "CR or LF in a line" }
    let connection = reply.values(of: "Connection")
    guard staysOpen ? connection.isEmpty || connection == ["keep-alive"] : connection == ["close"]
    else { return "the connection is said to be otherwise" }
    let known = [
      "date", "server", "content-type", "content-length", "connection", "allow", "vary", "x-a",
      "etag", "location", "set-cookie", "access-control-allow-origin",
      "access-control-allow-methods", "access-control-allow-headers", "access-control-max-age",
    ]
    guard reply.names.allSatisfy({ known.contains($0.lowercased()) }) else {
      return "a field that nobody has added"
    }
    for name in ["Date", "Content-Type", "Content-Length", "Connection", "Allow", "Server"]
    where reply.values(of: name).count > 1 {
      return "more than one \(name)"
    }
    // Where the handler was asked, the rest is what it has said.
    guard ["GET", "HEAD", "POST", "DELETE"].contains(method), reply.status != 500 else {
      return nil
    }
    if reply.status == 404, script.status != .notFound { return nil }
    if reply.status == 405, script.status != .methodNotAllowed { return nil }
    if reply.status == 404 || reply.status == 405 { return nil }
    if method == "HEAD" { return reply.content.isEmpty ? nil : "content to a HEAD" }
    guard reply.status == script.status.code else { return "not the handler's status" }
    let hasContent = ![204, 205, 304].contains(reply.status)
    guard reply.content == (hasContent ? script.content : []) else {
      return "not the handler's content"
    }
    for name in ResponseOracle.names {
      let meant = script.fields.filter { text($0.name) == text(name) }
        .map { $0.value.map { Grammar.fieldValue.contains($0) ? $0 : 0x20 } }
      let found = reply.names.indices.filter { reply.names[$0] == text(name) }
        .map { reply.valueOctets[$0] }
      guard meant == found else { return "not the handler's fields" }
    }
    return nil
  }
}

/// A value that a handler can be told to change its mind by.
final class Box<Value> {
  var value: Value
  init(_ value: Value) { self.value = value }
}

extension Response {
  fileprivate mutating func add(_ name: StaticString, _ value: [UInt8]) {
    addField(name, value.span)
  }
}
