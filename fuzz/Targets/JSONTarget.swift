@testable import CodecOracle
@testable import HTTPCodec
@testable import JSON

extension FuzzTarget {
  /// JSON text, behind an octet that chooses limits.
  static let json = FuzzTarget(name: "json") { JSONOracle().check($0) }
}

/// What must be true of any text that is read as JSON, and of what is written in return.
struct JSONOracle {
  /// Reads any value; a test puts a broken reader here, to see that it is noticed.
  var readAny: @Sendable (Span<UInt8>, _ maximumDepth: Int) throws(JSONError) -> JSONRaw = {
    octets, depth throws(JSONError) in try JSONRaw(json: octets, maximumDepth: depth)
  }
  /// What became of the octets that were written.
  var transfer: @Sendable ([UInt8]) -> [UInt8] = { $0 }

  func check(_ input: [UInt8]) -> String? {
    guard let selector = input.first else { return nil }
    let maximumDepth = [64, 64, 3, 100][Int(selector % 4)]
    let json = Array(input.dropFirst())
    // Behind the end a string would end, or a number go on.
    let memory = PoisonedOctets(json, poison: selector & 8 == 0 ? 0x22 : 0x30)

    let naive = NaiveJSON.depth(json)
    let isJSON: Bool
    do throws(JSONError) {
      let raw = try readAny(memory.octets, maximumDepth)
      guard let naive, naive <= maximumDepth else {
        return "taken, but the naive reader refuses it"
      }
      if raw.jsonOctets() != raw.octets { return "raw JSON is written as something else" }
      isJSON = true
    } catch {
      if let naive, naive <= maximumDepth { return "refused, but the naive reader takes it" }
      if let complaint = complaint(error, json.count) { return complaint }
      if naive != nil, error.kind != .depth { return "too deep, but that is not what is said" }
      isJSON = false
    }
    return complaint(reading: Everything.self, memory, maximumDepth, isJSON)
      ?? complaint(reading: JSONMap<[Everything]>.self, memory, maximumDepth, isJSON)
      ?? complaint(reading: [Double].self, memory, maximumDepth, isJSON)
      ?? complaint(reading: [Timestamp?].self, memory, maximumDepth, isJSON)
      ?? complaint(reading: String.self, memory, maximumDepth, isJSON)
  }

  private func complaint<Value: JSONValue>(
    reading: Value.Type, _ memory: borrowing PoisonedOctets, _ maximumDepth: Int, _ isJSON: Bool
  ) -> String? {
    let octets = memory.octets
    let value: Value
    do throws(JSONError) {
      value = try Value(json: octets, maximumDepth: maximumDepth)
    } catch {
      if isJSON, error.kind != .value { return "JSON, but as \(Value.self) not: \(text(error))" }
      return complaint(error, octets.count)
    }
    guard isJSON else { return "no JSON, but a \(Value.self)" }

    // What is written is JSON, and reads as the same.
    let written = transfer(value.jsonOctets())
    guard NaiveJSON.depth(written) != nil else {
      return "written it is no JSON: \(CodecOracle.text(written.span))"
    }
    do throws(JSONError) {
      let again = try Value(json: written.span, maximumDepth: .max).jsonOctets()
      if again != written {
        return
          "\(CodecOracle.text(written.span)) is written again as \(CodecOracle.text(again.span))"
      }
    } catch {
      return "\(CodecOracle.text(written.span)), which was written, is refused: \(text(error))"
    }
    // A limit is kept, and noticed.
    var buffer = OctetBuffer(limit: written.count / 2 + octets.count % 7)
    buffer.append(json: value)
    if buffer.overflowed != (written.count > written.count / 2 + octets.count % 7) {
      return "written into too short a buffer, and that is not noticed"
    }
    return nil
  }

  private func complaint(_ error: JSONError, _ count: Int) -> String? {
    guard 0...count ~= error.offset else { return "an error at \(error.offset) of \(count)" }
    if let first = error.place.octets.first, first != UInt8(ascii: "/") {
      return "the place \(text(error))"
    }
    if error.message.isEmpty { return "an error without words" }
    return nil
  }

  private func text(_ error: JSONError) -> String {
    var octets: [UInt8] = []
    error.forEachPart { octets += array($0) }
    return String(decoding: octets, as: UTF8.self)
  }
}

/// An object with a value of every kind, and with itself.
private struct Everything: JSONObject {
  enum Colour: JSONEnum {
    case red, green
    init() { self = .green }
    var jsonName: StaticString { self == .red ? "red" : "gr\"een" }
  }

