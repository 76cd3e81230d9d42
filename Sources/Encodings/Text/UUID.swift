/// A universally unique identifier of 128 bits (RFC 9562).
///
/// ```swift
/// let id = UUID(version7At: 1_645_557_742_000, random: (0x2F0C_9A51, 0x98C4_DC0C))   // a key that sorts by time
/// response.write(id.text.span)                  // "017f22e2-79b0-7a51-8000-000098c4dc0c"
/// let sent = try? UUID(request.content)         // nil for what is no identifier
/// ```
///
/// Identifiers are no secrets: what must not be guessed needs more than 122 random bits that are shown everywhere
/// (RFC 9562 8).
public struct UUID: Equatable, Hashable, Comparable, Sendable, BitwiseCopyable {
  /// The first eight octets as a number, the first octet being the highest.
  public let high: UInt64
  /// The last eight octets.
  public let low: UInt64

  /// An identifier from its 128 bits, which are taken as they are.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A random identifier, version 4 (RFC 9562 5.4).
  ///
  /// - Parameter random: 128 bits of a generator for secrets, six of which are not used.
  public init(version4 random: (UInt64, UInt64)) {
    self.init(marking: random.0, random.1, version: 4)
  }

  /// A random identifier, version 4, of the system's generator for secrets.
  ///
  /// ```swift
  /// let id = UUID.random()
  /// ```
  public static func random() -> UUID {
    UUID(version4: (.random(in: .min ... .max), .random(in: .min ... .max)))
  }

  /// An identifier of a time and random bits, version 7 (RFC 9562 5.7). Those of an earlier millisecond sort before
  /// those of a later one; those of the same millisecond are in no order.
  ///
  /// - Parameters:
  ///   - milliseconds: since the Unix epoch; 48 bits are used, which last until the year 10889.
  ///   - random: 128 bits of a generator for secrets, of which 74 are used.
  public init(version7At milliseconds: UInt64, random: (UInt64, UInt64)) {
    self.init(marking: milliseconds << 16 | random.0 & 0xFFFF, random.1, version: 7)
  }

  private init(marking high: UInt64, _ low: UInt64, version: UInt64) {
    // The variant 0b10 (RFC 9562 4.1) and the version (4.2).
    self.init(
      high: high & 0xFFFF_FFFF_FFFF_0FFF | version << 12,
      low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }

  /// Reads the text of an identifier: 32 hexadecimal digits in either case, with hyphens after the 8th, 12th, 16th
  /// and 20th (RFC 9562 4). Any version and variant is accepted, and no braces and no "urn:uuid:" around it.
  ///
  /// - Throws: `InvalidEncoding` for any other text.
  @inline(never)
  public init(_ text: Span<UInt8>) throws(InvalidEncoding) {
    var (high, low) = (0 as UInt64, 0 as UInt64)
    for i in text.indices {
      guard i < UUID.textCount else { break }
      if UUID.hasHyphen(at: i) {
        guard text[i] == UInt8(ascii: "-") else { throw InvalidEncoding("a hyphen", at: i) }
        continue
      }
      guard let digit = Hexadecimal.value(text[i]) else {
        throw InvalidEncoding("a hexadecimal digit", at: i)
      }
      high = high << 4 | low >> 60
      low = low << 4 | UInt64(digit)
    }
    guard text.count == UUID.textCount else {
      throw InvalidEncoding("36 characters", at: min(text.count, UUID.textCount))
    }
    self.init(high: high, low: low)
  }

  /// Writes the 36 characters of the text, in lower case.
  ///
  /// - Returns: false, and nothing is written, when there is not room for them.
  @inline(never)
  public func write(into text: inout OutputSpan<UInt8>) -> Bool {
    guard text.freeCapacity >= UUID.textCount else { return false }
    var (rest, other) = (high, low)
    for i in 0..<UUID.textCount {
      if UUID.hasHyphen(at: i) {
        text.append(UInt8(ascii: "-"))
        continue
      }
      text.append(Hexadecimal.digit(UInt8(truncatingIfNeeded: rest >> 60)))
      rest = rest << 4 | other >> 60
      other <<= 4
    }
    return true
  }

  /// The 36 characters of the text, in lower case.
  public var text: [UInt8] {
    var text: [UInt8] = []
    text.append(addingCapacity: UUID.textCount) { _ = write(into: &$0) }
    return text
  }

  /// How many characters a text has.
  public static var textCount: Int { 36 }

  /// The version, from 0 to 15 (RFC 9562 4.2): it has a meaning only where the variant is that of the RFC.
  public var version: Int { Int(truncatingIfNeeded: high >> 12 & 0xF) }

  /// The order of the octets, which is that of the texts.
  public static func < (left: UUID, right: UUID) -> Bool {
    left.high == right.high ? left.low < right.low : left.high < right.high
  }

  @inline(__always)
  private static func hasHyphen(at position: Int) -> Bool {
    position == 8 || position == 13 || position == 18 || position == 23
  }
}
