import Memory

extension OctetBuffer {
  /// Appends two hexadecimal digits.
  package mutating func append(hexadecimal octet: UInt8) {
    let digits = hexadecimalDigits.octets
    append(octet: digits[Int(octet >> 4)])
    append(octet: digits[Int(octet & 0xF)])
  }
}

/// In lower case, by their values.
package var hexadecimalDigits: StaticString { "0123456789abcdef" }