  var small: Int8 = 0
  var large: UInt64 = 0
  var negative: Int64 = 0
  var flag = false
  var number = 0.0
  var text = JSONText()
  var string: String?
  var time = Timestamp()
  var colour: Colour?
  var list: [[Int32?]] = []
  var map = JSONMap<JSONText>()
  var raw = JSONRaw()
  var inner: [Everything] = []

  mutating func fields(_ json: inout JSONCoder) {
    json("a", &small)
    json("b", &large)
    json("c", &negative, required: small < 0)
    json("d", &flag)
    json("e", &number)
    json("f", &text)
    json("g", &string)
    json("h", &time)
    json("i", &colour)
    json("j", &list)
    json("k", &map)
    json("l", &raw)
    json("inner", &inner)
    json.check(!flag || large > 0, "b", "a number for what is flagged")
  }
}

/// A reader of JSON by the letter of RFC 8259: scalar by scalar, and slow.
enum NaiveJSON {
  /// How deep arrays and objects are inside each other; nil if the octets are not JSON.
  static func depth(_ octets: [UInt8]) -> Int? {
    // (Validated by the standard library.)
    guard let text = String(validating: octets, as: UTF8.self) else { return nil }
    var scalars = Array(text.unicodeScalars)[...]
    guard let depth = value(&scalars) else { return nil }
    return scalars.isEmpty ? depth : nil
  }

  private typealias Scalars = ArraySlice<Unicode.Scalar>

  private static func skipSpace(_ text: inout Scalars) {
    text = text.drop { " \t\r\n".unicodeScalars.contains($0) }
  }

  private static func take(_ scalar: Unicode.Scalar, _ text: inout Scalars) -> Bool {
    guard text.first == scalar else { return false }
    text = text.dropFirst()
    return true
  }

  private static func value(_ text: inout Scalars) -> Int? {
    skipSpace(&text)
    guard let first = text.first else { return nil }
    var depth = 0
    switch first {
    case "[", "{":
      guard let inner = members(&text) else { return nil }
      depth = inner + 1
    case "\"": guard string(&text) else { return nil }
    case "t", "f", "n":
      let words = ["true", "false", "null"].map { Array($0.unicodeScalars) }
      guard let word = words.first(where: { text.starts(with: $0) }) else { return nil }
      text = text.dropFirst(word.count)
    default: guard number(&text) else { return nil }
    }
    skipSpace(&text)
    return depth
  }

  private static func members(_ text: inout Scalars) -> Int? {
    let isObject = text.first == "{"
    let end: Unicode.Scalar = isObject ? "}" : "]"
    text = text.dropFirst()
    skipSpace(&text)
    if take(end, &text) { return 0 }
    var depth = 0
    repeat {
      if isObject {
        skipSpace(&text)
        guard text.first == "\"", string(&text) else { return nil }
        skipSpace(&text)
        guard take(":", &text) else { return nil }
      }
      guard let inner = value(&text) else { return nil }
      depth = max(depth, inner)
    } while take(",", &text)
    return take(end, &text) ? depth : nil
  }

  private static func string(_ text: inout Scalars) -> Bool {
    text = text.dropFirst()
    while let scalar = text.popFirst() {
      switch scalar {
      case "\"": return true
      case "\\":
        guard let escaped = text.popFirst() else { return false }
        if escaped == "u" {
          guard let unit = codeUnit(&text) else { return false }
          if 0xDC00...0xDFFF ~= unit { return false }
          if 0xD800...0xDBFF ~= unit {
            guard take("\\", &text), take("u", &text), let low = codeUnit(&text),
              0xDC00...0xDFFF ~= low
            else { return false }
          }
        } else if !"\"\\/bfnrt".unicodeScalars.contains(escaped) {
          return false
        }
      case "\u{0}"..."\u{1F}": return false
      default: break
      }
    }
    return false
  }

  private static func codeUnit(_ text: inout Scalars) -> Int? {
    let digits = text.prefix(4)
    let isHexadecimal = digits.allSatisfy { $0.isASCII && $0.properties.isASCIIHexDigit }
    guard digits.count == 4, isHexadecimal else { return nil }
    text = text.dropFirst(4)
    return Int(String(String.UnicodeScalarView(digits)), radix: 16)
  }

  private static func number(_ text: inout Scalars) -> Bool {
    _ = take("-", &text)
    if !take("0", &text), !digits(&text) { return false }
    if take(".", &text), !digits(&text) { return false }
    if take("e", &text) || take("E", &text) {
      if !take("+", &text) { _ = take("-", &text) }
      return digits(&text)
    }
    return true
  }

  private static func digits(_ text: inout Scalars) -> Bool {
    let rest = text.drop { "0"..."9" ~= $0 }
    defer { text = rest }
    return rest.count < text.count
  }
}
