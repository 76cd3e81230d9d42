import HTTPCodec

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
  /// The parser has changed what lies behind the octets it was given.
  var wroteBehindTheEnd = false
}

extension RequestParser.Limits {
  /// Limits that are in nobody's way.
  static var ample: Self { Self(request: 1 << 20, head: 1 << 16) }
}

/// Reads a connection's octets, cut into segments, as a connection does: what the parser does not
/// ask to be retained is gone before the next segment comes, and what it does has moved.
///
/// - Parameters:
///   - cuts: where a segment ends and another begins, in ascending order.
///   - poison: the octet that fills the memory behind the segments.
func read(
  _ octets: [UInt8], limits: RequestParser.Limits = .ample, cuts: [Int] = [], poison: UInt8 = 0xA5
) -> Outcome {
  var outcome = Outcome()
  var parser = RequestParser(limits: limits)
  var kept: [UInt8] = []
  var fed = 0
  segments: for end in cuts + [octets.count] {
    let memory = PoisonedOctets(kept + octets[fed..<end], poison: poison)
    defer { if !memory.isIntact { outcome.wroteBehindTheEnd = true } }
    fed = end
    var start = 0
    kept = []
    while start < memory.count {
      var message = memory.mutableOctets(from: start)
      do throws(RequestError) {
        switch try parser.parse(&message) {
        case .incomplete(let retained):
          kept = array(message.span.extracting(0..<retained))
          start = memory.count
        case .complete(let next):
          start += next
          outcome.requests.append(
            copy(
              parser.request(in: message.span), isHTTP11: parser.isHTTP11,
              keepsAlive: parser.keepsAlive, next: fed - (memory.count - start)))
          parser.begin()
        }
      } catch {
        outcome.error = error
        break segments
      }
    }
  }
  outcome.isIncomplete = !kept.isEmpty
  return outcome
}

private func copy(
  _ request: Request, isHTTP11: Bool, keepsAlive: Bool, next: Int
) -> ParsedRequest {
  var query: String?
  if let octets = request.query { query = text(octets) }
  return ParsedRequest(
    method: text(request.method.name), target: text(request.target), path: text(request.path),
    query: query, fields: request.fields.list, content: array(request.content),
    isHTTP11: isHTTP11, keepsAlive: keepsAlive, next: next)
}
