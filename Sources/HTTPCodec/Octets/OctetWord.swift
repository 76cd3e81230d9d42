/// Eight octets in a word, to look at all of them at once (SWAR). The first octet is the lowest.
///
/// What is found is told by the top bits of the octets.
extension UInt64 {
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  private static var tops: UInt64 { 0x8080_8080_8080_8080 }

  /// The octets below 0x20, and 0x7F; also some that follow an octet of obs-text, to be looked at again.
  @inline(__always)
  var controlCharacters: UInt64 {
    ((self &- 0x20 &* .ones) | (self &+ .ones)) & ~self & .tops
  }

  /// The octets that are neither ASCII letters nor hyphens, which most names and targets consist of. All are exact:
  /// without the top bits of the octets no sum reaches the next one.
  @inline(__always)
  var unusual: UInt64 {
    let hyphens = ~(((self ^ 0x2D &* .ones) & ~.tops) &+ 0x7F &* .ones)
    return (~(sevenBitLetters | hyphens) | self) & .tops
  }

  /// The octets that are escaped in text (RFC 8259 7): control characters, quotes, backslashes, and those beyond ASCII.
  @inline(__always)
  var escaped: UInt64 {
    let ascii = self & ~.tops
    let quotes = ~((ascii ^ 0x22 &* .ones) &+ 0x7F &* .ones)
    let backslashes = ~((ascii ^ 0x5C &* .ones) &+ 0x7F &* .ones)
    let controls = ~(ascii &+ (0x80 - 0x20) &* .ones) | (ascii &+ .ones)
    return (quotes | backslashes | controls | self) & .tops
  }

  /// The octets that are ASCII letters without their top bits; the other bits mean nothing.
  @inline(__always)
  private var sevenBitLetters: UInt64 {
    let lowercase = (self | 0x20 &* .ones) & ~.tops
    return (lowercase &+ (0x80 - 0x61) &* .ones) & ~(lowercase &+ (0x80 - 0x7B) &* .ones)
  }

  /// Whether two words have the same octets, ASCII letters compared without regard to case: where they differ, it is
  /// in the one bit that tells the cases of a letter apart.
  @inline(__always)
  func equalsIgnoringCase(_ other: UInt64) -> Bool {
    let letters = sevenBitLetters & ~self & .tops
    return (self ^ other) & ~(letters &>> 2) == 0
  }

  /// The place of the first octet that was found.
  @inlinable @inline(__always)
  package var firstFound: Int { trailingZeroBitCount &>> 3 }

  /// "host", "GET /", "POST /", " HTTP/1." and "TP/1.1" CRLF. (The compiler would not work the numbers out.)
  static var host: UInt64 { 0x74_73_6F_68 }
  static var get: UInt64 { 0x2F_20_54_45_47 }
  static var post: UInt64 { 0x2F_20_54_53_4F_50 }
  static var httpVersion: UInt64 { 0x2E_31_2F_50_54_54_48_20 }
  static var versionAndLineEnd: UInt64 { 0x0A_0D_31_2E_31_2F_50_54 }
}

extension Span<UInt8> {
  /// Eight octets from `position` on; nil where there are fewer. A loop over words ends with it, and needs no other
  /// check of its index.
  @inlinable @inline(__always)
  package func wholeWord(at position: Int) -> UInt64? {
    // (As an unsigned number a negative position is too large as well.)
    guard UInt(bitPattern: position) < UInt(bitPattern: Swift.max(0, count &- 7)) else {
      return nil
    }
    // Eight octets are there, and any eight octets are a number.
    return UInt64(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: position, as: UInt64.self))
  }

  /// Eight octets from `position` on, which must be there.
  @inlinable @inline(__always)
  package func word(at position: Int) -> UInt64 {
    // The span checks that eight octets are there, and any eight octets are a number.
    UInt64(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
  }
}
