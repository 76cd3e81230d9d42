/// A truth value is true or false in JSON.
extension Bool: JSONValue {
  /// true or false.
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      json.writer.write(literal: self ? "true" : "false")
    } else if let value = json.reader.bool() {
      self = value
    }
  }
}

/// Integers of any size are read without loss: a number that does not fit, or is written with a fraction or an
/// exponent (`1.0`, `1e3`), is an error that names the range.
extension JSONValue where Self: FixedWidthInteger {
  /// An integer, in decimal digits.
  @inlinable
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      json.write(isNegative: self < 0, magnitude: UInt64(truncatingIfNeeded: magnitude))
    } else if let bits = json.integer(
      from: Self.isSigned ? Int64(truncatingIfNeeded: Self.min) : 0,
      to: UInt64(truncatingIfNeeded: Self.max))
    {
      self = Self(truncatingIfNeeded: bits)
    }
  }
}

extension JSONCoder {
  @usableFromInline
  mutating func write(isNegative: Bool, magnitude: UInt64) {
    writer.write(isNegative: isNegative, magnitude: magnitude)
  }

  @usableFromInline
  mutating func integer(from least: Int64, to most: UInt64) -> UInt64? {
    reader.integer(from: least, to: most)
  }
}

/// An integer of the machine's size.
extension Int: JSONValue {}
/// An integer of 8 bits.
extension Int8: JSONValue {}
/// An integer of 16 bits.
extension Int16: JSONValue {}
/// An integer of 32 bits.
extension Int32: JSONValue {}
/// An integer of 64 bits.
extension Int64: JSONValue {}
/// An unsigned integer of the machine's size.
extension UInt: JSONValue {}
/// An unsigned integer of 8 bits.
extension UInt8: JSONValue {}
/// An unsigned integer of 16 bits.
extension UInt16: JSONValue {}
/// An unsigned integer of 32 bits.
extension UInt32: JSONValue {}
/// An unsigned integer of 64 bits.
extension UInt64: JSONValue {}
