extension UInt8 {
  static var horizontalTab: UInt8 { 0x09 }
  package static var lineFeed: UInt8 { 0x0A }
  package static var carriageReturn: UInt8 { 0x0D }
  package static var space: UInt8 { 0x20 }
  package static var comma: UInt8 { 0x2C }
  package static var colon: UInt8 { 0x3A }

  /// SP / HTAB: the whitespace of HTTP, and no other octet (RFC 9110 5.6.3).
  @inline(__always)
  package var isWhitespace: Bool { self == .space || self == .horizontalTab }

  @inline(__always)
  package var isDigit: Bool { self &- 0x30 < 10 }

  @inline(__always)
  package var asciiLowercase: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

  /// The value of a HEXDIG (RFC 5234 B.1), nil for any other octet.
  @inline(__always)
  package var hexadecimalValue: Int? {
    if isDigit { return Int(self &- 0x30) }
    let letter = asciiLowercase &- 0x61
    return letter < 6 ? Int(letter) &+ 10 : nil
  }
}
