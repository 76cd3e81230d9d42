import Memory
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

// The scripted network is a plain library; here its complaints become failed tests.

extension TestServer {
  /// - Parameter change: of a configuration for 8 connections that logs errors only.
  convenience init(
    routes: Routes = .echo, listening: Bool = true,
    _ change: (inout Configuration) -> Void = { _ in }
  ) throws {
    try self.init(routes: routes, listening: listening, complain: { Issue.record("\($0)") }, change)
  }

  /// The response to a request on a connection of its own.
  func answer(_ text: String, method: String = "GET") -> WireReply {
    let client = connect(sending: text)
    defer {
      client.finish()
      run()
    }
    return client.reply(to: method)
  }

  /// The same from the admin port.
  func adminAnswer(_ text: String, method: String = "GET") -> WireReply {
    let client = connectToAdmin()
    client.send(text)
    run()
    defer {
      client.finish()
      run()
    }
    return client.reply(to: method)
  }
}

extension Span<UInt8> {
  var text: String { String(decoding: indices.map { self[$0] }, as: UTF8.self) }
}

extension Client {
  /// The responses so far; a failed test if there is anything else.
  func replies(to methods: [String] = []) -> [WireReply] {
    WireReply.split(received, methods: methods)
  }

  /// The one response so far.
  func reply(to method: String = "GET") -> WireReply {
    let replies = replies(to: [method])
    if replies.count != 1 { Issue.record("\(replies.count) responses and not one") }
    return replies.first ?? WireReply()
  }

  var statuses: [Int] { replies().map(\.status) }
}

extension WireReply {
  /// Splits a connection's octets into responses; a failed test if there is anything else.
  ///
  /// - Parameter methods: of the requests, where any is HEAD.
  static func split(_ octets: [UInt8], methods: [String] = []) -> [WireReply] {
    let (replies, rest) = WireReply.all(in: octets, methods: methods)
    if !rest.isEmpty {
      Issue.record("no response: \(String(decoding: rest.prefix(200), as: UTF8.self))")
    }
    return replies
  }

  /// The value of the only field of this name, nil without one.
  subscript(name: String) -> String? {
    let found = values(of: name)
    if found.count > 1 { Issue.record("\(name) is there \(found.count) times") }
    return found.first
  }
}

/// Proxies that a list names, which must be valid.
func trustedProxies(_ list: String) throws -> TrustedProxies {
  guard let proxies = TrustedProxies(Array(list.utf8).span) else { throw CancellationError() }
  return proxies
}

/// The configuration from environment variables; throws the first one that is invalid.
func configuration(_ environment: @escaping (String) -> String?) throws -> Configuration {
  var configuration = Configuration()
  let error = configuration.read { name in
    environment(name.description).map { ImmortalOctets(keeping: $0) }
  }
  if let error { throw error }
  return configuration
}
