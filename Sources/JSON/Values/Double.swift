import HTTPCodec
import Memory

/// A double is a number in JSON.
extension Double: JSONValue {
  /// A number: read to the nearest double, and written with the fewest digits that are read as the same double again.
  ///
  /// A number that is too large for a double is an error. Infinity and NaN are written as null, since JSON has none of
  /// them (RFC 8259 6).
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      json.writer.write(self)
    } else if let value = json.reader.double() {
      self = value
    }
  }
}

/// The double that a number in JSON's grammar is, without whitespace around it; nil for anything else, and for what no
/// double can hold.
package func decimalNumber(ofJSON text: Span<UInt8>) -> Double? {
  var reader = JSONReader(text, maximumDepth: 0)
  guard let first = text.first, first == UInt8(ascii: "-") || first.isDigit,
    let number = reader.double(), reader.position == text.count
  else { return nil }
  return number
}

extension JSONReader {
  /// A number as a double.
  @inline(never)
  mutating func double() -> Double? {
    if hasFailed { return nil }
    skipSpace()
    let start = position
    guard next == UInt8(ascii: "-") || next.isDigit else {
      failValue("a number")
      return nil
    }
    guard let number = scanNumber() else { return nil }
    let text = octets.extracting(number.start..<number.end)
    guard let magnitude = Decimal(text).double(from: text) else {
      position = start
      failValue("a number that a double can hold")
      return nil
    }
    return number.isNegative ? -magnitude : magnitude
  }
}

extension JSONWriter {
  @inline(never)
  mutating func write(_ value: Double) {
    guard value.isFinite else {
      write(literal: "null")
      return
    }
    let magnitude = value.magnitude
    // (-0.0 is no integer.)
    if magnitude < 1e15, magnitude == Double(UInt64(magnitude)),
      magnitude > 0 || value.sign == .plus
    {
      write(isNegative: value < 0, magnitude: UInt64(magnitude))
      return
    }
    var number = OctetBuffer(limit: 32)
    if value.sign == .minus { number.append(octet: UInt8(ascii: "-")) }
    if magnitude == 0 {
      number.append("0")
    } else {
      number.append(Decimal(shortest: magnitude))
    }
    write(raw: number.octets)
  }
}

extension OctetBuffer {
  /// Appends a decimal as JavaScript writes numbers (ECMA-262 6.1.6.1.20): with an exponent only if it is below 10⁻⁶
  /// or has more than 21 digits.
  fileprivate mutating func append(_ decimal: Decimal) {
    var text = OctetBuffer(limit: 20)
    text.append(decimal: decimal.digits)
    let digits = text.octets
    // Where the point is, behind so many digits.
    let point = digits.count &+ Int(truncatingIfNeeded: decimal.exponent)
    if point > 21 || point <= -6 {
      append(digits.extracting(0..<1))
      if digits.count > 1 {
        append(octet: UInt8(ascii: "."))
        append(digits.extracting(1..<digits.count))
      }
      append(point > 0 ? "e+" : "e-")
      append(decimal: UInt64((point &- 1).magnitude))
    } else if point <= 0 {
      append("0.")
      for _ in 0..<(0 &- point) { append(octet: UInt8(ascii: "0")) }
      append(digits)
    } else {
      append(digits.extracting(0..<min(point, digits.count)))
      for _ in 0..<max(0, point &- digits.count) { append(octet: UInt8(ascii: "0")) }
      if point < digits.count {
        append(octet: UInt8(ascii: "."))
        append(digits.extracting(point..<digits.count))
      }
    }
  }
}
