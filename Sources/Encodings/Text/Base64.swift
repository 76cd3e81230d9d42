import Memory

/// Base64 (RFC 4648): four characters for each three octets, in the alphabet of section 4 or in that of section 5,
/// which is safe in URLs and file names.
///
/// ```swift
/// let text = Base64.standard.encode(request.content)     // "aGVsbG8=" for "hello"
/// response.write(text.span)
/// let claims = try? Base64.url.decode(request.content)   // as the parts of a JSON Web Token
/// ```
///
/// Decoding is strict, so that no two texts stand for the same octets: no whitespace, no character of the other
/// alphabet, padding exactly where this encoding has it (3.2), and zeros in the bits that belong to no octet (3.5).
/// How long it takes depends on the octets.
public struct Base64: Sendable {
  /// With "+", "/" and padding (RFC 4648 4).
  public static var standard: Base64 { Base64(isURLSafe: false, isPadded: true) }
  /// With "-" and "_", and without padding (RFC 4648 5), as JSON Web Tokens have it (RFC 7515 2).
  public static var url: Base64 { Base64(isURLSafe: true, isPadded: false) }

  private let isURLSafe: Bool
  private let isPadded: Bool

  /// - Parameters:
  ///   - isURLSafe: whether the last two characters of the alphabet are "-" and "_" and not "+" and "/".
  ///   - isPadded: whether the text is filled up with "=" to a multiple of four characters.
  public init(isURLSafe: Bool, isPadded: Bool) {
    self.isURLSafe = isURLSafe
    self.isPadded = isPadded
  }

  /// How many characters stand for `count` octets.
  public func encodedCount(_ count: Int) -> Int {
    let rest = count % 3
    let last = rest == 0 ? 0 : isPadded ? 4 : rest &+ 1
    let (whole, overflows) = (count / 3).multipliedReportingOverflow(by: 4)
    let (characters, exceeds) = whole.addingReportingOverflow(last)
    return overflows || exceeds ? .max : characters
  }

  /// Writes the text of octets.
  ///
  /// - Returns: false, and nothing is written, when there is not room for all of it.
  @inline(never)
  public func encode(_ octets: Span<UInt8>, into text: inout OutputSpan<UInt8>) -> Bool {
    guard encodedCount(octets.count) <= text.freeCapacity else { return false }
    let alphabet = (isURLSafe ? Base64.urlAlphabet : Base64.standardAlphabet).octets
    var position = 0
    while position < octets.count {
      let rest = octets.count &- position
      var bits = UInt32(octets[position]) << 16
      if rest > 1 { bits |= UInt32(octets[position &+ 1]) << 8 }
      if rest > 2 { bits |= UInt32(octets[position &+ 2]) }
      text.append(alphabet[Int(bits >> 18)])
      text.append(alphabet[Int(bits >> 12 & 0x3F)])
      if rest > 1 { text.append(alphabet[Int(bits >> 6 & 0x3F)]) }
      if rest > 2 { text.append(alphabet[Int(bits & 0x3F)]) }
      position &+= 3
      if isPadded, rest < 3 {
        text.append(repeating: UInt8(ascii: "="), count: 3 &- rest)
      }
    }
    return true
  }

  /// The text of octets.
  public func encode(_ octets: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.append(addingCapacity: encodedCount(octets.count)) { _ = encode(octets, into: &$0) }
    return text
  }

  /// Writes the octets that a text stands for.
  ///
  /// - Throws: `InvalidEncoding` for a text that `encode` cannot have written, and when there is not room for all;
  ///   nothing is written then.
  @inline(never)
  public func decode(
    _ text: Span<UInt8>, into octets: inout OutputSpan<UInt8>
  ) throws(InvalidEncoding) {
    let start = octets.count
    do throws(InvalidEncoding) {
      try appendDecoded(text, to: &octets)
    } catch {
      octets.removeLast(octets.count &- start)
      throw error
    }
  }

  /// The octets that a text stands for.
  ///
  /// - Throws: `InvalidEncoding` for a text that `encode` cannot have written.
  public func decode(_ text: Span<UInt8>) throws(InvalidEncoding) -> [UInt8] {
    try [UInt8](capacity: text.count / 4 * 3 + 2) { (room) throws(InvalidEncoding) in
      try decode(text, into: &room)
    }
  }

  private func appendDecoded(
    _ text: Span<UInt8>, to octets: inout OutputSpan<UInt8>
  ) throws(InvalidEncoding) {
    let end = try endOfDigits(text)
    var position = 0
    while position < end {
      let length = min(4, end &- position)
      guard length > 1 else { throw InvalidEncoding("a second base64 character", at: text.count) }
      guard octets.freeCapacity >= length &- 1 else { throw .noRoom(at: position) }
      var bits: UInt32 = 0
      for i in 0..<4 {
        bits <<= 6
        guard i < length else { continue }
        guard let digit = value(text[position &+ i]) else {
          throw InvalidEncoding("a base64 character", at: position &+ i)
        }
        bits |= digit
      }
      // The bits of an incomplete octet (RFC 4648 3.5).
      let unused: UInt32 = length == 2 ? 0xFFFF : length == 3 ? 0xFF : 0
      guard bits & unused == 0 else {
        throw InvalidEncoding("zeros in the unused bits", at: position &+ length &- 1)
      }
      octets.append(UInt8(truncatingIfNeeded: bits >> 16))
      if length > 2 { octets.append(UInt8(truncatingIfNeeded: bits >> 8)) }
      if length > 3 { octets.append(UInt8(truncatingIfNeeded: bits)) }
      position &+= 4
    }
  }

  /// Where the padding begins, of which there must be as much as is needed.
  private func endOfDigits(_ text: Span<UInt8>) throws(InvalidEncoding) -> Int {
    guard isPadded else { return text.count }
    guard text.count % 4 == 0 else {
      throw InvalidEncoding("a multiple of four characters", at: text.count)
    }
    var end = text.count
    while end > 0, text.count &- end < 2, text[end &- 1] == UInt8(ascii: "=") { end &-= 1 }
    return end
  }

  @inline(__always)
  private func value(_ character: UInt8) -> UInt32? {
    if character &- 0x41 < 26 { return UInt32(character &- 0x41) }
    if character &- 0x61 < 26 { return UInt32(character &- (0x61 - 26)) }
    if character &- 0x30 < 10 { return UInt32(character) &+ (52 - 0x30) }
    switch character {
    case UInt8(ascii: "-"): return isURLSafe ? 62 : nil
    case UInt8(ascii: "_"): return isURLSafe ? 63 : nil
    case UInt8(ascii: "+"): return isURLSafe ? nil : 62
    case UInt8(ascii: "/"): return isURLSafe ? nil : 63
    default: return nil
    }
  }

  private static var standardAlphabet: StaticString {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  }
  private static var urlAlphabet: StaticString {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
  }
}
