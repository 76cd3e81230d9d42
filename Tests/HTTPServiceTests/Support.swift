import HTTPCodec
import HTTPService
import Memory

@testable import CodecOracle

/// Calls `body` with the octets of a text whose characters are U+00 to U+FF, followed by others that are not to be
/// read.
func withOctets<Result, Failure: Error>(
  _ text: String, _ body: (Span<UInt8>) throws(Failure) -> Result
) throws(Failure) -> Result {
  let memory = PoisonedOctets(octets(text))
  return try body(memory.octets)
}

/// The octets of a text in UTF-8, as characters of one octet each.
func utf8(_ characters: String) -> String { text(Array(characters.utf8)) }

/// Calls `body` with the fields that lines are: "Name: value".
func withFields<Result>(_ lines: [String], _ body: (Fields) -> Result) -> Result {
  let section = lines.map { $0 + "\r\n" }.joined() + "\r\n"
  return withOctets(section) { body(Fields(section: $0)) }
}

/// The text of octets that may be missing.
func found(_ octets: Span<UInt8>?) -> String? {
  guard let octets else { return nil }
  return text(octets)
}

func text(_ error: InvalidInput) -> String { text(error.subject) + ": " + text(error.expectation) }

/// A result, or what is wrong.
enum Read<Value> {
  case value(Value)
  case fault(InvalidInput)

  init(_ body: () throws(InvalidInput) -> Value) {
    do throws(InvalidInput) { self = .value(try body()) } catch { self = .fault(error) }
  }

  var value: Value? { if case .value(let value) = self { value } else { nil } }
  var error: InvalidInput? { if case .fault(let error) = self { error } else { nil } }
}

extension ImmortalOctets {
  init(keeping text: String) {
    self = ImmortalOctets(copying: Array(text.utf8).span) ?? ImmortalOctets()
  }

  var text: String { String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
}
