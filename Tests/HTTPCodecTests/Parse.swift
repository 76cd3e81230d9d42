import Testing

@testable import HTTPCodec

/// A request, copied out of the octets it was read in.
struct ParsedRequest: Equatable, Sendable {
  struct Field: Equatable, Sendable {
    var name: String
    var value: String
  }

  var method: String
  var target: String
  var path: String
  var query: String?
  var fields: [Field]
  var content: [UInt8]
  var isHTTP11: Bool
  var keepsAlive: Bool
  /// Where the next message begins, from the first octet of the connection on.
  var next: Int

  subscript(name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}

/// What a connection's octets came to.
struct Outcome: Equatable, Sendable {
  var requests: [ParsedRequest] = []
  var error: RequestError?
  /// There are octets left that make no whole request.
  var isIncomplete = false
}

extension RequestParser.Limits {
  /// Limits that are in nobody's way.
  static var ample: Self { Self(request: 1 << 20, head: 1 << 16) }
}

/// Octets that are followed by others that nobody may read or change.
final class PoisonedOctets {
  static let margin = 16
  let base: UnsafeMutablePointer<UInt8>
  let count: Int
  private let poison: UInt8

  init(_ octets: [UInt8], poison: UInt8 = 0xA5) {
    count = octets.count
    self.poison = poison
    base = .allocate(capacity: count + Self.margin)
    base.initialize(repeating: poison, count: count + Self.margin)
    base.update(from: octets, count: count)
  }

  deinit {
    base.update(repeating: poison, count: count + Self.margin)
    base.deallocate()
  }

  var isIntact: Bool {
    (count..<count + Self.margin).allSatisfy { base[$0] == poison }
  }
}

/// Reads a connection's octets, cut into segments, as a connection does: what the parser does not
/// ask to be retained is gone before the next segment comes, and what it does has moved.
///
/// - Parameters:
///   - cuts: where a segment ends and another begins, in ascending order.
///   - poison: the octet that fills the memory behind the segments.
func parse(
  _ octets: [UInt8], limits: RequestParser.Limits = .ample, cuts: [Int] = [], poison: UInt8 = 0xA5
) -> Outcome {
  var outcome = Outcome()
  var parser = RequestParser(limits: limits)
  var kept: [UInt8] = []
  var fed = 0
  for end in cuts + [octets.count] {
    let memory = PoisonedOctets(kept + octets[fed..<end], poison: poison)
    defer { #expect(memory.isIntact, "octets behind the end were changed") }
    fed = end
    var start = 0
    kept = []
    while start < memory.count {
      let message = memory.base + start
      do throws(RequestError) {
        switch try parser.parse(message, count: memory.count - start) {
        case .incomplete(let retained):
          kept = Array(UnsafeBufferPointer(start: message, count: retained))
          start = memory.count
        case .complete(let next):
          start += next
          outcome.requests.append(
            copy(parser.request(in: message), parser, next: fed - (memory.count - start)))
          parser = RequestParser(limits: limits)
        }
      } catch {
        outcome.error = error
        return outcome
      }
    }
  }
  outcome.isIncomplete = !kept.isEmpty
  return outcome
}

func parse(
  _ message: String, limits: RequestParser.Limits = .ample, cuts: [Int] = [], poison: UInt8 = 0xA5
) -> Outcome {
  parse(octets(message), limits: limits, cuts: cuts, poison: poison)
}

/// The one request that a message is.
func request(
  _ message: String, limits: RequestParser.Limits = .ample,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> ParsedRequest {
  let outcome = parse(message, limits: limits)
  try #require(outcome.error == nil, sourceLocation: sourceLocation)
  try #require(outcome.requests.count == 1, sourceLocation: sourceLocation)
  #expect(outcome.requests[0].next == octets(message).count, sourceLocation: sourceLocation)
  return outcome.requests[0]
}

/// Why a message is refused; nil when it is not.
func refusal(_ message: String, limits: RequestParser.Limits = .ample) -> RequestError? {
  parse(message, limits: limits).error
}

/// A GET with these lines in its header section, each without its CR LF.
func get(_ lines: String..., target: String = "/", version: String = "HTTP/1.1") -> String {
  let all = ["GET \(target) \(version)"] + lines
  return all.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A POST of chunked content.
func chunked(_ content: String) -> String {
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + content
}

/// The octets of a text whose characters are U+00 to U+FF: one each.
func octets(_ text: String) -> [UInt8] {
  text.unicodeScalars.map { UInt8($0.value) }
}

/// The other way round.
func text(_ octets: some Sequence<UInt8>) -> String {
  var text = String.UnicodeScalarView()
  text.append(contentsOf: octets.map { Unicode.Scalar($0) })
  return String(text)
}

/// Calls `body` with octets as the codec takes them.
func withOctets<Result>(_ text: String, _ body: (Octets) throws -> Result) rethrows -> Result {
  let memory = PoisonedOctets(octets(text))
  return try body(Octets(memory.base, count: memory.count))
}

private func copy(_ request: Request, _ parser: RequestParser, next: Int) -> ParsedRequest {
  ParsedRequest(
    method: text(Octets(request.method.name)), target: text(request.targetOctets),
    path: text(request.path), query: request.query.map { text($0) },
    fields: request.fields.map { .init(name: text($0.name), value: text($0.value)) },
    content: Array(request.content), isHTTP11: parser.isHTTP11, keepsAlive: parser.keepsAlive,
    next: next)
}
