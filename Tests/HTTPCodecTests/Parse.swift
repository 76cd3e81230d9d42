import Testing

@testable import CodecOracle
@testable import HTTPCodec

extension Sample: CustomTestStringConvertible {
  public var testDescription: String { text.debugDescription }
}

/// What a connection's octets come to, cut into segments in this way.
func parse(
  _ octets: [UInt8], limits: RequestParser.Limits = .ample, cuts: [Int] = [], poison: UInt8 = 0xA5
) -> Outcome {
  let outcome = read(octets, limits: limits, cuts: cuts, poison: poison)
  #expect(!outcome.wroteBehindTheEnd, "octets behind the end were changed")
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

/// Calls `body` with octets as the codec takes them.
func withOctets<Result>(_ text: String, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
  let memory = PoisonedOctets(octets(text))
  return try body(memory.octets)
}
