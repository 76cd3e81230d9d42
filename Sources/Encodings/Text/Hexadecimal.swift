import Memory

/// Hexadecimal digits, two for each octet (RFC 4648 8): written in lower case, read in either.
///
/// ```swift
/// let text = Hexadecimal.encode(request.content)    // [UInt8]: "6869" for "hi"
/// let octets = try? Hexadecimal.decode(text.span)   // [UInt8], as before
/// ```
///
/// How long it takes depends on the octets: it is not for comparing secrets (`isEqualInConstantTime`).
public enum Hexadecimal {
  /// How many digits stand for `count` octets.
  public static func encodedCount(_ count: Int) -> Int {
    let (digits, overflows) = count.multipliedReportingOverflow(by: 2)
    return overflows ? .max : digits
  }

  /// Writes the digits of octets.
  ///
  /// ```swift
  /// var text: [UInt8] = []
  /// text.append(addingCapacity: 64) { room in _ = Hexadecimal.encode(request.content, into: &room) }
  /// ```
  ///
  /// - Returns: false, and nothing is written, when there is not room for all of them.
  @inline(never)
  public static func encode(_ octets: Span<UInt8>, into text: inout OutputSpan<UInt8>) -> Bool {
    guard encodedCount(octets.count) <= text.freeCapacity else { return false }
    for i in octets.indices {
      text.append(digit(octets[i] >> 4))
      text.append(digit(octets[i] & 0xF))
    }
    return true
  }

  /// The digits of octets.
  public static func encode(_ octets: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.append(addingCapacity: encodedCount(octets.count)) { _ = encode(octets, into: &$0) }
    return text
  }

  /// Writes the octets that digits stand for.
  ///
  /// - Throws: `InvalidEncoding` for an odd number of digits, for any other octet, and when there is not room for
  ///   all; nothing is written then.
  @inline(never)
  public static func decode(
    _ text: Span<UInt8>, into octets: inout OutputSpan<UInt8>
  ) throws(InvalidEncoding) {
    let start = octets.count
    var position = 0
    while position < text.count {
      guard let high = value(text[position]) else {
        octets.removeLast(octets.count &- start)
        throw InvalidEncoding("a hexadecimal digit", at: position)
      }
      guard position &+ 1 < text.count, let low = value(text[position &+ 1]) else {
        octets.removeLast(octets.count &- start)
        throw InvalidEncoding("a second hexadecimal digit", at: position &+ 1)
      }
      guard octets.freeCapacity > 0 else {
        octets.removeLast(octets.count &- start)
        throw .noRoom(at: position)
      }
      octets.append(high << 4 | low)
      position &+= 2
    }
  }

  /// The octets that digits stand for.
  ///
  /// - Throws: `InvalidEncoding` for an odd number of digits, and for any other octet.
  public static func decode(_ text: Span<UInt8>) throws(InvalidEncoding) -> [UInt8] {
    try [UInt8](capacity: text.count / 2) { (room) throws(InvalidEncoding) in
      try decode(text, into: &room)
    }
  }

  /// The digit of a number below 16, in lower case.
  @inline(__always)
  static func digit(_ value: UInt8) -> UInt8 { value < 10 ? value &+ 0x30 : value &+ (0x61 - 10) }

  /// The value of a digit, nil for any other octet.
  @inline(__always)
  static func value(_ digit: UInt8) -> UInt8? {
    if digit &- 0x30 < 10 { return digit &- 0x30 }
    let letter = (digit | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
  }
}
