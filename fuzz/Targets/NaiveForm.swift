@testable import CodecOracle

/// Forms as they are read in a few lines, on copies.
enum NaiveForm {
  /// Nil for a malformed escape.
  static func decoded(_ encoded: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
    var plain: [UInt8] = []
    var rest = Array(encoded)[...]
    while let octet = rest.popFirst() {
      if octet == UInt8(ascii: "%") {
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ Grammar.hexDigit.contains($0) }),
          let value = UInt8(text(digits), radix: 16)
        else { return nil }
        plain.append(value)
        rest = rest.dropFirst(2)
      } else {
        plain.append(octet == UInt8(ascii: "+") && plusIsSpace ? 0x20 : octet)
      }
    }
    return plain
  }

  struct Pair: Equatable {
    var name, value: [UInt8]
  }

  /// The pairs, or the number of the first one that is malformed, from 1 on.
  static func pairs(_ octets: [UInt8]) -> (pairs: [Pair], fault: Int?) {
    var pairs: [Pair] = []
    for pair in octets.split(separator: UInt8(ascii: "&")) {
      let sides = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decoded(sides[0], plusIsSpace: true),
        let value = decoded(sides.count > 1 ? sides[1] : [], plusIsSpace: true)
      else { return (pairs, pairs.count + 1) }
      pairs.append(Pair(name: name, value: value))
    }
    return (pairs, nil)
  }

  struct Part: Equatable {
    var name: [UInt8]
    var filename: [UInt8]?
    var content: [UInt8]
  }

  /// Content that a client writes for parts.
  static func written(_ parts: [Part], boundary: [UInt8]) -> [UInt8] {
    func quoted(_ text: [UInt8]) -> [UInt8] {
      let quote = UInt8(ascii: "\"")
      let backslash = UInt8(ascii: "\\")
      return [quote] + text.flatMap { [quote, backslash].contains($0) ? [backslash, $0] : [$0] }
        + [quote]
    }
    var content: [UInt8] = []
    for part in parts {
      content += octets("--") + boundary + octets("\r\nContent-Disposition: form-data; name=")
      content += quoted(part.name)
      if let filename = part.filename { content += octets("; filename=") + quoted(filename) }
      content += octets("\r\n\r\n") + part.content + octets("\r\n")
    }
    return content + octets("--") + boundary + octets("--\r\n")
  }

  /// The content of each part, found by nothing but the delimiters; nil for what does not begin and end with one.
  static func contents(_ content: [UInt8], boundary: [UInt8]) -> [[UInt8]]? {
    let delimiter = octets("\r\n--") + boundary
    let rest = octets("\r\n") + content
    var starts: [Int] = []
    var place = 0
    while place + delimiter.count <= rest.count {
      if Array(rest[place..<(place + delimiter.count)]) == delimiter {
        starts.append(place)
        place += delimiter.count
      } else {
        place += 1
      }
    }
    guard starts.first == 0 else { return nil }
    var contents: [[UInt8]] = []
    for (start, end) in zip(starts, starts.dropFirst()) {
      let body = Array(rest[(start + delimiter.count)..<end])
      // Behind the first empty line, that of the fields.
      let gap = octets("\r\n\r\n")
      guard let fieldsEnd = body.indices.first(where: { body[$0...].starts(with: gap) }) else {
        return nil
      }
      contents.append(Array(body[(fieldsEnd + gap.count)...]))
    }
    return contents
  }
}
