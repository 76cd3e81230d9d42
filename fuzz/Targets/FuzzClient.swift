import HTTPCodec

@testable import CodecOracle
@testable import HTTPServer
@testable import ScriptedNetwork

/// A client that remembers what it has sent, and so knows what must come back.
final class FuzzClient: CustomStringConvertible {
  let network = Client()
  let usesAdminPort: Bool
  private var sent: [UInt8] = []

  init(usesAdminPort: Bool) { self.usesAdminPort = usesAdminPort }

  /// It sends no more: it has said so, or has seen that the server closed an idle connection.
  var hasEnded: Bool { network.isReset || network.hasFinished || network.isClosed }

  var description: String {
    "sent \(text(sent).debugDescription), got \(text(network.received).debugDescription)"
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ octets: [UInt8]) {
    sent += octets
    network.send(octets)
  }

  func finish() { if !hasEnded { network.finish() } }

  func reset() { network.reset() }

  /// What is wrong with the responses that have come.
  ///
  /// - Parameter mayBeCutShort: time was over for some client, or for the server.
  func complaint(_ configuration: Configuration, mayBeCutShort: Bool) -> String? {
    let limits = RequestParser.Limits(
      request: configuration.maxRequestSize, head: 65_536)
    let outcome = CodecOracle.read(sent, limits: limits)
    var rest = network.received[...]
    for (place, request) in outcome.requests.enumerated() {
      guard let reply = nextReply(&rest, isHead: request.method == "HEAD") else {
        return end(rest, mayBeCutShort, "\(place) of \(outcome.requests.count) responses")
      }
      let closes = reply.values(of: "Connection") == ["close"]
      if reply.status == 408 { return endAfter(reply, rest) }
      if let complaint = complaint(reply, to: request) { return complaint }
      if !request.keepsAlive, !closes { return "a connection goes on that should be closed" }
      if closes { return endAfter(reply, rest) }
    }
    guard outcome.error != nil || !rest.isEmpty else { return nil }
    // The method of what was refused is not known here.
    var other = rest
    if let reply = nextReply(&rest, isHead: false) ?? nextReply(&other, isHead: true) {
      let isExpected =
        reply.status == 408 || reply.status == outcome.error?.status.code
        || outcome.error == nil && outcome.isIncomplete && reply.status == 400
      if !isExpected { return "\(reply.status), but the error is \(outcome.error as Any)" }
      return endAfter(reply, rest.count < other.count ? rest : other)
    }
    return end(rest, mayBeCutShort, "no response to an error")
  }

  /// The next final response: an interim one is only a word in between.
  private func nextReply(_ rest: inout ArraySlice<UInt8>, isHead: Bool) -> WireReply? {
    var next = rest
    while let reply = WireReply(&next, isHead: isHead) {
      if reply.status == 100 { continue }
      rest = next
      return reply
    }
    return nil
  }

  private func end(_ rest: ArraySlice<UInt8>, _ mayBeCutShort: Bool, _ what: String) -> String? {
    network.isReset || mayBeCutShort ? nil : "\(what), then \(rest.count) octets"
  }

  private func endAfter(_ reply: WireReply, _ rest: ArraySlice<UInt8>) -> String? {
    guard reply.values(of: "Connection") == ["close"] else {
      return "\(reply.status) does not close"
    }
    return rest.isEmpty ? nil : "\(rest.count) octets behind the last response"
  }

  private func complaint(_ reply: WireReply, to request: ParsedRequest) -> String? {
    switch request.method {
    case "POST" where !request.path.isEmpty:
      let echo = octets("echo: ") + request.content
      return reply.status == 200 && reply.content == echo
        ? nil : "\(reply.text) to a POST of \(text(request.content))"
    case "GET" where request.path == "/octets":
      let digits = request.query?.utf8.allSatisfy(Grammar.digit.contains) == true
      let number = digits ? request.query.flatMap { Int($0) } ?? 0 : 0
      let count = number <= 1 << 30 ? number : 0
      return reply.content.count == count || reply.status == 500
        ? nil : "\(reply.content.count) octets and not \(count)"
    case "GET" where !request.path.isEmpty:
      return reply.text == "GET request processed successfully" ? nil : "not GET's response"
    case "HEAD":
      return reply.status == 200 || reply.status == 500 ? nil : "\(reply.status) to a HEAD"
    case "OPTIONS": return reply.status == 204 ? nil : "\(reply.status) to OPTIONS"
    case "other": return reply.status == 501 ? nil : "\(reply.status) to an unknown method"
    default: return reply.status == 405 ? nil : "\(reply.status) to \(request.method)"
    }
  }
}
